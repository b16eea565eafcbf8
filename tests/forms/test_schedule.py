"""Reminders and digests fall due when an officer would expect them, and only then."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.business_days import is_open
from forms.mistake import Mistake
from forms.schedule import next_digest, quiet, reminder_times

TOKYO, BERLIN = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=TOKYO)
YEARS = (datetime(2026, 1, 1), datetime(2030, 1, 1))  # noqa: DTZ001 - hypothesis wants naive bounds
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def tokyo(text):
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


@pytest.mark.parametrize(
    ("moment", "moved"),
    [
        ("2026-11-25T07:59", "2026-11-25T08:00"),
        ("2026-11-25T08:00", "2026-11-25T08:00"),
        ("2026-11-25T19:59", "2026-11-25T19:59"),
        ("2026-11-25T20:00", "2026-11-26T08:00"),
        ("2026-11-25T23:30", "2026-11-26T08:00"),
        ("2026-11-26T00:00", "2026-11-26T08:00"),
    ],
)
def test_nobody_is_disturbed_between_eight_in_the_evening_and_eight_in_the_morning(moment, moved):
    assert quiet(tokyo(moment), TOKYO, until=None, now=NOW) == tokyo(moved)


@pytest.mark.parametrize("closes", ["2026-11-26T07:00", "2026-11-26T08:00"])
def test_a_deadline_before_the_morning_is_reminded_of_the_evening_before(closes):
    assert quiet(tokyo("2026-11-26T04:00"), TOKYO, until=tokyo(closes), now=NOW) == tokyo("2026-11-25T19:55")


def test_when_that_evening_is_past_the_reminder_goes_out_now():
    now = tokyo("2026-11-25T23:00")
    assert quiet(tokyo("2026-11-26T04:00"), TOKYO, until=tokyo("2026-11-26T07:00"), now=now) == now


def test_reminders_stand_before_the_deadline_in_order_and_once_each():
    closes = tokyo("2026-12-11T17:00")
    times = reminder_times(closes, [3 * HOUR, DAY, 24 * HOUR], now=NOW, zone=TOKYO)
    assert times == [tokyo("2026-12-10T17:00"), tokyo("2026-12-11T14:00")]
    assert all(moment.tzinfo is UTC for moment in times)


def test_reminders_that_are_past_already_are_left_out():
    assert reminder_times(NOW + 2 * HOUR, [DAY, 3 * HOUR, HOUR], now=NOW, zone=TOKYO) == [NOW + HOUR]


def test_two_reminders_moved_to_the_same_morning_are_one():
    closes = tokyo("2026-11-26T12:00")
    assert reminder_times(closes, [6 * HOUR, 8 * HOUR], now=NOW, zone=TOKYO) == [tokyo("2026-11-26T08:00")]


def test_an_urgent_form_reminds_at_night_too():
    closes = tokyo("2026-11-26T07:00")
    assert reminder_times(closes, [3 * HOUR], now=NOW, zone=TOKYO, urgent=True) == [tokyo("2026-11-26T04:00")]


def test_a_day_before_is_the_same_time_on_the_wall_when_the_clocks_change():
    closes = datetime(2027, 3, 28, 17, 0, tzinfo=BERLIN)
    now = datetime(2027, 3, 1, tzinfo=BERLIN)
    assert reminder_times(closes, [DAY], now=now, zone=BERLIN) == [datetime(2027, 3, 27, 17, 0, tzinfo=BERLIN)]


def test_a_digest_comes_on_the_next_of_its_weekdays():
    assert next_digest(NOW, (1, 4), time(9), TOKYO) == tokyo("2026-11-27T09:00")
    assert next_digest(NOW, (1, 4), time(11), TOKYO) == tokyo("2026-11-24T11:00")


def test_a_digest_is_not_sent_on_days_when_the_office_is_closed():
    friday = tokyo("2026-11-20T09:00")
    assert next_digest(friday, range(7), time(9), TOKYO) == tokyo("2026-11-24T09:00")
    assert next_digest(tokyo("2026-12-28T09:00"), range(7), time(9), TOKYO) == tokyo("2027-01-04T09:00")


def test_a_digest_for_closed_days_alone_is_refused_with_the_reason():
    with pytest.raises(Mistake):
        next_digest(NOW, (5, 6), time(9), TOKYO)
    with pytest.raises(Mistake):
        next_digest(NOW, (), time(9), TOKYO)


def test_a_digest_at_an_hour_that_comes_twice_is_sent_once():
    york = ZoneInfo("America/New_York")
    first = next_digest(datetime(2026, 10, 30, 12, 0, tzinfo=york), range(5), time(1, 30), york)
    assert first == datetime(2026, 11, 2, 1, 30, tzinfo=york)
    assert next_digest(first, range(5), time(1, 30), york) > first + 12 * HOUR


@given(st.datetimes(*YEARS), st.sets(st.integers(0, 4), min_size=1), st.times())
def test_the_next_digest_is_later_and_on_an_open_day(after, weekdays, at):
    moment = next_digest(after.replace(tzinfo=UTC), weekdays, at, TOKYO)
    local = moment.astimezone(TOKYO)
    assert moment > after.replace(tzinfo=UTC)
    assert local.weekday() in weekdays
    assert is_open(local.date())


@given(st.datetimes(*YEARS), st.lists(st.timedeltas(timedelta(minutes=1), 9 * DAY)))
def test_reminders_stay_between_now_and_the_deadline_and_out_of_the_night(closes, offsets):
    closes, now = closes.replace(tzinfo=UTC), closes.replace(tzinfo=UTC) - 5 * DAY
    for moment in reminder_times(closes, offsets, now=now, zone=TOKYO):
        assert now <= moment < closes
        assert moment == now or time(8) <= moment.astimezone(TOKYO).time() < time(20)
