"""Who asks to be let in under names that lead nowhere, or under as many as they like, keeps no real newcomer out."""

import asyncio
from functools import partial

import pytest

from bridge import clock
from bridge.alliance.signing import canonical
from bridge.federation.courier import Courier
from bridge.federation.wellknown import WellKnown
from bridge.store import motions, rolls
from tests.bridge.test_alliance import entry
from tests.bridge.test_federation_web import Elsewhere, config, founded, newcomer, store, town

__all__ = ["store"]
pytestmark = pytest.mark.heavy


def test_a_flood_of_invented_names_keeps_no_real_newcomer_out_and_stewards_get_only_so_many_to_read(store, tmp_path):
    founded(store)
    wellknown, now = WellKnown(town(), store), clock.now()
    there = Elsewhere({})
    courier = Courier(config(tmp_path), town(), store, there)

    def asks(server):
        store.do(partial(wellknown._keep, raw=canonical(newcomer(server))))

    def states():
        later = now + rolls._MONTH
        return {
            state: len(store.do(partial(motions.in_state, state=state, now=later))) for state in ("asked", "checked")
        }

    for n in range(30):
        asks(f"x{n}.invented.example")
    asyncio.run(courier._look_up())
    assert states() == {"asked": 20, "checked": 0}
    for n in range(25):  # whoever has a domain has as many names as they like
        server = f"y{n}.evil.example"
        key = {"server": server, "bot": f"@kairan:{server}", "keys": dict(entry(server).keys)}
        there.answers[server, "/key.json"] = canonical(key)
        asks(server)
        asyncio.run(courier._look_up())
    assert states()["checked"] == 20
    assert states()["asked"] <= 20
