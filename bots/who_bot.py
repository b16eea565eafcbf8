"""!who: one directory of colleagues over all members, and who may invite them; nobody stands in it unasked."""

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bots.arguments import Department, Words
from bots.bot import Bot
from bots.call import Call
from bots.command import Effects, command, listener
from bots.effects import Person, Say
from bots.events import Delivered, UserId
from bots.filling.show import clean
from bots.group_words import DIRECTORY, published
from bots.help import help_command
from bots.ports import Members, People
from bots.ports_groups import Directory, Entry, Groups
from bots.roles import Role
from bots.who_inviting import allow, disallow
from forms.mistake import Mistake
from forms.text import Text, lines

KIND = "directory"
SHOWN_AT_ONCE = 30

NOBODY = Text(
    ja="「{words}」にあたる方は名簿にいません。名簿に出るのは、自分で載せた方だけです。",
    en="Nobody in the directory fits “{words}”. Only those stand in it who asked to.",
)
ROW = Text(
    ja="・{name}{kana} {town} {department}{duties} {user}{away}",
    en="- {name}{kana} {town} {department}{duties} {user}{away}",
)
KANA = Text(ja="（{kana}）", en=" ({kana})")
DUTIES = Text(ja="／{duties}", en=" / {duties}")
AWAY = Text(ja="［接続なし］", en=" [not reachable now]")
MORE = Text(
    ja="ほかに{count}人います。言葉を足して絞り込んでください。", en="And {count} more. Add a word to narrow it down."
)
SHOWN = Text(
    ja="名簿に載せました。連合の全自治体の職員から見え、部屋への招待も届きます。やめるときは「!who hide」。\n{row}",
    en="You are in the directory: staff of all members can find and invite you. “!who hide” takes you out.\n{row}",
)
HIDDEN = Text(
    ja="名簿から外しました。ほかの自治体の方からの招待は、「!who allow」で許した相手からだけ届きます。",
    en="You are no longer in the directory. Only whom you “!who allow” can invite you from other municipalities.",
)
PARTNERS = Text(ja="名簿は、自治体の職員のためのものです。", en="The directory is for staff of municipalities.")


class Published(BaseModel):
    """An entry as another municipality sends it."""

    model_config = ConfigDict(frozen=True, strict=True)

    user: str = Field(pattern=r"^@[^\s:]+:[^\s]+$", max_length=255)
    n: int = Field(gt=0, lt=2**40)
    shown: bool
    name: str = Field(max_length=60)
    kana: str = Field(max_length=60)
    department: str = Field(max_length=100)
    duties: str = Field(max_length=200)


@command(
    "find",
    "探す",
    needs=Role.STAFF,
    about=Text(ja="全自治体の職員を探す", en="look for colleagues of all members"),
    more=Text(
        ja="例: !who 学童 担当、!who 中津市 防災（find は省けます）",
        en="E.g. !who childcare, !who Nakatsu (“find” may be left out)",
    ),
)
def find(call: Call, directory: Directory, groups: Groups, members: Members, people: People, words: Words) -> Effects:
    if any(m.server == call.who.partition(":")[2] and m.kind == "partner" for m in members.all()):
        raise Mistake(PARTNERS)
    wanted = " ".join(word for word in words.split() if word not in ("担当", "の", "さん"))
    found = directory.find(wanted or words)
    if not found:
        return (Say(text=NOBODY.fill(words=clean(words, 60)), to=Person(call.who)),)
    away = groups.silent(call.at)
    rows = [_row(entry, people, away=entry.user.partition(":")[2] in away) for entry in found[:SHOWN_AT_ONCE]]
    more = [MORE.fill(count=len(found) - SHOWN_AT_ONCE)] if len(found) > SHOWN_AT_ONCE else []
    return (Say(text=lines(*rows, *more), to=Person(call.who)),)  # never into a room where guests may be


def _row(entry: Entry, people: People, *, away: bool) -> Text:
    empty = Text(ja="", en="")
    return ROW.fill(
        name=clean(entry.name, 60),
        kana=KANA.fill(kana=clean(entry.kana, 60)) if entry.kana else empty,
        town=people.municipality(entry.user),
        department=clean(entry.department, 100),
        duties=DUTIES.fill(duties=clean(entry.duties, 200)) if entry.duties else empty,
        user=entry.user,
        away=AWAY if away else empty,
    )


@command(
    "show",
    "載せる",
    needs=Role.STAFF,
    about=Text(ja="自分を名簿に載せる（部署、担当、読み）", en="put yourself into the directory"),
    more=Text(
        ja="例: !who show こども課 担当 学童保育 かな やまだ はなこ",
        en="E.g. !who show Children duties after-school care",
    ),
)
def show(
    call: Call,
    directory: Directory,
    people: People,
    members: Members,
    department: Department,
    *,
    duties: Words | None = None,
    kana: Words | None = None,
) -> Effects:
    entry = Entry(
        user=call.who,
        n=_next(directory),
        shown=True,
        name=clean(people.name(call.who), 60),
        kana=clean(kana or "", 60),
        department=clean(_after_me(department), 100),
        duties=clean(duties or "", 200),
    )
    directory.keep(entry)
    return (Say(text=SHOWN.fill(row=_row(entry, people, away=False))), *published(entry, members))


def _after_me(words: str) -> str:
    """`!who show me …` and `!who show …` are the same."""
    first, _, rest = words.partition(" ")
    return rest if first.casefold() == "me" and rest else words


def _next(directory: Directory) -> int:
    before = directory.mine()
    return before.n + 1 if before else 1


@command("hide", "外す", needs=Role.STAFF, about=Text(ja="自分を名簿から外す", en="take yourself out of the directory"))
def hide(call: Call, directory: Directory, members: Members, _me: Words | None = None) -> Effects:
    gone = Entry(user=call.who, n=_next(directory), shown=False, name="", kana="", department="", duties="")
    if not directory.keep(gone):
        return (Say(text=HIDDEN),)
    return (Say(text=HIDDEN), *published(gone, members))


@listener
def heard(_call: Call, event: Delivered, directory: Directory) -> Effects | None:
    """What another municipality publishes of its own people."""
    if event.signed.kind != DIRECTORY:
        return None
    try:
        told = Published.model_validate(dict(event.signed.body))
    except ValidationError:
        return ()
    if told.user.partition(":")[2] == event.signed.signer:
        directory.keep(Entry(**{**told.model_dump(), "user": UserId(told.user)}))
    return ()


BOT: Bot = Bot(
    names=("who", "名簿"),
    about=Text(
        ja="全自治体の職員の名簿です。自分で載せた方だけが出ます。だれから招待を受けるかも決められます。",
        en="The directory of colleagues of all members: only those stand in it who asked to. And who may invite you.",
    ),
    commands=(help_command(lambda: BOT), find, show, hide, allow, disallow),
    listeners=(heard,),
    otherwise="find",
)
