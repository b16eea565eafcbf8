"""`kairan federation …`: found an alliance, ask to be let in, and see how things stand, beside a Kairan that runs."""

import argparse
import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from bots.alliance import Member
from bots.events import UserId
from bridge import clock
from bridge.alliance.motion import founding, introduction, moment
from bridge.alliance.roll import Entry, NoRoll, Roll, entry_written, fingerprint, read, read_entry, written
from bridge.alliance.signing import sign
from bridge.config import Config, read_config
from bridge.errors import Misconfigured
from bridge.federation import prospect, standing
from bridge.federation.courier import REQUEST
from bridge.federation.examination import add_check
from bridge.federation.rotation import rotated
from bridge.store import rolls, rooms
from bridge.store.desk import municipality
from bridge.store.engine import Connection, Store, database_url
from bridge.store.looking import looking
from forms.text import Text

Look = Callable[[Connection, Config], Any]


def add_commands(commands: Any) -> None:
    """The commands of `kairan federation`."""
    table: Mapping[str, tuple[str, Callable[[argparse.Namespace], int]]] = {
        "found": ("連合を始める（自分だけの名簿を作る） / begin an alliance of one", _found),
        "request": ("連合への加入を申請する / ask to be let into an alliance", _ask),
        "status": ("名簿と申請の状況 / how the list and the request stand", _status),
        "plan": ("名簿に合わせて何が変わるかを示す / say what would be changed by the list", _plan),
        "apply": ("許可リストと部屋を名簿に合わせる / make the allow list and the rooms say the same", _apply),
        "rotate": ("署名の鍵を交換する / exchange the key that we sign with", _rotate),
        "export": ("署名された名簿を出力する / print the signed list", _export),
    }
    for name, (about, command) in table.items():
        one = commands.add_parser(name, help=about)
        one.add_argument("--config", type=Path, default=Path("kairan.toml"), metavar="FILE")
        one.add_argument("--json", action="store_true", help="機械で読む形で / for programs")
        if name == "rotate":
            one.add_argument(
                "--continue", dest="again", action="store_false", help="始めずに続ける / begin nothing new"
            )
        if name != "rotate":  # whoever only looks changes nothing anyway
            one.add_argument("--dry-run", action="store_true", help="何も変えない / change nothing")
        if name == "request":
            one.add_argument("--to", required=True, metavar="SERVER", help="加入自治体のサーバー名 / a member's server")
        if name == "export":
            one.add_argument("--version", type=int, metavar="N", help="その版 / this version")
        one.set_defaults(command=command)
    door = commands.add_parser("door", help="門を動かす / run the federation door until told to stop")
    door.add_argument("--config", type=Path, default=Path("kairan.toml"), metavar="FILE")
    door.set_defaults(command=_door)
    add_check(commands)


def _door(arguments: argparse.Namespace) -> int:
    from bridge.federation.door import serve
    from bridge.federation.door_settings import read_door

    serve(read_door(arguments.config))
    return 0


def _say(arguments: argparse.Namespace, found: Mapping[str, Any], words: str) -> None:
    print(json.dumps(found, ensure_ascii=False) if arguments.json else words)


# -- in ----------------------------------------------------------------------------------------------------------------


def ourselves(config: Config) -> Entry:
    """This municipality as it introduces itself. Raises Misconfigured."""
    federation, key = config.federation, config.key
    names = Text(ja=config.kairan.municipality, en=federation.english or config.kairan.municipality)
    member = Member(
        server=config.homeserver.server_name, bot=UserId(config.bot), name=names, code=federation.code,
        kind=federation.kind, contact=federation.contact, population=federation.population,
    )  # fmt: skip
    entry = Entry(member=member, keys={key.id: key.public}, since=moment(clock.now()))
    try:
        return read_entry(entry_written(entry))
    except NoRoll as wrong:
        raise Misconfigured(f"[federation] {wrong}") from None


def _found(arguments: argparse.Namespace) -> int:
    config = read_config(arguments.config)
    entry = ourselves(config)
    roll = founding(entry, entry.since)
    document = sign(written(roll), entry.server, config.key)
    if not arguments.dry_run:
        _write(config, partial(_begin, roll=read(document), config=config))
    print_ = {"server": entry.server, "fingerprint": fingerprint(entry.server, entry.keys), "version": 1}
    _say(arguments, print_, f"連合を始めました。鍵の指紋 / founded; fingerprint of our keys: {print_['fingerprint']}")
    return 0


def _begin(connection: Connection, *, roll: Roll, config: Config) -> None:
    town, now = municipality(config), clock.now()
    if rolls.trouble_with(rolls.current(connection), town, now) not in ("alone", "out"):
        raise Misconfigured("もう連合に入っています。/ this municipality is in an alliance already.")
    rolls.begin(connection, town, roll, now)


def _ask(arguments: argparse.Namespace) -> int:
    """The Kairan that runs sends it, and looks for the list that names us."""
    config = read_config(arguments.config)
    entry = ourselves(config)
    if arguments.to == entry.server:
        raise Misconfigured("--to: 自分のサーバーです。/ that is our own server.")
    request = {"to": arguments.to, "introduction": introduction(entry, config.key), "sent": False}
    if not arguments.dry_run:
        _write(config, partial(_keep_request, request=json.dumps(request), config=config))
    print_ = fingerprint(entry.server, entry.keys)
    words = (
        f"{arguments.to} に加入を申請します。鍵の指紋: {print_}\n"
        "加入自治体から電話で確かめられたら、この指紋を読み上げてください。"
        "kairan run が動いていれば、申請はすぐに届きます。\n"
        f"Asking {arguments.to}. When a member calls, read out the fingerprint: {print_}"
    )
    _say(arguments, {"to": arguments.to, "fingerprint": print_}, words)
    return 0


def _rotate(arguments: argparse.Namespace) -> int:
    config = read_config(arguments.config)
    held = _looked(config, lambda c, _: rolls.current(c))
    said, change = rotated(config, held, again=arguments.again)
    print_ = ""
    if change is not None:
        print_ = fingerprint(config.homeserver.server_name, change["keys"])
        _write(config, partial(rooms.set_fact, name=rolls.TO_MOVE, value=json.dumps(change)))
    said = said.fill(fingerprint=print_)
    _say(arguments, {"said": said.ja, "fingerprint": print_}, f"{said.ja}\n{said.en}")
    return 0


def _keep_request(connection: Connection, *, request: str, config: Config) -> None:
    if rolls.trouble_with(rolls.current(connection), municipality(config), clock.now()) not in ("alone", "out"):
        raise Misconfigured("もう連合に入っています。/ this municipality is in an alliance already.")
    rooms.set_fact(connection, REQUEST, request)


def _write(config: Config, work: Callable[[Connection], None]) -> None:
    store = Store(database_url(config.kairan.database, config.folder))
    try:
        store.migrate()
        store.do(work)
    finally:
        store.close()


# -- looking -----------------------------------------------------------------------------------------------------------


def _looked(config: Config, look: Look) -> Any:
    with looking(database_url(config.kairan.database, config.folder)) as connection:
        return look(connection, config)


def _status(arguments: argparse.Namespace) -> int:
    return standing.show(arguments, _say)


def _export(arguments: argparse.Namespace) -> int:
    raw = _looked(read_config(arguments.config), lambda c, _: rolls.raw_at(c, arguments.version))
    if raw is None:
        raise Misconfigured("その名簿はありません。/ there is no such list.")
    print(raw)
    return 0


# -- made so -----------------------------------------------------------------------------------------------------------


def _plan(arguments: argparse.Namespace) -> int:
    return prospect.show(arguments, _say)


def _apply(arguments: argparse.Namespace) -> int:
    return prospect.carry_out(arguments, _say)
