"""Do all members hold one list, and is no vote lost, when their bots are killed at random moments in mid-vote?

    python -m benchmarks.alliance --kills 12 [--synapses 4] [--seed 7]

Real Synapses, each with a real Kairan: all but the last are an alliance, the last asks to join. While it is voted in,
and while another is then revoked, Kairans are killed (SIGKILL) and started again. Exactly as many votes are cast as are
needed, each said once: were one lost, nothing would be carried. Prints `votes lost L twice T of N, lists 1` and exits 1
unless all members hold one list, every step of its chain is signed by a quorum, and nobody saw two of one version.
"""

import argparse
import asyncio
import random
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

from benchmarks.ground import Visitor
from bots.alliance import Member
from bots.events import UserId
from bridge import clock
from bridge.alliance.motion import founding, moment
from bridge.alliance.roll import LIVES, Entry, Roll, complete, quorum_for, read, written
from bridge.alliance.signing import Key, sign
from bridge.config import read_config
from bridge.lab import Town
from bridge.store import rolls
from bridge.store.desk import municipality
from bridge.store.engine import Store, database_url
from demo.allied import PLACES, Allied
from demo.cast import Character

NEWCOMER = "beppu"
SETTLES_WITHIN = 240.0
SAID = "賛成しました"


class Union:
    """The world, a steward in each town who talks to the bot, and what each Kairan's database says."""

    def __init__(self, folder: Path, synapses: int, people: int = 0) -> None:
        self.keys = [*list(PLACES)[: synapses - 1], NEWCOMER]
        self.members = self.keys[:-1]
        towns = tuple(Town(key, PLACES[key][0].ja) for key in self.keys)
        cast = tuple(Character(f"kanri{n}", "管理", key, "steward") for n, key in enumerate(self.keys))
        cast += tuple(
            Character(f"shoku{n}x{who}", f"職員{who}", key, "staff")
            for n, key in enumerate(self.keys)
            for who in range(people)
        )
        self.world = Allied(folder, towns=towns, cast=cast, say=lambda words: print(words, flush=True))
        self.said: dict[str, int] = dict.fromkeys(self.keys, 0)
        self.stewards: dict[str, tuple[Visitor, str]] = {}

    async def settle(self, stack: AsyncExitStack) -> None:
        await stack.enter_async_context(self.world)
        await self._unite()
        await asyncio.gather(*(self._arrives(stack, key) for key in self.keys))

    async def _arrives(self, stack: AsyncExitStack, key: str) -> None:
        visitor = await stack.enter_async_context(Visitor(self.world.stewards(key)[0]))
        self.stewards[key] = visitor, await visitor.room_with(self.world.bot(key))

    async def _unite(self) -> None:
        """The first list goes into force while they are down: a Kairan is the only one that writes its database."""
        first = self._first_list()
        for key in self.members:
            await self.world.kairans[key].stop()
            config = read_config(self.world.kairans[key].config)
            store = Store(database_url(config.kairan.database, config.folder))
            town = municipality(config)
            store.do(lambda c, town=town: rolls.enforce(c, town, first, clock.now()))
            store.close()
            await self.world.kairans[key].start()
        await asyncio.gather(*(self.world.kairans[key].ready() for key in self.members))

    def _first_list(self) -> Roll:
        """As if they had agreed on it."""
        at, keys = moment(clock.now()), self.signing_keys()
        entries = sorted(self.entries(keys, at), key=lambda e: e.server)
        roll = replace(
            founding(entries[0], at), entries=tuple(entries), quorum=quorum_for(len(entries)), until=at + LIVES
        )
        document = written(roll)
        for entry in roll.council():
            document = sign(document, entry.server, keys[entry.server])
        return read(document)

    def signing_keys(self) -> dict[str, Key]:
        return {self.server(key): read_config(self.world.kairans[key].config).key for key in self.members}

    def entries(self, keys: Mapping[str, Key], at: int) -> list[Entry]:
        return [self._entry(key, keys[self.server(key)], at) for key in self.members]

    def _entry(self, key: str, signs: Key, at: int) -> Entry:
        name, code = PLACES[key]
        member = Member(
            server=self.server(key), bot=UserId(self.world.bot(key)), name=name, code=code, kind="municipality",
            contact="",
        )  # fmt: skip
        return Entry(member=member, keys={signs.id: signs.public}, since=at)

    def server(self, key: str) -> str:
        return self.world.lab.homeservers[key].server_name

    def ask(self, key: str, statement: str) -> list[tuple]:
        with sqlite3.connect(self.world.kairans[key].folder / "kairan.db", timeout=20) as database:
            return database.execute(statement).fetchall()

    def lists(self, keys: Sequence[str]) -> set[str]:
        """Ids of the lists in force; more than one until all hold the same."""
        return {
            row[0] for key in keys for row in self.ask(key, "SELECT id FROM roll WHERE state = 'in force'") or [("",)]
        }

    def agreed(self, keys: Sequence[str]) -> bool:
        """Whether they hold one list, and it is of exactly these."""
        if len(self.lists(keys)) != 1:
            return False
        held = {row[0] for row in self.ask(keys[0], "SELECT server FROM municipality")}
        return held == {self.server(key) for key in keys}

    def may_vote(self, key: str, kind: str) -> bool:
        return bool(self.ask(key, f"SELECT 1 FROM motion WHERE kind = '{kind}' AND state IN ('open', 'carried')"))

    async def says(self, key: str, words: str) -> None:
        """Once."""
        visitor, room = self.stewards[key]
        self.said[key] += 1
        await visitor.say(room, words)

    async def answers(self, key: str) -> int:
        visitor, room = self.stewards[key]
        return sum(SAID in body for body in await visitor.heard(room, self.world.bot(key)))


async def until(so: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + SETTLES_WITHIN
    while not so():
        if time.monotonic() > end:
            raise AssertionError(f"not within {SETTLES_WITHIN:.0f} s: {what}")
        await asyncio.sleep(0.2)


async def kill_at_random(union: Union, victims: Sequence[str], kills: int, dice: random.Random) -> None:
    """One after the other, sometimes before it is up again."""
    for n in range(kills):
        await asyncio.sleep(dice.uniform(0.2, 3.0))
        key = dice.choice(victims)
        await union.world.kairans[key].stop(signal.SIGKILL)
        down = dice.uniform(0, 1.5)
        await asyncio.sleep(down)
        await union.world.kairans[key].start()
        print(f"  {n + 1}/{kills} SIGKILL {key}, {down:.1f} s down", flush=True)
    await asyncio.gather(*(union.world.kairans[key].ready() for key in victims))


async def under_fire(union: Union, voting, victims: Sequence[str], kills: int, dice: random.Random) -> float:
    """Seconds until it was carried and in force with all."""
    began = time.monotonic()
    async with asyncio.TaskGroup() as together:
        together.create_task(kill_at_random(union, victims, kills, dice))
        together.create_task(voting)
    return time.monotonic() - began


async def join(union: Union, voters: Sequence[str]) -> None:
    for key in voters:
        await until(lambda key=key: union.may_vote(key, "add"), f"{key} hears of the request")
        await union.says(key, f"!federation approve {PLACES[NEWCOMER][0].ja}")
    await until(lambda: union.agreed(union.keys), "all hold the list with the newcomer")


async def revoke(union: Union, gone: str, voters: Sequence[str]) -> None:
    stay = [key for key in union.keys if key != gone]
    first, *others = voters
    await union.says(first, f"!federation revoke {union.server(gone)} yes")
    for key in others:
        await until(lambda key=key: union.may_vote(key, "remove"), f"{key} hears of the motion")
        await union.says(key, f"!federation approve {PLACES[gone][0].ja}")
    await until(lambda: union.agreed(stay), "all who stay hold the list without it")


def wrong(union: Union, keys: Sequence[str]) -> list[str]:
    """What is not as it must be."""
    found = [] if union.agreed(keys) else ["they hold different lists"]
    for key in union.keys:
        chain = {n: read(raw) for n, raw in union.ask(key, "SELECT version, raw FROM roll WHERE state != 'rival'")}
        broken = [n for n, roll in chain.items() if n - 1 in chain and not complete(roll.document, chain[n - 1])]
        found += [f"{key}: version {n} is not signed by a quorum" for n in broken]
        if union.ask(key, "SELECT 1 FROM roll WHERE state = 'rival'"):
            found.append(f"{key} saw two lists of one version")
        log = union.world.kairans[key].log_path.read_text("utf-8").splitlines()
        found += [f"{key}: {line}" for line in log if " ERROR " in line or "Traceback" in line]
    return found


async def measure(options: argparse.Namespace, folder: Path) -> bool:
    dice = random.Random(options.seed)
    union = Union(folder, options.synapses)
    async with AsyncExitStack() as stack:
        await union.settle(stack)
        quorum = quorum_for(len(union.members))
        await union.world.shell(NEWCOMER, "request", "--to", union.server(union.members[0]))
        voters = dice.sample(union.members, quorum)
        first = await under_fire(union, join(union, voters), union.keys, options.kills // 2, dice)
        gone = NEWCOMER if len(union.members) == 2 else union.members[-1]
        stay = [key for key in union.keys if key != gone]
        voters = dice.sample(stay, quorum_for(len(union.keys)))
        second = await under_fire(union, revoke(union, gone, voters), stay, -(-options.kills // 2), dice)
        lost, twice = await heard(union)
        found = wrong(union, stay)
    for line in found:
        print(f"✗ {line}")
    print(f"voted in after {first:.1f} s, revoked after {second:.1f} s, {options.kills} kills")
    print(f"votes lost {lost} twice {twice} of {sum(union.said.values())}, lists {len(union.lists(stay))}")
    return not (found or lost or twice)


async def heard(union: Union) -> tuple[int, int]:
    """Votes that nobody confirmed, and those that were confirmed twice."""
    end = time.monotonic() + SETTLES_WITHIN
    while True:
        heard = {key: await union.answers(key) for key in union.keys}
        lost = sum(max(union.said[key] - heard[key], 0) for key in union.keys)
        if not lost or time.monotonic() > end:
            await asyncio.sleep(2)  # a second copy would come now
            heard = {key: await union.answers(key) for key in union.keys}
            return lost, sum(max(heard[key] - union.said[key], 0) for key in union.keys)
        await asyncio.sleep(0.5)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--synapses", type=int, choices=(3, 4), default=4)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kairan-alliance-") as folder:
        return 0 if asyncio.run(measure(options, Path(folder))) else 1


if __name__ == "__main__":
    sys.exit(main())
