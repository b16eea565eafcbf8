"""What a person's message means: a steering word, a yes or no, or the answer to a question."""

from dataclasses import replace
from datetime import date

from bots.effects import About
from bots.events import EventId, Said
from bots.filling import sentences as s
from bots.filling.orders import after_closing, fix, obey, stop
from bots.filling.removing import remove
from bots.filling.show import answers_text, example, say, shown
from bots.filling.state import Conversation, asked, done, on_path
from bots.filling.steps import (
    Turn,
    answer_words,
    narrowed,
    option_spellings,
    refused,
    resting,
    send,
    told,
    with_answer,
)
from bots.filling.words import LEAVE, NO, YES, Order, Word, number, order, other_spelling, plain
from forms.mistake import Mistake
from forms.questions import Question
from forms.questions.base import Several, Value
from forms.questions.typed import given
from forms.reading.kinds import kind_named, read
from forms.text import Text

LONGEST = 64 * 1024  # the bytes of the largest Matrix event: no honest message has more characters


def hear(conversation: Conversation, event: Said, *, today: date, closed: bool, about: About | None) -> Turn:
    """`about` belongs to the message of ours that the person replied to, if they did."""
    if len(event.text) > LONGEST:
        return refused(conversation, s.TOO_LONG)
    command = order(event.text)
    if conversation.preview and (plain(event.text) in LEAVE or (command and command.word is Word.STOP)):
        return stop(conversation)  # nothing can be lost, so nothing is asked back
    if closed:
        return after_closing(conversation, command)
    if conversation.discarding and (turn := _settled(conversation, event.text, command)):
        return turn
    calm = replace(conversation, discarding=False)
    if command and not _keeps_nothing(calm, command):
        return _steered(calm, event, command)
    return remove(calm, event.text) or _answered(calm, event, today=today, about=about)


def _answered(conversation: Conversation, event: Said, *, today: date, about: About | None) -> Turn:
    question = answered_by(conversation, about) or asked(conversation)
    if conversation.stage != "open" or (question is None and done(conversation)):
        return refused(conversation, resting(conversation))
    if question is None:
        return _checked(conversation, event.text)
    return give(conversation, question, said=event.text, source=event.id, today=today)


def answered_by(conversation: Conversation, about: About | None) -> Question | None:
    """The question that one of our messages asks, where it has been asked of this person and still matters."""
    if about is None or about.response != conversation.response:
        return None
    found = next((q for q in on_path(conversation) if q.id == about.question), None)
    return found if found is not None and found.id in conversation.answers else None


def give(conversation: Conversation, question: Question, *, said: str, source: EventId | None, today: date) -> Turn:
    """Read `said` as the answer to `question`, the one the person is at or an earlier one that this corrects."""
    now = asked(conversation)
    here = now is not None and now.id == question.id
    words = answer_words(said, verbatim=question.verbatim)
    try:
        value = question.read(words, today)
    except Several as several:
        return narrowed(conversation, question, several)
    except Mistake as mistake:
        return refused(conversation, mistake.text)
    then = with_answer(conversation, question, value=value, source=source)
    if objection := then.journey.objection(question.id):
        return refused(conversation, objection)
    answer = shown(question, value)
    heard = s.UNDERSTOOD.fill(answer=answer) if here else s.CHANGED.fill(title=question.title, answer=answer)
    return told(then, heard, *tolerated(question, words, value=value, today=today))


def tolerated(question: Question, words: str, *, value: Value, today: date) -> tuple[Text, ...]:
    """What the reader of this kind overlooked or took for granted: an era that was over, 「約」, an extension."""
    kind = kind_named(question.kind)
    if kind is None or question.options():
        return ()
    reading = read(kind, words, now=given(today).now)
    return (reading.note,) if reading.note and reading.status == "ok" and reading.value == value else ()


def _settled(conversation: Conversation, said: str, command: Order | None) -> Turn | None:
    """中止 was asked back. Any other word than yes or no means that the person went on."""
    words = plain(said)
    if words in YES or (command and command.word is Word.STOP):
        return stop(conversation)
    return told(replace(conversation, discarding=False), s.STOP_NOT) if words in NO else None


def _keeps_nothing(conversation: Conversation, command: Order) -> bool:
    """そのまま is a command only where there is a former answer or one is offered; elsewhere it may be an answer."""
    now = asked(conversation)
    if command.word is not Word.KEEP or now is None:
        return False
    return now.id not in conversation.reopened and conversation.journey.suggested(now.id) is None


def _steered(conversation: Conversation, event: Said, command: Order) -> Turn:
    question = asked(conversation)
    if conversation.stage != "open" or question is None:
        return obey(conversation, command, source=event.id)
    taken = option_spellings(question)
    other = other_spelling(command.word, taken) if plain(event.text) in taken else None
    if other is None:
        return obey(conversation, command, source=event.id)
    return refused(conversation, s.AMBIGUOUS.fill(said=event.text.strip(), command=other))


def _checked(conversation: Conversation, said: str) -> Turn:
    """All is answered: yes sends, no or a number corrects."""
    words = plain(said)
    if words in YES:
        return send(conversation)
    if words in NO:
        which = s.WHICH.fill(example=example(conversation))
        return conversation, (say(conversation, which, answers_text(conversation)),)
    if (place := number(said)) is not None:
        return fix(conversation, place)
    return refused(conversation, s.CHECK_OTHER.fill(example=example(conversation)))
