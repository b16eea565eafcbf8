"""How lists are spoken of: how long they are, what is stored and shown, which forms use them."""

from collections.abc import Sequence

from bots.ports_lists import Kept, Lists
from bots.records import Draft
from forms.lists.known import NO_NAME, fitting_name
from forms.lists.reading import TOO_LARGE, Listed
from forms.lists.table import Filed, list_key
from forms.mistake import Mistake
from forms.reading.words import quote
from forms.text import Text, lines, same

OVERVIEW = Text(ja="・{name}　{rows}件（第{version}版）{forms}", en="- {name}: {rows} rows (version {version}){forms}")
USED_BY = Text(ja="　使うフォーム: {names}", en="; used by {names}")
KEPT = Text(
    ja="{rows}件。回答する人に見せる列: {label}、記録する列: {value}、ほかの列: {others}",
    en="{rows} rows. Shown to people: {label}; recorded: {value}; other columns: {others}",
)
NONE = Text(ja="なし", en="none")
GUESSED = Text(
    ja="1行目を見出しとして読み、左の列をコード、次の列を表示にしました。違うときは、見出しに「コード」「名称」と書いて送り直してください。",
    en="The first line was read as headings, its first column as the code and the next as what is shown. If that is "
    "wrong, write “code” and “name” as headings and send it again.",
)
NEWER = Text(
    ja="一覧「{name}」には新しい版（{rows}件）がありますが、このフォームは前の一覧のままです。"
    "切り替え: !list use {name} {form}",
    en="There is a newer list “{name}” ({rows} rows); this form keeps the old one. "
    "To change that: !list use {name} {form}",
)
NEW = Text(ja="一覧「{name}」を登録しました。", en="The list “{name}” is kept.")
NOT_READ = Text(ja="一覧を読み込めませんでした。{why}", en="The list could not be read. {why}")
RENEWED = Text(
    ja="一覧「{name}」は前からあります。いま届いた中身を第{version}版としました。違うときは「!list undo {name}」。",
    en="There is a list “{name}” already; what came now is its version {version}. If that is wrong: !list undo {name}",
)
WHICH_QUESTION = Text(
    ja="どの質問で使いますか。「選択肢 3 {name}.csv」のように、質問の番号を付けて送ってください。",
    en="Which question is it for? Send e.g. “options 3 {name}.csv”.",
)
REPLACED = Text(
    ja="一覧「{name}」を入れ替えました（{before}件→{rows}件）。元に戻す: !list undo {name}",
    en="The list “{name}” is replaced ({before} → {rows} rows). Back to the old one: !list undo {name}",
)
IN_FORM = Text(ja="一覧: {lists}", en="Lists: {lists}")
IN_FORM_ROW = Text(ja="{name}（{rows}件）", en="{name} ({rows} rows)")


def overview(kept: Kept, drafts: Sequence[Draft]) -> Text:
    """One line about a list."""
    users = [draft.form.name for draft in used_by(kept, drafts)]
    forms = USED_BY.fill(names=_and_more(users)) if users else same("")
    return OVERVIEW.fill(name=kept.name, rows=f"{kept.filed.rows:,}", version=kept.number, forms=forms)


def _and_more(names: Sequence[str]) -> str:
    return "、".join(names[:10]) + ("…" if len(names) > 10 else "")


def kept_words(filed: Filed, *, guessed: bool = False) -> Text:
    """What its columns were taken for."""
    others = [quote(column) for column in filed.columns if column not in (filed.value, filed.label)]
    said = KEPT.fill(
        rows=f"{filed.rows:,}",
        value=quote(filed.value),
        label=quote(filed.label),
        others=_and_more(others) if others else NONE,
    )
    return lines(said, GUESSED) if guessed else said


def used_by(kept: Kept, drafts: Sequence[Draft], *, old: bool = False) -> list[Draft]:
    """The forms whose newest version draws from it; `old`: only those that draw from a former version of it."""
    return [draft for draft in drafts if any(_draws(kept, *one, old=old) for one in _tables(draft))]


def _tables(draft: Draft) -> list[tuple[str, str]]:
    return [(table.file, table.sha256) for table in draft.form.tables.values()]


def _draws(kept: Kept, file: str, sha256: str, *, old: bool) -> bool:
    return list_key(file) == list_key(kept.name) and not (old and sha256 == kept.filed.sha256)


def newer(draft: Draft, everything: Sequence[Kept]) -> list[Text]:
    """That a form keeps a former version of a list, for each that it does so of."""
    form = draft.form.name
    return [
        NEWER.fill(name=kept.name, rows=f"{kept.filed.rows:,}", form=form)
        for kept in everything
        if used_by(kept, [draft], old=True)
    ]


def in_form(draft: Draft) -> list[Text]:
    """The lists that a form draws from, with their length."""
    rows = [IN_FORM_ROW.fill(name=n, rows=f"{t.rows:,}") for n, t in draft.form.tables.items()]
    if not rows:
        return []
    return [IN_FORM.fill(lists=Text(ja="、".join(r.ja for r in rows), en=", ".join(r.en for r in rows)))]


def named(words: str) -> str:
    """A name that forms can use. Mistake where nothing of it can be kept."""
    if (name := fitting_name(words)) is None:
        raise Mistake(NO_NAME)
    return name


def read(lists: Lists, content: bytes | None, name: str) -> Listed:
    """The list in a file that was sent. Mistake: what is wrong with it."""
    if content is None:
        raise Mistake(TOO_LARGE)
    try:
        return lists.read(content, name=name)
    except Mistake as mistake:
        raise Mistake(NOT_READ.fill(why=mistake.text)) from None
