"""The alliance's list in force as rows, and the ports that bots see of it."""

import difflib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bots.alliance import Member
from bots.events import Signed, UserId
from bridge.alliance import signing
from bridge.alliance.parcel import read_envelope, sealed
from bridge.alliance.signing import Keys, NotCanonical
from bridge.store.alliance_tables import known_key, municipality
from bridge.store.desk import Desk
from bridge.store.engine import insert_new
from bridge.store.hot import Hot
from bridge.store.neighbours import Neighbours
from forms.mistake import Mistake
from forms.text import Text, same

ROOM = "alliance"
"""The fact that says which room all members' Kairans share."""
_IN_FORCE = Hot(sa.select(municipality).order_by(municipality.c.code, municipality.c.server))
_AT = Hot(sa.select(municipality).where(municipality.c.server == sa.bindparam("server")))
_OF_BOT = Hot(sa.select(municipality.c.server).where(municipality.c.bot == sa.bindparam("bot")))
ALONE = Text(
    ja="この自治体は、まだ連合に入っていません。管理者にご相談ください。",
    en="This municipality is in no alliance yet. Please ask a steward.",
)
NOBODY = Text(
    ja="「{words}」という自治体は、連合にありません。{near}", en="There is no member “{words}” in the alliance. {near}"
)
NEAR = Text(ja="もしかして「{near}」ですか。", en="Did you mean “{near}”?")
FORGED = Text(
    ja="署名を確かめられません。内容が変えられたか、連合にない自治体のものです。送り主に確かめてください。",
    en="The signature does not hold: it was altered, or is not by a member. Please ask whoever sent it.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A member with the keys that its Kairan signs with."""

    member: Member
    keys: Keys


def put_in_force(connection: sa.Connection, neighbours: Neighbours, listed: Sequence[Listed]) -> None:
    """From now on these are the members. `known_key` keeps what earlier lists named."""
    connection.execute(sa.delete(municipality))
    insert_new(connection, municipality, *(_row(one) for one in listed))
    keys = [
        {"server": one.member.server, "id": name, "public": public}
        for one in listed
        for name, public in one.keys.items()
    ]
    insert_new(connection, known_key, *keys)
    neighbours.stale()


def _row(one: Listed) -> dict[str, Any]:
    member = one.member
    return {
        "server": member.server,
        "bot": member.bot,
        "ja": member.name.ja,
        "en": member.name.en,
        "code": member.code,
        "kind": member.kind,
        "contact": member.contact,
        "population": member.population,
        "keys": dict(one.keys),
    }


def members(connection: sa.Connection) -> Sequence[Member]:
    """All in force, by code, then server."""
    return [_member(row) for row in _IN_FORCE.mappings(connection)]


def is_member(connection: sa.Connection, user: str) -> bool:
    """Whether this user is the Kairan of a member."""
    return _OF_BOT.first(connection, bot=user) is not None


def member_at(connection: sa.Connection, server: str) -> tuple[Member, Keys] | None:
    """The member of this server with its keys in force."""
    row = next(iter(_AT.mappings(connection, server=server)), None)
    return None if row is None else (_member(row), row["keys"])


def keys_ever(connection: sa.Connection, server: str) -> Keys:
    """Every key that this server signed with as a member."""
    query = sa.select(known_key.c.id, known_key.c.public).where(known_key.c.server == server)
    return dict(connection.execute(query).all())


def _member(row: Mapping[str, Any]) -> Member:
    return Member(
        server=row["server"],
        bot=UserId(row["bot"]),
        name=Text(ja=row["ja"], en=row["en"]),
        code=row["code"],
        kind=row["kind"],
        contact=row["contact"],
        population=row["population"],
    )


class MemberDesk:
    """bots.ports.Members."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._db = desk, desk.connection

    def me(self) -> Member:
        found = member_at(self._db, self._desk.town.server)
        if found is None:
            raise Mistake(ALONE)
        return found[0]

    def all(self) -> Sequence[Member]:
        return members(self._db)

    def find(self, words: str) -> Member:
        wanted = plain(words)
        named: dict[str, Member] = {}
        for member in self.all():
            for name in (member.server, member.name.ja, member.name.en, member.code):
                named.setdefault(plain(name), member)
        if wanted and wanted in named:
            return named[wanted]
        near = difflib.get_close_matches(wanted, named, n=1)
        hint = NEAR.fill(near=named[near[0]].name) if near else same("")
        raise Mistake(NOBODY.fill(words=words[:64], near=hint))


def plain(name: str) -> str:
    """The form in which names of members are compared."""
    return unicodedata.normalize("NFKC", name).casefold().strip().strip("「」")


class SealDesk:
    """bots.ports.Seals."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._db = desk, desk.connection

    def sign(self, kind: str, body: Mapping[str, Any]) -> Signed:
        town = self._desk.town
        return sealed(kind, body, server=town.server, key=town.key, at=self._desk.at)

    def check(self, raw: str) -> Signed:
        try:
            signed = read_envelope(raw)
        except NotCanonical:
            raise Mistake(FORGED) from None
        if not signing.verify(signing.parse(raw), signed.signer, keys_ever(self._db, signed.signer)):
            raise Mistake(FORGED)
        return signed
