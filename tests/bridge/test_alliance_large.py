"""Five thousand members: everything that is done with the list, within seconds and some hundred megabytes."""

import asyncio
import time
import tracemalloc
from contextlib import contextmanager
from dataclasses import replace

import pytest
import sqlalchemy as sa

from bots.roles import Role
from bridge.alliance.access import admitted, allowing
from bridge.alliance.motion import adding, founding, introduction, moment, objection, offer, read_change
from bridge.alliance.parcel import joined, opened, parts_of, read_envelope, sealed
from bridge.alliance.plan import Observed, Wanted, plan
from bridge.alliance.roll import LIVES, read, written
from bridge.alliance.signing import Key, canonical, sign
from bridge.federation.fetching import LONGEST, UNPACKED
from bridge.federation.health import Way, examine_all
from bridge.federation.house import _powerful
from bridge.stage import START, Stage
from bridge.store import motions, rolls
from bridge.store.directory import DirectoryDesk
from bridge.store.group_tables import colleague
from bridge.store.members import MemberDesk
from tests.bridge.test_alliance import entry
from tests.stages import empty_store

pytestmark = pytest.mark.heavy
MANY = 5000


@pytest.fixture(scope="module")
def roll():
    """As if it had been voted in; ours is つくば."""
    at = moment(START)
    names = ["tsukuba", *(f"chat.town{n:04}.lg.example.jp" for n in range(MANY - 1))]
    many = tuple(sorted((entry(name, since=at, ja=f"第{n}市") for n, name in enumerate(names)), key=lambda e: e.server))
    made = replace(founding(many[0], at), entries=many, quorum=4, until=at + LIVES)
    document = written(made)
    for one in made.council():
        document = sign(document, one.server, Key.of(one.server))
    return read(document)


@contextmanager
def bounds(seconds, megabytes):
    """Of processor time; and of what Python allocates on top of what was there."""
    tracemalloc.start()
    began = time.process_time()
    yield
    took, (_, most) = time.process_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert took < 4 * seconds, took  # tracing makes everything slower
    assert most < megabytes * 2**20, most / 2**20


def test_reading_it_takes_seconds_and_little_memory(roll):
    raw = canonical(roll.document)
    assert LONGEST < len(raw) < UNPACKED
    with bounds(5, 100):
        assert len(read(raw).entries) == MANY


def test_a_room_of_all_of_them_is_looked_at_and_planned_for(roll):
    servers = frozenset(one.server for one in roll.entries)
    gone = "chat.town0007.lg.example.jp"
    with bounds(5, 100):
        inside = admitted(allowing(servers), servers)
        assert inside == servers
        wanted = Wanted(own="tsukuba", members=servers - {gone})
        steps = plan(wanted, Observed(listed=servers, rooms={f"!{n}": inside for n in range(20)}))
        assert len(steps) == 21


def test_wildcards_and_port_numbers_still_mean_what_they_meant():
    acl = {"allow": ["*.lg.example.jp", "a?.example", "[::1]", "TSUKUBA"], "deny": ["evil.lg.example.jp", "*.bad"]}
    known = ["x.lg.example.jp:8448", "evil.lg.example.jp", "a1.example", "[::1]:8448", "tsukuba", "b.bad", "other"]
    assert admitted(acl, known) == {"x.lg.example.jp:8448", "a1.example", "[::1]:8448", "tsukuba", "*"}


def test_the_next_list_is_offered_carried_and_judged(roll):
    later = roll.issued + LIVES // 2
    with bounds(12, 200):
        value = offer(roll, [], later)
        said = sealed("council", {"kind": "propose", "value": value}, server="tsukuba", key=Key.of("tsukuba"), at=START)
        raw = joined([part["data"] for part in parts_of(said.raw, "x")])
        assert opened(raw)["body"]["value"] == value
        assert objection(read_envelope(raw).body["value"], roll, later) is None


def test_nothing_but_a_list_may_be_so_long():
    with pytest.raises(ValueError, match="too long"):
        sealed("template", {"a": "x" * 1_100_000}, server="a", key=Key.of("a"), at=START)


def test_it_goes_into_force_and_people_find_one_another(roll, tmp_path):
    stage = Stage(tmp_path, {"管理": (Role.STEWARD, "tsukuba")}, store=empty_store())
    newcomer = entry("chat.town0001.lg.exarnple.jp", since=moment(START), ja="第1市")
    change = read_change(adding(introduction(newcomer, Key.of(newcomer.server))))
    with bounds(20, 300):
        stage._do(lambda c: rolls.enforce(c, stage.town, roll, START))
        stage._do(lambda c: motions.keep(c, change, via="tsukuba", state="open", now=START))
        stage._do(lambda c: c.execute(sa.insert(colleague), [person(n) for n in range(MANY)]))
        assert len(stage.query("SELECT 1 FROM municipality")) == MANY
        assert stage._do(lambda c: MemberDesk(desk(c, stage)).find("第123市")).server == "chat.town0122.lg.example.jp"
        found = stage._do(lambda c: DirectoryDesk(desk(c, stage)).find("学童 職員4321"))
        assert [one.name for one in found] == ["職員4321"]
        assert stage._do(lambda c: motions.described(c, change, roll)).warnings
        for words in ("!federation members", "!federation requests", "!federation status"):
            stage.say("管理", words)
            assert stage.read()
    stage.close()


def desk(connection, stage):
    class Desk:
        town, who = stage.town, stage.bot

    Desk.connection = connection
    return Desk()


def person(n):
    server = f"chat.town{n % (MANY - 1):04}.lg.example.jp"
    words = {"name": f"職員{n}", "kana": "", "department": "こども課", "duties": f"学童 {n}"}
    return {"user_id": f"@s{n}:{server}", "n": 1, "shown": True, **words}


def test_their_bots_powers_fit_into_an_event(roll):
    assert len(canonical(dict.fromkeys(_powerful(roll), 100))) < 50_000


def test_their_health_is_looked_at_though_nobody_answers():
    names = {f"10.{n // 250}.{n % 250}.1:8448": "" for n in range(MANY)}
    with bounds(20, 200):
        found = asyncio.run(examine_all(names, Way()))
    assert len(found) == MANY
    assert not any(one.well for one in found)
