"""Looks at every other member each few minutes, and keeps what was seen for whoever asks."""

import asyncio
import logging
from functools import partial

from bridge import clock
from bridge.config import Config
from bridge.errors import Unreachable
from bridge.federation.examination import examined
from bridge.federation.health_report import health_text
from bridge.matrix.lanes import where
from bridge.store import rolls
from bridge.store.engine import Store
from bridge.store.health_desk import keep_health

log = logging.getLogger(__name__)

LOOK, FIRST, EVERY = 10.0, 15.0, 300.0


async def rounds(config: Config, store: Store) -> None:
    """For ever; soon after each new list, too. A little spread: hundreds of Kairans must not look at one together."""
    seen, due = None, clock.monotonic() + FIRST
    while True:
        try:
            held = await store.run(rolls.current)
            if held is not None and held.version != seen:
                seen, due = held.version, clock.monotonic() + FIRST
            if clock.monotonic() >= due:
                await _look(config, store)
                due = clock.monotonic() + clock.jitter(2 * EVERY)
        except Unreachable:
            pass
        except Exception as bug:  # noqa: BLE001 - the next round may go well
            log.error("health: %s", where(bug))  # noqa: TRY400 - a traceback could quote a name
            due = clock.monotonic() + EVERY
        await asyncio.sleep(LOOK)


async def _look(config: Config, store: Store) -> None:
    found = await examined(config)
    if found:
        await store.run(partial(keep_health, at=clock.now(), words=health_text(found)))
