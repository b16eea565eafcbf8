"""The only module that asks the time or makes random values, so that everything else can be replayed."""

import random
import secrets
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

T = TypeVar("T")

JAPAN = ZoneInfo("Asia/Tokyo")


def now() -> datetime:
    """This moment, in UTC, to the microsecond."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Seconds that never step back: for waiting, not for dates."""
    return time.monotonic()


def secret(length: int = 32) -> str:
    """A new URL-safe secret of `length` random bytes."""
    return secrets.token_urlsafe(length)


def noise(length: int) -> bytes:
    """So many bytes that nobody can guess."""
    return secrets.token_bytes(length)


def shuffled(values: Iterable[T]) -> list[T]:
    """The same in an order that says nothing and cannot be guessed."""
    mixed = list(values)
    secrets.SystemRandom().shuffle(mixed)
    return mixed


def jitter(seconds: float) -> float:
    """`seconds` spread over 50 % to 100 %, so that many who wait do not come back together."""
    return seconds * (0.5 + random.random() / 2)  # noqa: S311 - spreads retries, keeps no secret


def back_off(failures: int, *, first: float, longest: float) -> float:
    """Seconds to wait after so many failures in a row: doubling from `first` up to `longest`, with jitter."""
    return jitter(min(longest, first * 2.0 ** min(failures, 64)))
