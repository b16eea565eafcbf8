"""When something was sent, a homeserver of somebody else says: for what Kairans sign, that is never in our future."""

from datetime import timedelta

import pytest

from bridge import clock
from bridge.alliance.parcel import EVENT, parts_of, sealed
from bridge.alliance.signing import Key
from bridge.store.members import put_in_force
from tests.country import listed
from tests.town import Town

pytestmark = pytest.mark.heavy


@pytest.mark.parametrize("years", [1, 100])
def test_a_homeserver_that_dates_its_events_ahead_sets_nobody_s_clock(tmp_path, years):
    town = Town(tmp_path)
    town.store.do(lambda c: put_in_force(c, town.runtime._town.neighbours, [listed("tsukuba"), listed("nakatsu")]))
    signed = sealed("vote", {"motion": "x", "choice": "approve"}, server="nakatsu", key=Key.of("nakatsu"), at=town.now)
    [part] = parts_of(signed.raw, "k")
    ahead = clock.now() + timedelta(days=365 * years)
    raw = {"type": EVENT, "event_id": "$lie", "sender": "@kairan:nakatsu", "content": dict(part),
           "origin_server_ts": int(ahead.timestamp() * 1000)}  # fmt: skip
    town.deliver([raw], "!all")
    [(at,)] = town.store.do(lambda c: c.exec_driver_sql("SELECT at FROM delivered").fetchall())
    assert at / 1e6 <= clock.now().timestamp()
    assert town.handling.bugs == 0
    town.close()
