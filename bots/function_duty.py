"""!function take, pass, reply and done: what the people on duty do with a matter, each knowing of the other."""

from dataclasses import replace

from bots.arguments import Colleague, Number, Words
from bots.call import Call
from bots.command import Command, Effects, command
from bots.effects import Counter, Say
from bots.events import UserId
from bots.filling.show import clean
from bots.function_words import ANSWER, BUSY, IDLE, LONGEST, Watch, attached, put_before, told
from bots.ports import People
from bots.ports_function import Function, Functions, Matter, Note
from bots.roles import Role
from forms.mistake import Mistake
from forms.text import Text, lines, same

TAKEN = Text(
    ja="【{name} {number}番】対応中にしました。ほかの担当者に知らせます。終わったら「!function done {number}」。",
    en="[{name} #{number}] It is yours; the others are told. When it is done: “!function done {number}”.",
)
ALREADY = Text(ja="【{name} {number}番】はもうあなたが対応中です。", en="[{name} #{number}] is yours already.")
OTHERS = Text(
    ja="【{name} {number}番】{who}さんが対応中のため、送っていません。"
    "代わるときは「!function take {number}」のあとで、もう一度お送りください。",
    en="[{name} #{number}] {who} is on it, so nothing was sent. "
    "To take over, write “!function take {number}” and send it again.",
)
SENT = Text(ja="【{name} {number}番】{who}さんに送りました。", en="[{name} #{number}] Sent to {who}.")
GONE = Text(
    ja="【{name} {number}番】相手が窓口との部屋を出たため、届けられません。別の方法で連絡してください。",
    en="[{name} #{number}] They have left the room with the function: please reach them another way.",
)
PASSED = Text(ja="（{who}さんから引き継ぎ）", en=" (passed on by {who})")
HANDED = Text(ja="【{name} {number}番】{who}さんに引き継ぎました。", en="[{name} #{number}] Passed on to {who}.")
NOT_OF_IT = Text(
    ja="{who}さんは「{name}」の当番に入っていません。先に「!function roster」で加えてください。",
    en="{who} is not in the roster of “{name}”: add them by “!function roster” first.",
)
DONE = Text(ja="【{name} {number}番】完了しました（{who}）。", en="[{name} #{number}] Done ({who}).")
NOTHING_OPEN = Text(ja="いま対応する用件はありません。", en="There is no open matter for you now.")
WHICH = Text(
    ja="番号を付けてください。例: !function {verb} {number}", en="Please add the number, e.g. !function {verb} {number}"
)
EMPTY = Text(ja="返信の内容を書いてください。", en="Please write what to answer.")


def _watch(call: Call, functions: Functions, people: People) -> Watch:
    return Watch(functions, people, call.at, call.zone)


def _function(watch: Watch, matter: Matter) -> Function:
    found = watch.functions.get(matter.function)
    if found is None:
        raise Mistake(NOTHING_OPEN)
    return found


def _chosen(functions: Functions, number: int | None, *, of: UserId | None, verb: str) -> Matter:
    """The one of this number; without a number the only one that is nobody's (`of` None) or this person's."""
    if number is not None:
        return functions.matter(number)
    found = [matter for matter in functions.open() if matter.taker == of]
    if not found:
        raise Mistake(NOTHING_OPEN)
    if len(found) > 1:
        raise Mistake(WHICH.fill(verb=verb, number=found[0].number))
    return found[0]


@command("take", "対応", needs=Role.STAFF, about=Text(ja="用件を引き受ける", en="take a matter on"))
def take(call: Call, functions: Functions, people: People, number: Number | None = None) -> Effects:
    return take_on(
        _watch(call, functions, people), _chosen(functions, number, of=None, verb="take"), call.who
    )  # fmt: skip


def take_on(watch: Watch, matter: Matter, who: UserId) -> Effects:
    """It is theirs from now on; the others who have it hear so. Taken is not answered: the 15 minutes begin anew."""
    function = _function(watch, matter)
    about = {"name": function.name, "number": matter.number}
    if matter.taker == who:
        return (Say(text=ALREADY.fill(**about)),)
    taken, others = _taken(watch, function, matter, who)
    watch.functions.keep(taken)
    new = who not in matter.reached
    notes = watch.functions.notes(matter) if new else ()
    shown = put_before([who], function, matter, notes, watch.people, how=ANSWER) if new else ()
    return (Say(text=TAKEN.fill(**about)), *shown, *others)


def _taken(watch: Watch, function: Function, matter: Matter, who: UserId) -> tuple[Matter, Effects]:
    """The matter as this person's, and what the others who have it are told."""
    reached = tuple(dict.fromkeys((*matter.reached, who)))
    taken = replace(matter, taker=who, reached=reached)
    if matter.held or matter.waits is not None:
        waits = matter.waits or watch.at
        taken = replace(taken, held=False, waits=waits, wake=watch.patience(function))
    before = () if matter.taker is None else (matter.taker,)
    said = BUSY.fill(name=function.name, number=matter.number, who=watch.people.name(who))
    return taken, told((*matter.reached, *before), said, but=[who])


@command(
    "pass",
    "引継",
    needs=Role.STAFF,
    about=Text(ja="用件を別の担当者に引き継ぐ", en="pass a matter on to a colleague"),
    more=Text(ja="例: !function pass 鈴木 3", en="E.g. !function pass sato 3"),
)
def pass_(call: Call, functions: Functions, people: People, who: Colleague, number: Number | None = None) -> Effects:
    watch = _watch(call, functions, people)
    matter = _chosen(functions, number, of=call.who, verb=f"pass {who}")
    function, next_one = _function(watch, matter), functions.colleague(who)
    if next_one not in function.staff:
        raise Mistake(NOT_OF_IT.fill(who=people.name(next_one), name=function.name))
    taken, others = _taken(watch, function, matter, next_one)
    functions.keep(taken)
    why = PASSED.fill(who=people.name(call.who))
    shown = put_before([next_one], function, matter, functions.notes(matter), people, why=why, how=ANSWER)
    said = HANDED.fill(name=function.name, number=matter.number, who=people.name(next_one))
    return (Say(text=said), *shown, *(e for e in others if not _is_to(e, call.who)))


def _is_to(effect: object, who: UserId) -> bool:
    """Whether it tells this person what they have just been told."""
    return isinstance(effect, Say) and getattr(effect.to, "user", None) == who


@command(
    "reply",
    "返信",
    needs=Role.STAFF,
    about=Text(ja="窓口の名前で返信する", en="answer in the function's name"),
    more=Text(
        ja="例: !function reply 3 申込は12月1日までです。\n"
        "届いたメッセージにクライアントの「返信」で答えても同じです。",
        en="E.g. !function reply 3 Until 1 December, please. (Your client's reply to the message does the same.)",
    ),
)
def reply(call: Call, functions: Functions, people: People, number: Number, words: Words) -> Effects:
    typed = call.rest.split(maxsplit=1)
    text = typed[1] if len(typed) > 1 else words
    note = Note(source=call.event, by=call.who, text=text)
    return reply_to(_watch(call, functions, people), functions.matter(number), note)


def reply_to(watch: Watch, matter: Matter, note: Note) -> Effects:
    """To the person, in the function's name; who answers has taken it on. Nothing goes out where another has."""
    function, people = _function(watch, matter), watch.people
    about = {"name": function.name, "number": matter.number}
    if matter.taker not in (None, note.by):
        raise Mistake(OTHERS.fill(**about, who=people.name(matter.taker)))
    if not watch.functions.reachable(matter):
        raise Mistake(GONE.fill(**about))
    if not note.name and not note.text.strip():
        raise Mistake(EMPTY)
    taken = matter
    others: Effects = ()
    if matter.taker is None:
        taken, others = _taken(watch, function, matter, note.by)
    watch.functions.keep(replace(taken, held=False, waits=None, wake=watch.at + IDLE))
    watch.functions.note(matter, note)
    confirmed = Say(text=SENT.fill(**about, who=people.name(matter.person)))
    return (*_spoken(function, matter, note, people), confirmed, *others)


def _spoken(function: Function, matter: Matter, note: Note, people: People) -> Effects:
    """What the person reads: the function's words; whose they are only where the function says so."""
    to = Counter(matter.room, matter.person)
    by = (Text(ja="（{name} {who}）", en="({name}, {who})").fill(name=function.name, who=people.name(note.by)),)
    parts = [same(clean(note.text, LONGEST)), *(by if function.signed else ())]
    words = lines(*(part for part in parts if part.ja))
    if note.content is None:
        return (Say(text=words, to=to, calls=(matter.person,)),)
    return (attached(note, to, caption=words.ja or clean(note.name, 100)),)


@command("done", "完了", needs=Role.STAFF, about=Text(ja="用件を完了にする", en="a matter is done"))
def done(call: Call, functions: Functions, people: People, number: Number | None = None) -> Effects:
    watch = _watch(call, functions, people)
    matter = _chosen(functions, number, of=call.who, verb="done")
    function = _function(watch, matter)
    functions.close(matter)
    said = DONE.fill(name=function.name, number=matter.number, who=people.name(call.who))
    staff = (*matter.reached, *(() if matter.taker is None else (matter.taker,)))
    return (Say(text=said), *told(staff, said, but=[call.who]))


DUTY: tuple[Command, ...] = (take, reply, pass_, done)
