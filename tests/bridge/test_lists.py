"""Lists from CSV files: read where a hostile one does no harm, kept once, held in little memory, pinned by forms."""

import io
import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bots.events import RoomId, UserId
from bots.records import NotAllowed
from bots.roles import Role
from bridge.alliance.signing import Key
from bridge.cli import main
from bridge.stage import Stage
from bridge.store.desk import Desk, Municipality
from bridge.store.forms import FormShelf
from bridge.store.lists import ListDesk
from bridge.store.neighbours import Neighbours
from bridge.store.resident import RESIDENT
from bridge.store.sealing import Keyring
from bridge.workbook import Unread, list_safely
from forms.form import Form
from forms.mistake import Mistake
from forms.text import Text
from tests.forms.lists.rows import SCHOOLS, listed, many
from tests.forms.workbooks import book
from tests.postgres import opened

pytestmark = pytest.mark.heavy

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
LARGE = "コード,名称\n" + "\n".join(f"{n},{'あ' * 75}" for n in range(50_000))
HOSTILE = {
    "100 MB": (b"a,b\n" + b"1,2\n" * 25_000_000, "12MB"),
    "a cell of 10 MB": ("コード,名称\n1,".encode() + b"x" * 10_000_000, "2行目"),
    "50,001 rows": (("コード\n" + "\n".join(map(str, range(50_001)))).encode(), "50002行目"),
    "a million empty rows": (b"a,b\n" + b",\n" * 4_000_000 + b"1,2\n1,3\n", "4000003行目"),
    "only quotation marks": (b'"' * 5_000_000, "引用符"),
    "only commas": (b"," * 10_000_000, "引用符|見出し|列"),
    "NUL": (b"a,b\n1,\x00\n", "2行目"),
    "noise": (os.urandom(1_000_000), "行目|Excel"),
}
MEASURED = """
import re, sys, time
from pathlib import Path
from bridge.workbook import main
began = time.process_time()
sys.argv = ["workbook", "list", "--", "a.csv"]
try:
    main()
finally:
    used = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024
    print(time.process_time() - began, used, file=sys.stderr)
"""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_list_is_refused_in_one_sentence(name):
    content, said = HOSTILE[name]
    began = time.monotonic()
    why = list_safely(content, name="a.csv")
    assert time.monotonic() - began < 15  # of this machine, which has much else to do
    assert isinstance(why, Text)
    assert any(words in why.ja for words in said.split("|")), why.ja
    assert "\n" not in why.ja


@pytest.mark.parametrize("content", [HOSTILE["a million empty rows"][0], LARGE.encode(), many().encode("cp932")],
                         ids=["empty rows", "11 MB", "50,000 rows"])  # fmt: skip
def test_reading_takes_at_most_five_seconds_and_300_megabytes(content):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", MEASURED], input=content, capture_output=True, timeout=120,
                          check=False, env=environment)  # fmt: skip
    seconds, megabytes = map(float, done.stderr.split()[-2:])
    assert done.returncode == 0
    assert seconds < 5
    assert megabytes < 300


@pytest.fixture
def store(database, tmp_path):
    store = opened(database, tmp_path)
    yield store
    store.close()


def desk(connection, role=Role.EDITOR):
    town = Municipality(
        bot="@kairan:tsukuba", server="tsukuba", neighbours=Neighbours("tsukuba", names={}, allowed=[]),
        zone=ZoneInfo("Asia/Tokyo"), language="ja", key=Key.of("tsukuba"),
    )  # fmt: skip
    return Desk(connection=connection, town=town, who=UserId("@sato:tsukuba"), role=role, room=RoomId("!r"), at=NOW,
                source="$e", keys=Keyring())  # fmt: skip


def on(store, work, desk_of=ListDesk, **more):
    return store.do(lambda c: work(desk_of(desk(c, **more))))


def count(store):
    return store.do(lambda c: c.exec_driver_sql("SELECT count(*) FROM list_content").scalar())


def form_of(kept, **fields):
    table = kept.filed.table().model_dump()
    question = {"id": "a", "kind": "lookup", "title": "x", "options": kept.name}
    return Form.model_validate(
        {"name": "f", "title": "t", "tables": {kept.name: table}, "questions": [question], **fields}
    )


def test_two_names_share_one_content_and_the_same_rows_again_change_nothing(store):
    first = on(store, lambda d: d.keep("学校", listed(SCHOOLS)))
    again = on(store, lambda d: d.keep("学校", listed(SCHOOLS.replace("\n", "\r\n"))))
    on(store, lambda d: d.keep("通学区", listed(SCHOOLS)))
    assert (first.number, again.number, count(store)) == (1, 1, 1)
    assert [kept.name for kept in on(store, lambda d: d.all())] == ["学校", "通学区"]
    assert on(store, lambda d: d.find("学校.csv")).filed.file == "学校.csv"


def test_a_form_keeps_the_rows_it_was_given_whatever_comes_later(store):
    kept = on(store, lambda d: d.keep("学校", listed(SCHOOLS)))
    on(store, lambda d: d.save(form_of(kept)), FormShelf)
    on(store, lambda d: d.keep("学校", listed("コード,名称\n9,新小学校\n")))
    assert count(store) == 2
    shown = on(store, lambda d: d.get("f").form.question("a").show("003", "ja"), FormShelf)
    assert shown == "豊田小学校"
    RESIDENT._rolls.clear()
    assert on(store, lambda d: d.get("f").form.question("a").show("003", "ja"), FormShelf) == "豊田小学校"


def test_content_goes_when_nothing_speaks_of_it_any_more(store):
    kept = on(store, lambda d: d.keep("学校", listed(SCHOOLS)))
    on(store, lambda d: d.save(form_of(kept)), FormShelf)
    on(store, lambda d: d.delete(d.find("学校")))
    assert count(store) == 1
    on(store, lambda d: d.delete("f"), FormShelf)
    assert count(store) == 0


def test_undo_goes_back_one_version(store):
    on(store, lambda d: d.keep("学校", listed(SCHOOLS)))
    newer = on(store, lambda d: d.keep("学校", listed("コード,名称\n9,新小学校\n")))
    before = on(store, lambda d: d.undo(newer))
    assert before.filed.rows == 4
    assert on(store, lambda d: d.undo(before)) is None
    assert count(store) == 1


def test_a_form_whose_lists_are_not_here_is_not_kept(store):
    kept = on(store, lambda d: d.keep("学校", listed(SCHOOLS)))
    form = form_of(kept)
    on(store, lambda d: d.delete(d.find("学校")))
    with pytest.raises(Mistake) as lacking:
        on(store, lambda d: d.save(form), FormShelf)
    assert "学校.csv" in lacking.value.text.ja


def test_residents_see_no_lists_and_staff_change_none(store):
    with pytest.raises(NotAllowed):
        on(store, lambda d: d.all(), role=Role.RESIDENT)
    with pytest.raises(NotAllowed):
        on(store, lambda d: d.keep("学校", listed(SCHOOLS)), role=Role.STAFF)


def test_a_csv_file_that_was_given_back_is_the_same_list(store):
    kept = on(store, lambda d: d.keep("学校", listed(SCHOOLS)))
    again = list_safely(on(store, lambda d: d.csv(kept.filed.sha256)), name="学校.csv")
    assert again.filed == kept.filed


def test_a_file_is_read_outside_of_the_transaction(store):
    with pytest.raises(Unread):
        on(store, lambda d: d.read(SCHOOLS.encode(), name="学校"))


# -- a conversation about 50,000 rows


LOAD = "!form load\nname: f\ntitle: 題名\nquestions: [{id: a, kind: lookup, title: 学校, options: 学校}]"


def test_fifty_thousand_rows_are_attached_searched_and_answered(tmp_path):
    stage = Stage(tmp_path, {"hen": (Role.EDITOR, "tsukuba"), "ono": (Role.STAFF, "tsukuba")})

    def heard(said):
        began = time.process_time()
        stage.say("ono", said)
        return next(h.text for h in stage.read() if h.person == "ono"), time.process_time() - began

    stage.send("hen", "学校.csv", many().encode("cp932"), caption="!list keep 学校")
    assert "50,000件" in stage.read()[0].text
    stage.say("hen", LOAD)
    assert "読み込みました" in stage.read()[0].text
    assert len(stage.query("SELECT document FROM form")[0][0]) < 2000
    stage.say("hen", "!form publish f", room="行政DX")
    stage.tick()
    stage.read()
    heard("しょうがっこう")
    times = [heard(words)[1] for words in ("ﾀﾞｲ499", "だい499", "北中", "小学校", "どこでもない")]
    assert sorted(times)[2] < 0.5  # about 10 ms, with the whole turn and its commit
    assert "承りました" in heard("第49999小学校")[0]
    assert (
        RESIDENT.roll(json.loads(stage.query("SELECT document FROM form")[0][0])["tables"]["学校"]["sha256"]).size
        < 16e6
    )
    stage.close()


# -- the shell


FORM = "name: f\ntitle: t\nquestions: [{id: a, kind: lookup, title: 学校, options: 学校}]\n"


def test_the_shell_finds_the_csv_file_beside_the_form(tmp_path, capsys, monkeypatch):
    (tmp_path / "f.yaml").write_text(FORM, "utf-8")
    assert main(["form", "check", str(tmp_path / "f.yaml")]) == 1
    assert "学校" in capsys.readouterr().out
    (tmp_path / "学校.csv").write_text(SCHOOLS, "cp932", errors="replace")
    assert main(["form", "check", str(tmp_path / "f.yaml")]) == 0
    assert main(["form", "convert", str(tmp_path / "f.yaml"), str(tmp_path / "f.xlsx")]) == 0
    assert main(["form", "convert", str(tmp_path / "f.xlsx"), str(tmp_path / "g.yaml")]) == 0
    capsys.readouterr()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("ナカツ\n2\nはい\n".encode())))
    assert main(["talk", str(tmp_path / "g.yaml")]) == 0
    said = capsys.readouterr().out
    assert "2. 中津南小学校" in said
    assert '{"a": "002"}' in said


def test_the_shell_says_what_is_wrong_with_the_csv_file_and_when_it_has_changed(tmp_path, capsys):
    (tmp_path / "学校.csv").write_text(SCHOOLS, "utf-8")
    (tmp_path / "f.xlsx").write_bytes(
        book(survey=[["type", "name", "label"], ["select_one_from_file 学校.csv", "a", "学校"]])
    )
    assert main(["form", "convert", str(tmp_path / "f.xlsx"), str(tmp_path / "f.yaml")]) == 0
    (tmp_path / "学校.csv").write_text(SCHOOLS + "005,新小学校,しん,北\n", "utf-8")
    capsys.readouterr()
    assert main(["form", "check", str(tmp_path / "f.yaml")]) == 1
    assert "変わっています" in capsys.readouterr().out
    (tmp_path / "学校.csv").write_text(SCHOOLS + "001,新小学校,しん,北\n", "utf-8")
    assert main(["form", "check", str(tmp_path / "f.xlsx")]) == 1
    assert "6行目" in capsys.readouterr().out
