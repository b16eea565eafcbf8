"""This member's part in the council, kept in the transaction in which it is played; see bridge/alliance/council.py."""

import logging
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bots.alliance import News, Outcome
from bots.effects import Post
from bridge.alliance import council
from bridge.alliance.council import Attempt, Message
from bridge.alliance.motion import Change, from_moment, moment, objection, offer
from bridge.alliance.roll import NoRoll, Roll, complete, identity, read
from bridge.alliance.signing import Document, digest, sign, verify
from bridge.store import motions, rolls, rooms
from bridge.store.alliance_tables import attempt
from bridge.store.desk import Municipality
from bridge.store.engine import upsert
from bridge.store.rolls import FORFEIT, NEW_ROOM

log = logging.getLogger(__name__)

RENEWED = timedelta(hours=24)
"""A list of this age is followed by a new one, though nothing changed."""
MOST_OF_ONE = 4
"""Lists with one member's signature alone that wait for others' signatures: the newest."""


@dataclass(slots=True)
class CouncilDesk:
    """`advance` and `heard` give what is to be sent, and what stewards are told where a list went into force."""

    connection: sa.Connection
    town: Municipality
    now: datetime
    posts: list[Post] = field(default_factory=list)
    news: list[News] = field(default_factory=list)

    def outcome(self) -> Outcome:
        return Outcome(posts=tuple(self.posts), news=tuple(self.news))

    def advance(self) -> Outcome:
        """Lead a round where there is something to agree on and it is our turn."""
        roll = rolls.current(self.connection)
        if roll is None or self.town.server not in _names(roll):
            return self.outcome()
        if self._reason(roll) > self.now:
            return self.outcome()
        mine, _ = self._load(roll)
        elapsed = self._elapsed(roll)
        turn = council.turn_at(elapsed, roll.turn(self.town.server), len(roll.council()), mine)
        if turn is not None:
            mine, message = council.begin(mine, *turn)
            self._save(roll, mine)
            self._post(roll, message, None)
            self._play(roll, self.town.server, message)
        return self.outcome()

    def _elapsed(self, roll: Roll) -> int:
        """Milliseconds since there is something to agree on."""
        return moment(self.now) - moment(self._reason(roll))

    def _reason(self, roll: Roll) -> datetime:
        """Since when there is something to agree on; in the future where it is known already."""
        found = [motions.ready_since(self.connection, change, roll, self.now) for change in self._open(roll)]
        moments = [at for at in found if at is not None]
        if self._new_room(roll):
            moments.append(rolls.since(self.connection, roll))
        moments.append(from_moment(roll.issued) + RENEWED)
        return min(moments)

    def _new_room(self, roll: Roll) -> str | None:
        """One that we made, where the list names none or one that must be given up."""
        known = rooms.facts(self.connection)
        return known.get(NEW_ROOM) if roll.room in ("", known.get(FORFEIT)) else None

    def _open(self, roll: Roll) -> Sequence[Change]:
        return motions.open_ones(self.connection, roll, self.now)

    def heard(self, who: str, body: Mapping[str, Any]) -> Outcome:
        """A member's message."""
        roll = rolls.current(self.connection)
        message = _read(body)
        if roll is None or message is None:
            return self.outcome()
        if body.get("base") != roll.id:
            self._elsewhere(roll, who, body)
            return self.outcome()
        if who in _names(roll) and (message.kind == "accept" or self.town.server in _names(roll)):
            self._play(roll, who, message)
        return self.outcome()

    def _elsewhere(self, roll: Roll, who: str, body: Mapping[str, Any]) -> None:
        """Who is behind, or holds another list of our version, gets ours; where we are behind, we ask for theirs."""
        version = body.get("version")
        if type(version) is int and version <= roll.version + 1:
            self.posts.append(Post(kind="roll", body={"list": roll.document}, to=who))
        elif type(version) is int:
            rooms.set_fact(self.connection, rolls.BEHIND, str(version))

    def _play(self, roll: Roll, who: str, message: Message) -> None:
        """What a message leads to; our own are heard by ourselves at once."""
        queue = deque([(who, message)])
        while queue:
            sender, one = queue.popleft()
            current = rolls.current(self.connection)
            if current is None or current.id != roll.id:
                return  # the next list went into force meanwhile
            for answer, to in self._answers(roll, sender, one):
                self._post(roll, answer, to)
                if to in (None, self.town.server):
                    queue.append((self.town.server, answer))

    def _post(self, roll: Roll, message: Message, to: str | None) -> None:
        if to != self.town.server and len(roll.entries) > 1:
            body = {"base": roll.id, "version": roll.version + 1, **_written(message)}
            self.posts.append(Post(kind="council", body=body, to=to))

    def _answers(self, roll: Roll, who: str, message: Message) -> list[tuple[Message, str | None]]:
        """(what we answer, to whom)."""
        mine, signed = self._load(roll)
        slot = self._elapsed(roll) // council.SLOT
        if self._is_nonsense(roll, mine, who, message, slot):
            return []
        match message.kind:
            case "prepare":
                mine, answer = council.prepared(mine, message.round)
                self._save(roll, mine)
                return [(answer, who)]
            case "promise":
                mine, ready = council.promised(mine, who, message, quorum=roll.quorum, slot=slot)
                if ready:
                    mine, answer = council.proposal(mine, self._offer(roll))
                    self._save(roll, mine)
                    return [(answer, None)]
                self._save(roll, mine)
            case "propose" if message.value is not None:
                return self._proposed(roll, mine, message)
            case "accept" if message.value is not None:
                self._signed(roll, mine, signed, message.value.get("list"))
        return []

    def _is_nonsense(self, roll: Roll, mine: Attempt, who: str, message: Message, slot: int) -> bool:
        """Rounds that are not this member's to lead; promises with what nobody honest can have signed."""
        if message.kind in ("prepare", "propose"):
            return not council.is_round_of(mine, message.round, roll.turn(who), len(roll.council()), slot)
        if message.kind == "promise" and message.value is not None:
            return objection(message.value, roll, moment(self.now)) is not None
        return False

    def _offer(self, roll: Roll) -> Document:
        changes = [(change, motions.approving(self.connection, change)) for change in self._open(roll)]
        return offer(roll, changes, moment(self.now), room=self._new_room(roll))

    def _proposed(self, roll: Roll, mine: Attempt, message: Message) -> list[tuple[Message, str | None]]:
        assert message.value is not None
        forfeit = rooms.facts(self.connection).get(FORFEIT, "")
        wrong = objection(message.value, roll, moment(self.now), forfeit=forfeit)
        if wrong is not None:
            log.warning("a list that was offered is not signed: %s", wrong)
            return []
        mine, yes = council.accepts(mine, message.round, message.value)
        if not yes:
            return []
        self._save(roll, mine)
        document = {**message.value["list"], "round": message.round}
        document.pop("signatures", None)
        ours = sign(document, self.town.server, self.town.key)
        return [(Message(kind="accept", round=message.round, value={"list": ours}), None)]

    def _signed(self, roll: Roll, mine: Attempt, signed: dict[str, Document], document: object) -> None:
        """Signatures come together; with a quorum of them the list goes into force here."""
        try:
            new = read(document) if isinstance(document, dict) else None
        except NoRoll:
            return
        if new is None or new.version != roll.version + 1 or new.previous != roll.id:
            return
        name = digest(new.document)
        kept = signed.get(name, {**new.document, "signatures": {}})
        theirs = new.document.get("signatures", {})
        good = {e.server: theirs[e.server] for e in roll.council() if verify(new.document, e.server, e.keys)}
        kept = {**kept, "signatures": {**kept["signatures"], **good}}
        if complete(kept, roll):
            _, news = rolls.take(self.connection, self.town, read(kept), self.now)
            self.news += news
        elif good:
            self._save(roll, mine, _newest({**signed, name: kept}))

    # -- kept ----------------------------------------------------------------------------------------------------

    def _load(self, roll: Roll) -> tuple[Attempt, dict[str, Document]]:
        state = self.connection.execute(sa.select(attempt.c.state).where(attempt.c.base == roll.id)).scalar()
        if state is None:
            return Attempt(), {}
        promises = {who: (round_, value) for who, (round_, value) in state["attempt"]["promises"].items()}
        return Attempt(**{**state["attempt"], "promises": promises}), state["signed"]

    def _save(self, roll: Roll, mine: Attempt, signed: dict[str, Document] | None = None) -> None:
        kept = self._load(roll)[1] if signed is None else signed
        upsert(self.connection, attempt, {"base": roll.id, "state": {"attempt": asdict(mine), "signed": kept}})


def _names(roll: Roll) -> frozenset[str]:
    return frozenset(entry.server for entry in roll.council())


def _newest(signed: dict[str, Document]) -> dict[str, Document]:
    """Nobody fills this by signing whatever comes to mind: of what one member alone signed, the latest rounds stay."""
    alone: dict[str, list[str]] = {}
    for name in sorted(signed, key=lambda name: -signed[name]["round"]):
        who = list(signed[name]["signatures"])
        if len(who) == 1:
            alone.setdefault(who[0], []).append(name)
    gone = {name for names in alone.values() for name in names[MOST_OF_ONE:]}
    return {name: document for name, document in signed.items() if name not in gone}


def _written(message: Message) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": message.kind, "round": message.round}
    if message.accepted >= 0:
        found["accepted"] = message.accepted
    if message.floor >= 0:
        found["floor"] = message.floor
    return found if message.value is None else {**found, "value": message.value}


def _read(body: Mapping[str, Any]) -> Message | None:
    kind, round_, value = body.get("kind"), body.get("round"), body.get("value")
    accepted, floor = body.get("accepted", -1), body.get("floor", -1)
    if kind not in ("prepare", "promise", "propose", "accept") or not isinstance(value, dict | None):
        return None
    if not all(type(n) is int and -1 <= n < 2**53 for n in (round_, accepted, floor)):
        return None
    if accepted >= 0 and not _is_offer(value):
        return None
    return Message(kind=str(kind), round=int(str(round_)), accepted=accepted, floor=floor, value=value)


def _is_offer(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("list"), dict) and bool(identity(value["list"]))
