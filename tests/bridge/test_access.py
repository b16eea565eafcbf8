"""Rooms' access lists: what is written always admits our own server, and what is read is read as homeservers do."""

from hypothesis import given
from hypothesis import strategies as st

from bridge.alliance.access import EVERYBODY, admitted, allowing, bars, may_change, servers_of
from bridge.alliance.plan import Observed, RoomChange, Wanted, plan

OWN = "own.example:8448"
SERVERS = st.frozensets(st.sampled_from([OWN, "a.example", "b.example:18448", "[2001:db8::1]:8448", "10.0.0.1"]))
NOISE = st.recursive(
    st.none() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
PATTERNS = st.lists(st.sampled_from(["*", "*.example", "a.example", "own.*", "?", "[", "b.exampl?"]), max_size=3)
LISTS = st.none() | st.fixed_dictionaries({"allow": PATTERNS | NOISE, "deny": PATTERNS | NOISE})


@given(SERVERS, LISTS, SERVERS)
def test_whatever_a_room_admits_no_step_shuts_our_own_server_out_and_after_all_it_admits_the_members(
    members, acl, here
):
    wanted = Wanted(own=OWN, members=members | {OWN})
    seen = admitted(acl, here | wanted.servers)
    for step in plan(wanted, Observed(listed=wanted.servers, rooms={"!r": seen})):
        assert isinstance(step, RoomChange)
        acl = allowing(step.servers | {OWN})
        assert not bars(acl, OWN)
    for server in wanted.servers:
        assert not bars(acl, server)
    for server in here - wanted.servers:
        assert bars(acl, server)


def test_it_is_read_as_homeservers_read_it():
    known = ["a.example", "b.example:18448"]
    assert admitted(None, known) == {*known, EVERYBODY}
    assert admitted({"allow": ["*"], "deny": ["b.example"]}, known) == {"a.example", EVERYBODY}
    assert admitted({"allow": ["B.EXAMPLE"]}, known) == {"b.example:18448"}
    assert admitted({}, known) == frozenset()
    assert admitted({"allow": ["?.example"], "deny": "x"}, known) == {*known, EVERYBODY}


@given(NOISE, NOISE)
def test_no_state_that_somebody_made_up_breaks_it(one, other):
    create = {"sender": "@b:x", "content": one}
    may_change("@b:x", create, other if isinstance(other, dict) else None, "m.room.server_acl")
    servers_of(one)


def test_who_made_a_room_of_version_12_may_shut_it_and_in_others_the_levels_say_who():
    levels = {"users": {"@s:x": 100}, "events": {"m.room.server_acl": 100}, "state_default": 50}
    for version, maker in (("12", True), ("11", False)):
        create = {"sender": "@b:x", "content": {"room_version": version, "additional_creators": ["@c:x"]}}
        assert may_change("@b:x", create, levels, "m.room.server_acl") is maker
        assert may_change("@c:x", create, levels, "m.room.server_acl") is maker
        assert may_change("@s:x", create, levels, "m.room.server_acl")
        assert not may_change("@d:x", create, levels, "m.room.server_acl")
        assert may_change("@b:x", create, None, "m.room.server_acl")
