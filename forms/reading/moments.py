"""A time of day, and a day with a time of day, as a form asks for them."""

from forms.hours import read_time
from forms.reading.dates import read_date
from forms.reading.eras import shown
from forms.reading.taken import JAPAN, Given, Taken
from forms.text import Text, same
from forms.when import read_moment


def read_day(said: str, given: Given) -> Taken:
    """2026-04-01."""
    found = read_date(said, given.today)
    return Taken(found.value.isoformat(), shown(found.value), found.note)


def read_time_of_day(said: str, _given: Given) -> Taken:
    """16:30."""
    clock = f"{read_time(said):%H:%M}"
    return Taken(clock, same(clock))


def read_date_time(said: str, given: Given) -> Taken:
    """2026-11-25T15:00+09:00."""
    at, note = read_moment(said, given.now, JAPAN)
    day = shown(at.date())
    echo = Text(ja=f"{day.ja} {at:%H:%M}", en=f"{day.en}, {at:%H:%M}")
    return Taken(at.isoformat(timespec="minutes"), echo, note)
