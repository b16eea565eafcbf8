"""Three real Kairans on three real homeservers: one founds an alliance, two ask to join, and the founder dies."""

import asyncio
import json
import re
import secrets
import signal
import subprocess
import sys
import time

import pytest

from bridge.lab import ports
from tests.federation.kairan import Kairan, Plain, eventually

pytestmark = pytest.mark.lab
NAMES = {"tsukuba": "つくば市", "nakatsu": "中津市", "tama": "多摩市"}


class Person(Plain):
    """Who hears bots of any name."""

    async def bot_said(self, room):
        said = [e for e in await self.events(room) if e["sender"].startswith("@kairan_")]
        return [e for e in said if e["type"] == "m.room.message" and e["content"]]


class Town(Kairan):
    """A Kairan that permits nobody but the alliance, and whose homeserver federates with nobody else."""

    def __init__(self, lab, folder, key):
        super().__init__(lab, folder)
        self.homeserver, self.key = lab.homeservers[key], key
        self.own = f"kairan_{secrets.token_hex(3)}"  # the homeservers serve other tests, and other bots, too
        self.server = self.homeserver.server_name
        self.bot = f"@{self.own}:{self.server}"
        with ports.find(19001 + 100 * list(NAMES).index(key)) as held:
            self.listen = f"127.0.0.1:{held.getsockname()[1]}"

    async def settle(self, addresses):
        """A steward, a person, and a first start."""
        self.chief = await Person.at(self.homeserver, f"chief_{secrets.token_hex(3)}")
        self.clerk = await Person.at(self.homeserver, f"clerk_{secrets.token_hex(3)}")
        self.homeserver.write_kairan(self.folder, stewards=[self.chief.user_id])
        text = self.config.read_text("utf-8").replace("#kairan_", f"#{self.own}_").replace('"kairan"', f'"{self.own}"')
        text = text.replace('listen = "127.0.0.1:0"', f'listen = "{self.listen}"')
        more = f"allow = []\nprivate = true\nallow_file = {json.dumps(str(self.homeserver.allow_file))}\n"
        more += f'english = "{self.key.title()}"\ncontact = "joho@{self.key}.example.jp"\n'
        more += "addresses = {" + ", ".join(f"{json.dumps(k)} = {json.dumps(v)}" for k, v in addresses.items()) + "}"
        self.config.write_text(re.sub(r"^allow = .*$", lambda _: more, text, flags=re.MULTILINE), "utf-8")
        self.homeserver.allow([self.server])
        await self.start()
        for role in ("staff", "editors", "stewards"):
            await eventually(self.chief.enters, f"#{self.own}_{role}:{self.server}")
        self.desk = await self.chief.direct(self.bot)

    def kairan(self, *words):
        """`kairan federation …` beside the one that runs."""
        command = [sys.executable, "-m", "bridge", "federation", *words, "--config", str(self.config), "--json"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    async def approves(self, name):
        await eventually(self._reads, name, seconds=60)
        await self.chief.asks(self.desk, f"!federation approve {name}", "賛成しました")

    async def _reads(self, name):
        await self.chief.say(self.desk, "!federation requests")
        await asyncio.sleep(0.5)
        said = await self.chief.bot_said(self.desk)
        return any(f"approve {name}" in e["content"]["body"] for e in said)

    async def lists(self, *towns):
        """Whether the list in force here is of exactly these."""
        rows = self.ask("select server from municipality order by server")
        return [row[0] for row in rows] == sorted(town.server for town in towns)

    def room(self):
        """The alliance's, as this Kairan knows."""
        found = self.ask("select value from fact where name = 'alliance'")
        return found[0][0] if found else None

    def inside(self):
        """Bots in the alliance's room, as this Kairan knows."""
        found = self.ask("select value from fact where name = 'alliance'")
        if not found:
            return set()
        rows = self.ask("select user_id from member where room_id = ? and membership = 'join'", found[0][0])
        return {row[0] for row in rows}


@pytest.fixture
def towns(lab, tmp_path):
    made = [Town(lab, tmp_path / key, key) for key in NAMES]
    yield made
    for town in made:
        town.end()
        asyncio.run(town.homeserver.start())
        town.homeserver.allow(town.homeserver.settings.allow)


async def shared_message(one, other):
    """Somebody of one town writes to somebody of the other, in a room of theirs."""
    room = (await one.clerk.call("POST", "/createRoom", {"preset": "private_chat"}))["room_id"]

    async def invited():
        path = f"/rooms/{room.replace('!', '%21')}/invite"
        return (await one.clerk.ask("POST", path, {"user_id": other.clerk.user_id}))[0] == 200

    await eventually(invited, seconds=60)
    await eventually(other.clerk.enters, room, via=one.server, seconds=60)
    await one.clerk.say(room, "はじめまして")

    async def came():
        return any(e["content"].get("body") == "はじめまして" for e in await other.clerk.events(room))

    await eventually(came, seconds=60)


async def has_left(town, room):
    return not town.ask("select 1 from room where room_id = ? and membership = 'joined'", room)


async def _yes(value):
    return value


def test_newcomers_are_voted_in_without_a_restart_and_a_dead_founder_stops_nobody(towns):
    tsukuba, nakatsu, tama = towns
    addresses = {town.server: f"http://{town.listen}" for town in towns}

    async def play():
        for town in towns:
            await town.settle(addresses)
        pids = [(town._process.pid, town.homeserver.pid) for town in towns]
        assert tsukuba.kairan("found")["version"] == 1
        assert nakatsu.kairan("status")["standing"] == "alone"

        began = time.monotonic()
        asked = nakatsu.kairan("request", "--to", tsukuba.server)
        await tsukuba.approves("中津市")
        await eventually(nakatsu.lists, tsukuba, nakatsu, seconds=60)
        await shared_message(tsukuba, nakatsu)
        print(f"\nrequest → first shared message, 1 vote: {time.monotonic() - began:.1f} s")
        assert asked["fingerprint"] in str(await tsukuba.chief.bot_said(tsukuba.desk))
        await eventually(lambda: _yes({tsukuba.bot, nakatsu.bot} <= nakatsu.inside()), seconds=60)

        began = time.monotonic()
        tama.kairan("request", "--to", nakatsu.server)
        await asyncio.gather(tsukuba.approves("多摩市"), nakatsu.approves("多摩市"))
        await asyncio.gather(*(eventually(town.lists, *towns, seconds=60) for town in towns))
        await shared_message(tama, tsukuba)
        print(f"request → first shared message, 2 votes: {time.monotonic() - began:.1f} s")
        bots = {town.bot for town in towns}
        await asyncio.gather(*(eventually(lambda t=town: _yes(bots <= t.inside()), seconds=90) for town in towns))
        assert pids == [(town._process.pid, town.homeserver.pid) for town in towns]

        room = nakatsu.room()
        tsukuba.end(signal.SIGKILL)
        await tsukuba.homeserver.kill()
        began = time.monotonic()
        await nakatsu.chief.asks(nakatsu.desk, f"!federation revoke {tsukuba.server}", "はい")
        await nakatsu.chief.asks(nakatsu.desk, "はい", "賛成しました")
        await tama.approves("つくば市")
        await asyncio.gather(*(eventually(town.lists, nakatsu, tama, seconds=120) for town in (nakatsu, tama)))
        print(f"founder dead, revoked by the others: {time.monotonic() - began:.1f} s")
        await eventually(lambda: _yes(tsukuba.server not in tama.homeserver.allow_file.read_text().split()), seconds=60)
        await shared_message(nakatsu, tama)

        async def moved(town):
            return town.room() not in (None, room) and {nakatsu.bot, tama.bot} == town.inside()

        await asyncio.gather(*(eventually(moved, town, seconds=180) for town in (nakatsu, tama)))
        print(f"and in a room where it has no power: {time.monotonic() - began:.1f} s")
        assert nakatsu.room() == tama.room()
        await asyncio.gather(*(eventually(has_left, town, room, seconds=200) for town in (nakatsu, tama)))

    try:
        asyncio.run(play())
    finally:
        for town in towns:
            print(town.key, town.log.read_text()[-1500:] if town.log.exists() else "")
    assert [town.bugs() for town in towns] == [[], [], []]
