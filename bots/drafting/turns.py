"""One message of an editor, one turn; and the first words when a manuscript is opened."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from bots.drafting import edits
from bots.drafting import sentences as s
from bots.drafting.edits import Edit
from bots.drafting.show import (
    check,
    count,
    details,
    kinds,
    line,
    looking_ahead,
    news,
    overview,
    refuse,
    say,
    title_of,
    untranslated,
)
from bots.drafting.state import Deed, Drafting, Preview, Publish, Stand, Step
from bots.drafting.words import LONGEST, NONE, ON_A_QUESTION, Order, Word, order, plain
from bots.effects import Effect
from bots.filling.words import NO, YES, unquoted
from forms.mistake import Mistake
from forms.reading.words import clean, is_blank
from forms.text import Text, lines
from forms.writing.condition import Condition, source
from forms.writing.difference import question_changes
from forms.writing.guess import guess
from forms.writing.kinds import CHOOSING, kind_named
from forms.writing.spoken_condition import read_condition
from forms.writing.told import told

Turn = tuple[Drafting, tuple[Effect | Deed, ...]]
_TAUGHT = {
    Word.CHANGE: Text(ja="変更", en="change"),
    Word.REMOVE: Text(ja="削除", en="remove"),
    Word.MOVE: Text(ja="移動", en="move"),
    Word.COPY: Text(ja="複製", en="copy"),
}


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
    return _add(replace(drafting, waiting={}), unquoted(said) or said)


# -- what was asked back -------------------------------------------------------------------------------------------------


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
        return _undo(calm, command, sure=True)
    return _on(calm, command, id_, today, other=waiting.get("other", ""))


def _answered(drafting: Drafting, said: str, today: date) -> Turn:
    waiting, calm = drafting.waiting, replace(drafting, waiting={})
    what, id_ = waiting["for"], waiting.get("id", "")
    if what == "publish":
        return _publish(calm, said, lacks=waiting.get("lacks", ""), known=waiting.get("known", ""))
    if what == "options" and not id_:
        found = guess(f"{waiting['title']}\n{said}")
        labels = found.options or edits.labels_in(said, "")
        return _written(
            calm,
            edits.add(calm.manuscript, replace(guess(waiting["title"]), kind=waiting["kind"], options=labels)),
            s.ADDED,
        )
    first, _, below = said.partition("\n")
    command = {
        "options": Order(Word.OPTIONS, below=said),
        "wording": Order(Word.CHANGE, text=first, below=below),
        "hint": Order(Word.HINT, text=said),
        "when": Order(Word.WHEN, text=said),
        "english": Order(Word.TRANSLATE, text=first, below=below),
    }[what]
    try:
        if what == "options" and waiting.get("kind"):
            edit = edits.change_kind(calm.manuscript, id_, waiting["kind"], edits.labels_in("", said))
            return _written(calm, edit, s.DONE)
        return _unchanged(calm, command, id_, today, said=said) or _on(calm, command, id_, today)
    except Mistake as mistake:  # it is still waited for: they may simply say it better
        return drafting, (refuse(news(drafting), mistake.text),)


# -- orders --------------------------------------------------------------------------------------------------------------


def _obey(drafting: Drafting, command: Order, said: str, today: date) -> Turn:
    if command.word in ON_A_QUESTION:
        return _about_question(drafting, command, said, today)
    return _WHOLE[command.word](drafting, command)


def _about_question(drafting: Drafting, command: Order, said: str, today: date) -> Turn:
    if command.word is Word.TRANSLATE and command.number is None:
        return _translate(drafting, command)
    id_ = _target(drafting, command)
    other = _place(drafting, command.other) if command.other is not None else ""
    return _unchanged(drafting, command, id_, today, said=said, other=other) or _on(
        drafting, command, id_, today, other=other
    )


def _target(drafting: Drafting, command: Order) -> str:
    """The question that is meant: the number is a place in what the editor saw."""
    if command.number is not None:
        return _place(drafting, command.number)
    if not drafting.focus or edits.question(drafting.manuscript, drafting.focus) is None:
        raise Mistake(s.WHICH.fill(word=_TAUGHT.get(command.word, _TAUGHT[Word.CHANGE])))
    return drafting.focus


def _place(drafting: Drafting, number: int) -> str:
    form = drafting.seen.form
    asked = form.asked if form else ()
    if not 1 <= number <= len(asked):
        raise Mistake(s.NO_SUCH.fill(n=number, count=len(asked)) if asked else s.NO_QUESTIONS)
    return asked[number - 1].id


def _unchanged(  # noqa: PLR0913 - what one order needs
    drafting: Drafting, command: Order, id_: str, today: date, *, said: str, other: str = ""
) -> Turn | None:
    """None where the editor saw the question as it is; else they are shown what became of it, and asked."""
    if edits.question(drafting.manuscript, id_) is None:
        raise Mistake(s.GONE)
    if other and edits.question(drafting.manuscript, other) is None:
        raise Mistake(s.GONE)
    before, now = drafting.seen.form, drafting.manuscript.form
    if before is None or now is None or not question_changes(before, now, id_) or command.word is Word.COPY:
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
    word = {Word.OPTIONS: "選択肢 1", Word.CHANGE: "変更 1", Word.HINT: "ヒント 1", Word.WHEN: "条件 1:"}.get(
        command.word, "翻訳 1"
    )
    return f"{word} {command.text}\n{command.below}".strip()


def _on(drafting: Drafting, command: Order, id_: str, today: date, *, other: str = "") -> Turn:
    """Do it to the question as it is now."""
    now = drafting.manuscript
    match command.word:
        case Word.MOVE:
            edit = edits.move(now, id_, other)
            return _written(drafting, edit, s.MOVED, *looking_ahead(after(drafting, edit).manuscript))
        case Word.REMOVE:
            return _removed(drafting, id_)
        case Word.COPY:
            return _written(drafting, edits.copy(now, id_), s.COPIED)
        case Word.REQUIRED | Word.OPTIONAL:
            return _written(drafting, edits.require(now, id_, needed=command.word is Word.REQUIRED), s.DONE)
        case Word.KIND:
            return _kind(drafting, command, id_)
        case Word.WHEN:
            return _when(drafting, command, id_, today)
        case _:
            return _worded(drafting, command, id_)


def _worded(drafting: Drafting, command: Order, id_: str) -> Turn:
    """The orders that need words; without them they are asked for."""
    now, text, below = drafting.manuscript, command.text, command.below
    match command.word:
        case Word.CHANGE if text and (kind := kind_named(text)):
            return _kind(drafting, replace(command, text=kind), id_)
        case Word.CHANGE:
            return (
                _written(drafting, edits.retitle(now, id_, text, below), s.DONE)
                if text
                else _ask(drafting, "wording", id_)
            )
        case Word.HINT:
            words = None if plain(text) in NONE else f"{text}\n{below}".strip()
            return _written(drafting, edits.hint(now, id_, words), s.DONE) if text else _ask(drafting, "hint", id_)
        case Word.OPTIONS:
            labels = edits.labels_in(text, below)
            return (
                _written(drafting, edits.change_options(now, id_, labels), s.DONE)
                if labels
                else _ask(drafting, "options", id_)
            )
        case _:
            return (
                _written(drafting, edits.translate(now, id_, text, below), s.TRANSLATED)
                if text
                else _ask(drafting, "english", id_)
            )


_ASKED = {
    "wording": s.ASK_WORDING,
    "hint": s.ASK_HINT,
    "when": s.ASK_WHEN,
    "options": s.ASK_OPTIONS,
    "english": s.ASK_ENGLISH,
}


def _ask(drafting: Drafting, what: str, id_: str, **more: str) -> Turn:
    then = replace(drafting, waiting={"for": what, "id": id_, **more}, focus=id_)
    return then, (say(news(drafting), line(drafting.manuscript, id_, _ASKED[what])),)


def _written(drafting: Drafting, edit: Edit, said: Text, *more: Text | None) -> Turn:
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


def _add(drafting: Drafting, said: str) -> Turn:
    guessed = guess(said)
    if is_blank(guessed.title):
        return drafting, (refuse(s.EMPTY),)
    if guessed.kind in CHOOSING and not guessed.options:
        waiting = {"for": "options", "title": said.partition("\n")[0], "kind": guessed.kind}
        return replace(drafting, waiting=waiting), (say(news(drafting), s.ASK_OPTIONS.fill(title=guessed.title)),)
    first = count(drafting.manuscript) == 0
    return _written(
        drafting, edits.add(drafting.manuscript, guessed), s.ADDED, *((s.CORRECT_IT, s.NEXT) if first else ())
    )


def _removed(drafting: Drafting, id_: str) -> Turn:
    gone = edits.question(drafting.manuscript, id_)
    edit = edits.remove(drafting.manuscript, id_)
    then = after(drafting, edit)
    title = title_of(gone.title) if gone else ""
    return then, (edit.write, say(news(drafting), s.REMOVED.fill(title=title, count=count(then.manuscript))))


def _kind(drafting: Drafting, command: Order, id_: str) -> Turn:
    kind = command.text if command.text in CHOOSING else kind_named(command.text)
    if kind is None:
        raise Mistake(s.ASK_KIND.fill(kinds=kinds()))
    labels = edits.labels_in("", command.below)
    if kind in CHOOSING and not labels and not edits.has_options(drafting.manuscript, id_):
        return _ask(drafting, "options", id_, kind=kind)
    return _written(drafting, edits.change_kind(drafting.manuscript, id_, kind, labels), s.DONE)


def _when(drafting: Drafting, command: Order, id_: str, today: date) -> Turn:
    now, said = drafting.manuscript, f"{command.text} {command.below}".strip()
    if not said:
        return _ask(drafting, "when", id_)
    if plain(said) in NONE:
        return _written(drafting, edits.when(now, id_, None), s.WHEN_ALWAYS)
    edit = edits.when(now, id_, _condition(drafting, said, id_, today))
    then = after(drafting, edit)
    return then, (edit.write, say(news(drafting), _told(then, id_)))


def _condition(drafting: Drafting, said: str, id_: str, today: date) -> Condition:
    """The numbers in it are those that the editor saw."""
    form, asked = drafting.manuscript.form, edits.question(drafting.manuscript, id_)
    if form is None or asked is None:
        raise Mistake(s.GONE)
    seen = drafting.seen.form
    known = seen is not None and any(q.id == id_ for q in seen.asked)
    return read_condition(said, seen if known and seen else form, asked, today=today)


def _expression(drafting: Drafting, command: Order, id_: str, today: date) -> str:
    """A condition in a notation that no new numbering changes."""
    said = f"{command.text} {command.below}".strip()
    return said if not said or plain(said) in NONE else source(_condition(drafting, said, id_, today))


def _told(drafting: Drafting, id_: str) -> Text:
    """The condition said back."""
    form, asked = drafting.manuscript.form, edits.question(drafting.manuscript, id_)
    if form is None or asked is None or not asked.when:
        return s.GONE
    return line(drafting.manuscript, id_, s.WHEN_SET, when=told(asked.when, form))


# -- the whole form ------------------------------------------------------------------------------------------------------


def _translate(drafting: Drafting, command: Order) -> Turn:
    """「翻訳 題名 …」, and what still has no English."""
    head, _, rest = command.text.partition(" ")
    if plain(head) in ("題名", "タイトル", "title") and rest.strip():
        return _written(drafting, edits.entitle_in_english(drafting.manuscript, rest.strip()), s.TITLED_ENGLISH)
    form = drafting.manuscript.form
    without = untranslated(form) if form else []
    if command.text and drafting.focus:
        return _on(drafting, command, drafting.focus, date.min)
    if not without:
        return drafting, (say(news(drafting), s.ENGLISH_WHOLE if form else s.NO_QUESTIONS),)
    rows = s.ENGLISH_MISSING.fill(numbers="、".join(map(str, without[:50])), first=without[0])
    return drafting, (say(news(drafting), rows),)


def _title(drafting: Drafting, command: Order) -> Turn:
    edit = edits.entitle(drafting.manuscript, command.text)
    return _written(drafting, edit, s.TITLED.fill(title=title_of(after(drafting, edit).manuscript.title)))


def _about(drafting: Drafting, command: Order) -> Turn:
    words = None if plain(command.text) in NONE else f"{command.text}\n{command.below}".strip()
    return _written(drafting, edits.introduce(drafting.manuscript, words), s.INTRODUCED)


def _more(drafting: Drafting, command: Order) -> Turn:
    return _add(drafting, f"{command.text}\n{command.below}")


def _list(drafting: Drafting, _command: Order) -> Turn:
    return drafting, (say(news(drafting), overview(drafting.manuscript)),)


def _check(drafting: Drafting, _command: Order) -> Turn:
    form = drafting.manuscript.form
    if form is None:
        raise Mistake(s.NO_QUESTIONS)
    rows = check(form)
    return drafting, (say(news(drafting), lines(s.CHECK_ROWS, *rows) if rows else s.CHECKED),)


def _undo(drafting: Drafting, command: Order, *, sure: bool = False) -> Turn:
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
    return _publish(drafting, command.text)


def _publish(drafting: Drafting, words: str, *, lacks: str = "", known: str = "") -> Turn:
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


_WHOLE: Mapping[Word, Callable[[Drafting, Order], Turn]] = {
    Word.ADD: _more,
    Word.TITLE: _title,
    Word.ABOUT: _about,
    Word.LIST: _list,
    Word.CHECK: _check,
    Word.UNDO: _undo,
    Word.REDO: _redo,
    Word.PREVIEW: _preview,
    Word.PUBLISH: _publish_order,
    Word.END: _end,
    Word.HELP: _help,
    Word.JAPANESE: _speak,
    Word.ENGLISH: _speak,
}
