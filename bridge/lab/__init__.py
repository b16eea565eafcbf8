"""Several real Synapses on this machine, federating over TLS: the demo, the tests and later users' training ground.

Nothing else on the machine is touched: no /etc/hosts, no root, no Docker; everything is in one folder.
"""

import asyncio
import socket
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from bridge.clock import secret
from bridge.lab import ports
from bridge.lab.authority import Authority
from bridge.lab.deed import Deed, found
from bridge.lab.homeserver import Homeserver

__all__ = ["TOWNS", "Authority", "Guard", "Homeserver", "Lab", "Town"]

_FIRST_CLIENT_PORT, _FIRST_FEDERATION_PORT, _FIRST_DOOR_PORT = 18008, 18448, 18850
Guard = Literal["module", "door", "both"]
"""What keeps a town's allow list: a module inside its homeserver, a federation door around it, or both."""


@dataclass(frozen=True, slots=True)
class Town:
    """`key` is its name in addresses (a DNS label, `tsukuba`), `name` the one people read (つくば市)."""

    key: str
    name: str


TOWNS = (Town("tsukuba", "つくば市"), Town("nakatsu", "中津市"), Town("tama", "多摩市"))


class Lab:
    """All towns of one folder. A folder that was used before comes back with its names, ports, keys and people.

    Bound to no event loop: `start` and `stop` may be awaited in different ones. When the process that started it
    ends, even by SIGKILL, its homeservers end too. `guards`: by a town's key, where it is not the module; decided when
    the town is founded.
    """

    def __init__(self, folder: Path, towns: Sequence[Town] = TOWNS, guards: Mapping[str, Guard] | None = None) -> None:
        self.folder, self.towns, self._guards = folder.resolve(), tuple(towns), guards or {}
        self.homeservers: dict[str, Homeserver] = {}
        self._reserved = ExitStack()

    async def start(self) -> None:
        """Found what is missing and start all at once; returns when all are healthy.

        Raises:
            Misconfigured: one did not start (the end of its log is quoted), or a port of an earlier run is taken;
                then none is left running.
        """
        try:
            if not self.homeservers:
                self._prepare()
            async with asyncio.TaskGroup() as together:
                for homeserver in self.homeservers.values():
                    together.create_task(homeserver.start())
        except BaseException as error:
            await self.stop()
            if isinstance(error, BaseExceptionGroup):
                raise error.exceptions[0] from None
            raise

    async def stop(self) -> None:
        """Stop all and give back the ports: nothing is left but the folder."""
        await asyncio.gather(*(homeserver.stop() for homeserver in self.homeservers.values()))
        self._reserved.close()
        self.homeservers = {}

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def _prepare(self) -> None:
        authority = Authority(self.folder / "authority")
        settled = [town.key for town in self.towns if Deed.read(self.folder / town.key)]
        claims = {town.key: self._claim(town, authority) for town in self.towns}
        for key, (deed, held) in claims.items():
            others = [other for other, _ in claims.values() if other is not deed]
            settings = deed.settings(self.folder / key, authority, others)
            self.homeservers[key] = Homeserver(key, settings, held)
        newcomers = [deed.server_name for key, (deed, _) in claims.items() if key not in settled]
        for key in settled:
            self.homeservers[key].admit(newcomers)

    def _claim(self, town: Town, authority: Authority) -> tuple[Deed, tuple[socket.socket, ...]]:
        folder = self.folder / town.key
        deed = Deed.read(folder)
        if deed:
            used = (deed.client_port, deed.federation_port, *(deed.door or ()))
            return deed, tuple(self._keep(ports.hold(port)) for port in used)
        guard = self._guards.get(town.key, "module")
        firsts = [_FIRST_CLIENT_PORT, _FIRST_FEDERATION_PORT, *([] if guard == "module" else [_FIRST_DOOR_PORT] * 2)]
        held = tuple(self._keep(ports.find(first)) for first in firsts)
        client_port, federation_port, *door = (each.getsockname()[1] for each in held)
        deed = Deed(
            town.key, town.name, client_port, federation_port, secret(), secret(), secret(),
            door=door or None, module=guard != "door",
        )  # fmt: skip
        found(folder, authority, deed)
        return deed, held

    def _keep(self, held: socket.socket) -> socket.socket:
        return self._reserved.enter_context(held)
