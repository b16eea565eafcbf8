"""!group: user groups that span municipalities: founding, finding, joining and leaving them."""

from collections.abc import Sequence

from bots.alliance import Member
from bots.arguments import Colleagues, GroupName, Themes, Words
from bots.bot import Bot
from bots.call import Call
from bots.command import Effects, command
from bots.effects import Post, Say
from bots.events import Signed, UserId
from bots.group_log import Appoint, Create, Group
from bots.group_moderation import MODERATION
from bots.group_rooms import ROOMS
from bots.group_talk import LISTENERS, ROUTINES
from bots.group_words import carried, colleague, servers_of
from bots.help import help_command
from bots.ports import Members, People
from bots.ports_groups import Directory, Groups
from bots.roles import Role
from forms.mistake import Mistake
from forms.text import Text, lines

RULES = Text(
    ja="仕事の相談と情報交換のための部屋です。住民の個人情報は書かないでください。困ったときは管理者に声をかけてください。",
    en="For questions and news about our work. Please write nothing personal about residents. The stewards will help.",
)
OFFERED = ("お知らせ", "相談", "資料")
FOUNDED = Text(
    ja="ユーザーグループ「{name}」を作っています。部屋: {rooms}。管理者: {stewards}。\n"
    "招待が届いたら、スペース「{name}」に入ってください。どの自治体の職員も「!group join {name}」で参加できます。",
    en="The user group “{name}” is being made. Rooms: {rooms}. Stewards: {stewards}.\n"
    "Please accept the invitation to its space. Staff of any member may join by “!group join {name}”.",
)
TAKEN = Text(
    ja="「{name}」というグループはもうあります。「!group join {name}」で参加できます。",
    en="There is a group “{name}” already. Join it by “!group join {name}”.",
)
TWO_TOWNS = Text(
    ja="管理者は2つ以上の自治体から決めてください。片方のサーバーが失われても続けられるようにするためです。"
    "例: !group create 行政DX with @hanako:nakatsu.example.jp",
    en="Stewards must come from two municipalities or more, so that the group outlives the server of one. "
    "E.g. !group create DX with @hanako:nakatsu.example.jp",
)
NO_MEMBER = Text(
    ja="{who} の自治体は連合に入っていないか、関係機関のため、管理者になれません。",
    en="{who} is of no municipality of the alliance, and cannot be a steward.",
)
NONE = Text(ja="該当するユーザーグループはありません。", en="There is no such user group.")
ROW = Text(
    ja="・{name}（{founder}、管理者 {stewards}人）: {rooms}", en="- {name} ({founder}, {stewards} stewards): {rooms}"
)
SHOWN = Text(
    ja="{name}\n作った自治体: {founder}\n管理者: {stewards}\n部屋: {rooms}\n決まり: {rules}\n参加: {people}",
    en="{name}\nFounded by: {founder}\nStewards: {stewards}\nRooms: {rooms}\nRules: {rules}\nIn it: {people}",
)
UNKNOWN = Text(ja="（まだ参加していないため分かりません）", en="(not known: our bot is not in it yet)")
PEOPLE_OF = Text(ja="{town} {count}人", en="{town} {count}")
ASKED = Text(
    ja="「{name}」に参加を申し込みました。招待が届いたら、スペース「{name}」に入って、部屋を選んでください。",
    en="You asked to join “{name}”. When the invitation comes, enter its space and choose your rooms.",
)
BARRED = Text(
    ja="「{name}」には参加できません。管理者（{stewards}）にご相談ください。",
    en="You cannot join “{name}”. Please ask its stewards ({stewards}).",
)
PARTNERS = Text(
    ja="関係機関の方は、招待された部屋にだけ参加できます。グループの管理者にご相談ください。",
    en="Partners can only enter rooms that they are invited to. Please ask a steward of the group.",
)
LEFT = Text(ja="「{name}」から退会します。", en="You are leaving “{name}”.")
LAST = Text(
    ja="あなたは最後の管理者です。先に「!group steward add {name} @相手」で次の人を決めてください。",
    en="You are its last steward. Appoint somebody first: “!group steward add {name} @person”.",
)


@command(
    "create",
    "作成",
    needs=Role.EDITOR,
    about=Text(ja="ユーザーグループを作る", en="found a user group"),
    more=Text(
        ja="例: !group create 行政DX with @hanako:nakatsu.example.jp rooms 行政DX 災害対応 窓口",
        en="E.g. !group create 行政DX with @hanako:nakatsu.example.jp rooms news help",
    ),
)
def create(
    call: Call,
    groups: Groups,
    members: Members,
    directory: Directory,
    group: GroupName,
    *,
    with_: Colleagues,
    rooms: Themes | None = None,
) -> Effects:
    members.me()
    if any(known.name.casefold() == group.casefold() for known in groups.all()):
        raise Mistake(TAKEN.fill(name=group))
    stewards = (call.who, *(colleague(word, directory) for word in with_))
    _check(stewards, members)
    wanted = tuple(dict.fromkeys(rooms or OFFERED))[:20]
    named = groups.new_id()
    do = Create(name=group, rules=RULES[call.lang], rooms=list(wanted), stewards=[*map(str, stewards)][:50])
    signed, _ = groups.write(named, call.who, do)
    for key in ("", *wanted):
        groups.want(named, "make", key=key)
    groups.want(named, "settle")
    said = FOUNDED.fill(name=group, rooms="、".join(wanted), stewards="、".join(stewards))
    return (Say(text=said), carried(signed))


def _check(stewards: Sequence[UserId], members: Members) -> None:
    """Of members that are municipalities or prefectures, and of two at least."""
    known = {member.server for member in members.all() if member.kind != "partner"}
    for user in stewards:
        if user.partition(":")[2] not in known:
            raise Mistake(NO_MEMBER.fill(who=user))
    if len(servers_of(stewards)) < 2:
        raise Mistake(TWO_TOWNS)


@command("find", "探す", needs=Role.STAFF, about=Text(ja="ユーザーグループを探す", en="look for user groups"))
def find(_call: Call, groups: Groups, people: People, words: Words | None = None) -> Effects:
    wanted = (words or "").casefold().split()
    found = [g for g in groups.all() if all(w in _described(g).casefold() for w in wanted)]
    return (Say(text=lines(*(_row(g, people) for g in found[:50])) if found else NONE),)


@command("list", "一覧", needs=Role.STAFF, about=Text(ja="自分が参加しているグループ", en="the groups that you are in"))
def list_(call: Call, groups: Groups, people: People) -> Effects:
    mine = [g for g in groups.all() if call.who in g.stewards or (g.space and call.who in groups.people(g.space))]
    return (Say(text=lines(*(_row(g, people) for g in mine)) if mine else NONE),)


def _described(group: Group) -> str:
    return " ".join((group.name, group.rules, *(room.key for room in group.themes)))


def _row(group: Group, people: People) -> Text:
    rooms = "、".join(room.key for room in group.themes)
    founder = people.municipality(UserId(f"@x:{group.founder}"))
    return ROW.fill(name=group.name, founder=founder, stewards=len(group.stewards), rooms=rooms)


@command("show", "表示", needs=Role.STAFF, about=Text(ja="グループの内容を表示", en="show a group"))
def show(_call: Call, groups: Groups, people: People, group: GroupName) -> Effects:
    found = groups.find(group)
    said = SHOWN.fill(
        name=found.name,
        founder=people.municipality(UserId(f"@x:{found.founder}")),
        stewards="、".join(f"{people.name(u)}（{people.municipality(u)}）" for u in found.stewards),
        rooms="、".join(room.key for room in found.themes),
        rules=found.rules,
        people=present(found, groups, people),
    )
    return (Say(text=said),)


def present(group: Group, groups: Groups, people: People) -> Text:
    """How many of each municipality are in its space."""
    inside = groups.people(group.space) if group.space else ()
    towns: dict[str, int] = {}
    for user in inside:
        towns[people.municipality(user)] = towns.get(people.municipality(user), 0) + 1
    rows = [PEOPLE_OF.fill(town=town, count=count) for town, count in sorted(towns.items())]
    return Text(ja="、".join(r.ja for r in rows), en=", ".join(r.en for r in rows)) if rows else UNKNOWN


@command("join", "参加", needs=Role.STAFF, about=Text(ja="グループに参加する", en="join a group"))
def join(call: Call, groups: Groups, members: Members, group: GroupName) -> Effects:
    found, me = groups.find(group), members.me()
    if me.kind == "partner":
        raise Mistake(PARTNERS)
    if found.bars(call.who):
        raise Mistake(BARRED.fill(name=found.name, stewards="、".join(found.stewards)))
    if me.server in found.servers:
        groups.want(found.id, "invite", call.who)
    body = {"group": found.id, "user": call.who, "role": "staff"}
    asked = [Post(kind="group.join", body=body, to=server) for server in _others(found, me, members)]
    return (Say(text=ASKED.fill(name=found.name)), *asked)


def _others(group: Group, me: Member, members: Members) -> Sequence[str]:
    """Whose Kairans can let people in, ours left out: all are asked, for any of them may be away for good."""
    there = {member.server for member in members.all()} - {me.server}
    return [server for server in group.servers if server in there]


@command("leave", "退会", needs=Role.STAFF, about=Text(ja="グループから退会する", en="leave a group"))
def leave(call: Call, groups: Groups, members: Members, group: GroupName) -> Effects:
    found, me = groups.find(group), members.me()
    signed: list[Signed] = []
    if call.who in found.stewards:
        if len(found.stewards) == 1:
            raise Mistake(LAST.fill(name=found.name))
        signed.append(groups.write(found.id, call.who, Appoint(user=call.who, on=False))[0])
    if me.server in found.servers:
        groups.want(found.id, "put_out", call.who)
        groups.want(found.id, "settle")
    body = {"group": found.id, "user": call.who}
    asked = [Post(kind="group.leave", body=body, to=server) for server in _others(found, me, members)]
    told = [carried(one) for one in signed]
    return (Say(text=LEFT.fill(name=found.name)), *told, *asked)


BOT: Bot = Bot(
    names=("group", "グループ"),
    about=Text(
        ja="自治体をまたぐユーザーグループ（テーマごとの部屋の集まり）を作り、探し、参加できます。",
        en="User groups across municipalities: sets of themed rooms that you may found, find and join.",
    ),
    commands=(help_command(lambda: BOT), create, find, list_, show, join, leave, *ROOMS, *MODERATION),
    listeners=LISTENERS,
    routines=ROUTINES,
)
