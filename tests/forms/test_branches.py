"""Lists with branches: the same name in each of them, told apart by the columns that a choice_filter looks at."""

import pytest

from forms.form import Form
from forms.journey import Circumstances, Journey
from forms.xlsform.reading import read_workbook
from forms.xlsform.writing import write_xlsx

KING = {"name": "king", "label": "King"}
MARKDOWN = """
| survey | type                | name   | label | choice_filter    |
|        | select_one state    | state  | 州    |                  |
|        | select_one county   | county | 郡    | state = ${state} |
| choices | list_name | name | label      | state |
|         | state     | wa   | Washington |       |
|         | state     | tx   | Texas      |       |
|         | county    | king | King       | wa    |
|         | county    | king | King       | tx    |
| settings | form_title | allow_choice_duplicates |
|          | Counties   | yes                     |
"""


def made(*counties):
    return Form.model_validate({
        "name": "a",
        "title": "b",
        "questions": [
            {"id": "state", "kind": "choice", "title": "州", "options": ["wa", "tx"]},
            {
                "id": "county",
                "kind": "choice",
                "title": "郡",
                "options": "counties",
                "choice_filter": "state = ${state}",
            },
        ],
        "lists": {"counties": list(counties)},
    })  # fmt: skip


FORM = made({**KING, "columns": {"state": "wa"}}, {**KING, "columns": {"state": "tx"}})


def test_an_answer_is_that_of_its_branch():
    journey = Journey(FORM, {"state": "tx", "county": "king"}, Circumstances())
    assert [option.columns for option in journey.asked[1].offered] == [{"state": "tx"}]
    assert journey.next() is None


def test_results_have_each_name_once():
    assert [option.name for option in FORM.question("county").options()] == ["king"]


def test_two_of_a_name_in_one_branch_are_refused():
    with pytest.raises(ValueError, match="two options"):
        made({**KING, "columns": {"state": "wa"}}, {**KING, "columns": {"state": "wa"}})


def test_a_workbook_keeps_the_names_of_all_branches():
    read = read_workbook(MARKDOWN.encode())
    assert read.notices == ()
    assert [option.columns["state"] for option in read.form.question("county").offered] == ["wa", "tx"]
    assert read_workbook(write_xlsx(read.form)).form == read.form
