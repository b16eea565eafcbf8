"""What is known of one person filling in one form; where they are is derived from it, never stored."""

from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Literal

from bots.events import EventId
from forms.form import Form
from forms.journey import Circumstances, Journey
from forms.questions import Question
from forms.questions.base import Around, Value
from forms.reading.taken import Towns
from forms.sheet import id_of
from forms.text import Lang
from forms.turns import is_more


@dataclass(frozen=True)
class Conversation:
    """Every field but `form` and `towns` is JSON-able.

    An answer's key is the id of its question, in repeats with its turn.

    `reopened`: answered questions to be asked once more; their answers stay until there are new ones.
    `sources`: question id → the message that gave its present answer (none where a reaction did).
    `sent`: what was sent last; only this is ever counted. `receipt`: the number shown after sending.
    `discarding`: 中止 was said and has been asked back. `label`: the person has several forms open.
    `response`: the id that `About` carries. `now` and `begun` (aware) are what today() and the like give.
    `narrowed`: question key → the words with which several were found, so that a number chooses among those.
    `towns`: the list of postal codes, where there is one.
    """

    form: Form
    _: KW_ONLY
    answers: dict[str, Value] = field(default_factory=dict)
    reopened: frozenset[str] = frozenset()
    sources: dict[str, EventId] = field(default_factory=dict)
    sent: dict[str, Value] | None = None
    receipt: str = ""
    lang: Lang = "ja"
    stage: Literal["open", "paused", "stopped"] = "open"
    discarding: bool = False
    label: bool = False
    preview: bool = False
    response: str = ""
    now: datetime | None = None
    begun: datetime | None = None
    narrowed: dict[str, str] = field(default_factory=dict)
    towns: Towns | None = None

    @cached_property
    def journey(self) -> Journey:
        return Journey(self.form, self.answers, Circumstances(self.now, self.begun, self.response))

    @cached_property
    def asked(self) -> tuple[Question, ...]:
        """The questions that matter with these answers, as this person is asked them."""
        return tuple(as_asked(self, question) for question in self.journey.asked)


def asked(conversation: Conversation) -> Question | None:
    """The question the person is at. One they asked to correct goes before those still without an answer."""
    if conversation.reopened:
        again = [q for q in on_path(conversation) if q.id in conversation.reopened]
        if again:
            return again[0]
    following = conversation.journey.next()
    return None if following is None else as_asked(conversation, following)


def as_asked(conversation: Conversation, question: Question) -> Question:
    """The question as this person is asked it: in the order of their response, with what they have found so far."""
    narrowed = conversation.narrowed.get(question.id, "")
    return question.asked_as(Around(conversation.response, narrowed, conversation.towns))


def on_path(conversation: Conversation) -> tuple[Question, ...]:
    """The questions that matter with these answers, in order."""
    return conversation.asked


def numbered(conversation: Conversation) -> tuple[Question, ...]:
    """Those that have a number in the list. That one more was wanted is seen by the turn itself."""
    now = asked(conversation)
    at = None if now is None else now.id
    more = {key for key, value in conversation.answers.items() if is_more(key) and value == "yes" and key != at}
    return tuple(question for question in on_path(conversation) if question.id not in more)


def would_send(conversation: Conversation) -> dict[str, Value]:
    """What is given, and what follows from it."""
    return conversation.journey.counted


def done(conversation: Conversation) -> bool:
    """Sent, and nothing has been changed since; what is calculated may change by itself."""
    if conversation.sent is None or asked(conversation) is not None:
        return False
    derived = conversation.form.derived
    given = {key: value for key, value in conversation.sent.items() if id_of(key) not in derived}
    return conversation.journey.given == given
