"""What the benchmarks stand on: one real town, people over bare HTTP, and what a process has used."""

import asyncio
import json
import os
import statistics
import time
from pathlib import Path
from typing import Self
from urllib.parse import quote

import aiohttp

from bridge.lab import Town
from demo.world import Account, Character, World

TOWN = Town("tsukuba", "つくば市")
TICK = os.sysconf("SC_CLK_TCK")


class Ground(World):
    """One town with a steward and `people` members of staff. `reactions`: whether the bot offers them."""

    def __init__(self, folder: Path, people: int, *, reactions: bool) -> None:
        cast = tuple(Character(f"p{n}", f"職員{n}", TOWN.key, "staff" if n else "steward") for n in range(people))
        super().__init__(folder, towns=(TOWN,), cast=cast)
        self.folder.mkdir(parents=True, exist_ok=True)
        Path(folder, "reactions").write_text(str(reactions).lower())

    async def _kairan(self, town: str) -> None:
        folder = self.folder / "kairan" / town
        homeserver = self.lab.homeservers[town]
        config = homeserver.write_kairan(folder, stewards=[a.user_id for a in self.stewards(town)])
        reactions = (self.folder / "reactions").read_text()
        config.write_text(
            config.read_text("utf-8").replace("[kairan]\n", f"[kairan]\nreactions = {reactions}\n"), "utf-8"
        )
        await World._kairan(self, town)

    @property
    def homeserver(self):
        return self.lab.homeservers[TOWN.key]

    @property
    def kairan(self):
        return self.kairans[TOWN.key]

    @property
    def pid(self) -> int:
        return self.kairan.process.pid

    async def publish(self, name: str, questions: list[dict]) -> None:
        """Load a form and put it to the whole room."""
        form = {"name": name, "title": "長い調べ", "questions": questions}
        async with Visitor(next(iter(self.accounts.values()))) as editor:
            room = next(iter(self.rooms.values()))
            await editor.say(room, f"!form load\n{json.dumps(form, ensure_ascii=False)}")
            await editor.say(room, f"!form publish {name}")
            while True:
                if any(f"!form status {name}" in body for body in await editor.heard(room, self.bot(TOWN.key))):
                    return
                await asyncio.sleep(0.2)


class Visitor:
    """Somebody over bare HTTP, without a client library: cheap enough to be many."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._sent, self._since, self._token = 0, "", ""

    async def __aenter__(self) -> Self:
        self._web = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=300))
        body = {"type": "m.login.password", "password": self.account.password,
                "identifier": {"type": "m.id.user", "user": self.account.user_id}}  # fmt: skip
        self._token = (await self.call("POST", "/login", body))["access_token"]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._web.close()

    async def call(self, method: str, path: str, body: object = None) -> dict:
        url = f"{self.account.client_url}/_matrix/client/v3{path}"
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        async with self._web.request(method, url, json=body, headers=headers) as reply:
            said = await reply.json()
            if reply.status != 200:
                raise RuntimeError(f"{method} {path.partition('?')[0]}: {reply.status} {said.get('errcode')}")
            return said

    async def room_with(self, bot: str) -> str:
        """A new unencrypted direct room; returns when the bot is in it."""
        body = {"preset": "private_chat", "is_direct": True, "invite": [bot]}
        room = (await self.call("POST", "/createRoom", body))["room_id"]
        while True:
            if bot in (await self.call("GET", f"/rooms/{quote(room)}/joined_members"))["joined"]:
                return room
            await asyncio.sleep(0.1)

    async def say(self, room: str, text: str) -> None:
        self._sent += 1
        path = f"/rooms/{quote(room)}/send/m.room.message/t{self._sent}"
        await self.call("PUT", path, {"msgtype": "m.text", "body": text})

    async def heard(self, room: str, sender: str) -> list[str]:
        """The last messages of this sender."""
        page = await self.call("GET", f"/rooms/{quote(room)}/messages?dir=b&limit=100")
        return [
            e["content"].get("body", "")
            for e in page["chunk"]
            if e["sender"] == sender and e["type"] == "m.room.message"
        ]

    async def next_words(self, sender: str, wait: float = 20.0) -> list[str]:
        """What this sender said in any room since the last look; waits for news. The first call gives the backlog."""
        filtered = quote(json.dumps({"presence": {"types": []}, "room": {"timeline": {"limit": 50}}}))
        since = f"&since={self._since}" if self._since else ""
        reply = await self.call("GET", f"/sync?filter={filtered}&timeout={int(wait * 1000) if since else 0}{since}")
        self._since = reply["next_batch"]
        events = [e for r in reply.get("rooms", {}).get("join", {}).values() for e in r["timeline"]["events"]]
        return [e["content"].get("body", "") for e in events if e["sender"] == sender and e["type"] == "m.room.message"]


def cpu(pid: int) -> float:
    """Seconds of processor time of a process so far, all its threads, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def rss(pid: int) -> float:
    """Resident memory in MB."""
    line = next(x for x in Path(f"/proc/{pid}/status").read_text().splitlines() if x.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def percentile(values: list[float], share: float) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1]


async def settled(pid: int, quiet: float = 1.0) -> None:
    """Until a process has used next to nothing for a while."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        before = cpu(pid)
        await asyncio.sleep(quiet)
        if cpu(pid) - before <= 0.03 * quiet:
            return
