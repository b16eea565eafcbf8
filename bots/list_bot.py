"""!list: rows to choose from that stand in CSV files, and the forms that draw from them."""

import unicodedata
from collections.abc import Sequence

from bots.arguments import Confirmation, FormName, ListName, PastedRows
from bots.bot import Bot
from bots.call import Call
from bots.command import Effects, World, command, listener
from bots.effects import Attach, Person, Say
from bots.events import Event, Sent
from bots.filling.show import one_line
from bots.help import help_command
from bots.list_words import NEW, REPLACED, kept_words, named, overview, read, used_by
from bots.ports import Forms, Pending
from bots.ports_lists import Lists
from bots.records import NotAllowed, Waiting
from bots.roles import Role
from forms.document import as_document
from forms.form import Form
from forms.lists.reading import LARGEST, TOO_LARGE
from forms.lists.table import list_key
from forms.mistake import Mistake
from forms.text import Text, lines

SEND = Text(
    ja="この部屋に「{name}」のCSVファイルを送ってください。10分お待ちします。1行目に見出し（コード、名称、かななど）を書きます。"
    "Excelでは「名前を付けて保存」の「CSV UTF-8」です。",
    en="Please send the CSV file of “{name}” here within ten minutes, with headings (code, name, reading) in its first "
    "line. In Excel that is “Save as”, “CSV UTF-8”.",
)
IN_DIRECT = Text(
    ja="一覧のファイルは、Kairanとの個別の部屋で送ってください。",
    en="Please send the file of a list in your direct room with Kairan.",
)
SAME = Text(ja="一覧「{name}」は、いまのものと同じです。", en="The list “{name}” is the same as before.")
HOW = Text(
    ja="フォームでの使い方: 質問の options に {name}、Excelなら種類に select_one_from_file {name}.csv。"
    "話しながら作るときは、質問のあとに「選択肢 {name}.csv」。",
    en="In a form: {name} as the options of a question; in Excel the type select_one_from_file {name}.csv; while "
    "writing by talking “options {name}.csv” after the question.",
)
STILL_OLD = Text(
    ja="次のフォームは前の一覧のままです。切り替えるときは「!list use {name} フォーム名」。",
    en="These forms keep the old list; “!list use {name} FORM” changes that.",
)
ROW = Text(ja="・{row}", en="- {row}")
NOTHING = Text(
    ja="一覧はまだありません。CSVファイルに「!list keep 名前」と書き添えて送ると登録します。",
    en="There are no lists yet. Send a CSV file with the caption “!list keep NAME”.",
)
USED = Text(
    ja="フォーム「{form}」を、いまの一覧「{name}」（{rows}件）を使う第{version}版にしました。\n"
    "公開: !form publish {form}",
    en="“{form}” is now version {version}, with the list “{name}” as it is now ({rows} rows).\n"
    "Publish: !form publish {form}",
)
USES_IT = Text(
    ja="フォーム「{form}」は、もういまの一覧「{name}」を使っています。",
    en="“{form}” has the list “{name}” as it is now already.",
)
USES_NOT = Text(
    ja="フォーム「{form}」は、一覧「{name}」を使っていません。",
    en="“{form}” does not use the list “{name}”.",
)
OTHER_COLUMNS = Text(
    ja="いまの一覧「{name}」には、フォーム「{form}」が使う列「{columns}」がありません。列を足したCSVを送り直してください。",
    en="The list “{name}” no longer has the columns {columns}, which “{form}” uses. Send it again with these columns.",
)
UNDONE = Text(
    ja="一覧「{name}」を前の版（{rows}件）に戻しました。", en="“{name}” is the list before again ({rows} rows)."
)
NO_BEFORE = Text(
    ja="一覧「{name}」には前の版がありません。消すときは「!list delete {name}」。",
    en="The list “{name}” has no former version. To delete it: !list delete {name}",
)
FILE = Text(ja="一覧「{name}」（{rows}件）です。", en="The list “{name}” ({rows} rows).")
FILE_SENT = Text(ja="ファイルを個別の部屋に送りました。", en="The file was sent to your direct room.")
SURE = Text(
    ja="一覧「{name}」（{rows}件）を削除します。よろしければ「はい」、やめるときは「いいえ」。",
    en="This deletes the list “{name}” ({rows} rows). “yes” to go on, “no” to stop.",
)
STAYS = Text(
    ja="これを使う次のフォームは、いまの版のまま答えられます。",
    en="These forms use it; they can be answered as they are.",
)
DELETED = Text(ja="一覧「{name}」を削除しました。", en="The list “{name}” is deleted.")
KEEP = "list keep"


@command("show", "一覧", needs=Role.STAFF, about=Text(ja="登録した一覧を表示", en="show the lists that are kept"))
def show(_call: Call, lists: Lists, forms: Forms, name: ListName | None = None) -> Effects:
    if name is None:
        everything = lists.all()
        return (Say(text=lines(*(overview(kept, forms.drafts()) for kept in everything)) if everything else NOTHING),)
    kept = lists.find(name)
    return (Say(text=lines(overview(kept, forms.drafts()), kept_words(kept.filed))),)


@command(
    "keep",
    "登録",
    needs=Role.EDITOR,
    about=Text(ja="CSVを一覧として登録、入れ替え", en="keep a CSV file as a list, or replace it"),
    more=Text(
        ja="CSVファイルに「!list keep 学校」と書き添えて送るか、次の行から貼り付けます。",
        en="Send the CSV file with the caption “!list keep schools”, or paste it on the next lines.",
    ),
)
def keep(
    call: Call, lists: Lists, forms: Forms, pending: Pending, name: ListName, _rows: PastedRows | None = None
) -> Effects:
    pasted = call.rest.strip().partition("\n")[2]
    if pasted.strip():
        return _keep(lists, forms, named(name), pasted.encode("utf-8", "replace"))
    if not call.direct:
        raise Mistake(IN_DIRECT)
    pending.ask(Waiting(command=f"{KEEP} {named(name)}"))
    return (Say(text=SEND.fill(name=named(name))),)


def _keep(lists: Lists, forms: Forms, name: str, content: bytes) -> Effects:
    listed = read(lists, content, name)
    before = {list_key(kept.name): kept for kept in lists.all()}.get(list_key(name))
    kept = lists.keep(name, listed)
    rows = f"{kept.filed.rows:,}"
    if before is None:
        said = [NEW.fill(name=kept.name), kept_words(kept.filed, guessed=listed.guessed), HOW.fill(name=kept.name)]
    elif before.number == kept.number:
        said = [SAME.fill(name=kept.name)]
    else:
        said = [REPLACED.fill(name=kept.name, before=f"{before.filed.rows:,}", rows=rows), kept_words(kept.filed)]
        said += _with_names(STILL_OLD.fill(name=kept.name), [d.form for d in used_by(kept, forms.drafts(), old=True)])
    return (Say(text=lines(*said)),)


def _with_names(head: Text, forms: Sequence[Form]) -> list[Text]:
    rows = [ROW.fill(row=Text(ja=f"{f.name}「{one_line(f.title.ja, 60)}」", en=f"{f.name}")) for f in forms[:20]]
    return [head, *rows] if rows else []


@command(
    "use",
    "使う",
    needs=Role.EDITOR,
    about=Text(ja="フォームを、いまの一覧に切り替える", en="let a form draw from the list as it is now"),
)
def use(_call: Call, lists: Lists, forms: Forms, name: ListName, form: FormName) -> Effects:
    kept, draft = lists.find(name), forms.get(form)
    words = {"name": kept.name, "form": draft.form.name}
    mine = {n: table for n, table in draft.form.tables.items() if list_key(table.file) == list_key(kept.name)}
    if not mine:
        raise Mistake(USES_NOT.fill(**words))
    if all(table.sha256 == kept.filed.sha256 for table in mine.values()):
        return (Say(text=USES_IT.fill(**words)),)
    asked = {column for table in mine.values() for column in (table.value, table.label)}
    if lacking := asked - {*kept.filed.columns}:
        raise Mistake(OTHER_COLUMNS.fill(columns="、".join(sorted(lacking)), **words))
    new = {n: kept.filed.table(value=t.value, label=t.label).model_dump(mode="json") for n, t in mine.items()}
    document = as_document(draft.form)
    version = forms.save(Form.model_validate({**document, "tables": {**document["tables"], **new}}))
    return (Say(text=USED.fill(version=version, rows=f"{kept.filed.rows:,}", **words)),)


@command("undo", "戻す", needs=Role.EDITOR, about=Text(ja="一覧を前の版に戻す", en="back to the list before"))
def undo(_call: Call, lists: Lists, name: ListName) -> Effects:
    kept = lists.find(name)
    before = lists.undo(kept)
    if before is None:
        raise Mistake(NO_BEFORE.fill(name=kept.name))
    return (Say(text=UNDONE.fill(name=kept.name, rows=f"{before.filed.rows:,}")),)


@command("get", "受取", needs=Role.STAFF, about=Text(ja="一覧をCSVで受け取る", en="get a list as a CSV file"))
def get(call: Call, lists: Lists, name: ListName) -> Effects:
    kept = lists.find(name)
    file = Attach(
        name=f"{kept.name}.csv",
        mime="text/csv",
        content=lists.csv(kept.filed.sha256) or b"",
        text=FILE.fill(name=kept.name, rows=f"{kept.filed.rows:,}"),
        to=Person(call.who),
    )
    return (file,) if call.direct else (Say(text=FILE_SENT), file)


@command("delete", "削除", needs=Role.EDITOR, about=Text(ja="一覧を削除", en="delete a list"))
def delete(
    _call: Call, lists: Lists, forms: Forms, pending: Pending, name: ListName, sure: Confirmation | None = None
) -> Effects:
    kept = lists.find(name)
    if not sure:
        pending.ask(Waiting(command="list delete", words=(kept.name, "yes")))
        forms_ = [draft.form for draft in used_by(kept, forms.drafts())]
        return (Say(text=lines(*_with_names(STAYS, forms_), SURE.fill(name=kept.name, rows=f"{kept.filed.rows:,}"))),)
    lists.delete(kept)
    return (Say(text=DELETED.fill(name=kept.name)),)


@listener
def sent_list(call: Call, event: Event, lists: Lists, forms: Forms, pending: Pending) -> Effects | None:
    """A list's file: with the caption `!list keep NAME`, or after that command."""
    if not isinstance(event, Sent) or (name := _wanted(call, event, pending)) is None:
        return None
    if call.role < keep.needs:
        raise NotAllowed(keep.needs)
    if not call.direct:
        raise Mistake(IN_DIRECT)
    if event.content is None:
        raise Mistake(TOO_LARGE)
    return _keep(lists, forms, named(name), event.content)


def _wanted(call: Call, event: Sent, pending: Pending) -> str | None:
    """The name that was said for the file; that of the file itself where none was; None where it is no list."""
    words = unicodedata.normalize("NFKC", event.caption).split()
    if len(words) > 1 and words[0].casefold() in ("!list", "!リスト") and words[1].casefold() in keep.names:
        return "".join(words[2:3]) or event.name
    if words or call.role < Role.EDITOR or (waiting := pending.take()) is None:
        return None
    if not waiting.command.startswith(f"{KEEP} "):
        pending.ask(waiting)
        return None
    return waiting.command.removeprefix(f"{KEEP} ")


def most_bytes(call: Call, _world: World) -> int:
    """Editors may send lists in their direct room at any time."""
    return LARGEST if call.direct and call.role >= Role.EDITOR else 0


BOT: Bot = Bot(
    names=("list", "リスト"),
    about=Text(
        ja="選択肢の一覧（学校、地区、施設など）をCSVで預かります。",
        en="Keeps lists to choose from (schools, districts) as CSV files.",
    ),
    commands=(help_command(lambda: BOT), show, keep, use, undo, get, delete),
    fetching=(most_bytes,),
)
