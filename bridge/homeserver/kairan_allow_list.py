"""A module for Synapse: who may federate follows the file that Kairan writes, without a restart.

It runs inside the homeserver, so it stands alone: nothing of Kairan is imported, nothing but the standard library.
"""

from pathlib import Path
from typing import Any

POLL_MS = 500


class LiveAllowList:
    """Synapse module: who may federate is one server name a line in `config["path"]`, read again while we run.

    Parts of Synapse keep a reference to the whitelist of the start, so the one dict is changed in place. It is read
    here and not only at the first tick: a 403 while starting makes the others back off. A missing or unreadable file
    neither opens nor closes anything.
    """

    def __init__(self, config: dict[str, str], api: Any) -> None:
        self._path = Path(config["path"])
        self._own: str = api.server_name
        self._allowed: dict[str, bool] = api._hs.config.federation.federation_domain_whitelist  # noqa: SLF001
        self._seen: tuple[int, int, int] | None = None
        self._refresh()
        api.looping_background_call(self._refresh, POLL_MS)

    def _refresh(self) -> None:
        try:
            stat = self._path.stat()
            mark = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if mark == self._seen:
                return
            names = {self._own, *self._path.read_text("utf-8").split()}
        except (OSError, UnicodeError):
            return
        self._seen = mark
        for gone in self._allowed.keys() - names:
            del self._allowed[gone]
        self._allowed.update(dict.fromkeys(names, True))
