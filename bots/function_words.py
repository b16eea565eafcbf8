"""What all parts of the function bot share: whom a matter goes to, when, and how it is put before them."""

import mimetypes
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bots.command import Effects
from bots.effects import About, Attach, Effect, Person, Place, Say
from bots.events import UserId
from bots.filling.show import clean
from bots.ports import People
from bots.ports_function import Function, Functions, Matter, Note
from forms.duty import after, on_duty, opening
from forms.text import Text, lines, same

PATIENCE = timedelta(minutes=15)
"""So long a person waits, on time of duty, before their matter goes further."""
IDLE = timedelta(days=14)
LONGEST = 8000
FILE_MOST = 10 * 1024 * 1024
TAKE = "✋"

HEAD = Text(ja="【{name} {number}番】{who}さん（{town}）から{why}", en="[{name} #{number}] From {who} ({town}){why}")
OWN = Text(ja="（{who}さんの返信）{words}", en="(answer by {who}) {words}")
CHANGED = Text(ja="（書き直し）{words}", en="(changed) {words}")
WITH_FILE = Text(ja="（ファイル「{file}」）{words}", en="(file “{file}”) {words}")
LOST = Text(
    ja="（ファイル「{file}」は大きすぎて届いていません）{words}", en="(file “{file}”: too large to be taken) {words}"
)
ANSWER = Text(
    ja="返信は、このメッセージへの返信か「!function reply {number} 内容」で。",
    en="To answer, reply to this message or write “!function reply {number} …”.",
)
HOW = Text(
    ja="{answer}引き受けるときは「!function take {number}」。", en="{answer} “!function take {number}” takes it on."
).fill(answer=ANSWER, number="{number}")
BUSY = Text(ja="【{name} {number}番】{who}さんが対応中です。", en="[{name} #{number}] {who} is on it.")
NO_ANSWER = Text(ja="（15分返事がありません）", en=" (no answer for 15 minutes)")
TAKEN_NO_ANSWER = Text(
    ja="（{who}さんが対応中ですが、15分返事がありません）", en=" ({who} is on it, but has not answered for 15 minutes)"
)
NOTHING = same("")


@dataclass(frozen=True, slots=True)
class Watch:
    """A moment, and the roster as it is then."""

    functions: Functions
    people: People
    at: datetime
    zone: ZoneInfo

    def on_duty(self, function: Function) -> Sequence[tuple[UserId, ...]]:
        """Line by line, who is on duty; where no hours were set the chief always is."""
        if not function.lines:
            return [(function.chief,)]
        return [function.lines[place].people for place in on_duty(function.shifts, self.at, self.zone)]

    def opens(self, function: Function) -> datetime | None:
        """Out of hours: when somebody is back. None while somebody is there, or where nobody ever comes."""
        return None if self.on_duty(function) else opening(function.shifts, self.at, self.zone)

    def following(self, function: Function, reached: Iterable[UserId]) -> tuple[UserId, ...]:
        """Those of the next group who do not have it yet: by line, then all, then the chief; nobody once all have."""
        known = frozenset(reached)
        everybody = tuple(user for line in function.lines for user in line.people)
        for group in (*self.on_duty(function), everybody, (function.chief,)):
            fresh = tuple(dict.fromkeys(user for user in group if user not in known))
            if fresh:
                return fresh
        return ()

    def patience(self, function: Function) -> datetime | None:
        """When 15 minutes of duty will have gone by."""
        if not function.lines:
            return self.at + PATIENCE
        return after(function.shifts, self.at, span=PATIENCE, zone=self.zone)

    def starting(self, function: Function, matter: Matter) -> tuple[UserId, ...]:
        """Whom it goes to now: who took it on; where they are not on duty, who is, as well."""
        if matter.taker is None:
            return self.following(function, ())
        there = {user for group in self.on_duty(function) for user in group}
        return (matter.taker,) if matter.taker in there else (matter.taker, *self.following(function, ()))


def put_before(  # noqa: PLR0913 - who, what, whose and why
    staff: Iterable[UserId],
    function: Function,
    matter: Matter,
    notes: Sequence[Note],
    people: People,
    *,
    why: Text = NOTHING,
    how: Text = HOW,
) -> Effects:
    """What was written, in each one's own room with the bot; files behind the words."""
    head = HEAD.fill(
        name=function.name, number=matter.number, why=why, who=people.name(matter.person),
        town=people.municipality(matter.person),
    )  # fmt: skip
    rows = [_row(note, matter, people) for note in notes]
    text = lines(head, *rows, *((how.fill(number=matter.number),) if how.ja else ()))
    keys = {TAKE: "take"} if how is HOW else {}
    about = About(response=str(matter.number), question="", keys=keys, bot="function")
    files = [note for note in notes if note.content is not None]
    effects: list[Effect] = []
    for user in dict.fromkeys(staff):
        effects.append(Say(text=text, to=Person(user), calls=(user,), about=about))
        for note in files:
            caption = f"【{function.name} {matter.number}番】{clean(note.name, 100)}"
            effects.append(replace(attached(note, Person(user), caption), about=about))
    return tuple(effects)


def _row(note: Note, matter: Matter, people: People) -> Text:
    words = same(clean(note.text, LONGEST))
    if note.name:
        words = (LOST if note.content is None else WITH_FILE).fill(file=clean(note.name, 100), words=words)
    if note.changed:
        words = CHANGED.fill(words=words)
    return words if note.by == matter.person else OWN.fill(who=people.name(note.by), words=words)


def attached(note: Note, to: Place, caption: str) -> Attach:
    """A file as it is handed on: by its name alone we say what it is."""
    name = clean(note.name.replace("/", "_").replace("\\", "_"), 100) or "file"
    mime = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Attach(name=name, mime=mime, content=note.content or b"", text=same(caption), to=to)


def told(staff: Iterable[UserId], text: Text, *, but: Iterable[UserId]) -> Effects:
    """The same to each of these colleagues, quietly."""
    left_out = frozenset(but)
    return tuple(Say(text=text, to=Person(user)) for user in dict.fromkeys(staff) if user not in left_out)
