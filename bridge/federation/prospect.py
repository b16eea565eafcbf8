"""`kairan federation plan` and `apply`: what the list in force would change here and in the rooms, and doing it."""

import argparse
import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any

from bots.events import RoomId
from bridge.alliance.plan import Change, Observed, Wanted, plan
from bridge.config import Config, read_config
from bridge.errors import Refused, Unreachable
from bridge.federation.allow_list import listed
from bridge.federation.apply import Enforcement, Report, ends, wanted_of
from bridge.matrix.door import Door
from bridge.store import rolls, rooms
from bridge.store.engine import Connection, database_url
from bridge.store.looking import looking

DEVICE = "KAIRAN"
NOTHING = "変更はありません。/ Nothing to change."
UNSEEN = "ホームサーバーに聞けないので、部屋は見ていません。/ The homeserver does not answer: rooms were not looked at."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What our own database says."""

    wanted: Wanted
    until: int | None
    shared: Sequence[str]
    titles: Mapping[str, str]
    missing: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prospect:
    """`seen`: whether the rooms could be looked at."""

    steps: Sequence[Change]
    seen: bool
    report: Report

    def as_json(self) -> dict[str, Any]:
        steps = [
            {"what": type(step).__name__, "room": getattr(step, "room", None), "servers": sorted(step.servers),
             "words": step.words.ja}
            for step in self.steps
        ]  # fmt: skip
        failed = [step.words.ja for step, _ in self.report.refused] + [step.words.ja for step in self.report.left]
        return {"steps": steps, "rooms": self.seen, "failed": failed}

    def words(self) -> str:
        lines = [f"{step.words.ja} / {step.words.en}" for step in self.steps] or [NOTHING]
        failed = [(step, code) for step, code in self.report.refused] + [(step, "") for step in self.report.left]
        lines += [f"✗ できませんでした / not done: {step.words.ja} {code}".rstrip() for step, code in failed]
        return "\n".join(lines if self.seen else [*lines, UNSEEN])


def show(arguments: argparse.Namespace, say: Callable[..., None]) -> int:
    """`plan`."""
    found = asyncio.run(_looked(read_config(arguments.config), carry_out=False))
    say(arguments, found.as_json(), found.words())
    return 0


def carry_out(arguments: argparse.Namespace, say: Callable[..., None]) -> int:
    """`apply`; 1 where something could not be done."""
    found = asyncio.run(_looked(read_config(arguments.config), carry_out=not arguments.dry_run))
    say(arguments, found.as_json(), found.words())
    return 1 if found.report.refused or found.report.left else 0


async def _looked(config: Config, *, carry_out: bool) -> _Prospect:
    known = await asyncio.to_thread(_known, config)
    path = config.folder / config.federation.allow_file if config.federation.allow_file else None
    async with AsyncExitStack() as stack:
        door = await stack.enter_async_context(
            Door(config.homeserver.url, config.as_token, user_id=config.bot, device_id=DEVICE)
        )
        enforcement = Enforcement(door, own=config.homeserver.server_name, allow_file=path)
        try:
            observed, seen = await enforcement.observe(known.wanted, known.shared), True
            observed = replace(observed, missing=await _uninvited(door, known.missing), called=known.titles)
        except (Unreachable, Refused):
            observed, seen = Observed(listed=listed(path) if path else known.wanted.servers), False
        steps = plan(known.wanted, observed)
        report = await enforcement.carry_out(steps, until=known.until) if carry_out else Report()
    return _Prospect(steps=steps, seen=seen, report=report)


def _known(config: Config) -> _Known:
    with looking(database_url(config.kairan.database, config.folder)) as connection:
        shared = rooms.shared(connection, config.bot)
        return _Known(
            wanted=wanted_of(connection, config),
            until=ends(connection),
            shared=shared,
            titles={room: rooms.title(connection, room) for room in shared},
            missing=_missing(connection),
        )


def _missing(connection: Connection) -> Mapping[str, frozenset[str]]:
    """The alliance's room, and the members' bots that are not in it as far as we know."""
    held = rolls.current(connection)
    if held is None or not held.room or not rooms.is_in(connection, held.room):
        return {}
    there = set(rooms.members(connection, held.room))
    missing = frozenset(entry.member.bot for entry in held.entries if entry.member.bot not in there)
    return {held.room: missing} if missing else {}


async def _uninvited(door: Door, missing: Mapping[str, frozenset[str]]) -> Mapping[str, frozenset[str]]:
    """Whom the homeserver itself does not know as invited either."""
    left: dict[str, frozenset[str]] = {}
    for room, bots in missing.items():
        chunk = (await door.members(RoomId(room))).get("chunk") or []
        there = {e.get("state_key") for e in chunk if e.get("content", {}).get("membership") in ("join", "invite")}
        left[room] = bots - there
    return {room: bots for room, bots in left.items() if bots}
