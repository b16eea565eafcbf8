"""!who allow and disallow: a person says whose invitations from other municipalities they want."""

import re
from collections.abc import Sequence

from bots.arguments import Inviters
from bots.call import Call
from bots.command import Effects, command
from bots.effects import Person, Say
from bots.events import UserId
from bots.filling.show import clean
from bots.group_words import colleague
from bots.ports import Members, People
from bots.ports_groups import Directory, Invitations
from bots.roles import Role
from forms.mistake import Mistake
from forms.text import Text, lines, same

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
    words: Inviters | None = None,
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
    call: Call, invitations: Invitations, directory: Directory, members: Members, people: People, words: Inviters
) -> Effects:
    kept = invitations.mine()
    named = [word if word in kept else _whom(word, members, directory) for word in _parts(words)]
    for whom in named:
        if not invitations.disallow(whom):
            raise Mistake(WAS_NOT.fill(whom=_called(whom, members, people)))
    entry = directory.mine()
    more = (STILL_SHOWN,) if entry is not None and entry.shown else ()
    return (Say(text=lines(LETS_NOT.fill(whom=_listed(named, members, people)), *more), to=Person(call.who)),)
