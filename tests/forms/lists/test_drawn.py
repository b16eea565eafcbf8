"""Forms that draw from a list in a file: searched, looked up, filtered; without holding any of its rows themselves."""

from datetime import date

import pytest
from pydantic import ValidationError

from forms.document import as_document, read_form, write_form
from forms.form import Form
from forms.journey import Journey, at, path, relevant_answers
from forms.lists.known import Known
from forms.mistake import Mistake
from forms.questions.base import Around, Several
from tests.forms.lists.rows import SCHOOLS, Held, listed, many, roll_of

TODAY = date(2026, 11, 25)
SCHOOL = {"id": "school", "kind": "lookup", "title": "学校", "options": "学校"}


@pytest.fixture(scope="module")
def schools():
    return Held(SCHOOLS)


@pytest.mark.parametrize(
    ("said", "name"),
    [("豊田", "003"), ("トヨダ", "003"), ("ﾄﾖﾀﾞ小", None), ("よしの", "004"), ("𠮷野", "004"), ("中津小学校", "001"),
     ("003", "003"), ("００３", None), ("中津南小学校です", "002"), ("みなみ", "002")],
)  # fmt: skip
def test_part_of_the_kanji_or_the_reading_finds_it_in_any_script(said, name, schools):
    (question,) = schools.form(SCHOOL).asked
    if name is None:
        with pytest.raises(Mistake):
            question.read(said, TODAY)
    else:
        assert question.read(said, TODAY) == name


def test_several_are_listed_and_chosen_by_number(schools):
    (question,) = schools.form(SCHOOL).asked
    with pytest.raises(Several) as several:
        question.read("ナカツ", TODAY)
    assert several.value.text.ja.splitlines()[1:] == ["1. 中津小学校", "2. 中津南小学校"]
    narrowed = question.asked_as(Around(narrowed=several.value.narrowed))
    assert narrowed.read("2", TODAY) == "002"
    assert question.show("002", "ja") == "中津南小学校"


def test_too_many_ask_for_more(schools):
    (question,) = Held(many(2000)).form(SCHOOL).asked
    with pytest.raises(Mistake) as more:
        question.read("しょうがっこう", TODAY)
    assert "1,000件以上" in more.value.text.ja


def test_a_cell_that_is_just_this_goes_before_those_that_hold_it():
    roll = roll_of("コード,名称\n1,東町\n2,東\n3,東山\n")
    assert roll.find("東") == [1]
    assert roll.find("町") == [0]
    assert roll.find("\t") == []
    assert roll.rows_where("名称", "東山") == [2]
    assert roll.rows_where("nowhere", "x") == []


def test_other_questions_look_its_columns_up(schools):
    form = schools.form(
        SCHOOL,
        {"id": "area", "kind": "calculated", "calculate": "pulldata('学校', '地区', 'コード', ${school})"},
        {"id": "label", "kind": "calculated", "calculate": "jr:choice-name(${school}, '${school}')"},
        {"id": "ok", "kind": "yesno", "title": "${school}", "when": "${area} = '東'"},
    )
    assert [q.title.ja for q in path(form, {"school": "003"}, today=TODAY)] == ["学校", "豊田小学校"]
    assert [q.id for q in path(form, {"school": "001"}, today=TODAY)] == ["school"]


def test_a_filter_leaves_only_some_of_it(schools):
    form = schools.form(
        {"id": "area", "kind": "choice", "title": "地区", "options": ["中央", "東"]},
        {**SCHOOL, "choice_filter": "地区 = ${area}"},
        {**SCHOOL, "id": "pick", "kind": "choice", "choice_filter": "地区 = ${area}"},
    )
    asked = {q.id: q for q in path(form, {"area": "中央"}, today=TODAY)}
    assert [option.name for option in asked["pick"].options()] == ["001", "002"]
    with pytest.raises(Mistake) as other:
        asked["school"].read("豊田", TODAY)
    assert "見つかりません" in other.value.text.ja
    assert relevant_answers(form, {"area": "東", "school": "001"}, today=TODAY)["school"] is None


def test_the_form_holds_none_of_its_rows_and_comes_back_the_same(schools):
    form = schools.form(SCHOOL)
    stored = form.model_dump_json(exclude_defaults=True)
    assert "中津" not in stored
    assert Form.model_validate_json(stored) == form
    assert read_form(write_form(form), schools.known) == form
    assert "中津" not in str(as_document(form))


def test_a_question_names_it_by_its_name_or_its_file(schools):
    document = "name: f\ntitle: t\nquestions: [{{id: a, kind: lookup, title: x, options: {}}}]"
    for name in ("学校", "学校.csv"):
        form = read_form(document.format(name), schools.known)
        assert form.tables["学校"].sha256 == schools.filed.sha256
    (flaw,) = read_form(document.format("校区"), schools.known)
    assert "校区" in flaw.what.ja
    assert "!list keep 校区" in flaw.mend.ja
    assert "校区" in schools.known.missing


def test_an_expression_that_names_a_list_which_is_not_there_says_so(schools):
    (flaw,) = read_form(
        "name: f\ntitle: t\nquestions:\n"
        "  - {id: a, kind: text, title: x}\n"
        "  - {id: b, kind: calculated, calculate: \"pulldata('地区', '名', 'コード', ${a})\"}",
        schools.known,
    )
    assert flaw.line == 5
    assert "地区.csv" in flaw.what.ja


def test_a_form_whose_list_has_changed_since_says_so(schools):
    written = write_form(schools.form(SCHOOL))
    now = Known({"学校": listed(SCHOOLS + "005,新小学校,しん,北\n").filed})
    (flaw,) = read_form(written, now)
    assert "変わっています（いまは5件）" in flaw.what.ja
    (gone,) = read_form(written, Known())
    assert "!list keep 学校" in gone.mend.ja
    assert read_form(written, Known(hashes=[schools.filed.sha256])).tables == schools.form(SCHOOL).tables


def test_what_is_shown_one_below_the_other_cannot_be_that_long():
    with pytest.raises(ValidationError, match="300 rows"):
        Held(many(300)).form({**SCHOOL, "kind": "choice"})


def test_an_expression_cannot_go_through_a_long_list_row_by_row():
    long = Held(many(3000))
    with pytest.raises(ValidationError, match="3,000 rows"):
        long.form(SCHOOL, {"id": "n", "kind": "calculated", "calculate": "count(instance('学校')/root/item)"})
    with pytest.raises(ValidationError, match="3,000 rows"):
        long.form({**SCHOOL, "choice_filter": "contains(名称, '東')"})
    found = long.form(
        SCHOOL, {"id": "n", "kind": "calculated", "calculate": "instance('学校')/root/item[コード = ${school}]/名称"}
    )
    assert path(found, {"school": "000007"}, today=TODAY)


def test_rows_of_a_long_list_are_found_by_a_number_or_a_day_however_it_is_written():
    rows = "".join(f"{n:04},班{n},{n % 100:03},2026-12-{n % 28 + 1:02}\n" for n in range(3000))
    long = Held("コード,名称,番号,日\n" + rows)
    count = "count(instance('学校')/root/item[{}])"
    form = long.form(
        {"id": "n", "kind": "integer", "title": "番号"},
        {"id": "day", "kind": "date", "title": "日"},
        {"id": "by_number", "kind": "calculated", "calculate": count.format("番号 = ${n}")},
        {"id": "by_sum", "kind": "calculated", "calculate": count.format("番号 = ${n} + 1")},
        {"id": "by_day", "kind": "calculated", "calculate": count.format("日 = ${day} and 番号 != 7")},
        {"id": "by_word", "kind": "calculated", "calculate": count.format("名称 = '班7'")},
        {"id": "by_none", "kind": "calculated", "calculate": count.format("名称 = 7")},
        {**SCHOOL, "choice_filter": "番号 = number(${n})"},
    )
    found = Journey(form, {"n": 7, "day": "2026-12-08", "school": "0107"}, at(TODAY)).counted
    numbers = [found[f"by_{name}"] for name in ("number", "sum", "day", "word", "none")]
    assert numbers == [
        0,
        30,  # as XPath has it: an answer and a cell are two texts, and 7 is not 007
        sum(n % 28 == 7 and n % 100 != 7 for n in range(3000)),
        1,
        0,
    ]
    assert found["school"] == "0107"


def test_where_the_content_is_gone_nothing_breaks_and_it_is_said(schools):
    form = Form.model_validate(as_document(schools.form(SCHOOL)))
    (question,) = form.asked
    assert "見つかりません" in question.prompt().ja
    assert question.show("001", "ja") == "001"
    with pytest.raises(Mistake) as gone:
        question.read("中津", TODAY)
    assert "「学校」が見つかりません" in gone.value.text.ja
