"""!digest: what is new, due soon, overdue and how far, told to a room at its own time on working days."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bots.arguments import TimeOfDay, Weekdays
from bots.bot import Bot, Done
from bots.call import Call
from bots.command import Effects, World, command
from bots.due import Digests
from bots.effects import Room, Say
from bots.help import help_command
from bots.moments import day, moment
from bots.ports import Publications, Rooms, Town
from bots.records import Digest, Publication
from bots.roles import Role
from forms.mistake import Mistake
from forms.recurrence import show_weekdays
from forms.schedule import next_digest
from forms.text import Text, lines

SOON = timedelta(days=2)

SET = Text(
    ja="この部屋に、{days}の{at}（休日を除く）にまとめを届けます。次は{next}です。",
    en="This room gets its digest on {days} at {at}, on working days. Next: {next}.",
)
OFF = Text(ja="この部屋のまとめを止めました。", en="This room's digest is off.")
NONE = Text(
    ja="まとめの予定はありません。「!digest every 平日 at 9:00」のように設定します。",
    en="No digest is set. Set one with e.g. “!digest every weekdays at 9:00”.",
)
ROW = Text(ja="・{room}: {days} {at}（次は{next}）", en="- {room}: {days} {at} (next {next})")
EMPTY = Text(ja="いまお伝えすることはありません。", en="There is nothing to tell now.")
NOT_DIRECT = Text(ja="まとめは、届けたい部屋で設定してください。", en="Set the digest in the room that should get it.")
TITLE = Text(ja="{today}のフォームのまとめ", en="Forms, {today}")
HEADS = {
    "new": Text(ja="【新着】", en="New"),
    "soon": Text(ja="【まもなく締切】", en="Due soon"),
    "overdue": Text(ja="【受付終了】", en="Closed"),
    "going": Text(ja="【受付中】", en="Open"),
}
ITEM = Text(ja="・{title}: 回答 {sent}/{asked}人{closes}", en="- {title}: {sent} of {asked} answered{closes}")
UNTIL = Text(ja="、締切 {when}", en=", until {when}")
NO_DEADLINE = Text(ja="、締切なし", en=", no deadline")


@command(
    "every",
    "毎",
    needs=Role.EDITOR,
    about=Text(ja="まとめを届ける曜日と時刻を決める", en="set when this room gets its digest"),
    more=Text(
        ja="例: !digest every 平日 at 9:00、!digest every 月木 at 8:30",
        en="E.g. !digest every weekdays at 9:00, !digest every mon,thu at 8:30",
    ),
)
def every(call: Call, digests: Digests, weekdays: Weekdays, *, at: TimeOfDay) -> Effects:
    if call.direct:
        raise Mistake(NOT_DIRECT)
    following = next_digest(call.at, weekdays, at, call.zone)
    digests.set(Digest(room=call.room, weekdays=weekdays, at=at, next=following, since=call.at, author=call.who))
    days = Text(ja=show_weekdays(weekdays, "ja"), en=show_weekdays(weekdays, "en"))
    said = SET.fill(days=days, at=_clock(at), next=moment(following, call.zone, call.at))
    return (Say(text=said),)


def _clock(at: time) -> str:
    """9:00, as moments are written too."""
    return f"{at.hour}:{at.minute:02}"


@command("now", "今", needs=Role.STAFF, about=Text(ja="いまのまとめを表示", en="show the digest now"))
def now_(call: Call, publications: Publications) -> Effects:
    told = digest(
        publications.in_room(call.room), publications, since=call.at - timedelta(days=1), now=call.at, zone=call.zone
    )
    return (Say(text=told or EMPTY),)


@command("off", "停止", needs=Role.EDITOR, about=Text(ja="まとめを止める", en="stop this room's digest"))
def off(call: Call, digests: Digests) -> Effects:
    return (Say(text=OFF if digests.off(call.room) else NONE),)


@command("list", "一覧", needs=Role.STAFF, about=Text(ja="まとめの予定", en="the digests that are set"))
def list_(call: Call, digests: Digests, rooms: Rooms) -> Effects:
    rows = [
        ROW.fill(
            room=rooms.name(d.room),
            at=_clock(d.at),
            next=moment(d.next, call.zone, call.at),
            days=Text(ja=show_weekdays(d.weekdays, "ja"), en=show_weekdays(d.weekdays, "en")),
        )
        for d in digests.all()
    ]
    return (Say(text=lines(*rows) if rows else NONE),)


def digest(
    found: Sequence[Publication],
    publications: Publications,
    *,
    since: datetime,
    now: datetime,
    zone: ZoneInfo,
) -> Text | None:
    """None where there is nothing to say: nothing is open, and nothing closed or opened since."""
    sections: dict[str, list[Text]] = {head: [] for head in HEADS}
    for publication in found:
        head = _section(publication, since, now)
        if head is not None:
            sections[head].append(_item(publication, publications, now, zone))
    if not any(sections.values()):
        return None
    today = TITLE.fill(today=day(now, zone))
    return lines(today, *(line for head, items in sections.items() if items for line in (HEADS[head], *items)))


def _section(publication: Publication, since: datetime, now: datetime) -> str | None:
    ended = publication.closed_at or publication.closes_at
    if not publication.is_open(now):
        return "overdue" if ended is not None and ended > since else None
    if publication.published_at > since:
        return "new"
    closes = publication.closes_at
    return "soon" if closes is not None and closes - now <= SOON else "going"


def _item(publication: Publication, publications: Publications, now: datetime, zone: ZoneInfo) -> Text:
    rows = publications.progress(publication)
    closes = publication.closes_at
    until = UNTIL.fill(when=moment(closes, zone, now)) if closes else NO_DEADLINE
    return ITEM.fill(
        title=publication.form.title, asked=sum(r[1] for r in rows), sent=sum(r[3] for r in rows), closes=until
    )


def due_digests(now: datetime, world: World) -> Sequence[Done]:
    """Rooms whose time has come; where there is nothing to say, nothing is said."""
    digests, publications, zone = world(Digests), world(Publications), world(Town).zone()
    done = []
    for due in digests.due(now):
        told = digest(publications.in_room(due.room), publications, since=due.since, now=now, zone=zone)
        digests.told(due, now=now, next_at=next_digest(now, due.weekdays, due.at, zone))
        if told is not None:
            done.append(Done(f"digest:{due.room}:{due.next.isoformat()}", (Say(text=told, to=Room(due.room)),)))
    return done


BOT: Bot = Bot(
    names=("digest", "まとめ"),
    about=Text(
        ja="フォームのようすを、決めた曜日と時刻に部屋へまとめて届けます。",
        en="Tells a room how its forms stand, on the days and at the time you choose.",
    ),
    commands=(help_command(lambda: BOT), every, now_, off, list_),
    routines=(due_digests,),
)
