"""Keeps the file from which the door knows whose invitations our people want; it is whole at every moment."""

import asyncio
import logging
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bridge import clock
from bridge.config import Config
from bridge.errors import Unreachable
from bridge.federation.invites import Wishes, write_wishes
from bridge.matrix.lanes import where
from bridge.store import let_in
from bridge.store.engine import Connection, Store
from bridge.store.let_in import Mark

log = logging.getLogger(__name__)

LOOK, AGAIN = 1.0, 300.0


@dataclass(slots=True, kw_only=True)
class WishFile:
    """`run` works for ever; `look` writes where somebody said otherwise, where the members changed, and now and then.

    `own`: our server; `bot`: our own Kairan, whom everybody may invite.
    """

    store: Store
    path: Path
    own: str
    bot: str
    _written: Mark | None = None
    _next: float = 0.0

    async def run(self) -> None:
        """Look every second, which is cheap where nothing changed."""
        while True:
            try:
                await self.look()
            except Unreachable:
                pass
            except Exception as bug:  # noqa: BLE001 - the file stays as it is, and is written at the next look
                log.error("invitations: %s", where(bug))  # noqa: TRY400 - a traceback could quote a name
            await asyncio.sleep(LOOK)

    async def look(self) -> bool:
        """True where it was written."""
        mark = await self.store.run(let_in.mark)
        if mark == self._written and clock.monotonic() < self._next:
            return False
        write_wishes(self.path, await self.store.run(partial(_wishes, own=self.own, bot=self.bot)))
        self._written, self._next = mark, clock.monotonic() + AGAIN
        return True


def wish_file(config: Config, store: Store) -> WishFile | None:
    """None where no door asks."""
    door = config.federation.door
    if door is None or not door.invites:
        return None
    path = config.folder / door.invites
    return WishFile(store=store, path=path, own=config.homeserver.server_name, bot=config.bot)


def _wishes(connection: Connection, own: str, bot: str) -> Wishes:
    return Wishes(
        visible=let_in.shown(connection, own) | {bot},
        kairans=let_in.kairans(connection),
        lists=let_in.lists(connection, own),
    )
