"""The archive of files that people answered with: safe names, one folder a response, a list, and the same bytes."""

import csv
import io
import zipfile
from hashlib import sha256
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.form import Form
from forms.handover.enclosed import COLUMNS, Stored
from forms.handover.files import Order, files
from forms.mistake import Mistake
from forms.text import same
from tests.forms.handed import TOKYO, row

FORM = Form.model_validate(
    {
        "name": "hinan",
        "title": "避難所",
        "questions": [
            {"id": "photo", "kind": "photo", "title": "写真", "most": 3},
            {
                "id": "room",
                "kind": "repeat",
                "title": "部屋",
                "questions": [{"id": "plan", "kind": "file", "title": "見取図"}],
            },
        ],
    }
)
CONTENTS = {sha256(content).hexdigest(): content for content in (b"one", b"two", b"three")}
ONE, TWO, THREE = CONTENTS


def file(name, sha, type_="image/jpeg"):
    return {"name": name, "type": type_, "size": len(CONTENTS.get(sha, b"")), "sha256": sha}


def archive(rows, *, privacy="named", most=10_000_000, contents=CONTENTS):
    form = FORM.model_copy(update={"privacy": privacy})
    stored = Stored(contents.get, most, same("分けてください"))
    (made,) = files(Order(form, 1, 1, tuple(rows), TOKYO, "ja", stored=stored), "files")
    return made.content


def opened(content):
    packed = zipfile.ZipFile(io.BytesIO(content))
    assert packed.testzip() is None
    *paths, last = packed.namelist()
    assert last == "list.csv"
    assert packed.read(last).startswith(b"\xef\xbb\xbf")
    listed = list(csv.DictReader(io.StringIO(packed.read(last).decode("utf-8-sig"), newline="")))
    return {path: packed.read(path) for path in paths}, listed


ROWS = [
    row(
        {"photo": [file("入口.jpg", ONE), file("受付.JPG", TWO)], "plan.2": [file("図.pdf", THREE, "application/pdf")]},
        1,
    ),
    row({"photo": [file("入口.jpg", TWO)], "plan.1": None}, 2),
]


def test_each_response_has_its_folder_and_the_list_says_what_is_what():
    found, listed = opened(archive(ROWS))
    assert found == {
        "R-1/photo_入口.jpg": b"one",
        "R-1/photo_受付.jpg": b"two",
        "R-1/plan.2_図.pdf": b"three",
        "R-2/photo_入口.jpg": b"two",
    }
    assert tuple(listed[0]) == COLUMNS
    assert [(one["receipt"], one["question"], one["title"], one["name"], one["bytes"]) for one in listed] == [
        ("R-1", "photo", "写真", "入口.jpg", "3"),
        ("R-1", "photo", "写真", "受付.JPG", "3"),
        ("R-1", "plan.2", "見取図", "図.pdf", "5"),
        ("R-2", "photo", "写真", "入口.jpg", "3"),
    ]
    assert all(sha256(found[one["file"]]).hexdigest() == one["sha256"] for one in listed)


def test_the_same_answers_in_any_order_are_the_same_bytes():
    assert archive(ROWS) == archive(ROWS[::-1])


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("../../etc/passwd", "photo__.._etc_passwd.jpg"),
        ("C:\\Windows\\a.exe", "photo_C__Windows_a.jpg"),
        ("a\u202egpj.exe", "photo_agpj.jpg"),
        ("...", "photo.jpg"),
        ("NUL.", "photo_NUL.jpg"),
        ("か\u3099.jpg", "photo_が.jpg"),
        ("", "photo.jpg"),
        ("あ" * 300 + ".jpg", f"photo_{'あ' * 40}.jpg"),
    ],
)
def test_no_name_leads_out_of_its_folder_or_hides_what_it_is(name, called):
    found, _ = opened(archive([row({"photo": [file(name, ONE)]}, 1)]))
    assert list(found) == [f"R-1/{called}"]


@given(st.lists(st.text(), min_size=1, max_size=3))
def test_whatever_files_are_called_each_has_a_path_of_its_own(names):
    found, listed = opened(archive([row({"photo": [file(name, ONE) for name in names]}, 1)]))
    assert len({path.casefold() for path in found}) == len(names) == len(listed)
    for path in map(PurePosixPath, found):
        assert (len(path.parts), path.parts[0], path.suffix) == (2, "R-1", ".jpg")
        assert len(path.name.encode()) < 200


def test_a_name_that_a_spreadsheet_would_compute_is_shown_as_it_is():
    _, listed = opened(archive([row({"photo": [file("=cmd|' /C calc'!A0", ONE)]}, 1)]))
    assert listed[0]["name"].startswith("'=")


def test_where_nobody_is_named_neither_is_what_they_called_their_files():
    content = archive(ROWS, privacy="confidential")
    found, listed = opened(content)
    assert sorted(found) == [
        "response-001/photo-2.jpg",
        "response-001/photo.jpg",
        "response-001/plan.2.pdf",
        "response-002/photo.jpg",
    ]
    assert {one["receipt"] + one["user"] + one["sent_at"] + one["name"] for one in listed} == {""}
    assert b"R-1" not in content
    assert "入口.jpg".encode() not in content


def test_of_an_anonymous_form_no_file_ever_leaves():
    assert opened(archive(ROWS, privacy="anonymous")) == ({}, [])


def test_what_is_gone_is_listed_without_a_path():
    found, listed = opened(archive(ROWS, contents={ONE: b"one"}))
    assert list(found) == ["R-1/photo_入口.jpg"]
    assert [one["file"] for one in listed] == ["R-1/photo_入口.jpg", "", "", ""]


def test_more_than_may_leave_at_once_is_refused_before_anything_is_fetched():
    def never(sha):
        raise AssertionError(sha)

    large = row({"photo": [{**file("a.jpg", ONE), "size": 60_000_000}]}, 1)
    with pytest.raises(Mistake) as refused:
        files(
            Order(FORM, 1, 1, (large,), TOKYO, "ja", stored=Stored(never, 50_000_000, same("分けてください"))), "files"
        )
    assert "61MB" in refused.value.text.ja
    assert "50MB" in refused.value.text.ja
    assert refused.value.text.ja.endswith("分けてください")
