"""`kairan`: every command of the shell, its arguments, and what its exit code means (0 well, 1 not well, 2 misused)."""

import argparse
import io
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from bots.talk import Talk, run
from bridge import clock
from bridge.config import read_config
from bridge.errors import Misconfigured
from bridge.postal_codes import towns_with
from bridge.read import add_read, add_when

LARGEST_FILE = 26_000_000
ABOUT = "回覧 Kairan: 自治体のチャットとフォームのボット / a federated chat bridge with form bots for local governments"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; Misconfigured is one line on standard error and exit 1."""
    _print_anything(sys.stdout)
    given = sys.argv[1:] if arguments is None else arguments
    parsed = _parser(next(iter(given), "")).parse_args(given)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    for loud in ("nio", "alembic", "apscheduler", "aiohttp", "asyncio", "sqlalchemy"):  # may quote what people wrote
        logging.getLogger(loud).setLevel(logging.CRITICAL)
    try:
        return int(parsed.command(parsed))
    except Misconfigured as wrong:
        print(f"kairan: {wrong}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 0


def _print_anything(stream: TextIO) -> None:
    """What a console of another encoding cannot show is escaped, instead of ending the command."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")


def _parser(typed: str) -> argparse.ArgumentParser:
    """`typed`: the command. What takes long to load is loaded for that one alone."""
    parser = argparse.ArgumentParser(prog="kairan", description=ABOUT)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _init(commands.add_parser("init", help="設定ファイルを作る / write kairan.toml and registration.yaml"))
    one = commands.add_parser("run", help="動かす / run until told to stop")
    one.add_argument("--config", type=Path, default=Path("kairan.toml"), metavar="FILE")
    one.set_defaults(command=_run)
    _talk(commands.add_parser("talk", help="端末でフォームに答えてみる / fill in a form in the terminal"))
    add_read(commands.add_parser("read", help="書かれた値を読む / read a value as people type it"))
    add_when(commands.add_parser("when", help="書かれた日時を読む / read when, as people type it"))
    _export(commands.add_parser("export", help="回答をファイルにする / answers as files, for scripts"))
    _form(commands.add_parser("form", help="フォームのファイル / form files"))
    for name, about, complete in (
        ("check", "設定と接続を確かめる / say what is right and wrong", _check),
        ("doctor", "外からも確かめる / the same, and as others see it from outside", _doctor),
        ("verify", "署名された照会の結果を確かめる / check the signed results of an inquiry", _verify),
        ("federation", "自治体の連合 / the alliance of municipalities", _federation),
        ("backup", "控えを取る / a copy of everything, in one file", _backup),
        ("restore", "控えから戻す / put a copy into a new folder", _restore),
        ("upgrade", "データベースを新しくする / bring the database up to date", _upgrade),
    ):
        one = commands.add_parser(name, help=about)
        if name == typed:
            complete(one)
    _homeserver(commands.add_parser("homeserver", help="ホームサーバーの設定 / files of the homeserver"))
    lab = commands.add_parser("lab", help="練習用のサーバー / a training ground").add_subparsers(
        required=True, metavar="COMMAND"
    )
    _lab(lab.add_parser("up", help="本物のサーバーを連合させて動かす / real federating homeservers on this machine"))
    _certificate(lab.add_parser("certificate", help="練習用の証明書 / a certificate for practice"))
    return parser


def _form(parser: argparse.ArgumentParser) -> None:
    from bridge.form_files import add_commands

    add_commands(parser.add_subparsers(required=True, metavar="COMMAND"))


def _backup(parser: argparse.ArgumentParser) -> None:
    from bridge.backup import add_backup

    add_backup(parser)


def _restore(parser: argparse.ArgumentParser) -> None:
    from bridge.restore import add_restore

    add_restore(parser)


def _upgrade(parser: argparse.ArgumentParser) -> None:
    from bridge.upgrade import add_arguments

    add_arguments(parser)


def _homeserver(parser: argparse.ArgumentParser) -> None:
    from bridge.rendering import add_commands

    add_commands(parser)


def _init(parser: argparse.ArgumentParser) -> None:
    from bridge.init import add_arguments, init

    add_arguments(parser)
    parser.set_defaults(command=init)


def _export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="フォーム名 / the form")
    formats = ("csv", "cp932", "xlsx", "sav", "jsonl", "json", "rpa", "files")
    parser.add_argument("--format", required=True, choices=formats)
    parser.add_argument("--since", metavar="NEXT|MANIFEST|ISO", help="前回の続きから / what came after")
    parser.add_argument("--into", type=Path, metavar="FOLDER", help="フォルダに置く / a folder that a robot watches")
    parser.add_argument("--number", type=int, metavar="N", help="何回目の公開か / which publication (the last one)")
    parser.add_argument("--config", type=Path, default=Path("kairan.toml"), metavar="FILE")
    parser.set_defaults(command=_run_export)


def _verify(parser: argparse.ArgumentParser) -> None:
    from bridge.verify import add_verify

    add_verify(parser)


def _run_export(arguments: argparse.Namespace) -> int:
    from bridge.export import export

    return export(arguments)


def _federation(parser: argparse.ArgumentParser) -> None:
    from bridge.federation.commands import add_commands

    add_commands(parser.add_subparsers(required=True, metavar="COMMAND"))


def _lab(parser: argparse.ArgumentParser) -> None:
    from bridge.lab.up import add_arguments, run

    add_arguments(parser)
    parser.set_defaults(command=run)


def _certificate(parser: argparse.ArgumentParser) -> None:
    from bridge.lab.certificate import add_arguments

    add_arguments(parser)


def _run(arguments: argparse.Namespace) -> int:
    from bridge.app import serve

    serve(read_config(arguments.config))
    return 0


def _check(parser: argparse.ArgumentParser) -> None:
    from bridge.doctor import add_check

    add_check(parser)


def _doctor(parser: argparse.ArgumentParser) -> None:
    from bridge.doctor import add_doctor

    add_doctor(parser)


def _talk(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("form", type=Path, metavar="FORM", help="YAML / JSON")
    parser.add_argument("--json", action="store_true", help='{"say": …} {"saved": …} {"refused": …}')
    parser.add_argument("--lang", choices=("ja", "en"), default="ja")
    parser.set_defaults(command=_run_talk)


def _run_talk(arguments: argparse.Namespace) -> int:
    from bridge.form_files import read

    form = read(arguments.form)
    if form is None:
        return 1
    today = clock.now().astimezone(clock.JAPAN).date()
    talk = Talk(form, today=today, lang=arguments.lang, towns=towns_with, fetch=_local_file)
    if isinstance(sys.stdin, io.TextIOWrapper):  # nothing at all where it was closed
        sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")
    if arguments.json and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    run(talk, sys.stdin or (), write=lambda text: print(text, flush=True), as_json=arguments.json)
    return 0


def _local_file(name: str) -> bytes | None:
    """What the person at this very keyboard names; None where it cannot be read or is larger than any answer."""
    path = Path(name)
    try:
        return path.read_bytes() if path.is_file() and path.stat().st_size <= LARGEST_FILE else None
    except (OSError, ValueError):
        return None
