"""!federation: who belongs to the alliance, who asks to join, and the votes on it."""

from collections.abc import Sequence
from datetime import datetime

from bots import federation_words as words
from bots.alliance import Motion, Outcome
from bots.arguments import Confirmation, MemberName, Number
from bots.bot import Bot, Done
from bots.call import Call
from bots.command import Effects, World, command, listener
from bots.effects import Room, Say
from bots.events import Delivered
from bots.federation_health import health
from bots.group_words import ourselves
from bots.help import help_command
from bots.ports import Members, Pending, Town
from bots.ports_alliance import Alliance
from bots.records import Waiting
from bots.roles import Role
from forms.text import Text, lines

NO_MOTIONS = Text(ja="投票を待っている申請や提案はありません。", en="There is nothing to vote on.")
APPROVED = Text(
    ja="「{subject}」の件に、{us}として賛成しました（賛成 {count}/{needed}）。",
    en="{us} approves of “{subject}” ({count} of {needed}).",
)
REFUSED = Text(
    ja="「{subject}」の件に、{us}として反対しました（賛成 {count}/{needed}）。",
    en="{us} is against “{subject}” ({count} of {needed} approve).",
)
SURE_REVOKE = Text(
    ja="「{name}」を連合から外すことを提案します。必要な賛成がそろうと、1分以内にすべての加入自治体でやりとりが止まります。"
    "よければ「はい」と送ってください。",
    en="You move that “{name}” be removed. With votes enough, all members stop federating with it within a minute. "
    "Send “yes” to go on.",
)
SURE_LEAVE = Text(
    ja="{us}を連合から外します。ほかの自治体とのやりとりが止まります。よければ「はい」と送ってください。",
    en="{us} will leave the alliance, and federation with others will stop. Send “yes” to go on.",
)
LEAVING = Text(
    ja="連合を抜けることを知らせました。ほかの自治体の署名がそろうと、名簿から外れます。",
    en="The others are told that we leave. We are off the list as soon as they have signed.",
)
US = Text(ja="この自治体", en="This municipality")
NOT_ALONE = Text(ja="この自治体は、まだ連合に入っていません。", en="This municipality is in no alliance yet.")


@command("status", "状況", needs=Role.STAFF, about=Text(ja="連合と名簿の状況を表示", en="show how the alliance stands"))
def status(call: Call, alliance: Alliance) -> Effects:
    said = words.status(alliance.standing(), len(alliance.motions()), call.zone, call.at)
    return (Say(text=said),)


@command("members", "加入自治体", needs=Role.STAFF, about=Text(ja="加入している自治体の一覧", en="list the members"))
def members_(_call: Call, members: Members) -> Effects:
    everybody = members.all()
    if not everybody:
        return (Say(text=NOT_ALONE),)
    return (Say(text=words.members(everybody, members.me().server)),)


@command(
    "requests", "申請", needs=Role.STAFF, about=Text(ja="投票を待っている申請と提案", en="list what is to be voted on")
)
def requests(call: Call, alliance: Alliance) -> Effects:
    found = [words.request(motion, call.zone, call.at) for motion in alliance.motions()]
    return (Say(text=lines(*found) if found else NO_MOTIONS),)


@command(
    "approve",
    "賛成",
    needs=Role.STEWARD,
    about=Text(ja="加入の申請や提案に賛成する", en="approve of a request or a motion"),
    more=words.FOUR_EYES,
)
def approve(call: Call, alliance: Alliance, members: Members, town: Town, name: MemberName) -> Effects:
    motion, outcome = alliance.vote(name, approve=True)
    return (_voted(APPROVED, motion, members, least=1), *carried_out(outcome, alliance, town, call.at))


@command(
    "refuse",
    "反対",
    needs=Role.STEWARD,
    about=Text(ja="加入の申請や提案に反対する", en="be against a request or a motion"),
)
def refuse(call: Call, alliance: Alliance, members: Members, town: Town, name: MemberName) -> Effects:
    motion, outcome = alliance.vote(name, approve=False)
    return (_voted(REFUSED, motion, members), *carried_out(outcome, alliance, town, call.at))


def _voted(said: Text, motion: Motion, members: Members, *, least: int = 0) -> Say:
    """`least`: where ours was the last that was needed, it is decided already, and off the books."""
    count = max(len(motion.approved), least)
    me = ourselves(members)
    return Say(text=said.fill(us=me.name if me else US, subject=motion.subject, count=count, needed=motion.needed))


@command(
    "revoke",
    "除外",
    needs=Role.STEWARD,
    about=Text(ja="加入自治体を外すことを提案", en="move that a member be removed"),
)
def revoke(
    call: Call,
    alliance: Alliance,
    members: Members,
    pending: Pending,
    town: Town,
    name: MemberName,
    sure: Confirmation | None = None,
) -> Effects:
    if not sure:
        member = members.find(name)
        pending.ask(Waiting(command="federation revoke", words=(member.server, "yes")))
        return (Say(text=SURE_REVOKE.fill(name=member.name)),)
    motion, outcome = alliance.revoke(name)
    return (_voted(APPROVED, motion, members, least=1), *carried_out(outcome, alliance, town, call.at))


@command(
    "quorum",
    "賛成数",
    needs=Role.STEWARD,
    about=Text(ja="必要な賛成の数の変更を提案", en="move to change how many must agree"),
    more=Text(
        ja="0 は、加入が少ないうちは過半数（多くても4）という、はじめの決まりです。",
        en="0 is the rule from the start: more than half while members are few, at most 4.",
    ),
)
def quorum(call: Call, alliance: Alliance, town: Town, number: Number) -> Effects:
    motion, outcome = alliance.decide(number)
    said = words.request(motion, call.zone, call.at)
    return (Say(text=said), *carried_out(outcome, alliance, town, call.at))


@command("leave", "脱退", needs=Role.STEWARD, about=Text(ja="この自治体が連合を抜ける", en="leave the alliance"))
def leave(
    call: Call, alliance: Alliance, members: Members, pending: Pending, town: Town, sure: Confirmation | None = None
) -> Effects:
    us = members.me().name
    if not sure:
        pending.ask(Waiting(command="federation leave", words=("yes",)))
        return (Say(text=SURE_LEAVE.fill(us=us)),)
    return (Say(text=LEAVING), *carried_out(alliance.leave(), alliance, town, call.at))


def carried_out(outcome: Outcome, alliance: Alliance, town: Town, now: datetime) -> Effects:
    """What follows: documents go out, and the stewards' room is told."""
    room = alliance.stewards()
    if room is None:
        return outcome.posts
    told = tuple(Say(text=words.told(one, town.zone(), now), to=Room(room)) for one in outcome.news)
    return (*told, *outcome.posts)


@listener
def hears(call: Call, event: Delivered, alliance: Alliance, town: Town) -> Effects | None:
    outcome = alliance.heard(event.signed)
    return None if outcome is None else carried_out(outcome, alliance, town, call.at)


def duties(now: datetime, world: World) -> Sequence[Done]:
    """Renewals, a leader's turn, lists that grow old, newcomers that were looked up."""
    alliance, town = world(Alliance), world(Town)
    return [Done(name, carried_out(outcome, alliance, town, now)) for name, outcome in alliance.due(now)]


BOT: Bot = Bot(
    names=("federation", "連合"),
    about=Text(ja="自治体の連合への加入と脱退を扱います。", en="Looks after who belongs to the alliance."),
    commands=(help_command(lambda: BOT), status, members_, requests, approve, refuse, revoke, quorum, leave, health),
    listeners=(hears,),
    routines=(duties,),
)
