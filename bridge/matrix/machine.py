"""nio's Olm machine, narrowed: messages between devices in and out; room keys go to the vault with their owner."""

import logging
from datetime import datetime, timedelta
from typing import Any

from nio.crypto import InboundGroupSession, InboundSession, OutboundSession
from nio.crypto.olm_machine import Olm
from nio.events import OlmEvent, ToDeviceEvent
from nio.exceptions import EncryptionError

from bridge import clock
from bridge.matrix.vault import Vault
from bridge.matrix.wire import Json

OLM, MEGOLM = "m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"

HOUR = timedelta(hours=1)

KEYS_LOST = 500
"""One-time keys that may have been used up since a copy was made. After more, uploads are refused and tried anew."""

HOSTILE = (ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError, EncryptionError)
"""What nio and vodozemac raise on input that is not what it should be. Failures of the disk are not among them."""


class _Devices:
    """What nio asks of its DeviceStore, answered from the vault: users are loaded when first needed."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._known: dict[str, dict[str, Any]] = {}

    def __getitem__(self, user: str) -> dict[str, Any]:
        if user not in self._known:
            self._known[user] = self._vault.devices_of(user)
        return self._known[user]

    def active_user_devices(self, user: str) -> list[Any]:
        return [device for device in self[user].values() if not device.deleted]

    def device_from_sender_key(self, user: str, sender_key: str) -> Any:
        return next((device for device in self[user].values() if device.curve25519 == sender_key), None)


class Machine(Olm):  # type: ignore[misc] # nio is untyped
    """Olm for one device of ours. Nothing here waits; the caller wraps what belongs together in a transaction."""

    arrived: set[tuple[str, str]]
    """(room id, session id) of room keys that came since the caller last looked."""

    wedged: set[tuple[str, str]]
    """(user id, curve key) of devices whose messages we could not read: a new session must be begun with them."""

    restored: datetime | None = None
    """When this account came from a copy: sessions from before went on without us, and nothing is sent in them."""

    def load(self) -> None:
        logging.getLogger("nio").setLevel(logging.CRITICAL)  # it names people and their devices
        self.arrived, self.wedged = set(), set()
        self.session_store = self.store.load_sessions()
        self.device_store = _Devices(self.store)

    def take(self, event: Json) -> None:
        """One to-device event. Whatever is not an Olm message for us is passed over: nobody can request keys here."""
        if event.get("type") != "m.room.encrypted":
            return
        try:
            parsed = ToDeviceEvent.parse_event(event)
            if isinstance(parsed, OlmEvent):
                f"{parsed.sender}{parsed.sender_key}".encode()  # half a character would fail later, in the vault
                self.decrypt_event(parsed)
        except HOSTILE:
            return

    def _handle_olm_event(self, sender: str, sender_key: str, payload: Json) -> None:
        """Called by nio once sender, recipient and our own fingerprint in the payload are checked."""
        content = payload["content"]
        if payload["type"] != "m.room_key" or content.get("algorithm") != MEGOLM:
            return
        fingerprint = payload["keys"]["ed25519"]
        device = self.device_store.device_from_sender_key(sender, sender_key)
        if device and device.ed25519 != fingerprint:
            return
        try:
            key = InboundGroupSession(content["session_key"], fingerprint, sender_key, content["room_id"])
        except HOSTILE:
            return
        if key.id == content.get("session_id") and isinstance(key.room_id, str):
            self.store.keep_room_key(sender, key)
            self.arrived.add((key.room_id, key.id))

    def _create_inbound_session(self, sender: str, sender_key: str, message: Any) -> Any:  # noqa: ARG002 - nio's name
        """As nio does, without saving the account before the one-time key is used up: see `decrypt`."""
        return InboundSession(self.account, message, sender_key)

    def decrypt(self, sender: str, sender_key: str, message: Any) -> None:
        """As nio does; then the account is saved as it is after the message: a one-time key serves once."""
        try:
            super().decrypt(sender, sender_key, message)
        except ValueError:  # the one-time key is not ours any more: nio lets vodozemac's exception through
            self._mark_device_for_unwedging(sender, sender_key)
        self.save_account()

    def _mark_device_for_unwedging(self, sender: str, sender_key: str) -> None:
        self.wedged.add((sender, sender_key))

    def begin_session(self, device: Any, one_time_key: Json) -> bool:
        """A session with a device from the key claimed for it; False where its signature is not the device's."""
        try:
            key = next(iter(one_time_key.values()))
            if not self.verify_json(key, device.ed25519, device.user_id, device.id):
                return False
            session = OutboundSession(self.account, device.curve25519, key["key"])
        except (*HOSTILE, StopIteration):
            return False
        self.session_store.add(device.curve25519, session)
        self.save_session(device.curve25519, session)
        return True

    def can_reach(self, device: Any) -> bool:
        return self._outward(device) is not None

    def _outward(self, device: Any) -> Any:
        """The session in which to write to a device, or None."""
        if self.restored is None:
            return self.session_store.get(device.curve25519)
        sessions = self.session_store[device.curve25519]
        return next((session for session in sessions if session.creation_time >= self.restored), None)

    def overtake(self) -> None:
        """After a copy was put back: number one-time keys beyond those that were published after it was made."""
        for _ in range(KEYS_LOST // self.account.max_one_time_keys):
            self.account.generate_one_time_keys(self.account.max_one_time_keys)
            self.account.mark_keys_as_published()
        self.save_account()

    def may_begin_anew(self, device: Any) -> bool:
        """False for a device with a session younger than an hour: what failed was older, or is meant to annoy."""
        session = self.session_store.get(device.curve25519)
        return session is None or (clock.now().astimezone().replace(tzinfo=None) - session.creation_time) >= HOUR

    def wrap(self, device: Any, kind: str, *, content: Json) -> Json:
        """The content of an m.room.encrypted to-device event for a device that can be reached."""
        session = self._outward(device)
        wrapped: Json = self._olm_encrypt(session, device, kind, content)
        return wrapped

    def signed(self, value: Json) -> Json:
        """The object with our device's signature under it."""
        return {**value, "signatures": {self.user_id: {f"ed25519:{self.device_id}": self.sign_json(value)}}}
