"""What a sync tells and what it leaves out: that must be asked for before it is committed (a gap, who is there)."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from bots.events import RoomId
from bridge import clock
from bridge.errors import Refused
from bridge.matrix.door import Door
from bridge.matrix.wire import Json
from bridge.store import inbox, rooms
from bridge.store.engine import Store

PAGE = 100
MOST_PAGES = 50


@dataclass(slots=True)
class Rest:
    """`known`: rooms the bot was in before. `earlier`: events of a gap, oldest first. `members`: all, as of now."""

    known: frozenset[str] = frozenset()
    earlier: dict[str, list[Json]] = field(default_factory=dict)
    members: dict[str, list[Json]] = field(default_factory=dict)


async def fetch_rest(door: Door, store: Store, reply: Json, *, cursor: str | None, known: Collection[str]) -> Rest:
    """Ask for it; `known` need not be looked up. Raises Unreachable: then nothing of this sync is committed."""
    updates = list(joined(reply))
    new = [room for room, _ in updates if room not in known]
    looked_up = await store.run(partial(rooms.joined_among, room_ids=new)) if new else frozenset()
    rest = Rest(known=looked_up.union(room for room, _ in updates if room in known))
    for room, update in updates:
        timeline = object_of(update.get("timeline"))
        start = timeline.get("prev_batch")
        if timeline.get("limited") and isinstance(start, str):
            since = cursor if room in rest.known else None
            rest.earlier[room] = await _page_back(door, store, room, start=start, since=since)
        if room not in rest.known or room in rest.earlier or _tells_of_members(update):
            rest.members[room] = await _members(door, room)
    return rest


def _tells_of_members(update: Json) -> bool:
    """The homeserver sends state besides the timeline only where the room's history forked: then it must be asked."""
    return any(e.get("type") == "m.room.member" for e in listed(object_of(update.get("state")).get("events")))


async def _members(door: Door, room: str) -> list[Json]:
    try:
        found = await door.members(RoomId(room))
    except Refused:
        return []  # the bot was put out meanwhile; the next sync says so
    return [e for e in listed(found.get("chunk")) if isinstance(e.get("state_key"), str)]


async def _page_back(door: Door, store: Store, room: str, *, start: str, since: str | None) -> list[Json]:
    """Back to what is known, or to how the bot came in. Bounded: a room of millions does not stop the others."""
    found: list[Json] = []
    for _ in range(MOST_PAGES):
        page = await door.messages(RoomId(room), from_=start, direction="b", limit=PAGE, to=since)
        chunk = listed(page.get("chunk"))
        ids = [e["event_id"] for e in chunk if isinstance(e.get("event_id"), str)]
        seen = await store.run(partial(inbox.known, event_ids=ids)) if ids else set()
        found += [e for e in chunk if e.get("event_id") not in seen]
        end = page.get("end")
        arrived = seen if since is not None else any(is_entry(e, door.user_id) for e in chunk)
        if arrived or not chunk or not isinstance(end, str):
            break
        start = end
    return found[::-1]


def is_echo(reply: Json, user: str) -> bool:
    """Whether it brings nothing but this user's own messages: they come back once for each that was sent."""
    if object_of(reply.get("to_device")).get("events"):
        return False
    if any(object_of(reply.get("rooms")).get(name) for name in ("invite", "leave", "knock")):
        return False
    for _, update in joined(reply):
        if object_of(update.get("timeline")).get("limited"):
            return False
        if any(e.get("sender") != user or "state_key" in e for e in events_of(update)):
            return False
    return True


def is_entry(event: Json, user: str) -> bool:
    """Whether it invites this user or lets them in."""
    mine = event.get("type") == "m.room.member" and event.get("state_key") == user
    return mine and object_of(event.get("content")).get("membership") in ("invite", "join")


def since_entry(events: Sequence[Json], user: str) -> Sequence[Json]:
    """What was said before this user was invited is none of their business."""
    start = 0
    inside = False
    for index, event in enumerate(events):
        if event.get("type") != "m.room.member" or event.get("state_key") != user:
            continue
        membership = object_of(event.get("content")).get("membership")
        if membership in ("invite", "join") and not inside:
            start, inside = index + 1, True
        elif membership in ("leave", "ban"):
            inside = False
    return events[start:]


def gone(room: str, user: str, why: str) -> inbox.Incoming:
    """A note to ourselves that a person cannot be met in their direct room."""
    body: Json = {
        "type": "m.room.member",
        "event_id": f"$kairan:gone:{room}:{user}:{why}",
        "sender": user,
        "state_key": user,
        "content": {"membership": "leave"},
        "origin_server_ts": int(clock.now().timestamp() * 1000),
    }
    return inbox.Incoming(body["event_id"], room, user, body)


def joined(reply: Json) -> Iterator[tuple[str, Json]]:
    """(room id, update) of the rooms the bot is in."""
    return section(reply, "join")


def section(reply: Json, name: str) -> Iterator[tuple[str, Json]]:
    """The rooms of one kind: join, invite, leave."""
    for room, update in object_of(object_of(reply.get("rooms")).get(name)).items():
        yield room, object_of(update)


def events_of(update: Json) -> list[Json]:
    """State and timeline of a room's update."""
    parts = (object_of(update.get(part)).get("events") for part in ("state", "timeline"))
    return [event for part in parts for event in listed(part)]


def object_of(value: Any) -> Json:
    """The value where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def listed(value: Any) -> list[Json]:
    """The objects of a list; whatever else is in it is dropped."""
    return [e for e in value if isinstance(e, dict)] if isinstance(value, list) else []
