"""!who: one directory of colleagues over all members, and who may invite them; nobody stands in it unasked."""

import re
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bots.arguments import Title, Words
from bots.bot import Bot
from bots.call import Call
from bots.command import Effects, command, listener
from bots.effects import Person, Say
from bots.events import Delivered, UserId
from bots.filling.show import clean
from bots.group_words import DIRECTORY, colleague, published
from bots.help import help_command
from bots.ports import Members, People
from bots.ports_groups import Directory, Entry, Groups, Invitations
from bots.roles import Role
from forms.mistake import Mistake
from forms.text import Text, lines, same

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
OPEN = Text(
    ja="名簿に載っているため、連合のどの自治体の方からも招待が届きます。",
    en="You are in the directory, so people of every member can invite you.",
)
CLOSED = Text(
    ja="ほかの自治体の方からの招待は届きません。"
    "受けるときは「!who show」で名簿に載せるか、「!who allow 中津市」のように相手を許してください。",
    en="Nobody of another municipality can invite you. "
    "To change that, enter the directory (!who show) or allow somebody (!who allow Nakatsu).",
)
ONLY = Text(
    ja="ほかの自治体の方からの招待は、次の相手からだけ届きます。",
    en="From other municipalities, only these can invite you:",
)
ALSO_ALLOWED = Text(ja="許している相手:", en="Allowed by you:")
LET_IN = Text(ja="・{whom}", en="- {whom}")
LETS = Text(ja="{whom}からの招待が届くようにしました。", en="You can now be invited by {whom}.")
LETS_NOT = Text(ja="{whom}への許可を取り消しました。", en="{whom} is no longer allowed to invite you.")
STILL_SHOWN = Text(
    ja="名簿に載っているあいだは、どの自治体の方からも招待が届きます。やめるときは「!who hide」。",
    en="While you are in the directory, everybody of the alliance can. “!who hide” ends that.",
)
WAS_NOT = Text(
    ja="{whom}は許可していません。「!who allow」で一覧を表示します。",
    en="{whom} was not allowed. “!who allow” lists who is.",
)
WHO_IS = Text(
    ja="「{word}」は連合の自治体でも、名簿の方でもありません。自治体の名前か、@名前:サーバー の形で書いてください。",
    en="“{word}” is neither a member nor somebody in the directory. Write a municipality, or @name:server.",
)
NO_MEMBER_S = Text(
    ja="{word} のサーバーは連合の名簿にないため、招待は届きません。",
    en="The server of {word} is not in the alliance: nobody there can invite you.",
)
AT_HOME = Text(
    ja="同じ自治体の方からの招待は、いつでも届きます。", en="People of your own municipality can always invite you."
)
TOO_MANY = Text(
    ja="許せる相手は200件までです。「!who disallow」で減らしてください。",
    en="You can allow 200 at most. Please take some back with “!who disallow”.",
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
    department: Title,
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


@command(
    "allow",
    "許可",
    needs=Role.STAFF,
    about=Text(
        ja="自分を招待してよい自治体や人を決める（何も書かなければ表示）", en="say who may invite you, or see it"
    ),
    more=Text(
        ja="名簿に載っている方には、どの自治体からも招待が届きます。例: !who allow 中津市、@hanako:tama.example.jp",
        en="Who is in the directory can be invited by all. E.g. !who allow Nakatsu, @hanako:tama.example.jp",
    ),
)
def allow(
    call: Call, invitations: Invitations, directory: Directory, members: Members, people: People,
    words: Words | None = None,
) -> Effects:  # fmt: skip
    if not words:
        return (Say(text=_allowed(invitations, directory, members, people), to=Person(call.who)),)
    named = [_whom(word, members, directory) for word in _parts(words)]
    if any(whom.partition(":")[2] == members.me().server or whom == members.me().server for whom in named):
        raise Mistake(AT_HOME)
    for whom in named:
        if not invitations.allow(whom):
            raise Mistake(TOO_MANY)
    return (Say(text=LETS.fill(whom=_listed(named, members, people)), to=Person(call.who)),)


def _allowed(invitations: Invitations, directory: Directory, members: Members, people: People) -> Text:
    rows = [LET_IN.fill(whom=_called(whom, members, people)) for whom in invitations.mine()]
    entry = directory.mine()
    if entry is not None and entry.shown:
        return lines(OPEN, *((ALSO_ALLOWED, *rows) if rows else ()))
    return lines(ONLY, *rows) if rows else CLOSED


def _parts(words: str) -> Sequence[str]:
    found = (part.strip(" 　「」") for part in re.split("[、,，]", clean(words, 2000)))
    return list(dict.fromkeys(part for part in found if part))[:50]


def _whom(word: str, members: Members, directory: Directory) -> str:
    """A server or a person."""
    try:
        return members.find(word).server
    except Mistake:
        pass
    try:
        user = colleague(word, directory)
    except Mistake:
        raise Mistake(WHO_IS.fill(word=word[:60])) from None
    if not any(user.partition(":")[2] == member.server for member in members.all()) or len(user) > 255:
        raise Mistake(NO_MEMBER_S.fill(word=word[:60]))
    return user


def _called(whom: str, members: Members, people: People) -> Text:
    if whom.startswith("@"):
        return same(f"{whom}（{people.municipality(UserId(whom))}）")
    return next((member.name for member in members.all() if member.server == whom), same(whom))


def _listed(named: Sequence[str], members: Members, people: People) -> Text:
    found = [_called(whom, members, people) for whom in named]
    return Text(ja="、".join(one.ja for one in found), en=", ".join(one.en for one in found))


@command(
    "disallow",
    "許可取消",
    needs=Role.STAFF,
    about=Text(ja="招待の許可を取り消す", en="let somebody invite you no longer"),
)
def disallow(
    call: Call, invitations: Invitations, directory: Directory, members: Members, people: People, words: Words
) -> Effects:
    kept = invitations.mine()
    named = [word if word in kept else _whom(word, members, directory) for word in _parts(words)]
    for whom in named:
        if not invitations.disallow(whom):
            raise Mistake(WAS_NOT.fill(whom=_called(whom, members, people)))
    entry = directory.mine()
    more = (STILL_SHOWN,) if entry is not None and entry.shown else ()
    return (Say(text=lines(LETS_NOT.fill(whom=_listed(named, members, people)), *more), to=Person(call.who)),)


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
