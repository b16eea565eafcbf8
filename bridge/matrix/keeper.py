"""Keys that must not stand in the database: they are kept at the homeserver, in the bot's own account data."""

import base64
import binascii
from collections.abc import Callable
from typing import TypeVar

from bridge.matrix.door import Door
from bridge.store.engine import Connection, Store
from bridge.store.sealing import KEY, Keyring, Locked

T = TypeVar("T")
KIND = "jp.kairan.key."


class Keeper:
    """Fills the keyring from the homeserver. Every method raises Unreachable or Refused."""

    def __init__(self, door: Door, ring: Keyring) -> None:
        self._door, self._ring = door, ring

    async def run(self, store: Store, work: Callable[[Connection], T]) -> T:
        """The work in one transaction; done anew for each key that it finds missing."""
        while True:
            try:
                return await store.run(work)
            except Locked as locked:
                await self.fetch(locked.name)

    async def fetch(self, name: str) -> None:
        """The key of this name; where there is none it is made, and kept there before anything is sealed with it."""
        if await self.look(name):
            return
        key = self._ring.new(name)
        await self._door.set_note(KIND + name, {"key": base64.b64encode(key).decode()})
        self._ring.hold(name, key)

    async def look(self, name: str) -> bool:
        """The key of this name, if there is one."""
        key = _key((await self._door.note(KIND + name)).get("key"))
        if key is not None:
            self._ring.hold(name, key)
        return key is not None

    async def burn(self, name: str) -> None:
        """Write over it. There is no way back."""
        self._ring.drop(name)
        await self._door.set_note(KIND + name, {})


def _key(written: object) -> bytes | None:
    try:
        key = base64.b64decode(written, validate=True) if isinstance(written, str) else b""
    except binascii.Error:
        return None
    return key if len(key) == KEY else None
