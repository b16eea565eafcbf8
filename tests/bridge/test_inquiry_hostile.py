"""Liars, doubles, disorder, departures and odd clocks: what becomes of an inquiry then."""

import json
from datetime import timedelta

import pytest

from bots import notices
from bots.inquiry_bot import MOST_A_DAY
from bridge.alliance.parcel import parts_of, sealed
from bridge.alliance.signing import Key
from forms.form import Form
from forms.inquiry import document_of
from forms.inquiry_outcomes import MOST_OPEN
from tests.bridge.inquiring import (
    answer,
    body_of,
    country,
    deliver,
    everything,
    release,
    say,
    send,
    texts,
    told,
)
from tests.country import Post, listed

pytestmark = pytest.mark.heavy


@pytest.fixture
def land():
    with country() as made:
        yield made


# -- a lying member ----------------------------------------------------------------------------------------------------

LIES = {
    "beyond the number asked": {"asked": 5, "answered": 20},
    "more than the people": {"parts": {"free": {"base": 20, "cells": {"はい": 21}}, "cost": {}, "why": {}}},
    "no numbers": {"parts": {"free": {"base": 20, "cells": {"はい": "多数"}}, "cost": {}, "why": {}}},
    "an answer in words": {"parts": {"free": {}, "cost": {}, "why": {"base": 20, "cells": {"zzsecretzz": 5}}}},
    "another form": {"form": "0" * 64},
    "no parts": {"parts": []},
    "a huge number": {"asked": 10**12},
    "negative": {"answered": -3},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_member_that_lies_is_refused_once_aloud_and_nothing_of_it_is_kept(land, lie):
    send(land)
    _, said = deliver(land, "inquiry-release", body_of(land, **LIES[lie]))
    assert "中津市" in said
    assert next(row for row in told(land) if row[0] == "nakatsu")[4] is None
    _, again = deliver(land, "inquiry-release", body_of(land, **LIES[lie]), cause="again")
    assert "受け取っていません" not in again
    assert "zzsecretzz" not in everything(land.stages["tsukuba"])
    _, good = deliver(land, "inquiry-release", body_of(land))
    assert "回答済み 1" in good


def test_a_release_by_a_member_that_was_not_asked_or_for_no_inquiry_changes_nothing(land):
    send(land, to="多摩市")
    deliver(land, "inquiry-release", body_of(land))
    deliver(land, "inquiry-release", body_of(land, id="unknown"))
    assert [row[0] for row in told(land)] == ["tama"]
    assert land.stages["tsukuba"].query("SELECT count(*) FROM inquiry_release") == [(0,)]


def test_nobody_can_release_for_another(land):
    send(land)
    signed, _ = deliver(land, "inquiry-release", body_of(land))
    for part in parts_of(signed.raw.replace("nakatsu", "tama"), "forged"):
        land.stages["tsukuba"].receive("@kairan:tama", part)
    land.tick()
    assert next(row for row in told(land) if row[0] == "tama")[4] is None


def test_the_same_version_with_other_figures_is_refused_and_the_first_stays(land):
    send(land)
    deliver(land, "inquiry-release", body_of(land))
    _, said = deliver(land, "inquiry-release", body_of(land, asked=31))
    assert "同じ版" in said
    assert json.loads(next(row for row in told(land) if row[0] == "nakatsu")[4])["asked"] == 30


@pytest.mark.parametrize("shape", [None, 3, [], "x", {"id": 3}, {"id": "x" * 99}, {"id": ""}])
@pytest.mark.parametrize(
    "kind", ["inquiry", "inquiry-state", "inquiry-release", "inquiry-closed", "inquiry-plea", "inquiry-x"]
)
def test_whatever_else_is_sent_does_nothing(land, kind, shape):
    send(land)
    before = told(land)
    body = shape if isinstance(shape, dict) else {"id": shape}
    _, said = deliver(land, kind, body)
    assert told(land) == before
    assert "担当者に番号" not in said


# -- replayed, doubled, out of order -----------------------------------------------------------------------------------


def test_a_replayed_release_does_not_bring_back_old_figures(land):
    send(land)
    first, _ = deliver(land, "inquiry-release", body_of(land))
    deliver(land, "inquiry-release", body_of(land, version=2, asked=40))
    for part in parts_of(first.raw, "later"):
        land.stages["tsukuba"].receive("@kairan:nakatsu", part)
    assert json.loads(next(row for row in told(land) if row[0] == "nakatsu")[4])["asked"] == 40


def test_versions_out_of_order_end_at_the_newest_and_all_are_filed(land):
    send(land)
    for version in (3, 1, 2):
        deliver(land, "inquiry-release", body_of(land, version=version, asked=30 + version))
    assert json.loads(next(row for row in told(land) if row[0] == "nakatsu")[4])["version"] == 3
    assert land.stages["tsukuba"].query("SELECT version FROM inquiry_release ORDER BY 1") == [(1,), (2,), (3,)]


def test_an_older_word_on_how_far_it_is_does_not_count(land):
    id_, _ = send(land)
    deliver(land, "inquiry-state", {"id": id_, "n": 5, "state": "declined", "reason": "多忙", "asked": None})
    deliver(land, "inquiry-state", {"id": id_, "n": 4, "state": "asking", "reason": "", "asked": 12})
    assert next(row for row in told(land) if row[0] == "nakatsu")[1:3] == ("declined", 5)


@pytest.mark.parametrize("post", [Post(twice=True), Post(reversed_=True), Post(twice=True, reversed_=True)])
def test_the_post_may_double_and_turn_round_what_it_likes(post):
    with country(post=post) as land:
        send(land)
        answer(land)
        release(land)
        assert next(row for row in told(land) if row[0] == "nakatsu")[1] in ("asking", "released")
        assert json.loads(next(row for row in told(land) if row[0] == "nakatsu")[4])["version"] == 1
        assert land.stages["nakatsu"].query("SELECT count(*) FROM inquiry") == [(1,)]


# -- a lying asker -----------------------------------------------------------------------------------------------------


def inquired(land, **change):
    document = document_of(
        Form.model_validate({"name": "x", "title": "調べ", "questions": [{"id": "a", "kind": "yesno", "title": "a"}]})
    )
    by = int((land.now + timedelta(days=5)).timestamp() * 1000)
    body = {"id": "i1", "form": document, "needs": 1, "kind": "totals", "by": by, **change}
    return deliver(land, "inquiry", body, sender="tsukuba", to="nakatsu")[1]


def test_the_same_inquiry_with_another_form_is_refused_and_the_stewards_are_told(land):
    assert "照会が届きました" in inquired(land)
    other = document_of(
        Form.model_validate({"name": "x", "title": "名前", "questions": [{"id": "n", "kind": "text", "title": "氏名"}]})
    )
    assert "違う内容" in inquired(land, form=other)
    assert "調べ" in land.stages["nakatsu"].query("SELECT document FROM inquiry")[0][0]
    assert land.stages["nakatsu"].query("SELECT count(*) FROM inquiry") == [(1,)]


@pytest.mark.parametrize(
    ("change", "words", "state"),
    [
        ({"needs": 99}, "実行できない", "unable"),
        (
            {"form": '{"name":"x","title":"x","questions":[{"id":"a","kind":"hologram","title":"a"}]}'},
            "実行できない",
            "unable",
        ),
        ({"kind": "everything"}, "実行できない", "unable"),
        ({"by": 10**15}, "締切のおかしい", "declined"),
        ({"by": "明日"}, "締切のおかしい", "declined"),
    ],
)
def test_an_inquiry_that_cannot_be_run_is_not_taken_and_the_asker_hears_so(land, change, words, state):
    id_, _ = send(land, to="多摩市")
    assert words in inquired(land, **change, id=id_)
    assert land.stages["nakatsu"].query("SELECT count(*) FROM inquiry WHERE asker = 'tsukuba'") == [(0,)]


def test_the_asker_s_table_says_that_a_member_cannot_run_the_form(land):
    id_, _ = send(land)
    deliver(
        land,
        "inquiry-state",
        {"id": id_, "n": 1, "state": "unable", "reason": "cannot-run", "asked": None},
        sender="tama",
    )
    deliver(land, "inquiry-state", {"id": id_, "n": 2, "state": "unable", "reason": "", "asked": None}, sender="tama")
    assert "多摩市: 実行できません" in texts(say(land, "佐藤", "!inquiry status 1"))


def test_another_member_can_neither_close_nor_change_an_inquiry_of_somebody_else(land):
    inquired(land)
    deliver(land, "inquiry-closed", {"id": "i1"}, sender="tama", to="nakatsu")
    assert land.stages["nakatsu"].query("SELECT closed_at FROM inquiry") == [(None,)]


def test_an_asker_cannot_have_the_stewards_called_all_day(land):
    inquired(land)
    said = [
        deliver(land, "inquiry-plea", {"id": "i1"}, sender="tsukuba", to="nakatsu", cause=str(n))[1] for n in range(4)
    ]
    assert sum("待っています" in one for one in said) == 1


def test_an_asker_who_closed_is_sent_nothing_more_and_tells_so_again_to_who_did_not_hear(land):
    send(land)
    land.post.held = frozenset({"nakatsu"})
    say(land, "佐藤", "!inquiry close 1")
    _, said = deliver(land, "inquiry-release", body_of(land))
    assert "終了したあと" in said
    land.post.held = frozenset()
    land.read()
    assert land.stages["nakatsu"].query("SELECT closed_at IS NOT NULL FROM inquiry") == [(1,)]


# -- a member leaves half-way, is away, or has another clock -----------------------------------------------------------


def test_a_member_that_leaves_half_way_is_shown_so_and_what_it_released_stays(land):
    send(land)
    deliver(land, "inquiry-release", body_of(land))
    land.stages["tsukuba"].meet([listed("tsukuba")])
    said = texts(say(land, "佐藤", "!inquiry status 1"))
    assert "tama: 連合を脱退" in said
    assert "nakatsu: 回答済み（回答 20/30人" in said
    assert "はい" in texts(say(land, "佐藤", "!inquiry results 1"))


def test_where_the_asker_has_left_nothing_is_released(land):
    send(land)
    land.stages["nakatsu"].meet([listed("nakatsu"), listed("tama")])
    assert "照会元が連合を離れた" in texts(say(land, "中津管理", "!inquiry accept 1"))


def test_a_member_that_is_away_is_shown_as_offline_and_gets_it_when_it_is_back(land):
    land.post.held = frozenset({"tama"})
    send(land)
    land.move(land.now + timedelta(minutes=20))
    said = texts(land.read())
    assert "多摩市: 未着" in said
    assert "中津市: 受領" in said
    land.post.held = frozenset()
    land.read()
    assert "多摩市: 受領" in texts(say(land, "佐藤", "!inquiry status 1"))


@pytest.mark.parametrize("hours", [-24, 24])
def test_clocks_that_differ_by_a_day_decide_nothing_and_are_said(land, hours):
    send(land)
    deliver(land, "inquiry-release", body_of(land), at=land.now + timedelta(hours=hours))
    later = body_of(land, version=2, asked=44)
    deliver(land, "inquiry-release", later, at=land.now - timedelta(hours=hours))
    assert json.loads(next(row for row in told(land) if row[0] == "nakatsu")[4])["asked"] == 44
    assert "時計" in texts(say(land, "佐藤", "!inquiry status 1"))


def test_what_comes_after_the_deadline_counts_and_is_marked(land):
    send(land, by="11月25日 17:00")
    land.move(land.now + timedelta(days=2))
    land.read()
    _, said = deliver(land, "inquiry-release", body_of(land))
    assert "回答済み（回答 20/30人、第1版） 注意: 締切後の回答です。" in said


def test_a_table_is_edited_at_most_twenty_times_then_written_anew(land):
    id_, _ = send(land)
    kinds = []
    for n in range(10, 40):
        deliver_quietly(land, "inquiry-state", {"id": id_, "n": n, "state": "asking", "reason": "", "asked": n})
        kinds += [h.kind for t, h in land.read() if t == "tsukuba" and "【照会1】" in h.text]
    assert 29 <= len(kinds) <= 31
    assert kinds.count("say") == 1


def deliver_quietly(land, kind, body):
    signed = sealed(kind, body, server="nakatsu", key=Key.of("nakatsu"), at=land.now, to="tsukuba", cause=str(body))
    for part in parts_of(signed.raw, f"k{body['n']}"):
        land.stages["tsukuba"].receive("@kairan:nakatsu", part)
    for stage in land.stages.values():
        stage.now += timedelta(seconds=5)
    land.tick()


def flood(land, count, sender="tsukuba", **change):
    document = document_of(
        Form.model_validate({"name": "x", "title": "調べ", "questions": [{"id": "a", "kind": "yesno", "title": "a"}]})
    )
    by = int((land.now + timedelta(days=5)).timestamp() * 1000)
    said = []
    for n in range(count):
        body = {"id": f"{sender}{n}", "form": document, "needs": 1, "kind": "totals", "by": by, **change}
        signed = sealed("inquiry", body, server=sender, key=Key.of(sender), at=land.now, to="nakatsu", cause=str(n))
        for part in parts_of(signed.raw, f"f{n}"):
            land.stages["nakatsu"].receive(f"@kairan:{sender}", part)
        said += [heard.text for town, heard in land.read() if town == "nakatsu"]
    return said


@pytest.mark.parametrize("change", [{}, {"needs": 99}], ids=["inquiries", "forms too new"])
def test_a_member_that_floods_is_cut_with_one_word_and_nobody_else_is(land, change):
    said = flood(land, 70, **change)
    shown = [one for one in said if "つくば市から照会が届きました" in one or "実行できない" in one]
    assert len(shown) == notices.MOST
    assert [one for one in said if "20件を超える" in one] == said[notices.MOST :]
    assert len(said) == notices.MOST + 1
    assert "多摩市から照会が届きました" in "\n".join(flood(land, 1, sender="tama"))
    kept = land.stages["nakatsu"].query("SELECT count(*) FROM inquiry WHERE asker = 'tsukuba'")[0][0]
    assert kept == (0 if change else MOST_OPEN)
    land.move(land.now + timedelta(hours=25))
    land.read()
    assert flood(land, 1, needs=99, id="tomorrow")


def test_a_flood_of_one_member_hides_no_alarm_of_the_alliance():
    assert not any(kind.startswith(notices.LIMITED) for kind in ("roll", "council", "vote", "motion"))


def test_inquiries_sent_one_after_another_end_at_so_many_a_day(land):
    for n in range(MOST_A_DAY):
        land.say("佐藤", f"!inquiry send kyushoku to 中津市 by 12月{n % 9 + 1}日 17:00")
        assert "送りました" in texts(land.read())
    refused = say(land, "佐藤", "!inquiry send kyushoku to 中津市 by 12月1日 17:00")
    assert "1日に20件まで" in texts(refused)
    land.move(land.now + timedelta(hours=25))
    send(land)
