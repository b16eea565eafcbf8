"""`script/demo`: the main job on this machine, with real servers. See --help."""

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from bridge.errors import Misconfigured
from bridge.lab.up import until_told
from demo.story import Story
from demo.world import ROOM, World

NOTE = Path(tempfile.gettempdir()) / f"kairan-demo-{os.getuid()}.json"
"""Where the demo that was started last can be found by `script/demo chat`."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/demo", description="3つの自治体を動かして、フォームの一生を見せます / the main job, live")
    parser.add_argument("chat", nargs="*", metavar="chat NAME", help="動いているデモに、端末から参加する / join a running demo from the terminal")
    parser.add_argument("--once", action="store_true", help="物語を演じ、結果を確かめて終わる / play, check, stop; exit 0 or 1")
    parser.add_argument("--no-story", action="store_true", help="サーバーと人と部屋だけ用意する / only servers, people and rooms")
    parser.add_argument("--json", type=Path, metavar="FILE", help="接続先とユーザーを書き出す / write addresses and users")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="データを残す / keep the data here")
    parser.add_argument("--lang", choices=("ja", "en"), default="ja")
    arguments = parser.parse_args()
    if arguments.chat:
        return _chat(arguments.chat)
    return _demo(arguments)


def _chat(words: list[str]) -> int:
    from demo.chat import chat

    if words[0] != "chat" or len(words) > 2:
        print("使い方: script/demo chat 名前 / usage: script/demo chat NAME", file=sys.stderr)
        return 2
    if not NOTE.exists():
        print("動いているデモがありません。先に script/demo を始めてください。/ Start script/demo first.", file=sys.stderr)
        return 1
    users = [u | {"url": m["client_url"]} for m in json.loads(NOTE.read_text("utf-8"))["municipalities"] for u in m["users"]]
    name = words[1] if len(words) > 1 else ""
    found = next((u for u in users if name and u["user_id"][1:].partition(":")[0] == name), None)
    if found is None:
        print("名前を選んでください / choose: " + " ".join(u["user_id"][1:].partition(":")[0] for u in users), file=sys.stderr)
        return 2
    return asyncio.run(chat(found["url"], found["user_id"], found["password"])) or 0


def _demo(arguments: argparse.Namespace) -> int:
    folder = arguments.keep or Path(tempfile.mkdtemp(prefix="kairan-demo-"))
    folder.mkdir(parents=True, exist_ok=True)
    result: list[int] = []
    try:
        asyncio.run(until_told(_play(arguments, folder, result)))
    except Misconfigured as wrong:
        print(f"script/demo: {wrong}", file=sys.stderr)
        return 1
    finally:
        if arguments.keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    return result[0] if result else 0


def _say(words: str) -> None:
    print(words, flush=True)


async def _play(arguments: argparse.Namespace, folder: Path, result: list[int]) -> None:
    _say("つくば市・中津市・多摩市のサーバーを起動しています… / Starting three municipalities…")
    async with World(folder, say=_say, lang=arguments.lang) as world:
        if arguments.json:
            world.write(arguments.json)
        world.write(NOTE)
        try:
            if not arguments.no_story:
                result.append(await _story(world, folder, arguments))
            if not arguments.once:
                _say(_how_to_join(world))
                await asyncio.Event().wait()
        finally:
            NOTE.unlink(missing_ok=True)
            _say("終了しています… / Stopping…")


async def _story(world: World, folder: Path, arguments: argparse.Namespace) -> int:
    try:
        await Story(world, folder, arguments.lang, _say).play()
    except (AssertionError, RuntimeError) as wrong:
        _say(f"\n✗ {wrong}")
        for kairan in world.kairans.values():
            _say(f"--- {kairan.log_path.parent.name}\n" + "\n".join(kairan.log_path.read_text("utf-8").splitlines()[-8:]))
        return 1
    return 0


def _how_to_join(world: World) -> str:
    lines = ["", "—— 参加するには / How to join ——",
             "Element, Cinny, nheko などのクライアントで、ホームサーバーに次のアドレスを指定してログインします。",
             "Log in with any Matrix client, giving the homeserver's address:"]  # fmt: skip
    for town in world.description()["municipalities"]:
        lines.append(f"\n{town['name']}  {town['client_url']}  bot: {town['bot']}")
        lines += [f"  {u['user_id']}  {u['password']}  ({u['role']})" for u in town["users"]]
    lines += ["", f"部屋「{ROOM}」で「!form help」と書いてみてください。 / Type “!form help” in the room {ROOM}.",
              "端末から参加: script/demo chat tanaka / from this terminal", "Ctrl-C で終了 / stops everything"]  # fmt: skip
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
