"""Encryption of one device: /sync in, clear events out; clear content in, m.room.encrypted out. Owns no cursor.

Killed at any line, nothing is lost: a message between devices is saved in one transaction with the room key in it, and
before that the homeserver keeps it, because the caller has not committed its cursor. One-time keys are saved before
they are published. Room keys of our own are not kept: after a restart each room gets a new one.
"""

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import Collection
from pathlib import Path
from typing import Any

from nio.crypto import OutboundGroupSession

from bots.events import RoomId, UserId
from bridge import clock
from bridge.errors import Misconfigured, Refused, Unreachable
from bridge.matrix.devices import Devices
from bridge.matrix.door import Door
from bridge.matrix.keys import Keys
from bridge.matrix.machine import HOSTILE, MEGOLM, Machine
from bridge.matrix.vault import Vault, open_vault, restored_at
from bridge.matrix.wire import Json

LOG = logging.getLogger(__name__)

ENCRYPTED = "m.room.encrypted"

DEVICES_AT_ONCE = 50
"""Room keys in one to-device request: some 50 kB."""

SEEN_AT_MOST = 20_000


class MissingKey(Exception):  # noqa: N818 - named for what is so
    """The key may still come: keep the event and try again when `receive` names its session."""

    def __init__(self, session_id: str) -> None:
        super().__init__("the room key has not come yet")
        self.session_id = session_id


class Undecryptable(Exception):  # noqa: N818
    """No key that may come will help."""


class _Outbound:
    """What we encrypt one room with. `session` is None before the first message and after somebody left."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.session: Any = None


class Crypto:
    """`await open()` first. One task calls `receive`; any number may call `decrypt` and `encrypt` meanwhile."""

    def __init__(self, door: Door, folder: Path, *, secret: str) -> None:
        self._door, self.folder, self._secret = door, folder, secret
        self._rooms: dict[RoomId, _Outbound] = {}
        self._seen: OrderedDict[tuple[str, str, str, int], Any] = OrderedDict()
        self._told: Any = None  # the next_batch for which `receive` last returned
        self._vault: Vault
        self.machine: Machine
        self._devices: Devices
        self._keys: Keys

    async def open(self) -> None:
        """Load our Olm account and sessions, or make an account. Nothing is sent. Misconfigured: another secret."""
        door = self._door
        self._vault = open_vault(self.folder, door.user_id, device_id=door.device_id, secret=self._secret)
        try:
            self.machine = Machine(door.user_id, door.device_id, self._vault)
        except ValueError:
            self._vault.close()
            raise Misconfigured(
                f"{self.folder} の鍵は今の秘密の値では開けません。元の値に戻してください。"
                f"/ the keys in {self.folder} do not open with this secret: put the former one back."
            ) from None
        self.machine.restored = restored_at(self.folder)
        self._devices = Devices(door, self.machine)
        self._keys = Keys(door, self.machine)

    def close(self) -> None:
        self._vault.close()

    @property
    def fingerprint(self) -> str:
        """Our device's Ed25519 key in unpadded base64."""
        return str(self.machine.account.identity_keys["ed25519"])

    def forgotten(self) -> None:
        """The homeserver knows no keys of our device: `publish` uploads them all."""
        self._keys.forgotten()

    async def publish(self) -> None:
        """Upload our device's keys where that has not been done. Raises Unreachable or Refused."""
        await self._keys.publish()

    async def receive(self, sync: Json) -> frozenset[tuple[RoomId, str]]:
        """Take in a /sync response; (room, session id) of the keys that came. Commit the cursor only after it returned.

        Raises Unreachable. The same response may be given again, also in a new process; after a restart try every
        waiting event once, since keys that came before the crash are not named again.
        """
        if self._told is not None and self._told != sync.get("next_batch"):
            self.machine.arrived.clear()
        self._told = None
        events = _at(sync, "to_device").get("events")
        if isinstance(events, list) and events:
            with self._vault.transaction():
                for event in events:
                    if isinstance(event, dict):
                        self.machine.take(event)
        self._keys.counted(sync.get("device_one_time_keys_count"), sync.get("device_unused_fallback_key_types"))
        for users in _at(sync, "device_lists").values():
            self._devices.changed(users if isinstance(users, list) else ())
        await self._settle()
        self._told = sync.get("next_batch")
        return frozenset((RoomId(room), session) for room, session in self.machine.arrived)

    def decrypt(self, event: Json, room_id: RoomId) -> Json:
        """The event with its clear `type` and `content`; id, sender and time are the outer event's.

        Only a key that the sender's own device gave us reads the sender's events, and each place in a session is one
        event only. The same event may be decrypted again and again.
        """
        content, sender = _at(event, "content"), event.get("sender")
        session, ciphertext = content.get("session_id"), content.get("ciphertext")
        if not isinstance(sender, str) or not isinstance(session, str) or not isinstance(ciphertext, str):
            raise Undecryptable("malformed")
        if content.get("algorithm") != MEGOLM or sender == self._door.user_id:
            raise Undecryptable("not for us")
        try:
            key = self._vault.room_key(room_id, session, owner=sender)
            if key is None:
                raise MissingKey(session)
            text, index = key.decrypt(ciphertext)
            clear = json.loads(text)
        except HOSTILE:
            raise Undecryptable("the key does not fit") from None
        if self._seen_elsewhere((room_id, session, sender, index), event.get("event_id")):
            raise Undecryptable("the same message in two events")
        return _opened(event, clear, room_id)

    async def encrypt(self, room_id: RoomId, members: Collection[UserId], *, kind: str, content: Json) -> Json:
        """The content of an m.room.encrypted event that all devices of `members` (invited ones too) can read.

        Raises Unreachable when our own homeserver is away, or when nobody could read it and somebody may later.
        A session lasts 100 messages or 7 days; whoever is not among `members` any more cannot read the next.
        """
        outbound = self._rooms.setdefault(room_id, _Outbound())
        others = frozenset(members) - {UserId(self._door.user_id)}
        async with outbound.lock:
            await self._devices.learn(others)
            await self._share(room_id, outbound, others=others)
            return self._sealed(room_id, outbound.session, kind=kind, content=content)

    async def meet(self, users: Collection[UserId]) -> None:
        """Learn of and reach all devices of these users in few requests, before many rooms are opened at once."""
        others = frozenset(users) - {UserId(self._door.user_id)}
        await self._devices.learn(others)
        await self._devices.reach(self._devices.of(others))

    def rotate(self, room_id: RoomId) -> None:
        """Begin a new session with the room's next message."""
        if room_id in self._rooms:
            self._rooms[room_id].session = None

    def forget(self, room_id: RoomId) -> None:
        """We are in the room no more."""
        self._rooms.pop(room_id, None)

    async def _settle(self) -> None:
        try:
            await self._keys.top_up()
            await self._unwedge()
        except Refused as no:  # our next keys may be welcome again; meanwhile the rest must go on
            LOG.warning("the homeserver refused our keys: %s", no)

    async def _unwedge(self) -> None:
        """Begin anew with devices whose messages we cannot read, and say so with an empty message."""
        wedged, self.machine.wedged = self.machine.wedged, set()
        if not wedged:
            return
        await self._devices.learn({user for user, _ in wedged})
        found = [self.machine.device_store.device_from_sender_key(user, key) for user, key in sorted(wedged)]
        devices = [device for device in found if device and self.machine.may_begin_anew(device)]
        await self._devices.reach(devices, anew=True)
        await self._post([d for d in devices if self.machine.can_reach(d)], "m.dummy", content={})

    async def _share(self, room_id: RoomId, outbound: _Outbound, *, others: frozenset[UserId]) -> None:
        devices = {(device.user_id, device.id): device for device in self._devices.of(others)}
        session = outbound.session
        if session is None or session.expired or session.users_shared_with - devices.keys():
            session = outbound.session = OutboundGroupSession()
        lacking = [device for name, device in devices.items() if name not in session.users_shared_with]
        await self._devices.reach(lacking)
        reached = [device for device in lacking if self.machine.can_reach(device)]
        if not reached and not session.users_shared_with and self._devices.waiting(others):
            raise Unreachable("the devices of everybody in a room")
        key = {"algorithm": MEGOLM, "room_id": room_id, "session_id": session.id, "session_key": session.session_key}
        for start in range(0, len(reached), DEVICES_AT_ONCE):
            some = reached[start : start + DEVICES_AT_ONCE]
            await self._post(some, "m.room_key", content=key)
            session.users_shared_with.update((device.user_id, device.id) for device in some)
        session.mark_as_shared()

    async def _post(self, devices: Collection[Any], kind: str, *, content: Json) -> None:
        messages: dict[str, Json] = {}
        with self._vault.transaction():
            for device in devices:
                messages.setdefault(device.user_id, {})[device.id] = self.machine.wrap(device, kind, content=content)
        if messages:
            await self._door.send_to_device(ENCRYPTED, messages=messages, txn=clock.secret(16))

    def _sealed(self, room_id: RoomId, session: Any, *, kind: str, content: Json) -> Json:
        clear = json.dumps({"type": kind, "content": content, "room_id": room_id}, separators=(",", ":"))
        sealed: Json = {
            "algorithm": MEGOLM,
            "sender_key": self.machine.account.identity_keys["curve25519"],
            "device_id": self._door.device_id,
            "session_id": session.id,
            "ciphertext": session.encrypt(clear),
        }
        relation = content.get("m.relates_to")
        return sealed | ({"m.relates_to": relation} if relation is not None else {})

    def _seen_elsewhere(self, place: tuple[str, str, str, int], event_id: Any) -> bool:
        first = self._seen.setdefault(place, event_id)
        if len(self._seen) > SEEN_AT_MOST:
            self._seen.popitem(last=False)
        return bool(first != event_id)


def _opened(event: Json, clear: Any, room_id: RoomId) -> Json:
    content = clear.get("content") if isinstance(clear, dict) else None
    if not isinstance(content, dict) or not isinstance(clear.get("type"), str) or clear.get("room_id") != room_id:
        raise Undecryptable("not an event of this room")
    relation = _at(event, "content").get("m.relates_to")
    if "m.relates_to" not in content and relation is not None:
        content["m.relates_to"] = relation
    outer = {key: value for key, value in event.items() if key not in {"type", "content", "state_key"}}
    return outer | {"type": clear["type"], "content": content}


def _at(value: Json, key: str) -> Json:
    found = value.get(key)
    return found if isinstance(found, dict) else {}
