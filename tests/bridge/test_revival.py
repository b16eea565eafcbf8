"""A council whose list grew old while too many were away agrees on the next one over the web, once they are back."""

import asyncio
import json

import pytest

from bridge import clock
from bridge.alliance.motion import from_moment, moment
from bridge.alliance.parcel import sealed
from bridge.alliance.roll import LIVES
from bridge.alliance.signing import Key
from bridge.errors import Unreachable
from bridge.federation import revival
from bridge.federation.revival import Revival, answer
from bridge.store import rolls
from tests.bridge.test_federation_web import town
from tests.country import first_list
from tests.stages import empty_store

pytestmark = pytest.mark.heavy

TOWNS = ("tsukuba", "nakatsu", "tama")


class Webs:
    """Every town's web server, but for those that are down."""

    def __init__(self, towns):
        self.stores = {server: empty_store(n) for n, server in enumerate(towns)}
        self.towns = {server: town(server) for server in towns}
        self.down = set()

    async def post(self, server, path, body):
        assert path == "/council"
        if server in self.down:
            raise Unreachable("down")
        said = self.stores[server].do(lambda c: answer(c, self.towns[server], body.decode(), clock.now()))
        return json.dumps([list(one) for one in said]).encode()

    def round(self):
        for server in self.stores.keys() - self.down:
            asyncio.run(Revival(self.towns[server], self.stores[server], self).once())

    def versions(self):
        return {server: store.do(rolls.current).version for server, store in self.stores.items()}


@pytest.fixture
def webs(monkeypatch):
    def make(*towns):
        made = Webs(towns)
        old = first_list(towns, moment(clock.now()) - LIVES - 60_000)
        for server, store in made.stores.items():
            store.do(lambda c, s=server: rolls.enforce(c, made.towns[s], old, clock.now()))
        return made

    return make


def later(monkeypatch, seconds):
    at = clock.now
    monkeypatch.setattr(revival.clock, "now", lambda: from_moment(moment(at()) + seconds * 1000))


@pytest.mark.parametrize("towns", [TOWNS[:1], TOWNS[:2], TOWNS])
def test_an_old_list_is_followed_by_a_new_one_as_soon_as_a_quorum_is_back(webs, towns, monkeypatch):
    made = webs(*towns)
    assert (
        made.stores[towns[0]].do(lambda c: rolls.trouble_with(rolls.current(c), made.towns[towns[0]], clock.now()))
        == "old"
    )
    for _ in range(len(towns)):
        made.round()
        later(monkeypatch, 20)
    assert set(made.versions().values()) == {2}
    for server, store in made.stores.items():
        assert store.do(lambda c, s=server: rolls.trouble_with(rolls.current(c), made.towns[s], clock.now())) == "none"


def test_one_of_three_may_stay_away_and_two_may_not(webs, monkeypatch):
    made = webs(*TOWNS)
    made.down = {"tama", "nakatsu"}
    for _ in range(4):
        made.round()
        later(monkeypatch, 20)
    assert set(made.versions().values()) == {1}
    made.down = {"tama"}
    for _ in range(4):
        made.round()
        later(monkeypatch, 20)
    assert made.versions() == {"tsukuba": 2, "nakatsu": 2, "tama": 1}


@pytest.mark.parametrize("forged", ["x", "{}", "by another", "another kind", "for another"])
def test_what_no_member_signed_for_us_as_the_council_s_is_not_heard(webs, forged):
    made = webs(*TOWNS[:2])
    base = made.stores["tsukuba"].do(rolls.current).id
    body = {"base": base, "version": 2, "kind": "prepare", "round": 7}
    say = {
        "by another": ("council", "tama", None), "another kind": ("vote", "nakatsu", None),
        "for another": ("council", "nakatsu", "tama"),
    }.get(forged)  # fmt: skip
    raw = forged
    if say:
        kind, key, to = say
        raw = sealed(kind, body, server="nakatsu", key=Key.of(key), at=clock.now(), to=to).raw
    assert made.stores["tsukuba"].do(lambda c: answer(c, made.towns["tsukuba"], raw, clock.now())) == ()
    good = sealed("council", body, server="nakatsu", key=Key.of("nakatsu"), at=clock.now()).raw
    assert made.stores["tsukuba"].do(lambda c: answer(c, made.towns["tsukuba"], good, clock.now()))


def test_while_the_list_is_good_the_web_is_left_alone(webs):
    made = webs("tsukuba")
    made.round()
    assert made.versions() == {"tsukuba": 2}
    made.round()
    assert made.versions() == {"tsukuba": 2}
