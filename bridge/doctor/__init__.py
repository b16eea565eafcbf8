"""`kairan check` and `kairan doctor`: one list of probes; check leaves out those that look from outside."""

import argparse
import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from bridge.config import read_config
from bridge.doctor.finding import Asked, Finding, Probe
from bridge.doctor.here import here
from bridge.doctor.homeserver import homeserver
from bridge.doctor.outside import outside
from bridge.errors import Misconfigured

INSIDE: tuple[Probe, ...] = (here, homeserver)
ALL: tuple[Probe, ...] = (*INSIDE, outside)


def add_check(parser: argparse.ArgumentParser) -> None:
    """The arguments of `kairan check`."""
    parser.add_argument("--config", type=Path, default=Path("kairan.toml"), metavar="FILE")
    parser.set_defaults(command=lambda given: _told(given.config, Asked(
        config=read_config(given.config), homeserver_yaml={}), INSIDE))  # fmt: skip


def add_doctor(parser: argparse.ArgumentParser) -> None:
    """The arguments of `kairan doctor`."""
    parser.add_argument("--config", type=Path, default=Path("kairan.toml"), metavar="FILE")
    parser.add_argument(
        "--homeserver-yaml", type=Path, metavar="FILE", help="これも読む / read the homeserver's own too"
    )
    parser.add_argument(
        "--connect-to",
        metavar="ADDRESS:PORT",
        help="外からの確認を DNS の先ではなくここで / look from outside at this address, not where DNS leads",
    )
    parser.add_argument("--authority", default="", metavar="FILE", help="信頼する認証局 / trust these authorities")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(command=_doctor)


def _doctor(given: argparse.Namespace) -> int:
    asked = Asked(
        config=read_config(given.config),
        homeserver_yaml=_homeserver_yaml(given.homeserver_yaml),
        connect_to=_address(given.connect_to) if given.connect_to else None,
        authority=given.authority,
    )
    return _told(given.config, asked, ALL, as_json=given.json)


def _address(written: str) -> tuple[str, int]:
    host, _, port = written.rpartition(":")
    if not host or not port.isdigit():
        raise Misconfigured(f"--connect-to {written!a}: 127.0.0.1:443 のように / write it like 127.0.0.1:443")
    return host.strip("[]"), int(port)


def _homeserver_yaml(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        found = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, RecursionError, yaml.YAMLError):
        found = None
    if not isinstance(found, dict):
        raise Misconfigured(f"{path} を読めません。/ cannot be read.")
    return found


def _told(path: Path, asked: Asked, probes: Sequence[Probe], *, as_json: bool = False) -> int:
    """Print what was found; 0 when all is well."""
    if not as_json:
        print(f"✓ 設定 / configuration: {path}")  # noqa: T201 - the command's output
    return asyncio.run(_print(asked, probes, as_json=as_json))


async def _print(asked: Asked, probes: Sequence[Probe], *, as_json: bool) -> int:
    well = True
    async for finding in found(asked, probes):
        well = well and finding.well
        print(json.dumps(finding.as_json(), ensure_ascii=False) if as_json else finding.line(), flush=True)  # noqa: T201
    return 0 if well else 1


async def found(asked: Asked, probes: Sequence[Probe] = ALL) -> AsyncIterator[Finding]:
    """Everything, in order."""
    for probe in probes:
        async for finding in probe(asked):
            yield finding
