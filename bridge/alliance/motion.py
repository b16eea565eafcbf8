"""Changes to the list: what is moved, who voted for it, and the list that follows.

A change names what makes it unlike every other (the newcomer's own introduction, a moment), so that a vote for it can
never be used for another; a list remembers which changes it carries for as long as their votes hold.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, Literal, cast

from bots.events import Signed
from bridge.alliance.parcel import read_envelope
from bridge.alliance.roll import (
    LIVES,
    SKEW,
    Entry,
    NoRoll,
    Roll,
    entry_written,
    identity,
    quorum_for,
    read,
    read_entry,
    read_keys,
    written,
)
from bridge.alliance.signing import Document, Key, Keys, NotCanonical, digest, parse, sign, verify

Kind = Literal["add", "remove", "leave", "rotate", "quorum"]
OPEN: Final = 14 * 24 * 3_600_000
"""So long a change may be voted on."""
SOONEST: Final = 12 * 3_600_000
"""A list without a change follows another no sooner than this."""
MOST: Final = 50
"""Changes that one list takes in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What `document` says.

    `entry` of one to be added; `server` (and since when it is a member) of one to be removed; `keys` of a rotation;
    `quorum` to decide on, 0 for one that grows.
    """

    id: str
    kind: Kind
    at: int
    server: str = ""
    since: int = 0
    entry: Entry | None = None
    keys: Keys | None = None
    quorum: int = 0
    document: Document

    @property
    def until(self) -> int:
        return self.at + OPEN


def adding(introduction: Mapping[str, Any]) -> Document:
    """The change that a newcomer's introduction asks for: the same, whomever it asks."""
    return {"kind": "add", "introduction": dict(introduction)}


def removing(entry: Entry, at: int, *, leaving: bool = False) -> Document:
    return {"kind": "leave" if leaving else "remove", "server": entry.server, "since": entry.since, "at": at}


def rotating(server: str, keys: Keys, at: int) -> Document:
    return {"kind": "rotate", "server": server, "keys": dict(keys), "at": at}


def deciding(quorum: int, at: int) -> Document:
    return {"kind": "quorum", "quorum": quorum, "at": at}


def read_change(document: object) -> Change:
    """Raises NoRoll."""
    if not isinstance(document, dict):
        raise NoRoll("no change")
    kind = document.get("kind")
    try:
        name = digest(document)
    except NotCanonical as wrong:
        raise NoRoll(str(wrong)) from None
    if kind == "add":
        entry = introduced(document.get("introduction"))
        return Change(id=name, kind="add", at=entry.since, server=entry.server, entry=entry, document=document)
    at, server, since, quorum = (
        document.get(n, e) for n, e in (("at", -1), ("server", ""), ("since", 0), ("quorum", 0))
    )
    if not all(type(n) is int and 0 <= n < 2**53 for n in (at, since, quorum)) or not isinstance(server, str):
        raise NoRoll("no change")
    if kind not in ("remove", "leave", "rotate", "quorum"):
        raise NoRoll("no such change")
    keys = read_keys(document.get("keys")) if kind == "rotate" else None
    return Change(
        id=name, kind=cast("Kind", kind), at=at, server=server, since=since, keys=keys, quorum=quorum, document=document
    )


# -- a newcomer ------------------------------------------------------------------------------------------------------


INTRODUCTION: Final = "jp.kairan.introduction"


def introduction(entry: Entry, key: Key) -> Document:
    """A newcomer says who it is, signed with the key that it will sign with; `since` is when it says so."""
    return sign({"type": INTRODUCTION, "member": entry_written(entry)}, entry.server, key)


def introduced(document: object) -> Entry:
    """Who introduces itself. Raises NoRoll where it is not signed by every key that it names."""
    if not isinstance(document, dict) or document.get("type") != INTRODUCTION:
        raise NoRoll("no introduction")
    if set(document) != {"type", "member", "signatures"}:
        raise NoRoll("an introduction says more than it should")
    entry = read_entry(document.get("member"))
    if not all(verify(document, entry.server, {name: public}) for name, public in entry.keys.items()):
        raise NoRoll("an introduction is not signed")
    return entry


# -- votes -----------------------------------------------------------------------------------------------------------


def needed(change: Change, roll: Roll) -> int:
    """How many must approve. Who leaves asks nobody."""
    return 1 if change.kind == "leave" else min(roll.quorum, max(len(voters(change, roll)), 1))


def voters(change: Change, roll: Roll) -> frozenset[str]:
    """Members who may vote on it; nobody votes on being removed, and only who leaves on leaving."""
    if change.kind == "leave":
        return frozenset({change.server})
    everybody = frozenset(entry.server for entry in roll.present(roll.issued))
    return everybody - {change.server} if change.kind == "remove" else everybody


def approvals(change: Change, votes: Iterable[str], roll: Roll) -> frozenset[str]:
    """Members in force whose signed votes (as they travelled) approve."""
    able, found = voters(change, roll), set()
    for raw in votes:
        vote = read_vote(raw)
        entry = None if vote is None else roll.at(vote.signer)
        if vote is None or entry is None or entry.server not in able:
            continue
        if vote.body == {"motion": change.id, "choice": "approve"} and verify(parse(raw), vote.signer, entry.keys):
            found.add(vote.signer)
    return frozenset(found)


def read_vote(raw: object) -> Signed | None:
    try:
        vote = read_envelope(raw) if isinstance(raw, str) else None
    except NotCanonical:
        return None
    return vote if vote is not None and vote.kind == "vote" else None


# -- the list that follows -------------------------------------------------------------------------------------------


def fits(change: Change, roll: Roll, now: int) -> bool:
    """Whether it still can be carried: in time, not carried before, and about somebody who is there (or not yet)."""
    if not change.at - SKEW <= now < change.until or change.id in roll.carried:
        return False
    entry = roll.at(change.server)
    match change.kind:
        case "add":
            return entry is None
        case "remove" | "leave":
            return entry is not None and entry.since == change.since and len(roll.entries) > 1
        case "rotate":
            return entry is not None
        case "quorum":
            return change.quorum <= len(roll.entries)


def following(roll: Roll, changes: Sequence[Change], issued: int, *, room: str | None = None) -> Roll:
    """The next list with these changes; those that do not fit one another are left for the one after it."""
    new = replace(roll, carried={name: until for name, until in roll.carried.items() if until > issued}, document={})
    for change in sorted(changes, key=lambda one: one.id)[:MOST]:
        if fits(change, new, issued):
            new = _with(new, change, issued)
    entries = new.present(issued)
    wanted = quorum_for(len(entries)) if new.rule == "grows" else new.quorum
    return replace(
        new, version=roll.version + 1, previous=roll.id, issued=issued, until=issued + LIVES, round=0, entries=entries,
        quorum=min(wanted, len(entries)), room=room or new.room,
    )  # fmt: skip


def _with(roll: Roll, change: Change, issued: int) -> Roll:
    carried = {**roll.carried, change.id: change.until}
    rest = tuple(entry for entry in roll.entries if entry.server != change.server)
    there = roll.at(change.server)
    if change.kind == "add" and change.entry is not None:
        rest = (*rest, replace(change.entry, since=issued))
    elif change.kind == "rotate" and there is not None and change.keys is not None:
        rest = (*rest, replace(there, keys=change.keys))
    elif change.kind == "quorum":
        return replace(
            roll, carried=carried, rule="fixed" if change.quorum else "grows", quorum=change.quorum or roll.quorum
        )
    return replace(roll, carried=carried, entries=tuple(sorted(rest, key=lambda entry: entry.server)))


def offer(
    roll: Roll, motions: Iterable[tuple[Change, Sequence[str]]], now: int, *, room: str | None = None
) -> Document:
    """What a leader proposes: the list that follows, and why each change is in it."""
    ready = [
        (change, votes) for change, votes in motions if len(approvals(change, votes, roll)) >= needed(change, roll)
    ]
    issued = max(now, roll.issued + 1)
    new = following(roll, [change for change, _ in ready], issued, room=room)
    because = [{"change": c.document, "votes": list(votes)} for c, votes in ready if c.id in new.carried]
    return {"list": written(new), "because": because}


def objection(value: object, roll: Roll, now: int, *, forfeit: str = "") -> str | None:  # noqa: PLR0911 - reasons
    """Why a member must not sign what is offered; None where all is as it should be.

    `forfeit`: the room as far as this member saw itself that it must be given up.
    """
    try:
        new, reasons = _read_offer(value)
    except NoRoll as wrong:
        return str(wrong)
    if new.version != roll.version + 1 or new.previous != roll.id:
        return "it follows another list"
    if not roll.issued < new.issued <= now + SKEW:
        # One that ran out is signed all the same: ours ran out before it, and who signed it may sign no other.
        return "a clock is wrong"
    if any(len(approvals(change, votes, roll)) < needed(change, roll) for change, votes in reasons):
        return "votes are missing"
    if roll.room and new.room != roll.room and (roll.room != forfeit or not new.room):
        return "another room"
    changes = [change for change, _ in reasons]
    should = following(roll, changes, new.issued, room=new.room)
    if identity(written(should)) != identity(new.document):
        return "it says something else than was voted on"
    if not changes and new.room == roll.room and new.issued - roll.issued < SOONEST:
        return "there is nothing to change yet"
    return None


def _read_offer(value: object) -> tuple[Roll, list[tuple[Change, list[str]]]]:
    if not isinstance(value, dict) or not isinstance(value.get("list"), dict):
        raise NoRoll("no offer")
    because = value.get("because")
    if not isinstance(because, list) or len(because) > MOST:
        raise NoRoll("no reasons")
    reasons = []
    for one in because:
        votes = one.get("votes") if isinstance(one, dict) else None
        if not isinstance(votes, list):
            raise NoRoll("no votes")
        reasons.append((read_change(one.get("change")), votes))
    return read(value["list"]), reasons


def founding(entry: Entry, at: int) -> Roll:
    """A list of one."""
    return Roll(
        version=1, previous="", issued=at, until=at + LIVES, quorum=1, rule="grows", room="",
        entries=(replace(entry, since=at),),
    )  # fmt: skip


def moment(at: datetime) -> int:
    """Milliseconds, as documents have them."""
    return int(at.timestamp() * 1000)


def from_moment(at: int) -> datetime:
    """Aware, in UTC."""
    return datetime.fromtimestamp(at / 1000, UTC)
