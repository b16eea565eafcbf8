"""Invitations from other municipalities, the last two of three steps: does this person want to hear from them?

First the list (the door asks). Then the invited person's own list of servers and people whom they let in; and else
whether they show themselves in the directory of all members, which is to say: anybody there may write to me.
The Kairan of a member may invite everybody: by it come the rooms of groups, forms and reminders.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bridge.files import write_whole

LARGEST = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """`visible`: people whom the directory shows, and our bot; `lists`: person → servers and user ids they let in.

    `kairans`: those of the members in force.
    """

    visible: frozenset[str] = frozenset()
    kairans: frozenset[str] = frozenset()
    lists: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def admit(self, inviter: str, invitee: str) -> bool:
        """Whether this invitation may come to them."""
        wanted = self.lists.get(invitee, frozenset())
        let_in = inviter in wanted or inviter.partition(":")[2] in wanted
        return let_in or invitee in self.visible or inviter in self.kairans


def read_wishes(path: Path) -> Wishes:
    """As `write_wishes` writes them; nobody is let in where they cannot be read."""
    try:
        found = json.loads(path.read_text("utf-8"))
        visible, lists = found.get("visible", []), found.get("lists", {})
        return Wishes(
            visible=_names(visible),
            kairans=_names(found.get("kairans", [])),
            lists={user: _names(names) for user, names in lists.items()},
        )
    except (OSError, ValueError, AttributeError, TypeError, RecursionError):
        return Wishes()


def write_wishes(path: Path, wishes: Wishes) -> None:
    """`{"visible": [user, …], "kairans": [user, …], "lists": {user: [server or user, …]}}`, in one step."""
    lists = {user: sorted(names) for user, names in sorted(wishes.lists.items())}
    found = {"visible": sorted(wishes.visible), "kairans": sorted(wishes.kairans), "lists": lists}
    write_whole(path, json.dumps(found, ensure_ascii=False))


def invited(body: bytes) -> tuple[str, str] | None:
    """(who invites, who is invited) of a federation invite, v1 or v2; None where it does not say so clearly."""
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    event = found.get("event", found) if isinstance(found, dict) else None
    if not isinstance(event, dict):
        return None
    inviter, invitee = event.get("sender"), event.get("state_key")
    return (inviter, invitee) if isinstance(inviter, str) and isinstance(invitee, str) else None


def _names(names: list[str]) -> frozenset[str]:
    return frozenset(name for name in names if isinstance(name, str))
