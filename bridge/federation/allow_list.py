"""The file that the homeserver (and the federation door) read while they run: one server name a line."""

from pathlib import Path


def listed(path: Path) -> frozenset[str] | None:
    """Who is in it; None where it is not there or cannot be read."""
    try:
        return frozenset(path.read_text("utf-8").split())
    except (OSError, UnicodeError):
        return None


def write_list(path: Path, servers: frozenset[str]) -> None:
    """Whole or not at all: whoever reads it meanwhile sees the old one."""
    new = path.with_name(f"{path.name}.new")
    new.write_text("".join(f"{server}\n" for server in sorted(servers)), "utf-8")
    new.replace(path)
