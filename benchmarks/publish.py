"""How long does it take to put a form to 300 people?

    python -m benchmarks.publish [--people 300]

A real Synapse with that many accounts. Kairan: from `!form publish` to the last direct room being open, against a bare
loop that makes the same rooms (the same body, the same application service) as many at a time as Kairan does, and one
after the other. Then everybody enters their room at once: the time until the last of them has the first question,
against a bare loop that sends one message of the same length into each of its rooms.
"""

import argparse
import asyncio
import json
import sqlite3
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Self
from urllib.parse import quote, urlencode

import aiohttp

from benchmarks.ground import TOWN, Ground, Visitor, cpu
from bridge.config import read_config
from bridge.matrix.doorkeeper import TOPIC, WIDTH
from bridge.matrix.outbound import direct_room
from demo.world import Account, Character

QUESTIONS = [{"id": "q1", "kind": "integer", "title": "人数", "low": 0, "high": 99}]


class Service:
    """The application service over bare HTTP, as any user of its namespace or, by their own tokens, as people."""

    def __init__(self, ground: Ground) -> None:
        config = read_config(ground.kairan.config)
        self.url, self.bot = config.homeserver.url, config.bot
        self.name = f"回覧 Kairan（{config.kairan.municipality}）"
        self._token, self._who = config.as_token, urlencode({"user_id": config.bot, "device_id": "KAIRAN"})

    async def __aenter__(self) -> Self:
        self._web = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {self._token}"}, timeout=aiohttp.ClientTimeout(total=300)
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._web.close()

    async def call(self, method: str, path: str, body: object) -> dict:
        url = f"{self.url}/_matrix/client/v3{path}?{self._who}"
        async with self._web.request(method, url, json=body) as reply:
            reply.raise_for_status()
            return await reply.json()

    async def open(self, user: str, alias: str) -> str:
        body = direct_room(user=user, name=self.name, topic=TOPIC, alias=alias, bot=self.bot)
        return (await self.call("POST", "/createRoom", body))["room_id"]

    async def send(self, room: str, text: str) -> None:
        path = f"/rooms/{quote(room)}/send/m.room.message/bench"
        await self.call("PUT", path, {"msgtype": "m.notice", "body": text})


async def each(width: int, work, many: list) -> tuple[float, list]:
    """Seconds, and what came of it."""
    gate = asyncio.Semaphore(width)

    async def one(it):
        async with gate:
            return await work(it)

    began = time.perf_counter()
    found = await asyncio.gather(*(one(it) for it in many))
    return time.perf_counter() - began, found


async def crowd(ground: Ground, count: int) -> list[Account]:
    """Accounts of people who are in the room 行政DX."""
    homeserver, room = ground.homeserver, next(iter(ground.rooms.values()))

    async def one(number: int) -> Account:
        user = await homeserver.register(f"m{number}", "secret", f"職員{number}")
        return Account(Character(f"m{number}", "", TOWN.key, "staff"), user, "secret", homeserver.client_url)

    _, people = await each(8, one, list(range(count)))
    async with Visitor(next(iter(ground.accounts.values()))) as editor:
        # All may enter; then each enters by themselves.
        await editor.call("PUT", f"/rooms/{quote(room)}/state/m.room.join_rules/", {"join_rule": "public"})
    return people


def states(ground: Ground) -> dict[str, int]:
    """How many direct rooms stand how."""
    with sqlite3.connect(ground.kairan.folder / "kairan.db", timeout=10) as database:
        return dict(database.execute("select state, count(*) from direct group by state"))


def asked(ground: Ground) -> int:
    """How many letters to people have gone out."""
    with sqlite3.connect(ground.kairan.folder / "kairan.db", timeout=10) as database:
        (count,) = database.execute("select count(*) from outbox where owner is not null and state = 'sent'").fetchone()
    return count


async def until(ready, patience: float = 600) -> float:
    began = time.perf_counter()
    while not ready():
        if time.perf_counter() - began > patience:
            raise TimeoutError
        await asyncio.sleep(0.05)
    return time.perf_counter() - began


async def bare(service: Service, people: list[Account], width: int, name: str) -> tuple[float, list[str]]:
    return await each(width, lambda a: service.open(a.user_id, f"kairan_bench_{name}_{a.character.key}"), people)


def line(name: str, seconds: float) -> str:
    return f"  {name:<58} {seconds:7.1f} s"


async def measure(options: argparse.Namespace, folder: Path) -> None:
    async with Ground(folder, 2, reactions=False) as ground, AsyncExitStack() as stack:
        people = await crowd(ground, options.people)
        visitors = [await stack.enter_async_context(Visitor(account)) for account in people]
        room = next(iter(ground.rooms.values()))
        await each(8, lambda v: v.call("POST", f"/join/{quote(room)}", {}), visitors)
        service = await stack.enter_async_context(Service(ground))
        editor = await stack.enter_async_context(Visitor(next(iter(ground.accounts.values()))))
        await asyncio.sleep(3)
        half = max(2, len(people) // 6)  # the bare loops are run before and after: the homeserver's state grows
        before, _ = await bare(service, people[:half], WIDTH, "a")
        form = {"name": "ninzu", "title": "人数の調べ", "questions": QUESTIONS}
        await editor.say(room, f"!form load\n{json.dumps(form, ensure_ascii=False)}")
        await asyncio.sleep(2)
        wanted = len(people) + 2
        used = cpu(ground.pid)
        began = time.perf_counter()
        await editor.say(room, "!form publish ninzu")
        await until(lambda: sum(states(ground).get(s, 0) for s in ("invited", "joined")) >= wanted)
        ours = (time.perf_counter() - began) * len(people) / wanted
        used = cpu(ground.pid) - used
        parallel, rooms = await bare(service, people, WIDTH, "b")
        after, _ = await bare(service, people[:half], WIDTH, "c")
        one_by_one, _ = await bare(service, people[:half], 1, "d")
        print(f"{len(people)} people, {WIDTH} rooms at a time; CPU of Kairan {used:.1f} s")
        print(line("Kairan: from !form publish to the last room", ours))
        print(line(f"bare loop, {WIDTH} at a time", parallel), f"  ratio {ours / parallel:.2f}")
        scale = len(people) / half
        print(line(f"bare loop, one after the other ({half} rooms, scaled up)", one_by_one * scale),
              f"  ratio {ours / one_by_one / scale:.2f}")  # fmt: skip
        print(
            f"  (bare loop of {half} before {before:.1f} s, after {after:.1f} s: how the homeserver changed meanwhile)",
            flush=True,
        )
        entered, told = await entering(ground, service, visitors, rooms)
        print("rooms and first questions together")
        print(line("Kairan", ours + entered), f"  ratio {(ours + entered) / (parallel + told):.2f}")
        print(line("bare loop", parallel + told), flush=True)


async def entering(ground: Ground, service: Service, visitors: list[Visitor], rooms: list[str]) -> tuple[float, float]:
    """Everybody joins their room; the bare loop's rooms get one message each, encryption left out."""
    with sqlite3.connect(ground.kairan.folder / "kairan.db") as database:
        invited = dict(database.execute("select user_id, room_id from direct"))
    used, sent = cpu(ground.pid), asked(ground)
    began = time.perf_counter()
    joined, _ = await each(8, lambda v: v.call("POST", f"/join/{quote(invited[v.account.user_id])}", {}), visitors)
    await until(lambda: asked(ground) - sent >= len(visitors))
    ours, used = time.perf_counter() - began, cpu(ground.pid) - used
    theirs = dict(zip((v.account.user_id for v in visitors), rooms, strict=True))

    async def enter_and_tell(visitor: Visitor) -> None:
        await visitor.call("POST", f"/join/{quote(theirs[visitor.account.user_id])}", {})
        await service.send(theirs[visitor.account.user_id], "質問 " * 40)

    alone, _ = await each(8, enter_and_tell, visitors)
    print(f"everybody enters, eight at a time; CPU of Kairan {1000 * used / len(visitors):.1f} ms a person")
    print(line("Kairan: from the first joining to the last first question", ours), f"  ratio {ours / alone:.2f}")
    print(line("bare loop: the same joinings and one message each", alone))
    print(f"  (Kairan: all had joined after {joined:.1f} s)")
    return ours, alone


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=300)
    with tempfile.TemporaryDirectory(prefix="kairan-bench-") as folder:
        asyncio.run(measure(parser.parse_args(), Path(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
