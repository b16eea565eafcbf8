"""Three municipalities on this machine: real homeservers, a real Kairan each, people, and the room 行政DX."""

import asyncio
import json
import os
import secrets
import signal
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import aiohttp

from bridge.lab import Lab, Town

TOWNS = (Town("tsukuba", "つくば市"), Town("nakatsu", "中津市"), Town("tama", "多摩市"))
BOT = "kairan"
ROOM = "行政DX"
ROLE_ROOMS = ("staff", "editors", "stewards")
GIVES = {"staff": ("staff",), "editor": ("staff", "editors")}
READY_WITHIN = 60.0
STOPS_WITHIN = 12.0


@dataclass(frozen=True, slots=True)
class Character:
    """Somebody who works at a municipality. `role`: steward, editor or staff."""

    key: str
    name: str
    town: str
    role: str


CAST = (
    Character("yamada", "山田 守（情報システム課）", "tsukuba", "steward"),
    Character("sato", "佐藤 恵（デジタル推進課）", "tsukuba", "editor"),
    Character("tanaka", "田中 健（こども課）", "tsukuba", "staff"),
    Character("suzuki", "鈴木 葵（防災課）", "tsukuba", "staff"),
    Character("nakamura", "中村 豊（総務課）", "nakatsu", "staff"),
    Character("ogawa", "小川 澄（福祉課）", "nakatsu", "staff"),
    Character("takahashi", "髙橋 蓮（市民課）", "tama", "staff"),
    Character("watanabe", "渡邉 凛（情報課）", "tama", "staff"),
)


@dataclass(slots=True)
class Account:
    """A person who can log in."""

    character: Character
    user_id: str
    password: str
    client_url: str


class Kairan:
    """One municipality's Kairan as a process of its own."""

    def __init__(self, folder: Path, config: Path) -> None:
        self.folder, self.config = folder, config
        self.log_path = folder / "kairan.log"
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        (self.folder / "listen").unlink(missing_ok=True)
        with self.log_path.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bridge", "run", "--config", str(self.config),
                stdout=log, stderr=log, stdin=asyncio.subprocess.DEVNULL, start_new_session=True,
                preexec_fn=_die_with_parent,
            )  # fmt: skip

    async def ready(self) -> None:
        """Until /healthz says so. Raises RuntimeError with the last lines of the log when it ends before."""
        end = time.monotonic() + READY_WITHIN
        while time.monotonic() < end:
            if self.process is not None and self.process.returncode is not None:
                break
            if await self.health() == 200:
                return
            await asyncio.sleep(0.1)
        raise RuntimeError("Kairan did not start:\n" + "\n".join(self.log_path.read_text("utf-8").splitlines()[-15:]))

    async def health(self) -> int | None:
        try:
            address = (self.folder / "listen").read_text().strip()
            async with aiohttp.ClientSession() as web, web.get(f"http://{address}/healthz") as reply:
                return reply.status
        except (OSError, aiohttp.ClientError):
            return None

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process is None or self.process.returncode is not None:
            return
        self.process.send_signal(how)
        try:
            await asyncio.wait_for(self.process.wait(), STOPS_WITHIN)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()


def _die_with_parent() -> None:
    """Linux: a demo that is killed outright leaves no Kairan behind."""
    import ctypes

    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


@dataclass(slots=True)
class World:
    """`async with World(folder) as world`: everything is up; afterwards nothing is left running."""

    folder: Path
    towns: tuple[Town, ...] = TOWNS
    cast: tuple[Character, ...] = CAST
    say: object = None
    lang: str = "ja"
    lab: Lab = field(init=False)
    kairans: dict[str, Kairan] = field(init=False, default_factory=dict)
    accounts: dict[str, Account] = field(init=False, default_factory=dict)
    rooms: dict[str, str] = field(init=False, default_factory=dict)
    _stack: AsyncExitStack = field(init=False, default_factory=AsyncExitStack)

    async def __aenter__(self) -> "World":
        try:
            await self._up()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    def _tell(self, words: str) -> None:
        if callable(self.say):
            self.say(words)

    async def _up(self) -> None:
        began = time.monotonic()
        self.lab = Lab(self.folder / "lab", self.towns)
        self._stack.push_async_callback(self.lab.stop)
        await self.lab.start()
        self._tell(f"ホームサーバー {len(self.towns)} 台が連合しました（{time.monotonic() - began:.1f} 秒）")
        saved = self._saved()
        await asyncio.gather(*(self._register(c, saved.get(c.key)) for c in self.cast))
        self.accounts = {c.key: self.accounts[c.key] for c in self.cast}
        (self.folder / "people.json").write_text(json.dumps({k: a.password for k, a in self.accounts.items()}))
        await asyncio.gather(*(self._kairan(town.key) for town in self.towns))
        self._tell("各自治体の回覧ボットが動きはじめました")
        await asyncio.gather(*(self._give_roles(town.key) for town in self.towns))
        await self._gather()
        self._tell(f"部屋「{ROOM}」に、3自治体の職員とボットがそろいました（{time.monotonic() - began:.1f} 秒）")

    def _saved(self) -> dict[str, str]:
        path = self.folder / "people.json"
        return json.loads(path.read_text()) if path.exists() else {}

    async def _register(self, who: Character, password: str | None) -> None:
        homeserver = self.lab.homeservers[who.town]
        user_id = f"@{who.key}:{homeserver.server_name}"
        if password is None:
            password = secrets.token_urlsafe(9)
            user_id = await homeserver.register(who.key, password, who.name)
        self.accounts[who.key] = Account(who, user_id, password, homeserver.client_url)

    def stewards(self, town: str) -> list[Account]:
        """Those with the role; in a town that has none, everybody."""
        there = [c for c in self.cast if c.town == town]
        return [self.accounts[c.key] for c in there if c.role == "steward"] or [self.accounts[c.key] for c in there]

    async def _kairan(self, town: str) -> None:
        folder = self.folder / "kairan" / town
        homeserver = self.lab.homeservers[town]
        config = folder / "kairan.toml"
        if not config.exists():
            config = homeserver.write_kairan(folder, stewards=[a.user_id for a in self.stewards(town)], language=self.lang)
        self.kairans[town] = Kairan(folder, config)
        self._stack.push_async_callback(self.kairans[town].stop)
        await self.kairans[town].start()
        await self.kairans[town].ready()

    async def _give_roles(self, town: str) -> None:
        """The stewards enter the rooms that the bot made, and the first of them lets the others in."""
        server = self.lab.homeservers[town].server_name
        stewards = self.stewards(town)
        others = [a for a in self.accounts.values() if a.character.town == town and a not in stewards]
        for steward in stewards:
            async with Client(steward) as client:
                for room in ROLE_ROOMS:
                    room_id = await client.join(f"#kairan_{room}:{server}")
                    for other in others if steward is stewards[0] else ():
                        if room in GIVES.get(other.character.role, ()):
                            path = f"/rooms/{quote(room_id)}/invite"
                            await client.call("POST", path, {"user_id": other.user_id}, ok=(200, 403))
        for other in others:
            async with Client(other) as client:
                for room in GIVES.get(other.character.role, ()):
                    await client.join(f"#kairan_{room}:{server}")

    async def _gather(self) -> None:
        first = next(a for a in self.accounts.values() if a.character.role in {"editor", "steward"})
        server = self.lab.homeservers[self.towns[0].key].server_name
        alias = f"#{ROOM}:{server}"
        bots = [self.bot(t.key) for t in self.towns]
        guests = [a.user_id for a in self.accounts.values() if a is not first]
        async with Client(first) as client:
            found = await client.call("GET", f"/directory/room/{quote(alias)}", ok=(200, 404))
            if "room_id" in found:
                self.rooms[alias] = found["room_id"]
            else:
                body = {"preset": "private_chat", "name": ROOM, "room_alias_name": ROOM, "invite": [*guests, *bots],
                        "topic": "3自治体の行政DX担当者の部屋"}  # fmt: skip
                self.rooms[alias] = (await client.call("POST", "/createRoom", body))["room_id"]
            room_id = self.rooms[alias]
            await asyncio.gather(*(self._enter(a, room_id, server) for a in self.accounts.values() if a is not first))
            await self._all_there(client, room_id, {*bots, *(a.user_id for a in self.accounts.values())})

    async def _enter(self, account: Account, room_id: str, via: str) -> None:
        async with Client(account) as client:
            await client.join(room_id, via=via)

    async def _all_there(self, client: "Client", room_id: str, wanted: set[str]) -> None:
        end = time.monotonic() + READY_WITHIN
        while time.monotonic() < end:
            there = await client.call("GET", f"/rooms/{quote(room_id)}/joined_members")
            if wanted <= set(there["joined"]):
                return
            await asyncio.sleep(0.2)
        raise RuntimeError(f"not everybody came into the room: {len(wanted - set(there['joined']))} are missing")

    def bot(self, town: str) -> str:
        return f"@{BOT}:{self.lab.homeservers[town].server_name}"

    def description(self) -> dict[str, object]:
        """What --json writes."""
        return {"municipalities": [
            {"name": t.name, "server_name": self.lab.homeservers[t.key].server_name,
             "client_url": self.lab.homeservers[t.key].client_url, "bot": self.bot(t.key),
             "users": [{"user_id": a.user_id, "password": a.password, "role": a.character.role}
                       for a in self.accounts.values() if a.character.town == t.key],
             "rooms": dict(self.rooms)}
            for t in self.towns
        ]}  # fmt: skip

    def write(self, path: Path) -> None:
        """Whole or not at all: whoever waits for the file finds all of it."""
        new = path.with_name(path.name + ".new")
        new.write_text(json.dumps(self.description(), ensure_ascii=False, indent=1), "utf-8")
        os.replace(new, path)


class Client:
    """The plainest client: enough to log in, enter rooms and leave again; its device is gone afterwards."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._token = ""

    async def __aenter__(self) -> "Client":
        self._web = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))
        body = {"type": "m.login.password", "password": self._account.password,
                "identifier": {"type": "m.id.user", "user": self._account.user_id}}  # fmt: skip
        self._token = (await self.call("POST", "/login", body))["access_token"]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.call("POST", "/logout", {})
        await self._web.close()

    async def call(self, method: str, path: str, body: object = None, *, ok: tuple[int, ...] = (200,)) -> dict:
        url = f"{self._account.client_url}/_matrix/client/v3{path}"
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        async with self._web.request(method, url, json=body, headers=headers) as reply:
            said = await reply.json()
            if reply.status not in ok:
                raise RuntimeError(f"{method} {path.partition('?')[0]}: {reply.status} {said.get('errcode')}")
            return said

    async def join(self, room: str, via: str = "") -> str:
        """Enter; waits a little for an invitation that is on its way from another server."""
        query = f"?server_name={quote(via)}" if via else ""
        for attempt in range(40):
            try:
                return (await self.call("POST", f"/join/{quote(room)}{query}", {}))["room_id"]
            except RuntimeError:
                if attempt == 39:
                    raise
                await asyncio.sleep(0.25)
        raise AssertionError
