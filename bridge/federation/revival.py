"""A list that grew old makes nobody welcome, so the rooms are closed: its council agrees on the next one over the web.

The same signed messages of the same council; only the way they travel is another. Who leads asks the others and carries
their answers on. All that an answer can do is what the council's rules allow.
"""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from bots.effects import Post
from bridge import clock
from bridge.alliance.parcel import opened, read_envelope, sealed
from bridge.alliance.signing import NotCanonical, verify
from bridge.errors import Refused, Unreachable
from bridge.federation.fetching import Web
from bridge.matrix.lanes import where
from bridge.store import rolls
from bridge.store.council_desk import CouncilDesk
from bridge.store.desk import Municipality
from bridge.store.engine import Connection, Store

log = logging.getLogger(__name__)

LOOK = 3.0
MOST_LETTERS = 200
"""Of one round: a council has at most a few members, each of whom says a few things."""
Letter = tuple[str | None, str]
"""(to which server, or None for all; the signed message)."""


def answer(connection: Connection, town: Municipality, raw: str, now: datetime) -> Sequence[Letter]:
    """What a member of the list that we hold, however old, said to its council; and what we say to that."""
    held = rolls.current(connection)
    try:
        signed, envelope = read_envelope(raw), opened(raw)
    except NotCanonical:
        return ()
    entry = None if held is None else held.at(signed.signer)
    if entry is None or signed.kind != "council" or envelope.get("to", town.server) != town.server:
        return ()
    if not verify(envelope, signed.signer, entry.keys):
        return ()
    return _said(connection, town, CouncilDesk(connection, town, now), now, heard=(signed.signer, signed.body))


def lead(connection: Connection, town: Municipality, now: datetime) -> Sequence[Letter]:
    """Begin a round where our list is too old and it is our turn."""
    if rolls.trouble_with(rolls.current(connection), town, now) != "old":
        return ()
    return _said(connection, town, CouncilDesk(connection, town, now), now)


def _said(
    connection: Connection,
    town: Municipality,
    desk: CouncilDesk,
    now: datetime,
    *,
    heard: tuple[str, object] | None = None,
) -> Sequence[Letter]:
    outcome = desk.advance() if heard is None else desk.heard(heard[0], heard[1] if isinstance(heard[1], dict) else {})
    rolls.leave_news(connection, outcome.news)
    return [(post.to, _sealed(town, post, now, number)) for number, post in enumerate(outcome.posts)]


def _sealed(town: Municipality, post: Post, now: datetime, number: int) -> str:
    cause = f"web {number}"
    return sealed(post.kind, post.body, server=town.server, key=town.key, at=now, to=post.to, cause=cause).raw


class Revival:
    """`run` works for ever; nearly always there is nothing to do."""

    def __init__(self, town: Municipality, store: Store, web: Web) -> None:
        self._town, self._store, self._web = town, store, web

    async def run(self) -> None:
        """Look again and again."""
        while True:
            try:
                await self.once()
            except Unreachable:
                pass
            except Exception as bug:  # noqa: BLE001 - it is tried again in the next slot
                log.error("revival: %s", where(bug))  # noqa: TRY400 - a traceback could quote a name
            await asyncio.sleep(LOOK)

    async def once(self) -> None:
        """One round, as far as it comes."""
        letters = await self._store.run(partial(lead, town=self._town, now=clock.now()))
        if not letters:
            return
        held = await self._store.run(rolls.current)
        council = [] if held is None else [e.server for e in held.council() if e.server != self._town.server]
        waiting = deque(letters)
        for _ in range(MOST_LETTERS):
            if not waiting:
                return
            to, raw = waiting.popleft()
            if to == self._town.server:
                waiting.extend(await self._store.run(partial(answer, town=self._town, raw=raw, now=clock.now())))
                continue
            asked = council if to is None else [to]
            for found in await asyncio.gather(*(self._ask(server, raw) for server in asked)):
                waiting.extend(found)

    async def _ask(self, server: str, raw: str) -> list[Letter]:
        """What it answers; what is meant for all is for us too."""
        signer = read_envelope(raw).signer
        if server == signer:
            return []
        try:
            found = json.loads(await self._web.post(server, "/council", raw.encode()))
        except (Unreachable, Refused, ValueError):
            return []
        letters = (
            [tuple(one) for one in found if isinstance(one, list) and len(one) == 2] if isinstance(found, list) else []
        )
        good = [(to, said) for to, said in letters if isinstance(to, str | None) and isinstance(said, str)]
        return [*good, *((self._town.server, said) for to, said in good if to is None)]
