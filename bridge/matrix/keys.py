"""The keys that we publish: our device's own, one-time keys to begin sessions with, and the fallback behind them."""

from typing import Any

from bridge import clock
from bridge.errors import Refused
from bridge.matrix.door import Door
from bridge.matrix.machine import MEGOLM, OLM, Machine
from bridge.matrix.wire import Json

LOW = 25
"""With fewer one-time keys left on the homeserver we publish more, up to the 50 that vodozemac foresees."""

REST = 600.0
"""Seconds after a refusal: new keys at every /sync would drive the old ones out of our account."""


class Keys:
    """Keys are saved as published before they are sent: one that is claimed from a lost answer can still be used."""

    def __init__(self, door: Door, machine: Machine) -> None:
        self._door, self._machine = door, machine
        self._left: int | None = None
        self._fallback_used = False
        self._unsent: Json = {}
        self._rests_until = 0.0

    def counted(self, left: Any, unused: Any) -> None:
        """What /sync says is left on the homeserver; anything but an object or a list says nothing."""
        if isinstance(left, dict):
            count = left.get("signed_curve25519", 0)
            self._left = count if isinstance(count, int) else None
        if isinstance(unused, list):
            self._fallback_used = "signed_curve25519" not in unused

    async def top_up(self) -> None:
        """Publish what is lacking. Raises Unreachable (the same keys are sent again) or Refused."""
        if clock.monotonic() < self._rests_until:
            return
        self._unsent = self._unsent or self._lacking()
        if self._unsent:
            await self._send()

    async def publish(self) -> None:
        """The first upload of a new account, or again for an account that the homeserver has forgotten."""
        if not self._machine.account.shared:
            await self.top_up()

    def forgotten(self) -> None:
        """The homeserver knows no keys of our device: publish everything again."""
        self._machine.account.shared = False
        self._left, self._fallback_used, self._unsent = 0, True, {}

    async def _send(self) -> None:
        try:
            reply = await self._door.upload_keys(self._unsent)
        except Refused:
            self._unsent, self._rests_until = {}, clock.monotonic() + REST
            raise
        if not self._machine.account.shared:
            self._machine.account.shared = True
            self._machine.save_account()
        self._unsent, self._fallback_used = {}, False
        self.counted(reply.get("one_time_key_counts"), None)

    def _lacking(self) -> Json:
        first = not self._machine.account.shared
        few = first or (self._left is not None and self._left < LOW)
        if not few and not self._fallback_used:
            return {}
        body: Json = {"device_keys": self._device_keys()} if first else {}
        account = self._machine.account._account  # noqa: SLF001 - nio shows no fallback keys
        if few:
            account.generate_one_time_keys(max(1, account.max_number_of_one_time_keys - (self._left or 0)))
            body["one_time_keys"] = {f"signed_curve25519:{i}": self._key(k) for i, k in account.one_time_keys.items()}
        if first or self._fallback_used:
            account.generate_fallback_key()
            body["fallback_keys"] = {
                f"signed_curve25519:{i}": self._key(k, fallback=True) for i, k in account.fallback_key.items()
            }
        self._machine.mark_keys_as_published()
        self._machine.save_account()
        return body

    def _key(self, key: Any, **more: bool) -> Json:
        return self._machine.signed({"key": key.to_base64(), **more})

    def _device_keys(self) -> Json:
        machine, keys = self._machine, self._machine.account.identity_keys
        return machine.signed(
            {
                "algorithms": [OLM, MEGOLM],
                "user_id": machine.user_id,
                "device_id": machine.device_id,
                "keys": {f"{kind}:{machine.device_id}": keys[kind] for kind in ("curve25519", "ed25519")},
            }
        )
