"""Ordered within a lane, parallel over lanes: who works when, for handling what came and sending what goes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

from bridge import clock
from bridge.errors import Unreachable

log = logging.getLogger(__name__)

FIRST, LONGEST = 0.5, 30.0
EARLY = 0.05
"""Seconds by which a timer may be early."""


class Lanes:
    """`work(lane)` empties the lane and gives the seconds after which to look again, or None.

    One lane's failure never stops another: Unreachable is retried with a growing, jittered pause; anything else is
    logged by its kind alone and retried the same way. Where the homeserver said for how long (RateLimited), the lane
    rests that long, whoever wakes it.
    """

    def __init__(self, name: str, work: Callable[[str], Awaitable[float | None]], *, width: int) -> None:
        self._name, self._work = name, work
        self._room = asyncio.Semaphore(width)
        self._running: set[str] = set()
        self._again: set[str] = set()
        self._failures: dict[str, int] = {}
        self._rests: dict[str, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False

    def wake(self, lanes: Iterable[str]) -> None:
        """There may be something to do in these."""
        if self._closing:
            return
        now = asyncio.get_running_loop().time()
        for lane in lanes:
            if self._rests.get(lane, 0.0) > now + EARLY:
                continue  # its own timer wakes it
            if lane in self._running:
                self._again.add(lane)
                continue
            self._running.add(lane)
            task = asyncio.create_task(self._run(lane), name=self._name)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _run(self, lane: str) -> None:
        async with self._room:
            pause = await self._try(lane)
        self._running.discard(lane)
        if lane in self._again:
            self._again.discard(lane)
            pause = 0 if pause is None or lane not in self._failures else pause
        if pause is not None and not self._closing:
            asyncio.get_running_loop().call_later(pause, self.wake, (lane,))

    async def _try(self, lane: str) -> float | None:
        try:
            pause = await self._work(lane)
        except Unreachable as away:
            log.info("%s: %s", self._name, type(away).__name__)
            return self._back_off(lane, getattr(away, "seconds", None))
        except Exception as bug:  # noqa: BLE001 - one broken room must not stop the others
            log.error("%s: %s", self._name, where(bug))  # noqa: TRY400 - a traceback could quote an answer
            return self._back_off(lane, None)
        self._failures.pop(lane, None)
        self._rests.pop(lane, None)
        return pause

    def _back_off(self, lane: str, told: float | None) -> float:
        failures = self._failures[lane] = self._failures.get(lane, 0) + 1
        if told is not None:
            self._rests[lane] = asyncio.get_running_loop().time() + told
            return told
        return clock.back_off(failures, first=FIRST, longest=LONGEST)

    @property
    def busy(self) -> int:
        """Lanes being worked on."""
        return len(self._running)

    async def drain(self, seconds: float = 4.0) -> bool:
        """Take no new work; wait for what runs, then break it off. True when all was done in time.

        What is broken off stays in the database as it was before.
        """
        self._closing = True
        if not self._tasks:
            return True
        _, left = await asyncio.wait(self._tasks, timeout=seconds)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        return not left


def where(bug: BaseException) -> str:
    """What kind of error, in which lines: never its message, which may hold an answer."""
    steps = []
    trace = bug.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        steps.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return f"{type(bug).__name__} at {' > '.join(steps[-8:])}"
