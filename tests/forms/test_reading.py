"""Numbers, dates and consent are read in one way, or asked back with what to type."""

from datetime import date, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.hours import read_time
from forms.mistake import Mistake
from forms.reading.consent import read_yes
from forms.reading.dates import read_date
from forms.reading.eras import show_date, wareki
from forms.reading.numbers import LARGEST, read_number, show_number
from forms.reading.words import clean, quote

TODAY = date(2026, 11, 24)  # a Tuesday

DATES = {
    "令和7年10月1日": "2025-10-01",
    "Ｈ１５．８．２０": "2003-08-20",
    "平成31年7月1日": "2019-07-01",
    "2026-04-01": "2026-04-01",
    "2026/4/1": "2026-04-01",
    "２０２６／４／１": "2026-04-01",
    "2026.4.1": "2026-04-01",
    "2026ー4ー1": "2026-04-01",
    "2026年4月1日です。": "2026-04-01",
    "2026 年 4 月 1 日": "2026-04-01",
    "20260401": "2026-04-01",
    "R8.4.1": "2026-04-01",
    "r8/4/1": "2026-04-01",
    "R080401": "2026-04-01",
    "㋿8年4月1日": "2026-04-01",
    "令和八年四月一日": "2026-04-01",
    "二〇二六年四月一日": "2026-04-01",
    "令和8年(2026年)4月1日": "2026-04-01",
    "2026年4月1日（水）": "2026-04-01",
    "2026年4月1日水曜日": "2026-04-01",
    "2026年4月1日（水・令和8年4月1日）": "2026-04-01",
    "1 April 2026 (Wed)": "2026-04-01",
    "April 1, 2026": "2026-04-01",
    "今年の4月1日": "2026-04-01",
    "令和元年5月1日": "2019-05-01",
    "昭和64年1月7日": "1989-01-07",
    "平成元年1月8日": "1989-01-08",
    "大正15年12月24日": "1926-12-24",
    "明治45年7月29日": "1912-07-29",
    "来週の土曜日": "2026-12-05",
    "今日": "2026-11-24",
    "明日": "2026-11-25",
    "明後日": "2026-11-26",
    "昨日": "2026-11-23",
    "today": "2026-11-24",
    "Tomorrow": "2026-11-25",
    "2024年2月29日": "2024-02-29",
}


@pytest.mark.parametrize(("said", "day"), DATES.items())
def test_a_date_is_read_as_people_write_it(said, day):
    assert read_date(said, TODAY).value.isoformat() == day


NO_DATES = {
    "令和元年4月1日": "2019年5月1日",
    "令和7年2月30日": "という日はありません",
    "2026/13/1": "という日はありません",
    "2025年2月29日": "という日はありません",
    "令和0年1月1日": "という日はありません",
    "昭和999年1月1日": "という日はありません",
    "0026-04-01": "という日はありません",
    "5/10": "年がありません",
    "5月10日": "年がありません",
    "May 10": "年がありません",
    "10日": "年がありません",
    "27/5/10": "西暦か元号か",
    "8年4月1日": "西暦か元号か",
    "4/1/2026": "どれが月でどれが日か",
    "令和8年4月": "日がありません",
    "令和8年": "日がありません",
    "2026": "日がありません",
    "12月": "年がありません",
    "2026年12月7日（火）": "月曜日です",
    "今日（水）": "火曜日です",
    "令和8年(2025年)4月1日": "一致しません",
    "今週の日曜日": "11月22日と11月29日",
    "明治5年1月1日": "旧暦",
    "土曜日": "のように入力してください",
    "2026 1 111": "のように入力してください",
    "いつか": "のように入力してください",
    "": "のように入力してください",
    "9" * 5000: "のように入力してください",
}


@pytest.mark.parametrize(("said", "why"), NO_DATES.items())
def test_an_unclear_or_impossible_date_is_asked_back_with_the_reason(said, why):
    with pytest.raises(Mistake) as caught:
        read_date(said, TODAY)
    assert why in caught.value.text.ja


def test_a_date_after_the_end_of_its_era_is_taken_with_a_note():
    note = read_date("平成31年7月1日", TODAY).note
    assert note is not None
    assert "令和元年7月1日" in note.ja
    assert read_date("平成31年4月30日", TODAY).note is None


def test_a_date_is_shown_in_both_calendars():
    assert show_date(date(2026, 4, 1), "ja") == "2026年4月1日（水・令和8年4月1日）"
    assert show_date(date(2026, 4, 1), "en") == "1 April 2026 (Wed)"
    assert show_date(date(1850, 1, 1), "ja") == "1850年1月1日（火）"


@given(st.dates(min_value=date(1000, 1, 1)), st.sampled_from(["ja", "en"]))
def test_what_is_shown_is_read_as_the_same_day(day, lang):
    assert read_date(show_date(day, lang), TODAY).value == day
    assert read_date(wareki(day), TODAY).value == day


NUMBERS = {
    "７万８千円": "78000",
    "約４５人": "45",
    "▲1,500": "-1500",
    "△３": "-3",
    "−5": "-5",
    "ー5": "-5",
    "1,500": "1500",
    "１，２３４，５６７": "1234567",
    "3人です。": "3",
    "三人": "3",
    "百二十三": "123",
    "二〇二六": "2026",
    "1万2,000円": "12000",
    "一億二千万": "120000000",
    "2.5万": "25000",
    "十分": "10",
    "3つ": "3",
    "３ kg": "3",
    "10％": "10",
    "4.50": "4.50",
    "+3": "3",
    "3世帯": "3",
    "2時間": "2",
    "¥300": "300",
}


@pytest.mark.parametrize(("said", "number"), NUMBERS.items())
def test_a_number_is_read_as_people_write_it(said, number):
    assert read_number(said).value == Decimal(number)


NO_NUMBERS = ["３，４人", "二、三人", "1,50", "1,5000", "3~4", "3 4", "inf", "nan", "1e999", "1e3", "0x10", "1_000"]
NO_NUMBERS += ["", "人", "約", "--3", "1.2.3", "三四千", "千万億兆", "1/2", "9" * 5000, "9" * 17, "٣", "①②"]


@pytest.mark.parametrize("said", NO_NUMBERS)
def test_an_unclear_number_is_refused(said):
    with pytest.raises(Mistake):
        read_number(said)


def test_about_is_overlooked_with_a_note():
    assert read_number("約45人").note is not None
    assert read_number("45人").note is None


@given(st.integers(-LARGEST, LARGEST))
def test_a_number_shown_is_read_as_the_same_number(number):
    assert read_number(show_number(number)).value == number


YES = "はい ハイ ﾊｲ yes Y ○ 1 １ ① うん OK 同意します あります はい。 はいです 1番 👍"
NO = "いいえ no N × 2 ２ ② 同意できません 同意しません ありません 違います いいえ。"


@pytest.mark.parametrize("said", YES.split())
def test_yes_is_said_in_many_ways(said):
    assert read_yes(said)


@pytest.mark.parametrize("said", NO.split())
def test_a_negated_word_is_no(said):
    assert not read_yes(said)


@pytest.mark.parametrize("said", ["けっこうです", "結構です", "大丈夫です", "はい、同意しません", "たぶん", "3", ""])
def test_what_may_be_yes_or_no_is_asked_back(said):
    with pytest.raises(Mistake) as caught:
        read_yes(said)
    assert "「はい」か「いいえ」" in caught.value.text.ja


def test_an_hour_with_its_half_of_the_day_is_exact():
    assert read_time("午後4時半") == time(16, 30)


def test_kept_words_are_composed_but_variants_in_names_stay():
    assert clean("\u3000㈱丸山②\u3000") == "㈱丸山②"
    assert clean("か\u3099") == "が"
    assert clean("神\ufa19都\ufa26") == "神\ufa19都\ufa26"
    assert clean("a\x00\u202eb\tc\r\nd") == "ab\tc\nd"


def test_what_is_quoted_is_short_and_on_one_line():
    assert quote("a\n\u202eb") == "a b"
    assert len(quote("あ" * 1000)) == 40


HOSTILE = st.text(max_size=300) | st.text(
    "0123456789年月日令和平成昭hrs./-（）()元・万千百十億兆,.-▲約円人 です", max_size=60
)


@given(HOSTILE)
def test_anything_typed_is_a_value_or_a_mistake(said):
    for read in (lambda words: read_date(words, TODAY), read_number, read_yes, clean):
        try:
            read(said)
        except Mistake as mistake:
            assert mistake.text.ja
            assert mistake.text.en
