"""Lists from CSV files: as Japanese Windows, Excel and other software write them; and what is wrong with others."""

import pytest

from forms.lists.reading import read_list
from forms.mistake import Mistake
from tests.forms.lists.rows import SCHOOLS, listed, many


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_the_same_list_has_one_hash_whatever_program_saved_it(encoding):
    text = SCHOOLS.replace("𠮷", "吉")
    assert listed(text.replace("\n", "\r\n"), encoding=encoding).filed == listed(text).filed


@pytest.mark.parametrize(
    ("heads", "value", "label", "english"),
    [
        ("コード,名称,かな", "コード", "名称", ""),
        ("名称,かな,コード", "コード", "名称", ""),
        ("学校コード,学校名,ふりがな", "学校コード", "学校名", ""),
        ("name,label,kana", "name", "label", ""),
        ("code,name", "code", "name", ""),
        ("名称", "名称", "名称", ""),
        ("よみ,名前", "名前", "名前", ""),
        ("ｺｰﾄﾞ,名　称,english", "ｺｰﾄﾞ", "名　称", "english"),
        ("name,label::日本語 (ja),label::English (en)", "name", "label::日本語 (ja)", "label::English (en)"),
    ],
)
def test_headings_say_what_is_stored_and_what_is_shown(heads, value, label, english):
    found = listed(heads + "\n" + ",".join(f"x{n}" for n in range(len(heads.split(",")))))
    assert (found.filed.value, found.filed.label, found.filed.english) == (value, label, english)
    assert not found.guessed


def test_where_no_heading_is_known_it_is_said_what_was_guessed():
    found = listed("い,ろ\n1,一\n")
    assert found.guessed
    assert (found.filed.value, found.filed.label) == ("い", "ろ")


def test_numbers_that_excel_was_told_to_keep_keep_their_zeros():
    assert listed('コード,名称\n="001",一\n').content == "コード\t名称\n001\t一".encode()


def test_names_are_kept_as_they_are_written():
    kept = "コード\t名称\n1\t山田　太郎 \ufa19社 \U00020bb7野".encode()
    assert listed("コード,名称\n1, 山田　太郎 \ufa19社 \U00020bb7野\n").content == kept


def test_a_tab_may_stand_between_the_cells_and_a_break_in_one_becomes_a_space():
    assert listed('コード\t名称\n1\t"一\n二"\n').content == "コード\t名称\n1\t一 二".encode()


def test_empty_lines_and_empty_cells_at_the_end_of_a_line_do_no_harm():
    assert listed("コード,名称,かな\n1,一\n,,\n\n2,二,に,,\n").filed.rows == 2


def test_columns_in_which_every_cell_differs_may_be_stored():
    assert listed("コード,名称,区\n1,一,東\n2,二,東\n").filed.unique == ("コード", "名称")


WRONG = {
    "twice": ("コード,名称\n1,一\n2,二\n1,三\n", "4行目", "2行目"),
    "no code": ("コード,名称\n,一\n", "2行目", "コード"),
    "no name": ("コード,名称\n1,一\n2,\n", "3行目", "名称"),
    "ragged": ("コード,名称\n1,一\n2,二,三\n", "3行目", "3個"),
    "formula": ("コード,名称\n1,=1+1\n", "2行目", "計算式"),
    "command": ("コード,名称\n1,+cmd|' /C calc'!A0\n", "2行目", "計算式"),
    "at": ("コード,名称\n1,@SUM(A1)\n", "2行目", "計算式"),
    "control character": ("コード,名称\n1,一\n2,\x00\n", "3行目", "制御文字"),
    "turned direction": ("コード,名称\n1,\u202e一\n", "2行目", "制御文字"),
    "open quotation": ('コード,名称\n1,"一\n2,二\n', "2行目", "引用符"),
    "long cell": ("コード,名称\n1," + "一" * 501 + "\n", "2行目", "500文字"),
    "very long cell": ("コード,名称\n1," + "一" * 3_000_000 + "\n", "2行目", "500文字"),
    "50,001 rows": ("コード\n" + "\n".join(map(str, range(50_001))), "50002行目", "50,000行"),
    "two headings alike": ("コード,名称,名称\n1,一,二\n", "1行目", "名称"),
    "no heading": ("コード,,名称\n1,一,二\n", "1行目", "2列目"),
    "31 columns": (",".join(f"c{n}" for n in range(31)) + "\n", "1行目", "30列"),
    "only headings": ("コード,名称\n", "見出し", "2行目"),
    "nothing": ("", "見出し", "2行目"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_in_one_sentence_that_names_the_line(name):
    text, *said = WRONG[name]
    with pytest.raises(Mistake) as wrong:
        listed(text)
    assert all(words in wrong.value.text.ja for words in said), wrong.value.text.ja
    assert len(wrong.value.text.ja) < 200


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"PK\x03\x04rest", "Excel"),
        ("コード,名称\n1,一\n".encode() + b"2,\xff\xfe\n", "3行目"),
        (b"\xff\xfea\x00\xd8", "文字が読み取れません"),
        (b"a,b\n" + b"x" * (12 * 1024 * 1024), "12MB"),
    ],
    ids=["a workbook", "no encoding", "half a character", "too large"],
)
def test_what_is_no_text_is_refused(raw, said):
    with pytest.raises(Mistake) as wrong:
        read_list(raw, file="a.csv")
    assert said in wrong.value.text.ja


def test_fifty_thousand_rows_are_read():
    assert listed(many()).filed.rows == 50_000
