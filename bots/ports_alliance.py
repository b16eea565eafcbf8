"""What the federation bot needs of the alliance: votes, the list that follows, and how we stand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bots.alliance import Motion, Outcome, Standing
from bots.events import RoomId, Signed


class Alliance(Protocol):
    """The list in force and the motions to change it. What changes anything is for stewards."""

    def standing(self) -> Standing:
        """How we stand now. Staff."""

    def motions(self) -> Sequence[Motion]:
        """What may be voted on, oldest first. Staff."""

    def vote(self, words: str, *, approve: bool) -> tuple[Motion, Outcome]:
        """On the motion about this municipality (name or server). Mistake where there is none, or it is not ours."""

    def revoke(self, words: str) -> tuple[Motion, Outcome]:
        """Move that this member be removed, with our vote for it."""

    def decide(self, quorum: int) -> tuple[Motion, Outcome]:
        """Move that so many must agree from now on; 0: more than half while they are few, as from the start."""

    def leave(self) -> Outcome:
        """We leave: nobody has to agree."""

    def heard(self, signed: Signed) -> Outcome | None:
        """Another member's motion, vote or part in the council; None for what is something else."""

    def due(self, now: datetime) -> Sequence[tuple[str, Outcome]]:
        """(what it is, what follows) of what time brings: renewals, a leader's turn, lists that grow old."""

    def stewards(self) -> RoomId | None:
        """The room where they are told; None before it is made."""
