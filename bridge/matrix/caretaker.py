"""Does the work in the rooms of user groups: makes, furnishes and keeps them, lets people in and puts them out.

Every piece is a durable row. Aliases are derived, so that a room made before a crash is found and not made twice; all
else is looked at first and done only where it is not so already, by whichever steward's Kairan comes to it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial

from bots.events import RoomId, UserId
from bots.group_log import Group
from bridge import clock
from bridge.config import Config
from bridge.errors import Refused, Unreachable
from bridge.matrix import group_rooms, outbound
from bridge.matrix.door import Door
from bridge.matrix.group_rooms import inside, meant, plan
from bridge.matrix.lanes import where
from bridge.matrix.wire import Json
from bridge.store import groups, rooms
from bridge.store.desk import derived
from bridge.store.engine import Connection, Store
from bridge.store.groups import SPACE, Task
from bridge.store.members import members

log = logging.getLogger(__name__)

POWER = "m.room.power_levels"
LOOK = 1.0
WIDTH = 8
MOST_TRIES = 40
LONGEST_PAUSE = 600.0


class NotYet(Unreachable):
    """Something else must be done first."""


class Caretaker:
    """`run` works for ever."""

    def __init__(self, door: Door, store: Store, config: Config) -> None:
        self._door, self._store, self._config = door, store, config
        self._width = asyncio.Semaphore(WIDTH)
        self._works: Mapping[str, Callable[[Task, Group], Awaitable[None]]] = {
            "make": self._make,
            "follow": self._follow,
            "settle": self._settle,
            "enter": self._enter,
            "invite": self._invite,
            "put_out": partial(self._put_out, how="kick"),
            "ban": partial(self._put_out, how="ban"),
            "free": partial(self._put_out, how="unban"),
        }

    async def run(self) -> None:
        """Look every second, and go on at once where something was done."""
        while True:
            try:
                more = await self.round()
            except Unreachable:
                more = False
            if not more:
                await asyncio.sleep(LOOK)

    async def round(self) -> bool:
        """Everything that is due, once. True when something was done.

        In one group one after another, for what a room is to be depends on what was done to it before; but invitations
        at once: one to a homeserver that is away takes minutes to fail.
        """
        due = await self._store.run(partial(groups.tasks, now=clock.now(), limit=50))
        chains: dict[str, list[Task]] = {}
        for task in due:
            chains.setdefault(task.id if task.work == "invite" else task.group, []).append(task)
        done = await asyncio.gather(*(self._chain(tasks) for tasks in chains.values()))
        return any(done)

    async def _chain(self, tasks: Sequence[Task]) -> bool:
        async with self._width:
            return any([await self._one(task) for task in tasks])

    async def _one(self, task: Task) -> bool:
        try:
            group = await self._store.run(partial(groups.group_of, group=task.group))
            if group is not None:
                await self._works[task.work](task, group)
        except (Unreachable, Refused) as no:
            await self._again(task, no)
            return False
        except Exception as bug:  # noqa: BLE001 - one piece of work that fails must not stop the others
            log.error("groups: %s", where(bug))  # noqa: TRY400 - a traceback could quote a name
            await self._again(task, Unreachable("a bug"))
            return False
        await self._store.run(partial(groups.finish, task=task.id))
        return True

    async def _again(self, task: Task, why: Exception) -> None:
        """A room may still be on its way to us, a level not set yet: a refusal is final only after some tries."""
        if isinstance(why, Refused):
            log.info("groups: %s refused: %s %s", task.work, why.status, why.code)
        if isinstance(why, Refused) and task.attempts >= MOST_TRIES:
            await self._store.run(partial(groups.finish, task=task.id, state="refused"))
            return
        pause = clock.back_off(task.attempts, first=0.5, longest=LONGEST_PAUSE)
        until = clock.now() + timedelta(seconds=pause)
        await self._store.run(partial(groups.postpone, task=task.id, until=until))

    # -- rooms -------------------------------------------------------------------------------------------------------

    async def _make(self, task: Task, group: Group) -> None:
        here = await self._store.run(partial(groups.places, group=group.id))
        if task.key in here or (task.key and task.key not in {room.key for room in group.themes}):
            return
        space = here.get(SPACE)
        if task.key and space is None:
            raise NotYet("the space comes first")
        alias = f"kairan_{derived('group', self._config.secret, group.id, task.key)[:20]}"
        bots = await self._store.run(_bots)
        body = self._body(group, task.key, alias=alias, bots=bots, space=space)
        room = await self._existing(alias) if task.attempts else None
        room = room or await self._created(alias, body)
        note = partial(groups.note_place, group=group.id, key=task.key, room_id=room, by=task.by)
        await self._store.run(note)

    def _body(self, group: Group, key: str, *, alias: str, bots: Mapping[str, str], space: str | None) -> Json:
        own = self._door.user_id
        if not key or space is None:
            return group_rooms.space_body(group, alias=alias, bots=bots, own=own)
        return group_rooms.room_body(group, key, alias=alias, bots=bots, own=own, space=space)

    async def _created(self, alias: str, body: Json) -> RoomId:
        try:
            return await self._door.create_room(body)
        except Refused:
            found = await self._existing(alias)
            if found is None:
                raise
            return found

    async def _existing(self, alias: str) -> RoomId | None:
        try:
            return await self._door.resolve(f"#{alias}:{self._config.homeserver.server_name}")
        except Refused:
            return None

    async def _enter(self, task: Task, group: Group) -> None:
        here = await self._store.run(partial(groups.places, group=group.id))
        if task.key in here:
            await self._door.join(here[task.key], via=group_rooms.via(group))

    async def _follow(self, task: Task, group: Group) -> None:
        """A room was upgraded. We say so for all where we made both, and can do in the new one what we must."""
        here = await self._store.run(partial(groups.places, group=group.id))
        old, new = here.get(task.key), RoomId(task.target)
        if old is None or new in (old, *group.former):
            return
        create, levels = await self._door.creation(new), await self._door.get_state(new, POWER)
        if group_rooms.is_ours(create, levels, before=old, own=self._door.user_id):
            note = partial(groups.note_upgrade, group=group.id, key=task.key, before=old, room_id=new)
            await self._store.run(note)

    # -- as the log says ---------------------------------------------------------------------------------------------

    async def _settle(self, _task: Task, group: Group) -> None:
        """Levels, names, what the space shows, the guide; and its stewards and their Kairans are invited."""
        bots, here = await self._store.run(lambda c: (_bots(c), _entered(c, group.id)))
        if SPACE not in here:
            raise NotYet("we are not in the space")
        for key, room in here.items():
            state = await self._door.state(room)
            for change in plan(group, key, state=state, bots=bots, own=self._door.user_id):
                await self._door.set_state(room, change.kind, change.content, key=change.key)
        await self._pin(group, here)
        wanted = (*(bots[s] for s in group.servers if s in bots), *group.stewards)
        came = [self._let_in(here[SPACE], UserId(user), group) for user in wanted]
        for fault in await asyncio.gather(*came, return_exceptions=True):
            if isinstance(fault, BaseException):
                raise fault

    async def _pin(self, group: Group, here: Mapping[str, RoomId]) -> None:
        """The guide stands in the first room that there is."""
        first = next((here[room.key] for room in group.themes if room.key in here), None)
        if first is None or not group.guide:
            return
        mark = group_rooms.guide_mark(group)
        if group_rooms.pinned(await self._door.state(first)) == mark:
            return
        txn = derived("guide", group.id, mark)
        words = f"【{group.name}】\n{group.guide}"
        content = outbound.message({"text": words}, txn=txn)
        event = await self._door.send_event(first, "m.room.message", content=content, txn=txn)
        await self._door.set_state(first, "m.room.pinned_events", {"pinned": [event]})
        await self._door.set_state(first, group_rooms.GUIDE, {"mark": mark})

    # -- people ------------------------------------------------------------------------------------------------------

    async def _invite(self, task: Task, group: Group) -> None:
        here = await self._store.run(partial(_entered, group=group.id))
        if task.key not in here:
            raise NotYet("we are not in the room")
        await self._let_in(here[task.key], UserId(task.target), group)

    async def _let_in(self, room: RoomId, user: UserId, group: Group) -> None:
        """Another steward's Kairan may have invited them already; who was put out for good stays out."""
        if user == self._door.user_id or group.bars(user):
            return
        try:
            state = await self._door.get_state(room, "m.room.member", key=user)
        except Refused:
            state = {}
        if state.get("membership") not in ("invite", "join", "ban"):
            await self._door.invite(room, user)

    async def _put_out(self, task: Task, group: Group, *, how: str) -> None:
        """Where they are, unless the log says otherwise by now."""
        if _outdated(task, group, how):
            return
        here = await self._store.run(partial(_entered, group=group.id))
        if task.key and task.key not in here:
            raise NotYet("we are not in the room")
        for room in [here[task.key]] if task.key else reversed(list(here.values())):
            await self._put_out_of(room, task.target, how)

    async def _put_out_of(self, room: RoomId, target: str, how: str) -> None:
        wanted = {"kick": ("invite", "join"), "ban": ("invite", "join", "leave", "knock"), "unban": ("ban",)}[how]
        present = inside(await self._door.state(room), *wanted)
        for user in meant(target, present):
            if user != self._door.user_id and (user in present or how == "ban"):
                with suppress(Refused):  # one who stands as high as we do, or is banned already
                    await self._door.put_out(room, user, how=how)


def _outdated(task: Task, group: Group, how: str) -> bool:
    """A guest's stay was prolonged; who was barred is free again, or the other way round."""
    if task.key:
        guest = group.guests.get((task.target, task.key))
        return guest is not None and guest.until > clock.now()
    barred = group.barred.get(task.target) == "ban"
    return (how == "ban" and not barred) or (how == "unban" and barred)


def _bots(connection: Connection) -> dict[str, str]:
    """Server → its Kairan, of members in force."""
    return {member.server: member.bot for member in members(connection)}


def _entered(connection: Connection, group: str) -> dict[str, RoomId]:
    """The rooms of a group that our bot is in, the space first."""
    here = groups.places(connection, group)
    known = rooms.joined_among(connection, list(here.values()))
    return {key: room for key, room in sorted(here.items()) if room in known}
