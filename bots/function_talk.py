"""What reaches a function account, and what its staff answer: who gets it, in hours and out of them, step by step."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bots.bot import Done
from bots.call import Call
from bots.command import Effects, World, listener
from bots.effects import About, Counter, Say
from bots.events import Event, Reacted, Said, Sent, Written
from bots.filling.show import clean
from bots.function_duty import reply_to, take_on
from bots.function_words import FILE_MOST, IDLE, NO_ANSWER, NOTHING, TAKEN_NO_ANSWER, Watch, put_before, told
from bots.moments import moment
from bots.ports import People, Responses, Town
from bots.ports_function import Function, Functions, Matter, Note
from forms.mistake import Mistake
from forms.text import Text

CLOSED = Text(
    ja="メッセージをお預かりしました。ただいま{name}の受付時間外です。{when}から担当者が確認し、お返事します。",
    en="Thank you, your message is kept. {name} is closed now; somebody will read it and answer from {when}.",
)
SLOWER = Text(
    ja="短い間にたくさんのメッセージが届いたため、いまの分は担当者に渡していません。しばらく待ってから続きをお書きください。",
    en="Too many messages at once: the last ones were not passed on. Please wait a little, then go on.",
)
TOO_LARGE = Text(
    ja="「{file}」は受け取れませんでした（10MBまで）。小さくするか分けてお送りください。",
    en="“{file}” could not be taken (10 MB at most). Please send it smaller, or in parts.",
)
PATIENTLY = Text(
    ja="お待たせして申し訳ありません。担当の者に重ねて伝えました。もうしばらくお待ちください。",
    en="We are sorry to keep you waiting. Our colleagues have been told again; please bear with us a little longer.",
)
HELD = Text(ja="（時間外に届いたもの）", en=" (came out of hours)")
ENDED = Text(
    ja="【{name} {number}番】14日間やりとりがないため、完了にしました。",
    en="[{name} #{number}] Nothing was written for 14 days: it counts as done.",
)
STRUCK = Text(
    ja="【{name} {number}番】{who}さんが、前に書いたものを一つ取り消しました。",
    en="[{name} #{number}] {who} took back something that they had written.",
)
_WHICH = re.compile(r"(?:[!！]\S+\s+(?:reply|返信)\s+)?[#＃]?(\d{1,6})番?(?:\s+(?P<words>.*))?", re.DOTALL)


@listener
def arrived(call: Call, event: Written, functions: Functions, people: People) -> Effects | None:
    """Somebody writes to a function."""
    function = functions.get(event.to)
    said = bool(event.text.strip() or event.name)
    if function is None or not (said or event.target):
        return ()
    watch = Watch(functions, people, call.at, call.zone)
    if event.target and (corrected := _corrected(watch, function, event, struck=not said)) is not None:
        return corrected
    matter = functions.begun(event)
    pace = functions.pace(matter)
    if pace != "fine":
        return (Say(text=SLOWER),) if pace == "stop" else ()
    note = Note(
        source=event.id, by=call.who, text=event.text, name=event.name, content=event.content,
        changed=event.target is not None,
    )  # fmt: skip
    functions.note(matter, note)
    lost = event.name and event.content is None
    refused = (Say(text=TOO_LARGE.fill(file=clean(event.name, 60))),) if lost else ()
    return (*refused, *_received(watch, function, matter, note))


def _corrected(watch: Watch, function: Function, event: Written, *, struck: bool) -> Effects | None:
    """What nobody has been given yet is changed or taken out without a word; None where it is to be handed on."""
    matter = watch.functions.standing(event)
    if matter is None:
        return () if struck else None
    if not (struck or matter.held) or not watch.functions.correct(matter, event):
        return () if struck else None
    if matter.held and not watch.functions.notes(matter):
        watch.functions.close(matter)  # all of it was taken back
    if not struck or matter.held:
        return ()
    staff = matter.reached if matter.taker is None else (matter.taker,)
    said = STRUCK.fill(name=function.name, number=matter.number, who=watch.people.name(matter.person))
    return told(staff, said, but=())


def _received(watch: Watch, function: Function, matter: Matter, note: Note) -> Effects:
    opens = watch.opens(function)
    if opens is not None:
        watch.functions.keep(replace(matter, held=True, wake=opens, told=opens))
        said = CLOSED.fill(name=function.name, when=moment(opens, watch.zone, watch.at))
        return () if matter.told == opens else (Say(text=said),)
    if matter.held or not matter.reached:
        return _laid_out(watch, function, matter)
    to = matter.reached
    if matter.waits is None:
        to = watch.starting(function, matter)
        matter = replace(matter, waits=watch.at, wake=watch.patience(function), reached=to)
    elif matter.taker is not None:
        to = watch.starting(function, matter)
        matter = replace(matter, reached=tuple(dict.fromkeys((*matter.reached, *to))))
    if not watch.following(function, matter.reached):
        matter = replace(matter, wake=watch.at + IDLE)
    watch.functions.keep(matter)
    return put_before(to, function, matter, [note], watch.people, how=NOTHING)


def _laid_out(watch: Watch, function: Function, matter: Matter) -> Effects:
    """All that was written, before those who are on duty; from now on the person waits."""
    to, why = watch.starting(function, matter), HELD if matter.held else NOTHING
    kept = replace(matter, held=False, waits=watch.at, wake=watch.patience(function), reached=to)
    watch.functions.keep(kept)
    return put_before(to, function, matter, watch.functions.notes(matter), watch.people, why=why)


# -- what the staff answer -------------------------------------------------------------------------------------------


@listener
def answered(
    call: Call, event: Event, responses: Responses, functions: Functions, people: People
) -> Effects | None:  # fmt: skip
    """A reply, a reaction or a file of somebody on duty, in their own room with the bot."""
    if not (call.direct and call.mine) or not isinstance(event, Said | Sent | Reacted):
        return None
    watch = Watch(functions, people, call.at, call.zone)
    target = event.target if isinstance(event, Reacted) else event.replies_to
    about = responses.about(target) if target else None
    if about is not None and about.bot != "function":
        return None
    match event:
        case Reacted() if about is not None and event.key in about.keys:
            return take_on(watch, functions.matter(int(about.response)), call.who)
        case Said() if about is not None:
            note = Note(source=event.id, by=call.who, text=event.text)
            return reply_to(watch, functions.matter(int(about.response)), note)
        case Sent():
            return _file_sent(watch, event, about)
    return None


def _file_sent(watch: Watch, event: Sent, about: About | None) -> Effects | None:
    """It is for a matter where it replies to one, or its caption begins with the number of one: 「3 様式です」."""
    named = _WHICH.fullmatch(event.caption.strip())
    if about is None and (named is None or not watch.functions.open()):
        return None
    words = event.caption if about is not None or named is None else named["words"] or ""
    number = int(about.response) if about is not None else int(named[1]) if named else 0
    matter = watch.functions.matter(number)
    if event.content is None:
        raise Mistake(TOO_LARGE.fill(file=clean(event.name, 60)))
    note = Note(source=event.id, by=event.sender, text=words, name=event.name, content=event.content)
    return reply_to(watch, matter, note)


def most_bytes(call: Call, world: World) -> int:
    """Who has a matter before them may send a file in answer to it."""
    return FILE_MOST if call.direct and call.mine and world(Functions).open() else 0


# -- what falls due --------------------------------------------------------------------------------------------------


def due_matters(now: datetime, world: World) -> Sequence[Done]:
    """What was held is given out, what is unanswered goes further, what rests is closed: each once."""
    functions, people = world(Functions), world(People)
    due = functions.due(now)
    watch = Watch(functions, people, now, world(Town).zone()) if due else None
    return [_fallen_due(watch, matter) for matter in due] if watch else []


def _fallen_due(watch: Watch, matter: Matter) -> Done:
    turned = replace(matter, turn=matter.turn + 1)
    function = watch.functions.get(matter.function)
    if function is None:
        watch.functions.close(matter)
        return Done(f"function:{matter.number}:closed", ())
    return Done(f"function:{matter.number}:{turned.turn}", _due(watch, function, turned))


def _due(watch: Watch, function: Function, matter: Matter) -> Effects:
    if not matter.held and matter.waits is None:
        return _ended(watch, function, matter)
    opens = watch.opens(function)
    if opens is not None:  # the roster was changed, or we were down until the evening
        watch.functions.keep(replace(matter, wake=opens))
        return ()
    return _laid_out(watch, function, matter) if matter.held else _further(watch, function, matter)


def _further(watch: Watch, function: Function, matter: Matter) -> Effects:
    """Unanswered: the next ones get it; when those are the last, the person hears that they are not forgotten."""
    fresh = watch.following(function, matter.reached)
    if not fresh:
        return _ended(watch, function, matter)
    reached = (*matter.reached, *fresh)
    last = not watch.following(function, reached)
    watch.functions.keep(replace(matter, reached=reached, wake=watch.at + IDLE if last else watch.patience(function)))
    taker = matter.taker
    why = NO_ANSWER if taker is None else TAKEN_NO_ANSWER.fill(who=watch.people.name(taker))
    notes = watch.functions.notes(matter)
    before = put_before(fresh, function, matter, notes, watch.people, why=why)
    patient = (Say(text=PATIENTLY, to=Counter(matter.room, matter.person)),) if last else ()
    return (*before, *patient)


def _ended(watch: Watch, function: Function, matter: Matter) -> Effects:
    """Nobody has had anything to say for long: what was written does not stay for ever."""
    watch.functions.close(matter)
    staff = matter.reached if matter.taker is None else (matter.taker,)
    return told(staff, ENDED.fill(name=function.name, number=matter.number), but=())
