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

LOOK, FIRST, EVERY = 5.0, 20.0, 300.0


async def rounds(config: Config, store: Store) -> None:
    """For ever; soon after each new list, too. A little spread: hundreds of Kairans must not look at one together."""
    seen, due = None, 0.0
    while True:
        try:
            held = await store.run(rolls.current)
            if held is not None and held.version != seen:
                seen, due = held.version, clock.monotonic() + FIRST
            if clock.monotonic() >= due:
                due = clock.monotonic() + (clock.jitter(2 * EVERY) if await _looked(config, store) else FIRST)
        except Unreachable:
            pass
        except Exception as bug:  # noqa: BLE001 - the next round may go well
            log.error("health: %s", where(bug))  # noqa: TRY400 - a traceback could quote a name
            due = clock.monotonic() + EVERY
        await asyncio.sleep(LOOK)


async def _looked(config: Config, store: Store) -> bool:
    """Whether there was anybody to look at."""
    found = await examined(config)
    if found:
        await store.run(partial(keep_health, at=clock.now(), words=health_text(found)))
    return bool(found)
