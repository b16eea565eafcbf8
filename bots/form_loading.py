"""How a form comes in: pasted or as a file; what is wrong with it is said place by place."""

import unicodedata

from bots.arguments import Pasted
from bots.call import Call
from bots.command import Effects, command, listener
from bots.effects import Say
from bots.events import Event, Sent
from bots.ports import Forms, Pending
from bots.records import NotAllowed, Waiting
from bots.roles import Role
from forms.document import Flaw, read_form
from forms.form import Form
from forms.mistake import Mistake
from forms.text import Text, lines

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
    ja="この部屋にフォームのファイル（YAML か JSON）を送ってください。10分お待ちします。"
    "「!form load」の次の行から内容を貼り付けることもできます。",
    en="Please send the form's file (YAML or JSON) here within ten minutes, or paste it below “!form load”.",
)
TOO_LARGE = Text(
    ja="ファイルを読めませんでした。256 kB までの YAML か JSON を送ってください。",
    en="The file could not be read. Please send YAML or JSON of up to 256 kB.",
)


@command(
    "load",
    "読込",
    needs=Role.EDITOR,
    about=Text(ja="フォームを読み込む（YAML・JSON）", en="load a form (YAML, JSON)"),
    more=Text(
        ja="ファイルに「!form load」と書き添えて送るか、次の行から貼り付けます。",
        en="Send the file with the caption “!form load”, or paste it on the next lines.",
    ),
)
def load(_call: Call, forms: Forms, pending: Pending, document: Pasted | None = None) -> Effects:
    if document is None:
        pending.ask(Waiting(command="form load"))
        return (Say(text=SEND_FILE),)
    return _load(forms, document)


def _load(forms: Forms, document: str) -> Effects:
    form = read_form(document)
    if not isinstance(form, Form):
        raise Mistake(lines(FLAWED, *map(_flaw, form)))
    version = forms.save(form)
    return (Say(text=LOADED.fill(name=form.name, version=version, count=len(form.asked))),)


def _flaw(flaw: Flaw) -> Text:
    return Text(ja="・{place}: {what}{mend}", en="- {place}: {what} {mend}").fill(
        place=flaw.place, what=flaw.what, mend=flaw.mend
    )


def _waited(pending: Pending) -> bool:
    """Whether a file was asked for; another question that the bot asked back stays open."""
    waiting = pending.take()
    if waiting is not None and waiting.command != "form load":
        pending.ask(waiting)
        return False
    return waiting is not None


@listener
def sent_file(call: Call, event: Event, forms: Forms, pending: Pending) -> Effects | None:
    """A form's file: with the caption `!form load`, after that command, or dropped into the direct room."""
    if not isinstance(event, Sent):
        return None
    asked = unicodedata.normalize("NFKC", event.caption).casefold().split()[:2] == ["!form", "load"]
    waited = not asked and call.role >= Role.EDITOR and _waited(pending)
    is_form = event.name.casefold().endswith((".yaml", ".yml", ".json")) and call.direct and call.role >= Role.EDITOR
    if not (asked or waited or is_form):
        return None
    if call.role < load.needs:
        raise NotAllowed(load.needs)
    if event.content is None:
        raise Mistake(TOO_LARGE)
    return _load(forms, event.content.decode("utf-8", "replace"))
