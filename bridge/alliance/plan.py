"""From the list in force to what must be so on our side: which steps, in which order. Pure; others carry them out.

The order is what matters (lab-notes §5): who goes is shut out of each shared room first, then of the homeserver's
list; who comes is let in by the homeserver first, and only then by the rooms. Our own server is never barred.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from forms.text import Text

SHUT = Text(ja="部屋 {room} から {servers} を外す", en="Shut {servers} out of room {room}")
OPEN = Text(ja="部屋 {room} に {servers} を入れる", en="Let {servers} into room {room}")
LIST = Text(
    ja="ホームサーバーの許可リストを書き換える（追加: {added}、削除: {gone}）",
    en="Rewrite the homeserver's allow list (in: {added}, out: {gone})",
)
INVITE = Text(ja="{bot} を部屋 {room} に招待する", en="Invite {bot} into room {room}")
NOBODY = Text(ja="なし", en="nobody")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`members`: server names of the list in force, () where it says nothing; `also`: kairan.toml's own."""

    own: str
    members: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()

    @property
    def servers(self) -> frozenset[str]:
        return self.members | self.also | {self.own}


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """`listed`: the homeserver's allow list (None: it was never written); `rooms`: managed room → servers it admits.

    `missing`: room → members' bots that should be in it and are not even invited; `called`: room → what people call it.
    """

    listed: frozenset[str] | None = None
    rooms: Mapping[str, frozenset[str]] = field(default_factory=dict)
    missing: Mapping[str, frozenset[str]] = field(default_factory=dict)
    called: Mapping[str, str] = field(default_factory=dict)

    def name(self, room: str) -> str:
        """Its name and its id."""
        called = self.called.get(room, room)
        return room if called == room else f"{called} ({room})"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomChange:
    """The room's m.room.server_acl admits exactly these from now on."""

    room: str
    servers: frozenset[str]
    words: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ListChange:
    """The homeserver's allow list, and the door's, hold exactly these from now on."""

    servers: frozenset[str]
    words: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteChange:
    """This bot of a member is invited into the room."""

    room: str
    bot: str
    words: Text

    @property
    def servers(self) -> frozenset[str]:
        return frozenset({self.bot.partition(":")[2]})


Change = RoomChange | ListChange | InviteChange


def plan(wanted: Wanted, observed: Observed) -> Sequence[Change]:
    """What to change, in order; nothing where all is as it should be.

    Who is not on the list (any more), or whose list has run out, closes its own door and leaves rooms as they are:
    they belong to the others, whom its word would shut out from one another.
    """
    should = wanted.servers
    rooms = sorted(observed.rooms.items()) if wanted.own in wanted.members else []
    known = should & (observed.listed or frozenset())
    name = observed.name
    shutting = [_shut(room, inside, should, known, name(room)) for room, inside in rooms if inside - should]
    shut = {change.room: change.servers for change in shutting}
    rooms = [(room, shut.get(room, inside)) for room, inside in rooms]
    opening = [_opened(room, inside, should, name(room)) for room, inside in rooms if should - inside]
    return [*shutting, *_listing(should, observed.listed), *opening, *_inviting(wanted, observed)]


def _shut(
    room: str, inside: frozenset[str], should: frozenset[str], known: frozenset[str], called: str
) -> RoomChange:  # fmt: skip
    """Those whom we speak with already stay in, whatever somebody else's word left of the room's list."""
    words = SHUT.fill(room=called, servers=_names(inside - should))
    return RoomChange(room=room, servers=(inside & should) | known, words=words)


def _opened(room: str, inside: frozenset[str], should: frozenset[str], called: str) -> RoomChange:
    return RoomChange(room=room, servers=should, words=OPEN.fill(room=called, servers=_names(should - inside)))


def _inviting(wanted: Wanted, observed: Observed) -> list[InviteChange]:
    """Last: whoever is invited must be able to come in. Only members', and only by a member."""
    if wanted.own not in wanted.members:
        return []
    return [
        InviteChange(room=room, bot=bot, words=INVITE.fill(room=observed.name(room), bot=bot))
        for room, bots in sorted(observed.missing.items())
        for bot in sorted(bots)
        if bot.partition(":")[2] in wanted.members
    ]


def _listing(should: frozenset[str], listed: frozenset[str] | None) -> list[ListChange]:
    if listed == should:
        return []
    there = listed or frozenset()
    words = LIST.fill(added=_names(should - there) or NOBODY, gone=_names(there - should) or NOBODY)
    return [ListChange(servers=should, words=words)]


def _names(servers: frozenset[str]) -> str:
    return ", ".join(sorted(servers))
