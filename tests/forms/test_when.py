"""What people type about time is read in one way, or asked back."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.business_days import is_open
from forms.instant import instant
from forms.mistake import Mistake
from forms.when import read_when, show_when, split_when

TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=TOKYO)  # a Tuesday


def wall(*parts):
    return datetime(*parts)  # noqa: DTZ001 - a wall time before it has a zone


READ = {
    "明日の15時": "2026-11-25T15:00",
    "来週の火曜 9時半": "2026-12-01T09:30",
    "今日24時半": "2026-11-25T00:30",
    "２月３日 １３時": "2027-02-03T13:00",
    "4営業日後の9時": "2026-11-30T09:00",
    "2026-12-01 17:00": "2026-12-01T17:00",
    "2026-12-01T17:00": "2026-12-01T17:00",
    "2026-12-01T17:00+09:00": "2026-12-01T17:00",
    "2026-12-01T08:00Z": "2026-12-01T17:00",
    "2026/12/1 17:00": "2026-12-01T17:00",
    "2026年12月1日 17時": "2026-12-01T17:00",
    "令和8年12月1日 17時": "2026-12-01T17:00",
    "R8.12.1 17:00": "2026-12-01T17:00",
    "12月1日 17時": "2026-12-01T17:00",
    "12月1日17時まで": "2026-12-01T17:00",
    "12月1日（火）17時に": "2026-12-01T17:00",
    "十二月一日 午後五時": "2026-12-01T17:00",
    "12/1 17:00": "2026-12-01T17:00",
    "11/23 17:00": "2027-11-23T17:00",
    "１２／１　１７：００": "2026-12-01T17:00",
    "30日 17時": "2026-11-30T17:00",
    "3日 17時": "2026-12-03T17:00",
    "来月10日 9:00": "2026-12-10T09:00",
    "月末 17時": "2026-11-30T17:00",
    "明日 9:00": "2026-11-25T09:00",
    "あした9時": "2026-11-25T09:00",
    "明朝8時半": "2026-11-25T08:30",
    "今夜8時": "2026-11-24T20:00",
    "明後日 0:00": "2026-11-26T00:00",
    "今日17時": "2026-11-24T17:00",
    "本日 午後3時": "2026-11-24T15:00",
    "3日後": "2026-11-27T10:00",
    "3日後 9時": "2026-11-27T09:00",
    "１週間後": "2026-12-01T10:00",
    "2時間後": "2026-11-24T12:00",
    "1時間半後": "2026-11-24T11:30",
    "30分後": "2026-11-24T10:30",
    "17時": "2026-11-24T17:00",
    "17時半": "2026-11-24T17:30",
    "17時15分": "2026-11-24T17:15",
    "午後3時": "2026-11-24T15:00",
    "正午": "2026-11-24T12:00",
    "金曜 17時": "2026-11-27T17:00",
    "金曜日の午後5時": "2026-11-27T17:00",
    "次の月曜 9時": "2026-11-30T09:00",
    "来週の土曜日 9時": "2026-12-05T09:00",
    "tomorrow 9am": "2026-11-25T09:00",
    "Tomorrow at 9:30 a.m.": "2026-11-25T09:30",
    "today 5pm": "2026-11-24T17:00",
    "5pm today": "2026-11-24T17:00",
    "by 5pm": "2026-11-24T17:00",
    "in 3 days": "2026-11-27T10:00",
    "in a week": "2026-12-01T10:00",
    "in 2 hours": "2026-11-24T12:00",
    "in 30 minutes": "2026-11-24T10:30",
    "friday 17:00": "2026-11-27T17:00",
    "17:00 on friday": "2026-11-27T17:00",
    "next monday 9am": "2026-11-30T09:00",
    "Dec 1 17:00": "2026-12-01T17:00",
    "1 December 5pm": "2026-12-01T17:00",
    "noon": "2026-11-24T12:00",
    "next business day 13:00": "2026-11-25T13:00",
}
ASKED = (
    "8時",
    "8:30",
    "火曜の11時",
    "明日の昼ごろ",
    "明日",
    "30日まで",
    "明日の2時",
    "午前12時",
    "12pm",
    "深夜1時",
    "来週の日曜 9時",
    "今週の日曜 9時",
    "次の金曜 9時",
    "next friday 9am",
    "夕方",
    "tomorrow evening",
    "明日9時ごろ",
    "",
    " ",
    "そのうち",
    "9",
    "12/117:00",
    "12月2日（火）17時",
    "明日 -9:00",
    "tomorrow at",
    "２時",
    "平日の",
    "2時間後の会議",
)
REFUSED = (
    "6月31日 9時",
    "2026-02-30 9:00",
    "13月1日 9時",
    "2026-02-30T09:00+09:00",
    "25:99",
    "明日30時",
    "昨日 9時",
    "2020-01-01 9:00",
    "2999-01-01 9:00",
    "9999日後",
    "9999営業日後の9時",
    "0000-01-01 9:00",
    "0営業日後の9時",
)


@pytest.mark.parametrize(("text", "at"), READ.items())
def test_a_careful_reading_is_taken(text, at):
    assert read_when(text, NOW, TOKYO) == datetime.fromisoformat(at).replace(tzinfo=TOKYO)


@pytest.mark.parametrize("text", ASKED + REFUSED)
def test_what_has_two_readings_or_none_is_asked_back(text):
    with pytest.raises(Mistake) as caught:
        read_when(text, NOW, TOKYO)
    assert caught.value.text.ja
    assert caught.value.text.en


@pytest.mark.parametrize(
    ("text", "said", "at"),
    [
        ("次の営業日の13時", "2026-12-28T10:00", "2027-01-04T13:00"),
        ("連休明けの13時", "2027-01-08T10:00", "2027-01-12T13:00"),
        ("連休明けの13時", "2026-12-30T10:00", "2027-01-04T13:00"),
        ("来週の月曜 9時", "2026-11-28T10:00", "2026-11-30T09:00"),
        ("2月28日 9時", "2026-12-31T23:59", "2027-02-28T09:00"),
    ],
)
def test_the_day_depends_on_when_it_is_said(text, said, at):
    now = datetime.fromisoformat(said).replace(tzinfo=TOKYO)
    assert read_when(text, now, TOKYO) == datetime.fromisoformat(at).replace(tzinfo=TOKYO)


def test_a_deadline_given_as_a_day_lasts_until_the_end_of_that_day():
    for text in ("30日まで", "11月30日", "11/30", "2026-11-30", "月末", "6日後"):
        assert read_when(text, NOW, TOKYO, end_of_day=True) == datetime(2026, 11, 30, 23, 59, tzinfo=TOKYO)


def test_now_may_stand_in_another_zone_than_the_reader():
    assert read_when("明日 9:00", NOW.astimezone(UTC), TOKYO) == datetime(2026, 11, 25, 9, tzinfo=TOKYO)


def test_the_words_after_the_moment_are_kept():
    for text, at, rest in (
        ("明日 9:00 資料を 出す", "2026-11-25T09:00", "資料を 出す"),
        ("明日9時に資料を出す", "2026-11-25T09:00", "資料を出す"),
        ("in 3 days send the file", "2026-11-27T10:00", "send the file"),
        ("3日後", "2026-11-27T10:00", ""),
    ):
        assert split_when(text, NOW, TOKYO) == (datetime.fromisoformat(at).replace(tzinfo=TOKYO), rest)


def test_a_reminder_whose_time_is_missing_is_asked_for_it():
    with pytest.raises(Mistake, match="mistake") as caught:
        split_when("明日 資料を出す", NOW, TOKYO)
    assert "何時" in caught.value.text.ja


def test_the_echo_names_the_year_only_where_it_differs():
    near, far = NOW + timedelta(days=1), NOW + timedelta(days=71)
    assert show_when(near, TOKYO, "ja", now=NOW) == "11月25日（水）10:00"
    assert show_when(far.astimezone(UTC), TOKYO, "ja", now=NOW) == "2027年2月3日（水）10:00"
    assert show_when(far, TOKYO, "en", now=NOW) == "Wed 3 Feb 2027, 10:00"


@given(st.text(max_size=80) | st.from_regex(r"[\d０-９年月日時分/:\-+ 後週間半午後曜火]{1,40}", fullmatch=True))
def test_any_words_are_read_or_refused_and_never_break(text):
    for end_of_day in (False, True):
        try:
            moment = read_when(text, NOW, TOKYO, end_of_day=end_of_day)
        except Mistake:
            continue
        assert moment > NOW


def test_very_long_words_are_refused_at_once():
    with pytest.raises(Mistake):
        read_when("1" * 100_000, NOW, TOKYO)
    with pytest.raises(Mistake):
        split_when("明 に" * 100_000, NOW, TOKYO)


def test_in_a_gap_the_first_valid_instant_after_it_counts():
    berlin, york = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
    assert instant(wall(2027, 3, 28, 2, 30), berlin) == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)
    assert instant(wall(2027, 3, 28, 2, 0), berlin) == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)
    assert instant(wall(2027, 3, 14, 2, 59, 59), york) == datetime(2027, 3, 14, 7, 0, tzinfo=UTC)
    assert instant(wall(2027, 3, 28, 3, 0), berlin) == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)


def test_in_a_fold_the_first_of_the_two_counts():
    berlin, york = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
    assert instant(wall(2026, 10, 25, 2, 30), berlin) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert instant(wall(2026, 11, 1, 1, 30), york) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_days_later_keep_the_time_on_the_wall_when_the_clocks_change():
    berlin = ZoneInfo("Europe/Berlin")
    said = datetime(2027, 3, 27, 9, 0, tzinfo=berlin)
    assert read_when("2日後", said, berlin) == datetime(2027, 3, 29, 9, 0, tzinfo=berlin)
    assert read_when("24時間後", said, berlin).hour == 10


def test_public_offices_are_closed_at_weekends_on_holidays_and_over_new_year():
    closed = (
        "2026-11-21",
        "2026-11-22",
        "2026-11-23",
        "2026-12-29",
        "2026-12-31",
        "2027-01-01",
        "2027-01-03",
        "2027-01-11",
    )
    assert not any(is_open(datetime.fromisoformat(day).date()) for day in closed)
    assert all(is_open(datetime.fromisoformat(day).date()) for day in ("2026-11-24", "2026-12-28", "2027-01-04"))
