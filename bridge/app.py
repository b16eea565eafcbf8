"""One municipality's Kairan: puts the parts together, runs them under one roof, and takes them down in order."""

import asyncio
import fcntl
import logging
import signal
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from functools import partial
from pathlib import Path
from typing import IO, Any, Self

from bots.all import BOTS
from bridge import clock
from bridge.config import Config
from bridge.errors import Misconfigured, Refused, Unreachable
from bridge.federation.apply import Watch
from bridge.federation.courier import Courier
from bridge.federation.door_settings import door_of
from bridge.federation.fetching import Web
from bridge.federation.house import House
from bridge.federation.revival import Revival
from bridge.federation.rounds import rounds
from bridge.federation.strangers import Strangers
from bridge.federation.wellknown import WellKnown
from bridge.federation.wishes import wish_file
from bridge.letters import Touched
from bridge.matrix.caretaker import Caretaker
from bridge.matrix.crypto import Crypto
from bridge.matrix.delivery import Delivery
from bridge.matrix.door import Door
from bridge.matrix.doorkeeper import Doorkeeper
from bridge.matrix.handling import Handling
from bridge.matrix.identity import ensure_identity
from bridge.matrix.intake import Intake
from bridge.matrix.keeper import Keeper
from bridge.matrix.lanes import Lanes, where
from bridge.matrix.switchboard import Switchboard
from bridge.matrix.voices import Voice, Voices
from bridge.runtime import Runtime
from bridge.scheduler import Metronome
from bridge.store import functions, inbox, outbox, parcels
from bridge.store.desk import municipality
from bridge.store.engine import Store, database_url
from bridge.store.opening import opened
from bridge.web import Face, avatar

log = logging.getLogger(__name__)

DEVICE = "KAIRAN"
BEFORE = "before"
RUNNING = "jp.kairan.running"
"""The bot's note at the homeserver that says which Kairan was started last; its id is in `running` here too."""
BEAT = 1.0
DRAIN = 8.0
ROOMS_AT_ONCE = 8
HOUSEKEEPING = 3600.0


def alone(folder: Path) -> IO[str]:
    """Two processes with one device would break each other's encryption. The lock goes with the process."""
    lock = (folder / "lock").open("w", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise Misconfigured(f"{folder}: もう動いています。 / Kairan is running here already.") from None
    return lock


def open_store(config: Config) -> Store:
    """The database, with its schema up to date; a copy of what was there before it is in BEFORE."""
    return opened(database_url(config.kairan.database, config.folder), config.folder / BEFORE)


class App:
    """`async with App(config) as app: await app.run()`; cancel the run to stop: it drains first."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._stack = AsyncExitStack()
        self.ready = asyncio.Event()

    async def __aenter__(self) -> Self:
        config = self._config
        self._stack.callback(alone(config.folder).close)
        self.store = open_store(config)
        self._stack.callback(self.store.close)
        self.door = await self._stack.enter_async_context(
            Door(config.homeserver.url, config.as_token, user_id=config.bot, device_id=DEVICE)
        )
        self.crypto = Crypto(self.door, config.folder / "crypto", secret=config.secret)
        town = self._town = municipality(config)
        self.runtime = Runtime(town, BOTS, shortcuts=config.kairan.reactions)
        self.handling = Handling(self.door, self.crypto, self.store, self.runtime, self._touched)
        self.delivery = Delivery(self.door, self.crypto, self.store, self.runtime.keys)
        self._keeper = Keeper(self.door, self.runtime.keys)
        self.caretaker = Caretaker(self.door, self.store, config)
        self.doorkeeper = Doorkeeper(self.door, self.store, config, self._touched, permitted=town.neighbours)
        self._voices = Voices(Voice(self.handling, self.delivery))
        self.intake = Intake(
            self.door, self.crypto, self.store, self.handling, permitted=town.neighbours, touched=self._touched,
            claim=self._voices.claim,
        )  # fmt: skip
        self._picture = avatar(config.kairan.municipality)
        self._switchboard = Switchboard(
            config, self.store, self.runtime, self._voices, self._touched, permitted=town.neighbours, device=DEVICE,
            picture=self._picture,
        )  # fmt: skip
        self._incoming = Lanes("handling", self._voices.handle, width=ROOMS_AT_ONCE)
        self._outgoing = Lanes("delivery", self._voices.deliver, width=ROOMS_AT_ONCE)
        self._metronome = Metronome(self._beat, seconds=BEAT)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._stack.aclose()

    # -- who wakes whom ----------------------------------------------------------------------------------------------

    def _touched(self, touched: Touched) -> None:
        self._outgoing.wake(touched.lanes)
        self._incoming.wake(touched.rooms)
        if touched.doors:
            self.doorkeeper.knock()
            self._switchboard.knock()

    async def _beat(self) -> None:
        """What fell due: in one transaction, or each routine in its own where one of them has a bug."""
        try:
            self._touched(await self.store.run(self._all_due))
        except Unreachable:
            return
        except Exception:  # noqa: BLE001 - it comes again, and is reported, on its own
            await self._one_by_one()

    def _all_due(self, connection: Any) -> Touched:
        touched = Touched()
        for routine in self.runtime.routines:
            touched.add(self._tick(routine, connection))
        return touched

    async def _one_by_one(self) -> None:
        for routine in self.runtime.routines:
            try:
                self._touched(await self._keeper.run(self.store, partial(self._tick, routine)))
            except Unreachable:
                return
            except Exception as bug:  # noqa: BLE001 - one routine's bug must not stop the clock
                log.error("routine: %s", where(bug))  # noqa: TRY400 - a traceback could quote an answer

    def _tick(self, routine: Any, connection: Any) -> Touched:
        return self.runtime.tick(connection, routine, clock.now())

    # -- running -----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Until cancelled. Waits for the homeserver at the start, however long it is away."""
        await _until_reachable(self._introduce)
        routes = WellKnown(self._town, self.store).routes
        async with Face(self._config, self, routes) as face, Web(self._config) as web:
            log.info("ready as %s, listening on %s", self._config.bot, face.address)
            async with asyncio.TaskGroup() as group:
                group.create_task(self.intake.run(), name="intake")
                group.create_task(self._open_up(), name="opening")
                group.create_task(self._tidy(), name="tidying")
                group.create_task(self._care(), name="groups")
                group.create_task(Courier(self._config, self._town, self.store, web).run(), name="courier")
                group.create_task(Revival(self._town, self.store, web).run(), name="revival")
                group.create_task(self._guard(), name="door")
                group.create_task(self._watch(), name="watch")
                try:
                    await asyncio.Event().wait()
                finally:
                    await self._drain()

    async def _introduce(self) -> None:
        await self.door.register()
        await self.crypto.open()
        await ensure_identity(self.door, self.crypto, name=self._config.bot_name, avatar_svg=self._picture)
        mark = clock.secret(16)
        (self._config.folder / "running").write_text(mark, "ascii")
        await self.door.set_note(RUNNING, {"id": mark})

    async def _open_up(self) -> None:
        """After the first sync: what was left from before, the role rooms, and the clock."""
        await self.intake.first_sync.wait()
        await _until_reachable(self._take_up)
        self._metronome.start()
        await _until_reachable(self.doorkeeper.role_rooms)
        self.ready.set()
        async with asyncio.TaskGroup() as group:
            group.create_task(self.doorkeeper.run(), name="doors")
            group.create_task(self._switchboard.run(), name="functions")
            group.create_task(House(self._config, self._town, self.store, self.door).run(), name="alliance room")

    async def _care(self) -> None:
        await self.ready.wait()
        await self.caretaker.run()

    async def _take_up(self) -> None:
        self._voices.remember(await self.store.run(functions.rooms_of_all))
        await self.store.run(inbox.retry_all)
        self._incoming.wake(await self.store.run(inbox.rooms_with_work))
        self._outgoing.wake(await self.store.run(outbox.lanes))

    async def _watch(self) -> None:
        """Rooms and the allow list follow the alliance's list."""
        await self.intake.first_sync.wait()
        strangers = Strangers(self.door, self.store, self._town.neighbours, touched=self._touched)
        async with asyncio.TaskGroup() as group:
            group.create_task(Watch(self.door, self.store, self._config, strangers).run())
            group.create_task(rounds(self._config, self.store))
            if (wishes := wish_file(self._config, self.store)) is not None:
                group.create_task(wishes.run())

    async def _guard(self) -> None:
        """The federation door, where it is to stand in this process."""
        settings = door_of(self._config)
        if settings is not None:
            from bridge.federation.door import FederationDoor  # 2 MB that stand idle everywhere else

            async with FederationDoor(settings) as door:
                await door.run()

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(HOUSEKEEPING)
            with suppress(Unreachable):  # the next hour will do
                await self.store.run(partial(inbox.forget_old, now=clock.now()))
                await self.store.run(partial(outbox.forget_old, now=clock.now()))
                await self.store.run(partial(parcels.forget_old, now=clock.now()))

    async def _drain(self) -> None:
        """Finish what is under way; what is not done stays in the database for the next start."""
        if self._metronome.running:
            self._metronome.stop()
        done = [await self._incoming.drain(DRAIN / 2), await self._outgoing.drain(DRAIN / 2)]
        if not all(done):
            log.warning("stopped with work left; it goes on at the next start")
        self.crypto.close()
        with suppress(Unreachable, Refused, TimeoutError):
            async with asyncio.timeout(1.0):
                await self.door.set_note(RUNNING, {})


async def _until_reachable(work: Callable[[], Awaitable[None]]) -> None:
    failures = 0
    while True:
        try:
            return await work()
        except Unreachable as away:
            failures += 1
            if failures in {1, 10} or failures % 100 == 0:
                log.warning("waiting for the homeserver: %s", type(away).__name__)
            await asyncio.sleep(clock.back_off(failures, first=0.25, longest=15.0))
        except Refused as no:
            raise Misconfigured(_refusal(no)) from None


def _refusal(no: Refused) -> str:
    if no.code == "M_UNKNOWN_TOKEN":
        return (
            "ホームサーバーが registration.yaml を知りません。homeserver.yaml "
            "の app_service_config_files に加えて再起動してください。"
            " / The homeserver does not know registration.yaml: add it to app_service_config_files and restart it."
        )
    return (
        f"ホームサーバーに断られました（{no.status} {no.code}）。kairan check で確かめてください。"
        " / The homeserver refused; try kairan check."
    )


def serve(config: Config) -> None:
    """Run until SIGINT or SIGTERM, then drain. Raises Misconfigured."""
    asyncio.run(_serve(config))


async def _serve(config: Config) -> None:
    async with App(config) as app:
        running = asyncio.create_task(app.run())
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, running.cancel)
        with suppress(asyncio.CancelledError):
            try:
                await running
            except* Misconfigured as wrong:
                raise Misconfigured(str(wrong.exceptions[0])) from None
