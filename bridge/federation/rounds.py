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
from bridge.store.engine import Store
from bridge.store.health_desk import keep_health

log = logging.getLogger(__name__)

FIRST, EVERY = 20.0, 300.0


async def rounds(config: Config, store: Store) -> None:
    """For ever. A little spread, so that hundreds of Kairans do not look at one server together."""
    await asyncio.sleep(FIRST)
    while True:
        try:
            found = await examined(config)
            if found:
                await store.run(partial(keep_health, at=clock.now(), words=health_text(found)))
        except Unreachable:
            pass
        except Exception as bug:  # noqa: BLE001 - the next round may go well
            log.error("health: %s", where(bug))  # noqa: TRY400 - a traceback could quote a name
        await asyncio.sleep(clock.jitter(2 * EVERY))
