"""Nobody misses a template: members tell what they hand on, and whoever lacks one asks for it by itself.

Who is new to us is told at once and asked to tell; of two that find each other, the later one's word is heard by both.
Everybody is told again every six hours: whoever was away, or lost what was sent, catches up.
"""

from collections.abc import Sequence
from datetime import datetime

from bots.bot import Done
from bots.call import Call
from bots.command import Effects, World, listener
from bots.effects import Post
from bots.events import Delivered
from bots.group_words import ourselves
from bots.ports import Members
from bots.ports_groups import Groups
from bots.ports_template import MARK, Index, Templates

HAVE = "template.have"
MOST_MARKS = 700
MOST_GONE = 200
EVERY_HOURS = 6
MOST_REPLIES = 3
"""To one member within an hour."""


@listener
def heard_index(
    _call: Call, event: Delivered, index: Index, templates: Templates, members: Members, groups: Groups
) -> Effects | None:
    """What another member hands on: what is not here is noted, to be asked for when its turn comes."""
    signed = event.signed
    if signed.kind != HAVE:
        return None
    if ourselves(members) is None:
        return ()
    marks, gone = signed.body.get("marks"), signed.body.get("gone")
    for name, version in list(gone.items())[:MOST_GONE] if isinstance(gone, dict) else ():
        if type(version) is int and 0 < version < 10**6 and 0 < len(name) <= 64:
            templates.withdraw(signed.signer, name, version)
    found = [one for one in marks[:MOST_MARKS] if _is_mark(one)] if isinstance(marks, list) else []
    index.note(signed.signer, found)
    tell = signed.body.get("tell") is True
    if tell and groups.once(f"index {signed.signer}", most=MOST_REPLIES, within_hours=1):
        return _told(index, [signed.signer], tell=False)
    return ()


def _told(index: Index, to: Sequence[str | None], *, tell: bool) -> tuple[Post, ...]:
    """What we hand on; `tell`: and what do you? Nothing where there is neither to say."""
    if not to:
        return ()
    marks, gone = index.ours(MOST_MARKS)
    if not marks and not gone and not tell:
        return ()
    body = {"marks": list(marks), "gone": dict(list(gone.items())[:MOST_GONE]), "tell": tell}
    return tuple(Post(kind=HAVE, body=body, to=server) for server in to)


def _is_mark(found: object) -> bool:
    return isinstance(found, str) and len(found) == MARK and found.isascii()


def due_index(now: datetime, world: World) -> Sequence[Done]:
    """Who is new hears what we hand on; every six hours all do."""
    index, members = world(Index), world(Members)
    if ourselves(members) is None:
        return ()
    new, again = index.untold(), index.is_time(hours=EVERY_HOURS)
    to: Sequence[str | None] = [None] if again or len(new) > 1 else new
    posts = _told(index, to, tell=bool(new))
    return (Done(id=f"template-index:{now.isoformat()}", effects=posts),) if posts else ()


def due_wants(now: datetime, world: World) -> Sequence[Done]:
    """What we lack is asked for: of a few members a minute, however many told us."""
    index, members = world(Index), world(Members)
    if ourselves(members) is None:
        return ()
    asked = index.turns()
    posts = tuple(Post(kind="template.want", body={"marks": list(marks)}, to=server) for server, marks in asked)
    return (Done(id=f"template-wants:{now.isoformat()}", effects=posts),) if posts else ()
