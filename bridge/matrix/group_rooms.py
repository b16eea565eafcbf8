"""The rooms of a user group as they should be, and what to change where they are not. Pure.

Room version 12: who makes a room has power without end and may not stand among its users; so that a group outlives
them, every steward's Kairan has 100 from the beginning: enough for new rooms, stewards and server ACLs.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bots.group_log import Group
from bridge.alliance.access import may_change
from bridge.matrix.wire import Json
from bridge.store.desk import server_of

KAIRAN, STEWARD, MUTED = 100, 50, -1
CREATOR = 2**53
VERSION = "12"
GUIDE = "jp.kairan.guide"
"""State that says which guide is pinned."""
MOST_VIA = 5
EVENTS = {
    "m.space.child": KAIRAN, "m.room.power_levels": KAIRAN, "m.room.join_rules": KAIRAN, "m.room.server_acl": KAIRAN,
    "m.room.history_visibility": KAIRAN, "m.room.encryption": KAIRAN, "m.room.guest_access": KAIRAN,
    "m.room.name": KAIRAN, "m.room.topic": STEWARD, "m.room.avatar": STEWARD, "m.room.canonical_alias": KAIRAN,
    "m.room.pinned_events": STEWARD, "m.room.tombstone": 150, GUIDE: KAIRAN,
}  # fmt: skip
GUESTS_MARK = "〔外部参加あり〕"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One state event to set in a room."""

    kind: str
    key: str
    content: Json


def space_body(group: Group, *, alias: str, bots: Mapping[str, str], own: str) -> Json:
    """The body of createRoom for the space. Nobody is invited yet: an invitation that fails must not undo it."""
    return {
        "room_alias_name": alias,
        "room_version": VERSION,
        "name": group.name,
        "topic": group.rules[:500],
        "preset": "private_chat",
        "visibility": "private",
        "creation_content": {"type": "m.space"},
        "initial_state": [{"type": "m.room.history_visibility", "state_key": "", "content": _visible()}],
        "power_level_content_override": _levels(group, bots, own) | {"events_default": KAIRAN},
    }


def room_body(  # noqa: PLR0913 - what a room is made of
    group: Group, key: str, *, alias: str, bots: Mapping[str, str], own: str, space: str
) -> Json:
    """The body of createRoom for a themed room: whoever is in the space may enter, by any steward's homeserver.

    It is not encrypted: colleagues who come later read what was asked before, and what it holds is shared by all
    members' servers anyway.
    """
    return {
        "room_alias_name": alias,
        "room_version": VERSION,
        "name": name_of(group, key),
        "topic": group.rules[:500],
        "preset": "private_chat",
        "visibility": "private",
        "initial_state": [
            {"type": "m.room.history_visibility", "state_key": "", "content": _visible()},
            {"type": "m.room.join_rules", "state_key": "", "content": _rule(space)},
            {"type": "m.space.parent", "state_key": space, "content": {"via": via(group), "canonical": True}},
        ],
        "power_level_content_override": _levels(group, bots, own) | {"events_default": 0},
    }


def _visible() -> Json:
    return {"history_visibility": "shared"}


def _levels(group: Group, bots: Mapping[str, str], own: str) -> Json:
    users = {user: level for user, level in wanted_users(group, bots).items() if user != own}
    return {
        "users": users, "users_default": 0, "events": EVENTS, "state_default": KAIRAN, "invite": STEWARD,
        "kick": STEWARD, "ban": STEWARD, "redact": STEWARD, "notifications": {"room": STEWARD},
    }  # fmt: skip


def name_of(group: Group, key: str) -> str:
    """What a room is called; one that guests may be invited to says so."""
    if not key:
        return group.name
    there = group.rooms.get(key)
    return f"{key}{GUESTS_MARK}" if there is not None and there.guests else key


def via(group: Group) -> list[str]:
    """Through which homeservers people find a room: several, for any may be away."""
    return sorted(group.servers)[:MOST_VIA]


def wanted_users(group: Group, bots: Mapping[str, str]) -> dict[str, int]:
    """`bots`: server → its Kairan, of members in force."""
    users: dict[str, int] = {user: MUTED for user, how in group.barred.items() if how == "mute" and user[:1] == "@"}
    users |= {user: STEWARD for user in group.stewards if not group.bars(user)}
    return users | {bots[server]: KAIRAN for server in group.servers if server in bots}


def plan(group: Group, key: str, *, state: Iterable[Json], bots: Mapping[str, str], own: str) -> Sequence[Change]:
    """What to change in the room `key` ("" is the space) so that it is as the group's log says."""
    observed = {(e.get("type"), e.get("state_key")): e for e in state}
    power = _power(group, observed, bots, own)
    return [
        *([power] if power else []),
        *_name(group, key, observed),
        *(_children(group, observed) if not key else _entry(group, observed)),
    ]


def is_ours(create: Json, levels: Json, *, before: str, own: str) -> bool:
    """Whether a room that goes on from `before` was made by us, as its predecessor was, and we rule it."""
    content = create.get("content")
    predecessor = content.get("predecessor") if isinstance(content, dict) else None
    goes_on = isinstance(predecessor, dict) and predecessor.get("room_id") == before
    kinds = ("m.room.power_levels", "m.space.child", "m.room.join_rules")
    return goes_on and create.get("sender") == own and all(may_change(own, create, levels, kind) for kind in kinds)


def _content(observed: Mapping[Any, Json], kind: str, key: str = "") -> Json:
    content = observed.get((kind, key), {}).get("content")
    return content if isinstance(content, dict) else {}


def _power(group: Group, observed: Mapping[Any, Json], bots: Mapping[str, str], own: str) -> Change | None:
    """Nobody's level is touched who stands as high as we do: the whole change would be refused."""
    levels = _content(observed, "m.room.power_levels")
    before = levels.get("users")
    before = before if isinstance(before, dict) else {}
    creators = _creators(observed)
    ours = CREATOR if own in creators else before.get(own, 0)
    wanted = {
        user: level for user, level in wanted_users(group, bots).items() if user not in creators and level <= ours
    }
    fixed = {
        user: level for user, level in before.items() if user == own or not isinstance(level, int) or level >= ours
    }
    users = {user: level for user, level in (wanted | fixed).items() if user not in creators}
    return None if users == before else Change(kind="m.room.power_levels", key="", content={**levels, "users": users})


def _creators(observed: Mapping[Any, Json]) -> frozenset[str]:
    event = observed.get(("m.room.create", ""), {})
    more = _content(observed, "m.room.create").get("additional_creators")
    return frozenset([str(event.get("sender")), *(more if isinstance(more, list) else ())])


def _name(group: Group, key: str, observed: Mapping[Any, Json]) -> Sequence[Change]:
    name = name_of(group, key)
    if _content(observed, "m.room.name").get("name") == name:
        return ()
    return [Change(kind="m.room.name", key="", content={"name": name})]


def _children(group: Group, observed: Mapping[Any, Json]) -> Sequence[Change]:
    changes = [
        Change(kind="m.space.child", key=room, content={})
        for room in sorted(group.former)
        if _content(observed, "m.space.child", room)
    ]
    for place, room in enumerate(group.rooms.values()):
        if room.room is None:
            continue
        content: Json = {"via": via(group), "order": f"{place:03}"} if room.on else {}
        if _content(observed, "m.space.child", room.room) != content:
            changes.append(Change(kind="m.space.child", key=room.room, content=content))
    return changes


def _entry(group: Group, observed: Mapping[Any, Json]) -> Sequence[Change]:
    """Whoever is in the space may enter: in the one that there is now."""
    if group.space is None:
        return ()
    wanted = {
        ("m.room.join_rules", ""): _rule(group.space),
        ("m.space.parent", group.space): {"via": via(group), "canonical": True},
    } | {("m.space.parent", room): {} for room in group.former if _content(observed, "m.space.parent", room)}
    return [
        Change(kind=kind, key=key, content=content)
        for (kind, key), content in wanted.items()
        if kind != "m.room.join_rules" or _content(observed, kind).get("allow") != content["allow"]
        if kind != "m.space.parent" or bool(_content(observed, kind, key)) != bool(content)
    ]


def _rule(space: str) -> Json:
    return {"join_rule": "restricted", "allow": [{"type": "m.room_membership", "room_id": space}]}


def guide_mark(group: Group) -> str:
    """Another guide has another mark."""
    return hashlib.sha256(group.guide.encode()).hexdigest()[:16]


def pinned(state: Iterable[Json]) -> str:
    """The mark of the guide that is pinned in a room."""
    content = _content({(e.get("type"), e.get("state_key")): e for e in state}, GUIDE)
    return str(content.get("mark", ""))


def inside(state: Iterable[Json], *memberships: str) -> dict[str, str]:
    """User → membership, of those with one of these."""
    found = {}
    for event in state:
        content = event.get("content")
        membership = content.get("membership") if isinstance(content, dict) else None
        if event.get("type") == "m.room.member" and membership in memberships:
            found[str(event.get("state_key"))] = str(membership)
    return found


def meant(target: str, users: Iterable[str]) -> list[str]:
    """The person, or those of the server; of a server its Kairan comes last, for it may be what lets us act."""
    if target.startswith("@"):
        return [target]
    return sorted((user for user in users if server_of(user) == target), key=lambda user: ("kairan" in user, user))
