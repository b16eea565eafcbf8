"""What a room's access list (m.room.server_acl) admits, and who may change it; pure.

An access list knows hosts, not ports: two servers of one host are admitted or shut out together.
"""

import fnmatch
from collections.abc import Callable, Iterable, Mapping
from typing import Any

EVERYBODY = "*"
_ENDLESS = 2**60


def allowing(servers: Iterable[str]) -> dict[str, Any]:
    """The content that admits exactly these.

    Also with their ports: Synapse (seen in 1.163) compares without, but where it refuses a list that would shut out
    whoever writes it, it compares with.
    """
    names = set(servers)
    return {"allow": sorted({host(server) for server in names} | names), "deny": [], "allow_ip_literals": True}


def admitted(acl: Mapping[str, Any] | None, known: Iterable[str]) -> frozenset[str]:
    """Which of the known servers it admits, and EVERYBODY where it would admit one that nobody knows."""
    if acl is None:
        return frozenset({*known, EVERYBODY})
    allow, deny = _patterns(acl.get("allow")), _patterns(acl.get("deny"))
    let_in, kept_out = _matching(allow), _matching(deny)
    inside = {server for server in known if let_in(host(server)) and not kept_out(host(server))}
    open_ended = any("*" in pattern or "?" in pattern for pattern in allow)
    return frozenset(inside | ({EVERYBODY} if open_ended else set()))


def bars(acl: Mapping[str, Any] | None, server: str) -> bool:
    """Whether it keeps this server from saying anything."""
    return server not in admitted(acl, [server])


def may_change(user: str, create: Mapping[str, Any], power: Mapping[str, Any] | None, kind: str) -> bool:
    """Whether this person may set a state of this kind there (Matrix v1.16: creators of version 12 may do all)."""
    levels = power or {}
    events, users = _mapping(levels.get("events")), _mapping(levels.get("users"))
    needed = _number(events.get(kind, levels.get("state_default", 50 if power else 0)))
    return _power(user, create, users, levels, ruled=power is not None) >= needed


def _power(
    user: str, create: Mapping[str, Any], users: Mapping[str, Any], levels: Mapping[str, Any], *, ruled: bool
) -> int:
    if user in makers(create):
        return _ENDLESS
    if not ruled:
        return 100 if user == create.get("sender") else 0
    return _number(users.get(user, levels.get("users_default", 0)))


def makers(create: Mapping[str, Any]) -> frozenset[str]:
    """Who made a room of version 12 or later, and so may do all for ever; of earlier versions nobody."""
    content = _mapping(create.get("content"))
    creator, more = create.get("sender"), content.get("additional_creators")
    version = str(content.get("room_version", "1"))
    if not version.isdigit() or int(version) < 12:
        return frozenset()
    return frozenset(user for user in (creator, *(more if isinstance(more, list) else ())) if isinstance(user, str))


def servers_of(member_events: Any) -> frozenset[str]:
    """Of the people in (or invited to) a room, by their member events."""
    found = set()
    for event in member_events if isinstance(member_events, list) else ():
        content = _mapping(event.get("content")) if isinstance(event, dict) else {}
        who = event.get("state_key") if isinstance(event, dict) else None
        if isinstance(who, str) and content.get("membership") in ("join", "invite"):
            found.add(who.partition(":")[2])
    return frozenset(found)


def host(server: str) -> str:
    """Without the port."""
    name, colon, port = server.rpartition(":")
    return name if colon and port.isdigit() and not server.endswith("]") else server


def _matching(patterns: Iterable[str]) -> Callable[[str], bool]:
    """Plain names are looked up: there may be thousands, of thousands of servers."""
    lowered = {pattern.lower() for pattern in patterns}
    wild = [pattern.replace("[", "[[]") for pattern in lowered if "*" in pattern or "?" in pattern]
    return lambda name: name.lower() in lowered or any(fnmatch.fnmatchcase(name.lower(), one) for one in wild)


def _patterns(found: Any) -> list[str]:
    return [pattern for pattern in found if isinstance(pattern, str)] if isinstance(found, list) else []


def _mapping(found: Any) -> Mapping[str, Any]:
    return found if isinstance(found, dict) else {}


def _number(found: Any) -> int:
    return found if isinstance(found, int) else 0
