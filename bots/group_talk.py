"""What other members' Kairans tell of groups, and what our own does as time passes. All of it may be hostile."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bots.alliance import Member
from bots.bot import Done, Routine
from bots.call import Call
from bots.command import Effects, Listener, World, listener
from bots.effects import Person, Post, Room, Say
from bots.events import Delivered, UserId
from bots.filling.show import clean
from bots.group_log import Appoint, Bar, Create, Deed, Group, Invite, Move, Place
from bots.group_moderation import MOST_NOTICES, NOTICE
from bots.group_words import LOG, carried, entry_post, ourselves
from bots.ports import Members, Seals
from bots.ports_groups import Directory, Groups
from bots.roles import Role
from forms.mistake import Mistake
from forms.text import Text

MOST_RAW = 500
FRESH = timedelta(days=2)
"""How old a request may be: a clock may differ by a day."""
MOST_JOINS = 200
MOST_FOUNDED = 20
ALIVE = "group.alive"
LATER = timedelta(seconds=15)

APPOINTED = Text(
    ja="{by} さんが、あなたをユーザーグループ「{name}」の管理者にしました。"
    "招待が届いたら、スペース「{name}」に入ってください。引き受けないときは「!group leave {name}」とお知らせください。",
    en="{by} made you a steward of the user group “{name}”. Please accept the invitation to its space; "
    "to decline, say “!group leave {name}”.",
)
FLOOD = Text(
    ja="{town}から1日に{most}件を超えるお知らせが届いたため、それより後のものは表示していません。",
    en="{town} sent more than {most} notices in a day; those after are not shown.",
)
NO = Text(
    ja="「{name}」への参加は断られました。グループの管理者にご相談ください。",
    en="“{name}” did not let you in. Please ask its stewards.",
)


@listener
def heard_log(call: Call, event: Delivered, groups: Groups, seals: Seals, members: Members) -> Effects | None:
    """Deeds, each signed by who did it, whoever passed them on."""
    if event.signed.kind != LOG:
        return None
    raws, me = event.signed.body.get("raw"), ourselves(members)
    if me is None:
        return ()
    effects: list[Any] = []
    for raw in raws[:MOST_RAW] if isinstance(raws, list) else ():
        deed = _kept(raw, groups, seals)
        if deed is not None:
            _help(deed, call.at + LATER, groups, me)
            effects += _follow(deed, groups, me)
    return tuple(effects)


def _kept(raw: object, groups: Groups, seals: Seals) -> Deed | None:
    if not isinstance(raw, str):
        return None
    try:
        signed = seals.check(raw)
    except Mistake:
        return None
    do = signed.body.get("do")
    founding = isinstance(do, Mapping) and do.get("act") == "create"
    if founding and not groups.once(f"founded {signed.signer}", most=MOST_FOUNDED, within_hours=24):
        return None
    return groups.keep(signed)


def _help(deed: Deed, at: datetime, groups: Groups, me: Member) -> None:
    """What a deed asks for is done by every steward's Kairan, ours a little later: one may die."""
    group, do = groups.get(deed.group), deed.do
    if group is None or me.server not in group.servers:
        return
    match do:
        case Bar(how="ban" | "free" as how, target=target) if target not in (me.server, me.bot):
            groups.want(group.id, how, target, at=at)
        case Invite(user=user, key=key, until=until) if (user, key) in group.guests:
            groups.want(group.id, "put_out", user, key=key, at=max(at, datetime.fromtimestamp(until, UTC)))
            return
    groups.want(group.id, "settle", at=at)


def _follow(deed: Deed, groups: Groups, me: Member) -> Sequence[Any]:
    """Our own people hear that they became stewards; one who is no staff of ours does not."""
    group = groups.get(deed.group)
    if group is None or deed.by not in group.stewards:
        return ()
    named = deed.do.stewards if isinstance(deed.do, Create) else ()
    named = [deed.do.user] if isinstance(deed.do, Appoint) and deed.do.on else named
    ours = [UserId(user) for user in named if user.partition(":")[2] == me.server]
    effects: list[Any] = []
    for user in ours:
        if user not in group.stewards or user == deed.by:
            continue
        if groups.role(user) < Role.STAFF:
            effects.append(carried(groups.write(group.id, user, Appoint(user=user, on=False))[0]))
        else:
            effects.append(Say(text=APPOINTED.fill(by=deed.by, name=group.name), to=Person(user), calls=(user,)))
    return effects


@listener
def heard_join(call: Call, event: Delivered, groups: Groups, members: Members) -> Effects | None:
    """Another Kairan vouches for one of its staff, who wants to come in or to leave."""
    kind, signed = event.signed.kind, event.signed
    if kind not in ("group.join", "group.leave"):
        return None
    group, user = _asked(signed.body, signed.signer, groups)
    me = ourselves(members)
    if group is None or me is None or me.server not in group.servers or abs(signed.at - call.at) > FRESH:
        return ()
    if kind == "group.leave":
        groups.want(group.id, "put_out", user)
        return ()
    known = next((m for m in members.all() if m.server == signed.signer), None)
    allowed = known is not None and known.kind != "partner" and signed.body.get("role") == "staff"
    if not allowed or group.bars(user):
        return (Post(kind="group.refused", body={"group": group.id, "user": user}, to=signed.signer),)
    if known is not None and groups.once(f"join {signed.signer}", most=MOST_JOINS, within_hours=1):
        groups.want(group.id, "invite", known.bot)
        groups.want(group.id, "invite", user)
    return ()


def _asked(body: Mapping[str, Any], signer: str, groups: Groups) -> tuple[Group | None, UserId]:
    """A member speaks for its own people alone."""
    named, user = body.get("group"), body.get("user")
    if not (isinstance(named, str) and isinstance(user, str) and user.startswith("@")) or len(user) > 255:
        return None, UserId("")
    own = user.partition(":")[2] == signer and not user.startswith(("@kairan", "@_kairan"))
    return (groups.get(named) if own else None), UserId(user)


@listener
def heard_refusal(_call: Call, event: Delivered, groups: Groups, members: Members) -> Effects | None:
    """Only of those who may refuse, and once a day."""
    signed = event.signed
    if signed.kind != "group.refused":
        return None
    me = ourselves(members)
    group, user = _asked(signed.body, me.server if me else "", groups)
    if group is None or signed.signer not in group.servers or groups.role(user) < Role.STAFF:
        return ()
    if not groups.once(f"refused {group.id} {user}", most=1, within_hours=24):
        return ()
    return (Say(text=NO.fill(name=group.name), to=Person(user)),)


@listener
def heard_notice(_call: Call, event: Delivered, groups: Groups, members: Members) -> Effects | None:
    """So many a day of each member: one that floods hurts nobody else's."""
    signed = event.signed
    if signed.kind != "group.notice":
        return None
    words, staff = signed.body.get("words"), groups.room_of(Role.STAFF)
    if not isinstance(words, str) or staff is None or ourselves(members) is None:
        return ()
    town = next((m.name for m in members.all() if m.server == signed.signer), None)
    if groups.once(f"notice {signed.signer}", most=MOST_NOTICES, within_hours=24):
        return (Say(text=NOTICE.fill(town=town, words=clean(words, 2000)), to=Room(staff)),)
    stewards = groups.room_of(Role.STEWARD)
    if stewards is None or not groups.once(f"flood {signed.signer}", most=1, within_hours=24):
        return ()
    return (Say(text=FLOOD.fill(town=town, most=MOST_NOTICES), to=Room(stewards)),)


@listener
def heard_life(call: Call, event: Delivered, groups: Groups) -> Effects | None:
    """A sign of life, and nothing else."""
    groups.heard(event.signed.signer, call.at)
    return () if event.signed.kind == ALIVE else None


# -- as time passes ----------------------------------------------------------------------------------------------------


def tell_places(_now: datetime, world: World) -> Sequence[Done]:
    """Rooms that our caretaker made: from now on everybody knows them."""
    groups = world(Groups)
    done = []
    for made in groups.made():
        signed, _ = groups.write(made.group, made.by, Place(key=made.key, room=made.room))
        groups.told(made)
        groups.want(made.group, "settle")
        done.append(Done(f"place:{signed.id}", (carried(signed),)))
    return done


def tell_moves(_now: datetime, world: World) -> Sequence[Done]:
    """Rooms of ours that were upgraded: all follow. Into a space everybody must be invited anew."""
    groups = world(Groups)
    done = []
    for one in groups.upgraded():
        signed, _ = groups.write(one.group, one.by, Move(key=one.key, before=one.before, room=one.room))
        for user in one.present if not one.key else ():
            groups.want(one.group, "invite", user)
        groups.want(one.group, "settle")
        done.append(Done(f"move:{signed.id}", (carried(signed),)))
    return done


def enter_rooms(_now: datetime, world: World) -> Sequence[Done]:
    """Our bot is in a space: it enters the rooms there."""
    groups = world(Groups)
    for group, key, room in groups.to_enter():
        groups.want(group, "enter", room, key=key)
    return ()


def greet(now: datetime, world: World) -> Sequence[Done]:
    """A new member gets our groups' logs and our directory; signs of life go out every six hours."""
    groups, members = world(Groups), world(Members)
    done = []
    partners = {member.server for member in members.all() if member.kind == "partner"}
    me = ourselves(members)
    if me is None:
        return ()
    for server in groups.greeted():
        logs = [[raw for _, raw in groups.log(g.id)] for g in groups.all() if me.server in g.servers]
        parts = [log[at : at + 100] for log in logs for at in range(0, len(log), 100)]
        posts = (
            *(Post(kind=LOG, body={"raw": part}, to=server) for part in parts),
            *(entry_post(entry, to=server) for entry in world(Directory).own() if server not in partners),
        )
        done.append(Done(f"greet:{server}:{now.isoformat()}", posts))
    if len(members.all()) > 1 and groups.once(ALIVE, most=1, within_hours=6):
        done.append(Done(f"alive:{now.isoformat()}", (Post(kind=ALIVE, body={}, to=None),)))
    return done


LISTENERS: tuple[Listener, ...] = (heard_life, heard_log, heard_join, heard_refusal, heard_notice)
ROUTINES: tuple[Routine, ...] = (tell_places, tell_moves, enter_rooms, greet)
