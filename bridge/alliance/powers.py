"""Who has power in the alliance's room and should not, and whether somebody who stays can take it away. Pure.

Nobody takes a power that equals their own; and in room version 12 nobody at all takes that of whoever made the room.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from bridge.alliance.access import makers

KAIRAN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Powers:
    """`users` is what we can set now.

    `beyond`: who is no member, and whose power we cannot take; `forfeit`: nor can anybody else who stays.
    """

    users: Mapping[str, int]
    beyond: frozenset[str]
    forfeit: bool


def powers(
    create: Mapping[str, Any],
    levels: Mapping[str, Any],
    *,
    bots: Collection[str],
    own: str,
    chosen: Collection[str] | None = None,
) -> Powers:
    """`bots`: the members' Kairans. Those `chosen` of them (else all) are to have KAIRAN; nobody else anything."""
    chosen, endless = bots if chosen is None else chosen, makers(create)
    found = levels.get("users")
    before = {u: n for u, n in found.items() if type(n) is int} if isinstance(found, dict) else {}
    ours = KAIRAN + 1 if own in endless else before.get(own, 0)
    stuck = {user: n for user, n in before.items() if user not in chosen and n >= max(ours, 1) and user != own}
    wanted = {bot: KAIRAN for bot in chosen if bot not in endless}
    users = {user: level for user, level in before.items() if user in chosen or user in stuck} | wanted
    strongest = max((KAIRAN + 1 if bot in endless else before.get(bot, 0) for bot in bots), default=0)
    gone = endless - frozenset(bots)
    beyond = {user: level for user, level in stuck.items() if user not in bots}
    hopeless = any(level >= strongest for level in beyond.values())
    return Powers(users=users, beyond=frozenset(beyond) | gone, forfeit=bool(gone) or hopeless)
