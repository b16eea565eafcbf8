"""What does an answered question cost, and how long does a person wait for the next one?

    python -m benchmarks.answer [--rounds 3] [--seconds 10] [--rate 10] [--skip-encrypted]

A real Synapse; Kairan and a bare nio echo bot side by side on it, in turns, ten people writing `--rate` messages a
second together. The time is from before the person's send request to when the bot's words come down their own /sync.
CPU is that of the Kairan process, user and system, without its start.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

from benchmarks.ground import TOWN, Ground, Visitor, cpu, percentile, settled
from demo.person import Person

PEOPLE = 10
PLAIN = [{"id": f"q{n}", "kind": "integer", "title": f"数 {n}", "low": 0, "high": 99} for n in range(1, 101)]
CHOICES = [
    {"id": f"q{n}", "kind": "choice", "title": f"どれ {n}", "options": ["良い", "普通", "悪い", "不明"]}
    for n in range(1, 101)
]


class Talker:
    """A person in one room with one bot: says something, waits for what the bot says."""

    def __init__(self, visitor: Visitor, bot: str, words: str) -> None:
        self.visitor, self.bot, self.words = visitor, bot, words
        self.times: list[float] = []

    async def enter(self) -> None:
        self.room = await self.visitor.room_with(self.bot)

    async def begin(self, said: str) -> None:
        await self.visitor.next_words(self.bot)
        await self.visitor.say(self.room, said)
        while not await self.visitor.next_words(self.bot):
            pass

    async def turn(self) -> float:
        began = time.perf_counter()
        hearing = asyncio.create_task(self.visitor.next_words(self.bot))
        await self.visitor.say(self.room, self.words)
        while not await hearing:  # their own message comes down the same /sync first
            hearing = asyncio.create_task(self.visitor.next_words(self.bot))
        return time.perf_counter() - began

    async def talk(self, seconds: float, each: float, *, late: float) -> list[float]:
        """One message every `each` seconds, the first after `late`."""
        start = time.perf_counter() + late
        times = []
        for number in range(int(seconds / each)):
            await asyncio.sleep(max(0.0, start + number * each - time.perf_counter()))
            times.append(await self.turn())
        return times


async def round_of(talkers: list[Talker], seconds: float, rate: float) -> list[float]:
    each = len(talkers) / rate
    found = await asyncio.gather(*(t.talk(seconds, each, late=n / rate) for n, t in enumerate(talkers)))
    return [x for times in found for x in times]


async def flat_out(talkers: list[Talker], count: int) -> None:
    async def one(talker: Talker) -> None:
        for _ in range(count):
            await talker.turn()

    await asyncio.gather(*(one(t) for t in talkers))


async def echo_bot(ground: Ground, stack: AsyncExitStack) -> tuple[str, int]:
    homeserver = ground.homeserver
    user = await homeserver.register("echo", "secret")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.echo", homeserver.client_url, user, "secret", stdout=asyncio.subprocess.PIPE
    )
    stack.callback(process.kill)
    await process.stdout.readline()
    return user, process.pid


def line(name: str, times: list[float], used: float) -> str:
    return (f"  {name:<28} p50 {1000 * percentile(times, 0.5):6.1f} ms   p95 {1000 * percentile(times, 0.95):6.1f} ms"
            f"   CPU {1000 * used / len(times):5.2f} ms per message  ({len(times)})")  # fmt: skip


async def side_by_side(ground: Ground, options: argparse.Namespace) -> None:
    async with AsyncExitStack() as stack:
        echo, echo_pid = await echo_bot(ground, stack)
        visitors = [await stack.enter_async_context(Visitor(a)) for a in ground.accounts.values()]
        others = [await stack.enter_async_context(Visitor(a)) for a in ground.accounts.values()]
        asked = [Talker(v, ground.bot(TOWN.key), "7") for v in visitors]
        echoed = [Talker(v, echo, "7") for v in others]
        await asyncio.gather(*(t.enter() for t in (*asked, *echoed)))
        await asyncio.gather(*(t.begin("!form fill plain") for t in asked), *(t.begin("7") for t in echoed))
        ours: list[float] = []
        bare: list[float] = []
        spent = {ground.pid: 0.0, echo_pid: 0.0}
        for _ in range(options.rounds):
            for talkers, times, pid in ((asked, ours, ground.pid), (echoed, bare, echo_pid)):
                await settled(pid)
                before = cpu(pid)
                times.extend(await round_of(talkers, options.seconds, options.rate))
                await asyncio.sleep(0.5)
                spent[pid] += cpu(pid) - before
        print(f"plain rooms, {options.rate:g} messages a second, {options.rounds} rounds in turns, reactions off")
        print(line("Kairan: next question", ours, spent[ground.pid]))
        print(line("bare nio echo bot", bare, spent[echo_pid]))
        print(f"  ratio of times               p50 {percentile(ours, 0.5) / percentile(bare, 0.5):6.2f}      "
              f"p95 {percentile(ours, 0.95) / percentile(bare, 0.95):6.2f}", flush=True)  # fmt: skip
        count = min(30, 95 - len(ours) // PEOPLE)
        await settled(ground.pid)
        began, before = time.perf_counter(), cpu(ground.pid)
        await flat_out(asked, count)
        took = time.perf_counter() - began
        await asyncio.sleep(0.5)
        each = 1000 * (cpu(ground.pid) - before) / count / PEOPLE
        print(
            f"  as fast as they can: {count * PEOPLE / took:.0f} answers a second, CPU {each:.2f} ms per answer",
            flush=True,
        )


async def with_reactions(ground: Ground, options: argparse.Namespace) -> None:
    async with AsyncExitStack() as stack:
        visitors = [await stack.enter_async_context(Visitor(a)) for a in ground.accounts.values()]
        asked = [Talker(v, ground.bot(TOWN.key), "1") for v in visitors]
        await asyncio.gather(*(t.enter() for t in asked))
        await asyncio.gather(*(t.begin("!form fill choices") for t in asked))
        await settled(ground.pid)
        before = cpu(ground.pid)
        times = await round_of(asked, options.seconds, options.rate)
        await asyncio.sleep(1)
        print(f"plain rooms, choices with four reactions of the bot to each, {options.rate:g} answers a second")
        print(line("Kairan: next question", times, cpu(ground.pid) - before), flush=True)


async def sealed(ground: Ground, folder: Path) -> None:
    accounts = list(ground.accounts.values())[1:6]  # not the steward, who is alone with the bot elsewhere too
    bot = ground.bot(TOWN.key)
    people = [Person(a.client_url, a.user_id, a.password, folder / a.character.key) for a in accounts]
    await asyncio.gather(*(p.start() for p in people))
    rooms = await asyncio.gather(*(p.direct_room_with(bot, timeout=60) for p in people))
    await asyncio.gather(*(p.hears(r, "/100", timeout=60) for p, r in zip(people, rooms, strict=True)))

    async def answer(person: Person, room: str, late: float) -> list[float]:
        await asyncio.sleep(late)
        times = []
        for _ in range(20):
            began = time.perf_counter()
            await person.say(room, "7")
            await person.hears(room, "/100", timeout=60)
            times.append(time.perf_counter() - began)
            await asyncio.sleep(max(0.0, 1.0 - times[-1]))
        return times

    await settled(ground.pid)
    before = cpu(ground.pid)
    found = await asyncio.gather(*(answer(p, r, n / 5) for n, (p, r) in enumerate(zip(people, rooms, strict=True))))
    times = [x for each in found for x in each]
    await asyncio.sleep(0.5)
    print("encrypted rooms, 5 answers a second from five nio clients (their own time is in the waiting)")
    print(line("Kairan: next question", times, cpu(ground.pid) - before), flush=True)
    await asyncio.gather(*(p.stop() for p in people))


async def measure(options: argparse.Namespace, folder: Path) -> None:
    async with Ground(folder / "off", PEOPLE, reactions=False) as ground:
        await ground.publish("plain", PLAIN)
        await side_by_side(ground, options)
        if not options.skip_encrypted:
            await sealed(ground, folder / "clients")
    if not options.skip_reactions:
        async with Ground(folder / "on", PEOPLE, reactions=True) as ground:
            await ground.publish("choices", CHOICES)
            await with_reactions(ground, options)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rate", type=float, default=10, help="messages a second, of all ten people together")
    parser.add_argument("--skip-encrypted", action="store_true")
    parser.add_argument("--skip-reactions", action="store_true")
    with tempfile.TemporaryDirectory(prefix="kairan-bench-") as folder:
        asyncio.run(measure(parser.parse_args(), Path(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
