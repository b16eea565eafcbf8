"""Whether anybody came into a room or left one since one last looked: what is asked every second need not ask the rows.

A number of this process: it counts for every database it has open, and a little too often where a change is undone.
"""

from itertools import count

_numbers = count(1)
_latest = 0


def moved() -> None:
    """Somebody comes or goes in the transaction under way."""
    global _latest  # noqa: PLW0603 - the one thing this module is for
    _latest = next(_numbers)


def latest() -> int:
    """Another number than last time where somebody has moved meanwhile."""
    return _latest
