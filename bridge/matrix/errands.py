"""What is under way, one for each room or person, and waited for by nobody: a dead server answers after a minute."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bridge.errors import Unreachable
from bridge.matrix.lanes import where

log = logging.getLogger(__name__)
Errand = Callable[[], Awaitable[None]]


class Errands:
    """`begin` what is not under way already; `end` breaks off all."""

    def __init__(self) -> None:
        self._under_way: dict[str, asyncio.Task[None]] = {}

    def __len__(self) -> int:
        return len(self._under_way)

    def begin(self, key: str, errand: Errand) -> bool:
        """False where one of this key is under way."""
        if key in self._under_way:
            return False
        self._under_way[key] = asyncio.create_task(self._done(key, errand))
        return True

    def end(self) -> None:
        """Break off all of them."""
        for task in self._under_way.values():
            task.cancel()

    async def _done(self, key: str, errand: Errand) -> None:
        try:
            await errand()
        except Unreachable:
            pass  # it is looked at again
        except Exception as bug:  # noqa: BLE001 - one door that sticks must not keep the others shut
            log.error("doors: %s", where(bug))  # noqa: TRY400 - a traceback could quote a name
        finally:
            del self._under_way[key]
