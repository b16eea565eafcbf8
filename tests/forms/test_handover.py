"""What is handed over opens in the programs it is meant for, says what was answered, and is the same each time."""

import csv
import io
import json
from datetime import datetime

import jsonschema
import openpyxl
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.export import FIXED_COLUMNS, to_csv
from forms.form import Form
from forms.handover.characters import to_cp932
from forms.handover.files import FORMATS, Order, files, manifest
from forms.handover.jsonl import schema, to_jsonl
from forms.handover.rpa import to_rpa
from forms.handover.sav import to_sav
from forms.handover.xlsx import to_xlsx
from tests.forms.every_kind import SAMPLES
from tests.forms.handed import ALONE, AT, FAMILY, HOSTILE, ROWS, TOKYO, row
from tests.forms.results import BIRTH, FORM, MOVE, answers


def order(form, rows):
    return Order(form, 1, 1, tuple(rows), TOKYO, "ja")


def workbook(form, rows):
    return openpyxl.load_workbook(io.BytesIO(to_xlsx(form, rows, zone=TOKYO)))


def table(sheet):
    head, *rest = sheet.iter_rows(values_only=True)
    return [dict(zip(head, each, strict=True)) for each in rest]


def statistics(form, rows, tmp_path):
    path = tmp_path / "answers.sav"
    path.write_bytes(to_sav(form, rows, zone=TOKYO))
    found, meta = pyreadstat.read_sav(path, output_format="dict")
    return {name: list(values) for name, values in found.items()}, meta


def read(content, encoding="utf-8-sig"):
    return list(csv.DictReader(io.StringIO(content.decode(encoding), newline="")))


# -- for people: a workbook --------------------------------------------------------------------------------------------


def test_a_workbook_has_a_sheet_for_each_repeat_and_a_code_book():
    assert workbook(FAMILY, ROWS).sheetnames == ["回答", "child", "toy", "コードブック"]


def test_the_first_sheet_begins_with_the_fixed_columns_and_has_real_dates_and_numbers():
    smiths, alone, _ = table(workbook(FAMILY, ROWS)["回答"])
    assert tuple(smiths)[:4] == FIXED_COLUMNS
    assert smiths["sent_at"] == datetime.fromisoformat("2026-11-24T10:06")
    assert (smiths["needs/座席"], smiths["needs/ベッド"], smiths["feel"], smiths["reason"]) == (1, 0, 4, "出生")
    assert (alone["moved"], alone["needs/座席"], alone["note"]) == (datetime.fromisoformat("2026-04-01"), None, None)


def test_the_turns_of_a_repeat_say_which_row_they_belong_to():
    found = workbook(FAMILY, ROWS)
    assert [(r["parent_row"], r["receipt"], r["turn"], r["age"]) for r in table(found["child"])] == [
        (2, "R-1", 1, 3), (2, "R-1", 2, 5), (4, "R-3", 1, 11), (4, "R-3", 2, 5)]  # fmt: skip
    assert [(r["parent_row"], r["turn"], r["toyname"]) for r in table(found["toy"])] == [
        (2, 1, "積木"), (2, 2, "汽車"), (4, 1, "球"), (4, 2, "汽車")]  # fmt: skip


def test_the_code_book_has_every_question_and_every_option():
    lines = table(workbook(FAMILY, [])["コードブック"])
    assert [line["id"] for line in lines if line["kind"]] == [
        "reason", "note", "moved", "needs", "feel", "agree", "total", "age", "toyname"]  # fmt: skip
    assert {"id": "reason", "option": "birth", "label": "出生"}.items() <= lines[1].items()
    assert next(line["repeat"] for line in lines if line["id"] == "toyname") == "toy"


@pytest.mark.parametrize("words", HOSTILE, ids=ascii)
def test_a_text_in_a_workbook_is_text_whatever_it_says(words):
    sheet = workbook(FAMILY, [row({**ALONE, "note": words})])["回答"]
    cell = next(cell for cell in sheet[2] if sheet.cell(1, cell.column).value == "note")
    assert cell.data_type in ("s", "n")
    assert (cell.value or "") == "".join(c for c in words.replace("\r\n", "\n") if c not in "\0\x07\ud800")
    assert cell.data_type == "s" or not words
    assert not words or cell.number_format == "@"


def test_nothing_in_a_workbook_computes_or_leads_elsewhere():
    import zipfile

    packed = zipfile.ZipFile(io.BytesIO(to_xlsx(FAMILY, [row({**ALONE, "note": "=1+1"})], zone=TOKYO)))
    everything = b"".join(packed.read(name) for name in packed.namelist())
    assert b"<f>" not in everything
    assert b"hyperlink" not in everything
    assert not [name for name in packed.namelist() if "external" in name or "vba" in name.lower()]


def test_a_name_that_excel_does_not_take_for_a_sheet_is_made_one():
    ids = ["x" * 40 + str(n) for n in range(3)] + ["History"]
    repeats = [
        {"id": id_, "kind": "repeat", "title": "t", "questions": [{"id": f"q{n}", "kind": "text", "title": "t"}]}
        for n, id_ in enumerate(ids)
    ]
    form = Form.model_validate({"name": "a", "title": "t", "questions": repeats})
    names = workbook(form, []).sheetnames
    assert len({name.casefold() for name in names}) == len(names) == 6


# -- for analysts: SPSS and JSON Lines ---------------------------------------------------------------------------------


def test_an_spss_file_has_codes_with_labels_dates_and_what_was_asked(tmp_path):
    found, meta = statistics(FAMILY, ROWS, tmp_path)
    assert found["reason"] == [1, 2, 2]
    assert meta.variable_value_labels["reason"] == {1: "出生", 2: "転入"}
    assert meta.column_names_to_labels["moved"] == "転入した日"
    assert meta.column_names_to_labels["needs_座席"] == "必要なもの：座席"
    assert (str(found["moved"][1]), found["sent_at"][0]) == ("2026-04-01", datetime.fromisoformat("2026-11-24T10:06"))
    assert (found["age.1"][0], found["age.2"][2], found["toyname.1.1"]) == (3, 5, ["積木", "", "球"])
    assert meta.variable_measure["reason"] == "nominal"
    assert meta.variable_measure["feel"] == "ordinal"
    assert meta.variable_value_labels["feel"][5] == "5（満足）"
    assert meta.file_encoding == "UTF-8"


def test_an_spss_file_keeps_words_of_any_length(tmp_path):
    for words in ("短い", "あ" * 84, "あ" * 85, "x" * 252, "y" * 256, "い" * 3000, "z" * 32767):
        found, _ = statistics(FAMILY, [row({**ALONE, "note": words}), row({**ALONE, "note": "次"}, 2)], tmp_path)
        assert found["note"] == [words, "次"]
        assert found["agree"] == [2, 2]


def test_an_spss_file_without_responses_still_has_its_variables(tmp_path):
    found, meta = statistics(FAMILY, [], tmp_path)
    assert set(found) >= {*FIXED_COLUMNS, "reason", "needs_ベッド", "agree"}
    assert meta.number_rows == 0


def test_names_that_spss_does_not_take_are_made_such_and_never_alike(tmp_path):
    ids = ["by", "_x", "a-b", "a_b", "A_B", "q" * 64, "q" * 63 + "r"]
    form = Form.model_validate(
        {"name": "a", "title": "t", "questions": [{"id": i, "kind": "integer", "title": i} for i in ids]}
    )
    found, meta = statistics(form, [row({i: n for n, i in enumerate(ids)})], tmp_path)
    assert [values[0] for values in found.values()][4:] == list(range(7))
    assert [meta.column_names_to_labels[name] for name in list(found)[4:]] == ids


@pytest.mark.parametrize("words", HOSTILE, ids=ascii)
def test_words_of_every_sort_come_back_from_an_spss_file(words, tmp_path):
    found, _ = statistics(FAMILY, [row({**ALONE, "note": words})], tmp_path)
    assert found["note"][0] == "".join(c for c in words.replace("\r\n", "\n") if c not in "\0\x07\ud800")


def test_an_answer_that_is_no_option_any_more_keeps_its_name(tmp_path):
    found, meta = statistics(FAMILY, [row({**ALONE, "reason": "gone"})], tmp_path)
    assert meta.variable_value_labels["reason"][found["reason"][0]] == "gone"


def test_every_line_meets_the_schema_of_its_version():
    lines = to_jsonl(FAMILY, ROWS, zone=TOKYO, version=3).decode().splitlines()
    rule = json.loads(schema(FAMILY, 3))
    jsonschema.Draft202012Validator.check_schema(rule)
    for line in lines:
        jsonschema.validate(json.loads(line), rule)
    assert json.loads(lines[0])["answers"]["toyname.1.2"] == "汽車"
    assert "child.0.more" not in json.loads(lines[0])["answers"]
    wrong = json.loads(lines[0])
    wrong["answers"]["reason"] = "elsewhere"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, rule)


# -- for robots: CP932 -------------------------------------------------------------------------------------------------


def robots(rows, form=FAMILY):
    return {one.repeat: one for one in to_rpa(form, rows, zone=TOKYO)}


def test_a_robot_gets_stored_values_under_names_alone_and_a_file_for_each_repeat():
    made = robots(ROWS)
    first = read(made[""].content, "cp932")
    assert (first[0]["reason"], first[0]["needs/座席"], first[1]["moved"]) == ("birth", "1", "2026-04-01")
    assert [(r["receipt"], r["turn"], r["age"]) for r in read(made["child"].content, "cp932")] == [
        ("R-1", "1", "3"), ("R-1", "2", "5"), ("R-3", "1", "11"), ("R-3", "2", "5")]  # fmt: skip
    assert [r["turn"] for r in read(made["toy"].content, "cp932")] == ["1.1", "1.2", "1.1", "1.2"]


@pytest.mark.parametrize(
    ("words", "held", "lost"),
    [
        ("髙橋﨑", "髙橋﨑", []),
        ("𠮷野家", "〓野家", ["𠮷"]),
        ("葛\U000e0100城", "葛城", ["\U000e0100"]),
        ("〜−‖—¥", "～－∥―￥", []),
        ("👍🏽", "〓", ["👍", "🏽"]),
        ("か\u3099", "が", []),
        ("神\ufa19", "神\ufa19", []),
    ],
)
def test_what_cp932_cannot_hold_is_replaced_and_named(words, held, lost):
    kept, named = to_cp932(words)
    assert (kept, [one.character for one in named]) == (held, lost)


@given(st.text())
def test_whatever_was_typed_can_be_written_in_cp932_and_nothing_is_lost_in_silence(words):
    kept, lost = to_cp932(words)
    assert kept.encode("cp932").decode("cp932") == kept
    assert kept.count("〓") == words.count("〓") + sum(one.instead == "〓" for one in lost)


def test_leading_zeros_and_long_digits_reach_a_robot_untouched_and_formulas_do_not_run():
    made = robots(
        [row({**ALONE, "note": words}, n) for n, words in enumerate(("0090", "12345678901234567", "=cmd"), 1)]
    )
    assert [r["note"] for r in read(made[""].content, "cp932")] == ["0090", "12345678901234567", "'=cmd"]
    assert made[""].guarded == {"user": 3, "note": 1}


# -- the same for all --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format_", FORMATS)
def test_the_same_answers_in_any_order_are_the_same_bytes(format_):
    rows = [row({**ALONE, "note": words}, n) for n, words in enumerate(HOSTILE, 9)] + ROWS
    first, second = (files(order(FAMILY, each), format_) for each in (rows, rows[::-1]))
    assert [file.content for file in first] == [file.content for file in second]


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("privacy", ["confidential", "anonymous"])
def test_a_form_that_does_not_name_people_names_nobody_in_any_format(format_, privacy, tmp_path):
    form = FAMILY.model_copy(update={"privacy": privacy})
    made = files(order(form, ROWS), format_)
    for file in made:
        assert b"sato" not in file.content
    if format_ == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(made[0].content))["回答"]
        assert "sato" not in str(list(sheet.values))


@given(st.lists(answers(), max_size=4), st.text())
def test_any_answers_become_a_file_in_every_format(given_answers, note):
    rows = [row({**each, "note": note}, n) for n, each in enumerate(given_answers, 1)]
    for format_ in FORMATS:
        made = files(order(FORM, rows), format_)
        assert made[0].count == len(rows)
        assert made == files(order(FORM, rows), format_)


def test_the_manifest_says_how_much_of_what_and_where_the_next_begins():
    rows = [row({**ALONE, "note": "𠮷"}, 7)]
    named = [(f"kazoku-1{file.suffix}", file) for file in files(order(FAMILY, rows), "rpa")]
    said = json.loads(manifest(order(FAMILY, rows), named, format_="rpa", since="5"))
    assert (said["count"], said["since"], said["next"]) == (1, "5", "7")
    assert [file["name"] for file in said["files"]] == ["kazoku-1.csv", "kazoku-1.child.csv", "kazoku-1.toy.csv"]
    assert said["files"][0]["replaced"] == [
        {"receipt": "R-7", "column": "note", "character": "𠮷", "code": "U+20BB7", "instead": "〓"}]  # fmt: skip
    assert len(said["files"][0]["sha256"]) == 64


def test_an_empty_export_goes_on_where_the_last_one_ended():
    said = json.loads(manifest(order(FAMILY, []), [], format_="csv", since="41", following=41))
    assert (said["count"], said["next"]) == (0, "41")


def test_in_a_csv_what_repeats_stands_side_by_side():
    smiths, alone, _ = read(to_csv(FAMILY, ROWS, zone=TOKYO))
    assert list(smiths)[9:] == ["feel", "age.1", "toyname.1.1", "toyname.1.2", "age.2", "agree", "total"]
    assert (smiths["age.2"], smiths["toyname.1.2"], alone["age.1"]) == ("5", "汽車", "")


def test_what_the_form_of_old_tests_says_is_the_same_in_csv_and_workbook():
    rows = [row(BIRTH, 1), row(MOVE, 2)]
    by_csv = read(to_csv(FORM, rows, zone=TOKYO))
    by_xlsx = table(workbook(FORM, rows)["回答"])
    assert [list(each) for each in by_csv] == [list(each) for each in by_xlsx]
    assert [each["reason"] for each in by_csv] == [each["reason"] for each in by_xlsx] == ["出生", "転入"]
    assert AT.year == 2026


# -- every kind --------------------------------------------------------------------------------------------------------


def sampled():
    """A question of each kind, and the values of what people type for it."""
    for number, sample in enumerate(SAMPLES):
        document = {"id": f"q{number}", "kind": sample.kind, "title": f"問{number}", **sample.fields}
        yield document, [value for value in sample.takes.values() if value is not None]


@pytest.mark.parametrize(
    ("document", "read_as"), list(sampled()), ids=lambda one: one["kind"] if isinstance(one, dict) else ""
)
def test_every_kind_of_answer_is_handed_over_in_every_format(document, read_as, tmp_path):
    form = Form.model_validate({"name": "a", "title": "t", "questions": [document]})
    key = form.asked[0].id
    rows = [row({key: value}, n) for n, value in enumerate([*read_as, None], 1)]
    for format_ in FORMATS:
        assert files(order(form, rows), format_)[0].count == len(rows)
    columns = len(form.asked[0].columns())
    by_csv, by_robot = read(to_csv(form, rows, zone=TOKYO)), read(to_rpa(form, rows, zone=TOKYO)[0].content, "cp932")
    assert {len(each) for each in (*by_csv, *by_robot)} == {4 + sum(len(q.columns()) for q in form.valued)}
    assert all(any(list(each.values())[4 : 4 + columns]) for each in by_csv[:-1])
    found, _ = statistics(form, rows, tmp_path)
    assert len(next(iter(found.values()))) == len(rows)
    assert len(table(workbook(form, rows)["回答"])) == len(rows)
    rule = json.loads(schema(form, 1))
    for line in to_jsonl(form, rows, zone=TOKYO, version=1).decode().splitlines():
        jsonschema.validate(json.loads(line), rule)
