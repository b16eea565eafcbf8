"""!inquiry in the municipality that is asked: its steward accepts or declines, and says who is asked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bots.arguments import Deadline, FormName, Number, RemindAt, RoomName, Words
from bots.call import Call
from bots.command import Effects, command
from bots.due import Reminders, Summaries
from bots.effects import Post, Say
from bots.events import RoomId, UserId
from bots.form_bot import publish
from bots.inquiry_records import Asked, Asking
from bots.inquiry_show import called, names
from bots.ports import Forms, Members, Publications, Responses, Rooms
from bots.ports_inquiry import Inquiries
from bots.ports_lists import Lists
from bots.roles import Role
from forms.inquiry import Told, at_home
from forms.inquiry_outcomes import OUTCOMES, judged_departure
from forms.mistake import Mistake
from forms.text import Text

NOT_THEIRS = Text(
    ja="照会{number}は、こちらから送ったものです。届いた照会の番号は「!inquiry list」で確かめてください。",
    en="Inquiry {number} was sent by us. “!inquiry list” shows those that came.",
)
OVER = Text(ja="照会{number}は、照会元が終了しています。", en="Inquiry {number} was closed by whoever asked.")
ACCEPTED = Text(
    ja="照会{number}を受けると{asker}に伝えました。だれに聞くかを「!inquiry ask {number} to 部屋」で決めてください。",
    en="{asker} was told that we take inquiry {number}. Say whom to ask: !inquiry ask {number} to ROOM",
)
DECLINED = Text(
    ja="照会{number}を辞退すると{asker}に伝えました。", en="{asker} was told that we decline inquiry {number}."
)
ACCEPT_FIRST = Text(
    ja="先に「!inquiry accept {number}」で受けるか、「!inquiry decline {number}」で辞退してください。",
    en="First accept it (!inquiry accept {number}) or decline it (!inquiry decline {number}).",
)
OURS_ALONE = Text(
    ja="その部屋に、この自治体の人がいません。別の部屋を書いてください。",
    en="Nobody of this municipality is in that room. Please name another.",
)
TOO_LATE = Text(
    ja="照会の締切を過ぎています。庁内の締切を「by 明日 17:00」のように書いてください。",
    en="The inquiry's deadline has passed. Give one for your own people, e.g. “by tomorrow 5pm”.",
)
THEN = Text(
    ja="集まったら「!form close {name}」で締め切り、「!inquiry release {number}」で内容を確かめて送ります。",
    en="When the answers are in, end it with !form close {name}, then check and send them: !inquiry release {number}",
)
THEN_ONE = Text(
    ja="回答が入ったら、書いた人とは別の編集者が「!inquiry release {number}」で内容を確かめ、承認して送ります。",
    en="Once it is filled in, another editor checks, approves and sends it: !inquiry release {number}",
)
LONGEST_REASON = 200


def open_one(inquiries: Inquiries, members: Members, number: int) -> Asked:
    """One that came and still wants something. Raises Mistake otherwise."""
    found = inquiries.get(number)
    if isinstance(found, Asking):
        raise Mistake(NOT_THEIRS.fill(number=number))
    if found.closed_at is not None:
        raise Mistake(OVER.fill(number=number))
    if judged_departure(found.asker, names(members).keys()) == "left":
        gone = OUTCOMES["asker-gone"].said
        assert gone is not None
        raise Mistake(gone)
    return found


def telling(asked: Asked, state: Told, *, reason: str = "", people: int | None = None) -> tuple[Asked, Post]:
    """What the asker is told of us, under the next number: whatever order it arrives in, the last one holds."""
    body = {"id": asked.id, "n": asked.said + 1, "state": state, "reason": reason, "asked": people}
    told = replace(asked, told=state, said=asked.said + 1)
    return told, Post(kind="inquiry-state", body=body, to=asked.asker)


@command("accept", "受諾", needs=Role.STEWARD, about=Text(ja="届いた照会を受ける", en="take an inquiry that came"))
def accept(_call: Call, inquiries: Inquiries, members: Members, number: Number) -> Effects:
    asked = open_one(inquiries, members, number)
    told, post = telling(replace(asked, accepted=True), "released" if asked.last else "asking")
    inquiries.keep(told)
    return (
        Say(text=ACCEPTED.fill(number=number, asker=called(asked.asker, names(members)), home=members.me().name)),
        post,
    )


@command(
    "decline", "辞退", needs=Role.STEWARD, about=Text(ja="届いた照会を辞退する", en="decline an inquiry that came")
)
def decline(
    _call: Call, inquiries: Inquiries, members: Members, number: Number, reason: Words | None = None
) -> Effects:
    asked = open_one(inquiries, members, number)
    told, post = telling(replace(asked, accepted=False), "declined", reason=(reason or "")[:LONGEST_REASON])
    inquiries.keep(told)
    return (Say(text=DECLINED.fill(number=number, asker=called(asked.asker, names(members)))), post)


@dataclass(frozen=True, slots=True)
class OwnPeople:
    """bots.ports.Rooms, but of other municipalities nobody is there: an inquiry is answered at home."""

    rooms: Rooms
    server: str

    def find(self, words: str) -> RoomId:
        return self.rooms.find(words)

    def people(self, room: RoomId) -> Sequence[UserId]:
        return [user for user in self.rooms.people(room) if user.partition(":")[2] == self.server]

    def name(self, room: RoomId) -> str:
        return self.rooms.name(room)

    def holds(self, room: RoomId) -> bool:
        return self.rooms.holds(room)


@command(
    "ask",
    "配布",
    needs=Role.STEWARD,
    about=Text(ja="だれに聞くかを決めて配る", en="put it to the people of a room"),
    more=Text(ja="例: !inquiry ask 1 to こども課 by 11月27日", en="E.g. !inquiry ask 1 to staff by 2026-11-27"),
)
def ask(
    call: Call,
    inquiries: Inquiries,
    members: Members,
    forms: Forms,
    publications: Publications,
    responses: Responses,
    rooms: Rooms,
    reminders: Reminders,
    summaries: Summaries,
    lists: Lists,
    number: Number,
    *,
    to: RoomName,
    by: Deadline | None = None,
) -> Effects:
    asked = open_one(inquiries, members, number)
    if not asked.accepted:
        raise Mistake(ACCEPT_FIRST.fill(number=number))
    if by is None and asked.deadline <= call.at:
        raise Mistake(TOO_LATE)
    home = OwnPeople(rooms, members.me().server)
    if not home.people(rooms.find(to)):
        raise Mistake(OURS_ALONE)
    who = {"asker": called(asked.asker, names(members)), "home": members.me().name}
    form = at_home(asked.form, number, kind=asked.kind, **who)
    forms.save(form)
    said = publish.handler(
        call,
        forms=forms,
        publications=publications,
        responses=responses,
        rooms=home,
        reminders=reminders,
        summaries=summaries,
        lists=lists,
        name=FormName(form.name),
        to=to,
        by=by or Deadline(asked.deadline),
        remind=RemindAt((timedelta(days=1),)),
    )
    published = publications.latest(form.name)
    people = sum(row[1] for row in publications.progress(published))
    told, post = telling(replace(asked, publication=published.id), "asking", people=people)
    inquiries.keep(told)
    then = (THEN if asked.kind == "totals" else THEN_ONE).fill(name=form.name, number=number)
    return (*said, Say(text=then), post)
