"""Enters rooms that the bot is invited to, opens direct rooms with people, and makes the rooms that give roles."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial

from bots.events import RoomId, UserId
from bridge import clock
from bridge.config import Config
from bridge.errors import Refused, Unreachable
from bridge.letters import Touched
from bridge.matrix import outbound
from bridge.matrix.door import Door
from bridge.matrix.errands import Errands
from bridge.matrix.fetching import gone
from bridge.matrix.lanes import where
from bridge.matrix.porter import Porter, later
from bridge.store import inbox, rooms
from bridge.store.desk import derived
from bridge.store.engine import Connection, Store
from bridge.store.members import is_member
from bridge.store.neighbours import Neighbours
from bridge.store.rooms import Door as Wanted

log = logging.getLogger(__name__)

LOOK = 5.0
WIDTH = 8
MOST_KNOCKS = 30
TOPIC = "フォームへの回答やお知らせのための、あなた専用の部屋です。 / Your own room for forms and reminders."
ROLE_ROOMS = {"staff": "職員 / Staff", "editors": "フォーム編集者 / Editors", "stewards": "管理者 / Stewards"}


class Doorkeeper:
    """`run` works for ever; `knock` wakes it."""

    def __init__(
        self, door: Door, store: Store, config: Config, touched: Callable[[Touched], None], *, permitted: Neighbours
    ) -> None:
        self._door, self._store, self._config, self._touched = door, store, config, touched
        self._porter = Porter(door, store, permitted)
        self._knocked = asyncio.Event()
        # What other Kairans' rooms take has a width of its own: dead servers keep no person waiting.
        self._width, self._afar = asyncio.Semaphore(WIDTH), asyncio.Semaphore(WIDTH)
        self._errands = Errands()

    def knock(self) -> None:
        """There may be a door to open."""
        self._knocked.set()

    async def run(self) -> None:
        """Open what is to be opened; look again when woken and every few seconds."""
        try:
            await self._rounds()
        finally:
            self._errands.end()

    async def _rounds(self) -> None:
        while True:
            self._knocked.clear()
            try:
                more = await self._round()
            except Unreachable:
                more = False
            except Exception as bug:  # noqa: BLE001 - one door that sticks must not keep the others shut
                log.error("doors: %s", where(bug))  # noqa: TRY400 - a traceback could quote a name
                more = False
            if not more:
                await self._sleep()

    async def _sleep(self) -> None:
        try:
            await asyncio.wait_for(self._knocked.wait(), LOOK)
        except TimeoutError:
            return

    async def _round(self) -> bool:
        """One look at everything. True when there is more to do at once."""
        now = clock.now()
        for room, enter in await self._porter.waiting():
            self._errands.begin(room, enter)
        wanted = await self._store.run(partial(rooms.doors, now=now, limit=4 * WIDTH + len(self._errands)))
        begun = [self._errands.begin(one.user, partial(self._open, one)) for one in wanted]
        return sum(begun) >= 4 * WIDTH

    # -- direct rooms ------------------------------------------------------------------------------------------------

    async def _open(self, wanted: Wanted) -> None:
        """Open a direct room once: its alias is derived, so that a second try after a crash finds the first."""
        far = wanted.attempts or await self._store.run(partial(is_member, user=wanted.user))
        async with self._afar if far else self._width:
            try:
                room = await self._room_with(wanted)
            except Unreachable:
                await self._not_now(wanted)
            except Refused as no:
                log.info("direct room refused: %s %s", no.status, no.code)
                await self._refused(wanted)
            else:
                self._touched(await self._store.run(partial(_opened, wanted=wanted, room=room)))

    async def _room_with(self, wanted: Wanted) -> RoomId:
        # Keyed: nobody else can work out whether somebody has a room with the bot.
        key = derived("direct", self._config.secret, wanted.user, str(wanted.generation))
        alias = f"kairan_{key[:20]}"
        if wanted.attempts:  # an earlier try may have come far enough
            found = await self._existing(alias)
            if found is not None:
                return await self._invited(found, wanted)
        name = self._config.bot_name
        body = outbound.direct_room(user=wanted.user, name=name, topic=TOPIC, alias=alias, bot=self._door.user_id)
        try:
            return await self._door.create_room(body)
        except Refused as no:
            found = await self._existing(alias)
            if found is None:
                raise
            log.info("direct room exists: %s", no.code)
            return await self._invited(found, wanted)

    async def _existing(self, alias: str) -> RoomId | None:
        try:
            return await self._door.resolve(f"#{alias}:{self._config.homeserver.server_name}")
        except Refused:
            return None

    async def _invited(self, room: RoomId, wanted: Wanted) -> RoomId:
        """The room was made, but perhaps its invitation failed."""
        state = await self._door.find_state(room, "m.room.member", key=wanted.user) or {}
        if state.get("membership") not in ("invite", "join"):
            await self._door.invite(room, UserId(wanted.user))
        return room

    async def _refused(self, wanted: Wanted) -> None:
        """A person is given up; another Kairan may be let in again tomorrow, and what waits for it must not be lost."""
        if await self._store.run(partial(is_member, user=wanted.user)):
            await self._store.run(partial(rooms.postpone_door, user=wanted.user, until=later(wanted.attempts)))
        else:
            self._touched(await self._store.run(partial(_give_up, wanted=wanted)))

    async def _not_now(self, wanted: Wanted) -> None:
        if wanted.attempts >= MOST_KNOCKS and not await self._store.run(partial(is_member, user=wanted.user)):
            self._touched(await self._store.run(partial(_give_up, wanted=wanted)))
            return
        await self._store.run(partial(rooms.postpone_door, user=wanted.user, until=later(wanted.attempts)))

    # -- the rooms that give roles -----------------------------------------------------------------------------------

    async def role_rooms(self) -> None:
        """Find or make the rooms whose members are staff, editors and stewards; note which they are."""
        aliases = {
            "staff": self._config.rooms.staff,
            "editors": self._config.rooms.editors,
            "stewards": self._config.rooms.stewards,
        }
        for role, alias in aliases.items():
            room = await self._role_room(role, alias)
            await self._store.run(partial(rooms.set_fact, name=f"room:{role}", value=room))

    async def _role_room(self, role: str, alias: str) -> str:
        try:
            room = await self._door.resolve(alias)
        except Refused:
            name = f"{self._config.kairan.municipality} {ROLE_ROOMS[role]}"
            invite = list(self._config.people.stewards)
            body = outbound.role_room(
                name=name, alias=alias[1:].partition(":")[0], invite=invite, bot=self._door.user_id
            )
            return await self._door.create_room(body)
        if not await self._store.run(partial(rooms.is_in, room_id=room)):
            try:
                await self._door.join(room)
            except Refused as no:
                log.warning("the %s room has not invited the bot: %s", role, no.code)
        return room


def _opened(connection: Connection, wanted: Wanted, room: str) -> Touched:
    rooms.seal(connection, room)
    rooms.opened(connection, wanted.user, room)
    if rooms.direct_room(connection, wanted.user) != room:
        return Touched()
    # They were quicker than our note of whose room it is: their joining was not heard, so it is told now.
    now = clock.now()
    body = {
        "type": "kairan.met",
        "event_id": f"$kairan:{derived('opened', room)}",
        "sender": wanted.user,
        "origin_server_ts": int(now.timestamp() * 1000),
        "content": {},
    }
    inbox.record(connection, [inbox.Incoming(str(body["event_id"]), room, wanted.user, body)], now)
    return Touched(rooms={room})


def _give_up(connection: Connection, wanted: Wanted) -> Touched:
    """Nobody opens: not retried for ever; the bots hear that the person is gone and tell whom it concerns."""
    room = f"!nowhere:{wanted.user}"
    rooms.opened(connection, wanted.user, room)
    inbox.record(connection, [gone(room, wanted.user, str(wanted.generation))], clock.now())
    return Touched(rooms={room})
