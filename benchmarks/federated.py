"""The inquiry to fifty municipalities beside real homeservers: `python -m benchmarks.inquiry --synapses 4`.

The asker and the real members are each a Synapse and a Kairan of their own, federating over TLS; their people answer in
rooms, their stewards release. All others are spoken for by the STUB of benchmarks/inquiry.py: what the asker's Kairan
has for them is taken from its outbox, and what they sign is laid into its inbox while it is dead, as /sync would. So no
homeserver of theirs is in it: from the asker's they are members that cannot be reached. Afterwards the asker's whole
folder (both databases, which hold the rooms, and both logs) is searched for what people answered.
"""

import argparse
import asyncio
import json
import random
import re
import signal
import time
from contextlib import AsyncExitStack, redirect_stdout, suppress
from io import StringIO
from pathlib import Path

from benchmarks.alliance import Union
from benchmarks.ground import Visitor
from benchmarks.inquiry import FORM, MOODS, PLANTED, Stub
from bots.alliance import Member
from bots.events import UserId
from bridge import clock
from bridge.alliance.roll import Entry
from bridge.alliance.signing import Key
from bridge.cli import main as kairan
from bridge.config import read_config
from bridge.store import inbox
from bridge.store.engine import Store, database_url
from forms.inquiry_release import written
from forms.text import same

COST = 777_001
"""What people say a meal costs, and more by one for each: a number to search for."""
PATIENCE = 300.0


class Land(Union):
    """All real towns are members; so are those of the stub."""

    def __init__(self, folder: Path, options: argparse.Namespace) -> None:
        super().__init__(folder, options.synapses, options.people)
        self.members, self.asker, self.others = self.keys, self.keys[0], self.keys[1:]
        self.chance = random.Random(options.seed)
        self.stub_names = [f"stub{n}.localhost:1" for n in range(options.members - len(self.others))]
        self.visitors: dict[str, list[tuple[Visitor, str]]] = {}

    def signing_keys(self) -> dict[str, Key]:
        return super().signing_keys() | {name: Key.of(name) for name in self.stub_names}

    def entries(self, keys, at: int) -> list[Entry]:
        return super().entries(keys, at) + [
            Entry(member=stub_member(name, n), keys={keys[name].id: keys[name].public}, since=at)
            for n, name in enumerate(self.stub_names)
        ]

    async def settle(self, stack: AsyncExitStack) -> None:
        await super().settle(stack)
        keys = read_config(self.world.kairans[self.asker].config).key
        self.stubs = {
            f"@kairan:{name}": Stub(name, MOODS[n % len(MOODS)], self.chance, asker=self.server(self.asker),
                                    keys={keys.id: keys.public})
            for n, name in enumerate(self.stub_names)
        }  # fmt: skip
        for key in self.others:
            people = [
                a for a in self.world.accounts.values() if a.character.town == key and a.character.role == "staff"
            ]
            arriving = (self._arrive(stack, account, key) for account in people)
            self.visitors[key] = await asyncio.gather(*arriving)

    async def _arrive(self, stack: AsyncExitStack, account, key: str) -> tuple[Visitor, str]:
        visitor = await stack.enter_async_context(Visitor(account))
        return visitor, await visitor.room_with(self.world.bot(key))

    # -- one town's steward and people -------------------------------------------------------------------------------

    async def asks(self, key: str, words: str, answer: str) -> str:
        """The steward says it, once; what the bot then says with these words in it."""
        visitor, room = self.stewards[key]
        before = len(await visitor.heard(room, self.world.bot(key)))
        await visitor.say(room, words)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            said = await visitor.heard(room, self.world.bot(key))  # newest first
            found = [body for body in said[: len(said) - before] if answer in body]
            if found:
                return found[0]
            await asyncio.sleep(0.3)
        raise AssertionError(f"{key}, {words}: {answer!r} is not in {said[:3]}")

    async def until(self, key: str, statement: str, what: str) -> None:
        end = time.monotonic() + PATIENCE
        while not self.ask(key, statement):
            assert time.monotonic() < end, what
            await asyncio.sleep(0.3)

    async def answers_at_home(self, key: str) -> None:
        await self.until(key, "SELECT 1 FROM inquiry", f"{key} gets the inquiry")
        await self.asks(key, "!inquiry accept 1", "照会1を受けると")
        await self.asks(key, f"!inquiry ask 1 to #kairan_staff:{self.server(key)}", "人に配りました")
        await asyncio.gather(*(self._fills(who, n) for n, who in enumerate(self.visitors[key])))
        sent = f"SELECT 1 WHERE (SELECT count(*) FROM response WHERE sent IS NOT NULL) >= {len(self.visitors[key])}"
        await self.until(key, sent, f"everybody in {key} has answered")
        await self.asks(key, "!form close 照会1-kyushoku", "受付を終了しました")
        await self.asks(key, "!inquiry release 1", "これ以外は何も送りません")
        await self.asks(key, "はい", "送りました（第1版）")

    async def _fills(self, who: tuple[Visitor, str], n: int) -> None:
        visitor, room = who
        for words in ("!form fill 照会1-kyushoku", "はい" if n % 2 else "いいえ", str(COST + n), PLANTED, "送信"):
            await visitor.say(room, words)
            await asyncio.sleep(0.4)

    # -- the stub ----------------------------------------------------------------------------------------------------

    async def speak_for_the_stub(self) -> int:
        """How many signed parts it sent."""
        asker = self.world.kairans[self.asker]
        await asker.stop(signal.SIGKILL)
        for lane, body in self.ask(self.asker, "SELECT lane, body FROM outbox WHERE state = 'ready' ORDER BY seq"):
            letter = json.loads(body)
            if lane in self.stubs and letter.get("kind") == "object":
                self.stubs[lane].receive(self.world.bot(self.asker), letter["part"], clock.now())
        going = [(user, part) for user, stub in self.stubs.items() for _, part in stub.out]
        self.chance.shuffle(going)
        config = read_config(asker.config)
        store = Store(database_url(config.kairan.database, config.folder))
        store.do(lambda c: inbox.record(c, [_incoming(n, *one) for n, one in enumerate(going)], clock.now()))
        store.close()
        await asker.start()
        await asker.ready()
        done = "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM inbox WHERE state != 'done')"
        await self.until(self.asker, done, "all that the stub sent is handled")
        return len(going)

    # -- what must be so ---------------------------------------------------------------------------------------------

    async def signed_total(self) -> bytes:
        """The file that `!inquiry export` gives."""
        visitor, room = self.stewards[self.asker]
        await self.asks(self.asker, "!inquiry export 1", "署名つきの控え")
        page = await visitor.call("GET", f"/rooms/{room}/messages?dir=b&limit=50")
        files = [e["content"] for e in page["chunk"] if str(e["content"].get("filename")).endswith(".signed.json")]
        address = (
            f"{visitor.account.client_url}/_matrix/client/v1/media/download/{files[0]['url'].removeprefix('mxc://')}"
        )
        async with visitor._web.get(address, headers={"Authorization": f"Bearer {visitor._token}"}) as reply:
            return await reply.read()

    def wrong(self, signed: bytes) -> list[str]:
        """What was received, against what was released."""
        rows = dict(self.ask(self.asker, "SELECT server, released FROM inquiry_body"))
        found = [f"{key}: its release is missing" for key in self.others if rows[self.server(key)] is None]
        for stub in self.stubs.values():
            held = rows[stub.server] and json.loads(rows[stub.server])
            if held != (stub.released and {**written(stub.released)}):
                found.append(f"{stub.server} ({stub.mood}): what is held is not what was released")
        body = json.loads(json.loads(signed)["total"])["body"]
        if body["asked"] != sum(json.loads(row)["asked"] for row in rows.values() if row):
            found.append("the sum is not the sum")
        return found

    def leaked(self) -> list[str]:
        """Files of the asker's that hold what somebody elsewhere answered; the search itself is tried on a member's."""
        secrets = [PLANTED, *(str(COST + n) for n in range(len(self.visitors[self.others[0]])))]
        folders = {key: (self.world.lab.homeservers[key].folder, self.world.kairans[key].folder) for key in self.keys}
        found = [f"{path.name} of the asker holds {secret}" for path, secret in _holding(folders[self.asker], secrets)]
        if not list(_holding(folders[self.others[0]], secrets)):
            found.append("the search finds nothing even where people answered")
        return found

    def verified(self, signed: Path) -> bool:
        with redirect_stdout(StringIO()):
            return kairan(["verify", "--config", str(self.world.kairans[self.asker].config), str(signed)]) == 0


def stub_member(name: str, n: int) -> Member:
    return Member(
        server=name, bot=UserId(f"@kairan:{name}"), name=same(f"代役{n}市"), code="", kind="municipality", contact=""
    )


def _incoming(n: int, user: str, part) -> inbox.Incoming:
    body = {"type": "jp.kairan.object", "event_id": f"$stub{n}", "sender": user, "content": dict(part),
            "origin_server_ts": int(clock.now().timestamp() * 1000)}  # fmt: skip
    return inbox.Incoming(f"$stub{n}", f"!{user}", user, body)


def _holding(folders, secrets):
    for folder in folders:
        for path in folder.rglob("*"):
            content = b""
            with suppress(OSError):
                content = path.read_bytes() if path.is_file() else b""
            # A number may stand inside another (a time, a port): only where no digit is beside it is it an answer.
            yield from ((path, s) for s in secrets if re.search(rb"(?<![0-9])" + s.encode() + rb"(?![0-9])", content))


async def play(options: argparse.Namespace, folder: Path) -> list[str]:
    land, times = Land(folder / "land", options), {}
    async with AsyncExitStack() as stack:
        await land.settle(stack)
        began = time.monotonic()

        def passed(what: str) -> None:
            times[what] = time.monotonic() - began - sum(times.values())

        await land.asks(land.asker, f"!form load\n{FORM}", "読み込みました")
        await land.asks(land.asker, "!inquiry send kyushoku to 全員 by 明日 17:00", "団体に送りました")
        passed("sent")
        await asyncio.gather(*(land.answers_at_home(key) for key in land.others))
        released = " AND ".join(
            f"EXISTS (SELECT 1 FROM inquiry_body WHERE server = '{land.server(key)}' AND released IS NOT NULL)"
            for key in land.others
        )
        await land.until(land.asker, f"SELECT 1 WHERE {released}", "the real members' releases")
        passed("real members: received, asked, answered, released, received")
        parts = await land.speak_for_the_stub()
        passed("stub: all its answers in")
        status = await land.asks(land.asker, "!inquiry status 1", "【照会1】")
        totals = await land.asks(land.asker, "!inquiry results 1 by 種別", "はい")
        signed = await land.signed_total()
        passed("status, results, export")
        (folder / "x.json").write_bytes(signed)
        found = land.wrong(signed)
        found += [] if land.verified(folder / "x.json") else ["kairan verify says no"]
        gone = land.others[0]
        await land.world.kairans[gone].stop(signal.SIGKILL)
        await land.world.lab.homeservers[gone].kill()
        found += [] if land.verified(folder / "x.json") else [f"kairan verify says no once {gone} is gone"]
        found += land.leaked()
    print(f"members: {len(land.others)} with a real Synapse, {len(land.stubs)} spoken for by the STUB ({parts} parts)")
    print("\n".join(status.split("\n")[:2]))
    print(f"results: {len(totals)} letters; " + "; ".join(f"{what}: {took:.1f} s" for what, took in times.items()))
    return found


def run_beside_synapses(options: argparse.Namespace, folder: Path) -> list[str]:
    """What is not as it must be."""
    return asyncio.run(play(options, folder))
