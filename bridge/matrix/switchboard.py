"""Keeps every function account present: makes it while we run, lets it hear and speak, and takes its leave."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from bots.events import RoomId
from bridge import clock
from bridge.config import Config
from bridge.errors import Misconfigured, Refused, Unreachable
from bridge.letters import Touched
from bridge.matrix.crypto import Crypto
from bridge.matrix.delivery import Delivery
from bridge.matrix.door import Door
from bridge.matrix.handling import Handling
from bridge.matrix.identity import ensure_identity
from bridge.matrix.intake import Intake
from bridge.matrix.lanes import where
from bridge.matrix.porter import Porter
from bridge.matrix.voices import Voice, Voices
from bridge.runtime import Runtime
from bridge.store import functions, rooms
from bridge.store.engine import Connection, Store
from bridge.store.functions import Account
from bridge.store.neighbours import Neighbours

log = logging.getLogger(__name__)

LOOK = 2.0
FOLDER = "functions"
"""Beside the bot's own keys: one folder for each account."""
GOODBYES = 60.0
"""Seconds for which an account that is closed waits until its last words are out."""
CLOSED = "（廃止）"


class Switchboard:
    """`run` works for ever; `knock` wakes it."""

    def __init__(  # noqa: PLR0913 - what stands around it
        self,
        config: Config,
        store: Store,
        runtime: Runtime,
        voices: Voices,
        touched: Callable[[Touched], None],
        *,
        permitted: Neighbours,
        device: str,
        picture: str,
    ) -> None:
        self._config, self._store, self._runtime = config, store, runtime
        self._voices, self._touched, self._permitted = voices, touched, permitted
        self._device, self._picture = device, picture
        self._present: dict[str, Account] = {}
        self._serving: set[str] = set()
        self._knocked = asyncio.Event()

    def knock(self) -> None:
        """Somebody may have called one of them into a room."""
        self._knocked.set()
        self._knocked = asyncio.Event()  # who waits for the next call waits for this one

    async def run(self) -> None:
        """Every account that there is, and every one that is made later."""
        async with asyncio.TaskGroup() as group:
            while True:
                with suppress(Unreachable):
                    self._present = {a.user: a for a in await self._store.run(functions.accounts)}
                for user in self._present.keys() - self._serving:
                    self._serving.add(user)
                    group.create_task(self._keep(self._present[user]), name=f"function {user}")
                await asyncio.sleep(LOOK)

    async def _keep(self, account: Account) -> None:
        """Until it is closed; one that fails does not stop the others."""
        failures = 0
        try:
            while account.user in self._present:
                try:
                    return await self._serve(account)
                except Unreachable as away:
                    log.info("function: %s", type(away).__name__)
                except Misconfigured as wrong:
                    log.error("function %s: %s", account.user, wrong)  # noqa: TRY400 - the line says it all
                except Exception as bug:  # noqa: BLE001 - Refused, too: it is tried again
                    log.error("function: %s", where(bug))  # noqa: TRY400 - a traceback could quote an answer
                failures += 1
                await asyncio.sleep(clock.back_off(failures, first=1.0, longest=60.0))
        finally:
            self._serving.discard(account.user)

    async def _serve(self, account: Account) -> None:
        user, config = account.user, self._config
        async with Door(config.homeserver.url, config.as_token, user_id=user, device_id=self._device) as door:
            crypto = Crypto(door, config.folder / FOLDER / user[1:].partition(":")[0], secret=config.secret)
            await door.register()
            await crypto.open()
            try:
                await ensure_identity(door, crypto, name=self._title(account), avatar_svg=self._picture)
                await self._speak(account, door, crypto)
            finally:
                self._voices.drop(user)
                crypto.close()

    def _title(self, account: Account) -> str:
        return f"{self._config.kairan.municipality} {account.name}"

    async def _speak(self, account: Account, door: Door, crypto: Crypto) -> None:
        user, store = account.user, self._store
        handling = Handling(door, crypto, store, self._runtime, self._touched, function=True)
        delivery = Delivery(door, crypto, store, self._runtime.keys)
        intake = Intake(
            door, crypto, store, handling, permitted=self._permitted, touched=self._touched, speaker=user,
            claim=partial(self._voices.claim, speaker=user),
        )  # fmt: skip
        self._voices.add(user, Voice(handling, delivery))
        syncing = asyncio.create_task(intake.run(), name=f"intake {user}")
        try:
            await self._stay(account, door, intake)
            await self._take_leave(account, door)
        finally:
            syncing.cancel()
            await asyncio.gather(syncing, return_exceptions=True)

    async def _stay(self, account: Account, door: Door, intake: Intake) -> None:
        """In the rooms that people call it into, as long as it is open and they are two there."""
        porter = Porter(door, self._store, self._permitted, speaker=account.user)
        while not self._is_closing(account):
            await porter.enter_all()
            unfit = await self._store.run(partial(functions.unfit, user=account.user))
            for room in {*unfit, *intake.elsewhere}:
                with suppress(Refused):
                    await door.leave(RoomId(room))
                intake.elsewhere.discard(room)
            await self._wait()

    def _is_closing(self, account: Account) -> bool:
        return self._present.get(account.user, account).closing

    async def _wait(self) -> None:
        """For a call, or a little while."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._knocked.wait(), LOOK)

    async def _take_leave(self, account: Account, door: Door) -> None:
        """Its last words first; then it goes, and its name says so."""
        with suppress(TimeoutError):
            async with asyncio.timeout(GOODBYES):
                await self._silence(account)
        for room in await self._store.run(partial(functions.joined, user=account.user)):
            with suppress(Refused):
                await door.leave(RoomId(room))
        await door.set_display_name(f"{CLOSED}{self._title(account)}")
        left = await self._store.run(partial(_left, user=account.user))
        self._voices.claim(left)
        self._present.pop(account.user, None)

    async def _silence(self, account: Account) -> None:
        """Until nothing is left to say."""
        while await self._store.run(partial(functions.has_words, user=account.user)):  # noqa: ASYNC110 - rows tell
            await asyncio.sleep(0.2)


def _left(connection: Connection, user: str) -> list[str]:
    there = list(functions.joined(connection, user))
    for room in there:
        rooms.left(connection, room)
    functions.closed(connection, user)
    return there
