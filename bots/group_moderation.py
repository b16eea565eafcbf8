"""!group mute, remove, ban, free, audit and notice: stewards keep order, and what they did can be read."""

from bots.arguments import Colleague, GroupName, Words
from bots.call import Call
from bots.command import Effects, command
from bots.effects import Post, Say
from bots.group_log import Appoint, Bar, Create, Deed, Guide, How, Invite, Move, Place, Theme
from bots.group_words import carried, colleague, need_steward
from bots.moments import moment
from bots.ports import Members
from bots.ports_groups import Directory, Groups, Work
from bots.roles import Role
from forms.mistake import Mistake
from forms.text import Text, lines, same

MOST_NOTICES = 3

DONE = {
    "mute": Text(ja="{target} は「{name}」で発言できなくなります。", en="{target} can no longer write in “{name}”."),
    "remove": Text(
        ja="{target} を「{name}」から外します。また参加できます。",
        en="{target} is put out of “{name}”, and may join again.",
    ),
    "ban": Text(
        ja="{target} を「{name}」から外し、参加できないようにします。", en="{target} is put out of “{name}” for good."
    ),
    "free": Text(ja="{target} への制限を「{name}」で解きます。", en="{target} is free again in “{name}”."),
}
RECORDED = Text(ja="記録は「!group audit {name}」で見られます。", en="“!group audit {name}” shows the record.")
NOT_OURS = Text(
    ja="自分の自治体のサーバーや自分自身は対象にできません。",
    en="Neither your own municipality's server nor yourself.",
)
NO_TARGET = Text(
    ja="人は @名前:サーバー、サーバーは連合での名前で書いてください。",
    en="Write a person as @name:server, a server by its name in the alliance.",
)
EMPTY = Text(ja="まだ記録はありません。", en="Nothing is recorded yet.")
LINE = Text(ja="・{when} {by}: {what}", en="- {when} {by}: {what}")
BECAUSE = Text(ja="（理由: {why}）", en=" (reason: {why})")
WHAT = {
    "mute": Text(ja="{target} の発言を止めた", en="muted {target}"),
    "remove": Text(ja="{target} を外した", en="removed {target}"),
    "ban": Text(ja="{target} を参加禁止にした", en="banned {target}"),
    "free": Text(ja="{target} の制限を解いた", en="freed {target}"),
    "create": Text(ja="グループ「{target}」を作った", en="founded “{target}”"),
    "place": Text(ja="部屋「{target}」を用意した", en="made the room “{target}”"),
    "move": Text(ja="{target}を新しい版の部屋へ移した", en="moved {target} to an upgraded room"),
    "room on": Text(ja="部屋「{target}」を決めた", en="set the room “{target}”"),
    "room off": Text(ja="部屋「{target}」を外した", en="gave up the room “{target}”"),
    "steward on": Text(ja="{target} を管理者にした", en="made {target} a steward"),
    "steward off": Text(ja="{target} を管理者から外した", en="{target} is no steward any more"),
    "guide": Text(ja="案内を書き換えた{target}", en="changed the guide{target}"),
    "guest": Text(ja="外部の {target} を招待した", en="invited the guest {target}"),
}
MOVED_ROOM = Text(ja="部屋「{target}」", en="the room “{target}”")
SPACE_ITSELF = Text(ja="スペース", en="the space")
TOO_MANY = Text(
    ja="全自治体へのお知らせは、1日に{most}回までです。あすお送りください。",
    en="There are {most} notices to all members a day. Please send it tomorrow.",
).fill(most=MOST_NOTICES)
NOTICE = Text(ja="【{town}から全自治体へのお知らせ】\n{words}", en="[From {town} to all members]\n{words}")
SENT = Text(ja="{count}自治体にお知らせを送ります。", en="The notice goes to {count} members.")
CAN_MUTE = Text(ja="発言を止められるのは人だけです。", en="Only a person can be muted.")


def _bar(
    call: Call, groups: Groups, members: Members, directory: Directory, *, group: str, who: str, how: How, why: str
) -> Effects:
    found = groups.find(group)
    need_steward(found, call.who)
    target = _target(who, members, directory)
    own = call.who.partition(":")[2]
    if target in (own, call.who) or target.startswith("@kairan"):
        raise Mistake(NOT_OURS)
    if how == "mute" and not target.startswith("@"):
        raise Mistake(CAN_MUTE)
    signed, _ = groups.write(found.id, call.who, Bar(target=target, how=how, why=why[:300]))
    works: tuple[Work, ...] = {"mute": (), "remove": ("put_out",), "ban": ("ban",), "free": ("free",)}[how]  # type: ignore[assignment]
    for work in works:
        groups.want(found.id, work, target)
    groups.want(found.id, "settle")
    said = lines(DONE[how].fill(target=target, name=found.name), RECORDED.fill(name=found.name))
    return (Say(text=said), carried(signed))


def _target(who: str, members: Members, directory: Directory) -> str:
    """A person, or a member's server."""
    if who.startswith("@"):
        return colleague(who, directory)
    try:
        return members.find(who).server
    except Mistake:
        raise Mistake(NO_TARGET) from None


@command("mute", "発言停止", needs=Role.STAFF, about=Text(ja="発言を止める", en="let somebody write no more"))
def mute(
    call: Call,
    groups: Groups,
    members: Members,
    directory: Directory,
    group: GroupName,
    who: Colleague,
    *,
    why: Words | None = None,
) -> Effects:
    return _bar(call, groups, members, directory, group=group, who=who, how="mute", why=why or "")


@command("remove", "除外", needs=Role.STAFF, about=Text(ja="グループから外す", en="put somebody out"))
def remove(
    call: Call,
    groups: Groups,
    members: Members,
    directory: Directory,
    group: GroupName,
    who: Colleague,
    *,
    why: Words | None = None,
) -> Effects:
    return _bar(call, groups, members, directory, group=group, who=who, how="remove", why=why or "")


@command(
    "ban",
    "参加禁止",
    needs=Role.STAFF,
    about=Text(ja="人やサーバーを参加禁止にする", en="put a person, or a whole server, out for good"),
    more=Text(
        ja="例: !group ban 行政DX @taro:nakatsu why 宣伝、!group ban 行政DX 中津市",
        en="E.g. !group ban DX @taro:nakatsu why spam, !group ban DX Nakatsu",
    ),
)
def ban(
    call: Call,
    groups: Groups,
    members: Members,
    directory: Directory,
    group: GroupName,
    who: Colleague,
    *,
    why: Words | None = None,
) -> Effects:
    return _bar(call, groups, members, directory, group=group, who=who, how="ban", why=why or "")


@command("free", "解除", needs=Role.STAFF, about=Text(ja="制限を解く", en="lift what was barred"))
def free(
    call: Call, groups: Groups, members: Members, directory: Directory, group: GroupName, who: Colleague
) -> Effects:
    return _bar(call, groups, members, directory, group=group, who=who, how="free", why="")


@command("audit", "記録", needs=Role.STAFF, about=Text(ja="管理者が行ったことの記録", en="what stewards have done"))
def audit(call: Call, groups: Groups, group: GroupName) -> Effects:
    found = groups.find(group)
    need_steward(found, call.who)
    rows = [_line(deed, call) for deed, _ in groups.log(found.id) if not isinstance(deed.do, Place)]
    return (Say(text=lines(same(found.name), *rows[-40:]) if rows else EMPTY),)


def _line(deed: Deed, call: Call) -> Text:
    what = _what(deed)
    return LINE.fill(when=moment(deed.at, call.zone, call.at), by=deed.by, what=what)


def _what(deed: Deed) -> Text:  # noqa: PLR0911 - a table
    match deed.do:
        case Bar(target=target, how=how, why=why):
            said = WHAT[how].fill(target=target)
            reason = BECAUSE.fill(why=why) if why else same("")
            return Text(ja=said.ja + reason.ja, en=said.en + reason.en)
        case Create(name=target):
            return WHAT["create"].fill(target=target)
        case Place(key=target):
            return WHAT["place"].fill(target=target)
        case Move(key=target):
            return WHAT["move"].fill(target=MOVED_ROOM.fill(target=target) if target else SPACE_ITSELF)
        case Theme(key=target, on=on):
            return WHAT["room on" if on else "room off"].fill(target=target)
        case Appoint(user=target, on=on):
            return WHAT["steward on" if on else "steward off"].fill(target=target)
        case Guide():
            return WHAT["guide"].fill(target="")
        case Invite(user=target):
            return WHAT["guest"].fill(target=target)


@command(
    "notice",
    "お知らせ",
    needs=Role.EDITOR,
    about=Text(ja="全自治体の職員の部屋にお知らせを送る", en="send a notice to the staff rooms of all members"),
)
def notice(call: Call, groups: Groups, members: Members, words: Words) -> Effects:
    me = members.me()
    others = [member for member in members.all() if member.server != me.server]
    if not groups.once("notice", most=MOST_NOTICES, within_hours=24):
        raise Mistake(TOO_MANY)
    text = call.rest.strip()[:2000] or words
    return (Say(text=SENT.fill(count=len(others))), Post(kind="group.notice", body={"words": text}, to=None))


MODERATION = (mute, remove, ban, free, audit, notice)
