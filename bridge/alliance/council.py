"""How the council agrees on the one list that follows another, though members are slow, lost, killed or at odds.

This is Paxos (single decree, one for each version; a quorum of a list's council signs the next). A member who signed
in one round signs another list in a later one only where a quorum has said, signed, that it is done with the earlier
round: then either nobody can complete that list any more, or it is the one that is offered again. Pure: what is heard
goes in, what is to be sent comes out; the caller keeps both in one transaction. See docs/decisions/0011-alliance.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

Value = Mapping[str, Any]
"""An offer: the list, and why (bridge/alliance/motion.py)."""
SLOT: Final = 20_000
"""Milliseconds that a leader has before the next one tries."""
FARTHEST: Final = 100_000
"""Rounds that one message may go beyond those that are known: a lie about the last of all rounds would end the council.

As long as three weeks: so far clocks may differ.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One member's part in it. Rounds count from 0; -1 is none. `slot`: when it last led; `floor`: others' promises."""

    promised: int = -1
    accepted: int = -1
    value: Value | None = None
    leading: int = -1
    offered: bool = False
    slot: int = -1
    floor: int = -1
    promises: Mapping[str, tuple[int, Value | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`kind`: prepare (to all), promise (to who leads `round`), propose (to all), accept (to all)."""

    kind: str
    round: int
    accepted: int = -1
    value: Value | None = None
    floor: int = -1


def turn_at(elapsed: int, turn: int, size: int, attempt: Attempt) -> tuple[int, int] | None:
    """(slot, round) that this member should begin now; None while it is another's turn, or its own is under way."""
    slot = elapsed // SLOT
    if slot < 0 or slot % size != turn or slot <= attempt.slot:
        return None
    least = max(slot, attempt.floor + 1, attempt.promised + 1)
    return slot, least + (turn - least) % size


def begin(attempt: Attempt, slot: int, number: int) -> tuple[Attempt, Message]:
    """Lead a round of one's own."""
    return replace(attempt, slot=slot, leading=number, offered=False, promises={}), Message(
        kind="prepare", round=number
    )


def is_round_of(attempt: Attempt, number: int, turn: int, size: int, slot: int) -> bool:
    """Whether the member whose turn that is may lead a round of this number. `slot`: of our own clock."""
    return number % size == turn and number <= _farthest(attempt, slot)


def _farthest(attempt: Attempt, slot: int) -> int:
    return max(attempt.promised, attempt.floor, slot, 0) + FARTHEST


def prepared(attempt: Attempt, number: int) -> tuple[Attempt, Message]:
    """Somebody leads a round: promise to be done with all before it, or say that one has promised more."""
    if number <= attempt.promised:
        return attempt, Message(kind="promise", round=number, floor=attempt.promised)
    promise = Message(kind="promise", round=number, accepted=attempt.accepted, value=attempt.value)
    return replace(attempt, promised=number), promise


def promised(attempt: Attempt, who: str, message: Message, *, quorum: int, slot: int) -> tuple[Attempt, bool]:
    """True once a quorum has promised: then `proposal` says what must be offered."""
    if message.floor <= _farthest(attempt, slot):
        attempt = replace(attempt, floor=max(attempt.floor, message.floor))
    if message.round != attempt.leading or attempt.offered or message.floor >= 0:
        return attempt, False
    attempt = replace(attempt, promises={**attempt.promises, who: (message.accepted, message.value)})
    return attempt, len(attempt.promises) >= quorum


def proposal(attempt: Attempt, own: Value) -> tuple[Attempt, Message]:
    """What was accepted last by any of those who promised; `own` where nothing was."""
    newest, value = max(attempt.promises.values(), key=lambda pair: pair[0])
    offered = value if newest >= 0 and value is not None else own
    return replace(attempt, offered=True), Message(kind="propose", round=attempt.leading, value=offered)


def accepts(attempt: Attempt, number: int, value: Value) -> tuple[Attempt, bool]:
    """Whether to sign what the leader of this round offers; only one offer of a round is ever signed."""
    if number < attempt.promised or number <= attempt.accepted:
        return attempt, False
    return replace(attempt, promised=number, accepted=number, value=value), True
