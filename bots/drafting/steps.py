"""The moves that a turn is made of: keep an edit, ask for what is missing, add a question."""

from dataclasses import replace

from bots.drafting import edits
from bots.drafting import sentences as s
from bots.drafting.edits import Edit
from bots.drafting.show import count, details, line, news, refuse, say
from bots.drafting.state import Deed, Drafting, Draw, Step
from bots.effects import Effect
from forms.lists.table import Filed
from forms.reading.words import is_blank
from forms.text import Text
from forms.writing.guess import guess
from forms.writing.kinds import CHOOSING

Turn = tuple[Drafting, tuple[Effect | Deed, ...]]

_ASKED = {
    "wording": s.ASK_WORDING,
    "hint": s.ASK_HINT,
    "when": s.ASK_WHEN,
    "options": s.ASK_OPTIONS,
    "rows": s.ASK_ROWS,
    "columns": s.ASK_COLUMNS,
    "text": s.ASK_TEXT,
    "english": s.ASK_ENGLISH,
}


def ask(drafting: Drafting, what: str, id_: str, **more: str) -> Turn:
    then = replace(drafting, waiting={"for": what, "id": id_, **more}, focus=id_)
    return then, (say(news(drafting), line(drafting.manuscript, id_, _ASKED[what])),)


def kept(drafting: Drafting, edit: Edit, said: Text, *more: Text | None) -> Turn:
    """Keep the edit as the next step, and say what is there now."""
    then = after(drafting, edit)
    shown = line(then.manuscript, edit.focus, said) if edit.focus else said
    return then, (edit.write, say(news(drafting), shown, details(then.manuscript, edit.focus), *more))


def after(drafting: Drafting, edit: Edit) -> Drafting:
    """The conversation when the step is kept."""
    now = drafting.manuscript
    step = Step(now.last + 1, drafting.me, "", edit.write.what)
    manuscript = replace(
        now,
        document=edit.write.document,
        given=edit.write.given,
        step=step.number,
        last=step.number,
        past=(*now.past, step),
        ahead=(),
    )
    return replace(drafting, manuscript=manuscript, focus=edit.focus, waiting={})


def drawn(drafting: Drafting, wanted: Draw, filed: Filed) -> Turn:
    """The question chooses from this list from now on."""
    edit = edits.draw(drafting.manuscript, wanted.question, wanted.title, filed=filed)
    return kept(drafting, edit, s.DONE if wanted.question else s.ADDED)


def add(drafting: Drafting, said: str) -> Turn:
    guessed = guess(said)
    if is_blank(guessed.title):
        return drafting, (refuse(s.EMPTY),)
    if guessed.kind in CHOOSING and not guessed.options:
        waiting = {"for": "options", "title": said.partition("\n")[0], "kind": guessed.kind}
        return replace(drafting, waiting=waiting), (say(news(drafting), s.ASK_OPTIONS.fill(title=guessed.title)),)
    first = count(drafting.manuscript) == 0
    return kept(drafting, edits.add(drafting.manuscript, guessed), s.ADDED, *((s.CORRECT_IT, s.NEXT) if first else ()))
