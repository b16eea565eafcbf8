"""Times of day, weekdays and how long before: what digests and reminders are set with."""

from datetime import time, timedelta

import pytest

from forms.hours import read_time
from forms.mistake import Mistake
from forms.recurrence import read_offset, read_weekdays, show_weekdays


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("月水金", (0, 2, 4)),
        ("平日", (0, 1, 2, 3, 4)),
        ("毎日", (0, 1, 2, 3, 4, 5, 6)),
        ("月〜金", (0, 1, 2, 3, 4)),
        ("月曜から水曜", (0, 1, 2)),
        ("金〜月", (0, 4, 5, 6)),
        ("火・木", (1, 3)),
        ("毎週月曜と木曜日", (0, 3)),
        ("mon,wed", (0, 2)),
        ("Monday and Friday", (0, 4)),
        ("mon-fri", (0, 1, 2, 3, 4)),
        ("weekdays", (0, 1, 2, 3, 4)),
        ("daily", (0, 1, 2, 3, 4, 5, 6)),
        ("every day", (0, 1, 2, 3, 4, 5, 6)),
        ("日月", (0, 6)),
    ],
)
def test_weekdays_are_read(text, days):
    assert read_weekdays(text) == days


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("9:00", time(9)),
        ("９時", time(9)),
        ("午後3時", time(15)),
        ("9am", time(9)),
        ("8時半", time(8, 30)),
        ("正午", time(12)),
    ],
)
def test_a_time_of_day_is_read(text, at):
    assert read_time(text) == at


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("1d", timedelta(days=1)),
        ("3h", timedelta(hours=3)),
        ("30m", timedelta(minutes=30)),
        ("1日前", timedelta(days=1)),
        ("３時間前", timedelta(hours=3)),
        ("30分前", timedelta(minutes=30)),
        ("前日", timedelta(days=1)),
        ("1週間前", timedelta(weeks=1)),
        ("2 hours before", timedelta(hours=2)),
    ],
)
def test_how_long_before_is_read(text, offset):
    assert read_offset(text) == offset


@pytest.mark.parametrize("text", ["", "2時", "25時", "30:00", "9", "朝", "いつか", "9:75", "9" * 5000])
def test_an_unclear_time_of_day_is_asked_back(text):
    with pytest.raises(Mistake):
        read_time(text)


@pytest.mark.parametrize("text", ["", "0d", "d", "9999w", "日前", "1x", "1" * 5000, "-1d"])
def test_an_unclear_offset_is_asked_back(text):
    with pytest.raises(Mistake):
        read_offset(text)


@pytest.mark.parametrize("text", ["", "水星", "いつも", "mon~", "x" * 5000])
def test_unclear_weekdays_are_asked_back(text):
    with pytest.raises(Mistake):
        read_weekdays(text)


def test_weekdays_are_shown_by_name_where_they_have_one():
    assert [show_weekdays(days, "ja") for days in ((4, 0, 2), range(5), range(7))] == ["月・水・金", "平日", "毎日"]
    assert [show_weekdays(days, "en") for days in ((4, 0), range(5), range(7))] == ["Mon, Fri", "weekdays", "every day"]
