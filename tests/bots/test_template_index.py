"""Nobody misses a template: a newcomer has the index by itself, whoever was away catches up, and nobody is flooded."""

from datetime import timedelta

import pytest

from bots.roles import Role
from bridge.alliance.parcel import joined, parts_of, read_envelope, sealed
from bridge.alliance.signing import Key
from bridge.store.desk import derived
from tests.country import Country, Post
from tests.stages import empty_store

pytestmark = pytest.mark.heavy

CAST = {
    "佐藤": (Role.STEWARD, "tsukuba"),
    "田中": (Role.STEWARD, "nakatsu"),
    "多田": (Role.STEWARD, "tama"),
}
FORM = """name: {name}
title: 学童の申込
questions:
  - {{id: year, kind: choice, title: 学年, options: [1年, 2年]}}
"""
TOWNS = ("tsukuba", "nakatsu", "tama")


class Listening(Country):
    """Remembers what was posted: (town, kind, body)."""

    def __init__(self, *given, **more):
        self.letters = []
        super().__init__(*given, **more)

    def _collect(self, town, stage):
        parcels = {}
        for to, part in stage.posted:
            parcels.setdefault((to, part["name"]), []).append(part["data"])
        letters = {one.id: one for one in (read_envelope(joined(pieces)) for pieces in parcels.values())}
        self.letters += [(town, one.kind, one.body) for one in letters.values()]  # to several towns: one letter
        super()._collect(town, stage)

    def posted(self, town, kind):
        return [body for by, said, body in self.letters if (by, said) == (town, kind)]


@pytest.fixture
def country(tmp_path):
    country = Listening(tmp_path, CAST, towns=TOWNS, stores=empty_store, post=Post())
    yield country
    country.close()


@pytest.fixture
def alliance(tmp_path):
    country = Listening(tmp_path, CAST, towns=TOWNS, stores=empty_store, post=Post(), alliance=("tsukuba", "nakatsu"))
    yield country
    country.close()


def said(country, who, *words):
    for one in words:
        country.read()
        country.say(who, one)
    return "\n".join(heard.text for _, heard in country.read() if heard.person == who)


def publish(country, who, name):
    said(country, who, f"!form load\n{FORM.format(name=name)}", f"!template publish {name} 1")
    assert "公開しました" in said(country, who, "はい")


def later(country, **much):
    for _ in range(3):
        country.move(country.now + timedelta(**much) / 3)
        country.read()


def test_a_newcomer_has_the_templates_of_all_by_itself_and_is_sent_each_once(alliance):
    alliance.post.held = frozenset({"tama"})  # it is no member yet, and in none of its rooms
    publish(alliance, "佐藤", "gakudo")
    publish(alliance, "田中", "bosai")
    alliance._waiting.clear()
    alliance.post.held = frozenset()
    alliance.ask("tama", "tsukuba")
    alliance.tick()
    alliance.read()
    for who in ("佐藤", "田中"):
        said(alliance, who, "!federation approve 多摩市", "はい")
    later(alliance, minutes=3)
    found = said(alliance, "多田", "!template search")
    assert "gakudo" in found
    assert "bosai" in found
    later(alliance, hours=13)
    wants = [mark for body in alliance.posted("tama", "template.want") for mark in body["marks"]]
    assert len(wants) == len(set(wants)) == 2
    copies = [alliance.posted(town, "template.copies") for town in ("tsukuba", "nakatsu")]
    assert [[len(one["raws"]) for one in each] for each in copies] == [[1], [1]]


def test_who_was_away_catches_up_with_what_was_published_and_taken_back(country):
    publish(country, "佐藤", "gakudo")
    country.post.held = frozenset({"tama"})
    publish(country, "佐藤", "bosai")
    said(country, "佐藤", "!template retract gakudo", "はい")
    country._waiting.clear()  # it never got there
    country.post.held = frozenset()
    assert "bosai" not in said(country, "多田", "!template search")
    later(country, hours=7)
    found = said(country, "多田", "!template search")
    assert "bosai" in found
    assert "gakudo" not in found


def test_what_somebody_adopted_comes_from_them_where_its_author_is_gone(country):
    country.post.held = frozenset({"tama"})
    publish(country, "佐藤", "gakudo")
    said(country, "田中", "!template use gakudo")
    country._waiting.clear()
    country.post.held = frozenset({"tsukuba"})
    later(country, hours=7)
    assert "つくば市" in said(country, "多田", "!template show gakudo")


def test_nobody_is_asked_for_what_is_here(country):
    publish(country, "佐藤", "gakudo")
    later(country, hours=24)
    assert sum(bool(body["marks"]) for body in country.posted("tsukuba", "template.have")) == 3
    assert country.posted("nakatsu", "template.want") == country.posted("tama", "template.want") == []


def have(country, town, body):
    """What another Kairan says it hands on reaches Tsukuba."""
    letter = sealed("template.have", body, server=town, key=Key.of(town), at=country.now)
    for part in parts_of(letter.raw, derived(str(body), str(country.now))[:20]):
        country.stages["tsukuba"].receive(f"@kairan:{town}", part)


def test_a_member_that_makes_up_templates_is_asked_once_in_ten_minutes(country):
    for n in range(20):
        have(country, "nakatsu", {"marks": [f"{n:016}"], "gone": {}})
        country.read()
        country.tick()
    country.read()
    assert len(country.posted("tsukuba", "template.want")) == 1


@pytest.mark.parametrize("body", [
    {}, {"marks": 3, "gone": 3}, {"marks": [3, None, "x", "あ" * 16, "x" * 9999], "gone": {"": 1, "a": "b", "c": -1}},
    {"marks": ["x"] * 5000, "gone": {str(n): 1 for n in range(5000)}},
])  # fmt: skip
def test_nonsense_of_a_member_changes_nothing(country, body):
    have(country, "nakatsu", body)
    country.read()
    country.tick()
    country.read()
    assert country.posted("tsukuba", "template.want") == []
    assert country.stages["tsukuba"].query("SELECT count(*) FROM template_withdrawn")[0][0] <= 200
