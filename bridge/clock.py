"""The only module that asks the time or makes random values, so that everything else can be replayed."""

import random
import secrets
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

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


def jitter(seconds: float) -> float:
    """`seconds` spread over 50 % to 100 %, so that many who wait do not come back together."""
    return seconds * (0.5 + random.random() / 2)  # noqa: S311 - spreads retries, keeps no secret


def back_off(failures: int, *, first: float, longest: float) -> float:
    """Seconds to wait after so many failures in a row: doubling from `first` up to `longest`, with jitter."""
    return jitter(min(longest, first * 2.0 ** min(failures, 64)))
