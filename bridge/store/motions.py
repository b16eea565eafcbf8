"""Motions and votes as they are kept: what is voted on, by whom it was approved, and since when that is enough."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bots.alliance import Motion
from bots.events import Signed
from bridge.alliance.motion import Change, approvals, fits, from_moment, moment, needed, read_change
from bridge.alliance.names import shown, warnings
from bridge.alliance.roll import Roll, fingerprint
from bridge.alliance.signing import canonical, parse
from bridge.store.alliance_tables import motion, vote
from bridge.store.engine import insert_new, upsert
from bridge.store.hot import Hot
from forms.text import Text, same

QUORUM = Text(ja="必要な賛成の数", en="how many must agree")
MOST_VOTES = 500
MOST_OF_ONE = 20
"""Motions of one member that may be open: a flood of them drowns nobody."""
_HERE: sa.BindParameter[str] = sa.bindparam("motion")
_OPEN = Hot(sa.select(motion.c.raw).where(motion.c.state == "open").order_by(motion.c.at, motion.c.id))
_IN_STATE = Hot(
    sa.select(motion.c.raw, motion.c.attempts)
    .where(motion.c.state == sa.bindparam("wanted"))
    .where(motion.c.next_try.is_(None) | (motion.c.next_try <= sa.bindparam("now")))
    .order_by(motion.c.at)
)
_VOTES = Hot(
    sa.select(vote.c.server, vote.c.choice, vote.c.raw).where(vote.c.motion == _HERE).order_by(vote.c.at, vote.c.server)
)


def keep(  # noqa: PLR0913 - a row's columns
    connection: sa.Connection, change: Change, *, via: str, state: str, now: datetime, limited: bool = True
) -> bool:
    """False where it is known already, or there are too many of this kind of this member ("" for the world).

    What our own stewards move is not `limited`.
    """
    if connection.execute(sa.select(motion.c.id).where(motion.c.id == change.id)).first() is not None:
        return False
    if limited and not has_room(connection, via, change.kind) and not (via == "" and _gave_way(connection)):
        return False
    row = {"id": change.id, "kind": change.kind, "server": change.server, "via": via, "state": state, "at": now,
           "raw": canonical(change.document).decode()}  # fmt: skip
    insert_new(connection, motion, row)
    return True


def has_room(connection: sa.Connection, via: str, kind: str) -> bool:
    """Whether this member ("" for the world) may bring another of this kind."""
    theirs = (motion.c.state != "carried") & (motion.c.via == via) & (motion.c.kind == kind)
    count: int = connection.execute(sa.select(sa.func.count()).select_from(motion).where(theirs)).scalar_one()
    return count < MOST_OF_ONE


def _gave_way(connection: sa.Connection) -> bool:
    """Whoever's server did not answer when it was asked makes room: a flood of invented names keeps nobody out."""
    silent = (motion.c.state == "asked") & (motion.c.via == "") & (motion.c.attempts > 0)
    query = sa.select(motion.c.id).where(silent).order_by(sa.desc(motion.c.attempts), motion.c.at).limit(1)
    found = connection.execute(query).scalar()
    if found is not None:
        drop(connection, found)
    return found is not None


def set_state(connection: sa.Connection, name: str, state: str) -> None:
    """`asked` (over the web), `checked` (its server says so too), `open` (voted on), `carried`."""
    connection.execute(sa.update(motion).where(motion.c.id == name).values(state=state))


def checked(connection: sa.Connection, name: str, via: str) -> None:
    """Its server says so too: from now on it is ours to bring before the others."""
    connection.execute(sa.update(motion).where(motion.c.id == name).values(state="checked", via=via))


def set_open(connection: sa.Connection, name: str) -> None:
    """Another member moved it too, before we came to it."""
    connection.execute(
        sa.update(motion).where(motion.c.id == name, motion.c.state.in_(("asked", "checked"))).values(state="open")
    )


def in_state(connection: sa.Connection, state: str, now: datetime) -> Sequence[tuple[Change, int]]:
    """(what is in this state and due, how often it was tried)."""
    found = _IN_STATE.rows(connection, wanted=state, now=now)
    return [(read_change(parse(raw)), attempts) for raw, attempts in found]


def postpone(connection: sa.Connection, name: str, until: datetime) -> None:
    """Try again then."""
    here = motion.c.id == name
    connection.execute(sa.update(motion).where(here).values(next_try=until, attempts=motion.c.attempts + 1))


def drop(connection: sa.Connection, name: str) -> None:
    """It was never a motion."""
    connection.execute(sa.delete(motion).where(motion.c.id == name))


def open_ones(connection: sa.Connection, roll: Roll, now: datetime) -> Sequence[Change]:
    """What may be voted on now, oldest first."""
    changes = [read_change(parse(raw)) for (raw,) in _OPEN.rows(connection)]
    return [change for change in changes if fits(change, roll, moment(now))]


def keep_vote(connection: sa.Connection, signed: Signed, now: datetime) -> bool:
    """A member's last word counts. False for what is no vote, or known."""
    name, choice = signed.body.get("motion"), signed.body.get("choice")
    if choice not in ("approve", "refuse") or not isinstance(name, str) or set(signed.body) != {"motion", "choice"}:
        return False
    key = (vote.c.motion == name) & (vote.c.server == signed.signer)
    if connection.execute(sa.select(vote.c.choice).where(key)).scalar() == choice:
        return False
    theirs = sa.select(sa.func.count()).select_from(vote).where(vote.c.server == signed.signer)
    if connection.execute(theirs).scalar_one() >= MOST_VOTES:
        return False
    row = {"motion": name, "server": signed.signer, "choice": choice, "raw": signed.raw, "at": now}
    upsert(connection, vote, row)
    return True


def votes_on(connection: sa.Connection, change: Change) -> Mapping[str, tuple[str, str]]:
    """By server: (choice, the vote as it travelled)."""
    return {server: (choice, raw) for server, choice, raw in _VOTES.rows(connection, motion=change.id)}


def approving(connection: sa.Connection, change: Change) -> list[str]:
    """Votes that may approve, as they travelled."""
    return [raw for choice, raw in votes_on(connection, change).values() if choice == "approve"]


def ready_since(connection: sa.Connection, change: Change, roll: Roll, now: datetime) -> datetime | None:
    """Since when there are votes enough; noted the first time it is so."""
    if len(approvals(change, approving(connection, change), roll)) < needed(change, roll):
        return None
    here = motion.c.id == change.id
    connection.execute(sa.update(motion).where(here, motion.c.ready.is_(None)).values(ready=now))
    found: datetime | None = connection.execute(sa.select(motion.c.ready).where(here)).scalar()
    return found


def brought_by(connection: sa.Connection, change: Change) -> str:
    """The member that moved it."""
    found: str | None = connection.execute(sa.select(motion.c.via).where(motion.c.id == change.id)).scalar()
    return found or ""


def described(connection: sa.Connection, change: Change, roll: Roll) -> Motion:
    """A motion as people read it."""
    entry = change.entry or roll.at(change.server)
    votes = votes_on(connection, change)
    via = brought_by(connection, change)
    keys = change.keys if change.keys is not None else entry.keys if entry else {}
    known = [(name, one.server) for one in roll.entries for name in (one.member.name.ja, one.member.name.en)]
    careful: tuple[Text, ...] = ()
    if change.kind == "add" and entry is not None:
        careful = warnings({entry.member.name.ja, entry.member.name.en}, entry.server, known)
    return Motion(
        id=change.id,
        kind=change.kind,
        subject=_clean(entry.member.name) if entry else same(change.server) if change.server else QUORUM,
        server=change.server,
        code=entry.member.code if entry else "",
        contact=shown(entry.member.contact) if entry else "",
        fingerprint=fingerprint(change.server, keys) if keys else "",
        via=_name(roll, via),
        approved=_names(roll, votes, "approve"),
        refused=_names(roll, votes, "refuse"),
        needed=needed(change, roll),
        quorum=change.quorum,
        warnings=careful,
        until=from_moment(change.until),
    )


def _names(roll: Roll, votes: Mapping[str, tuple[str, Any]], choice: str) -> tuple[Text, ...]:
    return tuple(_name(roll, server) for server, (chosen, _) in votes.items() if chosen == choice)


def _name(roll: Roll, server: str) -> Text:
    entry = roll.at(server)
    return _clean(entry.member.name) if entry else same(server)


def _clean(name: Text) -> Text:
    return Text(ja=shown(name.ja), en=shown(name.en))
