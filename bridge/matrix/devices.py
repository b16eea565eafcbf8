"""Other people's devices: whose keys we know, whose are out of date, and who cannot be asked just now."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from nio.crypto import OlmDevice

from bridge import clock
from bridge.errors import Unreachable
from bridge.matrix.door import Door
from bridge.matrix.machine import HOSTILE, Machine
from bridge.matrix.wire import Json

REST = 10.0
"""Seconds for which a homeserver that did not answer, or a device without keys, is not asked again."""

USERS_AT_ONCE = 250
DEVICES_PER_USER = 100
"""A person with more is a homeserver that wants to keep us busy."""


class Devices:
    """One homeserver that is down holds up nobody but those who write to its people, and them not for long."""

    def __init__(self, door: Door, machine: Machine) -> None:
        self._door, self._machine = door, machine
        self._fresh: set[str] = set()  # users whose devices are known and watched by the homeserver for us
        self._rests: dict[str, float] = {}  # homeserver or curve key → when it may be asked again
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def changed(self, users: Iterable[Any]) -> None:
        """The homeserver says that these users' devices changed, or that it stops watching them."""
        for user in users:
            if isinstance(user, str):
                self._fresh.discard(user)
                self._rests.pop(_server(user), None)  # who tells of a change is there

    def of(self, users: Collection[str]) -> list[Any]:
        """All devices of these users that are not gone."""
        return [device for user in sorted(users) for device in self._machine.device_store.active_user_devices(user)]

    def waiting(self, users: Collection[str]) -> bool:
        """True if someone among `users` may have devices that we could not learn of or could not reach."""
        return not self._fresh.issuperset(users) or any(not self._machine.can_reach(d) for d in self.of(users))

    async def learn(self, users: Collection[str]) -> None:
        """Ask for the devices of those whom we do not know or who changed. Raises Unreachable for our own server."""
        await self._everywhere(self._stale(users), self._query)

    async def reach(self, devices: Collection[Any], *, anew: bool = False) -> None:
        """Begin a session with each of these devices that has none yet (`anew`: in any case), as far as it has keys."""
        by_user: defaultdict[str, list[Any]] = defaultdict(list)
        for device in devices:
            by_user[device.user_id].append(device)

        async def claim(server: str, users: list[str]) -> None:
            some = [device for user in users for device in by_user[user]]
            await self._claim(server, [d for d in some if anew or not self._machine.can_reach(d)])

        await self._everywhere(by_user, claim)

    def _stale(self, users: Collection[str]) -> list[str]:
        return [user for user in users if user not in self._fresh and self._may_ask(_server(user))]

    def _may_ask(self, whom: str) -> bool:
        return self._rests.get(whom, 0.0) <= clock.monotonic()

    def _rest(self, whom: str) -> None:
        now = clock.monotonic()
        if len(self._rests) > 10_000:
            self._rests = {name: until for name, until in self._rests.items() if until > now}
        self._rests[whom] = now + REST

    async def _everywhere(self, users: Iterable[str], ask: Any) -> None:
        """Each homeserver is asked on its own and one question at a time: a slow one keeps no other waiting."""
        by_server: defaultdict[str, list[str]] = defaultdict(list)
        for user in users:
            by_server[_server(user)].append(user)

        async def one(server: str) -> None:
            async with self._turns[server]:
                await ask(server, by_server[server])

        outcomes = await asyncio.gather(*(one(server) for server in by_server), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    async def _query(self, server: str, users: list[str]) -> None:
        stale = self._stale(users)  # whoever had the turn before may have asked for the same people
        for start in range(0, len(stale), USERS_AT_ONCE):
            some = stale[start : start + USERS_AT_ONCE]
            self._fresh.update(some)  # before asking: a change that is told meanwhile must count
            try:
                reply = await self._door.query_keys(some)
            except BaseException:
                self._fresh.difference_update(some)
                raise
            self._understand(reply, server=server, asked=some)

    def _understand(self, reply: Json, *, server: str, asked: list[str]) -> None:
        found, failures = reply.get("device_keys"), reply.get("failures")
        if not isinstance(found, dict):
            self._fresh.difference_update(asked)
            raise Unreachable("the homeserver's answer lacks device_keys")
        failed = isinstance(failures, dict) and server in failures
        with self._machine.store.transaction():
            for user in asked:
                devices = found.get(user)
                if isinstance(devices, dict):
                    self._note(user, devices)
                elif failed:
                    self._fresh.discard(user)
        if failed:
            self._rest(server)

    def _note(self, user: str, told: dict[str, Any]) -> None:
        known = self._machine.device_store[user]
        for name, payload in list(told.items())[:DEVICES_PER_USER]:
            device = self._sound(user, name, payload)
            before = known.get(name)
            if device is None or before == device or (before and before.ed25519 != device.ed25519):
                continue  # the first fingerprint seen for a device id stays: a changed one is somebody else
            known[name] = device
            self._machine.store.keep_device(device)
        for name, device in known.items():
            if name not in told and not device.deleted:
                device.deleted = True
                self._machine.store.keep_device(device)

    def _sound(self, user: str, name: str, payload: Any) -> Any:
        """The device, if its self-signed keys hold; None for anything else, its own device of ours included."""
        if user == self._machine.user_id and name == self._machine.device_id:
            return None
        try:
            keys = {"ed25519": payload["keys"][f"ed25519:{name}"], "curve25519": payload["keys"][f"curve25519:{name}"]}
            right = payload["user_id"] == user and payload["device_id"] == name
            if not right or not self._machine.verify_json(payload, keys["ed25519"], user, name):
                return None
        except HOSTILE:
            return None
        return OlmDevice(user, name, keys) if all(isinstance(key, str) for key in keys.values()) else None

    async def _claim(self, server: str, devices: list[Any]) -> None:
        some = [device for device in devices if self._may_ask(server) and self._may_ask(device.curve25519)]
        if not some:
            return
        wanted: defaultdict[str, list[str]] = defaultdict(list)
        for device in some:
            wanted[device.user_id].append(device.id)
        reply = await self._door.claim_keys(wanted)
        failures = reply.get("failures")
        if isinstance(failures, dict) and server in failures:
            self._rest(server)
        with self._machine.store.transaction():
            for device in some:
                key = _at(reply, "one_time_keys", device.user_id, device.id)
                if not self._machine.begin_session(device, key):
                    self._rest(device.curve25519)


def _server(user: str) -> str:
    return user.partition(":")[2]


def _at(value: Any, *path: str) -> Json:
    """The object at `path`, {} where there is none."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}
