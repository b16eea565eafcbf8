"""Steps in the order that breaks nothing: rooms shut before the list, the list opened before rooms."""

from hypothesis import given
from hypothesis import strategies as st

from bridge.alliance.plan import ListChange, Observed, RoomChange, Wanted, plan

NAMES = st.frozensets(st.sampled_from(["a", "b", "c", "d", "own"]))
OBSERVED = st.builds(
    Observed, listed=st.none() | NAMES, rooms=st.dictionaries(st.sampled_from(["!1", "!2"]), NAMES, max_size=2)
)


@given(NAMES, NAMES, OBSERVED)
def test_nothing_ever_bars_our_own_server_and_after_it_nothing_is_left_to_do(members, also, observed):
    wanted = Wanted(own="own", members=members, also=also)
    steps = plan(wanted, observed)
    listed, rooms = observed.listed, dict(observed.rooms)
    for step in steps:
        if isinstance(step, ListChange):
            listed = step.servers
            assert "own" in listed
        else:
            assert "own" in step.servers or "own" not in rooms[step.room]
            rooms[step.room] = step.servers
    assert plan(wanted, Observed(listed=listed, rooms=rooms)) == []


@given(NAMES, OBSERVED)
def test_who_goes_is_out_of_every_room_before_the_list_and_who_comes_is_on_the_list_before_any_room(members, observed):
    wanted = Wanted(own="own", members=members)
    rooms, listed = dict(observed.rooms), observed.listed or frozenset()
    for step in plan(wanted, observed):
        if isinstance(step, ListChange):
            assert all(inside <= wanted.servers for inside in rooms.values())
            listed = step.servers
        else:
            assert step.servers - rooms[step.room] <= listed
            rooms[step.room] = step.servers


def test_it_says_in_words_what_it_would_do():
    wanted = Wanted(own="own", members=frozenset({"a"}))
    steps = plan(wanted, Observed(listed=frozenset({"own", "b"}), rooms={"!1": frozenset({"own", "b"})}))
    assert [type(step) for step in steps] == [RoomChange, ListChange, RoomChange]
    assert [step.words.en for step in steps] == [
        "Shut b out of room !1", "Rewrite the homeserver's allow list (in: a, out: b)", "Let a into room !1",
    ]  # fmt: skip
    assert plan(wanted, Observed(listed=frozenset({"own", "a"}))) == []
