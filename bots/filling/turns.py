"""One event, one turn; and the first words when a form is handed to a person."""

from datetime import date
from typing import assert_never

from bots.effects import About, Effect
from bots.events import Edited, Located, Reacted, Said, Sent, Struck
from bots.filling import sentences as s
from bots.filling.brought import bring
from bots.filling.changed import edit, react, strike
from bots.filling.said import hear
from bots.filling.show import stack, title_of, where
from bots.filling.state import Conversation, on_path
from bots.filling.steps import Turn
from forms.text import Text


def advance(
    conversation: Conversation,
    event: Said | Sent | Located | Edited | Reacted | Struck,
    *,
    today: date,
    closed: bool = False,
    about: About | None = None,
) -> Turn:
    """The conversation after `event`, and what to do. Never raises for anything a person may send.

    `today` is the date where the person is. `closed`: the deadline has passed, nothing changes any more.
    `about` belongs to the message of ours that was reacted to or replied to.
    """
    match event:
        case Said():
            return hear(conversation, event, today=today, closed=closed, about=about)
        case Sent() | Located():
            return bring(conversation, event, closed=closed)
        case Edited():
            return edit(conversation, event, today=today, closed=closed)
        case Reacted():
            return react(conversation, event, today=today, closed=closed, about=about)
        case Struck():
            return strike(conversation, event, closed=closed)
        case _:
            assert_never(event)


def open_(
    conversation: Conversation, _today: date, *, deadline: Text | None = None, asker: Text | None = None
) -> tuple[Effect, ...]:
    """The first message: what this is, then the first question, or the one where the person stopped."""
    preview = s.PREVIEW if conversation.preview else None
    closes = None if deadline is None else s.DEADLINE.fill(deadline=deadline)
    title = conversation.form.title
    if conversation.answers or conversation.sent is not None:
        back = s.CONTINUE if conversation.label else s.WELCOME_BACK.fill(title=title_of(conversation))
        return (where(conversation, stack(preview, back, closes)),)
    privacy = s.PRIVACY[conversation.form.privacy]
    head = None if conversation.label else title
    by = None if asker is None else s.ASKER.fill(asker=asker)
    parts = (preview, head, by, conversation.form.about, _count(conversation), closes, privacy, s.HELP_HINT)
    return (where(conversation, stack(*parts)),)


def _count(conversation: Conversation) -> Text:
    count = len(on_path(conversation))
    if not conversation.form.plain:
        return s.COUNT_VARIES.fill(count=count)
    return s.COUNT_ONE if count == 1 else s.COUNT.fill(count=count)
