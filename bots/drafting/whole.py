"""What is done to the whole form: looked at, undone, tried, published, put away."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from bots.drafting import edits
from bots.drafting import sentences as s
from bots.drafting.orders import do
from bots.drafting.show import check, news, overview, refuse, say, title_of, untranslated
from bots.drafting.state import Drafting, Preview, Publish, Stand, Step
from bots.drafting.steps import Turn, add, after, kept
from bots.drafting.words import NONE, Order, Word, plain
from forms.mistake import Mistake
from forms.text import Text, lines


def translate(drafting: Drafting, command: Order) -> Turn:
    """「翻訳 題名 …」, and what still has no English."""
    head, _, rest = command.text.partition(" ")
    if plain(head) in ("題名", "タイトル", "title") and rest.strip():
        return kept(drafting, edits.entitle_in_english(drafting.manuscript, rest.strip()), s.TITLED_ENGLISH)
    form = drafting.manuscript.form
    without = untranslated(form) if form else []
    if command.text and drafting.focus:
        return do(drafting, command, drafting.focus, date.min)
    if not without:
        return drafting, (say(news(drafting), s.ENGLISH_WHOLE if form else s.NO_QUESTIONS),)
    rows = s.ENGLISH_MISSING.fill(numbers="、".join(map(str, without[:50])), first=without[0])
    return drafting, (say(news(drafting), rows),)


def _title(drafting: Drafting, command: Order) -> Turn:
    edit = edits.entitle(drafting.manuscript, command.text)
    return kept(drafting, edit, s.TITLED.fill(title=title_of(after(drafting, edit).manuscript.title)))


def _about(drafting: Drafting, command: Order) -> Turn:
    words = None if plain(command.text) in NONE else f"{command.text}\n{command.below}".strip()
    return kept(drafting, edits.introduce(drafting.manuscript, words), s.INTRODUCED)


def _more(drafting: Drafting, command: Order) -> Turn:
    return add(drafting, f"{command.text}\n{command.below}")


def _list(drafting: Drafting, _command: Order) -> Turn:
    return drafting, (say(news(drafting), overview(drafting.manuscript)),)


def _check(drafting: Drafting, _command: Order) -> Turn:
    form = drafting.manuscript.form
    if form is None:
        raise Mistake(s.NO_QUESTIONS)
    rows = check(form)
    return drafting, (say(news(drafting), lines(s.CHECK_ROWS, *rows) if rows else s.CHECKED),)


def undo(drafting: Drafting, command: Order, *, sure: bool = False) -> Turn:
    """Back to where the n-th last step began; the first step, which made the manuscript, stays."""
    past, steps = drafting.manuscript.past, max(1, command.number or 1)
    if len(past) < 2:
        raise Mistake(s.NOTHING_TO_UNDO)
    last = past[-1]
    if not sure and last.author != drafting.me and last.number > drafting.seen.step:
        waiting = {"for": "confirm", "said": f"undo {steps}"}
        asked = s.STILL_UNDO.fill(who=last.who, what=last.what)
        return replace(drafting, waiting=waiting), (refuse(news(drafting), asked),)
    gone = past[max(1, len(past) - steps) :]
    return _standing(drafting, past[-len(gone) - 1].number, s.UNDONE, tuple(reversed(gone)))


def _redo(drafting: Drafting, command: Order) -> Turn:
    again = drafting.manuscript.ahead[: max(1, command.number or 1)]
    if not again:
        raise Mistake(s.NOTHING_TO_REDO)
    return _standing(drafting, again[-1].number, s.REDONE, again)


def _standing(drafting: Drafting, step: int, said: Text, steps: tuple[Step, ...]) -> Turn:
    what = [said.fill(what=one.what) for one in steps[:10]]
    return replace(drafting, waiting={}), (Stand(step), say(news(drafting), *what))


def _preview(drafting: Drafting, _command: Order) -> Turn:
    if drafting.manuscript.form is None:
        raise Mistake(s.NO_QUESTIONS)
    return drafting, (Preview(),)


def _publish_order(drafting: Drafting, command: Order) -> Turn:
    return publish(drafting, command.text)


def publish(drafting: Drafting, words: str, *, lacks: str = "", known: str = "") -> Turn:
    if drafting.manuscript.form is None:
        raise Mistake(s.NO_QUESTIONS)
    if drafting.seen.document != drafting.manuscript.document:  # nobody publishes what they have not seen
        return drafting, (refuse(news(drafting), overview(drafting.manuscript)),)
    return drafting, (Publish(words, lacks, known),)


def _end(drafting: Drafting, _command: Order) -> Turn:
    return replace(drafting, stage="away"), (say(s.KEPT.fill(title=title_of(drafting.manuscript.title))),)


def _help(drafting: Drafting, _command: Order) -> Turn:
    return drafting, (say(s.HELP),)


def _speak(drafting: Drafting, command: Order) -> Turn:
    return replace(drafting, lang="ja" if command.word is Word.JAPANESE else "en"), (say(s.SPEAKS),)


WHOLE: Mapping[Word, Callable[[Drafting, Order], Turn]] = {
    Word.ADD: _more,
    Word.TITLE: _title,
    Word.ABOUT: _about,
    Word.LIST: _list,
    Word.CHECK: _check,
    Word.UNDO: undo,
    Word.REDO: _redo,
    Word.PREVIEW: _preview,
    Word.PUBLISH: _publish_order,
    Word.END: _end,
    Word.HELP: _help,
    Word.JAPANESE: _speak,
    Word.ENGLISH: _speak,
}
