"""`kairan lab up`: a training ground that stays until it is told to go."""

import asyncio
import hashlib
import json
import re
import signal
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Coroutine
from contextlib import nullcontext, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypedDict

from bridge.errors import Misconfigured, Refused
from bridge.files import write_whole
from bridge.lab import TOWNS, Guard, Homeserver, Lab, Town
from forms.text import Lang, Text, lines

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")
_PEOPLE = {"tsukuba": ("sato", "佐藤 花"), "nakatsu": ("tanaka", "田中 誠"), "tama": ("suzuki", "鈴木 葵")}
_ANYBODY = ("sato", "佐藤")

_STARTING = Text(
    ja="{towns} のホームサーバーを起動しています…",
    en="Starting the homeservers of {towns} …",
)
_ADDRESS = Text(
    ja="{name}（{server}）\n  ホームサーバーのアドレス: {url}\n  ユーザー名: {user}　パスワード: {password}",
    en="{name} ({server})\n  Homeserver address: {url}\n  User: {user}  Password: {password}",
)
_READY = Text(
    ja="Element や Cinny などのクライアントで、上のアドレスとユーザー名を使ってログインできます。"
    "終了するには Ctrl-C を押してください。",
    en="Log in with Element, Cinny or any other client, at these addresses and as these users. Press Ctrl-C to stop.",
)


class User(TypedDict):
    user_id: str
    password: str
    role: str


class Municipality(TypedDict):
    name: str
    server_name: str
    client_url: str
    users: list[User]


def add_arguments(parser: ArgumentParser) -> None:
    """The arguments of `kairan lab up`."""
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="tsukuba nakatsu tama, or any of your own (a-z, 0-9, -)"
    )
    parser.add_argument("--folder", type=Path, help="keep the data here; used again, everything comes back")
    parser.add_argument("--doors", action="store_true", help="a federation door around each homeserver, too")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write addresses and users here once all is up")
    parser.add_argument("--lang", choices=("ja", "en"), default="ja")


def run(arguments: Namespace) -> int:
    """Stay up until SIGINT or SIGTERM; 0 then. Raises Misconfigured where the lab cannot start."""
    towns = read_towns(arguments.names)
    with nullcontext(arguments.folder) if arguments.folder else TemporaryDirectory(prefix="kairan-lab-") as folder:
        work = up(Path(folder), towns, lang=arguments.lang, json_file=arguments.json, doors=arguments.doors)
        asyncio.run(until_told(work))
    return 0


def read_towns(names: list[str]) -> tuple[Town, ...]:
    """Keys to towns; none means the three we know. Raises Misconfigured for what cannot stand in an address."""
    known = {town.key: town for town in TOWNS}
    for name in names:
        if not _LABEL.fullmatch(name):
            raise Misconfigured(
                f"{name!a}: 名前には半角の a〜z、0〜9、- を 40 字まで使えます。"
                "/ A name is made of a to z, 0 to 9 and -, at most 40."
            )
    return tuple(known.get(name, Town(name, name)) for name in dict.fromkeys(names)) or TOWNS


async def up(  # noqa: PLR0913 - as the command says it
    folder: Path,
    towns: tuple[Town, ...] = TOWNS,
    *,
    lang: Lang = "ja",
    json_file: Path | None = None,
    doors: bool = False,
    say: Callable[[str], None] = print,
) -> None:
    """Start, tell how to log in (one person a town), stay up until cancelled, stop everything.

    `doors`: each town founded now gets one, for good; the module inside the homeserver reads the same list.
    """
    say(_STARTING.fill(towns="、".join(town.name for town in towns))[lang])
    guards: dict[str, Guard] = {town.key: "both" for town in towns} if doors else {}
    async with Lab(folder, towns, guards) as lab:
        municipalities = [await _settle(homeserver) for homeserver in lab.homeservers.values()]
        if json_file:
            write_whole(json_file, json.dumps({"municipalities": municipalities}, ensure_ascii=False, indent=1))
        say(lines(*map(_address, municipalities), _READY)[lang])
        await asyncio.Event().wait()


async def until_told(work: Coroutine[None, None, None]) -> None:
    """Do `work`; when told to end cancel it and wait until it has cleaned up, however often it is told.

    Told by SIGINT, by SIGTERM, or by SIGHUP (the terminal was closed) unless that is ignored (nohup).
    """
    told = asyncio.Event()
    ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    for number in (signal.SIGINT, signal.SIGTERM, *(() if ignored else (signal.SIGHUP,))):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    working, waiting = asyncio.create_task(work), asyncio.create_task(told.wait())
    await asyncio.wait((working, waiting), return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working


async def _settle(homeserver: Homeserver) -> Municipality:
    localpart, display_name = _PEOPLE.get(homeserver.key, _ANYBODY)
    password = _password(homeserver, localpart)
    with suppress(Refused):  # the folder was used before: they live here already
        await homeserver.register(localpart, password, display_name)
    user: User = {"user_id": f"@{localpart}:{homeserver.server_name}", "password": password, "role": "staff"}
    return {
        "name": homeserver.name,
        "server_name": homeserver.server_name,
        "client_url": homeserver.client_url,
        "users": [user],
    }


def _password(homeserver: Homeserver, localpart: str) -> str:
    """The same at every start, without being written down, and not to be guessed by others on this machine."""
    return hashlib.sha256(f"{homeserver.as_token} {localpart}".encode()).hexdigest()[:10]


def _address(municipality: Municipality) -> Text:
    user = municipality["users"][0]
    return _ADDRESS.fill(
        name=municipality["name"],
        server=municipality["server_name"],
        url=municipality["client_url"],
        user=user["user_id"],
        password=user["password"],
    )
