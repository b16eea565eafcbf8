"""Three municipalities on this machine: real homeservers, a real Kairan each, people, and the room 行政DX."""

import asyncio
import json
import secrets
import signal
import sys
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import quote

import aiohttp

from bridge.errors import Refused
from bridge.lab import Guard, Lab, Town
from bridge.lab.deed import private
from demo.cast import ALIAS, ROOM, TOPIC, Account, Character, cast, towns
from demo.client import Client
from forms.text import Lang, Text

__all__ = ["Account", "Character", "Kairan", "World"]

BOT = "kairan"
ROLE_ROOMS = ("staff", "editors", "stewards")
GIVES = {"staff": ("staff",), "editor": ("staff", "editors")}
READY_WITHIN = 60.0
STOPS_WITHIN = 12.0

FEDERATED = Text(
    ja="ホームサーバー{count}台が動き、互いにつながりました（{seconds}秒）",
    en="{count} homeservers are up and federate ({seconds} s)",
)
BOTS_UP = Text(
    ja="各自治体の回覧ボットが動きはじめました（{seconds}秒）", en="Each municipality's Kairan is up ({seconds} s)"
)
GATHERED = Text(
    ja="部屋「{room}」に、職員{people}人とボットがそろいました（{seconds}秒）",
    en="{people} people and the bots are in the room “{room}” ({seconds} s)",
)


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
    towns: tuple[Town, ...] = ()
    cast: tuple[Character, ...] = ()
    say: Callable[[str], None] = str
    lang: Lang = "ja"
    guards: dict[str, Guard] = field(default_factory=dict)
    lab: Lab = field(init=False)
    kairans: dict[str, Kairan] = field(init=False, default_factory=dict)
    accounts: dict[str, Account] = field(init=False, default_factory=dict)
    rooms: dict[str, str] = field(init=False, default_factory=dict)
    _stack: AsyncExitStack = field(init=False, default_factory=AsyncExitStack)

    def __post_init__(self) -> None:
        self.towns = self.towns or towns(self.lang)
        self.cast = self.cast or cast(self.lang)

    async def __aenter__(self) -> Self:
        try:
            await self._up()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def _up(self) -> None:
        began = time.monotonic()

        def tell(text: Text, **values: object) -> None:
            self.say("  " + text.fill(seconds=f"{time.monotonic() - began:.1f}", **values)[self.lang])

        self.lab = Lab(self.folder / "lab", self.towns, self.guards)
        self._stack.push_async_callback(self.lab.stop)
        await self.lab.start()
        tell(FEDERATED, count=len(self.towns))
        self.accounts = {c.key: self._account(c, password) for c, password in self._passwords().items()}
        await asyncio.gather(*(self._register(a) for a in self.accounts.values()))
        await asyncio.gather(*(self._kairan(town.key) for town in self.towns))
        tell(BOTS_UP)
        await asyncio.gather(*(self._give_roles(town.key) for town in self.towns))
        await self._gather()
        tell(GATHERED, room=ROOM[self.lang], people=len(self.accounts))

    def _passwords(self) -> dict[Character, str]:
        """Written down before anybody is registered: a demo that was stopped meanwhile can be started again."""
        path = self.folder / "people.json"
        saved = json.loads(path.read_text("utf-8")) if path.exists() else {}
        passwords = {c: saved.get(c.key) or secrets.token_urlsafe(9) for c in self.cast}
        private(path, json.dumps({c.key: password for c, password in passwords.items()}))
        return passwords

    def _account(self, who: Character, password: str) -> Account:
        homeserver = self.lab.homeservers[who.town]
        return Account(who, f"@{who.key}:{homeserver.server_name}", password, homeserver.client_url)

    async def _register(self, account: Account) -> None:
        who = account.character
        try:
            await self.lab.homeservers[who.town].register(who.key, account.password, who.name)
        except Refused as no:
            if no.code != "M_USER_IN_USE":  # kept from the last time
                raise

    def stewards(self, town: str) -> list[Account]:
        """Those with the role; in a town that has none, everybody."""
        there = [c for c in self.cast if c.town == town]
        return [self.accounts[c.key] for c in there if c.role == "steward"] or [self.accounts[c.key] for c in there]

    async def _kairan(self, town: str) -> None:
        folder = self.folder / "kairan" / town
        homeserver = self.lab.homeservers[town]
        config = folder / "kairan.toml"
        if not config.exists():
            config = homeserver.write_kairan(
                folder, stewards=[a.user_id for a in self.stewards(town)], language=self.lang
            )
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
        alias = f"#{ALIAS}:{server}"
        bots = [self.bot(t.key) for t in self.towns]
        guests = [a.user_id for a in self.accounts.values() if a is not first]
        async with Client(first) as client:
            found = await client.call("GET", f"/directory/room/{quote(alias)}", ok=(200, 404))
            if "room_id" in found:
                self.rooms[alias] = found["room_id"]
            else:
                body = {"preset": "private_chat", "name": ROOM[self.lang], "room_alias_name": ALIAS,
                        "topic": TOPIC[self.lang], "invite": [*guests, *bots]}  # fmt: skip
                self.rooms[alias] = (await client.call("POST", "/createRoom", body))["room_id"]
            room_id = self.rooms[alias]
            await asyncio.gather(*(self._enter(a, room_id, server) for a in self.accounts.values() if a is not first))
            await self._all_there(client, room_id, {*bots, *(a.user_id for a in self.accounts.values())})

    async def _enter(self, account: Account, room_id: str, via: str) -> None:
        async with Client(account) as client:
            await client.join(room_id, via=via)

    async def _all_there(self, client: Client, room_id: str, wanted: set[str]) -> None:
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
        new.replace(path)
