"""!function: accounts that are an office's and nobody's own; who is on duty for them, and what they are asked."""

from collections.abc import Sequence
from dataclasses import replace

from bots.arguments import (
    AccountName,
    Colleague,
    Colleagues,
    Confirmation,
    DutyHours,
    FunctionName,
    Number,
    OnOff,
    Weekdays,
    Words,
)
from bots.bot import Bot
from bots.call import Call
from bots.command import Effects, command
from bots.effects import Counter, Post, Say
from bots.filling.show import clean
from bots.function_duty import DUTY
from bots.function_show import SHOW, roster_of
from bots.function_talk import answered, arrived, due_matters, most_bytes
from bots.group_words import published
from bots.help import help_command
from bots.ports import Members, Pending, People
from bots.ports_function import Function, Functions, Line, Matter
from bots.ports_groups import Directory, Entry
from bots.records import Waiting
from bots.roles import Role
from forms.duty import Shift, opening
from forms.mistake import Mistake
from forms.text import Text

MOST_LINES, MOST_PEOPLE = 50, 30
BADGE = "窓口"
CREATED = Text(
    ja="窓口「{town} {name}」を作りました。アカウントは {user} です。"
    "全自治体の職員が「!who {name}」で見つけられます。\n"
    "次に当番を決めてください。例: !function roster {name} 平日 8:30-17:15 佐藤, 鈴木",
    en="The function “{town} {name}” is made. Its account is {user}; staff of all members find it by “!who {name}”.\n"
    "Now set its roster, e.g. !function roster {name} weekdays 8:30-17:15 sato, suzuki",
)
SET = Text(ja="「{name}」の当番を決めました。\n{roster}", en="The roster of “{name}” is set.\n{roster}")
TOO_MANY = Text(
    ja="当番は{lines}行、1行に{people}人までです。", en="A roster has {lines} lines at most, with {people} people each."
).fill(lines=MOST_LINES, people=MOST_PEOPLE)
NO_LINE = Text(
    ja="当番に{number}行目はありません。「!function show {name}」で確かめてください。",
    en="The roster has no line {number}. See “!function show {name}”.",
)
CHIEF = Text(ja="「{name}」の所属長は{who}さんです。", en="{who} is the chief of “{name}” now.")
SIGNS = Text(
    ja="「{name}」の返信に、担当者の名前を付けます。", en="Answers of “{name}” say from now on who wrote them."
)
SIGNS_NOT = Text(
    ja="「{name}」の返信は、窓口の名前だけで送ります。", en="Answers of “{name}” go out in its own name alone."
)
SURE = Text(
    ja="窓口「{name}」を廃止しますか。終わっていない{count}件の相手には、閉じたことを知らせます。「はい」で廃止します。",
    en="Close the function “{name}”? Those with its {count} open matters are told. “yes” closes it.",
)
OFF = Text(
    ja="窓口「{name}」を廃止しました。同じ名前で作り直すと、同じアカウントに戻ります。",
    en="The function “{name}” is closed. Made again under this name, it gets the same account.",
)
FAREWELL = Text(
    ja="{name}の窓口は閉じました。ご用の際は、自治体の別の窓口にお問い合わせください。",
    en="{name} is closed. Please turn to another office of the municipality.",
)


@command(
    "create",
    "作成",
    needs=Role.EDITOR,
    about=Text(ja="課などの窓口アカウントを作る", en="make an account for an office"),
    more=Text(
        ja="例: !function create こども課 account kodomo duties 学童保育、子育て支援",
        en="E.g. !function create Children account kodomo duties after-school care",
    ),
)
def create(
    _call: Call,
    functions: Functions,
    directory: Directory,
    members: Members,
    people: People,
    function: FunctionName,
    *,
    account: AccountName | None = None,
    duties: Words | None = None,
) -> Effects:
    made = functions.create(function, account=account, duties=clean(duties or "", 200))
    said = CREATED.fill(town=people.municipality(made.user), name=made.name, user=made.user)
    return (Say(text=said), *_listed(made, directory, members, shown=True))


def _listed(function: Function, directory: Directory, members: Members, *, shown: bool) -> tuple[Post, ...]:
    """It stands in the directory of colleagues, or no more."""
    before = directory.of(function.user)
    entry = Entry(
        user=function.user,
        n=before.n + 1 if before else 1,
        shown=shown,
        name=function.name if shown else "",
        kana="",
        department=BADGE if shown else "",
        duties=function.duties if shown else "",
    )
    return published(entry, members) if directory.keep(entry) else ()


@command(
    "roster",
    "当番",
    needs=Role.EDITOR,
    about=Text(ja="当番の行を加える（曜日、時間、人）", en="add a line to the roster: days, hours, people"),
    more=Text(
        ja="例: !function roster こども課 平日 8:30-17:15 佐藤, 鈴木\n"
        "同じ行の人には同時に、15分返事がないときは次の行の人に届きます。月〜金だけの行は、祝日と年末年始は休みです。",
        en="E.g. !function roster Children weekdays 8:30-17:15 sato, suzuki\n"
        "People of one line are told together; those of the next line after 15 minutes without an answer. "
        "Lines of Monday to Friday leave out public holidays.",
    ),
)
def roster(
    call: Call,
    functions: Functions,
    people: People,
    function: FunctionName,
    weekdays: Weekdays,
    hours: DutyHours,
    colleagues: Colleagues,
) -> Effects:
    found = functions.find(function)
    users = tuple(dict.fromkeys(functions.colleague(word) for word in colleagues[: MOST_PEOPLE + 1]))
    if len(users) > MOST_PEOPLE or len(found.lines) >= MOST_LINES:
        raise Mistake(TOO_MANY)
    line = Line(Shift(weekdays, *hours), users)
    return _changed(call, functions, people, replace(found, lines=(*found.lines, line)))


@command("remove", "当番削除", needs=Role.EDITOR, about=Text(ja="当番の行を消す", en="take a line out of the roster"))
def remove(call: Call, functions: Functions, people: People, function: FunctionName, number: Number) -> Effects:
    found = functions.find(function)
    if not 1 <= number <= len(found.lines):
        raise Mistake(NO_LINE.fill(number=number, name=found.name))
    left = tuple(line for n, line in enumerate(found.lines, 1) if n != number)
    return _changed(call, functions, people, replace(found, lines=left))


def _changed(call: Call, functions: Functions, people: People, function: Function) -> Effects:
    """What is held until somebody is back follows the new hours."""
    functions.change(function)
    opens = opening(function.shifts, call.at, call.zone) if function.lines else call.at
    for matter in functions.open(function):
        if matter.held:
            functions.keep(replace(matter, wake=opens or call.at))
    return (Say(text=SET.fill(name=function.name, roster=roster_of(function, people))),)


@command(
    "chief",
    "所属長",
    needs=Role.EDITOR,
    about=Text(ja="最後に知らせる所属長を決める", en="set the chief, who is told last"),
)
def chief(_call: Call, functions: Functions, people: People, function: FunctionName, who: Colleague) -> Effects:
    found = replace(functions.find(function), chief=functions.colleague(who))
    functions.change(found)
    return (Say(text=CHIEF.fill(name=found.name, who=people.name(found.chief))),)


@command(
    "sign",
    "記名",
    needs=Role.EDITOR,
    about=Text(ja="返信に担当者の名前を付けるか決める", en="whether answers say who wrote them"),
)
def sign(_call: Call, functions: Functions, function: FunctionName, switch: OnOff) -> Effects:
    found = replace(functions.find(function), signed=switch)
    functions.change(found)
    return (Say(text=(SIGNS if found.signed else SIGNS_NOT).fill(name=found.name)),)


@command("off", "廃止", needs=Role.EDITOR, about=Text(ja="窓口を廃止する", en="close a function"))
def off(
    _call: Call,
    functions: Functions,
    directory: Directory,
    members: Members,
    pending: Pending,
    people: People,
    function: FunctionName,
    sure: Confirmation | None = None,
) -> Effects:
    found = functions.find(function)
    matters: Sequence[Matter] = functions.open(found)
    if not sure:
        pending.ask(Waiting(command="function off", words=(found.name, "yes")))
        return (Say(text=SURE.fill(name=found.name, count=len(matters))),)
    for matter in matters:
        functions.close(matter)
    functions.retire(found)
    said = FAREWELL.fill(name=f"{people.municipality(found.user)} {found.name}")
    farewells = tuple(Say(text=said, to=Counter(m.room, m.person)) for m in matters)
    return (Say(text=OFF.fill(name=found.name)), *farewells, *_listed(found, directory, members, shown=False))


BOT: Bot = Bot(
    names=("function", "窓口"),
    about=Text(
        ja="課などの窓口アカウントを作り、当番に用件を届け、窓口の名前で返信します。",
        en="Accounts for offices: what is written to them reaches who is on duty; the office answers in its own name.",
    ),
    commands=(help_command(lambda: BOT), create, roster, remove, *SHOW, chief, sign, *DUTY, off),
    listeners=(arrived, answered),
    routines=(due_matters,),
    fetching=(most_bytes,),
)
