"""The alliance's list: who its members are, as one signed document that each version hands on to the next.

Moments are whole milliseconds since 1970, by the clock of who wrote them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, Literal, cast

from bots.alliance import Member, MemberKind
from bots.events import UserId
from bridge.alliance.codes import is_code
from bridge.alliance.signing import (
    Document,
    Keys,
    NotCanonical,
    canonical,
    digest,
    from_unpadded,
    key_id,
    parse,
    verify,
)
from forms.text import Text

TYPE: Final = "jp.kairan.alliance"
LIVES: Final = 72 * 3_600_000
"""A list that nobody renews within these three days says nothing any more."""
SKEW: Final = 10 * 60_000
"""A list from further ahead than this is refused: one of the clocks is wrong."""
LONGEST: Final = 4_000_000
LARGEST_QUORUM: Final = 4
"""What the quorum grows to by itself; members may decide on another."""

_SERVER = re.compile(r"(?=.{1,200}\Z)(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
_LOCALPART = re.compile(r"[a-z0-9._=/+-]{1,100}")
MOST_PEOPLE: Final = 100_000_000
_KINDS = ("municipality", "prefecture", "partner")
Rule = Literal["grows", "fixed"]


class NoRoll(ValueError):  # noqa: N818 - what is wrong, as in bridge.errors
    """The document is no list of an alliance; the words say why, for a log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A member with its keys; of the alliance from `since` until `until`, where that is set."""

    member: Member
    keys: Keys
    since: int
    until: int | None = None

    @property
    def server(self) -> str:
        return self.member.server

    def holds_at(self, now: int) -> bool:
        """Whether it is a member then."""
        return self.since <= now and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """`entries` by server. `carried`: motions that are in it, with the moment up to which they must be remembered."""

    version: int
    previous: str
    issued: int
    until: int
    quorum: int
    rule: Rule
    room: str
    entries: tuple[Entry, ...]
    carried: Mapping[str, int] = field(default_factory=dict)
    round: int = 0
    document: Document = field(default_factory=dict, repr=False, compare=False)
    """As it came, with its signatures."""

    @property
    def id(self) -> str:
        """What it says, whoever signed it in whichever attempt."""
        return identity(self.document or written(self))

    def at(self, server: str) -> Entry | None:
        """The member of this server."""
        return next((entry for entry in self.entries if entry.server == server), None)

    def present(self, now: int) -> tuple[Entry, ...]:
        """Who is a member now."""
        return tuple(entry for entry in self.entries if entry.holds_at(now))

    def council(self) -> tuple[Entry, ...]:
        """Who signs what follows this list: the longest-standing, so few that any two quorums of them meet."""
        standing = sorted(self.present(self.issued), key=lambda entry: (entry.since, entry.server))
        return tuple(standing[: 2 * self.quorum - 1])

    def turn(self, server: str) -> int:
        """When this member of the council is to lead the next version: from 0; another order each time."""
        order = sorted(self.council(), key=lambda e: sha256(f"{self.version} {e.server}".encode()).digest())
        return [entry.server for entry in order].index(server)

    def holds_at(self, now: int) -> bool:
        """Whether it is neither too old nor from the future."""
        return self.issued - SKEW <= now < self.until


def quorum_for(members: int) -> int:
    """More than half, while they are few."""
    return min(members // 2 + 1, LARGEST_QUORUM)


# -- as a document ---------------------------------------------------------------------------------------------------


def written(roll: Roll) -> Document:
    """The document that is signed."""
    return {
        "type": TYPE,
        "version": roll.version,
        "previous": roll.previous,
        "issued": roll.issued,
        "until": roll.until,
        "quorum": roll.quorum,
        "rule": roll.rule,
        "room": roll.room,
        "round": roll.round,
        "carried": dict(roll.carried),
        "members": [entry_written(entry) for entry in roll.entries],
    }


def identity(document: Mapping[str, Any]) -> str:
    """The id of what a list says: in whichever attempt it was agreed on, it is the same list."""
    return digest({key: value for key, value in document.items() if key != "round"})


def entry_written(entry: Entry) -> Document:
    """A member as it stands in the list."""
    member = entry.member
    found: Document = {
        "server": member.server,
        "bot": member.bot,
        "name": {"ja": member.name.ja, "en": member.name.en},
        "code": member.code,
        "kind": member.kind,
        "contact": member.contact,
        "keys": dict(entry.keys),
        "since": entry.since,
    }
    found |= {"population": member.population} if member.population else {}
    return found if entry.until is None else {**found, "until": entry.until}


def read(raw: str | bytes | Mapping[str, Any]) -> Roll:
    """The list that a text or document holds; whether it is signed is another question. Raises NoRoll."""
    try:
        document = dict(raw) if isinstance(raw, Mapping) else parse(raw, longest=LONGEST)
        canonical(document)
    except NotCanonical as wrong:
        raise NoRoll(str(wrong)) from None
    if document.get("type") != TYPE:
        raise NoRoll("no list")
    rule = document.get("rule")
    if rule not in ("grows", "fixed"):
        raise NoRoll("no rule")
    roll = Roll(
        version=_whole(document, "version", low=1),
        previous=_words(document, "previous", most=64),
        issued=_whole(document, "issued"),
        until=_whole(document, "until"),
        quorum=_whole(document, "quorum", low=1),
        rule=cast("Rule", rule),
        room=_words(document, "room", most=255),
        round=_whole(document, "round"),
        carried=_carried(document.get("carried")),
        entries=_entries(document.get("members")),
        document=document,
    )
    if roll.until != roll.issued + LIVES:
        raise NoRoll("it lives for another time than lists do")
    if not roll.council() or roll.quorum > len(roll.council()):
        raise NoRoll("more signatures than members")
    return roll


def _entries(found: object) -> tuple[Entry, ...]:
    if not isinstance(found, list):
        raise NoRoll("no members")
    entries = tuple(read_entry(one) for one in found)
    servers = [entry.server for entry in entries]
    if sorted(set(servers)) != servers:
        raise NoRoll("members out of order, or twice")
    return entries


def _carried(found: object) -> Mapping[str, int]:
    if not isinstance(found, dict) or any(type(until) is not int for until in found.values()):
        raise NoRoll("no motions")
    return found


def read_entry(found: object) -> Entry:
    """A member as a list, a motion or an introduction names it. Raises NoRoll."""
    if not isinstance(found, dict):
        raise NoRoll("no member")
    server, code, kind = _words(found, "server"), _words(found, "code", most=6), found.get("kind")
    bot = _words(found, "bot", most=255)
    localpart, _, home = bot[1:].partition(":")
    if not _SERVER.fullmatch(server):
        raise NoRoll("no server name")
    if bot[:1] != "@" or home != server or not _LOCALPART.fullmatch(localpart):
        raise NoRoll("the bot is not of this server")
    if (code and not is_code(code)) or kind not in _KINDS:
        raise NoRoll("a wrong code or kind")
    name = found.get("name")
    if not isinstance(name, dict):
        raise NoRoll("no name")
    names = Text(ja=_words(name, "ja", most=60, least=1), en=_words(name, "en", most=60, least=1))
    member = Member(
        server=server,
        bot=UserId(bot),
        name=names,
        code=code,
        kind=cast("MemberKind", kind),
        contact=_words(found, "contact"),
        population=_population(found),
    )
    until = _whole(found, "until") if "until" in found else None
    return Entry(member=member, keys=read_keys(found.get("keys")), since=_whole(found, "since"), until=until)


def _population(found: Mapping[str, Any]) -> int:
    """What was not said is 0, and not written."""
    people = _whole(found, "population", low=1) if "population" in found else 0
    if people > MOST_PEOPLE:
        raise NoRoll("more people than there are")
    return people


def read_keys(found: object) -> Keys:
    """One to three keys, each under its own id. Raises NoRoll."""
    if not isinstance(found, dict) or not 1 <= len(found) <= 3:
        raise NoRoll("no keys")
    for name, public in found.items():
        if not isinstance(public, str) or name != key_id(public) or not _is_key(public):
            raise NoRoll("no key")
    return found


def _is_key(public: str) -> bool:
    try:
        return len(from_unpadded(public)) == 32
    except ValueError:
        return False


def _whole(document: Mapping[str, Any], name: str, *, low: int = 0) -> int:
    found = document.get(name)
    if type(found) is not int or not low <= found < 2**53:
        raise NoRoll(f"{name} is no number")
    return found


def _words(document: Mapping[str, Any], name: str, *, most: int = 200, least: int = 0) -> str:
    found = document.get(name)
    if not isinstance(found, str) or not least <= len(found.strip()) or len(found) > most:
        raise NoRoll(f"{name} is no text")
    return found


# -- who signed it ---------------------------------------------------------------------------------------------------


def signers(document: Mapping[str, Any], roll: Roll) -> frozenset[str]:
    """Members of `roll`'s council who signed the document."""
    return frozenset(entry.server for entry in roll.council() if verify(document, entry.server, entry.keys))


def complete(document: Mapping[str, Any], roll: Roll) -> bool:
    """Whether a quorum of `roll`, the list before it, signed it."""
    return len(signers(document, roll)) >= roll.quorum


# -- as people check it ----------------------------------------------------------------------------------------------


def fingerprint(server: str, keys: Keys) -> str:
    """Short, to be read out over the telephone: five groups of four digits."""
    number = int.from_bytes(sha256(canonical([server, dict(keys)])).digest()[:16], "big") % 10**20
    return " ".join(f"{number:020d}"[at : at + 4] for at in range(0, 20, 4))
