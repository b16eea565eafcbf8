"""!function hours, show and list: what staff may see of the functions."""

from bots.arguments import FunctionName
from bots.call import Call
from bots.command import Command, Effects, command
from bots.effects import Say
from bots.function_words import Watch
from bots.moments import moment
from bots.ports import People
from bots.ports_function import Function, Functions, Matter
from bots.roles import Role
from forms.duty import show_shift
from forms.text import Text, lines, same

ROW = Text(ja="{number}. {shift} {people}", en="{number}. {shift} {people}")
NO_ROSTER = Text(
    ja="当番はまだありません。届いたものは、いつでも{chief}さん（所属長）に渡します。",
    en="There is no roster yet: everything goes to {chief} (its chief) at any hour.",
)
OPEN_NOW = Text(ja="「{name}」はいま受付中です（当番: {people}）。", en="“{name}” is open now (on duty: {people}).")
CLOSED_NOW = Text(ja="「{name}」は受付時間外です。次は{when}から。", en="“{name}” is closed now; it opens {when}.")
NEVER = Text(
    ja="「{name}」の当番は、この先2か月ありません。", en="Nobody is on duty for “{name}” in the next two months."
)
SHOWN = Text(
    ja="{town} {name}（{user}）{duties}\n{roster}\n所属長: {chief}\n返信に担当者の名前: {signed}\n"
    "対応が終わっていない用件: {open}件",
    en="{town} {name} ({user}){duties}\n{roster}\nChief: {chief}\nAnswers say who wrote them: {signed}\n"
    "Open matters: {open}",
)
DUTIES = Text(ja="／{duties}", en=" / {duties}")
YES, NO = Text(ja="付ける", en="yes"), Text(ja="付けない", en="no")
ITEM = Text(ja="・{name} {user}", en="- {name} {user}")
MATTER = Text(ja="　{number}番 {who}さん（{town}） {state}", en="  #{number} {who} ({town}) {state}")
HELD = Text(ja="時間外に届いたもの（{when}に渡します）", en="came out of hours (given out {when})")
WAITING = Text(ja="未対応", en="nobody is on it")
TAKEN = Text(ja="{who}さんが対応中", en="{who} is on it")
NONE = Text(ja="窓口はまだありません。", en="There is no function yet.")


def roster_of(function: Function, people: People) -> Text:
    """The lines of its roster, numbered."""
    if not function.lines:
        return NO_ROSTER.fill(chief=people.name(function.chief))
    return lines(
        *(
            ROW.fill(number=n, shift=show_shift(line.shift), people="、".join(people.name(u) for u in line.people))
            for n, line in enumerate(function.lines, 1)
        )
    )


@command(
    "hours", "時間", needs=Role.STAFF, about=Text(ja="いま受付中か、次はいつか", en="whether it is open, and when")
)
def hours(call: Call, functions: Functions, people: People, function: FunctionName) -> Effects:
    found = functions.find(function)
    return (Say(text=lines(_standing(Watch(functions, people, call.at, call.zone), found), roster_of(found, people))),)


def _standing(watch: Watch, function: Function) -> Text:
    on = [user for group in watch.on_duty(function) for user in group]
    if on:
        names = "、".join(dict.fromkeys(watch.people.name(user) for user in on))
        return OPEN_NOW.fill(name=function.name, people=names)
    opens = watch.opens(function)
    if opens is None:
        return NEVER.fill(name=function.name)
    return CLOSED_NOW.fill(name=function.name, when=moment(opens, watch.zone, watch.at))


@command("show", "表示", needs=Role.STAFF, about=Text(ja="窓口の設定を表示", en="show a function's settings"))
def show(_call: Call, functions: Functions, people: People, function: FunctionName) -> Effects:
    found = functions.find(function)
    said = SHOWN.fill(
        town=people.municipality(found.user),
        name=found.name,
        user=found.user,
        duties=DUTIES.fill(duties=found.duties) if found.duties else same(""),
        roster=roster_of(found, people),
        chief=people.name(found.chief),
        signed=YES if found.signed else NO,
        open=len(functions.open(found)),
    )
    return (Say(text=said),)


@command(
    "list", "一覧", needs=Role.STAFF, about=Text(ja="窓口と、自分が当番の用件", en="the functions, and your matters")
)
def list_(call: Call, functions: Functions, people: People) -> Effects:
    mine = functions.open()
    rows: list[Text] = []
    for function in functions.all():
        rows.append(ITEM.fill(name=function.name, user=function.user))
        if call.direct:  # who asks for what is not for a room
            rows += [_item(call, m, people) for m in mine if m.function == function.user]
    return (Say(text=lines(*rows) if rows else NONE),)


def _item(call: Call, matter: Matter, people: People) -> Text:
    if matter.held and matter.wake is not None:
        state = HELD.fill(when=moment(matter.wake, call.zone, call.at))
    else:
        state = WAITING if matter.taker is None else TAKEN.fill(who=people.name(matter.taker))
    who, town = people.name(matter.person), people.municipality(matter.person)
    return MATTER.fill(number=matter.number, who=who, town=town, state=state)


SHOW: tuple[Command, ...] = (hours, show, list_)
