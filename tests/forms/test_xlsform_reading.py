"""Workbooks as people write them: Japanese headings, missing names, and every mistake with its row and column."""

import csv
import datetime as dt
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.xlsform.reading import read_workbook
from forms.xlsform.template import blank
from tests.examples import many
from tests.forms.workbooks import book

PLAIN = ("type", "name", "label")


def read(survey, **sheets):
    return read_workbook(book(survey=survey, **sheets), name="アンケート")


def form_of(found):
    assert found.flaws == ()
    return found.form


def only_flaw(found):
    assert found.form is None
    (flaw,) = found.flaws
    assert all(text.ja and text.en for text in (flaw.place, flaw.what))
    return flaw


def test_japanese_headings_and_types_are_understood():
    found = read_workbook(
        book(
            質問=[
                [
                    "種類",
                    "項目名",
                    "質問文",
                    "質問文（英語）",
                    "ヒント",
                    "必須",
                    "表示条件",
                    "制約",
                    "エラーメッセージ",
                    "既定値",
                ],
                ["択一 yn", "attend", "参加しますか", "Will you come?", None, "○"],
                ["整数", "people", "人数", None, "本人を含む", "必須", "${attend} = 'y'", ". > 0", "1人以上です", "1"],
                ["複数選択 x", "needs", "必要なもの"],
                ["日付", "day", "希望日", None, None, "任意"],
                ["計算", "twice", None],
            ],
            選択肢=[["リスト名", "値", "表示"], ["yn", "y", "はい"], [None, "n", "いいえ"], ["x", None, "車いす席"]],
            設定=[["項目", "内容"], ["題名", "研修の申込"], ["フォーム名", "kenshu"], ["締切", "2026-12-11 17:00"]],
        )
    )
    assert [flaw.place.ja for flaw in found.flaws] == ["シート「質問」 6行目"]  # a calculation without one


def test_the_same_with_the_calculation_written():
    form = form_of(
        read_workbook(
            book(
                調査票=[
                    ["種類", "項目名", "質問文", "必須", "表示条件", "計算"],
                    ["択一 yn", "attend", "参加しますか", "○"],
                    ["整数", "people", "人数", "×", "${attend} = 'y'"],
                    ["計算", "twice", None, None, None, "${people} * 2"],
                ],
                選択肢=[["リスト名", "選択肢"], ["yn", "y"], ["yn", "n"]],
            ),
            name="参加の確認",
        )
    )
    assert (form.name, form.title.ja) == ("参加の確認", "参加の確認")
    attend, people, twice = form.questions
    assert (attend.kind, attend.required, [option.name for option in attend.offered]) == ("choice", True, ["y", "n"])
    assert (people.kind, people.required, people.when) == ("integer", False, "${attend} = 'y'")
    assert twice.calculate == "${people} * 2"


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("文字", "text"), ("テキスト", "text"), ("string", "text"), ("整数", "integer"), ("int", "integer"),
        ("小数", "number"), ("decimal", "number"), ("日付", "date"), ("はい・いいえ", "yesno"), ("択一 L", "choice"),
        ("select one from L", "choice"), ("select_one　L", "choice"), ("ＳＥＬＥＣＴ＿ＯＮＥ L", "choice"),
        ("複数選択（L）", "choices"), ("select all that apply from L", "choices"), ("select_multiple L", "choices"),
        ("add text prompt", "text"), ("説明", "note"), ("acknowledge", "yesno"),
    ],
)  # fmt: skip
def test_a_type_may_be_written_in_many_ways(written, kind):
    found = read([PLAIN, [written, "q", "x"]], choices=[["list_name", "name", "label"], ["L", "a", "あ"]])
    assert form_of(found).questions[0].kind == kind


def test_missing_names_are_made_up_and_unfit_ones_replaced_everywhere():
    found = read(
        [
            (*PLAIN, "relevant"),
            ["text", None, "一つめ"],
            ["text", "氏名", "お名前"],
            ["text", "q1", "三つめ", "${氏名} != ''"],
            ["note", None, "${氏名}さん、ありがとうございました"],
        ]
    )
    form = form_of(found)
    first, second, third, note = form.questions
    assert len({one.id for one in form.questions}) == 4
    assert third.id == "q1"
    assert third.when == f"${{{second.id}}} != ''"
    assert note.title.ja == f"${{{second.id}}}さん、ありがとうございました"
    assert {notice.place.ja for notice in found.notices} == {
        "シート「survey」 2行目 B列（name）", "シート「survey」 3行目 B列（name）"
    }  # fmt: skip
    assert first.id not in ("", "q1")


def test_yes_in_japanese_under_required_is_taken_and_said():
    found = read([(*PLAIN, "required"), ["text", "q", "x", "はい"]])
    assert form_of(found).questions[0].required is True
    (notice,) = found.notices
    assert (notice.place.ja, notice.place.en) == (
        "シート「survey」 2行目 D列（required）", "sheet survey, row 2, column D (required)"
    )  # fmt: skip
    assert "yes" in notice.mend.ja


MISTAKES = {
    "syntax": ([["text", "a", "x", "${b} = "], ["text", "b", "y"]], "2行目 D列（relevant）", "文字目"),
    "unknown function": ([["text", "a", "x", "regx(., 'a')"]], "2行目 D列（relevant）", "regex"),
    "unknown reference": ([["text", "a", "x", "${bb} = 1"], ["text", "b1", "y"]], "2行目 D列（relevant）", "${bb}"),
    "unknown reference in words": ([["text", "a", "${who}さん"]], "2行目 C列（label）", "${who}"),
    "unknown type": ([["txet", "a", "x"]], "2行目 A列（type）", "txet"),
    "no type": ([[None, "a", "x"]], "2行目 A列（type）", "種類"),
    "same name": ([["text", "a", "x"], ["text", "a", "y"]], "3行目 B列（name）", "2行目"),
    "no list": ([["select_one L", "a", "x"]], "2行目 A列（type）", "L"),
    "list not named": ([["select_one", "a", "x"]], "2行目 A列（type）", "リスト名"),
    "never ended": ([["begin group", "g", "G"], ["text", "a", "x"]], "2行目 A列（type）", "閉じ"),
    "never begun": ([["text", "a", "x"], ["end group"]], "3行目 A列（type）", "始まり"),
    "crossed": ([["begin repeat", "g", "G"], ["text", "a", "x"], ["end group"]], "4行目 A列（type）", "2行目"),
    "calculation missing": ([["calculate", "a"]], "2行目 E列（calculation）", "式がありません"),
    "circle": ([["text", "a", "x", "${b} = 1"], ["text", "b", "y", "${a} = 1"]], "2行目 D列（relevant）", "a → b"),
    "table not here": (
        [["calculate", "a", None, None, "pulldata('fruits', 'name', 'name', 'x')"], ["text", "b", "y"]],
        "2行目 E列（calculation）", "fruits.csv",
    ),
    "file not here": ([["select_one_from_file towns.csv", "a", "x"]], "2行目 A列（type）", "towns.csv"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_is_found_with_its_place(mistake):
    rows, place, what = MISTAKES[mistake]
    flaw = only_flaw(read([(*PLAIN, "relevant", "calculation"), *rows]))
    assert flaw.place.ja == f"シート「survey」 {place}"
    assert what in flaw.what.ja


def test_several_mistakes_are_said_at_once_in_order_twenty_at_most():
    rows = [["txet", f"q{n}", "x"] for n in range(30)]
    found = read([(*PLAIN, "relevant"), ["text", "a", "x", "${nowhere}"], *rows])
    assert len(found.flaws) == 20
    assert [flaw.line for flaw in found.flaws] == list(range(2, 22))


def test_a_choice_that_stands_twice_is_a_mistake_in_the_sheet_of_choices():
    flaw = only_flaw(
        read([PLAIN, ["select_one L", "q", "x"]], choices=[["list_name", "name", "label"], *[["L", "a", "あ"]] * 2])
    )
    assert flaw.place.ja == "シート「choices」 3行目 B列（name）"


def test_more_than_a_thousand_rows_are_refused_where_they_begin():
    found = read([PLAIN, *[["note", f"n{n}", "x"] for n in range(1001)]])
    assert "1002行目" in found.flaws[0].place.ja


def test_a_sheet_may_stand_for_a_file_of_choices():
    found = read(
        [
            (*PLAIN, "choice_filter"),
            ["text", "area", "区"],
            ["select_one_from_file towns.csv", "q", "x", "area = ${area}"],
        ],
        towns=[["name", "label", "area"], ["a", "あ町", "北"], ["b", "い町", "南"]],
    )
    form = form_of(found)
    assert [option.columns["area"] for option in form.lists["towns"]] == ["北", "南"]
    assert form.question("q").choice_filter == "area = ${area}"


def test_or_other_asks_what_it_is():
    found = read(
        [PLAIN, ["select_one L or_other", "q", "x"]], choices=[["list_name", "name", "label"], ["L", "a", "あ"]]
    )
    form = form_of(found)
    if "other" in type(form.questions[0]).model_fields:
        assert form.questions[0].other is True
    else:
        assert [option.name for option in form.questions[0].offered] == ["a", "other"]
        assert form.question("q_other").when == "selected(${q}, 'other')"


def test_what_is_not_used_is_named_with_its_place():
    found = read(
        [
            (*PLAIN, "appearance", "image"),
            ["start", "s"],
            ["geotrace", "g", "道", "maps"],
            ["text", "q", "x", None, "a.png"],
        ],
        notes=[["anything"]],
    )
    form_of(found)
    assert {(notice.place.ja, notice.line) for notice in found.notices} >= {
        ("シート「survey」 2行目 A列（type）", 2),
        ("シート「survey」 3行目 D列（appearance）", 3),
        ("シート「survey」 4行目 E列（image）", 4),
        ("シート「notes」", None),
    }


def test_excels_dates_booleans_and_numbers_are_what_people_see():
    import openpyxl

    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "survey"
    sheet.append([*PLAIN, "default", "required", "relevant"])
    sheet.append(["date", "day", "日", dt.date(2026, 4, 1), True, False])
    sheet.append(["integer", "n", "数", 5.0, False])
    sheet["D2"].number_format = '[$-411]ggge"年"m"月"d"日";@'
    out = io.BytesIO()
    workbook.save(out)
    day, number = form_of(read_workbook(out.getvalue(), name="a")).questions
    assert (day.default, day.required, day.when) == ("2026-04-01", True, "false()")
    assert (number.default, number.required) == ("5", False)


@pytest.mark.parametrize(
    "text",
    [
        "survey,,,\n,type,name,label\n,text,q,名前\nsettings,,\n,form_title,form_id\n,題名,a\n",
        "type,name,label\ntext,q,名前\n",
        "種類,項目名,質問文\n文字,q,名前\n",
        "| survey |      |      |       |\n|        | type | name | label |\n|        | text | q    | 名前 |\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_tables_as_text_are_read_too(text, encoding):
    form = form_of(read_workbook(text.encode(encoding), name="a"))
    assert (form.name, form.questions[0].title.ja) == ("a", "名前")


def test_a_place_in_a_csv_is_its_line():
    flaw = only_flaw(read_workbook(b'type,name,label\nnote,n,"a\nb"\ntxet,q,x\n'))
    assert flaw.line == 4


_CELLS = st.sampled_from(
    [
        *("", "", "type", "name", "text", "q", "L", "select_one L", "rank L", "range", "note", "hidden", "calculate"),
        *("begin group", "end group", "begin repeat", "end repeat", "${q}", "${", "=", "はい", "1", "null", "{", "[1"),
        *('["a"]', '{"ja": 1}', '"', "x_kind", "x_low", "x_questions", "x_lists", "x_name", "x_title", "x_options"),
        *("x_columns", "x_constraint", "x_default", "x_from_list", "x_rooms", "x_closes", "x_label", "x_inline"),
        *("relevant", "constraint", "required", "default", "parameters", "選択肢", "label::English (en)"),
    ]
)
_ROWS = st.lists(st.lists(_CELLS, max_size=7), max_size=5)


@settings(max_examples=many(300), deadline=None)
@given(_ROWS, _ROWS, _ROWS)
def test_whatever_stands_in_the_cells_is_a_form_or_said_to_be_none(survey, choices, other):
    out = io.StringIO()
    write = csv.writer(out).writerow
    for name, head, rows in (
        ("survey", ["type", "name", "label"], survey),
        ("choices", ["list_name", "name", "label"], choices),
        ("settings", ["form_title"], other),
    ):
        write([name])
        more = rows[0] if rows else []
        write(["", *head, *more])
        for row in rows[1:]:
            write(["", *row])
    found = read_workbook(out.getvalue().encode())
    assert (found.form is None) == bool(found.flaws)


def test_the_blank_template_loads_as_it_is_and_says_nothing():
    found = read_workbook(blank())
    assert found.notices == ()
    form = form_of(found)
    assert [question.kind for question in form.questions] == ["yesno", "choice", "integer", "choices", "text"]
    assert blank() == blank.__wrapped__()
