"""Who is on duty when, when somebody is back, and fifteen minutes that count only on duty."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from forms.duty import Shift, after, on_duty, opening, read_hours, show_shift
from forms.mistake import Mistake

JAPAN = ZoneInfo("Asia/Tokyo")
WEEKDAYS, EVERY = (0, 1, 2, 3, 4), tuple(range(7))
OFFICE = Shift(WEEKDAYS, 8 * 60 + 30, 17 * 60 + 15)
NIGHT = Shift(EVERY, 17 * 60 + 15, 24 * 60 + 8 * 60 + 30)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=JAPAN)


@pytest.mark.parametrize(
    ("words", "hours"),
    [
        ("8:30-17:15", (510, 1035)),
        ("８時３０分〜１７時１５分", (510, 1035)),
        ("9時から17時まで", (540, 1020)),
        ("17:15-8:30", (1035, 1950)),
        ("0:00-24:00", (0, 1440)),
        ("終日", (0, 1440)),
        ("08:00-08:00", (480, 1920)),
    ],
)
def test_hours_are_read_as_people_write_them(words, hours):
    assert read_hours(words) == hours


@pytest.mark.parametrize(
    "words", ["", "8:30", "いつも", "8:30-", "-17:15", "25:00-26:00", "5:15-8:30", "8:30-17:15-18:00", "9" * 5000]
)
def test_hours_that_are_unclear_are_asked_for(words):
    with pytest.raises(Mistake):
        read_hours(words)


def test_a_shift_is_shown_in_both_languages():
    assert (show_shift(OFFICE).ja, show_shift(OFFICE).en) == ("平日 8:30-17:15", "weekdays 8:30-17:15")
    assert show_shift(NIGHT).ja == "毎日 17:15-8:30"
    assert show_shift(Shift(EVERY, 0, 1440)).ja == "毎日 終日"


@pytest.mark.parametrize(
    ("moment", "places"),
    [
        ("2026-11-24 08:29", (1,)),
        ("2026-11-24 08:30", (0,)),
        ("2026-11-24 17:14", (0,)),
        ("2026-11-24 17:15", (1,)),
        ("2026-11-25 03:00", (1,)),
        ("2026-11-23 10:00", ()),  # 勤労感謝の日
        ("2026-12-29 10:00", ()),
    ],
)
def test_who_is_on_duty_follows_the_calendar_of_public_offices(moment, places):
    assert on_duty((OFFICE, NIGHT), at(moment), JAPAN) == places


def test_lines_with_saturday_or_sunday_count_on_holidays_too():
    assert on_duty((Shift(EVERY, 510, 1035),), at("2027-01-01 10:00"), JAPAN) == (0,)


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-24 12:00", "2026-11-24 12:00"),
        ("2026-11-24 17:15", "2026-11-25 08:30"),
        ("2026-11-20 18:00", "2026-11-24 08:30"),
        ("2026-12-28 17:15", "2027-01-04 08:30"),
        ("2027-04-28 18:00", "2027-04-30 08:30"),
        ("2027-04-30 18:00", "2027-05-06 08:30"),
    ],
)
def test_when_somebody_is_back(moment, opens):
    assert opening((OFFICE,), at(moment), JAPAN) == at(opens)


def test_with_no_lines_nobody_is_ever_back():
    assert opening((), at("2026-11-24 12:00"), JAPAN) is None
    assert after((), at("2026-11-24 12:00"), span=timedelta(minutes=15), zone=JAPAN) is None


@pytest.mark.parametrize(
    ("moment", "minutes", "then"),
    [
        ("2026-11-24 10:00", 15, "2026-11-24 10:15"),
        ("2026-11-24 17:00", 15, "2026-11-24 17:15"),
        ("2026-11-24 17:10", 15, "2026-11-25 08:40"),
        ("2026-12-28 17:10", 15, "2027-01-04 08:40"),
        ("2026-11-22 12:00", 15, "2026-11-24 08:45"),
        ("2026-11-24 08:30", 24 * 60, "2026-11-26 15:00"),
    ],
)
def test_minutes_count_only_while_somebody_is_on_duty(moment, minutes, then):
    assert after((OFFICE,), at(moment), span=timedelta(minutes=minutes), zone=JAPAN) == at(then)


def test_shifts_that_follow_one_another_leave_no_gap():
    assert after((OFFICE, NIGHT), at("2026-11-24 17:10"), span=timedelta(minutes=15), zone=JAPAN) == at(
        "2026-11-24 17:25"
    )
