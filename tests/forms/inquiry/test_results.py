"""What the asker sees: by prefecture, kind and size, as text, chart and workbook, with what is withheld marked."""

from datetime import UTC, datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from forms.chart import chart
from forms.form import Form
from forms.inquiry import Part, Released
from forms.inquiry_results import PREFECTURES, Reply, group_of, results
from forms.inquiry_xlsx import Line, workbook
from forms.summary import summary, summary_html
from forms.text import Text, same

FORM = Form.model_validate(
    {"name": "x", "title": "=1+1", "questions": [
        {"id": "a", "kind": "choice", "title": "無償", "options": ["はい", "=いいえ"]},
        {"id": "n", "kind": "integer", "title": "費用", "required": False}]}
)  # fmt: skip


def reply(name, code, people, part, numbers=None, *, kind="municipality"):
    parts = {"a": part, "n": numbers or Part()}
    released = Released(version=1, asked=50, answered=20, parts=parts)
    return Reply(name=Text(ja=name, en=name), code=code, kind=kind, released=released, population=people)


SHOWN = Part(base=20, cells={"はい": 12, "=いいえ": 8})
HELD = Part(base=20, cells={}, withheld=("はい", "=いいえ"))
NUMBERS = Part(base=20, cells={"given": 15, "": 5}, total="4500")
REPLIES = [
    reply("中津市", "442038", 83_000, SHOWN, NUMBERS),
    reply("別府市", "442020", 112_000, HELD),
    reply("日出町", "443417", 27_500, SHOWN, NUMBERS),
    reply("つくば市", "082201", 256_000, Part()),
    reply("大分県", "440001", 1_090_000, SHOWN, kind="prefecture"),
    reply("DMAT", "", 0, SHOWN, kind="partner"),
]


def test_there_are_forty_seven_prefectures_in_the_order_of_their_codes():
    assert len(PREFECTURES) == 47
    assert (PREFECTURES[0], PREFECTURES[7], PREFECTURES[43], PREFECTURES[46]) == (
        "北海道",
        "茨城県",
        "大分県",
        "沖縄県",
    )


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("prefecture", ["大分県", "大分県", "大分県", "茨城県", "大分県", "不明"]),
        ("kind", ["市", "市", "町", "市", "都道府県", "協力団体"]),
        ("size", ["5万〜20万人未満", "5万〜20万人未満", "1万〜5万人未満", "20万〜50万人未満", "50万人以上", "不明"]),
    ],
)
def test_each_is_in_its_group(by, groups):
    assert [group_of(one, by)[1].ja for one in REPLIES] == groups


@pytest.mark.parametrize("by", [None, "prefecture", "kind", "size", "municipality"])
def test_the_sums_are_the_same_however_they_are_split_and_what_is_withheld_is_said(by):
    found = results(FORM, REPLIES, "totals", by=by)
    for lang in ("ja", "en"):
        text = summary(FORM, *found, lang=lang)
        assert ("（1団体は伏せ）" if lang == "ja" else "(withheld by 1)") in text
        assert "9,000" in text or by is not None
        assert "<script" not in summary_html(FORM, *found, lang=lang)
        drawn = chart(FORM, *found, lang=lang)
        assert drawn.svg.startswith("<svg")
    assert found[0].count("a").values["はい"] == 48
    text = summary(FORM, *found, lang="ja")
    assert "この設問を伏せています" in text


def test_one_answer_per_municipality_counts_municipalities():
    replies = [
        Reply(
            name=same(name), code="", kind="municipality",
            released=Released(version=1, asked=1, answered=1, parts={}, answers=f'{{"a": "はい", "n": {n}, "zz": 1}}'),
        )
        for n, name in enumerate(("中津市", "別府市"), 10)
    ]  # fmt: skip
    text = summary(FORM, *results(FORM, replies, "one"), lang="ja")
    assert "はい　▇▇▇▇▇▇▇▇▇▇ 2団体（100%）" in text
    assert "合計 21" in text


def test_the_workbook_holds_states_and_totals_and_computes_nothing():
    lines = [
        Line(
            name=one.name, code=one.code, kind=one.kind, state=Text(ja="回答済み", en="released"), reply=one,
            received_at=datetime(2026, 11, 25, 1, 0, tzinfo=UTC), note=same("=HYPERLINK(1)"), seal="ab",
        )
        for one in REPLIES
    ]  # fmt: skip
    lines.append(
        Line(name=same("多摩市"), code="132241", kind="municipality", state=Text(ja="辞退", en="declined"), reply=None,
             received_at=None, note=same(""), seal="")
    )  # fmt: skip
    book = load_workbook(BytesIO(workbook(FORM, lines, "totals", zone=ZoneInfo("Asia/Tokyo"))))
    assert book.sheetnames == ["状況", "集計"]
    states = list(book["状況"].values)
    assert states[1][:8] == ("中津市", "442038", "大分県", "市", "5万〜20万人未満", "回答済み", 50, 20)
    assert states[1][9] == datetime(2026, 11, 25, 10, 0)  # noqa: DTZ001 - a cell has no zone
    assert states[7][:6] == ("多摩市", "132241", "東京都", "市", "不明", "辞退")
    totals = list(book["集計"].values)
    assert totals[0][:5] == ("設問", "項目", "合計", "中津市", "別府市")
    assert totals[2][:5] == ("無償", "はい", 48, 12, "伏せ")
    assert ("費用", "（合計）", None, "4500", "伏せ") in [row[:5] for row in totals]
    assert all(cell.data_type != "f" for sheet in book for row in sheet for cell in row)
