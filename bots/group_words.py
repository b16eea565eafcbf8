"""What all parts of the group bot share: whose group, which colleague, and how a deed is told to everybody."""

from collections.abc import Iterable

from bots.alliance import Member
from bots.effects import Post
from bots.events import Signed, UserId
from bots.group_log import Group
from bots.ports import Members
from bots.ports_groups import Directory, Entry
from forms.mistake import Mistake
from forms.text import Text

LOG = "group.log"
DIRECTORY = "directory"
NOBODY = Text(
    ja="「{word}」さんが見つかりません。@名前:サーバー の形で書いてください。",
    en="There is nobody “{word}”. Please write @name:server.",
)
SEVERAL = Text(
    ja="「{word}」にあたる人が{count}人います。@名前:サーバー の形で書いてください: {people}",
    en="“{word}” may be any of {count}. Please write @name:server: {people}",
)
STEWARDS_ONLY = Text(
    ja="これは「{name}」の管理者（{stewards}）だけができます。",
    en="Only the stewards of “{name}” ({stewards}) may do this.",
)


def carried(*signed: Signed) -> Post:
    """Deeds as they go to everybody: each signed for itself, so that others can pass them on."""
    return Post(kind=LOG, body={"raw": [one.raw for one in signed]}, to=None)


def colleague(word: str, directory: Directory) -> UserId:
    """A Matrix id, or words that fit one colleague in the directory."""
    name, colon, server = word.partition(":")
    if word.startswith("@") and len(name) > 1 and colon and server:
        return UserId(word)
    found = directory.find(word.lstrip("@"))
    if len(found) == 1:
        return found[0].user
    if not found:
        raise Mistake(NOBODY.fill(word=word))
    people = "、".join(entry.user for entry in found[:5])
    raise Mistake(SEVERAL.fill(word=word, count=len(found), people=people))


def ourselves(members: Members) -> Member | None:
    """None where we are in no alliance (any more): what still comes then is not for us."""
    try:
        return members.me()
    except Mistake:
        return None


def servers_of(users: Iterable[str]) -> tuple[str, ...]:
    """Each homeserver once."""
    return tuple(dict.fromkeys(user.partition(":")[2] for user in users))


def need_steward(group: Group, who: UserId) -> None:
    """Raise Mistake for everybody else."""
    if who not in group.stewards:
        raise Mistake(STEWARDS_ONLY.fill(name=group.name, stewards="、".join(group.stewards)))


def published(entry: Entry, members: Members) -> tuple[Post, ...]:
    """What others may know of one of our people; partners get nothing of it."""
    if all(member.kind != "partner" for member in members.all()):
        return (entry_post(entry, to=None),)
    own = entry.user.partition(":")[2]
    towns = [m.server for m in members.all() if m.kind != "partner" and m.server != own]
    return tuple(entry_post(entry, to=server) for server in towns)


def entry_post(entry: Entry, to: str | None) -> Post:
    """An entry as it travels, to one member or everybody."""
    body = {
        "user": entry.user, "n": entry.n, "shown": entry.shown, "name": entry.name, "kana": entry.kana,
        "department": entry.department, "duties": entry.duties,
    }  # fmt: skip
    return Post(kind=DIRECTORY, body=body, to=to)
