"""A member of the council lies, or falls silent half-way: one message of it must never end the agreement for good."""

from datetime import timedelta

import pytest

from bridge.alliance.motion import from_moment, moment, offer
from bridge.alliance.parcel import joined, parts_of, read_envelope, read_part, sealed
from bridge.alliance.roll import written
from bridge.alliance.signing import Key, sign
from bridge.store import rolls
from bridge.store.council_desk import CouncilDesk
from tests.bridge.test_alliance_at_work import ALL, country, heard, made, members, next_list, take, versions
from tests.bridge.test_revival import TOWNS, later, webs
from tests.country import Post

__all__ = ["country", "made", "webs"]
pytestmark = pytest.mark.heavy
LAST = (2**31 - 1, 2**53 - 1)


def lie(country, to, body, *, cause, kind="council", liar="tama"):
    """What the liar's Kairan signs and sends to one of the others."""
    signed = sealed(kind, body, server=liar, key=Key.of(liar), at=country.now, to=to, cause=cause)
    for part in parts_of(signed.raw, cause):
        country.stages[to].receive(f"@kairan:{liar}", part)


def about(country, kind, number, **more):
    roll = country.stages["tama"]._do(rolls.current)
    return {"base": roll.id, "version": roll.version + 1, "kind": kind, "round": number, **more}


@pytest.mark.parametrize("number", LAST[:1])
@pytest.mark.parametrize("kind", ["prepare", "propose", "promise"])
def test_a_lie_about_the_last_of_all_rounds_does_not_end_the_council(country, kind, number):
    roll = country.stages["tama"]._do(rolls.current)
    value = offer(roll, [], roll.issued + 20 * 3_600_000)
    heard(country, hours=20)
    country.post = Post(held=frozenset({"tama"}))
    for to in ALL[:2]:
        for step in range(3):  # whichever of them is its own to lead
            body = about(country, kind, number - step, **({"value": value} if kind == "propose" else {"floor": number}))
            lie(country, to, body, cause=f"{to}{step}")
    heard(country, hours=12)
    assert {versions(country)[town] for town in ALL[:2]} == {2}


def test_who_signs_whatever_comes_to_mind_takes_no_place_from_others_signatures(country):
    roll = country.stages["tama"]._do(rolls.current)
    country.post = Post(held=frozenset({"tama"}))
    for to in ALL[:2]:
        for n in range(40):
            document = {**written(next_list(roll, (), hours=n + 1)), "round": n}
            body = about(country, "accept", n, value={"list": sign(document, "tama", Key.of("tama"))})
            lie(country, to, body, cause=f"{to}{n}")
    heard(country, hours=30)
    assert {versions(country)[town] for town in ALL[:2]} == {2}


def test_who_promises_with_something_that_nobody_could_have_signed_is_not_counted(country):
    roll = country.stages["tama"]._do(rolls.current)
    forged = {"list": written(next_list(roll, (), rule="fixed")), "because": []}
    heard(country, hours=20)
    for _ in range(12):
        country.post = Post(held=frozenset(ALL))  # the liar is always the first to answer
        country.move(country.now + timedelta(minutes=30))
        country.read()
        for leader, to, part in list(country._waiting):
            body = read_envelope(joined([part["data"]])).body
            if to == "tama" and body.get("kind") == "prepare":
                answer = about(country, "promise", body["round"], accepted=10**6, value=forged)
                lie(country, leader, answer, cause=f"{leader}{body['round']}")
        country.post = Post(held=frozenset({"tama"}))
        country.read()
    assert {versions(country)[town] for town in ALL[:2]} == {2}


def test_a_fork_is_told_in_every_stewards_room_wherever_it_is(country):
    """Tama and somebody who stole Tsukuba's key signed two lists; each half of the members holds another one."""
    roll = country.stages["tama"]._do(rolls.current)
    one, other = next_list(roll, ALL[:2], hours=1), next_list(roll, ("tsukuba", "tama"), hours=2)
    country.move(country.now + timedelta(hours=3))
    for town in ALL[:2]:
        assert take(country, town, one)[0] == "next"
    assert take(country, "tama", other)[0] == "next"
    said = heard(country, hours=30)
    assert {town for town, text in said if "同じ版の名簿が二つ" in text} == set(ALL)
    assert [text for town, text in said if "同じ版の名簿が二つ" in text and town == "tama"][1:] == []


def test_the_room_shows_a_fork_too(country):
    roll = country.stages["tama"]._do(rolls.current)
    take(country, "tama", next_list(roll, ALL[:2], hours=1))
    other = next_list(roll, ALL[1:], hours=2)
    country.stages["tama"]._do(lambda c: rolls.shown(c, rolls.shown_content(other)))
    assert [town for town, text in heard(country, minutes=1) if "同じ版の名簿が二つ" in text] == ["tama"]


def test_what_one_signed_before_both_fell_silent_for_days_does_not_stop_them(webs, monkeypatch):
    """Its maker may sign no other list, and that one ran out meanwhile: it is agreed on, and the next one after it."""
    made = webs(*TOWNS[:2])
    roll = made.stores["tsukuba"].do(rolls.current)

    def desk(town, connection, at):
        return CouncilDesk(connection, made.towns[town], from_moment(at))

    for slot in range(4):
        at = roll.issued + 24 * 3_600_000 + slot * 20_000 + 1
        led = made.stores["tsukuba"].do(lambda c, at=at: desk("tsukuba", c, at).advance())
        if led.posts:
            break
    [prepare] = led.posts
    promised = made.stores["nakatsu"].do(lambda c: desk("nakatsu", c, at).heard("tsukuba", prepare.body))
    [promise] = promised.posts
    offered = made.stores["tsukuba"].do(lambda c: desk("tsukuba", c, at).heard("nakatsu", promise.body))
    assert [post.body["kind"] for post in offered.posts] == ["propose", "accept"]  # and nobody hears it
    later(monkeypatch, 40 * 3600)
    for _ in range(8):
        made.round()
        later(monkeypatch, 20)
    assert len(set(made.versions().values())) == 1
    for server, store in made.stores.items():
        now = from_moment(moment(rolls_now()))
        assert store.do(lambda c, s=server, n=now: rolls.trouble_with(rolls.current(c), made.towns[s], n)) == "none"


def rolls_now():
    from bridge import clock

    return clock.now()


@pytest.mark.parametrize("days", [4, -4])
def test_a_clock_that_was_days_off_stops_only_its_own_and_all_is_well_when_it_is_right_again(country, days):
    stage = country.stages["tama"]
    right = stage.now
    stage.move(right + timedelta(days=days))
    said = [one.text for one in stage.read()]
    assert any("名簿の期限が切れました" in text or "時計" in text for text in said)
    assert members(country, "tama") == []
    assert members(country, "nakatsu") == sorted(ALL)
    stage.now = right + timedelta(minutes=5)
    stage.tick()
    assert members(country, "tama") == sorted(ALL)
    assert set(versions(country).values()) == {1}


def test_the_word_part_of_a_lie_is_read_as_what_it_is():
    """The tests above would show nothing if their lies were not heard at all."""
    signed = sealed("council", {"kind": "prepare", "round": LAST[0]}, server="tama", key=Key.of("tama"),
                    at=from_moment(1_795_000_000_000))  # fmt: skip
    [part] = parts_of(signed.raw, "x")
    where = {"id": "$", "room": "!", "sender": "@kairan:tama", "at": signed.at, "direct": True}
    assert read_envelope(joined([read_part(part, where).data])) == signed
