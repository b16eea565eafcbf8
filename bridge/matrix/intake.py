"""From /sync to the durable inbox: our own cursor, committed with what it stands for; gaps are filled first."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from bots.events import RoomId
from bridge import clock
from bridge.errors import Refused, Unreachable
from bridge.letters import Touched
from bridge.matrix.crypto import Crypto
from bridge.matrix.door import Door
from bridge.matrix.fetching import (
    Rest,
    events_of,
    fetch_rest,
    gone,
    is_echo,
    is_entry,
    joined,
    listed,
    object_of,
    section,
    since_entry,
)
from bridge.matrix.handling import Handling
from bridge.matrix.inbound import HEARD
from bridge.matrix.lanes import FIRST, LONGEST, where
from bridge.matrix.wire import Json
from bridge.store import inbox, rolls, rooms, silence, upgrades
from bridge.store.desk import server_of
from bridge.store.engine import Connection, Store
from bridge.store.functions import called_by
from bridge.store.members import ROOM as ALLIANCE
from bridge.store.neighbours import Neighbours

log = logging.getLogger(__name__)

# Our own events stay in, for a room we have just made may come before it says that it is encrypted.
FILTER: Json = {
    "presence": {"types": []},
    "account_data": {"types": []},
    "room": {
        "ephemeral": {"types": []},
        "account_data": {"types": []},
        "timeline": {"limit": 50},
        "state": {
            "types": [
                "m.room.member",
                "m.room.encryption",
                "m.room.name",
                "m.room.canonical_alias",
                "m.room.tombstone",
                "m.room.create",
                rolls.SHOWN_AS,
            ]
        },
    },
}
POLL_MS = 25_000
KEPT_EVERY = 10.0
"""Seconds for which a cursor that moved past our own messages alone may be kept in memory only."""


class Intake:
    """`touched` is called after each commit. Runs until cancelled; survives every outage.

    The first thing said in a room is handled in the transaction that keeps it, where that can be done at once: a
    commit waits for the disk. All else is left to the lanes. `speaker`: the door is this function account's; rooms
    that are an account's from now on are given to `claim`.
    """

    def __init__(  # noqa: PLR0913 - what stands around it
        self,
        door: Door,
        crypto: Crypto,
        store: Store,
        handling: Handling,
        *,
        permitted: Neighbours,
        touched: Callable[[Touched], None],
        claim: Callable[[Iterable[str]], None],
        speaker: str | None = None,
    ) -> None:
        self._door, self._crypto, self._store, self._handling = door, crypto, store, handling
        self._permitted, self._touched = permitted, touched
        self._claim, self._speaker = claim, speaker
        self._bot, self._cursor_is = door.user_id, f"cursor:{speaker}" if speaker else "cursor"
        self._filter: str | None = None
        self._cursor: str | None = None
        self._known: set[str] = set()  # rooms the bot is in, as far as they were looked up
        self.elsewhere: set[str] = set()  # rooms of another account of ours, in which this one is or is called
        self._kept = float("-inf")
        self.last_sync = 0.0
        self.first_sync = asyncio.Event()

    async def run(self) -> None:
        """Sync for ever."""
        self._cursor = (await self._store.run(rooms.facts)).get(self._cursor_is)
        failures = 0
        while True:
            try:
                await self.once()
                failures = 0
            except Unreachable as away:
                failures += 1
                log.info("sync: %s", type(away).__name__)
                await asyncio.sleep(getattr(away, "seconds", None) or _pause(failures))
            except Refused as no:
                failures += 1
                log.error("sync refused: %s %s", no.status, no.code)  # noqa: TRY400 - the line says it all
                await asyncio.sleep(_pause(failures + 4))
            except Exception as bug:  # noqa: BLE001 - the intake never ends; the cursor stands where it stood
                failures += 1
                log.error("sync: %s", where(bug))  # noqa: TRY400 - a traceback could quote an answer
                await asyncio.sleep(_pause(failures))

    async def once(self) -> None:
        """One sync: fetch, take the keys, fill gaps, commit, tell."""
        if self._filter is None:
            self._filter = await self._door.save_filter(FILTER)
        timeout = POLL_MS if self.first_sync.is_set() else 0
        reply = await self._door.sync(self._cursor, timeout_ms=timeout, filter_id=self._filter)
        fresh = await self._crypto.receive(reply)
        found = Touched()
        if fresh or not is_echo(reply, self._bot) or clock.monotonic() - self._kept > KEPT_EVERY:
            found = await self._keep(reply, sessions={s for _, s in fresh})
        self._cursor = reply["next_batch"]
        self.last_sync = clock.monotonic()
        self.first_sync.set()
        for room in self._left_by_somebody(reply):
            self._crypto.rotate(RoomId(room))
        self._touched(found)

    async def _keep(self, reply: Json, sessions: set[str]) -> Touched:
        rest = await fetch_rest(self._door, self._store, reply, cursor=self._cursor, known=self._known)
        record = partial(self._record, reply=reply, rest=rest, sessions=sessions)
        try:
            found = await self._store.run(partial(record, handling=True))
        except Unreachable:
            raise
        except Exception:  # noqa: BLE001 - keep it all the same: the lanes meet the bug again, and report it
            found = await self._store.run(partial(record, handling=False))
        mine = {room for room, _ in joined(reply)} - self.elsewhere
        self._claim(mine - self._known)
        self._known |= mine
        self._known -= {room for name in ("invite", "leave") for room, _ in section(reply, name)}
        self._kept = clock.monotonic()
        return found

    @staticmethod
    def _left_by_somebody(reply: Json) -> Iterator[str]:
        for room, update in joined(reply):
            if any(e.get("type") == "m.room.member" for e in events_of(update)):
                yield room

    def _record(
        self, connection: Connection, *, reply: Json, rest: Rest, sessions: set[str], handling: bool
    ) -> Touched:
        """Everything of one sync in one transaction, the cursor with it."""
        found = Touched()
        now = clock.now()
        self._permitted.refresh(connection)
        if sessions:
            found.rooms |= inbox.keys_came(connection, sessions)
        for room, invite in section(reply, "invite"):
            found.doors |= self._invited(connection, room, invite)
        for room, _ in self._ours(connection, reply, "leave"):
            if rooms.is_in(connection, room):
                self._put_out(connection, room, found)
            rooms.left(connection, room)
        for room, update in self._ours(connection, reply):
            events = self._joined(connection, room, update, rest=rest, found=found)
            inbox.record(connection, events, now)
            if events:
                found.rooms.add(room)
        for room in sorted(found.rooms) if handling else ():  # after all is known that came with it
            if self._handling.at_once(connection, room, found):
                found.rooms.discard(room)
        rooms.set_fact(connection, self._cursor_is, str(reply["next_batch"]))
        return found

    def _ours(self, connection: Connection, reply: Json, name: str = "join") -> Iterator[tuple[str, Json]]:
        """The rooms of one kind, without those of another account of ours."""
        for room, update in section(reply, name):
            if room in self._known or rooms.is_free(connection, room, self._speaker):
                yield room, update
            elif name == "join":
                self.elsewhere.add(room)

    def _invited(self, connection: Connection, room: str, invite: Json) -> bool:
        """Only people of permitted servers may call the bot in, and one account of ours alone is in a room."""
        if not rooms.is_free(connection, room, self._speaker):
            self.elsewhere.add(room)
            return False
        for event in listed(object_of(invite.get("invite_state")).get("events")):
            sender = event.get("sender")
            if is_entry(event, self._bot) and isinstance(sender, str) and server_of(sender) in self._permitted:
                if self._speaker is not None and not called_by(connection, self._speaker, sender):
                    return False
                rooms.invited(connection, room, sender, self._speaker)
                return True
        return False

    def _put_out(self, connection: Connection, room: str, found: Touched) -> None:
        """The bot was removed from a direct room: its owner does not want it."""
        owner = rooms.owner_of(connection, room)
        if owner is not None:
            inbox.record(connection, [gone(room, owner, str(clock.now().timestamp()))], clock.now())
            found.rooms.add(room)

    def _joined(
        self, connection: Connection, room: str, update: Json, *, rest: Rest, found: Touched
    ) -> list[inbox.Incoming]:
        known = room in rest.known
        if not known:
            rooms.entered(connection, room, self._speaker)
        timeline = listed(object_of(update.get("timeline")).get("events"))
        # The `state` of a sync is that before the timeline; where servers wrote at once it may be older than what we
        # have (MSC4222): it counts for a room that is new to us or after a gap, and for members never.
        before = listed(object_of(update.get("state")).get("events"))
        fresh = not known or room in rest.earlier
        told = [e for e in before if fresh and e.get("type") != "m.room.member"]
        told += [e for e in timeline if "state_key" in e]
        for event in told:
            found.doors |= self._follow(connection, room, event)
        if rest.members.get(room):
            rooms.replace_members(connection, room, [_member(e) for e in rest.members[room]])
        found.doors |= rooms.crowded(connection, room, self._bot)
        events = [*rest.earlier.get(room, []), *timeline]
        heard = events if known else since_entry(events, self._bot)
        if silence.is_shut(connection, room):
            return []
        return [x for x in (self._incoming(connection, e, room) for e in heard) if x is not None]

    def _incoming(self, connection: Connection, raw: Json, room: str) -> inbox.Incoming | None:
        event_id, sender, kind = raw.get("event_id"), raw.get("sender"), raw.get("type")
        if not (isinstance(event_id, str) and isinstance(sender, str) and kind in HEARD):
            return None
        if kind == "m.room.member":
            # Who comes to or goes from a direct room matters; of other rooms the table of members is enough.
            owner = rooms.owner_of(connection, room)
            return inbox.Incoming(event_id, room, sender, raw) if owner and raw.get("state_key") == owner else None
        return None if sender == self._bot else inbox.Incoming(event_id, room, sender, raw)

    def _follow(self, connection: Connection, room: str, event: Json) -> bool:
        """Keep what the state says. True where a door should be knocked at."""
        content, key = object_of(event.get("content")), event.get("state_key")
        match event.get("type"):
            case "m.room.member" if isinstance(key, str):
                user, membership, name = _member(event)
                rooms.set_member(connection, room, user, membership=membership, name=name)
                unlisted = membership == "join" and server_of(user) not in self._permitted
                if unlisted and rooms.facts(connection).get(ALLIANCE) != room:
                    silence.shut(connection, room, "new")  # whether they can be heard there is looked at at once
            case _ if key != "":
                return False  # anybody may keep things beside a room's own state
            case "m.room.encryption":
                rooms.describe(connection, room, encrypted=True)
            case "m.room.name" if isinstance(content.get("name"), str):
                rooms.describe(connection, room, name=content["name"][:255])
            case "m.room.canonical_alias":
                alias = content.get("alias")
                rooms.describe(connection, room, alias=alias[:255] if isinstance(alias, str) else None)
            case "m.room.create":
                upgrades.succeed(connection, room, object_of(content.get("predecessor")).get("room_id"))
            case rolls.SHOWN_AS if rooms.facts(connection).get(ALLIANCE) == room:
                rolls.shown(connection, content)
            case "m.room.tombstone":
                return self._upgraded(connection, room, event, content)
        return False

    def _upgraded(self, connection: Connection, room: str, event: Json, content: Json) -> bool:
        new, sender = content.get("replacement_room"), event.get("sender")
        if not isinstance(new, str) or not new.startswith("!") or not isinstance(sender, str):
            return False
        upgrades.replaced(connection, room, new)
        if rooms.is_in(connection, new) or server_of(sender) not in self._permitted:
            return False
        rooms.invited(connection, new, sender, self._speaker)
        return True


def _pause(failures: int) -> float:
    return clock.back_off(failures, first=FIRST, longest=LONGEST)


def _member(event: Json) -> tuple[str, str, str | None]:
    """(user id, membership, display name) of a member event."""
    content = object_of(event.get("content"))
    name = content.get("displayname")
    return str(event["state_key"]), str(content.get("membership")), name[:255] if isinstance(name, str) else None
