"""The alliance's list as it is kept: each version once, one of them in force, and what goes into force with it."""

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, cast

import sqlalchemy as sa

from bots.alliance import News, Trouble
from bridge.alliance.chain import Verdict, judge, rival
from bridge.alliance.motion import moment
from bridge.alliance.roll import LONGEST, Entry, Roll, complete, read
from bridge.alliance.signing import canonical
from bridge.store import rooms
from bridge.store.alliance_tables import attempt, motion, roll, vote
from bridge.store.desk import Municipality
from bridge.store.engine import insert_new
from bridge.store.hot import Hot
from bridge.store.members import ROOM, Listed, put_in_force
from bridge.store.tables import fact
from forms.text import Text

STANDING = "alliance:standing"
NEWS = "alliance:news"
TO_MOVE = "alliance:to move"
"""The fact that holds a change which the operator wants moved: {kind: rotate, …}."""
TO_REPEAT = "alliance:to repeat"
"""The fact that says when newcomers are told what is being voted on: once they had time to enter the room."""
SETTLED_IN = timedelta(minutes=1)
SHOWN = "alliance:shown"
SHOWN_AS = "jp.kairan.alliance"
"""The type of the state event that shows the list in the alliance's room."""
FITS = 60_000
BEHIND = "alliance:behind"
"""The fact that somebody spoke of a newer list than ours."""
# Asked every second.
_NEWS = Hot(sa.select(fact.c.value).where(fact.c.name == NEWS))
_IN_FORCE = Hot(sa.select(roll.c.raw).where(roll.c.state == "in force"))
NEW_ROOM = "alliance:room"
"""The fact that names a room that we made for all members, which no list names yet."""
FORFEIT = "alliance:forfeit"
"""The fact that names the alliance's room where somebody has power in it for good who is no member."""
FORMER = "alliance:former"
"""The fact that names the room that was the alliance's before, until we have left it."""
_MONTH = timedelta(days=30)
REMEMBERED = 400
"""Lists that are kept: a year's, so that whoever was away finds the way."""


@lru_cache(maxsize=4)
def _read(raw: str) -> Roll:
    return read(raw)


def current(connection: sa.Connection) -> Roll | None:
    """The list in force, however old it is."""
    found = _IN_FORCE.value(connection)
    return None if found is None else _read(found)


def at(connection: sa.Connection, version: int) -> Roll | None:
    """An earlier list."""
    found = connection.execute(sa.select(roll.c.raw).where(roll.c.version == version, roll.c.state != "rival")).scalar()
    return None if found is None else _read(found)


def raw_at(connection: sa.Connection, version: int | None) -> str | None:
    """The text of the list in force, or of an earlier one."""
    here = roll.c.state == "in force" if version is None else (roll.c.version == version) & (roll.c.state != "rival")
    found: str | None = connection.execute(sa.select(roll.c.raw).where(here)).scalar()
    return found


def since(connection: sa.Connection, held: Roll) -> datetime:
    """Since when it is in force here."""
    found: datetime = connection.execute(sa.select(roll.c.at).where(roll.c.id == held.id)).scalar_one()
    return found


def has_rival(connection: sa.Connection) -> bool:
    """Whether there are two complete lists of one version."""
    return connection.execute(sa.select(roll.c.id).where(roll.c.state == "rival").limit(1)).first() is not None


def take(connection: sa.Connection, town: Municipality, offered: Roll, now: datetime) -> tuple[Verdict, list[News]]:
    """Judge a list from anywhere; the next one goes into force."""
    held = current(connection)
    if held is None:
        return "gap", []
    verdict = judge(offered, held, moment(now))
    if verdict == "next":
        return verdict, enforce(connection, town, offered, now)
    if verdict == "gap":
        rooms.set_fact(connection, BEHIND, str(offered.version))
    if verdict == "rival" or (verdict in ("forged", "older") and _is_rival(connection, offered)):
        return "rival", _rival(connection, offered, now)
    return verdict, []


def _is_rival(connection: sa.Connection, offered: Roll) -> bool:
    held, before = at(connection, offered.version), at(connection, offered.version - 1)
    return held is not None and before is not None and rival(offered, held, before)


def _rival(connection: sa.Connection, offered: Roll, now: datetime) -> list[News]:
    """Told once."""
    if connection.execute(sa.select(roll.c.id).where(roll.c.id == offered.id)).first() is not None:
        return []
    insert_new(connection, roll, _row(offered, "rival", now))
    return [News(kind="rival")]


def enforce(connection: sa.Connection, town: Municipality, new: Roll, now: datetime) -> list[News]:
    """From now on this is the list, in everything that goes by it: all in the caller's transaction."""
    old = current(connection)
    connection.execute(sa.update(roll).where(roll.c.state == "in force").values(state="past"))
    insert_new(connection, roll, _row(new, "in force", now))
    connection.execute(sa.delete(roll).where(roll.c.version < new.version - REMEMBERED))
    connection.execute(sa.delete(attempt).where(attempt.c.base != new.id))
    connection.execute(sa.update(motion).where(motion.c.id.in_(list(new.carried))).values(state="carried"))
    _tidy(connection, now)
    if new.room:
        _housed(connection, old.room if old is not None else "", new.room)
    if old is not None and {one.server for one in new.entries} - {one.server for one in old.entries}:
        rooms.set_fact(connection, TO_REPEAT, str(moment(now + SETTLED_IN)))
    before, after = standing(connection), settle(connection, town, now)
    well = [News(kind="well")] if before in ("old", "early") and after == "none" else []
    return well + _difference(old, new, town.server)


def _housed(connection: sa.Connection, before: str, room: str) -> None:
    rooms.set_fact(connection, ROOM, room)
    rooms.drop_fact(connection, NEW_ROOM)  # ours, or another's was chosen
    if before and before != room:
        rooms.drop_fact(connection, FORFEIT)
        rooms.set_fact(connection, FORMER, before)


def begin(connection: sa.Connection, town: Municipality, founded: Roll, now: datetime) -> None:
    """A new alliance of one; what was before it is no more than the past."""
    connection.execute(sa.delete(roll).where(roll.c.version >= founded.version))
    leave_news(connection, enforce(connection, town, founded, now) or [News(kind="we are in")])


def trust(
    connection: sa.Connection, town: Municipality, offered: Roll, before: Roll | None, now: datetime
) -> list[News] | None:
    """The first list of a newcomer: it names us with our key, and a quorum of the list before it signed it.

    None where it does not. That it is theirs whom we asked, the web's certificates say.
    """
    mine = offered.at(town.server)
    if mine is None or town.key.public not in mine.keys.values() or not offered.holds_at(moment(now)):
        return None
    if before is not None and (before.id != offered.previous or before.version != offered.version - 1):
        return None
    if (before is None and offered.version > 1) or not complete(offered.document, before or offered):
        return None
    held = current(connection)
    if held is not None and (held.version >= offered.version or trouble_with(held, town, now) not in ("out", "old")):
        return None
    if before is not None:
        insert_new(connection, roll, _row(before, "past", now))
    return enforce(connection, town, offered, now)


def _row(new: Roll, state: str, now: datetime) -> dict[str, object]:
    raw = canonical(new.document).decode()
    return {"version": new.version, "id": new.id, "state": state, "raw": raw, "at": now}


def _tidy(connection: sa.Connection, now: datetime) -> None:
    """Votes on what was carried, or on what nobody moved within a month, are of no more use."""
    done = sa.select(motion.c.id).where(motion.c.state == "carried")
    old = vote.c.at < now.replace(microsecond=0) - _MONTH
    connection.execute(sa.delete(vote).where(vote.c.motion.in_(done) | old))
    connection.execute(sa.delete(motion).where(motion.c.at < now - _MONTH))


def settle(connection: sa.Connection, town: Municipality, now: datetime) -> Trouble:
    """Let the list say who is welcome: nobody's people but our own, where it is too old, or we are not in it."""
    trouble = trouble_with(current(connection), town, now)
    held = current(connection)
    members: Sequence[Entry] = held.present(moment(now)) if held is not None and trouble == "none" else ()
    put_in_force(connection, town.neighbours, [Listed(member=one.member, keys=one.keys) for one in members])
    rooms.set_fact(connection, STANDING, _put(held, trouble, now))
    return trouble


def settled(connection: sa.Connection, town: Municipality, now: datetime) -> tuple[Trouble | None, Trouble]:
    """(how we stood, how we stand now): what time alone changed is put into force."""
    was, held = standing(connection), current(connection)
    trouble = trouble_with(held, town, now)
    if held is None:
        return None, trouble
    if rooms.facts(connection).get(STANDING) != _put(held, trouble, now):
        settle(connection, town, now)
    return was, trouble


def standing(connection: sa.Connection) -> Trouble | None:
    """How we stood when it was last put into force."""
    found = rooms.facts(connection).get(STANDING)
    return None if found is None else cast("Trouble", found.partition(" ")[0])


def _put(held: Roll | None, trouble: Trouble, now: datetime) -> str:
    """What was put into force: how we stand, and who is a member of it."""
    members = held.present(moment(now)) if held is not None and trouble == "none" else ()
    return f"{trouble} {','.join(one.server for one in members)}"


def trouble_with(held: Roll | None, town: Municipality, now: datetime) -> Trouble:
    """What keeps the list from saying who is welcome."""
    if held is None:
        return "alone"
    moment_now = moment(now)
    mine = held.at(town.server)
    if mine is None or not mine.holds_at(max(moment_now, held.issued)):
        return "out"
    if moment_now >= held.until:
        return "old"
    return "none" if held.holds_at(moment_now) else "early"


def shown_content(held: Roll) -> dict[str, object]:
    """What the alliance's room shows of a list: all of it, where an event can hold that."""
    packed = base64.b64encode(zlib.compress(canonical(held.document), 9)).decode("ascii")
    found: dict[str, object] = {"version": held.version, "id": held.id}
    return {**found, "list": packed} if len(packed) <= FITS else found


def shown(connection: sa.Connection, content: Mapping[str, Any]) -> None:
    """The alliance's room shows this; it is looked at with the next beat."""
    version, packed = content.get("version"), content.get("list")
    held = current(connection)
    if held is None or type(version) is not int or version < held.version:
        return
    if version == held.version and content.get("id") == held.id:
        return
    if isinstance(packed, str) and len(packed) <= FITS:
        rooms.set_fact(connection, SHOWN, packed)
    elif version > held.version:
        rooms.set_fact(connection, BEHIND, str(version))


def take_shown(connection: sa.Connection, town: Municipality, now: datetime) -> list[News]:
    """Judge what the room showed."""
    packed = rooms.facts(connection).get(SHOWN)
    if packed is None:
        return []
    rooms.drop_fact(connection, SHOWN)
    try:
        unpacking = zlib.decompressobj()
        raw = unpacking.decompress(base64.b64decode(packed, validate=True), LONGEST + 1)
        return take(connection, town, read(raw), now)[1] if unpacking.eof else []
    except (ValueError, zlib.error):
        return []


def leave_news(connection: sa.Connection, news: Sequence[News]) -> None:
    """What was learnt outside of any bot is told at its next beat."""
    if not news:
        return
    waiting = json.loads(rooms.facts(connection).get(NEWS, "[]"))
    waiting += [[one.kind, one.name.ja if one.name else "", one.name.en if one.name else ""] for one in news]
    rooms.set_fact(connection, NEWS, json.dumps(waiting))


def take_news(connection: sa.Connection) -> tuple[News, ...] | None:
    """None where there is none."""
    found = _NEWS.value(connection)
    if found is None:
        return None
    connection.execute(sa.delete(fact).where(fact.c.name == NEWS))
    return tuple(News(kind=kind, name=Text(ja=ja, en=en)) for kind, ja, en in json.loads(found))


def _difference(old: Roll | None, new: Roll, own: str) -> list[News]:
    """What the stewards are told; a mere renewal is nothing."""
    if old is None:
        return [News(kind="we are in")]
    before, after = ({one.server: one for one in each.entries} for each in (old, new))
    if own not in after:
        return [News(kind="we are out")] if own in before else []
    if own not in before:
        return [News(kind="we are in")]
    news = [News(kind="in", name=one.member.name) for server, one in after.items() if server not in before]
    news += [News(kind="out", name=one.member.name) for server, one in before.items() if server not in after]
    news += [
        News(kind="keys", name=one.member.name)
        for server, one in after.items()
        if server in before and before[server].keys != one.keys
    ]
    return news
