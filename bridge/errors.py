"""Whose fault it is decides who hears of it.

Exception
├── Mistake            the person: shown to them, in their language, never logged   (forms/mistake.py)
├── Misconfigured      the operator: one line on standard error, exit 1
├── Unreachable        the world: retried with back-off; the person waits or is told
│   └── RateLimited    the same, and the homeserver said for how long
├── Refused            the homeserver's final no: given up, reported to whom it concerns
└── anything else      a bug: a reference number to the person, where it happened (no values) to the log
"""

from forms.mistake import Mistake

__all__ = ["Misconfigured", "Mistake", "RateLimited", "Refused", "Unreachable"]


class Misconfigured(Exception):  # noqa: N818 - named for what is so, not for being an exception
    """The operator can mend it; the message says how."""


class Unreachable(Exception):  # noqa: N818
    """Nobody here can mend it; it will pass."""


class RateLimited(Unreachable):
    """The homeserver asks for a pause of `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"rate limited for {seconds:.1f} s")
        self.seconds = seconds


class Refused(Exception):  # noqa: N818
    """A 4xx answer that a retry would not change. `code` is Matrix's errcode, `status` the HTTP status."""

    def __init__(self, code: str, status: int) -> None:
        super().__init__(f"{status} {code}")
        self.code, self.status = code, status
