"""What it means that a person edited, deleted or reacted to a message."""

from dataclasses import replace
from datetime import date

from bots.effects import About, Effect, Withdraw
from bots.events import Edited, EventId, Reacted, Struck
from bots.filling import sentences as s
from bots.filling.said import answered_by, give, tolerated
from bots.filling.show import shown, where
from bots.filling.state import Conversation, as_asked, asked, on_path
from bots.filling.steps import Turn, answer_words, closed_text, option_spellings, refused, told, with_answer
from bots.filling.words import Word, order, plain
from forms.mistake import Mistake
from forms.questions import Question
from forms.questions.base import Value
from forms.sheet import id_of


def edit(conversation: Conversation, event: Edited, *, today: date, closed: bool) -> Turn:
    """The message that gave an answer says something else now: so does the answer."""
    question = _given_by(conversation, event.target)
    if question is None:
        return conversation, ()
    if closed:
        return refused(conversation, closed_text(conversation))
    former = conversation.answers[question.id]
    try:
        value = _reading(question, event.text, today)
    except Mistake as mistake:
        return refused(conversation, mistake.text, s.EDIT_KEEPS.fill(answer=shown(question, former)))
    if value == former:
        return conversation, ()
    given = with_answer(conversation, question, value=value, source=event.target)
    if objection := given.journey.objection(question.id):
        return refused(conversation, objection, s.EDIT_KEEPS.fill(answer=shown(question, former)))
    then = replace(given, stage=conversation.stage)
    words = answer_words(event.text, verbatim=question.verbatim)
    note = tolerated(question, words, value=value, today=today)
    return told(then, s.CHANGED.fill(title=question.title, answer=shown(question, value)), *note)


def strike(conversation: Conversation, event: Struck, *, closed: bool) -> Turn:
    """The message that gave an answer was deleted: the answer is withdrawn, and with it what was sent."""
    question = _given_by(conversation, event.target)
    if question is None:
        return conversation, ()
    if closed:
        return refused(conversation, closed_text(conversation), s.CLOSED_STRUCK)
    sent = conversation.sent
    counted = sent is not None and question.id in sent and sent[question.id] == conversation.answers[question.id]
    then = replace(_without(conversation, question.id), sent=None if counted else sent)
    more = (s.WITHDRAWN,) if counted else (s.STILL_SENT,) if sent is not None else ()
    said = where(then, s.STRUCK.fill(title=question.title), *more)
    taken: tuple[Effect, ...] = (Withdraw(then.response),) if counted and not then.preview else ()
    return then, (*taken, said)


def react(conversation: Conversation, event: Reacted, *, today: date, closed: bool, about: About | None) -> Turn:
    """A reaction on a numbered option is that number, said about that question."""
    words = None if about is None else _word(about, event.key)
    question = answered_by(conversation, about) or _current(conversation, about)
    if words is None or question is None:
        return conversation, ()
    if closed:
        return refused(conversation, closed_text(conversation))
    if conversation.stage == "stopped":
        return refused(conversation, s.STOPPED)
    return give(conversation, question, said=_with_others(conversation, question, words), source=None, today=today)


def _word(about: About, key: str) -> str | None:
    bare = key.replace("\ufe0f", "")
    return next((word for k, word in about.keys.items() if k.replace("\ufe0f", "") == bare), None)


def _current(conversation: Conversation, about: About | None) -> Question | None:
    now = asked(conversation)
    if now is None or about is None or about.response != conversation.response or about.question != now.id:
        return None
    return now


def _with_others(conversation: Conversation, question: Question, words: str) -> str:
    """Where several options may be chosen, a second reaction on the same message adds to the first."""
    chosen, names = conversation.answers.get(question.id), [option.name for option in question.options()]
    if not isinstance(chosen, list) or question.id in conversation.reopened:
        return words
    numbers = {str(n) for n, name in enumerate(names, 1) if name in chosen} | {words}
    return ",".join(sorted(numbers, key=int))


def _given_by(conversation: Conversation, message: EventId) -> Question | None:
    found = next((q for q, source in conversation.sources.items() if source == message), None)
    if found is None or found not in conversation.answers:
        return None
    return next((q for q in on_path(conversation) if q.id == found), None) or _elsewhere(conversation, found)


def _elsewhere(conversation: Conversation, key: str) -> Question | None:
    """A question that does not matter now: its answer is kept, and may be changed or taken back."""
    static = next((q for q in conversation.form.asked if q.id == id_of(key)), None)
    return None if static is None else as_asked(conversation, static.changed({"id": key}))


def _reading(question: Question, said: str, today: date) -> Value:
    """An edited message is only ever an answer (or a skip): a steering word in it is not carried out."""
    command = order(said)
    if command is None or plain(said) in option_spellings(question):
        return question.read(answer_words(said, verbatim=question.verbatim), today)
    if command.word is not Word.SKIP:
        raise Mistake(s.EDIT_WORD)
    if question.required:
        raise Mistake(s.MUST)
    return None


def _without(conversation: Conversation, question: str) -> Conversation:
    return replace(
        conversation,
        answers={q: v for q, v in conversation.answers.items() if q != question},
        sources={q: e for q, e in conversation.sources.items() if q != question},
        reopened=conversation.reopened - {question},
        discarding=False,
    )
