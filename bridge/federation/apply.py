"""Carries out what the plan says, in its order: rooms are shut before the list, and opened after it (decision 20).

Nobody is ever banned or kicked here: after the cut that would break a room of version 12 for good. Our own server
stands in every access list and in every allow list that is written.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bots.events import RoomId, UserId
from bridge import clock
from bridge.alliance.access import admitted, allowing, may_change, servers_of
from bridge.alliance.plan import Change, InviteChange, ListChange, Observed, RoomChange, Wanted, plan
from bridge.config import Config
from bridge.errors import Refused, Unreachable
from bridge.federation.allow_list import listed, write_list
from bridge.federation.strangers import Strangers
from bridge.matrix.door import Door
from bridge.matrix.lanes import where
from bridge.store import rolls, rooms
from bridge.store.engine import Connection, Store
from bridge.store.members import members

log = logging.getLogger(__name__)

ACL = "m.room.server_acl"
PATIENCE = 15.0
"""Seconds that all rooms together may hold up the list: who is out must be out within a minute."""
LOOK, AGAIN = 1.0, 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`refused`: the homeserver's no, with its code: not tried again by itself. `left`: to be tried again."""

    done: tuple[Change, ...] = ()
    refused: tuple[tuple[Change, str], ...] = ()
    left: tuple[Change, ...] = ()


class Enforcement:
    """What our own homeserver is told. `allow_file` is None where nothing reads one."""

    def __init__(self, door: Door, *, own: str, allow_file: Path | None) -> None:
        self._door, self._own, self._allow_file = door, own, allow_file

    async def observe(self, wanted: Wanted, shared: Iterable[str]) -> Observed:
        """How it is now, in those of the rooms that we may shut and in which somebody of another server sits."""
        seen = {room: await self._admitted(RoomId(room), wanted) for room in shared}
        found = listed(self._allow_file) if self._allow_file else wanted.servers
        return Observed(listed=found, rooms={room: servers for room, servers in seen.items() if servers is not None})

    async def _admitted(self, room: RoomId, wanted: Wanted) -> frozenset[str] | None:
        try:
            here = servers_of((await self._door.members(room)).get("chunk"))
            acl = await self._door.find_state(room, ACL)
            if acl is None and here <= {self._own}:
                return None
            create = await self._door.creation(room)
            levels = await self._door.find_state(room, "m.room.power_levels")
            if not may_change(self._door.user_id, create, levels, ACL):
                return None
        except Refused:  # we are no longer in it
            return None
        return admitted(acl, here | wanted.servers)

    async def carry_out(self, changes: Sequence[Change], *, until: int | None = None) -> Report:
        """One after the other. A room that fails does not keep the list waiting."""
        done: list[Change] = []
        refused: list[tuple[Change, str]] = []
        left: list[Change] = []
        end = clock.monotonic() + PATIENCE
        for change in changes:
            try:
                async with asyncio.timeout(max(1.0, end - clock.monotonic())):
                    await self._change(change, until)
            except Refused as no:
                refused.append((change, no.code))
            except (Unreachable, TimeoutError, OSError):
                left.append(change)
            else:
                done.append(change)
        return Report(done=tuple(done), refused=tuple(refused), left=tuple(left))

    async def _change(self, change: Change, until: int | None) -> None:
        match change:
            case RoomChange():
                content = allowing(change.servers | {self._own})
                await self._door.set_state(RoomId(change.room), ACL, content)
            case InviteChange():
                await self._door.invite(RoomId(change.room), UserId(change.bot))
            case ListChange():
                self.write(change.servers, until=until)

    def write(self, servers: Iterable[str], *, until: int | None) -> None:
        """The allow file, whole."""
        if self._allow_file:
            write_list(self._allow_file, {*servers, self._own}, until=until)


class Watch:
    """`run` works for ever: what the list in force says is so within seconds, whatever changed it."""

    def __init__(self, door: Door, store: Store, config: Config, strangers: Strangers) -> None:
        allow_file = config.folder / config.federation.allow_file if config.federation.allow_file else None
        self._enforcement = Enforcement(door, own=config.homeserver.server_name, allow_file=allow_file)
        self._door, self._store, self._config, self._strangers = door, store, config, strangers
        self._settled: tuple[Wanted, int | None] | None = None
        self._next = 0.0

    async def run(self) -> None:
        """Look every second at our own database, which is cheap; at the rooms only when something changed."""
        while True:
            try:
                await self.look()
                await self._strangers.look()
            except Unreachable:
                pass
            except Exception as bug:  # noqa: BLE001 - the list must be enforced though one room has a bug
                log.error("federation: %s", where(bug))  # noqa: TRY400 - a traceback could quote a name
            await asyncio.sleep(LOOK)

    async def look(self) -> Report:
        """One look; what was done."""
        found = await self._store.run(partial(_wanted, config=self._config, bot=self._door.user_id))
        if found is None:
            return Report()
        wanted, until, shared = found
        if self._settled == (wanted, until) and clock.monotonic() < self._next:
            return Report()
        observed = await self._enforcement.observe(wanted, shared)
        report = await self._enforcement.carry_out(plan(wanted, observed), until=until)
        if self._settled is None or self._settled[1] != until:  # the same list for longer
            self._enforcement.write(wanted.servers, until=until)
        _tell(report)
        self._settled = None if report.left else (wanted, until)
        self._next = clock.monotonic() + AGAIN
        return report


def wanted_of(connection: Connection, config: Config) -> Wanted:
    """What the list in force and kairan.toml say together."""
    servers = frozenset(member.server for member in members(connection))
    return Wanted(own=config.homeserver.server_name, members=servers, also=frozenset(config.federation.allow))


def ends(connection: Connection) -> int | None:
    """When the list in force says nothing any more; None where there is no list, or nobody on it but us."""
    held = rolls.current(connection)
    return held.until if held is not None and members(connection) else None


def _wanted(connection: Connection, config: Config, bot: str) -> tuple[Wanted, int | None, Sequence[str]] | None:
    """None where there never was a list: what an operator wrote is left alone then."""
    if rolls.current(connection) is None and not members(connection):
        return None
    return wanted_of(connection, config), ends(connection), rooms.shared(connection, bot)


def _tell(report: Report) -> None:
    if report.done or report.refused or report.left:
        log.info("federation: %s done, %s refused, %s left", *map(len, (report.done, report.refused, report.left)))
