"""How much memory does Kairan hold with many rooms, and how soon is it there after a start?

    python -m benchmarks.memory [--rooms 100,300] [--members 30] [--starts 5]

A real Synapse and real rooms, all with the same people in them: users of Kairan's own application service, let in one
after the other, which is the cheapest way there is. 1,000 rooms of 30 are 30,000 joinings: unless `--rooms 1000` asks
for it, fewer are made and the rest is a straight line through what was measured.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Self
from urllib.parse import quote, urlencode

import aiohttp

from benchmarks.ground import Ground, cpu, rss, settled
from bridge.config import read_config

WANTED = 1000


class Service:
    """Acts as any user of Kairan's own namespace (`@kairan…`)."""

    def __init__(self, ground: Ground) -> None:
        config = read_config(ground.kairan.config)
        self.url, self.server, self._token = config.homeserver.url, config.homeserver.server_name, config.as_token

    async def __aenter__(self) -> Self:
        self._web = aiohttp.ClientSession(headers={"Authorization": f"Bearer {self._token}"})
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._web.close()

    async def call(self, path: str, body: dict, who: str | None = None, *, ok: tuple[int, ...] = (200,)) -> dict:
        query = "?" + urlencode({"user_id": f"@{who}:{self.server}"}) if who else ""
        async with self._web.post(f"{self.url}/_matrix/client/v3{path}{query}", json=body) as reply:
            said = await reply.json()
            if reply.status not in ok:
                raise RuntimeError(f"{reply.status} {said.get('errcode')}")
            return said

    async def register(self, name: str) -> None:
        body = {"type": "m.login.application_service", "username": name, "inhibit_login": True}
        await self.call("/register", body, ok=(200, 400))

    async def room(self, number: int, members: list[str]) -> None:
        """One room that all of them are in, the first of them its maker, Kairan invited last."""
        body = {"preset": "public_chat", "name": f"部屋 {number}"}
        room = (await self.call("/createRoom", body, members[0]))["room_id"]
        for member in members[1:]:
            await self.call(f"/join/{quote(room)}", {}, member)
        await self.call(f"/rooms/{quote(room)}/invite", {"user_id": f"@kairan:{self.server}"}, members[0])


async def fill(service: Service, start: int, stop: int, members: list[str]) -> None:
    gate = asyncio.Semaphore(8)

    async def one(number: int) -> None:
        async with gate:
            await service.room(number, members)

    await asyncio.gather(*(one(n) for n in range(start, stop)))


async def inside(ground: Ground, rooms: int) -> None:
    """Until Kairan is in that many rooms besides its own."""
    import sqlite3

    while True:
        with sqlite3.connect(ground.kairan.folder / "kairan.db", timeout=10) as database:
            query = "select count(*) from room where membership = 'joined' and name like '部屋 %'"
            if database.execute(query).fetchone()[0] >= rooms:
                return
        await asyncio.sleep(0.5)


async def restart(ground: Ground) -> float:
    """Seconds from the start of the process to /healthz, which is after the first /sync."""
    await ground.kairan.stop()
    began = time.perf_counter()
    await ground.kairan.start()
    while True:
        if await ground.kairan.health() == 200:
            return time.perf_counter() - began
        await asyncio.sleep(0.02)


def extrapolated(seen: list[tuple[int, float]]) -> str:
    slope, base = statistics.linear_regression([n for n, _ in seen], [mb for _, mb in seen])
    return (f"{base + slope * WANTED:.0f} MB at {WANTED} rooms, EXTRAPOLATED in a straight line "
            f"({base:.0f} MB and {slope * 1000:.0f} kB a room)")  # fmt: skip


async def measure(options: argparse.Namespace, folder: Path) -> None:
    async with Ground(folder, 2, reactions=False) as ground, Service(ground) as service:
        starts = [await restart(ground) for _ in range(options.starts)]
        print(f"start of the process to the first /sync (/healthz 200): median {statistics.median(starts):.2f} s, "
              f"best {min(starts):.2f} s, worst {max(starts):.2f} s of {len(starts)}", flush=True)  # fmt: skip
        await settled(ground.pid)
        before = cpu(ground.pid)
        await asyncio.sleep(10)
        print(f"idle: {(cpu(ground.pid) - before) * 100:.0f} ms of CPU a second", flush=True)
        members = [f"kairan_m{n}" for n in range(options.members - 1)]
        await asyncio.gather(*(service.register(m) for m in members))
        running, fresh, made = [(0, rss(ground.pid))], [(0, rss(ground.pid))], 0
        print(f"RSS without rooms: {rss(ground.pid):.0f} MB", flush=True)
        for rooms in options.rooms:
            began = time.perf_counter()
            await fill(service, made, rooms, members)
            await inside(ground, rooms)
            made = rooms
            await settled(ground.pid)
            running.append((rooms, rss(ground.pid)))
            took = await restart(ground)
            await settled(ground.pid)
            fresh.append((rooms, rss(ground.pid)))
            print(f"{rooms} rooms of {options.members} (made in {time.perf_counter() - began:.0f} s): RSS "
                  f"{running[-1][1]:.0f} MB after entering them all, {fresh[-1][1]:.0f} MB after a restart, "
                  f"which took {took:.2f} s", flush=True)  # fmt: skip
        if options.rooms[-1] < WANTED:
            print(f"after entering them all: {extrapolated(running)}")
            print(f"after a restart: {extrapolated(fresh)}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rooms", type=lambda s: [int(n) for n in s.split(",")], default=[100, 300])
    parser.add_argument("--members", type=int, default=30)
    parser.add_argument("--starts", type=int, default=5)
    with tempfile.TemporaryDirectory(prefix="kairan-bench-") as folder:
        asyncio.run(measure(parser.parse_args(), Path(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
