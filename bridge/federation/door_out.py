"""What leaves the homeserver: a CONNECT proxy that opens tunnels to servers of the list only (`https_proxy`).

It cannot see into a tunnel, so it opens none to a place that no listed server names as its own; it connects to the
address that it checked, never to a name again; and it breaks off the tunnels of whoever leaves the list.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress

from bridge import clock
from bridge.errors import Unreachable
from bridge.federation.addresses import Inside, addresses, split
from bridge.federation.allowed import Allowed
from bridge.federation.delegation import Target, delegated, is_settled, plain
from bridge.federation.door_settings import DoorSettings
from bridge.federation.stranger import Stranger
from bridge.federation.tallies import Tallies

HEAD_SECONDS, LARGEST_HEAD = 10.0, 8192
CONNECT_SECONDS, IDLE_SECONDS = 10.0, 300.0
MOST_TUNNELS = 2000
FRESH_SECONDS, AGAIN_SECONDS = 3600.0, 60.0
_ANYBODY = ""


class Outward:
    """`await start()`, `await stop()`; `drop(servers)` as soon as they are off the list."""

    def __init__(self, settings: DoorSettings, allowed: Allowed, tallies: Tallies) -> None:
        self._settings, self._allowed, self._tallies = settings, allowed, tallies
        self._tunnels: dict[str, set[asyncio.StreamWriter]] = {}
        self._learnt: dict[str, tuple[float, Target | None]] = {}
        self._gone: set[str] = set()
        self._learning = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen."""
        host, port = self._settings.outbound
        self._server = await asyncio.start_server(self._serve, host, port, limit=LARGEST_HEAD)

    @property
    def port(self) -> int:
        """Where it listens, also when any port was to do."""
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Listen no more and break off what is open."""
        self._server.close()
        self.drop(list(self._tunnels))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def tunnels(self) -> int:
        """How many are open."""
        return sum(map(len, self._tunnels.values())) // 2

    def drop(self, servers: Iterable[str]) -> None:
        """Homeservers keep connections for minutes: what was opened while it was allowed is broken off."""
        for server in servers:
            self._gone.add(server)
            self._learnt.pop(server, None)
            for writer in self._tunnels.pop(server, set()):
                writer.transport.abort()

    # -- one tunnel --------------------------------------------------------------------------------------------------

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            async with asyncio.timeout(HEAD_SECONDS):
                target = _target(await reader.readuntil(b"\r\n\r\n"))
            if target is None:
                await self._refuse(writer, "400 Bad Request", "malformed")
            else:
                await self._open(target, reader, writer)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            self._tallies.denied("outbound", "broken")
        except asyncio.CancelledError:
            pass  # the door closes
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _open(self, target: Target, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server = await self._whose(target)
        if server is None:
            return await self._refuse(writer, "403 Forbidden", "unlisted")
        if self.tunnels >= MOST_TUNNELS:
            return await self._refuse(writer, "503 Service Unavailable", "too many")
        try:
            far_reader, far_writer = await self._connect(target)
        except Inside:
            return await self._refuse(writer, "403 Forbidden", "inside")
        except (Unreachable, OSError, TimeoutError):
            return await self._refuse(writer, "502 Bad Gateway", "unreachable")
        if server not in self._allowed and server != _ANYBODY:  # it was removed while we connected
            far_writer.transport.abort()
            return await self._refuse(writer, "403 Forbidden", "unlisted")
        await self._carry(server, (reader, writer), (far_reader, far_writer))
        return None

    async def _carry(
        self,
        server: str,
        near: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        far: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        both = {near[1], far[1]}
        self._tunnels.setdefault(server, set()).update(both)
        self._tallies.passed("outbound")
        try:
            near[1].write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            pumps = (_pump(near[0], far[1]), _pump(far[0], near[1]))
            await asyncio.gather(*pumps, return_exceptions=True)
        finally:
            far[1].transport.abort()
            if server in self._tunnels:
                self._tunnels[server] -= both

    async def _refuse(self, writer: asyncio.StreamWriter, status: str, why: str) -> None:
        self._tallies.denied("outbound", why)
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(HEAD_SECONDS):
                await writer.drain()
                writer.close()
                await writer.wait_closed()

    async def _connect(self, target: Target) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, port = target
        last: Exception = Unreachable("no address")
        for address in await addresses(host, inside=self._settings.inside):
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    return await asyncio.open_connection(address, port)
            except (OSError, TimeoutError) as error:
                last = error
        raise last

    # -- whose place it is -------------------------------------------------------------------------------------------

    async def _whose(self, target: Target) -> str | None:
        """The listed server whose place this is; None where it is nobody's."""
        if target in self._settings.beyond:
            return _ANYBODY
        if self._allowed.expired:
            return None
        found = self._known(target)
        if found is not None:
            return found
        await self._learn()
        return self._known(target)

    def _known(self, target: Target) -> str | None:
        return next((server for server in self._allowed.names if target in self._places(server)), None)

    def _places(self, server: str) -> set[Target]:
        try:
            host, port = plain(server)
        except ValueError:
            return set()
        places = {(host.strip("[]"), port), *self._settings.targets.get(server, ())}
        if not is_settled(server):
            places.add((host, 443))
        told = self._learnt.get(server, (0.0, None))[1]
        if told is not None and not self._barred(told):
            places.add((told[0].strip("[]"), told[1]))
        return places

    def _barred(self, told: Target) -> bool:
        """A listed server must not lend its name to one that was removed."""
        hosts = {server.rpartition(":")[0] or server for server in self._gone - self._allowed.names}
        return told[0] in hosts

    async def _learn(self) -> None:
        """Ask those who may have moved their homeserver where it is: each at most once an hour."""
        async with self._learning:
            now = clock.monotonic()
            asked = [s for s in self._allowed.names if not is_settled(s) and self._is_old(s, now)]
            if not asked:
                return
            gate = asyncio.Semaphore(16)
            async with Stranger(authority=self._settings.authority, inside=self._settings.inside) as web:

                async def one(server: str) -> None:
                    async with gate:
                        self._learnt[server] = (clock.monotonic(), await delegated(web, server))

                await asyncio.gather(*map(one, asked))

    def _is_old(self, server: str, now: float) -> bool:
        when, told = self._learnt.get(server, (float("-inf"), None))
        return now - when > (AGAIN_SECONDS if told is None else FRESH_SECONDS)


def _target(head: bytes) -> Target | None:
    words = head.partition(b"\r\n")[0].split(b" ")
    if len(words) != 3 or words[0] != b"CONNECT" or not words[2].startswith(b"HTTP/1."):
        return None
    try:
        host, port = split(words[1].decode("ascii"), port=0)
    except ValueError:
        return None
    return host.removeprefix("[").removesuffix("]").lower(), port


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Until one side ends, or nothing came for a while."""
    try:
        while True:
            async with asyncio.timeout(IDLE_SECONDS):
                data = await source.read(65_536)
                if not data:
                    return
                sink.write(data)
                await sink.drain()
    finally:
        sink.close()
