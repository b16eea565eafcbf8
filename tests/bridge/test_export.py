"""`kairan export`: what scripts get while Kairan goes on working, and that no response is lost or comes twice."""

import csv
import hashlib
import io
import json
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bots.roles import Role
from bridge.cli import main
from bridge.store import sendings
from bridge.store.publications import publications_of
from forms.tally import tally
from tests.town import ROOM, Town

pytestmark = pytest.mark.heavy

PEOPLE = {"hen": (Role.EDITOR, "tsukuba"), "ono": (Role.STAFF, "nakatsu")} | {
    f"p{n}": (Role.STAFF, "tsukuba") for n in range(4)
}
FORM = """name: kyushoku
title: 給食
results: at-close
questions:
  - {id: menu, kind: choice, title: 希望, options: [{name: rice, label: ごはん}, {name: bread, label: パン}]}
  - {id: count, kind: integer, title: 人数, when: "${menu} = 'rice'"}
  - {id: note, kind: text, required: false, title: 連絡}
"""
CONFIG = """[homeserver]
url = "http://127.0.0.1:9"
server_name = "tsukuba"
[kairan]
municipality = "つくば市"
database = "{database}"
[federation]
allow = ["nakatsu"]
names = {{nakatsu = "中津市"}}
[rooms]
staff = "#staff:tsukuba"
editors = "#editors:tsukuba"
stewards = "#stewards:tsukuba"
"""


@pytest.fixture
def town(database, tmp_path):
    (tmp_path / "kairan.toml").write_text(CONFIG.format(database=database), "utf-8")
    (tmp_path / "registration.yaml").write_text("as_token: secret\n", "utf-8")
    town = Town(tmp_path, database=database, cast=PEOPLE)
    town.say("hen", f"!form load\n{FORM}")
    town.say("hen", "!form publish kyushoku", room=ROOM)
    yield town
    town.close()


def answer(town, who, menu, count="2", note="スキップ"):
    for words in (menu, *([count] if menu == "ごはん" else []), note, "送信"):
        town.say(who, words)


@pytest.fixture
def export(tmp_path, capsysbinary):
    def run(*arguments, form="kyushoku", format_="csv"):
        capsysbinary.readouterr()
        code = main(
            ["export", form, "--format", format_, "--config", str(tmp_path / "kairan.toml"), *map(str, arguments)]
        )
        out, err = capsysbinary.readouterr()
        assert b"Traceback" not in err
        return code, out, err.decode()

    return run


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "watched"
    folder.mkdir()
    return folder


def receipts(content, encoding="utf-8-sig"):
    return [row["receipt"] for row in csv.DictReader(io.StringIO(content.decode(encoding), newline=""))]


# -- what is given -----------------------------------------------------------------------------------------------------


def test_a_script_gets_what_an_editor_gets_in_chat(town, export):
    answer(town, "p0", "ごはん", note="=1+1")
    answer(town, "ono", "パン")
    town.send()
    town.say("hen", "!form export kyushoku csv")
    attached = next(body for _, body in town.send() if body["kind"] == "file")
    code, out, err = export()
    assert (code, err) == (0, "")
    assert out.decode("utf-8-sig").splitlines()[0] == "receipt,user,municipality,sent_at,menu,count,note"
    assert "中津市" in out.decode("utf-8-sig")
    assert f"{len(receipts(out))}件" in attached["text"]


@pytest.mark.parametrize("format_", ["csv", "cp932", "xlsx", "sav", "jsonl", "json"])
def test_every_format_is_given_in_full_and_the_same_each_time(town, export, format_):
    answer(town, "p0", "ごはん", note="𠮷野家")
    first, second = export(format_=format_), export(format_=format_)
    assert first == second
    assert first[0] == 0
    assert len(first[1]) > 50
    assert ("U+20BB7" in first[2]) == (format_ == "cp932")


def test_while_somebody_s_answer_is_being_kept_an_export_waits_for_nobody(town, export):
    answer(town, "p0", "パン")
    begun, over = threading.Event(), threading.Event()

    def slow(connection):
        sendings.rooms.set_fact(connection, "sendings", "900")
        begun.set()
        over.wait(30)

    keeping = threading.Thread(target=town.store.do, args=(slow,))
    keeping.start()
    begun.wait(30)
    try:
        code, out, _ = export()
    finally:
        over.set()
        keeping.join()
    assert (code, len(receipts(out))) == (0, 1)


# -- into a folder -----------------------------------------------------------------------------------------------------


def test_a_folder_gets_the_file_and_a_manifest_that_proves_it(town, export, folder):
    answer(town, "p0", "ごはん", note="𠮷")
    assert export("--into", folder, format_="cp932")[0] == 0
    assert sorted(path.name for path in folder.iterdir()) == ["kyushoku-1.cp932.manifest.json", "kyushoku-1.csv"]
    listed = json.loads((folder / "kyushoku-1.cp932.manifest.json").read_bytes())
    content = (folder / "kyushoku-1.csv").read_bytes()
    assert listed["count"] == 1
    assert listed["files"][0]["sha256"] == hashlib.sha256(content).hexdigest()
    assert listed["files"][0]["replaced"][0]["code"] == "U+20BB7"
    assert listed["files"][0]["columns"][:5] == ["receipt", "user", "municipality", "sent_at", "menu"]
    assert "〓" in content.decode("cp932")


def test_two_exports_side_by_side_leave_one_whole_file(town, folder, tmp_path):
    for person in ("p0", "p1", "ono"):
        answer(town, person, "ごはん")
    command = [sys.executable, "-m", "bridge", "export", "kyushoku", "--format", "xlsx",
               "--config", tmp_path / "kairan.toml", "--into", folder]  # fmt: skip
    running = [subprocess.Popen(command, cwd=Path(__file__).parents[2]) for _ in range(3)]
    assert [each.wait(60) for each in running] == [0, 0, 0]
    assert sorted(path.name for path in folder.iterdir()) == ["kyushoku-1.xlsx", "kyushoku-1.xlsx.manifest.json"]
    listed = json.loads((folder / "kyushoku-1.xlsx.manifest.json").read_bytes())
    found = hashlib.sha256((folder / "kyushoku-1.xlsx").read_bytes()).hexdigest()
    assert listed["files"][0]["sha256"] == found


# -- only what is new --------------------------------------------------------------------------------------------------


def test_what_came_between_two_exports_is_in_the_second_and_only_there(town, export, folder):
    answer(town, "p0", "パン")
    export("--into", folder)
    answer(town, "p1", "パン")
    answer(town, "ono", "ごはん")
    assert export("--into", folder, "--since", folder / "kyushoku-1.csv.manifest.json")[0] == 0
    assert len(receipts((folder / "kyushoku-1-00000002-00000003.csv").read_bytes())) == 2
    after = folder / "kyushoku-1-00000002-00000003.csv.manifest.json"
    before = sorted(folder.iterdir())
    code, _, err = export("--into", folder, "--since", after)
    assert (code, "nothing new" in err, sorted(folder.iterdir())) == (0, True, before)


@pytest.mark.parametrize("seed", range(2))
def test_whatever_people_do_between_exports_each_sending_is_handed_over_once(town, export, seed):
    chance = random.Random(seed)
    following, sent, expected, got, exported = "0", {}, [], [], -1
    for turn in range(16):
        who = chance.choice(["p0", "p1", "p2", "p3", "ono"])
        deed = chance.choice(["answer", "correct", "export"])
        if deed == "answer" and who not in sent:
            answer(town, who, "パン", note=f"{turn}")
            sent[who] = turn
        elif deed == "correct" and who in sent:
            for words in ("修正 2", f"{turn}", "送信"):
                town.say(who, words)
            sent[who] = turn
        if deed == "export" or turn == 15:
            _, out, _ = export("--since", following, format_="json")
            rows = json.loads(out)["responses"]
            got.append([row["answers"]["note"] for row in rows])
            expected.append([str(turn) for turn in sorted(sent.values()) if turn > exported])
            exported = turn
            following = str(town.store.do(sendings.last))
    assert [note for each in got for note in each] == list(dict.fromkeys(note for each in got for note in each))
    assert got == expected


def test_a_correction_is_handed_over_again_as_it_is_now(town, export):
    answer(town, "p0", "ごはん")
    for words in ("修正 2", "5", "送信"):
        town.say("p0", words)
    _, out, _ = export("--since", "1", format_="json")
    assert [row["answers"]["count"] for row in json.loads(out)["responses"]] == [5]


def test_two_formats_in_one_folder_have_a_manifest_each(town, export, folder):
    answer(town, "p0", "パン")
    for format_ in ("xlsx", "cp932"):
        assert export("--into", folder, format_=format_)[0] == 0
    listed = {path.name: json.loads(path.read_bytes())["format"] for path in folder.glob("*.manifest.json")}
    assert listed == {"kyushoku-1.xlsx.manifest.json": "xlsx", "kyushoku-1.cp932.manifest.json": "cp932"}


def test_what_was_withdrawn_after_the_last_export_is_named_once(town, export, folder):
    answer(town, "p1", "パン")
    said = town.say("p0", "パン")
    town.say("p0", "スキップ")
    town.say("p0", "送信")
    _, out, _ = export(format_="json")
    gone = next(row["receipt"] for row in json.loads(out)["responses"] if row["user"] == "@p0:tsukuba")
    town.strike("p0", said)
    _, out, err = export("--into", folder, "--since", "2", format_="cp932")
    (manifest,) = folder.glob("*.manifest.json")
    listed = json.loads(manifest.read_bytes())
    assert (listed["withdrawn"], listed["count"], listed["next"]) == ([gone], 0, "3")
    assert "withdrawn: 1" in err
    assert "nothing new" in export("--into", folder, "--since", manifest, format_="cp932")[2]
    town.say("p0", "パン")
    town.say("p0", "送信")
    export("--into", folder, "--since", manifest, format_="cp932")
    listed = json.loads((folder / "kyushoku-1-00000004-00000004.cp932.manifest.json").read_bytes())
    assert (listed["withdrawn"], listed["count"]) == ([], 1)


def test_a_moment_is_read_on_the_wall_of_the_municipality(town, export):
    answer(town, "p0", "パン")
    assert len(receipts(export("--since", "2026-11-24")[1])) == 1
    assert len(receipts(export("--since", "2026-11-24T10:00")[1])) == 1
    assert receipts(export("--since", "2026-11-24T10:01")[1]) == []
    assert receipts(export("--since", "2026-11-24T10:01+09:00")[1]) == []
    assert len(receipts(export("--since", "2026-11-24T10:01Z")[1])) == 0


def test_answers_to_an_earlier_publication_are_not_forgotten(town, export, folder):
    answer(town, "p0", "パン")
    town.say("hen", "!form close kyushoku")
    town.say("hen", "!form publish kyushoku", room=ROOM)
    answer(town, "p1", "パン")
    assert len(receipts(export()[1])) == 1
    _, out, err = export("--since", "0")
    assert (len(receipts(out)), "--number 1" in err) == (1, True)
    assert export("--into", folder, "--since", "0")[0] == 0
    listed = [json.loads(path.read_bytes()) for path in sorted(folder.glob("*.manifest.json"))]
    assert [(one["publication"], one["count"], one["next"]) for one in listed] == [(1, 1, "2"), (2, 1, "2")]
    assert len(receipts(export("--number", "1")[1])) == 1


# -- what goes wrong ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--into", "/nowhere/at/all"), "フォルダがありません"),
        (("--since", "yesterday"), "manifest.json"),
        (("--since", "99999"), "まだありません"),
        (("--since", "missing.json"), "manifest"),
        (("--number", "7"), "その公開はありません"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_a_failure(town, export, arguments, said):
    code, out, err = export(*arguments)
    assert (code, out, len(err.splitlines())) == (1, b"", 1)
    assert said in err


@pytest.mark.parametrize("content", ['{"next": 1e999}', '{"next": "x"}', "[]", "{}", "", '{"next": ' + "[" * 9999])
def test_a_broken_manifest_is_one_line_and_a_failure(town, export, tmp_path, content):
    (tmp_path / "m.manifest.json").write_text(content, "utf-8")
    code, out, err = export("--since", tmp_path / "m.manifest.json")
    assert (code, out, len(err.splitlines())) == (1, b"", 1)
    assert "manifest" in err


def test_a_form_that_does_not_exist_is_named_with_the_nearest(town, export):
    code, _, err = export(form="kyushokuu")
    assert (code, len(err.splitlines())) == (1, 1)
    assert "kyushoku" in err


def test_without_a_database_there_is_one_line_and_none_is_made(tmp_path, export):
    (tmp_path / "kairan.toml").write_text(CONFIG.format(database="kairan.db"), "utf-8")
    (tmp_path / "registration.yaml").write_text("as_token: secret\n", "utf-8")
    code, _, err = export()
    assert (code, len(err.splitlines())) == (1, 1)
    assert not (tmp_path / "kairan.db").exists()


# -- totals ------------------------------------------------------------------------------------------------------------


def counted_again(town):
    """(kept up to date, counted anew) of the one publication."""

    def both(connection):
        found = publications_of(connection, "kyushoku")[0]
        kept = sendings.totals(connection, found, lambda server: server)
        rows = connection.exec_driver_sql("SELECT user_id, sent FROM response WHERE sent_at IS NOT NULL").all()
        sent = [(user.partition(":")[2], sent if isinstance(sent, dict) else json.loads(sent)) for user, sent in rows]
        return kept, tally(found.form, sent)

    return town.store.do(both)


@pytest.mark.parametrize("seed", range(2))
def test_totals_kept_sending_by_sending_are_what_counting_again_gives(town, seed):
    chance, told = random.Random(seed), []
    for _ in range(16):
        who = chance.choice(["p0", "p1", "p2", "p3", "ono"])
        if told and chance.random() < 0.2:
            town.strike(*told.pop())
        for words in chance.choice(
            [
                ("ごはん", "3", "スキップ", "送信"),
                ("パン", "x", "送信"),
                ("修正 1", "ごはん", "7", "送信"),
                ("修正 1", "パン", "送信"),
            ]
        ):
            told += [(who, town.say(who, words))]
        kept, again = counted_again(town)
        assert kept == again


def test_totals_that_are_missing_or_wrong_are_made_anew(town):
    answer(town, "p0", "ごはん")
    answer(town, "ono", "パン")
    town.store.do(lambda c: c.exec_driver_sql("DELETE FROM total"))
    kept, again = counted_again(town)
    assert kept == again
    assert kept.responses == {"tsukuba": 1, "nakatsu": 1}


def test_of_what_was_withdrawn_nothing_is_left_in_the_totals(town):
    answer(town, "p0", "ごはん", count="7301")
    town.say("p0", "修正 2")
    town.say("p0", "4")
    town.say("p0", "送信")
    assert "7301" not in str(town.dump()["total"])
