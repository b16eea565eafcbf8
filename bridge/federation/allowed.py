"""Who may federate at this moment: the allow list, read again while we run; nobody once it has ended."""

from pathlib import Path

from bridge import clock
from bridge.federation.allow_list import LARGEST, parsed

Mark = tuple[int, int, int]


class Allowed:
    """`server in allowed`. A file that is absent or cannot be read neither opens nor closes anything.

    Nobody but `own` is allowed before the file was read for the first time.
    """

    def __init__(self, path: Path, *, own: str) -> None:
        self._path, self._own = path, own
        self._listed: frozenset[str] = frozenset()
        self._until: int | None = None
        self._mark: Mark | None = None
        self.names = frozenset({own})
        self.refresh()

    def __contains__(self, server: object) -> bool:
        return server in self.names and (server == self._own or not self.expired)

    @property
    def expired(self) -> bool:
        """Whether the list said that it ends, and has ended."""
        return self._until is not None and clock.now().timestamp() * 1000 >= self._until

    def refresh(self) -> frozenset[str]:
        """Look again; gives who was allowed at the last look and is so no longer."""
        self._read()
        before = self.names
        self.names = frozenset({self._own}) if self.expired else self._listed | {self._own}
        return before - self.names

    def _read(self) -> None:
        try:
            found = self._path.stat()
            mark = (found.st_mtime_ns, found.st_size, found.st_ino)
            if mark == self._mark or found.st_size > LARGEST:
                return
            listed, until = parsed(self._path.read_text("utf-8"))
        except (OSError, ValueError):
            return
        self._mark, self._listed, self._until = mark, listed, until
