"""Two towns and an inquiry: nothing but totals travels."""

import json
import logging

import pytest

from tests.bridge.inquiring import (
    PEOPLE,
    SAID,
    answer,
    body_of,
    country,
    deliver,
    everything,
    holds,
    release,
    say,
    send,
    texts,
    told,
)

pytestmark = pytest.mark.heavy


@pytest.fixture
def land():
    with country() as made:
        yield made


# -- nothing but totals ------------------------------------------------------------------------------------------------


def test_the_asker_s_whole_database_rooms_and_logs_hold_no_single_answer(land, caplog):
    caplog.set_level(logging.DEBUG)
    send(land)
    seen = []
    say(land, "中津管理", "!inquiry accept 1")
    answer(land)
    release(land)
    seen += say(land, "佐藤", "!inquiry results 1")
    seen += say(land, "佐藤", "!inquiry export 1")
    seen += say(land, "佐藤", "!inquiry close 1")
    planted = [*SAID, *(str(777001 + n) for n in range(len(PEOPLE))), *PEOPLE]
    held = everything(land.stages["tsukuba"], but=("member", "direct", "person", "room"))
    at_asker = "\n".join(
        heard.text + (heard.content or b"").decode("utf-8", "replace") for t, heard in seen if t == "tsukuba"
    )
    assert holds(held, "いいえ")  # the form is there, so the search looks where answers would be
    for secret in planted:
        assert not holds(held, secret)
        assert not holds(at_asker, secret)
        assert not holds(caplog.text, secret)
    assert all(holds(everything(land.stages["nakatsu"]), secret) for secret in SAID)  # and they were given


def test_what_was_shown_is_what_leaves_though_somebody_corrects_meanwhile(land):
    send(land)
    answer(land)
    shown = texts(say(land, "中津管理", "!inquiry release 1"))
    assert "はい：7" in shown
    say(land, "中津管理", "!form reopen 照会1-kyushoku by 11月30日")
    for words in ("修正 1", "いいえ", "送信"):
        say(land, "職員1", words)
    say(land, "中津管理", "!inquiry release 1 yes")
    released = json.loads(next(row for row in told(land) if row[0] == "nakatsu")[4])
    assert released["parts"]["free"]["cells"]["はい"] == 7


def test_a_correction_by_one_person_tells_nothing_of_what_they_changed_and_says_so_before(land):
    send(land)
    answer(land)
    release(land)
    say(land, "中津管理", "!form reopen 照会1-kyushoku by 11月30日")
    for words in ("修正 1", "いいえ", "送信"):
        say(land, "職員1", words)
    say(land, "中津管理", "!form close 照会1-kyushoku")
    shown = release(land, "correct")
    assert "1. 無償ですか：伏せます" in shown
    assert "違いが5人未満" in shown
    released = json.loads(next(row for row in told(land) if row[0] == "nakatsu")[4])
    assert released["version"] == 2
    assert released["parts"]["free"] == {}
    assert released["parts"]["cost"]["cells"] == {"given": 12, "": 0}


def test_who_asks_the_same_twice_learns_no_more_than_once(land):
    send(land)
    answer(land)
    release(land)
    send(land)
    say(land, "中津管理", "!inquiry accept 2")
    say(land, "中津管理", "!inquiry ask 2 to staff")
    for n, name in enumerate(PEOPLE):
        for words in ("はい" if n < 6 else "いいえ", "スキップ", "スキップ", "送信"):
            say(land, name, words)
    say(land, "中津管理", "!form close 照会2-kyushoku")
    assert "1. 無償ですか：伏せます" in texts(say(land, "中津管理", "!inquiry release 2"))


def test_where_the_form_was_deleted_at_home_it_can_be_asked_anew(land):
    send(land)
    answer(land)
    say(land, "中津管理", "!form delete 照会1-kyushoku yes")
    assert "まだ庁内で聞いていません" in texts(say(land, "中津管理", "!inquiry release 1"))
    assert "まだ聞いていません" in texts(say(land, "中津管理", "!inquiry status 1"))
    assert "配りました" in texts(say(land, "中津管理", "!inquiry ask 1 to staff"))


def test_of_an_anonymous_form_nothing_leaves_before_it_is_closed():
    with country("anonymous") as land:
        send(land)
        answer(land)
        assert "これ以外は何も送りません" in release(land)
        assert next(row for row in told(land) if row[0] == "nakatsu")[4] is not None


def test_people_of_other_municipalities_are_not_asked_though_they_are_in_the_room(land):
    send(land)
    say(land, "中津管理", "!inquiry accept 1")
    said = texts(say(land, "中津管理", "!inquiry ask 1 to 行政DX"))
    assert f"{len(PEOPLE) + 1}人に配りました" in said
    asked = land.stages["nakatsu"].query("SELECT user_id FROM asked")
    assert {user.partition(":")[2] for (user,) in asked} == {"nakatsu"}


def test_a_group_s_name_means_the_members_whose_people_sit_in_it(land):
    said = texts(say(land, "佐藤", "!group create 給食部会 with @中津管理:nakatsu rooms 相談"))
    assert "作っています" in said
    say(land, "佐藤", "!group show 給食部会")
    send(land, to="給食部会")
    assert [row[0] for row in told(land)] == ["nakatsu"]
    say(land, "多摩管理", "!group join 給食部会")
    send(land, to="「給食部会」")
    assert [row[0] for row in told(land)] == ["nakatsu", "nakatsu", "tama"]


def test_a_group_that_we_are_not_in_is_to_be_joined_first(land):
    say(land, "中津管理", "!group create 給食部会 with @多摩管理:tama rooms 相談")
    said = texts(say(land, "佐藤", "!inquiry send kyushoku to 給食部会 by 12月1日 17:00"))
    assert "先に「!group join 給食部会」" in said
    say(land, "佐藤", "!group join 給食部会")
    send(land, to="給食部会")
    assert [row[0] for row in told(land)] == ["nakatsu", "tama"]


def test_results_are_split_by_how_many_people_the_members_have_as_their_list_says(land):
    send(land)
    answer(land)
    release(land)
    deliver(land, "inquiry-release", body_of(land), sender="tama")
    assert "人未満" not in texts(say(land, "佐藤", "!inquiry results 1 by 規模"))
    for member, people in (("nakatsu", 83_000), ("tama", 7_000)):
        land.stages["tsukuba"]._do(
            lambda c, m=member, n=people: c.exec_driver_sql(
                f"UPDATE municipality SET population = {n} WHERE server = '{m}'"
            )
        )
    split = texts(say(land, "佐藤", "!inquiry results 1 by 規模"))
    assert "5万〜20万人未満" in split
    assert "1万人未満" in split
    assert "人口83,000人" in texts(say(land, "佐藤", "!federation members"))
