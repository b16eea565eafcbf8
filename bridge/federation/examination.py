"""`kairan federation check`: the other members' health, once or again and again."""

import argparse
import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bridge.config import Config, read_config
from bridge.federation.backlog import backlogs
from bridge.federation.health import Health, Way, examine_all
from bridge.federation.health_report import as_json, table
from bridge.store import rolls
from bridge.store.engine import Connection, database_url
from bridge.store.looking import looking
from bridge.store.members import members

PAUSE = 5.0
_CLEAR = "\x1b[2J\x1b[H"


def add_check(commands: Any) -> None:
    """Add the command with its arguments."""
    check = commands.add_parser("check", help="ほかの自治体の状態 / how each other member does, as its users feel it")
    check.add_argument("--config", type=Path, default=Path("kairan.toml"), metavar="FILE")
    check.add_argument("--json", action="store_true", help="機械で読む形で / for programs")
    check.add_argument("--watch", action="store_true", help="くり返し表示 / again and again")
    check.add_argument("--dry-run", action="store_true", help="もともと何も変えない / changes nothing anyway")
    check.set_defaults(command=_check)


def _check(arguments: argparse.Namespace) -> int:
    config = read_config(arguments.config)
    try:
        return asyncio.run(_shown(config, as_lines=arguments.json, watch=arguments.watch))
    except KeyboardInterrupt:
        return 0


async def _shown(config: Config, *, as_lines: bool, watch: bool) -> int:
    while True:
        found = await examined(config)
        words = json.dumps(as_json(found), ensure_ascii=False) if as_lines else table(found)
        print(words if as_lines or not watch else _CLEAR + words, flush=True)  # noqa: T201 - the command's output
        if not watch:
            return 0 if all(health.well for health in found) else 1
        await asyncio.sleep(PAUSE)


async def examined(config: Config) -> list[Health]:
    """All other members of the list in force, and the servers that kairan.toml allows."""
    names, ours = await asyncio.to_thread(_known, config)
    federation = config.federation
    way = Way(
        authority=config.folder / federation.authority if federation.authority else None,
        inside=federation.private,
        ours=ours,
        places=federation.addresses,
    )
    token = config.folder / federation.admin_token if federation.admin_token else None
    held = await backlogs(config.homeserver.url, token, names)
    return list(await examine_all(names, way, backlogs=held))


def _known(config: Config) -> tuple[Mapping[str, str], int | None]:
    with looking(database_url(config.kairan.database, config.folder)) as connection:
        return known(connection, config)


def known(connection: Connection, config: Config) -> tuple[Mapping[str, str], int | None]:
    """Server → name of all others, and the version of our list."""
    names = {server: config.municipality(server) for server in config.federation.allow}
    names |= {member.server: member.name.ja for member in members(connection)}
    names.pop(config.homeserver.server_name, None)
    held = rolls.current(connection)
    return names, None if held is None else held.version
