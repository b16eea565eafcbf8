"""When a reminder or a digest is due: pure rules over deadlines, quiet hours and business days; all results in UTC."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from forms.business_days import is_open
from forms.instant import instant, wall_time
from forms.mistake import Mistake
from forms.text import Text

QUIET_FROM, QUIET_UNTIL = time(20), time(8)
_BEFORE_QUIET = time(19, 55)
_DAY = timedelta(days=1)
_SEARCHED = 60  # days: no run of closed days, and no weekday that is a holiday, lasts longer


def quiet(moment: datetime, zone: ZoneInfo, *, until: datetime | None, now: datetime) -> datetime:
    """`moment`, moved out of the quiet hours (20:00-8:00 on the wall) to 8:00 of the morning they end.

    Where that is not before `until`, the deadline: 19:55 of the evening they begin, or `now` when that is past.
    """
    wall = wall_time(moment, zone)
    if QUIET_UNTIL <= wall.time() < QUIET_FROM:
        return moment.astimezone(UTC)
    evening = wall.date() if wall.time() >= QUIET_FROM else wall.date() - _DAY
    morning = _at(evening + _DAY, QUIET_UNTIL, zone=zone)
    if until is None or morning < until:
        return morning
    return max(_at(evening, _BEFORE_QUIET, zone=zone), now.astimezone(UTC))


def reminder_times(
    closes: datetime, offsets: Iterable[timedelta], *, now: datetime, zone: ZoneInfo, urgent: bool = False
) -> list[datetime]:
    """When to remind before `closes`: in order, each once; what is past already is left out.

    Whole days are counted on the wall, so that 1d before 17:00 is 17:00 also where the clocks change. Quiet hours hold
    unless the form is `urgent`.
    """
    due = {_before(closes, offset, zone=zone) for offset in offsets}
    due = {moment for moment in due if now < moment < closes}
    if not urgent:
        due = {quiet(moment, zone, until=closes, now=now) for moment in due}
    return sorted(due)


def next_digest(after: datetime, weekdays: Iterable[int], at: time, zone: ZoneInfo) -> datetime:
    """The first moment later than `after` on one of `weekdays` (Monday is 0) that is a business day, at wall time `at`.

    Raises Mistake where there is none, as with Saturdays and Sundays alone.
    """
    wanted, today = frozenset(weekdays), wall_time(after, zone).date()
    for day in (today + n * _DAY for n in range(_SEARCHED)):
        if day.weekday() in wanted and is_open(day) and (moment := _at(day, at, zone=zone)) > after:
            return moment
    raise Mistake(
        Text(
            ja="閉庁日（土日）だけでは配信できません。平日を含めてください。",
            en="Offices are closed on those days. Please include a weekday from Monday to Friday.",
        )
    )


def _before(closes: datetime, offset: timedelta, *, zone: ZoneInfo) -> datetime:
    days = timedelta(days=offset.days)
    return instant(wall_time(closes, zone) - days, zone) - (offset - days)


def _at(day: date, at: time, *, zone: ZoneInfo) -> datetime:
    return instant(datetime.combine(day, at), zone)
