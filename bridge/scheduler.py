"""The metronome: calls what is due again and again; what is due stands in the database, never in a timer."""

from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler


class Metronome:
    """`beat` is called every `seconds`; a beat that takes longer swallows the next ones."""

    def __init__(self, beat: Callable[[], Awaitable[None]], *, seconds: float) -> None:
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        # No grace limit: after a sleep or a clock step the next beat still comes, once.
        self._scheduler.add_job(
            beat, "interval", seconds=seconds, misfire_grace_time=None, coalesce=True, max_instances=1, id="beat"
        )

    def start(self) -> None:
        """Begin; needs a running event loop."""
        self._scheduler.start()

    @property
    def running(self) -> bool:
        """Whether it beats."""
        return bool(self._scheduler.running)

    def stop(self) -> None:
        """No more beats."""
        self._scheduler.shutdown(wait=False)
