"""`kairan form`: any notation in, yaml, json or xlsx out; an exit code that means what it says."""

import json

import pytest

from bridge.cli import main
from forms.document import read_form
from forms.xlsform.reading import read_workbook
from tests.forms.documents import EXAMPLE
from tests.forms.workbooks import book

pytestmark = pytest.mark.heavy


@pytest.fixture
def example(tmp_path):
    path = tmp_path / "form.yaml"
    path.write_text(EXAMPLE, "utf-8")
    return path


def test_a_form_goes_through_every_notation_and_comes_back(example, tmp_path):
    for before, after in (("form.yaml", "a.xlsx"), ("a.xlsx", "b.json"), ("b.json", "c.xlsx"), ("c.xlsx", "d.yaml")):
        assert main(["form", "convert", str(tmp_path / before), str(tmp_path / after)]) == 0
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "c.xlsx").read_bytes()
    assert read_form((tmp_path / "d.yaml").read_text("utf-8")) == read_form(EXAMPLE)
    assert read_workbook((tmp_path / "a.xlsx").read_bytes()).form == read_form(EXAMPLE)
    assert json.loads((tmp_path / "b.json").read_text("utf-8"))["name"] == "kodomo-kyufu"


def test_the_ending_of_what_comes_in_says_nothing(tmp_path, capsys):
    path = tmp_path / "form.txt"
    path.write_bytes(book(survey=[["type", "name", "label"], ["text", "q", "名前"]]))
    assert main(["form", "check", str(path)]) == 0
    assert "1問" in capsys.readouterr().out


def test_each_mistake_is_a_line_and_notices_go_elsewhere(tmp_path, capsys):
    path = tmp_path / "form.xlsx"
    rows = [["type", "name", "label", "relevant"], ["start", "s"], ["text", "q", "x", "${p} = 1"], ["txet", "r", "y"]]
    path.write_bytes(book(survey=rows))
    assert main(["form", "check", str(path)]) == 1
    said = capsys.readouterr()
    first, second = said.out.splitlines()
    assert first.startswith(f"{path}: シート「survey」 3行目 D列（relevant）: ")
    assert " / sheet survey, row 3, column D (relevant): " in first
    assert "4行目 A列" in second
    assert "start" in said.err


def test_nothing_is_written_where_something_is_wrong(tmp_path, capsys):
    (tmp_path / "in.csv").write_text("type,name,label\ntxet,q,x\n", "utf-8")
    assert main(["form", "convert", str(tmp_path / "in.csv"), str(tmp_path / "out.yaml")]) == 1
    assert not (tmp_path / "out.yaml").exists()
    assert "txet" in capsys.readouterr().out


def test_another_ending_is_refused_in_a_line(example, tmp_path, capsys):
    assert main(["form", "convert", str(example), str(tmp_path / "out.docx")]) == 1
    assert ".xlsx" in capsys.readouterr().err


def test_what_is_no_form_at_all_is_called_what_it_is(tmp_path, capsys):
    path = tmp_path / "form.xlsx"
    path.write_bytes(b"%PDF-1.7")
    assert main(["form", "check", str(path)]) == 1
    assert "PDF" in capsys.readouterr().out
