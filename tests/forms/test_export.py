"""The file of answers opens right in Japanese Excel, runs nothing there, and says the same each time."""

import csv
import io
import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.export import FIXED_COLUMNS, Exported, to_csv, to_json
from tests.forms.results import BIRTH, FORM, MOVE, answers

TOKYO = ZoneInfo("Asia/Tokyo")
AT = datetime(2026, 11, 24, 1, 5, tzinfo=UTC)


def row(given_answers, *, receipt="R-1", who="@sato:tsukuba.localhost", municipality="つくば市", at=AT):
    return Exported(receipt, who, municipality, at, given_answers)


def read(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def cells(given_answers, **others):
    head, only = read(to_csv(FORM, [row(given_answers, **others)], zone=TOKYO))
    return dict(zip(head, only, strict=True))


def test_the_file_begins_with_a_mark_and_its_lines_end_as_excel_expects():
    content = to_csv(FORM, [row(BIRTH)], zone=TOKYO)
    assert content.startswith(b"\xef\xbb\xbfreceipt,user,municipality,sent_at,reason,children,moved,needs/")
    assert content.count(b"\r\n") == content.count(b"\n") == 2


def test_a_row_says_what_was_answered():
    shown = cells(BIRTH)
    assert [shown[name] for name in FIXED_COLUMNS] == [
        "R-1",
        "'@sato:tsukuba.localhost",
        "つくば市",
        "2026-11-24 10:05:00",
    ]
    assert (shown["reason"], shown["children"], shown["moved"], shown["height"]) == ("出生", "2", "", "-5")
    assert (shown["needs/seat"], shown["needs/bed"], shown["agree"]) == ("1", "0", "はい")


def test_a_question_that_was_skipped_leaves_its_cells_empty():
    shown = cells(MOVE)
    assert (shown["needs/seat"], shown["needs/bed"], shown["note"]) == ("", "", "")
    assert (shown["moved"], shown["height"]) == ("2026-04-01", "150.5")


@pytest.mark.parametrize(
    "words",
    [
        "=1+1",
        "+81",
        "-5",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        '"=1',
        "＝1",
        "＋1",
        "－1",
        "＠x",
        "　=1",
        "\n=1",
        "090",
        "0" * 9,
        "1" * 16,
    ],
)
def test_what_a_spreadsheet_would_compute_or_spoil_is_kept_as_words(words):
    shown = cells({"note": words})["note"]
    assert shown.startswith("'")
    assert shown[1:].strip() == words.strip()


@pytest.mark.parametrize(
    "words", ["秘密", "a=b", "2026年", "10", "0", "1.5", "山田　太郎", 'say "hi", please', "あ\nい"]
)
def test_ordinary_words_are_left_as_they_are(words):
    assert cells({"note": words})["note"] == words


def test_line_breaks_within_a_cell_are_single():
    content = to_csv(FORM, [row({"note": "一\r\n二\r三"})], zone=TOKYO)
    assert '"一\n二\n三"'.encode() in content


@pytest.mark.parametrize("privacy", ["confidential", "anonymous"])
def test_a_form_that_does_not_name_people_names_nobody_in_its_files(privacy):
    form = FORM.model_copy(update={"privacy": privacy})
    assert b"sato" not in to_csv(form, [row(BIRTH)], zone=TOKYO)
    assert b"sato" not in to_json(form, [row(BIRTH)], version=1, zone=TOKYO)


def test_the_json_holds_the_stored_values():
    document = json.loads(to_json(FORM, [row(MOVE)], version=3, zone=TOKYO))
    assert (document["form"], document["version"]) == ("kodomo-kyufu", 3)
    only = document["responses"][0]
    assert only["sent_at"] == "2026-11-24T10:05:00+09:00"
    assert only["user"] == "@sato:tsukuba.localhost"
    assert only["answers"] == {**MOVE}


def test_rows_in_any_order_make_the_same_bytes():
    rows = [row(BIRTH, receipt="R-2"), row(MOVE, receipt="R-1"), row(BIRTH, receipt="R-3", at=AT.replace(hour=0))]
    for make in (lambda r: to_csv(FORM, r, zone=TOKYO), lambda r: to_json(FORM, r, version=1, zone=TOKYO)):
        assert make(rows) == make(rows[::-1])
    assert [line[0] for line in read(to_csv(FORM, rows, zone=TOKYO))[1:]] == ["R-3", "R-1", "R-2"]


@given(answers(), st.text(), st.text())
def test_any_answers_are_read_back_as_one_row(given_answers, note, municipality):
    content = to_csv(FORM, [row(given_answers | {"note": note}, municipality=municipality)], zone=TOKYO)
    head, only = read(content)
    assert len(head) == len(only)
    for cell in (only[2], only[-1]):
        assert not cell.lstrip(" \n\"'").startswith(("=", "+", "@", "＝")) or cell.startswith("'")
    assert json.loads(to_json(FORM, [row(given_answers | {"note": note})], version=1, zone=TOKYO))
