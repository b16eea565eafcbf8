"""One message of an editor, one turn; and the first words when a manuscript is opened."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from bots.drafting import edits
from bots.drafting import sentences as s
from bots.drafting.orders import about_question, do, list_named, made, unchanged
from bots.drafting.places import question
from bots.drafting.show import count, news, overview, refuse, say, title_of
from bots.drafting.state import Drafting, Draw
from bots.drafting.steps import Turn, add, kept
from bots.drafting.whole import WHOLE, publish, translate, undo
from bots.drafting.words import LONGEST, ON_A_QUESTION, Order, Word, order, plain
from bots.filling.words import NO, YES, unquoted
from forms.mistake import Mistake
from forms.reading.words import clean, is_blank
from forms.writing.guess import guess
from forms.writing.tables import table_in


def open_(drafting: Drafting) -> Turn:
    """The first words: what to send, and what is there already."""
    manuscript = drafting.manuscript
    then = replace(drafting, seen=manuscript, waiting={}, stage="open")
    if manuscript.form is None:
        return then, (say(s.OPENED.fill(title=title_of(manuscript.title))),)
    head = s.CONTINUED.fill(title=title_of(manuscript.title), count=count(manuscript))
    return then, (say(head, overview(manuscript)),)


def advance(drafting: Drafting, said: str, *, today: date) -> Turn:
    """The conversation after `said`, and what to do. Never raises for anything a person may send.

    `today` is the date where the person is.
    """
    if len(said) > LONGEST:
        return drafting, (refuse(s.TOO_LONG),)
    words = clean(said)
    if is_blank(words):
        return drafting, (refuse(s.EMPTY),)
    try:
        then, effects = _heard(drafting, words, today)
    except Mistake as mistake:
        return replace(drafting, seen=drafting.manuscript), (refuse(news(drafting), mistake.text),)
    return replace(then, seen=then.manuscript), effects


def amend(drafting: Drafting, source: str, said: str, *, today: date) -> Turn:
    """The message that worded a question says something else now: so does the question."""
    id_, command = drafting.sources.get(source), order(said)
    words = command.text or "" if command is not None and command.word in (Word.ADD, Word.CHANGE) else said
    if id_ is None or is_blank(clean(words)) or len(said) > LONGEST:
        return drafting, ()
    first, _, below = clean(words).partition("\n")
    again = Order(Word.CHANGE, text=unquoted(first) or first, below=command.below if command else below)
    try:
        asked = unchanged(drafting, again, id_, today, said=f"変更 1 {again.text}\n{again.below}")
        then, effects = asked or do(drafting, again, id_, today)
    except Mistake as mistake:
        then, effects = drafting, (refuse(news(drafting), mistake.text),)
    return replace(then, seen=then.manuscript), effects


def remembering(drafting: Drafting, source: str, before: Drafting) -> Drafting:
    """Which message worded the question that it touched: the newest 100."""
    asked = question(drafting.manuscript, drafting.focus)
    was = question(before.manuscript, drafting.focus)
    if asked is None or (was is not None and was.title == asked.title):
        return drafting
    kept_ = dict(list(drafting.sources.items())[-99:])
    return replace(drafting, sources={**kept_, source: asked.id})


def _heard(drafting: Drafting, said: str, today: date) -> Turn:
    waiting = drafting.waiting
    if waiting.get("for") == "confirm" and (turn := _confirmed(drafting, said, today)):
        return turn
    command = order(said)
    if command is not None and command.word is Word.KIND and command.number is None and not drafting.focus:
        command = None  # there is nothing to correct: it is a question
    if command is not None:
        calm = drafting if command.word is Word.HELP else replace(drafting, waiting={})
        return _obey(calm, command, said, today)
    if waiting and waiting["for"] != "confirm":
        return _answered(drafting, said, today)
    if plain(said) in YES | NO:
        return drafting, (refuse(news(drafting), s.NOTHING_ASKED),)
    return add(replace(drafting, waiting={}), unquoted(said) or said)


def _confirmed(drafting: Drafting, said: str, today: date) -> Turn | None:
    """Any other word than yes or no means that the person went on."""
    word, calm = plain(said), replace(drafting, waiting={})
    if word in NO:
        return calm, (say(news(drafting), s.LEFT),)
    if word not in YES:
        return None
    waiting = drafting.waiting
    id_, command = waiting.get("id", ""), order(waiting["said"])
    if command is None:
        return calm, (refuse(s.EMPTY),)
    if not id_:
        return undo(calm, command, sure=True)
    return do(calm, command, id_, today, other=waiting.get("other", ""))


def _answered(drafting: Drafting, said: str, today: date) -> Turn:
    waiting, calm = drafting.waiting, replace(drafting, waiting={})
    what, id_ = waiting["for"], waiting.get("id", "")
    if what == "publish":
        return publish(calm, said, lacks=waiting.get("lacks", ""), known=waiting.get("known", ""))
    if what == "options" and (name := list_named(said)):
        return calm, (Draw(id_, name, title=waiting.get("title", "")),)
    if what == "options" and not id_:
        guessed = replace(guess(waiting["title"]), kind=waiting["kind"], options=edits.labels_in("", said))
        return kept(calm, edits.add(calm.manuscript, guessed), s.ADDED)
    try:
        if kind := waiting.get("kind"):
            return made(calm, kind, _together(waiting, said), id_)
        command = _as_order(what, said)
        return unchanged(calm, command, id_, today, said=said) or do(calm, command, id_, today)
    except Mistake as mistake:  # it is still waited for: they may simply say it better
        return drafting, (refuse(news(drafting), mistake.text),)


def _together(waiting: Mapping[str, str], said: str) -> str:
    """With what was said before: the rows of a table, to which these are the columns."""
    if waiting["for"] == "columns":
        rows = "\n".join(table_in(waiting.get("said", "")).rows)
        return f"行:\n{rows}\n列:\n" + "\n".join(edits.labels_in("", said))
    return "\n".join(edits.labels_in("", said)) if waiting["for"] == "options" else said


def _obey(drafting: Drafting, command: Order, said: str, today: date) -> Turn:
    if command.word is Word.TRANSLATE and command.number is None:
        return translate(drafting, command)
    if command.word in ON_A_QUESTION:
        return about_question(drafting, command, said, today)
    return WHOLE[command.word](drafting, command)


def _as_order(what: str, said: str) -> Order:
    """The answer to what was asked back, as the order that it completes."""
    first, _, below = said.partition("\n")
    return {
        "options": Order(Word.OPTIONS, below=said),
        "wording": Order(Word.CHANGE, text=first, below=below),
        "hint": Order(Word.HINT, text=said),
        "when": Order(Word.WHEN, text=said),
        "english": Order(Word.TRANSLATE, text=first, below=below),
    }[what]
