"""The moves that events of every kind are made of: give an answer, reopen a question, send."""

from dataclasses import replace

from bots.effects import Effect, Submit
from bots.events import EventId
from bots.filling import sentences as s
from bots.filling.show import already_sent, example, receipt_in_brackets, refuse, say, where
from bots.filling.state import Conversation, would_send
from bots.filling.words import order, plain, unquoted
from forms.questions import Question
from forms.questions.base import Several, Value
from forms.text import Text

Turn = tuple[Conversation, tuple[Effect, ...]]


def refused(conversation: Conversation, *parts: Text) -> Turn:
    return conversation, (refuse(conversation, *parts),)


def told(conversation: Conversation, *lead: Text) -> Turn:
    """Say `lead` and what comes next."""
    return conversation, (where(conversation, *lead),)


def with_answer(
    conversation: Conversation, question: Question, *, value: Value, source: EventId | None
) -> Conversation:
    """`source` is None for a reaction: taking a reaction away takes nothing back."""
    others = {q: e for q, e in conversation.sources.items() if q != question.id}
    return replace(
        conversation,
        answers={**conversation.answers, question.id: value},
        reopened=conversation.reopened - {question.id},
        sources=others if source is None else {**others, question.id: source},
        stage="open",
        discarding=False,
    )


def narrowed(conversation: Conversation, question: Question, several: Several) -> Turn:
    """Several were found: they are listed, and the next number chooses among them."""
    known = {**conversation.narrowed, question.id: several.narrowed}
    return refused(replace(conversation, narrowed=known), several.text)


def answer_words(said: str, *, verbatim: bool) -> str:
    """The answer in `said` without the quotation marks that tell it from a command.

    `verbatim` (a text question): marks around anything that is no command belong to the answer.
    """
    inner = unquoted(said)
    if inner is None:
        return said
    if verbatim and order(inner) is None and unquoted(inner) is None:
        return said
    return inner


def option_spellings(question: Question) -> frozenset[str]:
    """Every way to write an option, as `plain` writes it."""
    options = question.options()
    return frozenset(plain(words) for o in options for words in (o.name, o.label.ja, o.label.en)) - {""}


def reopen(conversation: Conversation, *questions: str) -> Conversation:
    kept = {q: words for q, words in conversation.narrowed.items() if q not in questions}
    return replace(conversation, reopened=frozenset(questions), narrowed=kept, stage="open")


def dropped(conversation: Conversation) -> Conversation:
    """A correction after sending is given up: the answers are again what was sent.

    The messages that gave the correction are forgotten: to delete them must not take back what was sent.
    """
    sent, answers = conversation.sent or {}, conversation.answers
    sources = {q: e for q, e in conversation.sources.items() if q not in sent or sent[q] == answers.get(q)}
    return replace(conversation, answers={**answers, **sent}, sources=sources, reopened=frozenset(), stage="open")


def send(conversation: Conversation) -> Turn:
    """Everything is answered: hand over what counts. A preview is only told so."""
    answers, again = would_send(conversation), conversation.sent is not None
    then = replace(conversation, sent=answers)
    if conversation.preview:
        return then, (say(then, s.PREVIEW_SENT),)
    if then.form.privacy == "anonymous":
        return then, (Submit(then.response, answers), say(then, s.RECEIVED, s.AFTERWARDS_NOTHING))
    receipt = (s.RECEIPT.fill(receipt=then.receipt),) if then.receipt else ()
    thanks = s.RECEIVED_AGAIN if again else s.RECEIVED
    afterwards = s.AFTERWARDS.fill(example=example(then))
    return then, (Submit(then.response, answers), say(then, thanks, *receipt, afterwards))


def resting(conversation: Conversation) -> Text:
    """What to do where answers are not taken: sent, paused or stopped."""
    if conversation.stage == "paused":
        return s.PAUSED
    return s.STOPPED if conversation.stage == "stopped" else already_sent(conversation)


def closed_text(conversation: Conversation) -> Text:
    if conversation.sent is None:
        return s.CLOSED_UNSENT
    return s.CLOSED_SENT.fill(receipt=receipt_in_brackets(conversation))
