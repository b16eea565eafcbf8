"""From what people say to what is kept and said: the same on every database, deaf to forgeries, calm in a flood."""

from datetime import timedelta

import pytest

from bots.roles import Role
from bridge.runtime import FLOOD, SLOWER, SORRY
from bridge.stage import Stage
from bridge.store import rooms
from bridge.store.tables import response
from tests.town import ROOM, Town

pytestmark = pytest.mark.heavy

FORM = """name: kyushoku
title: {ja: 給食アンケート, en: Lunch}
questions:
  - {id: menu, kind: choice, title: {ja: 希望, en: Menu},
     options: [{name: rice, label: {ja: ごはん, en: rice}}, {name: bread, label: {ja: パン, en: bread}}]}
  - {id: count, kind: integer, title: {ja: 人数, en: How many}, low: 1, high: 15}
  - {id: note, kind: text, title: {ja: 連絡, en: Note}, required: false}
remind: [3h]
results: live
"""
PEOPLE = {"hen": (Role.EDITOR, "tsukuba"), "sato": (Role.STAFF, "tsukuba"), "ono": (Role.STAFF, "nakatsu")}


@pytest.fixture
def town(tmp_path):
    town = Town(tmp_path)
    town.say("hen", f"!form load\n{FORM}")
    town.say("hen", "!form publish kyushoku by 明日 17:00", room=ROOM)
    town.read()
    yield town
    town.close()


def answers(town, who="sato"):
    kept = town.store.do(lambda c: c.execute(response.select().where(response.c.user_id == town.users[who])).all())
    return kept[0].state["answers"] if kept else {}


# -- the whole story, on both databases ------------------------------------------------------------------------------


def played(folder, database):
    """Everything that is heard from the first command to the deleted form, and every row left at the end."""
    stage = Stage(folder, PEOPLE, database=database)
    heard = []

    def then(*_):
        stage.tick()
        heard.extend((h.kind, h.text, h.person, h.room, h.content) for h in stage.read())

    then(stage.say("hen", f"!form load\n{FORM}"))
    then(stage.say("hen", "!form publish kyushoku by 明日 17:00 remind 3時間前", room="行政DX"))
    first = stage.say("sato", "パン")
    for words in ("20", "2人", "戻る", "3", "なし", "一覧", "送信"):
        then(stage.say("sato", words))
    then(stage.edit("sato", first, "1"))
    stage.restart()
    then(stage.say("ono", "1"), stage.say("ono", "English"), stage.say("ono", "保存"))
    then(stage.say("hen", "!digest every 平日 at 9:00", room="行政DX"))
    for words in ("!form status kyushoku", "!form list", "!digest list", "!form results kyushoku", "!form satus"):
        then(stage.say("hen", words, room="行政DX"))
    then(stage.say("hen", "!remind me 明日 10:00 会議"), stage.say("hen", "!remind list"))
    then(stage.move(stage.now + timedelta(days=1)))
    then(stage.say("sato", "お知らせ停止"), stage.leave("ono"))
    then(stage.move(stage.now + timedelta(days=1)))
    then(stage.say("hen", "!form reopen kyushoku by 明日 17:00"), stage.say("hen", "!form export csv kyushoku"))
    then(stage.say("hen", "!form close kyushoku"), stage.say("hen", "!form export json kyushoku"))
    then(stage.say("hen", "!form delete kyushoku"), stage.say("hen", "はい"))
    left = {
        t: stage.query(f"SELECT count(*) FROM {t}")[0][0]
        for t in ("response", "asked", "live", "form", "outbox", "blob")
    }
    stage.close()
    return heard, left


@pytest.mark.heavy
def test_the_whole_story_is_the_same_on_postgresql_word_for_word(postgres, tmp_path):
    here, there = played(tmp_path, "stage.db"), played(tmp_path, postgres.fresh())
    assert len(here[0]) > 40
    assert not any("番号" in text and "申し訳" in text for _, text, *_ in here[0])
    assert there == here
    assert here[1] == {**here[1], "response": 0, "asked": 0, "live": 0, "form": 0, "blob": 0}


# -- forgeries -------------------------------------------------------------------------------------------------------


def test_an_edit_of_ones_own_answer_counts_and_one_forged_by_somebody_else_does_nothing(town):
    said = town.say("sato", "1")
    town.edit("sato", said, "2")
    assert answers(town) == {"menu": "bread"}
    before = town.dump()
    town.read()
    town.edit("ono", said, "1", room="!sato")  # as if their server had let them in there
    town.edit("ono", said, "1")
    town.edit("hen", said, "1", room=ROOM)
    assert (town.read(), answers(town)) == ([], {"menu": "bread"})
    town.strike("ono", said)
    town.strike("ono", said, room="!sato")
    assert answers(town) == {"menu": "bread"}
    assert town.dump()["response"] == before["response"]


def test_a_redacted_answer_is_withdrawn(town):
    said = town.say("sato", "1")
    town.strike("sato", said)
    assert answers(town) == {}


def test_a_reaction_of_somebody_else_to_ones_question_is_no_answer(town):
    question = next(b["event_id"] for lane, b in _asked_again(town) if lane == "!sato" and b["kind"] == "say")
    town.react("ono", question, "1️⃣")
    town.react("hen", question, "1️⃣", room="!sato")
    assert answers(town) == {}
    town.react("sato", question, "1️⃣")
    assert answers(town) == {"menu": "rice"}


def _asked_again(town):
    town.say("sato", "やきそば")
    return town.send()


def test_people_of_servers_that_are_not_permitted_and_the_bot_itself_are_not_heard(town):
    before = town.dump()
    town.users |= {"evil": "@hen:evil", "self": "@kairan:tsukuba"}
    for who in ("evil", "self"):
        town.say(who, "!form delete kyushoku yes", room=ROOM)
        town.say(who, "1", room="!sato")
    after = town.dump()
    assert {k: v for k, v in after.items() if k != "inbox"} == {k: v for k, v in before.items() if k != "inbox"}


def test_a_third_person_in_a_direct_room_ends_its_privacy_not_the_conversation(town):
    town.store.do(lambda c: rooms.set_member(c, "!sato", town.users["ono"], membership="join", name=None))
    town.say("sato", "1")
    assert answers(town) == {}


# -- a flood ---------------------------------------------------------------------------------------------------------


def flood(town, who, count, *, text="1", room=None):
    at = town.now + timedelta(seconds=1)
    raws = [
        {"type": "m.room.message", "event_id": f"${who}{town.now}{n}", "sender": town.users[who],
         "origin_server_ts": int(at.timestamp() * 1000) + n, "content": {"msgtype": "m.text", "body": text}}
        for n in range(count)
    ]  # fmt: skip
    town.deliver(raws, room or f"!{who}")


def test_a_flood_of_1000_messages_gets_one_polite_word_and_others_are_served(town):
    flood(town, "ono", 1000)
    town.say("sato", "2")
    read = town.read()
    assert [text for _, text in read].count(SLOWER.ja) == 1
    assert len([text for lane, text in read if lane == "!ono"]) <= FLOOD + 1
    assert answers(town) == {"menu": "bread"}


def test_a_flood_of_commands_in_a_room_is_one_person_s_own(town):
    flood(town, "hen", 1000, text="!form list", room=ROOM)
    town.say("sato", "!form list", room=ROOM)
    read = [text for _, text in town.read()]
    assert read.count(SLOWER.ja) == 1
    assert read[-1] != SLOWER.ja


def test_after_a_minute_the_person_is_heard_again_also_where_a_clock_ran_ahead(town):
    flood(town, "sato", 200)
    town.now += timedelta(minutes=2)
    town.say("sato", "1")
    town.read()
    town.now += timedelta(days=900)  # one message of a server whose clock is wrong
    town.say("sato", "1")
    town.now -= timedelta(days=900)
    flood(town, "sato", FLOOD + 5, text="戻る")
    town.now += timedelta(minutes=2)
    town.read()
    town.say("sato", "ヘルプ")
    assert [text for _, text in town.read()] not in ([], [SLOWER.ja])


# -- a bug of ours ---------------------------------------------------------------------------------------------------


def test_a_message_of_64_kb_costs_nothing_but_a_sentence(town):
    town.say("sato", "あ" * 64_000)
    town.say("sato", "!form " + "あ" * 64_000)
    read = town.read()
    assert len(read) == 2
    assert all(len(text) < 2000 for _, text in read)
    assert not any(SORRY.ja[:8] in text for _, text in read)


@pytest.mark.parametrize("moment", [0, -(10**14), 253402300799999, 10**30, None])
def test_a_message_of_any_moment_is_answered_or_apologised_for_and_the_next_is_heard(town, moment):
    town.hear("sato", "m.room.message", {"msgtype": "m.text", "body": "!remind list"}, origin_server_ts=moment)
    town.read()
    town.say("sato", "1")
    assert answers(town) == {"menu": "rice"}
