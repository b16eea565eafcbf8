"""`kairan` in the shell: lines in, lines out, an exit code that means what it says, and never a traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bridge.cli import main
from bridge.config import read_config

pytestmark = pytest.mark.heavy

KAIRAN = [sys.executable, "-m", "bridge"]
EXAMPLE = Path(__file__).parents[3] / "shared" / "form-example.yaml"
FORM = """name: kyushoku
title: 給食
questions:
  - {id: menu, kind: choice, title: 希望, options: [{name: rice, label: ごはん}, {name: bread, label: パン}]}
  - {id: count, kind: integer, title: 人数, low: 1, high: 15}
"""
INIT = [
    "init",
    "--municipality",
    "つくば市",
    "--server-name",
    "tsukuba.example.jp",
    "--steward",
    "@admin:tsukuba.example.jp",
]


def kairan(*arguments, said="", stdin=None, cwd=None, **settings):
    """The finished process; whatever happens, no traceback."""
    raw = said if isinstance(said, bytes) else said.encode()
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "LC_ALL": "C.UTF-8"} | settings
    given = {"stdin": stdin} if stdin is not None else {"input": raw}
    done = subprocess.run([*KAIRAN, *map(str, arguments)], capture_output=True, timeout=60, cwd=cwd, env=environment,
                          check=False, **given)  # fmt: skip
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done


def outputs(done):
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


@pytest.fixture
def form(tmp_path):
    path = tmp_path / "form.yaml"
    path.write_text(FORM, "utf-8")
    return path


# -- kairan talk -----------------------------------------------------------------------------------------------------


def test_talking_line_by_line_ends_in_what_was_saved(form):
    done = kairan("talk", form, "--json", said="パン\n99\n3\n送信\n")
    found = outputs(done)
    assert done.returncode == 0
    assert {key for output in found for key in output} == {"say", "saved", "refused"}
    assert all(len(output) == 1 for output in found)
    assert [output["saved"] for output in found if "saved" in output] == [{"menu": "bread", "count": 3}]


@pytest.mark.parametrize("encoding", ["ascii", "cp932", "latin-1"])
def test_a_console_of_another_encoding_shows_what_it_can_and_ends_nothing(form, encoding):
    done = kairan("talk", form, said=b"1\n3\n\n", PYTHONIOENCODING=encoding)
    assert done.returncode == 0
    assert (b"\\u7d66" in done.stdout) == (encoding != "cp932")
    form.write_text("name: kyushoku\ntitle: 給食𠮷\nquestions: [{id: a, kind: いろ, title: 色}]\n", "utf-8")
    done = kairan("form", "check", form, PYTHONIOENCODING=encoding)
    assert (done.returncode, len(done.stdout.splitlines()) > 0) == (1, True)


def test_the_example_of_the_design_can_be_filled_in():
    if not EXAMPLE.exists():
        pytest.skip(f"{EXAMPLE.name} is not beside this repository")
    done = kairan("talk", EXAMPLE, "--json", said="転入\n2\n令和8年4月1日\n1\nはい\nスキップ\n送信\n")
    (saved,) = [output["saved"] for output in outputs(done) if "saved" in output]
    assert {k: saved[k] for k in ("reason", "children", "moved", "needs", "agree")} == {
        "reason": "move", "children": 2, "moved": "2026-04-01", "needs": ["seat"], "agree": "yes"}  # fmt: skip


def test_words_that_are_no_utf_8_and_lines_of_any_length_are_refused_kindly(form):
    done = kairan(
        "talk", form, "--json", said=b"\xff\xfe\xfa\n\x00\n" + b"a" * 200_000 + b"\n!form list\n\r\n" + "パン".encode()
    )
    found = outputs(done)
    assert done.returncode == 0
    assert sum("refused" in output for output in found) >= 3
    assert "人数" in str(found[-1])


def test_a_closed_standard_input_ends_the_talk(form):
    assert kairan("talk", form, "--json").returncode == 0
    shell = f"exec {sys.executable} -m bridge talk {form} --json <&-"
    done = subprocess.run(["sh", "-c", shell], capture_output=True, timeout=60, check=False,
                          env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])})  # fmt: skip
    assert b"Traceback" not in done.stderr
    assert done.returncode == 0
    assert "say" in outputs(done)[0]


def test_a_reader_that_goes_away_is_no_failure(form):
    shell = f"yes 99 | head -2000 | {sys.executable} -m bridge talk {form} --json | head -1"
    done = subprocess.run(["sh", "-c", shell], capture_output=True, timeout=60, check=False,
                          env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])})  # fmt: skip
    assert b"Traceback" not in done.stderr
    assert b"BrokenPipe" not in done.stderr
    assert "say" in outputs(done)[0]


def test_talking_in_plain_text_and_english(form):
    done = kairan("talk", form, "--lang", "en", said="2\n3\nsend\n")
    assert done.stdout.decode().startswith("bot> ")
    assert '* {"menu": "bread", "count": 3}' in done.stdout.decode()


# -- kairan form check -----------------------------------------------------------------------------------------------


def checked(path, capsys):
    code = main(["form", "check", str(path)])
    told = capsys.readouterr()
    assert "Traceback" not in told.err
    return code, told.out + told.err


def test_a_good_form_is_said_to_be_good(form, capsys):
    code, said = checked(form, capsys)
    assert code == 0
    assert "2 questions" in said


BOMBS = {
    "laughs": "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b]\n",
    "deep": "[" * 100_000,
    "deep json": '{"a":' * 50_000,
    "twice": FORM + "name: other\n",
    "large": "name: x\ntitle: " + "あ" * 2_000_000,
    "binary": "\0\1\2",
    "python": "!!python/object/apply:os.system ['true']",
    "empty": "",
    "number": "9" * 10_000,
    "many": "name: x\ntitle: x\nquestions:\n" + "  - {id: q, kind: text, title: t}\n" * 10_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_one_line_for_each_mistake(name, tmp_path, capsys):
    path = tmp_path / "bad.yaml"
    path.write_text(BOMBS[name], "utf-8")
    code, said = checked(path, capsys)
    assert code == 1
    assert 0 < len(said.splitlines()) <= 200
    assert all(line.startswith(str(path)) for line in said.splitlines())
    assert max(map(len, said.splitlines())) < 1000


@pytest.mark.parametrize("name", ["missing.yaml", "."])
def test_a_file_that_cannot_be_read_is_one_line(name, tmp_path, capsys):
    code, said = checked(tmp_path / name, capsys)
    assert (code, len(said.splitlines())) == (1, 1)


def test_talking_about_a_bad_form_says_what_is_wrong_and_fails(tmp_path, capsys):
    path = tmp_path / "bad.yaml"
    path.write_text(FORM.replace("kind: integer", "kind: intger"), "utf-8")
    assert main(["talk", str(path), "--json"]) == 1
    assert "integer" in capsys.readouterr().out


# -- kairan init and check -------------------------------------------------------------------------------------------


def test_init_writes_what_a_homeserver_needs_and_overwrites_nothing(tmp_path, capsys):
    more = [
        "--folder",
        str(tmp_path),
        "--allow",
        "nakatsu.example.jp=中津市",
        "--database",
        "postgresql://kairan@/town",
    ]
    assert main([*INIT, *more]) == 0
    assert "app_service_config_files" in capsys.readouterr().out
    config = read_config(tmp_path / "kairan.toml")
    assert config.bot == "@kairan:tsukuba.example.jp"
    assert config.permitted == {"tsukuba.example.jp", "nakatsu.example.jp"}
    assert config.municipality("nakatsu.example.jp") == "中津市"
    assert config.people.stewards == ("@admin:tsukuba.example.jp",)
    assert (config.federation.allow_file, config.federation.code) == ("allow.txt", "082201")
    registration = yaml.safe_load((tmp_path / "registration.yaml").read_text("utf-8"))
    assert registration["url"] is None
    assert registration["as_token"] == config.as_token != registration["hs_token"]
    before = [(tmp_path / name).read_bytes() for name in ("kairan.toml", "registration.yaml")]
    assert all((tmp_path / name).stat().st_mode & 0o077 == 0 for name in ("kairan.toml", "registration.yaml"))
    assert main([*INIT, *more]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert [(tmp_path / name).read_bytes() for name in ("kairan.toml", "registration.yaml")] == before


@pytest.mark.parametrize(
    "name", ['つくば"市', "つくば\\市", "つくば\n市", "[kairan]", "{{ as_token }}", "'''", "市" * 61], ids=repr
)
def test_a_name_of_any_letters_is_kept_or_refused_and_never_breaks_the_file(name, tmp_path, capsys):
    arguments = [name if word == "つくば市" else word for word in INIT]
    code = main([*arguments, "--folder", str(tmp_path)])
    if code == 0:
        assert read_config(tmp_path / "kairan.toml").kairan.municipality == name
    else:
        assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("--server-name", "https://x"),
        ("--server-name", "a b"),
        ("--steward", "admin"),
        ("--steward", "@a:other.example"),
    ],
)
def test_init_refuses_what_cannot_be_in_one_line_and_writes_nothing(flag, value, tmp_path, capsys):
    arguments = list(INIT)
    arguments[arguments.index(flag) + 1] = value
    assert main([*arguments, "--folder", str(tmp_path)]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_init_without_anybody_to_ask_says_what_is_missing(tmp_path):
    done = kairan("init", "--folder", tmp_path)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert b"--server-name" in done.stderr


def test_check_with_nothing_running_says_so_and_fails(tmp_path, capsys):
    assert main([*INIT, "--folder", str(tmp_path), "--url", "http://127.0.0.1:9"]) == 0
    capsys.readouterr()
    assert main(["check", "--config", str(tmp_path / "kairan.toml")]) == 1
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert lines[0].startswith("✓")
    assert any(line.startswith("✗") and "http://127.0.0.1:9" in line for line in lines)
    assert not told.err


@pytest.mark.parametrize("command", ["check", "run"])
@pytest.mark.parametrize("name", ["kairan.toml", "missing.toml"])
def test_a_wrong_configuration_is_one_line(command, name, tmp_path, capsys):
    (tmp_path / "kairan.toml").write_text("[kairan]\nmunicipality = 5\n", "utf-8")
    assert main([command, "--config", str(tmp_path / name)]) == 1
    told = capsys.readouterr().err
    assert told.startswith("kairan: ")
    assert len(told.splitlines()) == 1


def test_a_misused_command_is_told_apart_from_one_that_failed():
    assert kairan("publish").returncode == 2
