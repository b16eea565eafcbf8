"""Lists in files beside an XLSForm: `select_one_from_file`, pulldata(), and the way back."""

import pytest

from forms.lists.known import Known
from forms.xlsform.reading import read_workbook
from forms.xlsform.writing import write_xlsx
from tests.forms.lists.rows import SCHOOLS, Held, listed, many
from tests.forms.workbooks import book

HEAD = ("type", "name", "label", "parameters", "calculation", "choice_filter")


def read(rows, known):
    return read_workbook(book(survey=[HEAD, *rows]), name="a", known=known)


def test_a_question_draws_from_the_csv_file_of_its_list():
    held = Held(many(100))
    found = read([["select_one_from_file 学校.csv", "school", "学校"]], held.known)
    assert found.form.tables["学校"].rows == 100
    assert found.form.question("school").kind == "lookup"
    assert "検索して選ぶ" in found.notices[0].what.ja


def test_few_rows_are_shown_as_options_and_may_be_filtered():
    held = Held(SCHOOLS)
    rows = [["text", "area", "地区"], ["select_one_from_file 学校.csv", "school", "学校", None, None, "地区 = ${area}"]]
    question = read(rows, held.known).form.question("school")
    assert (question.kind, question.choice_filter, question.from_list) == ("choice", "地区 = ${area}", "学校")


def test_parameters_choose_other_columns():
    held = Held(SCHOOLS)
    form = read([["select_one_from_file 学校.csv", "a", "学校", "value=名称 label=かな"]], held.known).form
    assert (form.tables["学校"].value, form.tables["学校"].label) == ("名称", "かな")


@pytest.mark.parametrize(
    ("parameters", "said"), [("value=地区 label=名称", "同じ値"), ("value=番号 label=名称", "「番号」の列がありません")]
)
def test_columns_that_will_not_do_are_said_with_their_place(parameters, said):
    (flaw,) = read([["select_one_from_file 学校.csv", "a", "学校", parameters]], Held(SCHOOLS).known).flaws
    assert "2行目 D列（parameters）" in flaw.place.ja
    assert said in flaw.what.ja
    assert "コード、名称、かな、地区" in flaw.mend.ja


def test_pulldata_finds_it_too():
    held = Held(SCHOOLS)
    found = read(
        [["text", "c", "コード"], ["calculate", "n", None, None, "pulldata('学校', '名称', 'コード', ${c})"]],
        held.known,
    )
    assert found.form.tables["学校"].sha256 == held.filed.sha256


def test_a_list_that_is_not_here_is_said_with_its_place_and_what_to_send():
    known = Known()
    (flaw,) = read([["select_one_from_file 学校.csv", "a", "学校"]], known).flaws
    assert "2行目 A列（type）" in flaw.place.ja
    assert "!list keep 学校" in flaw.mend.ja
    assert "学校.csv" in known.missing


def test_a_form_with_lists_goes_out_and_comes_back_the_same_and_pinned():
    held = Held(SCHOOLS)
    form = held.form(
        {"id": "school", "kind": "lookup", "title": "学校", "options": "学校"},
        {"id": "pick", "kind": "choice", "title": "学校", "options": "学校"},
        {"id": "area", "kind": "calculated", "calculate": "pulldata('学校', '地区', 'コード', ${school})"},
    )
    book_ = write_xlsx(form)
    assert read_workbook(book_, known=held.known).form == form
    newer = Known({"学校": listed(SCHOOLS + "005,新小学校,しん,北\n").filed}, [held.filed.sha256])
    assert read_workbook(book_, known=newer).form == form
    (flaw,) = read_workbook(book_, known=Known({"学校": listed(SCHOOLS + "005,新小学校,しん,北\n").filed})).flaws
    assert "変わっています" in flaw.what.ja
    assert "x_tables" in flaw.mend.ja
