"""`kairan federation …` at the shell, beside no Kairan that runs: every command in words and for programs."""

import json
import re
from dataclasses import replace

import pytest

from bridge.alliance.roll import complete, read
from bridge.cli import main
from bridge.config import read_config
from bridge.federation.allow_list import listed
from bridge.homeserver import Settings, kairan_toml, registration
from bridge.store import rooms
from bridge.store.engine import Store, database_url

pytestmark = pytest.mark.heavy


@pytest.fixture
def folder(tmp_path):
    settings = Settings(server_name="tsukuba.example.jp", municipality="つくば市", as_token="a", hs_token="h")
    text = kairan_toml(replace(settings, homeserver_url="http://127.0.0.1:9"))
    more = 'allow = ["old.example.jp"]\nallow_file = "alliance.txt"\ncode = "082201"\nenglish = "Tsukuba"'
    (tmp_path / "kairan.toml").write_text(re.sub(r"^allow = .*$", more, text, flags=re.MULTILINE), "utf-8")
    (tmp_path / "registration.yaml").write_text(registration(settings), "utf-8")
    return tmp_path


@pytest.fixture
def kairan(folder, capsys):
    def run(*words, json_=True, exits=0):
        code = main(["federation", *words, "--config", str(folder / "kairan.toml"), *(["--json"] if json_ else [])])
        out, err = capsys.readouterr()
        assert code == exits, (out, err)
        return (json.loads(out) if json_ else out) if out else err

    return run


def test_an_alliance_is_founded_once_and_shown(kairan, folder):
    assert kairan("found", "--dry-run")["version"] == 1
    kairan("status", exits=1)
    made = kairan("found")
    assert re.fullmatch(r"(\d{4} ){4}\d{4}", made["fingerprint"])
    status = kairan("status")
    assert (status["standing"], status["version"], status["quorum"]) == ("none", 1, 1)
    assert [(one["name"], one["code"]) for one in status["members"]] == [("つくば市", "082201")]
    said = kairan("status", json_=False)
    assert "つくば市" in said
    assert "連合は正常です" in said
    assert "もう連合" in kairan("found", exits=1)
    assert "もう連合" in kairan("request", "--to", "nakatsu.example.jp", exits=1)
    roll = read(kairan("export", json_=False))
    assert complete(roll.document, roll)
    assert read(kairan("export", "--version", "1", json_=False)) == roll
    kairan("export", "--version", "9", exits=1)


def test_the_plan_says_what_would_change_and_apply_does_it(kairan, folder):
    kairan("found")
    steps = kairan("plan")["steps"]
    assert [step["servers"] for step in steps] == [["old.example.jp", "tsukuba.example.jp"]]
    assert "許可リスト" in kairan("plan", json_=False)
    assert kairan("apply", "--dry-run")["steps"] == steps
    assert listed(folder / "alliance.txt") is None
    assert kairan("apply")["steps"] == steps
    assert listed(folder / "alliance.txt") == {"old.example.jp", "tsukuba.example.jp"}
    assert kairan("plan")["steps"] == []
    assert "変更はありません" in kairan("plan", json_=False)


def test_a_request_is_kept_for_the_kairan_that_runs(kairan):
    assert "電話" in kairan("request", "--to", "nakatsu.example.jp", "--dry-run", json_=False)
    asked = kairan("request", "--to", "nakatsu.example.jp")
    status = kairan("status", exits=1)
    assert status["asked"] == {"to": "nakatsu.example.jp", "sent": False, "answer": None}
    assert status["standing"] == "alone"
    assert asked["to"] == "nakatsu.example.jp"
    said = kairan("status", "--dry-run", json_=False, exits=1)
    assert "まだ届いていません" in said
    assert asked["fingerprint"] in said
    assert "自分のサーバー" in kairan("request", "--to", "tsukuba.example.jp", exits=1)


def test_keys_are_exchanged_by_a_member_alone(kairan, folder):
    kairan("request", "--to", "nakatsu.example.jp")
    assert "連合に入っていません" in kairan("rotate", exits=1)
    assert not (folder / "federation.key.next").exists()
    kairan("found")
    assert kairan("rotate")["fingerprint"]
    assert (folder / "federation.key.next").stat().st_mode & 0o777 == 0o600


def test_a_wrong_code_is_one_clear_line(kairan, folder):
    text = (folder / "kairan.toml").read_text("utf-8").replace("082201", "082202")
    (folder / "kairan.toml").write_text(text, "utf-8")
    assert "code" in kairan("status", exits=1)


def test_where_no_homeserver_answers_rooms_are_not_looked_at_and_the_list_is_written_all_the_same(kairan, folder):
    kairan("found")
    config = read_config(folder / "kairan.toml")
    store = Store(database_url(config.kairan.database, folder))
    store.do(lambda c: rooms.entered(c, "!連絡"))
    store.do(lambda c: rooms.set_member(c, "!連絡", config.bot, membership="join", name=None))
    store.close()
    assert kairan("plan")["rooms"] is False
    assert "部屋は見ていません" in kairan("plan", json_=False)
    kairan("apply")
    assert listed(folder / "alliance.txt") == {"old.example.jp", "tsukuba.example.jp"}
