"""What is done to one question: it is found by what the editor saw, and changed as it is now."""

from dataclasses import replace
from datetime import date

from bots.drafting import edits
from bots.drafting import sentences as s
from bots.drafting.parts import lacking, parts_of
from bots.drafting.places import asked_ids, first_asked, has_changed, question
from bots.drafting.show import count, kinds, line, looking_ahead, news, refuse, say, title_of
from bots.drafting.state import Drafting, Draw
from bots.drafting.steps import Turn, after, ask, kept
from bots.drafting.words import NONE, Order, Word, order, plain
from forms.mistake import Mistake
from forms.text import Text
from forms.writing.condition import Condition, source
from forms.writing.kinds import WRITTEN, kind_named
from forms.writing.listed import split_options
from forms.writing.spoken_condition import read_condition
from forms.writing.told import told

_TAUGHT = {
    Word.CHANGE: Text(ja="変更", en="change"),
    Word.REMOVE: Text(ja="削除", en="remove"),
    Word.MOVE: Text(ja="移動", en="move"),
    Word.COPY: Text(ja="複製", en="copy"),
}


def about_question(drafting: Drafting, command: Order, said: str, today: date) -> Turn:
    id_ = _target(drafting, command)
    other = _place(drafting, command.other) if command.other is not None else ""
    return unchanged(drafting, command, id_, today, said=said, other=other) or do(
        drafting, command, id_, today, other=other
    )


def _target(drafting: Drafting, command: Order) -> str:
    """The question that is meant: the number is a place in what the editor saw."""
    if command.number is not None:
        return _place(drafting, command.number)
    if not drafting.focus or question(drafting.manuscript, drafting.focus) is None:
        raise Mistake(s.WHICH.fill(word=_TAUGHT.get(command.word, _TAUGHT[Word.CHANGE])))
    return drafting.focus


def _place(drafting: Drafting, number: int) -> str:
    asked = asked_ids(drafting.seen.form)
    if not 1 <= number <= len(asked):
        raise Mistake(s.NO_SUCH.fill(n=number, count=len(asked)) if asked else s.NO_QUESTIONS)
    return asked[number - 1]


def unchanged(  # noqa: PLR0913 - what one order needs
    drafting: Drafting, command: Order, id_: str, today: date, *, said: str, other: str = ""
) -> Turn | None:
    """None where the editor saw the question as it is; else they are shown what became of it, and asked."""
    if question(drafting.manuscript, id_) is None:
        raise Mistake(s.GONE)
    if other and question(drafting.manuscript, other) is None:
        raise Mistake(s.GONE)
    before, now = drafting.seen.form, drafting.manuscript.form
    if before is None or now is None or not has_changed(before, now, id_) or command.word is Word.COPY:
        return None
    again = said if order(said) else _as_said(command)
    if command.word is Word.WHEN:
        again = _as_said(replace(command, text=_expression(drafting, command, id_, today), below=""))
    waiting = {"for": "confirm", "said": again, "id": id_, "other": other}
    return replace(drafting, waiting=waiting, focus=id_), (
        refuse(news(drafting), line(drafting.manuscript, id_, s.STILL)),
    )


def _as_said(command: Order) -> str:
    """An answer to what was asked back, as an order that says the same."""
    word = {
        Word.OPTIONS: "選択肢 1",
        Word.ROWS: "行 1",
        Word.KIND: "種類 1",
        Word.CHANGE: "変更 1",
        Word.HINT: "ヒント 1",
        Word.WHEN: "条件 1:",
    }.get(command.word, "翻訳 1")
    return f"{word} {command.text}\n{command.below}".strip()


def do(drafting: Drafting, command: Order, id_: str, today: date, *, other: str = "") -> Turn:
    """Do it to the question as it is now."""
    now = drafting.manuscript
    match command.word:
        case Word.MOVE:
            edit = edits.move(now, id_, other)
            return kept(drafting, edit, s.MOVED, *looking_ahead(after(drafting, edit).manuscript))
        case Word.REMOVE:
            return _removed(drafting, id_)
        case Word.COPY:
            return kept(drafting, edits.copy(now, id_), s.COPIED)
        case Word.REQUIRED | Word.OPTIONAL:
            return kept(drafting, edits.require(now, id_, needed=command.word is Word.REQUIRED), s.DONE)
        case Word.KIND | Word.ROWS:
            return _rows(drafting, command, id_) if command.word is Word.ROWS else _kind(drafting, command, id_)
        case _:
            return (
                _when(drafting, command, id_, today) if command.word is Word.WHEN else _worded(drafting, command, id_)
            )


_ASKS = {Word.CHANGE: "wording", Word.HINT: "hint", Word.OPTIONS: "options", Word.TRANSLATE: "english"}


def _worded(drafting: Drafting, command: Order, id_: str) -> Turn:
    """The orders that need words; without them they are asked for."""
    now, text, below = drafting.manuscript, command.text, command.below
    if not text and not (below and command.word is Word.OPTIONS):
        return ask(drafting, _ASKS[command.word], id_)
    match command.word:
        case Word.CHANGE if kind := kind_named(text):
            return made(drafting, kind, below, id_)
        case Word.CHANGE:
            return kept(drafting, edits.retitle(now, id_, text, below), s.DONE)
        case Word.HINT:
            words = None if plain(text) in NONE else f"{text}\n{below}".strip()
            return kept(drafting, edits.hint(now, id_, words), s.DONE)
        case Word.OPTIONS:
            return _options(drafting, command, id_)
        case _:
            return kept(drafting, edits.translate(now, id_, text, below), s.TRANSLATED)


def _options(drafting: Drafting, command: Order, id_: str) -> Turn:
    if (name := list_named(command.text)) and not command.below:
        return drafting, (Draw(id_, name),)
    return kept(drafting, edits.change_options(drafting.manuscript, id_, command.text, command.below), s.DONE)


def list_named(words: str) -> str:
    """「学校.csv」 names a list; "" for all else."""
    bare = words.strip("「」『』 ")
    is_file = bare.casefold().endswith(".csv") and "\n" not in bare and not {"、", ",", " "} & {*bare}
    return bare[:100] if is_file else ""


def _removed(drafting: Drafting, id_: str) -> Turn:
    gone = question(drafting.manuscript, id_)
    edit = edits.remove(drafting.manuscript, id_)
    then = after(drafting, edit)
    title = title_of(gone.title) if gone else ""
    return then, (edit.write, say(news(drafting), s.REMOVED.fill(title=title, count=count(then.manuscript))))


def _kind(drafting: Drafting, command: Order, id_: str) -> Turn:
    return made(drafting, command.text, command.below, id_)


def made(drafting: Drafting, named: str, said: str, id_: str) -> Turn:
    """A question of another kind, with what such a kind needs: from `said`, from what it had, or asked for."""
    kind = named if named in WRITTEN else kind_named(named)
    if kind is None:
        raise Mistake(s.ASK_KIND.fill(kinds=kinds()))
    parts = parts_of(kind, said, edits.element(drafting.manuscript, id_), named)
    if lack := lacking(kind, parts):
        return ask(drafting, lack, id_, kind=kind, said=said)
    return kept(drafting, edits.change_kind(drafting.manuscript, id_, kind, parts), s.DONE)


def _rows(drafting: Drafting, command: Order, id_: str) -> Turn:
    """A question that is no table becomes one, with its options for columns."""
    said = "\n".join(split_options(command.text)) + f"\n{command.below}" if command.text else command.below
    return made(drafting, "matrix", said, id_) if said else ask(drafting, "rows", id_, kind="matrix")


def _when(drafting: Drafting, command: Order, id_: str, today: date) -> Turn:
    now, said = drafting.manuscript, f"{command.text} {command.below}".strip()
    if not said:
        return ask(drafting, "when", id_)
    if plain(said) in NONE:
        return kept(drafting, edits.when(now, id_, None), s.WHEN_ALWAYS)
    edit = edits.when(now, id_, _condition(drafting, said, id_, today))
    then = after(drafting, edit)
    return then, (edit.write, say(news(drafting), _told(then, id_)))


def _condition(drafting: Drafting, said: str, id_: str, today: date) -> Condition:
    """The numbers in it are those that the editor saw."""
    form, seen = drafting.manuscript.form, drafting.seen.form
    known = seen if seen is not None and id_ in asked_ids(seen) else form
    asked = first_asked(known, id_) if known else None
    if known is None or asked is None:
        raise Mistake(s.GONE)
    return read_condition(said, known, asked, today=today)


def _expression(drafting: Drafting, command: Order, id_: str, today: date) -> str:
    """A condition in a notation that no new numbering changes."""
    said = f"{command.text} {command.below}".strip()
    return said if not said or plain(said) in NONE else source(_condition(drafting, said, id_, today))


def _told(drafting: Drafting, id_: str) -> Text:
    """The condition said back."""
    form, asked = drafting.manuscript.form, question(drafting.manuscript, id_)
    if form is None or asked is None or not asked.when:
        return s.GONE
    return line(drafting.manuscript, id_, s.WHEN_SET, when=told(asked.when, form))
