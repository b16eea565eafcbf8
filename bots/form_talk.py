"""Which of a person's forms they are talking about, and what becomes of it; the talking itself is conversation.py."""

import re
import unicodedata
from dataclasses import dataclass, replace

from bots.call import Call
from bots.command import Effects, World, listener
from bots.conversation import Conversation, advance, asked
from bots.effects import About, Keep, Person, Refresh, Say, Submit, Withdraw
from bots.events import Edited, Event, Joined, Left, Located, Reacted, Said, Sent, Struck, UserId
from bots.filling.sentences import HELP_ANONYMOUS
from bots.filling.words import SPELLINGS, Word
from bots.form_entry import begin, enter, several, still_open, untraced
from bots.ports import Attachments, People, PostalCodes, Publications, Responses
from bots.records import Filling, Publication
from forms.mistake import Mistake
from forms.questions.attached import files_in
from forms.text import Lang, Text, lines

ANOTHER = Text(
    ja="新しいフォーム「{title}」も届いています。いまの回答が終わったら、"
    "続けてご案内します。先に答えるときは「再開 {number}」。",
    en="Another form, “{title}”, has come too. It follows when this one is done; “resume {number}” starts it now.",
)
UNFINISHED = Text(
    ja="「{title}」の回答がまだ途中です。続けるときは「再開 {number}」。",
    en="“{title}” is not finished yet; “resume {number}” goes on with it.",
)
NONE_OPEN = Text(
    ja="いまお答えいただくフォームはありません。使い方は「!form help」で表示します。",
    en="There is no form for you to fill in now. “!form help” shows what you can do.",
)
CHOOSE = Text(
    ja="答えられるフォームです。「再開 1」のように番号で選んでください。",
    en="These forms are open. Choose one by its number, e.g. “resume 1”.",
)
ROW = Text(ja="{number}. {title}（{state}）", en="{number}. {title} ({state})")
STATES = {
    "new": Text(ja="未回答", en="not started"),
    "open": Text(ja="回答の途中", en="started"),
    "sent": Text(ja="送信済み", en="sent"),
}
MUTED = Text(
    ja="「{title}」のお知らせを止めました。回答は、受付が終わるまでできます。",
    en="No more reminders of “{title}”. You can still answer until it closes.",
)
IN_THE_CLEAR = Text(
    ja="この部屋は暗号化されていないため、匿名の回答をお預かりできません。"
    "Kairanとの暗号化された個別の部屋でお答えください。",
    en="This room is not encrypted, so anonymous answers cannot be taken here. "
    "Please answer in an encrypted direct room with Kairan.",
)
UNREACHABLE = Text(
    ja="{name}さん（{municipality}）に「{title}」を届けられません。個別の部屋への招待が断られたか、退室されています。別の方法で連絡してください。",
    en="“{title}” cannot reach {name} ({municipality}): the invitation was refused or the room was left. Please contact them another way.",  # noqa: E501
)
SPEAKS = Text(ja="これからは日本語でお話しします。", en="From now on I will speak English.")
LANGUAGES: dict[str, Lang] = {"english": "en", "英語": "en", "日本語": "ja", "japanese": "ja"}
MUTE = frozenset({"お知らせ停止", "リマインド停止", "催促停止", "mute", "unsubscribe"})
FORMS = frozenset({"フォーム一覧", "フォーム", "forms"})
CHOOSE_BY = re.compile(r"(?:再開|続き|resume|continue)\s*([0-9]{1,3})\s*番?|([0-9]{1,3})\s*番?を?再開")


@dataclass(frozen=True, slots=True)
class Answering:
    """The ports that a turn needs."""

    responses: Responses
    people: People
    attachments: Attachments
    codes: PostalCodes


def in_direct(call: Call, there: Text, effects: Effects) -> Effects:
    """What is for the caller alone goes to their direct room; elsewhere `there` says so."""
    return effects if call.direct else (Say(text=there), *to_person(call.who, effects))


def to_person(user: UserId, effects: Effects) -> Effects:
    """The same, said in the person's own direct room."""
    return tuple(replace(e, to=Person(user)) if isinstance(e, Say) else e for e in effects)


@listener
def fill_in(  # noqa: PLR0913, PLR0917 - the ports of a turn
    call: Call,
    event: Event,
    publications: Publications,
    responses: Responses,
    people: People,
    attachments: Attachments,
    codes: PostalCodes,
) -> Effects | None:
    """Everything said in a direct room that is no command."""
    desk = Answering(responses, people, attachments, codes)
    match event:
        case Left():
            return _lost(publications, people, event.sender) if call.direct else None
        case _ if not call.direct or _answers_another(event, responses):
            return None
        case Joined():
            return _welcome(call, responses)
        case Said():
            return _said(call, event, publications, desk)
        case Sent() | Located() | Reacted() | Edited() | Struck():
            return _touched(call, event, desk)
    return None


def _answers_another(event: Event, responses: Responses) -> bool:
    """Whether it replies to what another bot asked."""
    about = responses.about(event.replies_to) if isinstance(event, Said | Sent) and event.replies_to else None
    return about is not None and about.bot != "form"


def _lost(publications: Publications, people: People, user: UserId) -> Effects:
    """Tell each form's editor once; nothing is retried."""
    who = {"name": people.name(user), "municipality": people.municipality(user)}
    return tuple(
        Say(to=Person(p.author), text=UNREACHABLE.fill(title=p.form.title, **who))
        for p in publications.unreachable(user)
    )


def _welcome(call: Call, responses: Responses) -> Effects:
    """The caller is in the direct room: put the first form that waits to them, or tell of it when they are in one."""
    waiting = responses.waiting()
    busy = _current(call, responses)
    if not waiting:
        return enter(call, responses, busy) if busy and not is_over(call, busy) else ()
    if busy is None or is_over(call, busy):
        return _calling(call.who, begin(call, responses, waiting[0]))
    number = len(still_open(call, responses)) + len(waiting)
    another = Say(text=ANOTHER.fill(title=waiting[-1].form.title, number=number))
    return _calling(call.who, (another,))


def _calling(user: UserId, effects: Effects) -> Effects:
    """The bot speaks first here, so the person's telephone should say so."""
    return tuple(replace(e, calls=(user,)) if isinstance(e, Say) else e for e in effects)


def _is_done(filling: Filling) -> bool:
    return filling.conversation.sent is not None and not filling.conversation.reopened


def is_over(call: Call, filling: Filling) -> bool:
    """Nothing is expected of the person here, so that another form may begin."""
    talk = filling.conversation
    return _is_done(filling) or talk.preview or talk.stage == "stopped" or not filling.publication.is_open(call.at)


def _current(call: Call, responses: Responses) -> Filling | None:
    """The one the caller is in: as they last chose, or the only one there is."""
    mine = responses.mine()
    chosen = responses.current()
    found = next((f for f in mine if f.id == chosen), None)
    if found is not None:
        return found
    still = [f for f in mine if f.publication.is_open(call.at) and not _is_done(f)]
    return still[0] if len(still) == 1 else None


def most_bytes(call: Call, world: World) -> int:
    """The size of the largest file that the caller is being asked for just now; 0 where none is."""
    filling = _current(call, world(Responses)) if call.direct else None
    if filling is None or not filling.publication.is_open(call.at) or filling.conversation.stage != "open":
        return 0
    question = asked(filling.conversation)
    return 0 if question is None else question.most_bytes


def _said(call: Call, event: Said, publications: Publications, desk: Answering) -> Effects:
    responses, people = desk.responses, desk.people
    word = " ".join(unicodedata.normalize("NFKC", event.text[:64]).casefold().split())
    if word in FORMS:
        return _choices(call, responses)
    chosen = CHOOSE_BY.fullmatch(word)
    if chosen and _table(call, responses):
        return _choose(call, responses, int(chosen[1] or chosen[2]))
    about = responses.about(event.replies_to) if event.replies_to else None
    filling = _by_about(responses, about) or _current(call, responses)
    if filling is None:
        return _spoken(word, people) or _nobody(call, responses)
    if filling.cast:
        more = (Say(text=HELP_ANONYMOUS),) if word in SPELLINGS[Word.HELP] else ()
        return _spoken(word, people) or (*more, *_advance(call, event, desk, filling=filling))
    if word in MUTE:
        publications.mute(filling.publication)
        return (Say(text=MUTED.fill(title=filling.publication.form.title)),)
    return _advance(call, event, desk, filling=filling, about=about)


def _spoken(word: str, people: People) -> Effects:
    """The language words, where no conversation is there to hear them."""
    if (chosen := LANGUAGES.get(word)) is None:
        return ()
    people.speak(chosen)
    return (Say(text=SPEAKS),)


def _nobody(call: Call, responses: Responses) -> Effects:
    """Words without a form: begin what waits, or say what there is."""
    waiting = responses.waiting()
    if len(waiting) == 1 and not still_open(call, responses):
        return begin(call, responses, waiting[0])
    return _choices(call, responses)


def _choices(call: Call, responses: Responses) -> Effects:
    rows = [
        ROW.fill(number=n, title=p.form.title, state=STATES[state])
        for n, (p, state) in enumerate(_table(call, responses), 1)
    ]
    return (Say(text=lines(CHOOSE, *rows) if rows else NONE_OPEN),)


def _table(call: Call, responses: Responses) -> list[tuple[Publication, str]]:
    begun = [(f.publication, "sent" if _is_done(f) else "open") for f in still_open(call, responses)]
    return begun + [(p, "new") for p in responses.waiting()]


def _choose(call: Call, responses: Responses, number: int) -> Effects:
    table = _table(call, responses)
    if not 1 <= number <= len(table):
        return _choices(call, responses)
    return begin(call, responses, table[number - 1][0])


def _by_about(responses: Responses, about: About | None) -> Filling | None:
    if about is None:
        return None
    return next((f for f in responses.mine() if f.id == about.response), None)


def _touched(call: Call, event: Sent | Located | Reacted | Edited | Struck, desk: Answering) -> Effects | None:
    """A file or a place, a reaction to a question of ours, a change to a message that gave an answer; else nothing."""
    responses = desk.responses
    if isinstance(event, Sent | Located):
        found = _current(call, responses)
        return None if found is None else _advance(call, event, desk, filling=found)
    if isinstance(event, Reacted):
        about = responses.about(event.target)
        filling = _by_about(responses, about)
        return _advance(call, event, desk, filling=filling, about=about) if filling else None
    filling = next((f for f in responses.mine() if event.target in f.conversation.sources.values()), None)
    return _advance(call, event, desk, filling=filling) if filling else None


def _advance(
    call: Call,
    event: Said | Sent | Located | Reacted | Edited | Struck,
    desk: Answering,
    *,
    filling: Filling,
    about: About | None = None,
) -> Effects:
    responses, people = desk.responses, desk.people
    if filling.cast:
        return (*enter(call, responses, filling), *_next(call, responses))
    if filling.secret and not responses.encrypted():
        raise Mistake(IN_THE_CLEAR)
    closed = not filling.publication.is_open(call.at)
    towns = desk.codes.towns
    before = replace(filling.conversation, label=several(call, responses), lang=call.lang, towns=towns)
    after, effects = advance(before, event, today=call.today, closed=closed, about=about)
    sent_at = call.at if any(isinstance(e, Submit) for e in effects) else filling.sent_at
    kept = replace(filling, conversation=after, sent_at=sent_at if after.sent is not None else None)
    responses.keep(kept)
    _keep_files(desk.attachments, kept, before, effects)
    responses.focus(filling.id)
    if after.lang != before.lang:
        people.speak(after.lang)
    changed = {type(e) for e in effects} & {Submit, Withdraw}
    fresh = (Refresh(filling.publication.id),) if changed and responses.shows(filling.publication) else ()
    stopped = after.stage == "stopped" != before.stage
    follows = _next(call, responses) if Submit in changed or closed or stopped else ()
    said = untraced(filling, effects, sealed=after.sent is None)
    return (*said, *fresh, *follows)


def _keep_files(attachments: Attachments, filling: Filling, before: Conversation, effects: Effects) -> None:
    """What came is stored; what no answer speaks of any more is thrown away."""
    for file in effects:
        if isinstance(file, Keep):
            attachments.keep(file)
    after = filling.conversation
    held = any(files_in(value) for value in (*before.answers.values(), *(before.sent or {}).values()))
    if held and (before.answers, before.sent) != (after.answers, after.sent):
        attachments.tidy(filling)


def _next(call: Call, responses: Responses) -> Effects:
    """After one form the next that waits begins; of one that was left half-way the person is told."""
    waiting = responses.waiting()
    if waiting:
        return begin(call, responses, waiting[0])
    left = [(n, f) for n, f in enumerate(still_open(call, responses), 1) if not is_over(call, f)]
    return tuple(Say(text=UNFINISHED.fill(title=f.publication.form.title, number=n)) for n, f in left[:1])
