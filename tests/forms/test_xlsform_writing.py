"""A form as a workbook: it comes back the same, other tools can read it, and the bytes never differ."""

import io
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from pyxform.xls2xform import convert

from forms.document import read_form
from forms.form import Form
from forms.xlsform.reading import read_workbook
from forms.xlsform.writing import write_xlsx
from tests.examples import many
from tests.forms.documents import EXAMPLE
from tests.forms.xlsforms import FORMS


def again(form):
    read = read_workbook(write_xlsx(form))
    assert read.flaws == ()
    assert read.notices == ()
    return read.form


@settings(max_examples=many(60), deadline=None, suppress_health_check=list(HealthCheck))
@given(FORMS)
def test_model_to_workbook_to_model_changes_nothing(document):
    form = Form.model_validate(document)
    assert again(form) == form


@settings(max_examples=many(60), deadline=None, suppress_health_check=list(HealthCheck))
@given(FORMS)
def test_other_tools_convert_what_we_write(document):
    convert(io.BytesIO(write_xlsx(Form.model_validate(document))), validate=False)


KINDS_ = {
    "address": "",
    "audio": "",
    "choice": "options: [a, b], other: true, shuffle: true",
    "choices": "options: [a, b], none: {ja: なし, en: none}, other: 別, most: 2",
    "consent": "text: {ja: 同意します, en: I agree}",
    "datetime": "",
    "email": "",
    "fiscal-year": "",
    "kana": "",
    "lookup": "options: towns",
    "matrix": "rows: [{name: a, label: あ}, {name: b, label: い}], options: [p, q]",
    "money": "low: 1",
    "month": "",
    "name": "",
    "percentage": "",
    "period": "",
    "phone": "",
    "photo": "",
    "place": "",
    "postal": "",
    "rank": "options: [a, b, c], top: 2",
    "scale": "points: 5, lowest: {ja: 低い, en: low}, highest: 高い",
    "signature": "",
    "time": "",
    "url": "",
}


@pytest.mark.parametrize("kind", KINDS_)
def test_every_kind_comes_back_with_all_its_fields(kind):
    fields = f", {KINDS_[kind]}" if KINDS_[kind] else ""
    form = read_form(
        f"name: a\ntitle: t\nlists: {{towns: [x, y]}}\nquestions: [{{id: q, kind: {kind}, title: 題{fields}}}]"
    )
    if not isinstance(form, Form):
        pytest.skip(f"{kind} does not have these fields here: {form[0].what.en}")
    assert again(form) == form
    convert(io.BytesIO(write_xlsx(form)), validate=False)


def test_the_example_keeps_its_two_languages():
    form = read_form(EXAMPLE)
    assert again(form) == form
    survey = convert(io.BytesIO(write_xlsx(form)), validate=False).xform
    assert '<translation lang="日本語 (ja)" default="true()">' in survey
    assert "お子さんは何人ですか" in survey
    assert 'constraint=". &gt;= 1 and . &lt;= 15"' in survey


def test_the_same_form_is_the_same_bytes():
    form = read_form(EXAMPLE)
    assert write_xlsx(form) == write_xlsx(Form.model_validate(form.model_dump(by_alias=True)))
    dates = {info.date_time for info in zipfile.ZipFile(io.BytesIO(write_xlsx(form))).infolist()}
    assert dates == {(1980, 1, 1, 0, 0, 0)}


def test_no_cell_is_a_formula_or_a_link():
    document = {"name": "a", "title": "=1+1", "questions": [{"id": "q", "kind": "yesno", "title": "http://example.jp"}]}
    archive = zipfile.ZipFile(io.BytesIO(write_xlsx(Form.model_validate(document))))
    for name in archive.namelist():
        assert b"<f>" not in archive.read(name)
        assert b"<hyperlink" not in archive.read(name)


@pytest.mark.parametrize("changed", ["constraint", "label"])
def test_what_people_change_in_excel_counts(changed):
    """Our own columns hold the exact words; once the plain cell differs, the plain one wins."""
    import openpyxl

    form = Form.model_validate(
        {"name": "a", "title": "t", "questions": [{"id": "q", "kind": "integer", "title": " 数 ", "low": 1}]}
    )
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx(form)))
    head = [cell.value for cell in book["survey"][1]]
    book["survey"].cell(2, head.index(changed) + 1).value = ". > 5" if changed == "constraint" else "人数"
    out = io.BytesIO()
    book.save(out)
    question = read_workbook(out.getvalue()).form.questions[0]
    assert question.constraint == (". > 5" if changed == "constraint" else None)
    assert question.title.ja == (" 数 " if changed == "constraint" else "人数")
