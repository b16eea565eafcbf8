"""Four municipalities that do not know one another yet: each homeserver federates with nobody until a list says so."""

import asyncio
import json
import re
import sys
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

from bridge.lab import Town, ports
from demo.cast import ALIAS, ROOM, Character
from demo.client import Client
from demo.world import Kairan, World
from forms.text import Lang, Text

_FIRST_PORT = 19401
PLACES = {
    "tsukuba": (Text(ja="つくば市", en="Tsukuba"), "082201"),
    "nakatsu": (Text(ja="中津市", en="Nakatsu"), "442038"),
    "tama": (Text(ja="多摩市", en="Tama"), "132241"),
    "beppu": (Text(ja="別府市", en="Beppu"), "442020"),
}
PEOPLE = (
    ("yamada", Text(ja="山田 守（情報システム課）", en="Yamada (IT)"), "tsukuba", "steward"),
    ("sato", Text(ja="佐藤 恵（デジタル推進課）", en="Sato (Digital promotion)"), "tsukuba", "editor"),
    ("nakamura", Text(ja="中村 豊（総務課）", en="Nakamura (General affairs)"), "nakatsu", "steward"),
    ("watanabe", Text(ja="渡邉 凛（情報課）", en="Watanabe (Information)"), "tama", "steward"),
    ("abe", Text(ja="安部 泉（情報政策課）", en="Abe (Information policy)"), "beppu", "steward"),
    ("kono", Text(ja="河野 湊（子育て支援課）", en="Kono (Childcare)"), "beppu", "editor"),
)


def world_of_four(folder: Path, *, say: object, lang: Lang) -> "Allied":
    """The four with their people."""
    return Allied(
        folder,
        towns=tuple(Town(key, name[lang]) for key, (name, _) in PLACES.items()),
        cast=tuple(Character(key, name[lang], town, role) for key, name, town, role in PEOPLE),
        guards=dict.fromkeys(PLACES, "both"),
        say=say,  # type: ignore[arg-type]
        lang=lang,
    )


class Allied(World):
    """A World in which every Kairan permits only its own people until it is in an alliance."""

    async def _kairan(self, town: str) -> None:
        folder, homeserver = self.folder / "kairan" / town, self.lab.homeservers[town]
        listens = self._listens()
        homeserver.allow([homeserver.server_name])
        if not (folder / "kairan.toml").exists():
            stewards = [account.user_id for account in self.stewards(town)]
            config = homeserver.write_kairan(folder, stewards=stewards, language=self.lang)
            config.write_text(self._alone(config.read_text("utf-8"), town, listens), "utf-8")
        self.kairans[town] = Kairan(folder, folder / "kairan.toml")
        self._stack.push_async_callback(self.kairans[town].stop)
        await self.kairans[town].start()
        await self.kairans[town].ready()

    def _listens(self) -> dict[str, str]:
        """Where each Kairan listens: found once, then written down."""
        path = self.folder / "listens.json"
        if not path.exists():
            with ExitStack() as held:
                found = [held.enter_context(ports.find(_FIRST_PORT)) for _ in self.towns]
                each = {t.key: f"127.0.0.1:{p.getsockname()[1]}" for t, p in zip(self.towns, found, strict=True)}
            path.write_text(json.dumps(each), "ascii")
        return json.loads(path.read_text("ascii"))

    def _alone(self, text: str, town: str, listens: dict[str, str]) -> str:
        homeserver, (name, code) = self.lab.homeservers[town], PLACES[town]
        known = {self.lab.homeservers[key].server_name: f"http://{where}" for key, where in listens.items()}
        settings = {
            "allow": [], "private": True, "allow_file": str(homeserver.allow_file), "english": name.en, "code": code,
            "contact": f"joho@{town}.example.jp",
        }  # fmt: skip
        more = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in settings.items()]
        pairs = ", ".join(f"{json.dumps(server)} = {json.dumps(url)}" for server, url in known.items())
        text = re.sub(
            r"^allow = .*$", lambda _: "\n".join([*more, f"addresses = {{{pairs}}}"]), text, flags=re.MULTILINE
        )
        return text.replace('listen = "127.0.0.1:0"', f'listen = "{listens[town]}"')

    async def _gather(self) -> None:
        """The first town's own room: the others come in as they join the alliance."""
        steward = self.stewards("tsukuba")[0]
        own = [a.user_id for a in self.accounts.values() if a.character.town == "tsukuba" and a is not steward]
        body = {"preset": "private_chat", "name": ROOM[self.lang], "room_alias_name": ALIAS,
                "invite": [*own, self.bot("tsukuba")]}  # fmt: skip
        server = self.lab.homeservers["tsukuba"].server_name
        async with Client(steward) as client:
            self.rooms[f"#{ALIAS}:{server}"] = room = (await client.call("POST", "/createRoom", body))["room_id"]
            for account in self.accounts.values():
                if account.user_id in own:
                    await self._enter(account, room, server)
            await self._all_there(client, room, {*own, self.bot("tsukuba")})

    async def invite(self, town: str) -> None:
        """Everybody of this town comes into the shared room, now that their server may."""
        room, there = next(iter(self.rooms.values())), [a for a in self.accounts.values() if a.character.town == town]
        async with Client(self.stewards("tsukuba")[0]) as client:
            for account in there:
                await self._let_in(client, room, account.user_id)
        await asyncio.gather(*(self._enter(a, room, self.lab.homeservers["tsukuba"].server_name) for a in there))

    async def _let_in(self, client: Client, room: str, user: str) -> None:
        """Both servers take a moment to learn that they may speak with one another."""
        for _ in range(60):
            said = await client.call("POST", f"/rooms/{quote(room)}/invite", {"user_id": user}, ok=(200, 403, 502))
            if "errcode" not in said:
                return
            await asyncio.sleep(0.5)
        raise RuntimeError(f"{user} cannot be invited: {said['errcode']}")

    async def shell(self, town: str, *words: str) -> dict[str, object]:
        """What `kairan federation …` says, run beside the town's Kairan."""
        command = [sys.executable, "-m", "bridge", "federation", *words, "--json", "--config",
                   str(self.kairans[town].config)]  # fmt: skip
        running = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        out, err = await running.communicate()
        if running.returncode:
            raise RuntimeError(f"kairan federation {words[0]}: {err.decode()}")
        return json.loads(out)

    def pids(self) -> list[int | None]:
        """Of every Kairan and homeserver: whoever was started anew has another."""
        own = [kairan.process.pid if kairan.process else None for kairan in self.kairans.values()]
        return own + [homeserver.pid for homeserver in self.lab.homeservers.values()]
