"""What a bot may need of what falls due: reminders, digests and live messages.

The bridge provides it as it does bots.ports.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bots.events import RoomId
from bots.records import Digest, Live, Publication, Reminder


class Reminders(Protocol):
    """Rows, not timers."""

    def add(self, due: datetime, *, text: str, room: RoomId | None = None) -> None:
        """Remind the caller, or the room."""

    def schedule(self, publication: Publication, times: Sequence[datetime]) -> None:
        """The reminders of a publication, instead of those it had."""

    def mine(self) -> Sequence[Reminder]:
        """The caller's own that are still to come, soonest first."""

    def cancel(self, number: int) -> Reminder:
        """The caller's n-th."""

    def due(self, now: datetime) -> Sequence[Reminder]:
        """What must be sent now, soonest first."""

    def fired(self, reminder: Reminder, at: datetime) -> None:
        """It is done, once and for all."""


class Digests(Protocol):
    """Which room gets its digest when."""

    def set(self, digest: Digest) -> None:
        """Put it in place of the room's earlier one."""

    def off(self, room: RoomId) -> bool:
        """Stop; False when there was none."""

    def all(self) -> Sequence[Digest]:
        """Of rooms the caller is in; the bot itself: all."""

    def due(self, now: datetime) -> Sequence[Digest]:
        """Whose time has come."""

    def told(self, digest: Digest, *, now: datetime, next_at: datetime) -> None:
        """The digest up to `now` was given, or there was nothing to say."""


class Summaries(Protocol):
    """The live messages."""

    def start(self, publication: Publication) -> None:
        """From now on the room shows the live state."""

    def due(self, now: datetime) -> Sequence[Live]:
        """Those that no longer show the truth and may be written again."""

    def written(self, live: Live, now: datetime) -> None:
        """It shows the truth, as of this transaction."""
