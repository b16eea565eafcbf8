"""`script/demo`: the main job on this machine, with real servers. See --help."""

import argparse
import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from bridge.errors import Misconfigured
from bridge.lab.up import until_told
from demo import notes
from demo.allied import Allied, world_of_four
from demo.cast import ROOM
from demo.story import Story
from demo.union import UnionStory
from demo.world import World
from forms.text import Lang, Text

STARTING = Text(ja="つくば市・中津市・多摩市を起動しています…", en="Starting Tsukuba, Nakatsu and Tama …")
STARTING_FOUR = Text(
    ja="つくば市・中津市・多摩市・別府市を起動しています…", en="Starting Tsukuba, Nakatsu, Tama and Beppu …"
)
STOPPING = Text(ja="終了しています…", en="Stopping …")
TOWN = Text(ja="\n{name}  ホームサーバー {url}  ボット {bot}", en="\n{name}  homeserver {url}  bot {bot}")
JOIN = Text(
    ja="\n—— 参加するには ——\n"
    "Element、Cinny などのクライアントで、ホームサーバーに次のアドレスを入れてログインします\n"
    "（左がユーザー、次がパスワード）。",
    en="\n—— How to join in ——\n"
    "Log in with Element, Cinny or any other client, giving the homeserver's address (user first, then password).",
)
TRY = Text(
    ja="\n部屋「{room}」で「!form help」と書いてみてください。\n"
    "この端末から参加するには、別のウィンドウで: script/demo chat tanaka\nCtrl-C で終了します。",
    en="\nType “!form help” in the room “{room}”.\n"
    "To take part from the terminal, in another window: script/demo chat tanaka\nCtrl-C stops everything.",
)


def main() -> int:
    arguments = _arguments()
    if not arguments.words:
        return _demo(arguments)
    if arguments.words == ["alliance"]:
        return _demo(arguments)
    if arguments.words[0] != "chat" or len(arguments.words) > 2:
        print("使い方: script/demo [chat 名前 | alliance] / usage: script/demo [chat NAME | alliance]", file=sys.stderr)
        return 2
    return _chat(arguments.words[1] if len(arguments.words) > 1 else "")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="script/demo",
        usage="script/demo [chat NAME | alliance] [--once | --no-story] [--json FILE] [--keep DIR] [--lang ja|en]",
        description="3つの自治体とフォームの一生 / three municipalities and the life of a form, live",
    )
    parser.add_argument(
        "words",
        nargs="*",
        metavar="chat NAME | alliance",
        help="動いているデモに端末から参加; 四つの自治体の連合の物語"
        " / join a running demo from the terminal; the story of an alliance of four",
    )
    parser.add_argument(
        "--once",
        action="store_true",
        help="物語を演じ、結果を確かめて終わる（0 か 1） / play, check, stop; exit 0 or 1",
    )
    parser.add_argument(
        "--no-story", action="store_true", help="サーバー・ボット・人・部屋だけ / only servers, bots, people and rooms"
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="接続先とユーザーを書き出す / write addresses and users"
    )
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="データを残し、次も使う / keep the data, and use it again"
    )
    parser.add_argument("--lang", choices=("ja", "en"), default="ja", help="日本語か英語 / Japanese or English")
    return parser.parse_args()


def _chat(name: str) -> int:
    from demo.chat import converse

    running = notes.running()
    if not running:
        print(
            "動いているデモがありません。先に script/demo を。/ No demo is running: start script/demo first.",
            file=sys.stderr,
        )
        return 1
    users = [user | {"url": town["client_url"]} for town in running[-1]["municipalities"] for user in town["users"]]
    found = {user["user_id"][1:].partition(":")[0]: user for user in users}
    if name not in found:
        print("script/demo chat " + " | ".join(found), file=sys.stderr)
        return 2
    asyncio.run(until_told(converse(found[name]["url"], found[name]["user_id"], found[name]["password"])))
    return 0


def _demo(arguments: argparse.Namespace) -> int:
    folder = arguments.keep or Path(tempfile.mkdtemp(prefix="kairan-demo-"))
    folder.mkdir(parents=True, exist_ok=True)
    result: list[int] = []
    try:
        asyncio.run(until_told(_play(arguments, folder, result)))
    except (Misconfigured, RuntimeError) as wrong:
        print(f"script/demo: {wrong}", file=sys.stderr)
        return 1
    finally:
        if arguments.keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    return result[0] if result else int(arguments.once)


def _say(words: str) -> None:
    print(words, flush=True)


async def _play(arguments: argparse.Namespace, folder: Path, result: list[int]) -> None:
    lang: Lang = arguments.lang
    alliance = arguments.words == ["alliance"]
    _say((STARTING_FOUR if alliance else STARTING)[lang])
    try:
        async with (
            world_of_four(folder, say=_say, lang=lang) if alliance else World(folder, say=_say, lang=lang) as world
        ):
            if arguments.json:
                world.write(arguments.json)
            with notes.noted(world.description()):
                if not arguments.no_story:
                    result.append(await _story(world, folder, lang))
                if not arguments.once:
                    _say(_how_to_join(world))
                    await asyncio.Event().wait()
                _say(STOPPING[lang])
    except asyncio.CancelledError:
        _say("\n" + STOPPING[lang])
        raise


async def _story(world: World, folder: Path, lang: Lang) -> int:
    try:
        story = UnionStory if isinstance(world, Allied) else Story
        await story(world, folder, lang, _say).play()
    except (AssertionError, RuntimeError) as wrong:
        _say(f"\n✗ {wrong}")
        for kairan in world.kairans.values():
            last = kairan.log_path.read_text("utf-8").splitlines()[-8:]
            _say(f"--- {kairan.log_path}\n" + "\n".join(last))
        return 1
    return 0


def _how_to_join(world: World) -> str:
    lines = [JOIN[world.lang]]
    for town in world.description()["municipalities"]:
        lines.append(TOWN.fill(name=town["name"], url=town["client_url"], bot=town["bot"])[world.lang])
        lines += [f"  {user['user_id']:38} {user['password']}  {user['role']}" for user in town["users"]]
    return "\n".join([*lines, TRY.fill(room=ROOM[world.lang])[world.lang]])


if __name__ == "__main__":
    sys.exit(main())
