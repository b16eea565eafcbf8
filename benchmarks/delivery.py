"""Is anything lost or said twice when the bot and its homeserver are killed at random moments?

    python -m benchmarks.delivery --events 1000 --kills 12 [--encrypted] [--seed 7] [--down 60]

People answer long forms without waiting for the next question, while a real Synapse and a real Kairan are killed
(SIGKILL: the one, the other, both) and started again. Every answer must be stored once, answered by exactly one next
question, in order. Prints `lost L twice T of N` and exits 1 unless both are 0.
"""

import argparse
import asyncio
import json
import random
import re
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import quote

import aiohttp

from bridge.lab import Town
from demo.person import Person
from demo.world import Account, Character, World

QUESTIONS = 50
TOWN = Town("tsukuba", "つくば市")
ASKED = re.compile(r"\((\d+)/\d+\)|（(\d+)/\d+）")
SETTLES_WITHIN = 240.0
PACE = 0.35
"""Seconds between two answers of one person: under the flood limit."""


class Plain:
    """Somebody in an unencrypted direct room, over bare HTTP; every request is repeated until it is answered."""

    def __init__(self, account: Account, bot: str) -> None:
        self.account, self.bot = account, bot
        self._sent = 0

    async def start(self) -> None:
        self._web = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30))
        self._token = ""
        body = {"type": "m.login.password", "password": self.account.password,
                "identifier": {"type": "m.id.user", "user": self.account.user_id}}  # fmt: skip
        self._token = (await self._call("POST", "/login", body))["access_token"]

    async def enter(self) -> None:
        body = {"preset": "private_chat", "is_direct": True, "invite": [self.bot]}
        self.room = (await self._call("POST", "/createRoom", body))["room_id"]
        await until(self._bot_is_in)
        await self.say("!form fill nagai")
        await until(self.heard)

    async def _bot_is_in(self) -> bool:
        return self.bot in (await self._call("GET", f"/rooms/{quote(self.room)}/joined_members"))["joined"]

    async def say(self, text: str) -> None:
        self._sent += 1
        path = f"/rooms/{quote(self.room)}/send/m.room.message/t{self._sent}"
        await self._call("PUT", path, {"msgtype": "m.text", "body": text})

    async def heard(self) -> list[str]:
        """Everything the bot has said, oldest first."""
        bodies: list[str] = []
        start = ""
        while True:
            page = await self._call("GET", f"/rooms/{quote(self.room)}/messages?dir=b&limit=500{start}")
            chunk = page.get("chunk", [])
            ours = (e["content"] for e in chunk if e["sender"] == self.bot and e["type"] == "m.room.message")
            bodies += [content["body"] for content in ours if "body" in content]
            if "end" not in page or not chunk:
                return bodies[::-1]
            start = f"&from={page['end']}"

    async def stop(self) -> None:
        await self._web.close()

    async def _call(self, method: str, path: str, body: object = None) -> dict:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        while True:
            try:
                url = f"{self.account.client_url}/_matrix/client/v3{path}"
                async with self._web.request(method, url, json=body, headers=headers) as reply:
                    if reply.status < 500:
                        reply.raise_for_status()
                        return await reply.json()
            except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, TimeoutError, json.JSONDecodeError):
                pass
            await asyncio.sleep(0.2)


class Sealed:
    """The same with a real client in the encrypted direct room that the bot opened."""

    def __init__(self, account: Account, bot: str, folder: Path) -> None:
        self.bot = bot
        self._person = Person(account.client_url, account.user_id, account.password, folder / account.character.key)

    async def start(self) -> None:
        await self._person.start()

    async def enter(self) -> None:
        self.room = await self._person.direct_room_with(self.bot, timeout=120)
        await self._person.hears(self.room, lambda h: bool(ASKED.search(h.body)), timeout=120)

    async def say(self, text: str) -> None:
        while True:
            try:
                await self._person.say(self.room, text)
                return  # noqa: TRY300 - nio repeats with the same transaction id by itself; this is for its refusals
            except (aiohttp.ClientError, TimeoutError, AssertionError):
                await asyncio.sleep(0.3)

    async def heard(self) -> list[str]:
        return [h.body for h in self._person.timeline(self.room) if h.sender == self.bot]

    async def stop(self) -> None:
        await self._person.stop()


def form() -> str:
    questions = [
        {"id": f"q{n}", "kind": "integer", "title": f"数 {n}", "low": 0, "high": 99} for n in range(1, QUESTIONS + 1)
    ]
    return json.dumps({"name": "nagai", "title": "長い調べ", "questions": questions}, ensure_ascii=False)


async def measure(options: argparse.Namespace, folder: Path) -> bool:
    people = max(1, -(-options.events // QUESTIONS))
    cast = tuple(Character(f"p{n}", f"職員{n}", TOWN.key, "staff" if n else "steward") for n in range(people + 1))
    async with World(folder, towns=(TOWN,), cast=cast, say=lambda words: print(words, flush=True)) as world:
        bot = world.bot(TOWN.key)
        editor, *accounts = world.accounts.values()  # who publishes is alone with the bot in other rooms too
        make = (lambda a: Sealed(a, bot, folder / "clients")) if options.encrypted else (lambda a: Plain(a, bot))
        fillers = [make(a) for a in accounts]
        await asyncio.gather(*(f.start() for f in fillers))
        await publish(world, editor)
        await asyncio.gather(*(f.enter() for f in fillers))
        counts = share(options.events, people)
        began = time.monotonic()
        answering = [asyncio.create_task(answer(f, n)) for f, n in zip(fillers, counts, strict=True)]
        await kill_at_random(world, options)
        await asyncio.gather(*answering)
        print(f"answers sent after {time.monotonic() - began:.0f} s", flush=True)
        lost, twice, disorder = await settle(fillers, counts)
        await asyncio.gather(*(f.stop() for f in fillers))
        wrong = stored_wrong(world, accounts, counts)
    print(f"out of order {disorder}, stored wrong {wrong}, {time.monotonic() - began:.0f} s")
    print(f"lost {lost + wrong} twice {twice} of {options.events}")
    return lost + twice + disorder + wrong == 0


def share(events: int, people: int) -> list[int]:
    return [events // people + (n < events % people) for n in range(people)]


async def until(ready: Callable[[], Awaitable[object]]) -> None:
    while True:
        if await ready():
            return
        await asyncio.sleep(0.1)


async def publish(world: World, editor: Account) -> None:
    boss = Plain(editor, world.bot(TOWN.key))
    await boss.start()
    boss.room = next(iter(world.rooms.values()))
    await boss.say(f"!form load\n{form()}")
    await boss.say("!form publish nagai")

    async def published() -> bool:
        return any("!form status nagai" in body for body in await boss.heard())

    await until(published)
    await boss.stop()


async def answer(filler: Plain | Sealed, count: int) -> None:
    for number in range(1, count + 1):
        await filler.say(str(number))
        await asyncio.sleep(PACE)


async def kill_at_random(world: World, options: argparse.Namespace) -> None:
    """Kills spread over the time that the answering takes; the last of them with a long downtime if asked for."""
    dice = random.Random(options.seed)
    homeserver, kairan = world.lab.homeservers[TOWN.key], world.kairans[TOWN.key]
    pause = max(1.5, QUESTIONS * PACE / max(options.kills, 1))
    for number in range(options.kills):
        await asyncio.sleep(dice.uniform(0.3, 1.0) * pause)
        victim = ("kairan", "homeserver", "both")[number % 3]
        if victim != "homeserver":
            await kairan.stop(signal.SIGKILL)
        if victim != "kairan":
            await homeserver.kill()
        down = options.down if number == options.kills - 1 and options.down else dice.uniform(0, 1.0)
        await asyncio.sleep(down)
        if victim != "kairan":
            await homeserver.start()
        if victim != "homeserver":
            await kairan.start()
        print(f"  {number + 1}/{options.kills} SIGKILL {victim}, {down:.1f} s down", flush=True)


async def settle(fillers: list[Plain | Sealed], counts: list[int]) -> tuple[int, int, int]:
    """Wait until everything is answered (or nothing more comes); count what is missing, double, out of order."""
    end = time.monotonic() + SETTLES_WITHIN
    while True:
        said = [[asked_number(b) for b in await f.heard()] for f in fillers]
        lost = sum(len(set(range(2, n + 2)) - set(numbers)) for numbers, n in zip(said, counts, strict=True))
        if lost == 0 or time.monotonic() > end:
            break
        await asyncio.sleep(1)
    await asyncio.sleep(3)  # a second copy would come now
    said = [[asked_number(b) for b in await f.heard()] for f in fillers]
    twice = sum(sum(c - 1 for number, c in Counter(numbers).items() if number) for numbers in said)
    disorder = sum(sorted(asked) != asked for asked in ([n for n in numbers if n] for numbers in said))
    return lost, twice, disorder


def asked_number(body: str) -> int:
    """Which question a message asks; after the last one comes the check-your-answers step."""
    found = ASKED.search(body)
    if found:
        return int(found[1] or found[2])
    return QUESTIONS + 1 if "送信" in body else 0


def stored_wrong(world: World, accounts: list[Account], counts: list[int]) -> int:
    """Answers that the database does not hold as they were given."""
    with sqlite3.connect(world.kairans[TOWN.key].folder / "kairan.db") as database:
        rows = {
            user: json.loads(state)["answers"]
            for user, state in database.execute("select user_id, state from response")
        }
    wanted = {a.user_id: {f"q{n}": n for n in range(1, count + 1)}
              for a, count in zip(accounts, counts, strict=True)}  # fmt: skip
    return sum(rows.get(user, {}).get(q) != n for user, answers in wanted.items() for q, n in answers.items())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--encrypted", action="store_true")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--down", type=float, default=0, help="seconds that the last kill lasts")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kairan-bench-") as folder:
        return 0 if asyncio.run(measure(options, Path(folder))) else 1


if __name__ == "__main__":
    sys.exit(main())
