"""What transcripts do not show of the commands: several rooms, waiting questions, people who come and go."""

from pathlib import Path

import pytest

from bots.roles import Role
from bridge.stage import Stage
from tests.stages import empty_store

YESNO = "name: ok\ntitle: 確認\nresults: at-close\nquestions:\n  - {id: q, kind: yesno, title: よいですか}\n"
TEXT = "name: words\ntitle: ことば\nresults: at-close\nquestions:\n  - {id: q, kind: text, title: 一言どうぞ}\n"
CAST = {
    "佐藤": (Role.EDITOR, "tsukuba"),
    "伊藤": (Role.EDITOR, "tsukuba"),
    "山田": (Role.STAFF, "tsukuba"),
    "田中": (Role.STAFF, "nakatsu"),
}


@pytest.fixture
def stage():
    stage = Stage(Path(), CAST, store=empty_store())
    for form in (YESNO, TEXT):
        stage.say("佐藤", f"!form load\n{form}")
    stage.read()
    yield stage
    stage.close()


def heard(stage, who, text, *, room=None):
    stage.read()
    stage.say(who, text, room=room)
    return [said.text for said in stage.read()]


def test_a_yes_answers_the_question_even_while_a_file_is_awaited(stage):
    stage.say("佐藤", "!form publish ok", room="行政DX")
    stage.say("佐藤", "!form load")
    assert "承りました：はい" in heard(stage, "佐藤", "はい")[0]
    stage.send("佐藤", "x.txt", TEXT.encode())
    assert "読み込みました" in stage.read()[-1].text


def test_a_file_is_no_answer_to_may_i_delete(stage):
    stage.say("佐藤", "!form delete words")
    stage.read()
    stage.send("佐藤", "memo.txt", b"anything")
    assert stage.read() == []
    assert heard(stage, "佐藤", "はい") == ["フォーム「words」を削除しました。"]


def test_a_yes_counts_for_ten_minutes_and_only_from_who_was_asked(stage):
    stage.say("佐藤", "!form delete words", room="行政DX")
    assert heard(stage, "伊藤", "はい", room="行政DX") == []
    stage.move(stage.now.replace(minute=30))
    assert heard(stage, "佐藤", "はい", room="行政DX") == []
    assert "一言" in heard(stage, "佐藤", "!form show words")[0]


def test_the_words_of_a_room_s_reminder_are_shown_in_that_room_only(stage):
    stage.say("佐藤", "!remind room 明日 9:00 ないしょの打合せ", room="editors")
    assert "ないしょ" in heard(stage, "佐藤", "!remind list", room="editors")[0]
    assert "ないしょ" not in heard(stage, "佐藤", "!remind list", room="行政DX")[0]


def test_a_form_published_to_the_staff_room_reaches_nobody_else(stage):
    heard_by = {said.person for said in published(stage, "ok", "staff")}
    assert heard_by == {"佐藤", "伊藤", "山田", None}
    assert "はありません" in heard(stage, "田中", "!form fill ok")[0]


def published(stage, name, room):
    stage.read()
    stage.say("佐藤", f"!form publish {name}", room=room)
    return stage.read()


def test_an_editor_who_is_not_in_a_room_cannot_publish_to_it(stage):
    assert "見つかりません" in heard(stage, "伊藤", "!form publish ok to stewards")[0]


def test_who_was_not_asked_cannot_answer(stage):
    published(stage, "ok", "editors")
    assert "配られていません" in heard(stage, "山田", "!form fill ok")[0]
    assert "配られていません" in heard(stage, "山田", "!form status ok")[0]
    assert stage.query("SELECT count(*) FROM response WHERE user_id LIKE '@山田%'") == [(0,)]


def test_after_stopping_one_form_the_next_begins(stage):
    published(stage, "ok", "行政DX")
    published(stage, "words", "行政DX")
    heard(stage, "山田", "中止")
    stopped, following = heard(stage, "山田", "はい")
    assert "中止しました" in stopped
    assert "一言どうぞ" in following


def test_words_to_a_form_that_has_closed_begin_the_next(stage):
    published(stage, "ok", "行政DX")
    published(stage, "words", "行政DX")
    stage.say("佐藤", "!form close ok", room="行政DX")
    closed, following = heard(stage, "山田", "はい")
    assert "受付は終了しました" in closed
    assert "一言どうぞ" in following


def test_reminders_go_once_to_those_who_have_not_answered(stage):
    stage.say("佐藤", "!form publish ok by 明日 17:00 remind 1時間前、1時間前", room="行政DX")
    stage.say("山田", "はい")
    stage.say("山田", "送信")
    stage.read()
    stage.move(stage.now.replace(day=25, hour=16, minute=30))
    assert sorted(said.person for said in stage.read()) == ["伊藤", "佐藤", "田中"]


def test_nothing_is_said_twice_after_a_restart(stage):
    stage.say("佐藤", "!form publish ok by 明日 17:00", room="行政DX")
    stage.read()
    stage.sleep(stage.now.replace(day=26))
    assert any("最終結果" in said.text for said in stage.read())
    stage.restart()
    stage.tick()
    assert stage.read() == []
