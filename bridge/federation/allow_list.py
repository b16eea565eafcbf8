"""The file that the homeserver (and the federation door) read while they run: one server name a line.

A line `#until=<milliseconds since 1970>` says when the list itself ends; the door lets nobody through from then on.
"""

from collections.abc import Iterable
from pathlib import Path

from bridge.files import write_whole

LARGEST = 4_000_000
_UNTIL = "#until="


def listed(path: Path) -> frozenset[str] | None:
    """Who is in it; None where it is not there or cannot be read."""
    try:
        return parsed(path.read_text("utf-8"))[0]
    except (OSError, ValueError):
        return None


def parsed(text: str) -> tuple[frozenset[str], int | None]:
    """Who is in it, and when it ends. Raises ValueError."""
    words = text.split()
    ends = [int(word.removeprefix(_UNTIL)) for word in words if word.startswith(_UNTIL)]
    return frozenset(word for word in words if not word.startswith("#")), min(ends, default=None)


def write_list(path: Path, servers: Iterable[str], *, until: int | None = None) -> None:
    """Whole or not at all: whoever reads it meanwhile sees the old one."""
    lines = [*sorted(servers), *([] if until is None else [f"{_UNTIL}{until}"])]
    write_whole(path, "".join(f"{line}\n" for line in lines))
