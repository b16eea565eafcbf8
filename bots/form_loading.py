"""How a form comes in: pasted or as a file; what is wrong with it is said place by place."""

import unicodedata

from bots.arguments import Pasted
from bots.call import Call
from bots.command import Effects, command, listener
from bots.effects import Say
from bots.events import Event, Sent
from bots.ports import Forms, Pending, Workbooks
from bots.ports_lists import Lists
from bots.records import NotAllowed, Waiting
from bots.roles import Role
from forms.document import Flaw, read_form
from forms.form import Form
from forms.mistake import Mistake
from forms.text import Text, lines
from forms.xlsform.content import decoded, kind_of
from forms.xlsform.reading import Read

LOADED = Text(
    ja="フォーム「{name}」を読み込みました（第{version}版、{count}問）。\n"
    "確認: !form preview {name}\n公開: !form publish {name} by 明日 17:00",
    en="Form “{name}” loaded (version {version}, {count} questions).\n"
    "Try it: !form preview {name}\nPublish: !form publish {name} by tomorrow 5pm",
)
FLAWED = Text(
    ja="フォームを読み込めませんでした。次のところを直してください。",
    en="The form could not be loaded. Please mend these places:",
)
SEND_FILE = Text(
    ja="この部屋にフォームのファイル（Excel、CSV、YAML、JSON）を送ってください。10分お待ちします。"
    "「!form load」の次の行から内容を貼り付けることもできます。Excel の様式: !form template xlsx",
    en="Please send the form's file (Excel, CSV, YAML or JSON) here within ten minutes, or paste it below "
    "“!form load”. A blank Excel file: !form template xlsx",
)
FORM_FILES = (".yaml", ".yml", ".json", ".xlsx", ".xls")
"""Taken for a form without being asked, where an editor drops one into the direct room."""

MOST_NOTICES = 12
NOTICED = Text(ja="次のものは使わないか、読み替えました。", en="These are not used, or taken otherwise:")
MORE = Text(ja="・ほか{n}件", en="- and {n} more")
TOO_LARGE = Text(
    ja="ファイルを読めませんでした。5 MB までの Excel か CSV、256 kB までの YAML か JSON を送ってください。",
    en="The file could not be read. Please send Excel or CSV of up to 5 MB, YAML or JSON of up to 256 kB.",
)


@command(
    "load",
    "読込",
    needs=Role.EDITOR,
    about=Text(ja="フォームを読み込む（Excel・CSV・YAML・JSON）", en="load a form (Excel, CSV, YAML, JSON)"),
    more=Text(
        ja="ファイルに「!form load」と書き添えて送るか、次の行から貼り付けます。",
        en="Send the file with the caption “!form load”, or paste it on the next lines.",
    ),
)
def load(
    _call: Call,
    forms: Forms,
    workbooks: Workbooks,
    lists: Lists,
    pending: Pending,
    document: Pasted | None = None,
) -> Effects:
    if document is None:
        pending.ask(Waiting(command="form load"))
        return (Say(text=SEND_FILE),)
    return _load(forms, workbooks, lists, document.encode("utf-8", "replace"))


def _load(forms: Forms, workbooks: Workbooks, lists: Lists, content: bytes, *, name: str = "") -> Effects:
    """Its ending says nothing: what it is, is seen by its content."""
    if kind_of(content) == "document":
        found = read_form(decoded(content), lists.known())
        read = Read(found) if isinstance(found, Form) else Read(None, flaws=found)
    else:
        read = workbooks.read(content, name=name.rpartition(".")[0], known=lists.known())
    if read.form is None:
        raise Mistake(lines(FLAWED, *map(_flaw, read.flaws)))
    version = forms.save(read.form)
    loaded = LOADED.fill(name=read.form.name, version=version, count=len(read.form.asked))
    return (Say(text=lines(loaded, *_notices(read))),)


def _notices(read: Read) -> list[Text]:
    """What another tool has and we do not is named, never dropped silently."""
    if not read.notices:
        return []
    more = [MORE.fill(n=len(read.notices) - MOST_NOTICES)] if len(read.notices) > MOST_NOTICES else []
    return [NOTICED, *(_notice(one) for one in read.notices[:MOST_NOTICES]), *more]


def _notice(notice: Flaw) -> Text:
    return Text(ja="・{place}: {what}", en="- {place}: {what}").fill(place=notice.place, what=notice.what)


def _flaw(flaw: Flaw) -> Text:
    text = Text(ja="・{place}: {what}{mend}", en="- {place}: {what} {mend}")
    text = text.fill(place=flaw.place, what=flaw.what, mend=flaw.mend)
    return Text(ja=text.ja, en=text.en.rstrip())


def _waited(pending: Pending) -> bool:
    """Whether a file was asked for; another question that the bot asked back stays open."""
    waiting = pending.take()
    if waiting is not None and waiting.command != "form load":
        pending.ask(waiting)
        return False
    return waiting is not None


@listener
def sent_file(  # noqa: PLR0913, PLR0917 - its ports
    call: Call, event: Event, forms: Forms, workbooks: Workbooks, lists: Lists, pending: Pending
) -> Effects | None:
    """A form's file: with the caption `!form load`, after that command, or dropped into the direct room."""
    if not isinstance(event, Sent):
        return None
    asked = unicodedata.normalize("NFKC", event.caption).casefold().split()[:2] == ["!form", "load"]
    waited = not asked and call.role >= Role.EDITOR and _waited(pending)
    is_form = event.name.casefold().endswith(FORM_FILES) and call.direct and call.role >= Role.EDITOR
    if not (asked or waited or is_form):
        return None
    if call.role < load.needs:
        raise NotAllowed(load.needs)
    if event.content is None:
        raise Mistake(TOO_LARGE)
    return _load(forms, workbooks, lists, event.content, name=event.name)
