"""Where our secrets for encryption rest: one SQLite file; what must not be torn apart by a crash is one transaction.

The Olm account and the sessions between devices are nio's tables. Room keys and other people's devices have tables of
our own beside them: nio's are keyed by session id alone (whoever shares a key again may damage it), are all loaded at
start, and do not remember who gave us a key.
"""

from collections import OrderedDict
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from nio.crypto import InboundGroupSession, OlmDevice
from nio.store import SqliteStore

TABLES = (
    """CREATE TABLE IF NOT EXISTS room_key (
        room TEXT, session TEXT, owner TEXT, sender_key TEXT, fingerprint TEXT, pickle BLOB,
        PRIMARY KEY (room, session, owner)
    ) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS device (
        user TEXT, device TEXT, fingerprint TEXT, curve TEXT, gone INTEGER,
        PRIMARY KEY (user, device)
    ) WITHOUT ROWID""",
)

RESTORED = "restored"

ROOM_KEYS_AT_HAND = 512
"""Unpickling a room key costs a tenth of a millisecond; so many of the last used stay in memory."""


class Vault(SqliteStore):  # type: ignore[misc] # nio is untyped
    """nio's store with room keys by owner. Every method is one short statement: no awaiting in between."""

    _at_hand: OrderedDict[tuple[str, str, str], Any]

    def transaction(self) -> AbstractContextManager[None]:
        """All that is saved inside is saved at once or not at all."""
        return cast("AbstractContextManager[None]", self.database.atomic())

    def keep_room_key(self, owner: str, key: Any) -> None:
        """Keep a nio InboundGroupSession which `owner` sent us; of two with the same id the one that reads more."""
        have = self.room_key(key.room_id, key.id, owner=owner)
        if have and have.first_known_index <= key.first_known_index:
            return
        row = (key.room_id, key.id, owner, key.sender_key, key.ed25519, key.pickle(self.pickle_key))
        self.database.execute_sql("REPLACE INTO room_key VALUES (?, ?, ?, ?, ?, ?)", row)
        self._at_hand.pop(row[:3], None)

    def room_key(self, room: str, session: str, *, owner: str) -> Any:
        """The nio InboundGroupSession that `owner` sent us, or None."""
        name = (room, session, owner)
        if name in self._at_hand:
            self._at_hand.move_to_end(name)
            return self._at_hand[name]
        query = "SELECT pickle, fingerprint, sender_key FROM room_key WHERE room = ? AND session = ? AND owner = ?"
        row = self.database.execute_sql(query, name).fetchone()
        if row is None:
            return None
        key = InboundGroupSession.from_pickle(bytes(row[0]), row[1], row[2], room, self.pickle_key)
        self._at_hand[name] = key
        if len(self._at_hand) > ROOM_KEYS_AT_HAND:
            self._at_hand.popitem(last=False)
        return key

    def devices_of(self, user: str) -> dict[str, Any]:
        """Device id → nio OlmDevice, those that are gone included: a device id never gets other keys."""
        query = "SELECT device, fingerprint, curve, gone FROM device WHERE user = ?"
        rows = self.database.execute_sql(query, (user,)).fetchall()
        return {
            name: OlmDevice(user, name, {"ed25519": fingerprint, "curve25519": curve}, deleted=bool(gone))
            for name, fingerprint, curve, gone in rows
        }

    def keep_device(self, device: Any) -> None:
        row = (device.user_id, device.id, device.ed25519, device.curve25519, int(device.deleted))
        self.database.execute_sql("REPLACE INTO device VALUES (?, ?, ?, ?, ?)", row)

    def close(self) -> None:
        self.database.close()


def open_vault(folder: Path, user_id: str, *, device_id: str, secret: str) -> Vault:
    """The vault in `folder` (made readable by its owner alone); `secret` encrypts the keys in it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / "olm.db"
    file.touch(mode=0o600)
    vault = Vault(user_id, device_id, str(folder), secret, file.name)
    vault._at_hand = OrderedDict()  # noqa: SLF001 - nio's dataclass leaves no place for a constructor of our own
    for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", *TABLES):
        vault.database.execute_sql(statement)
    return vault


def restored_at(folder: Path) -> datetime | None:
    """When the vault was put back from a copy, in the machine's own wall time as nio has it; None if never."""
    mark = folder / RESTORED
    return datetime.fromisoformat(mark.read_text("ascii").strip()) if mark.exists() else None


def mark_restored(folder: Path, at: datetime) -> None:
    """From now on nothing is sent in sessions from before: their other ends have gone on without us."""
    (folder / RESTORED).write_text(at.astimezone().replace(tzinfo=None).isoformat(), "ascii")
