"""The alliance at work in three towns: lists are renewed, leaders die, lists grow old, forgeries and rivals come."""

import base64
import zlib
from datetime import timedelta

import pytest

from bots.roles import Role
from bridge.alliance.motion import deciding, following, from_moment, moment, read_change
from bridge.alliance.roll import LIVES, read, written
from bridge.alliance.signing import Key, canonical, sign
from bridge.stage import START
from bridge.store import motions, rolls, rooms
from tests.country import Country, Post, entry, first_list
from tests.postgres import opened

pytestmark = pytest.mark.heavy

CAST = {name: (Role.STEWARD, town) for name, town in (("佐藤", "tsukuba"), ("田中", "nakatsu"), ("鈴木", "tama"))}
ALL = ("tsukuba", "nakatsu", "tama")


@pytest.fixture
def made(tmp_path):
    countries = []

    def make(alliance=ALL, **more):
        countries.append(Country(tmp_path, CAST, towns=ALL, alliance=alliance, **more))
        return countries[-1]

    yield make
    for country in countries:
        country.close()


@pytest.fixture
def country(made):
    return made()


def versions(country):
    return {
        town: stage._do(rolls.current).version for town, stage in country.stages.items() if stage._do(rolls.current)
    }


def heard(country, hours=0, **span):
    """What is said while the clock goes on, in steps that give each member its turn."""
    said = []
    for _ in range(-(-hours // 4)):
        country.move(country.now + timedelta(hours=4, seconds=20))
        said += country.read()
    if span:
        country.move(country.now + timedelta(**span))
        said += country.read()
    return [(town, one.text) for town, one in said]


def members(country, town):
    return [row[0] for row in country.stages[town].query("SELECT server FROM municipality ORDER BY server")]


def next_list(roll, signers, *, changes=(), hours=30, **changed):
    """A list that follows, signed by these."""
    document = {**written(following(roll, changes, roll.issued + hours * 3_600_000)), **changed}
    for server in signers:
        document = sign(document, server, Key.of(server))
    return read(document)


def take(country, town, roll):
    stage = country.stages[town]
    return stage._do(lambda c: rolls.take(c, stage.town, roll, max(stage.now, from_moment(roll.issued))))


def test_a_list_is_renewed_before_it_grows_old_and_nobody_is_bothered(country):
    assert heard(country, hours=80) == []
    assert set(versions(country).values()) == {4}
    assert members(country, "tama") == sorted(ALL)


@pytest.mark.parametrize("dead", ALL)
def test_whoever_is_dead_the_others_go_on_and_the_dead_one_catches_up(country, dead):
    country.post = Post(held=frozenset({dead}))
    assert heard(country, hours=30) == []
    assert {town: version for town, version in versions(country).items() if town != dead} == {
        town: 2 for town in ALL if town != dead
    }
    country.post = Post()
    heard(country, hours=1)
    assert set(versions(country).values()) == {2}


@pytest.mark.parametrize("post", [Post(twice=True), Post(reversed_=True)])
def test_post_that_comes_twice_or_in_another_order_changes_nothing(made, post):
    country = made(("tsukuba", "nakatsu"), post=post)
    country.ask("tama", "tsukuba")
    for who in ("佐藤", "田中"):
        country.tick()
        country.read()
        country.say(who, "!federation approve 多摩市")
        country.read()
    heard(country, minutes=5)
    assert set(versions(country).values()) == {2}
    assert (
        len({stage.query("SELECT id FROM roll WHERE state = 'in force'")[0] for stage in country.stages.values()}) == 1
    )


def note(country, town, **facts):
    for name, value in facts.items():
        country.stages[town]._do(lambda c, n=name, v=value: rooms.set_fact(c, f"alliance:{n}", v))


def each_has_a_turn(country):
    for _ in range(2 * len(ALL)):
        heard(country, seconds=20)


@pytest.mark.parametrize("seen_by", [("tsukuba",), ("tsukuba", "tama")])
def test_all_move_to_a_new_room_once_a_quorum_saw_that_theirs_must_be_given_up(country, seen_by):
    note(country, "tsukuba", room="!first")
    each_has_a_turn(country)
    assert {stage._do(rooms.facts)["alliance"] for stage in country.stages.values()} == {"!first"}
    for town in seen_by:
        note(country, town, forfeit="!first")
    note(country, "tsukuba", room="!second")
    each_has_a_turn(country)
    moved = len(seen_by) == 2
    facts = [stage._do(rooms.facts) for stage in country.stages.values()]
    assert {one["alliance"] for one in facts} == {"!second" if moved else "!first"}
    assert [one.get("alliance:former") for one in facts] == (["!first"] * 3 if moved else [None] * 3)
    if moved:
        assert not any({"alliance:forfeit", "alliance:room"} & one.keys() for one in facts)
        assert heard(country, hours=80) == []
        assert {stage._do(rooms.facts)["alliance"] for stage in country.stages.values()} == {"!second"}


def test_a_list_that_nobody_renews_stops_federation_and_says_so_and_work_at_home_goes_on(country):
    country.post = Post(held=frozenset({"tsukuba", "tama"}))
    said = heard(country, hours=73)
    assert [town for town, text in said if "名簿の期限が切れました" in text] == ["tsukuba", "nakatsu", "tama"]
    assert members(country, "nakatsu") == []
    country.say("田中", "!federation status")
    assert "やりとりを止めています" in country.read()[0][1].text
    country.say("田中", "!form list")
    assert country.read()
    country.say("田中", "!federation revoke 多摩市")
    assert "連合にありません" in country.read()[0][1].text


def test_a_newer_list_from_anywhere_ends_the_trouble(country):
    roll = country.stages["tama"]._do(rolls.current)
    country.post = Post(held=frozenset(ALL))
    heard(country, hours=73)
    assert members(country, "tama") == []
    verdict, news = take(country, "tama", next_list(roll, ALL[:2], hours=60))
    assert (verdict, [one.kind for one in news]) == ("next", ["well"])
    assert members(country, "tama") == sorted(ALL)


def test_a_forged_list_is_nothing_wherever_it_comes_from(country):
    roll = country.stages["tama"]._do(rolls.current)
    without = [one for one in roll.document["members"] if one["server"] != "tama"]
    for forged in (next_list(roll, ALL[:1]), next_list(roll, (*ALL[:1], "kyoto")), next_list(roll, ()),
                   read({**next_list(roll, ALL).document, "members": without})):  # fmt: skip
        assert take(country, "tama", forged) == ("forged", [])
        content = {"version": 2, "list": base64.b64encode(zlib.compress(canonical(forged.document))).decode()}
        country.stages["tama"]._do(lambda c, content=content: rolls.shown(c, content))
        assert heard(country, minutes=1) == []
    assert set(versions(country).values()) == {1}


@pytest.mark.parametrize(
    "content",
    [{}, {"version": 9}, {"version": 9, "list": "?"}, {"version": "9", "list": []},
     {"version": 9, "list": "x" * 70_000},
     {"version": 9, "list": base64.b64encode(zlib.compress(b" " * 50_000_000)).decode()},
     {"version": 9, "list": base64.b64encode(b"x").decode()}],
)  # fmt: skip
def test_nonsense_in_the_room_is_survived(country, content):
    country.stages["tama"]._do(lambda c: rolls.shown(c, content))
    assert heard(country, minutes=1) == []


def test_the_room_shows_the_list_to_who_missed_it(country):
    new = next_list(country.stages["tama"]._do(rolls.current), ALL[:2], hours=1)
    country.stages["tama"]._do(lambda c: rolls.shown(c, rolls.shown_content(new)))
    heard(country, hours=1, minutes=1)
    assert versions(country)["tama"] == 2


def test_two_lists_of_one_version_raise_an_alarm_once_and_ours_stays(country):
    roll = country.stages["tama"]._do(rolls.current)
    one, other = next_list(roll, ALL[:2], hours=1), next_list(roll, ALL[1:], hours=2)
    assert take(country, "tama", one)[0] == "next"
    verdict, news = take(country, "tama", other)
    assert (verdict, [n.kind for n in news]) == ("rival", ["rival"])
    assert take(country, "tama", other)[1] == []
    assert take(country, "tama", next_list(other, ALL, hours=1))[0] == "rival"
    assert country.stages["tama"]._do(rolls.current).id == one.id
    country.say("鈴木", "!federation status")
    assert "二つ" in country.read()[-1][1].text


def test_there_is_no_way_back(country):
    roll = country.stages["tama"]._do(rolls.current)
    two = next_list(roll, ALL)
    take(country, "tama", two)
    assert take(country, "tama", roll) == ("older", [])
    assert take(country, "tama", two) == ("known", [])
    assert take(country, "tama", next_list(next_list(two, ALL), ALL)) == ("gap", [])
    assert country.stages["tama"].query("SELECT value FROM fact WHERE name = 'alliance:behind'") == [("4",)]


def test_a_clock_that_is_days_behind_is_said_to_be_wrong(made):
    country = made(())
    stage = country.stages["tama"]
    late = first_list(ALL, moment(START) + LIVES)
    stage._do(lambda c: rolls.enforce(c, stage.town, late, stage.now))
    assert rolls.trouble_with(late, stage.town, stage.now) == "early"
    assert members(country, "tama") == []


def test_a_newcomer_trusts_only_a_list_that_names_its_own_key_and_was_signed_by_the_list_before(made):
    country = made(("tsukuba", "nakatsu"))
    roll, stage = country.stages["tsukuba"]._do(rolls.current), country.stages["tama"]
    add = country_adds(country)
    good = next_list(roll, ALL[:2], changes=[add], hours=0)

    def trust(offered, before):
        return stage._do(lambda c: rolls.trust(c, stage.town, offered, before, stage.now))

    assert trust(next_list(roll, ALL[:2]), roll) is None
    assert trust(next_list(roll, ALL[:1], changes=[add], hours=0), roll) is None
    assert trust(good, None) is None
    assert trust(good, good) is None
    other = Key.of("other")
    stolen = [{**m, "keys": {other.id: other.public}} if m["server"] == "tama" else m for m in good.document["members"]]
    assert trust(next_list(roll, ALL[:2], changes=[add], hours=0, members=stolen), roll) is None
    assert [n.kind for n in trust(good, roll)] == ["we are in"]
    assert members(country, "tama") == sorted(ALL)


def country_adds(country):
    country.ask("tama", "tsukuba")
    found = country.stages["tsukuba"]._do(lambda c: motions.in_state(c, "checked", country.now))
    return found[0][0]


def test_a_newcomer_is_told_what_is_being_voted_on(made):
    country = made(("tsukuba", "nakatsu"))
    stage = country.stages["tsukuba"]
    moved = read_change(deciding(1, moment(START)))
    stage._do(lambda c: motions.keep(c, moved, via="tsukuba", state="open", now=START))
    country.say("佐藤", f"!federation approve {moved.id[:8]}")
    assert "賛成 1/2" in country.read()[0][1].text
    grown = next_list(stage._do(rolls.current), ALL[:2], changes=[country_adds(country)], hours=0)
    for town, there in country.stages.items():
        if town == "tama":
            before = stage._do(rolls.current)
            there._do(lambda c, s=there, b=before: rolls.trust(c, s.town, grown, b, s.now))
    for town in ALL[:2]:
        take(country, town, grown)
    said = heard(country, minutes=2)
    assert [text for town, text in said if town == "tama" and "必要な賛成数の変更（1）" in text and "賛成 0/2" in text]
    country.say("鈴木", f"!federation approve {moved.id[:8]}")
    heard(country, minutes=2)
    assert {stage._do(rolls.current).quorum for stage in country.stages.values()} == {1}


def test_a_flood_of_motions_of_one_member_is_cut(country):
    stage = country.stages["tama"]
    roll = stage._do(rolls.current)

    def flood(connection):
        return [motions.keep(connection, read_change(deciding(2, roll.issued + n)), via="nakatsu", state="open",
                             now=stage.now) for n in range(60)]  # fmt: skip

    assert stage._do(flood).count(True) == motions.MOST_OF_ONE


def test_on_postgresql_too(postgres, tmp_path):
    country = Country(tmp_path, CAST, towns=ALL, alliance=ALL[:2], stores=lambda _: opened(postgres.fresh(), tmp_path))
    country.ask("tama", "tsukuba")
    for who in ("佐藤", "田中"):
        country.tick()
        country.read()
        country.say(who, "!federation approve 多摩市")
        country.read()
    assert versions(country) == dict.fromkeys(ALL, 2)
    heard(country, hours=50)
    assert versions(country) == dict.fromkeys(ALL, 4)
    country.say("佐藤", "!federation leave yes")
    country.read()
    assert members(country, "tama") == ["nakatsu", "tama"]
    assert entry("tama", 0).server == "tama"
    for stage in country.stages.values():
        stage._store.close()
