"""!remind: a word to oneself or the room at a moment, and what forms send to those who have not answered."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bots.arguments import Number, When, Words
from bots.bot import Bot, Done
from bots.call import Call
from bots.command import Effects, World, command
from bots.due import Reminders
from bots.effects import Person, Place, Room, Say
from bots.form_results import pleas
from bots.help import help_command
from bots.moments import moment
from bots.ports import Publications, Town
from bots.records import Reminder
from bots.roles import Role
from forms.mistake import Mistake
from forms.schedule import quiet
from forms.text import Text, lines, same

LATE = timedelta(minutes=5)
LONGEST = 1000

SET = Text(ja="{when}に{whom}お知らせします。", en="I will remind {whom} on {when}.")
YOU = Text(ja="", en="you")
ROOM = Text(ja="、この部屋へ", en="this room")
DUE = Text(ja="お知らせ: {text}{late}", en="Reminder: {text}{late}")
WAS_DOWN = Text(
    ja="\n（{when}の予定でしたが、システムが止まっていたため遅れました。）",
    en="\n(Due {when}; late, because the system was down.)",
)
ROW = Text(ja="{number}. {when} {text}", en="{number}. {when} {text}")
NONE = Text(ja="予定しているお知らせはありません。", en="There are no reminders to come.")
CANCELLED = Text(ja="取り消しました: {text}", en="Cancelled: {text}")
TOO_LONG = Text(ja="お知らせの文は1,000文字までにしてください。", en="A reminder may have up to 1,000 characters.")
ONLY_HERE = Text(
    ja="部屋へのお知らせは、その部屋で設定してください。自分へは「!remind me」です。",
    en="Set a room's reminder in that room. For yourself it is “!remind me”.",
)
UNTIL = Text(ja="締切は{when}です。", en="The deadline is {when}.")


@command("me", "自分", needs=Role.STAFF, about=Text(ja="自分へのお知らせを予約", en="remind yourself"))
def me(call: Call, reminders: Reminders, when: When, text: Words) -> Effects:
    _check(text)
    reminders.add(when, text=text)
    return (Say(text=SET.fill(when=moment(when, call.zone, call.at), whom=YOU)),)


@command("room", "部屋", needs=Role.STAFF, about=Text(ja="この部屋へのお知らせを予約", en="remind this room"))
def room(call: Call, reminders: Reminders, when: When, text: Words) -> Effects:
    if call.direct:
        raise Mistake(ONLY_HERE)
    _check(text)
    reminders.add(when, text=text, room=call.room)
    return (Say(text=SET.fill(when=moment(when, call.zone, call.at), whom=ROOM)),)


def _check(text: str) -> None:
    if len(text) > LONGEST:
        raise Mistake(TOO_LONG)


@command("list", "一覧", needs=Role.STAFF, about=Text(ja="予定しているお知らせ", en="the reminders to come"))
def list_(call: Call, reminders: Reminders) -> Effects:
    rows = [
        ROW.fill(number=n, when=moment(r.due, call.zone, call.at), text=_told(call, r))
        for n, r in enumerate(reminders.mine(), 1)
    ]
    return (Say(text=lines(*rows) if rows else NONE),)


def _told(call: Call, reminder: Reminder) -> str:
    """Its words, but not in a room they are not for."""
    return reminder.text[:100] if call.direct or reminder.room == call.room else "…"


@command("cancel", "取消", needs=Role.STAFF, about=Text(ja="お知らせを取り消す", en="cancel a reminder"))
def cancel(_call: Call, reminders: Reminders, number: Number) -> Effects:
    gone = reminders.cancel(number)
    return (Say(text=CANCELLED.fill(text=gone.text[:100])),)


def due_reminders(now: datetime, world: World) -> Sequence[Done]:
    """Everything that fell due, each once; what fell due while we were down says so."""
    reminders = world(Reminders)
    done = []
    for reminder in reminders.due(now):
        if _at_night(reminder, now, world):
            continue
        reminders.fired(reminder, now)
        done.append(Done(f"remind:{reminder.id}", _fire(reminder, now, world)))
    return done


def _at_night(reminder: Reminder, now: datetime, world: World) -> bool:
    """Whether what is late wakes people: it waits for the morning, where that is before the deadline."""
    if reminder.publication is None or now - reminder.due <= LATE:
        return False
    found = world(Publications).get(reminder.publication)
    return not found.form.urgent and quiet(now, world(Town).zone(), until=found.closes_at, now=now) > now


def _fire(reminder: Reminder, now: datetime, world: World) -> Effects:
    late = now - reminder.due > LATE
    if reminder.publication is not None:
        return _form_reminder(reminder.publication, now, world, late=late)
    note = WAS_DOWN.fill(when=moment(reminder.due, world(Town).zone(), now)) if late else same("")
    said = DUE.fill(text=reminder.text, late=note)
    if reminder.room is not None:
        return (Say(text=said, to=Room(reminder.room)),)
    to: Place = Person(reminder.author)
    return (Say(text=said, to=to, calls=(reminder.author,)),)


def _form_reminder(publication_id: str, now: datetime, world: World, *, late: bool) -> Effects:
    publications = world(Publications)
    publication = publications.get(publication_id)
    if not publication.is_open(now):
        return ()
    closes = publication.closes_at
    deadline = UNTIL.fill(when=moment(closes, world(Town).zone(), now)) if closes else same("")
    return pleas(publication, publications, deadline=deadline, late=late)


BOT: Bot = Bot(
    names=("remind", "お知らせ", "リマインド"),
    about=Text(ja="決めた日時にお知らせします。", en="Reminds at a moment you name."),
    commands=(help_command(lambda: BOT), me, room, list_, cancel),
    routines=(due_reminders,),
)
