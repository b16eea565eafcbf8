"""What each steering word does."""

from collections.abc import Callable
from dataclasses import replace

from bots.events import EventId
from bots.filling import sentences as s
from bots.filling.show import (
    GAP,
    already_sent,
    answers_text,
    example,
    question_text,
    removable,
    say,
    shown,
    where,
)
from bots.filling.state import Conversation, asked, done, numbered, on_path
from bots.filling.steps import Turn, closed_text, dropped, refused, reopen, resting, send, told, with_answer
from bots.filling.words import Order, Word

READ_ONLY = frozenset({Word.LIST, Word.HELP, Word.JAPANESE, Word.ENGLISH})  # also when nothing may change
_WHILE = {
    "open": frozenset(Word),
    "paused": READ_ONLY | {Word.RESUME, Word.BACK, Word.FIX, Word.STOP},
    "stopped": READ_ONLY | {Word.RESUME},
}
_AFTER_SENDING = READ_ONLY | {Word.FIX}


def obey(conversation: Conversation, order: Order, *, source: EventId) -> Turn:
    """Do what the word says, or say why it means nothing here. `source` is the message with the word."""
    if order.word not in _WHILE[conversation.stage]:
        return refused(conversation, resting(conversation))
    if done(conversation) and order.word not in _AFTER_SENDING:
        return refused(conversation, already_sent(conversation))
    if order.word is Word.FIX:
        return fix(conversation, order.number)
    if order.word is Word.LIST:
        return _list(conversation, 1 if order.number is None else order.number)
    if order.word in _ANSWERING:
        return _ANSWERING[order.word](conversation, source)
    return _SIMPLE[order.word](conversation)


def after_closing(conversation: Conversation, order: Order | None) -> Turn:
    """The deadline has passed: the list may still be read, and the language changed."""
    closed = closed_text(conversation)
    match order:
        case Order(Word.LIST):
            counted = conversation if conversation.sent is None else dropped(conversation)
            head = s.LIST if conversation.sent is None else s.LIST_SENT
            return conversation, (say(conversation, head, answers_text(counted, order.number or 1), GAP, closed),)
        case Order(Word.JAPANESE | Word.ENGLISH):
            then = replace(conversation, lang="ja" if order.word is Word.JAPANESE else "en")
            return then, (say(then, s.LANGUAGE, closed),)
        case _:
            return refused(conversation, closed)


def fix(conversation: Conversation, number: int | None) -> Turn:
    """Ask question `number` of the list again."""
    path, now = numbered(conversation), asked(conversation)
    if not any(q.id in conversation.answers for q in path):
        return refused(conversation, s.NOTHING_TO_FIX)
    if number is None:
        which = s.WHICH.fill(example=example(conversation))
        return conversation, (say(conversation, which, answers_text(conversation)),)
    if not 1 <= number <= len(path):
        return _no_such(conversation, number, total=len(path))
    question = path[number - 1]
    if now is not None and question.id == now.id:
        return told(replace(conversation, stage="open"))
    if question.id not in conversation.answers:
        return refused(conversation, s.NOT_ANSWERED.fill(number=number))
    return told(reopen(conversation, question.id))


def stop(conversation: Conversation) -> Turn:
    """The person confirmed 中止: a correction is dropped, an unsent response set aside until the deadline."""
    calm = replace(conversation, discarding=False)
    if conversation.sent is not None and not conversation.preview:
        then = dropped(calm)
        return then, (say(then, s.STOP_DROPPED),)
    then = replace(calm, stage="stopped")
    return then, (say(then, s.PREVIEW_SENT if then.preview else s.STOP_DONE),)


def _no_such(conversation: Conversation, number: int, *, total: int) -> Turn:
    return refused(conversation, s.NO_SUCH.fill(number=number, total=total, example=example(conversation)))


def _list(conversation: Conversation, first: int) -> Turn:
    total = len(numbered(conversation))
    if not 1 <= first <= max(total, 1):
        return _no_such(conversation, first, total=total)
    head = s.LIST_SENT if done(conversation) else s.LIST
    if asked(conversation) is not None:
        return told(conversation, head, answers_text(conversation, first))
    if first == 1 and conversation.stage == "open" and not done(conversation):
        return told(conversation)  # the check shows the same list
    return conversation, (say(conversation, head, answers_text(conversation, first)),)


def _back(conversation: Conversation) -> Turn:
    now, ids = asked(conversation), [q.id for q in on_path(conversation)]
    place = len(ids) if now is None else ids.index(now.id)
    before = [q for q in ids[:place] if q in conversation.answers]
    if not before:
        return refused(conversation, s.FIRST)
    return told(reopen(conversation, *conversation.reopened, before[-1]))


def _skip(conversation: Conversation, source: EventId) -> Turn:
    question = asked(conversation)
    if question is None:
        return refused(conversation, s.NOTHING_TO_SKIP)
    if question.required:
        return refused(conversation, question.required_message or s.MUST)
    return told(with_answer(conversation, question, value=None, source=source), s.SKIPPED_IT)


def _keep(conversation: Conversation, source: EventId) -> Turn:
    question = asked(conversation)
    if question is None:
        return told(conversation)
    if question.id not in conversation.reopened:
        offered = conversation.journey.suggested(question.id)
        then = with_answer(conversation, question, value=offered, source=source)
        return told(then, s.UNDERSTOOD.fill(answer=shown(question, offered)))
    then = replace(conversation, reopened=conversation.reopened - {question.id})
    kept = s.UNDERSTOOD if question.wants_more(conversation.answers[question.id]) else s.KEPT
    return told(then, kept.fill(answer=shown(question, conversation.answers[question.id])))


def _save(conversation: Conversation) -> Turn:
    then = replace(conversation, stage="paused")
    return then, (say(then, s.SAVED if then.sent is None else s.SAVED_SENT),)


def _stop(conversation: Conversation) -> Turn:
    then = replace(conversation, discarding=True)
    return then, (say(then, s.STOP_ASK if then.sent is None else s.STOP_ASK_SENT),)


def _resume(conversation: Conversation) -> Turn:
    return told(replace(conversation, stage="open"), s.CONTINUE)


def _help(conversation: Conversation) -> Turn:
    more = (GAP, s.HELP_ANONYMOUS) if conversation.form.privacy == "anonymous" else ()
    return conversation, (where(conversation, s.HELP, *removable(conversation), *more),)


def _send(conversation: Conversation) -> Turn:
    question = asked(conversation)
    if question is None:
        return send(conversation)
    left = sum(q.id not in conversation.answers or q.id in conversation.reopened for q in on_path(conversation))
    return refused(conversation, s.NOT_READY.fill(left=left), GAP, question_text(conversation, question))


def _japanese(conversation: Conversation) -> Turn:
    return told(replace(conversation, lang="ja"), s.LANGUAGE)


def _english(conversation: Conversation) -> Turn:
    return told(replace(conversation, lang="en"), s.LANGUAGE)


_ANSWERING: dict[Word, Callable[[Conversation, EventId], Turn]] = {Word.SKIP: _skip, Word.KEEP: _keep}
_SIMPLE: dict[Word, Callable[[Conversation], Turn]] = {
    Word.BACK: _back,
    Word.SAVE: _save,
    Word.STOP: _stop,
    Word.RESUME: _resume,
    Word.HELP: _help,
    Word.SEND: _send,
    Word.JAPANESE: _japanese,
    Word.ENGLISH: _english,
}
