"""Whatever officers and residents type is read in one way, asked back, or refused: a large table, and hostile words."""

import json
from datetime import datetime
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.reading.coming import read_coming
from forms.reading.kinds import READERS, kind_named, read
from forms.text import same
from tests.forms.reading_rows import NOW, Option, fits, rows

OURS = rows(Path(__file__).parent / "reading-table.md")
EXAMPLES = Path(__file__).parents[3] / "shared" / "reading-examples.md"
OPTIONS = tuple(Option(name, same(name)) for name in ("窓口", "郵送", "オンライン"))


def check(row):
    if row.kind == "when":
        coming = read_coming(row.text, now=row.now)
        at = coming.at.isoformat(timespec="minutes").removesuffix("+09:00") if coming.at else None
        assert fits(row, coming.status, at), (row.text, row.answer, coming)
        assert (coming.every or "") == row.every, (row.text, coming)
        return
    reading = read(row.kind, row.text, now=row.now, options=row.options)
    assert fits(row, reading.status, reading.value), (row.kind, row.text, row.answer, reading)


@pytest.mark.parametrize("kind", [*READERS, "when"])
def test_every_row_of_our_table_is_read_as_it_says(kind):
    of_kind = [row for row in OURS if row.kind == kind]
    assert len(of_kind) >= 5
    for row in of_kind:
        check(row)


@pytest.mark.skipif(not EXAMPLES.exists(), reason="the shared examples are not beside the project")
def test_every_shared_example_is_read_as_it_says():
    examples = rows(EXAMPLES)
    assert len(examples) >= 40
    for row in examples:
        check(row)


def test_what_is_read_says_how_it_was_understood():
    for row in OURS:
        if row.kind == "when":
            continue
        reading = read(row.kind, row.text, now=NOW, options=row.options)
        assert reading.status == "ok" or (reading.value is None and reading.note is not None)
        assert reading.status != "ok" or reading.shown is not None
        json.dumps(reading.value)


READ_BACK = sorted({(row.kind, row.text) for row in OURS if row.kind != "when" and row.kind in READERS})


def test_what_is_shown_is_read_back_as_the_same_value():
    for row in OURS:
        if row.kind in ("when", "choice", "choices", "rank", "scale"):
            continue
        reading = read(row.kind, row.text, now=NOW)
        if reading.status == "ok":
            for shown in (reading.shown.ja,):
                again = read(row.kind, shown, now=NOW)
                assert (again.status, again.value) == ("ok", reading.value), (row.kind, row.text, shown, again)


def test_tolerance_is_said_in_a_note():
    assert "令和元年7月1日" in read("date", "平成31年7月1日", now=NOW).note.ja
    assert read("number", "約45人", now=NOW).note is not None
    assert read("period", "2026年12月28日〜1月3日", now=NOW).note is not None
    assert read("phone", "097-532-1111 内線12", now=NOW).note is not None
    assert read("url", "www.example.jp", now=NOW).note is not None
    assert read("date", "平成31年4月30日", now=NOW).note is None


def test_a_kind_may_be_called_by_many_names():
    assert {kind_named(name) for name in ("date-time", "DateTime", "date_time", "日時")} == {"datetime"}
    assert kind_named("fiscal-year") == kind_named("fy") == "fiscalyear"
    assert kind_named("decimal") == "number"
    assert kind_named("postal-code") == kind_named("郵便番号") == "postal"
    assert kind_named("nothing") is None


def test_a_postal_code_is_looked_up_where_there_is_a_list():
    def towns(code):
        return {"8708501": ("大分県大分市大手町",)}.get(code, ())

    assert "大分市" in read("postal", "870-8501", now=NOW, towns=towns).shown.ja
    assert read("postal", "870-8502", now=NOW, towns=towns).status == "ask"
    assert read("postal", "870-8502", now=NOW).status == "ok"


def test_names_keep_variants_and_characters_outside_the_first_plane():
    for name in ("神\ufa19　都\ufa26", "𠮷野　家", "渡邉\U000e0100　花子"):
        for kind in ("name", "text"):
            assert read(kind, f" {name}\n", now=NOW).value == name


@pytest.mark.parametrize(
    ("text", "said", "at"),
    [
        ("次の営業日の13時", "2026-12-28", "2027-01-04T13:00"),
        ("連休明けの9時", "2026-12-28", "2027-01-04T09:00"),
        ("平日 9時", "2026-12-28", "2027-01-04T09:00"),
        ("毎月最終営業日 17時", "2026-12-28", "2026-12-28T17:00"),
        ("毎月最終営業日 17時", "2027-01-05", "2027-01-29T17:00"),
        ("毎月末 9時", "2027-02-01", "2027-02-28T09:00"),
        ("毎週月曜 9時", "2027-01-08", "2027-01-11T09:00"),
        ("年度末 17時", "2027-03-30", "2027-03-31T17:00"),
        ("週明けの9時", "2026-11-29", "2026-11-30T09:00"),
        ("2月28日 9時", "2027-12-31", "2028-02-28T09:00"),
        ("1か月後の9時", "2027-01-31", "ask"),
        ("週明けの9時", "2027-01-08", "ask"),
        ("31日 17時", "2027-01-05", "2027-01-31T17:00"),
    ],
)
def test_when_depends_on_when_it_is_said(text, said, at):
    coming = read_coming(text, now=datetime.fromisoformat(f"{said}T10:00+09:00"))
    assert (coming.at.isoformat(timespec="minutes")[:16] if coming.at else coming.status) == at


LONG = ["1" * 65536, "毎週" * 20000, "〒" * 65536, "1,", "a@" * 30000, "令和" * 30000, "。" * 65536, "月火" * 30000]
LONG += ["第1" * 30000, "0-" * 32768, "2026/4/1〜" * 8000, "山田 " * 20000, "http://" + "a." * 30000, "33.2, " * 10000]
LONG += [
    "千" * 65536,
    "1位 " * 16000,
    "\u3099" * 65536,
    "(" * 65536,
    "内線" * 30000,
    "\ud800" * 1000,
    "\x00\x1b[31m" * 9000,
]


@pytest.mark.parametrize("kind", READERS)
def test_very_long_words_are_answered_at_once(kind):
    for said in LONG:
        began = perf_counter()
        assert read(kind, said, now=NOW, options=OPTIONS).status in ("ok", "ask", "refused")
        assert perf_counter() - began < 0.5  # it takes a few milliseconds; a shared machine may pause


def test_very_long_ways_to_say_when_are_answered_at_once():
    for said in LONG:
        began = perf_counter()
        assert read_coming(said, now=NOW).status in ("ask", "refused")
        assert perf_counter() - began < 0.5


_WORDS = (
    "0 1 2 3 9 12 31 2026 令和 平成 昭和 R H 元 年 月 日 年度 時 分 半 : / - 〜 ー . , 、 千 百 万 億 円 人 約 % 割 "
    "午前 午後 朝 夜 毎日 毎週 毎月 毎年 隔週 第 最終 営業日 平日 明日 今日 来週 来月 末 後 前 火曜 金 曜 の と から "
    "まで です 内線 + ( ) （ ） @ 。 jp http :// 北緯 東経 〒 ① ② 窓口 郵送 位 はい いいえ ません 同意 ﾊ ﾞ あ ア 漢 𠮷"
)
PIECES = st.sampled_from([*_WORDS.split(), "\u3000", "\n", "\x00", "\u202e", " "])
HOSTILE = st.text(max_size=200) | st.lists(PIECES, max_size=12).map("".join)


@given(st.sampled_from(sorted(READERS)), HOSTILE)
def test_anything_typed_is_a_reading(kind, said):
    reading = read(kind, said, now=NOW, options=OPTIONS)
    json.dumps(reading.value)
    assert (reading.status == "ok") == (reading.shown is not None)
    if reading.status == "ok" and kind not in ("choice", "choices", "rank", "scale", "yesno", "consent"):
        again = read(kind, reading.shown.ja, now=NOW)
        assert (again.status, again.value) == ("ok", reading.value)


@given(HOSTILE)
def test_any_words_for_when_are_a_reading(said):
    coming = read_coming(said, now=NOW)
    assert (coming.status == "ok") == (coming.at is not None)
    assert coming.at is None or coming.at > NOW
