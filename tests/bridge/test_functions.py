"""Function accounts without Matrix: each step once whatever dies, floods and loops, who may, and what is kept."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bots.events import EventId, RoomId, UserId, Written
from bots.roles import Role
from bridge.matrix import inbound
from bridge.stage import Stage
from bridge.store import functions, rooms
from tests.counter import write
from tests.stages import empty_store

CAST = {
    "編集者": (Role.EDITOR, "tsukuba"),
    "佐藤": (Role.STAFF, "tsukuba"),
    "高橋": (Role.STAFF, "tsukuba"),
    "渡辺": (Role.STAFF, "tsukuba"),
    "住民": (Role.RESIDENT, "tsukuba"),
    "鈴木": (Role.STAFF, "nakatsu"),
    "小野": (Role.STAFF, "nakatsu"),
}
ACCOUNT = "@kairan_kodomo:tsukuba"
SECRET = "たいせつな相談"


@pytest.fixture
def stage():
    stage = Stage(Path(), CAST, store=empty_store())
    for words in (
        "create こども課 account kodomo",
        "roster こども課 平日 8:30-17:15 佐藤",
        "roster こども課 平日 8:30-17:15 高橋",
        "chief こども課 渡辺",
    ):
        stage.say("編集者", f"!function {words}")
    stage.read()
    yield stage
    stage.close()


def seen(stage):
    """[(who, text)] since the last time."""
    return [(heard.person, heard.text) for heard in stage.read()]


def told(stage):
    return [who for who, _ in seen(stage)]


class PowerCut(Exception):  # noqa: N818
    pass


def killed(stage):
    """A tick that dies just before its transaction is over, and a new start."""

    def dying(connection):
        stage._tick(connection, stage.now)
        raise PowerCut

    with pytest.raises(PowerCut):
        stage._do(dying)
    stage.restart()


def test_every_step_is_taken_once_though_kairan_is_killed_at_each(stage):
    write(stage, "鈴木", "こども課", SECRET)
    assert told(stage) == ["佐藤"]
    for expected in (["高橋"], ["渡辺", "鈴木"]):
        stage.now += timedelta(minutes=16)
        for _ in range(3):
            killed(stage)
        for _ in range(3):
            stage.tick()
            stage.restart()
        assert told(stage) == expected
    stage.move(stage.now + timedelta(hours=3))
    assert told(stage) == []


def test_minutes_that_are_left_at_the_end_of_the_day_count_on_the_next(stage):
    stage.move(stage.now.replace(hour=17, minute=10))
    write(stage, "鈴木", "こども課", SECRET)
    assert told(stage) == ["佐藤"]
    stage.move(stage.now.replace(hour=23))
    assert told(stage) == []
    stage.move((stage.now + timedelta(days=1)).replace(hour=8, minute=39))
    assert told(stage) == []
    stage.move(stage.now + timedelta(minutes=2))
    assert told(stage) == ["高橋"]


def test_what_came_out_of_hours_is_given_out_once_in_the_morning_also_after_a_night_without_power(stage):
    stage.move(stage.now.replace(hour=20))
    write(stage, "鈴木", "こども課", SECRET)
    write(stage, "小野", "こども課", "別の件です")
    write(stage, "鈴木", "こども課", "もう一つ")
    assert told(stage) == ["鈴木", "小野"]
    stage.sleep((stage.now + timedelta(days=1)).replace(hour=9))
    stage.tick()
    given = seen(stage)
    assert [who for who, _ in given] == ["佐藤", "佐藤"]
    assert SECRET in given[0][1]
    assert "もう一つ" in given[0][1]


def test_new_hours_bring_forward_what_is_held(stage):
    stage.move(stage.now.replace(hour=20))
    write(stage, "鈴木", "こども課", SECRET)
    stage.read()
    stage.say("編集者", "!function roster こども課 毎日 21:00-22:00 高橋")
    stage.read()
    stage.move(stage.now.replace(hour=21, minute=1))
    assert told(stage) == ["高橋"]


def test_a_flood_by_one_is_told_so_once_and_others_are_served(stage):
    for n in range(40):
        stage.now -= timedelta(seconds=2)
        write(stage, "鈴木", "こども課", f"{n}")
    said = told(stage)
    assert said.count("佐藤") == 20
    assert said.count("鈴木") == 1
    write(stage, "小野", "こども課", SECRET)
    assert told(stage) == ["佐藤"]
    stage.now += timedelta(minutes=2)
    write(stage, "鈴木", "こども課", "落ち着きました")
    assert "佐藤" in told(stage)


@pytest.mark.parametrize("sender", ["@kairan_zeimu:nakatsu", "@kairan:nakatsu", "@kairan_kodomo:tsukuba", "@x:evil"])
def test_accounts_of_offices_bots_and_unlisted_servers_are_not_answered(stage, sender):
    room = RoomId("!loop")
    stage._store.do(lambda c: rooms.entered(c, room, ACCOUNT))
    event = Written(
        id=EventId("$loop"), room=room, sender=UserId(sender), at=stage.now, direct=True, to=UserId(ACCOUNT), text="hi"
    )
    stage._hear(event)
    assert seen(stage) == []
    assert stage.query("SELECT count(*) FROM matter") == [(0,)]


def test_notices_and_words_in_rooms_of_more_than_two_are_not_handed_on():
    raw = {"type": "m.room.message", "event_id": "$1", "sender": "@a:b", "origin_server_ts": 1}
    notice = {**raw, "content": {"msgtype": "m.notice", "body": "自動応答です"}}
    words = {**raw, "content": {"msgtype": "m.text", "body": "お願いします"}}
    assert inbound.written(inbound.read(notice, "!r", direct=True), ACCOUNT) is None
    assert inbound.written(inbound.read(words, "!r", direct=False), ACCOUNT) is None
    assert inbound.written(inbound.read(words, "!r", direct=True), ACCOUNT).text == "お願いします"


def test_what_was_written_is_gone_from_the_database_when_the_matter_is_done(stage):
    write(stage, "鈴木", "こども課", SECRET, name="soudan.txt", content=SECRET.encode())
    stage.say("佐藤", f"!function reply 1 {SECRET}への返事")
    stage.say("佐藤", "!function done 1")
    stage.read()
    assert stage.query("SELECT count(*) FROM note") == [(0,)]
    dumped = str([stage.query(f"SELECT * FROM {table}") for table in ("matter", "note", "outbox", "blob", "inbox")])
    assert SECRET not in dumped
    assert "鈴木" not in str(stage.query("SELECT * FROM matter"))


def test_a_matter_that_rests_for_two_weeks_counts_as_done(stage):
    write(stage, "鈴木", "こども課", SECRET)
    stage.say("佐藤", "!function reply 1 承知しました")
    stage.read()
    stage.move(stage.now + timedelta(days=15))
    assert told(stage) == ["佐藤"]
    assert stage.query("SELECT state FROM matter") == [("done",)]
    write(stage, "鈴木", "こども課", "またお願いします")
    assert "こども課 2番" in seen(stage)[0][1]


@pytest.mark.parametrize("who", ["住民", "鈴木", "小野", "編集者"])
def test_who_does_not_serve_the_function_learns_and_does_nothing_in_its_matters(stage, who):
    write(stage, "小野", "こども課", SECRET)
    stage.read()
    for words in ("take 1", "reply 1 偽の返事", "pass 佐藤 1", "done 1", "list"):
        stage.say(who, f"!function {words}")
    said = seen(stage)
    assert {person for person, _ in said} == {who}
    assert not any(SECRET in text or "小野" in text for _, text in said)
    assert stage.query("SELECT state, taker FROM matter") == [("open", None)]


def test_nothing_is_sent_to_somebody_who_has_left_the_room(stage):
    write(stage, "鈴木", "こども課", SECRET)
    stage._store.do(lambda c: rooms.set_member(c, "!こども課と鈴木", "@鈴木:nakatsu", membership="leave", name=None))
    stage.read()
    stage.say("佐藤", "!function reply 1 返事です")
    ((who, text),) = seen(stage)
    assert who == "佐藤"
    assert "届けられません" in text


def test_who_is_no_longer_staff_gets_nothing_and_a_steward_takes_the_place_of_a_chief_who_went():
    stage = Stage(Path(), {**CAST, "管理者": (Role.STEWARD, "tsukuba")}, store=empty_store())
    for words in ("create こども課", "roster こども課 平日 8:30-17:15 佐藤, 高橋", "chief こども課 渡辺"):
        stage.say("編集者", f"!function {words}")
    for gone in ("佐藤", "渡辺"):
        stage._store.do(lambda c, u=f"@{gone}:tsukuba": rooms.set_member(c, "!staff", u, membership="leave", name=None))
    stage.read()
    write(stage, "鈴木", "こども課", SECRET)
    assert told(stage) == ["高橋"]
    stage.move(stage.now + timedelta(minutes=16))
    assert told(stage) == ["管理者", "鈴木"]
    stage.say("佐藤", "!function reply 1 もう職員ではありません")
    assert "この操作ができるのは" in seen(stage)[0][1]
    stage.close()


def test_what_nobody_ever_answers_does_not_stay_for_ever(stage):
    write(stage, "鈴木", "こども課", SECRET)
    stage.move(stage.now + timedelta(days=1))
    stage.read()
    write(stage, "鈴木", "こども課", "まだでしょうか")
    assert told(stage) == ["佐藤", "高橋", "渡辺"]
    stage.move(stage.now + timedelta(days=13))
    assert told(stage) == []
    stage.move(stage.now + timedelta(days=3))
    assert told(stage) == ["佐藤", "高橋", "渡辺"]
    assert stage.query("SELECT count(*) FROM note") == [(0,)]


def test_a_yes_to_somebody_outside_confirms_nothing_that_the_bot_asked(stage):
    stage.say("編集者", "!function roster こども課 毎日 終日 編集者")
    stage.say("編集者", "!function remove こども課 1")
    stage.say("編集者", "!function remove こども課 1")
    stage.read()
    write(stage, "鈴木", "こども課", "明日でよいですか")
    (heard,) = stage.read()
    stage.say("編集者", "!function off こども課")
    stage.say("編集者", "はい", replies_to=heard.event_id)
    assert ("鈴木", "はい") in seen(stage)
    stage.say("編集者", "いいえ")
    assert [who for who, _ in seen(stage)] == ["編集者"]
    assert [a.closing for a in stage._store.do(functions.accounts)] == [False]


def test_what_was_taken_back_before_anybody_had_it_is_given_to_nobody(stage):
    stage.move(stage.now.replace(hour=20))
    event_id = write(stage, "鈴木", "こども課", SECRET)
    write(stage, "鈴木", "こども課", "", target=event_id)
    assert told(stage) == ["鈴木"]
    assert SECRET not in str(stage.query("SELECT * FROM note"))
    stage.move(stage.now + timedelta(days=2))
    assert told(stage) == []


def test_nobody_changes_what_another_wrote(stage):
    stage.move(stage.now.replace(hour=20))
    event_id = write(stage, "鈴木", "こども課", SECRET)
    write(stage, "小野", "こども課", "別の件です")
    write(stage, "小野", "こども課", "にせもの", target=event_id)
    write(stage, "小野", "こども課", "", target=event_id)
    assert stage.query("SELECT text FROM note WHERE matter = 1") == [(SECRET,)]


def test_a_hand_that_is_raised_takes_the_matter_on(stage):
    write(stage, "鈴木", "こども課", SECRET)
    (heard,) = stage.read()
    stage.react("佐藤", heard.event_id, "✋")
    assert "対応中にしました" in seen(stage)[0][1]
    assert stage.query("SELECT taker FROM matter") == [("@佐藤:tsukuba",)]


def test_of_our_accounts_only_one_is_in_a_room():
    store = empty_store()
    for mine, other in ((None, ACCOUNT), (ACCOUNT, None), (ACCOUNT, "@kairan_zeimu:tsukuba")):
        room = f"!{mine}{other}"
        store.do(partial(rooms.invited, room_id=room, inviter="@a:nakatsu", speaker=mine))
        assert store.do(partial(rooms.is_free, room_id=room, speaker=mine))
        store.do(partial(rooms.entered, room_id=room, speaker=mine))
        assert not store.do(partial(rooms.is_free, room_id=room, speaker=other))
        store.do(partial(rooms.left, room_id=room))
        assert store.do(partial(rooms.is_free, room_id=room, speaker=other))


def test_one_person_calls_a_function_into_few_rooms():
    store = empty_store()
    for n in range(functions.ROOMS_OF_ONE):
        assert store.do(partial(functions.called_by, user=ACCOUNT, inviter="@a:nakatsu"))
        store.do(partial(rooms.invited, room_id=f"!{n}", inviter="@a:nakatsu", speaker=ACCOUNT))
    assert not store.do(partial(functions.called_by, user=ACCOUNT, inviter="@a:nakatsu"))
    assert store.do(partial(functions.called_by, user=ACCOUNT, inviter="@b:nakatsu"))


def test_both_databases_keep_matters_alike(database, tmp_path):
    stage = Stage(tmp_path, CAST, database=database)
    stage.say("編集者", "!function create こども課 account kodomo")
    stage.say("編集者", "!function roster こども課 平日 8:30-17:15 佐藤")
    stage.read()
    write(stage, "鈴木", "こども課", SECRET, name="soudan.txt", content=SECRET.encode())
    assert [heard.content for heard in stage.read()] == [None, SECRET.encode()]
    for n in range(25):
        write(stage, "鈴木", "こども課", f"{n}")
        stage.now -= timedelta(seconds=2)
    assert told(stage).count("鈴木") == 1
    assert stage._store.do(partial(functions.joined, user=ACCOUNT)) == ["!こども課と鈴木"]
    assert list(stage._store.do(partial(functions.unfit, user=ACCOUNT))) == []
    stage.say("佐藤", "!function reply 1 返事です")
    assert stage._store.do(partial(functions.has_words, user=ACCOUNT))
    stage.read()
    assert not stage._store.do(partial(functions.has_words, user=ACCOUNT))
    stage._store.do(lambda c: rooms.set_member(c, "!こども課と鈴木", "@x:nakatsu", membership="join", name=None))
    assert list(stage._store.do(partial(functions.unfit, user=ACCOUNT))) == ["!こども課と鈴木"]
    stage.say("佐藤", "!function done 1")
    stage.say("編集者", "!function off こども課 yes")
    assert [a.closing for a in stage._store.do(functions.accounts)] == [True]
    stage._store.do(partial(functions.closed, user=ACCOUNT))
    assert list(stage._store.do(functions.accounts)) == []
    stage.close()
