"""!group rooms, steward, guide, digest and guest: how stewards furnish a group, and what is new in it."""

from datetime import timedelta

from bots.arguments import Colleague, Deadline, GroupName, RoomChange, Theme, Turn, Words
from bots.call import Call
from bots.command import Effects, command
from bots.due import Reminders
from bots.effects import Say
from bots.events import UserId
from bots.group_log import Appoint, Bar, Create, Deed, Group, Guide, Invite, Move, Place, Themed
from bots.group_log import Theme as Wanted
from bots.group_words import carried, colleague, need_steward, servers_of
from bots.moments import moment
from bots.ports import Members, People
from bots.ports_groups import Directory, Groups
from bots.roles import Role
from forms.mistake import Mistake
from forms.text import Text, lines, same

WEEK = timedelta(days=7)
LONGEST_STAY = timedelta(days=366)

ROOM_ROW = Text(ja="・{key}{state}", en="- {key}{state}")
BEING_MADE = Text(ja="（準備中）", en=" (being made)")
OPEN = Text(ja="（外部の方も招待できます）", en=" (guests may be invited)")
SAY_ROOM = Text(
    ja="部屋の名前も書いてください。例: !group rooms add {name} 窓口",
    en="Which room? E.g. !group rooms add {name} help",
)
ROOM_THERE = Text(ja="「{key}」はもうあります。", en="There is a room “{key}” already.")
NO_ROOM = Text(
    ja="「{name}」に「{key}」という部屋はありません。部屋: {rooms}", en="“{name}” has no room “{key}”. Rooms: {rooms}"
)
ROOM_DONE = {
    "add": Text(ja="「{name}」に部屋「{key}」を作ります。", en="“{name}” gets a room “{key}”."),
    "remove": Text(
        ja="「{name}」から部屋「{key}」を外します。書かれたものは残ります。",
        en="“{name}” no longer shows the room “{key}”. What was written stays.",
    ),
    "open": Text(
        ja="部屋「{key}」に外部の方を招待できるようにします。名前に〔外部参加あり〕と出ます。",
        en="Guests may now be invited to “{key}”; its name says so.",
    ),
    "shut": Text(
        ja="部屋「{key}」に外部の方を招待できないようにします。", en="No guests can be invited to “{key}” any more."
    ),
}
STEWARD_ADDED = Text(ja="{who} さんを「{name}」の管理者にします。", en="{who} becomes a steward of “{name}”.")
STEWARD_GONE = Text(ja="{who} さんを「{name}」の管理者から外します。", en="{who} is no longer a steward of “{name}”.")
ONE_TOWN = Text(
    ja="管理者がひとつの自治体だけになります。もうひとつの自治体からも決めておくと安心です。",
    en="All its stewards are of one municipality now. It is safer to have one of another, too.",
)
NOT_STEWARD = Text(ja="{who} さんは管理者ではありません。", en="{who} is no steward.")
LAST = Text(ja="最後の管理者は外せません。", en="The last steward stays.")
NO_MEMBER = Text(
    ja="管理者になれるのは、連合に入っている自治体の職員だけです。",
    en="Only staff of municipalities of the alliance can be stewards.",
)
GUIDE_SET = Text(
    ja="案内を書き換え、先頭の部屋に固定します。", en="The guide is changed, and pinned in the first room."
)
GUIDE = Text(ja="「{name}」の案内\n{words}", en="Guide to “{name}”\n{words}")
DIGEST = Text(
    ja="「{name}」この1週間\n部屋: {rooms}\n管理者: {stewards}人",
    en="“{name}”, the last week\nRooms: {rooms}\nStewards: {stewards}",
)
NEWS = {
    Wanted: Text(ja="・部屋「{what}」が変わりました（{when}）", en="- Room “{what}” changed ({when})"),
    Appoint: Text(ja="・管理者が変わりました: {what}（{when}）", en="- Stewards changed: {what} ({when})"),
    Guide: Text(ja="・案内が変わりました{what}（{when}）", en="- The guide changed{what} ({when})"),
    Create: Text(ja="・「{what}」ができました（{when}）", en="- “{what}” was founded ({when})"),
}
GUESTS = Text(ja="・外部の方: {count}人（次の期限 {when}）", en="- Guests: {count} (next end {when})")
QUIET = Text(ja="・変わったことはありません。", en="- Nothing changed.")
NOT_OPEN = Text(
    ja="部屋「{key}」には外部の方を招待できません。先に「!group rooms open {name} {key}」としてください。",
    en="No guests can be invited to “{key}”. First: “!group rooms open {name} {key}”.",
)
UNLISTED = Text(
    ja="{who} のサーバーは連合の名簿にないため、招待できません。",
    en="The server of {who} is not on the alliance's list: they cannot be invited.",
)
TOO_LONG = Text(ja="期限は、これから1年以内にしてください。", en="Please give an end within a year from now.")
ENDING = Text(
    ja="【外部】{who} さんの招待（{name}／{key}）は{until}までです。延ばすときは、もう一度招待してください。",
    en="[Guest] {who} is invited to {name}/{key} until {until}. To prolong it, invite them again.",
)
INVITED = Text(
    ja="【外部】{who} さんを部屋「{key}」に{until}まで招待します。期限の1週間前と前日にお知らせします。",
    en="[Guest] {who} is invited to “{key}” until {until}. You will be reminded a week and a day before.",
)


@command(
    "rooms",
    "部屋",
    needs=Role.STAFF,
    about=Text(
        ja="部屋の一覧、追加（add）、削除（remove）、外部への公開（open、shut）",
        en="list, add or remove rooms; open or shut one to guests",
    ),
    more=Text(
        ja="例: !group rooms 行政DX、!group rooms add 行政DX 窓口", en="E.g. !group rooms DX, !group rooms add DX help"
    ),
)
def rooms_(call: Call, groups: Groups, change: RoomChange, group: GroupName, room: Theme | None = None) -> Effects:
    found = groups.find(group)
    if change == "show":
        return (Say(text=lines(same(found.name), *(_room_row(one) for one in found.themes))),)
    need_steward(found, call.who)
    if room is None:
        raise Mistake(SAY_ROOM.fill(name=found.name))
    there = next((one for one in found.themes if one.key == room), None)
    if change == "add" and there is not None and there.room is not None:
        raise Mistake(ROOM_THERE.fill(key=room))
    if change != "add" and there is None:
        raise Mistake(NO_ROOM.fill(name=found.name, key=room, rooms="、".join(r.key for r in found.themes)))
    signed, _ = groups.write(found.id, call.who, Wanted(key=room, on=change != "remove", guests=change == "open"))
    if change == "add":
        groups.want(found.id, "make", key=room)
    groups.want(found.id, "settle")
    return (Say(text=ROOM_DONE[change].fill(name=found.name, key=room)), carried(signed))


def _room_row(room: Themed) -> Text:
    state = BEING_MADE if room.room is None else OPEN if room.guests else same("")
    return ROOM_ROW.fill(key=room.key, state=state)


@command(
    "steward",
    "管理者",
    needs=Role.STAFF,
    about=Text(ja="グループの管理者を加える（add）、外す（remove）", en="add or remove a steward of the group"),
)
def steward(
    call: Call,
    groups: Groups,
    members: Members,
    directory: Directory,
    people: People,
    change: Turn,
    group: GroupName,
    who: Colleague | None = None,
) -> Effects:
    found = groups.find(group)
    if change == "show" or who is None:
        return (
            Say(text=lines(*(same(f"・{people.name(u)} {u}（{people.municipality(u)}）") for u in found.stewards))),
        )
    need_steward(found, call.who)
    user = colleague(who, directory)
    _check(found, user, change, members)
    signed, after = groups.write(found.id, call.who, Appoint(user=user, on=change == "add"))
    if change == "add":
        groups.want(found.id, "invite", user)
    groups.want(found.id, "settle")
    said = (STEWARD_ADDED if change == "add" else STEWARD_GONE).fill(who=user, name=found.name)
    alone = after is not None and len(servers_of(after.stewards)) < 2
    return (Say(text=lines(said, ONE_TOWN) if alone else said), carried(signed))


def _check(group: Group, user: UserId, change: str, members: Members) -> None:
    if change == "add":
        if user.partition(":")[2] not in {m.server for m in members.all() if m.kind != "partner"}:
            raise Mistake(NO_MEMBER)
    elif user not in group.stewards:
        raise Mistake(NOT_STEWARD.fill(who=user))
    elif len(group.stewards) == 1:
        raise Mistake(LAST)


@command(
    "guide",
    "案内",
    needs=Role.STAFF,
    about=Text(ja="新しく入った人への案内を見る、書く", en="read or write the guide for newcomers"),
)
def guide(call: Call, groups: Groups, group: GroupName, words: Words | None = None) -> Effects:
    found = groups.find(group)
    if not words:
        return (Say(text=GUIDE.fill(name=found.name, words=found.guide)),)
    need_steward(found, call.who)
    text = call.rest.partition(group)[2].strip() or words  # as it was typed, with its lines
    signed, _ = groups.write(found.id, call.who, Guide(words=text[:4000]))
    groups.want(found.id, "settle")
    return (Say(text=GUIDE_SET), carried(signed))


@command(
    "digest", "まとめ", needs=Role.STAFF, about=Text(ja="この1週間に変わったこと", en="what changed within a week")
)
def digest(call: Call, groups: Groups, group: GroupName) -> Effects:
    found = groups.find(group)
    recent = [deed for deed, _ in groups.log(found.id) if deed.at > call.at - WEEK and type(deed.do) in NEWS]
    head = DIGEST.fill(
        name=found.name, rooms="、".join(room.key for room in found.themes), stewards=len(found.stewards)
    )
    news = [_news(deed, call) for deed in recent[-20:]]
    ends = sorted(guest.until for guest in found.guests.values() if guest.until > call.at)
    if ends:
        when = moment(ends[0], call.zone, call.at)
        news.append(GUESTS.fill(count=len(ends), when=when))
    return (Say(text=lines(head, *(news or [QUIET]))),)


def _news(deed: Deed, call: Call) -> Text:
    match deed.do:
        case Create(name=what) | Appoint(user=what) | Wanted(key=what):
            pass
        case Guide() | Place() | Move() | Bar() | Invite():
            what = ""
    return NEWS[type(deed.do)].fill(what=what, when=moment(deed.at, call.zone, call.at))


@command(
    "guest",
    "外部",
    needs=Role.STAFF,
    about=Text(ja="外部の方を期限つきで部屋に招待する", en="invite a guest to a room for a time"),
    more=Text(
        ja="例: !group guest 行政DX 災害対応 @dmat:partner.example.jp by 12月20日",
        en="E.g. !group guest DX news @dmat:partner.example.jp by 2026-12-20",
    ),
)
def guest(
    call: Call,
    groups: Groups,
    members: Members,
    directory: Directory,
    reminders: Reminders,
    group: GroupName,
    room: Theme,
    who: Colleague,
    *,
    by: Deadline,
) -> Effects:
    found = groups.find(group)
    need_steward(found, call.who)
    there = next((one for one in found.themes if one.key == room), None)
    if there is None or not there.guests:
        raise Mistake(NOT_OPEN.fill(name=found.name, key=room))
    if not call.at < by < call.at + LONGEST_STAY:
        raise Mistake(TOO_LONG)
    user = colleague(who, directory)
    if user.partition(":")[2] not in {member.server for member in members.all()}:
        raise Mistake(UNLISTED.fill(who=user))
    signed, _ = groups.write(found.id, call.who, Invite(user=user, key=room, until=int(by.timestamp())))
    groups.want(found.id, "invite", user, key=room)
    groups.want(found.id, "put_out", user, key=room, at=by)
    until = moment(by, call.zone, call.at)
    ending = ENDING.fill(who=user, name=found.name, key=room, until=until)[call.lang]
    for before in (WEEK, timedelta(days=1)):
        if by - before > call.at:
            reminders.add(by - before, text=ending)
    return (Say(text=INVITED.fill(who=user, key=room, until=until)), carried(signed))


ROOMS = (rooms_, steward, guide, digest, guest)
