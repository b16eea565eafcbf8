"""Steps in the order that breaks nothing: rooms shut before the list, the list opened before rooms."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bridge.alliance.plan import InviteChange, ListChange, Observed, RoomChange, Wanted, plan

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
    wanted = Wanted(own="own", members=members | {"own"})
    rooms, listed = dict(observed.rooms), observed.listed or frozenset()
    for step in plan(wanted, observed):
        if isinstance(step, ListChange):
            assert all(inside <= wanted.servers for inside in rooms.values())
            listed = step.servers
        else:
            assert step.servers - rooms[step.room] <= listed
            rooms[step.room] = step.servers


def test_it_says_in_words_what_it_would_do():
    wanted = Wanted(own="own", members=frozenset({"a", "own"}))
    steps = plan(wanted, Observed(listed=frozenset({"own", "b"}), rooms={"!1": frozenset({"own", "b"})}))
    assert [type(step) for step in steps] == [RoomChange, ListChange, RoomChange]
    assert [step.words.en for step in steps] == [
        "Shut b out of room !1", "Rewrite the homeserver's allow list (in: a, out: b)", "Let a into room !1",
    ]  # fmt: skip
    assert plan(wanted, Observed(listed=frozenset({"own", "a"}))) == []


def test_members_who_were_not_invited_are_invited_last_and_rooms_are_called_by_their_names():
    wanted = Wanted(own="own", members=frozenset({"a", "own"}))
    seen = Observed(listed=frozenset({"own"}), rooms={"!1": frozenset({"own"})}, called={"!1": "連合"},
                    missing={"!1": frozenset({"@kairan:a", "@kairan:gone"})})  # fmt: skip
    steps = plan(wanted, seen)
    assert [type(step) for step in steps] == [ListChange, RoomChange, InviteChange]
    assert [step.words.ja for step in steps[1:]] == [
        "部屋 連合 (!1) に a を入れる",
        "@kairan:a を部屋 連合 (!1) に招待する",
    ]
    assert plan(Wanted(own="own"), replace(seen, listed=frozenset({"own"}))) == []


def test_who_is_out_or_has_a_list_that_ran_out_closes_its_own_door_and_shuts_nobody_else_out_of_any_room():
    room = {"!1": frozenset({"own", "a", "b"})}
    listed = frozenset({"own", "a", "b"})
    for members in (frozenset(), frozenset({"a", "b"})):
        steps = plan(Wanted(own="own", members=members), Observed(listed=listed, rooms=room))
        assert [type(step) for step in steps if isinstance(step, RoomChange)] == []
    assert [step.servers for step in plan(Wanted(own="own"), Observed(listed=listed, rooms=room))] == [{"own"}]


def test_members_stay_in_a_room_that_somebody_who_went_had_shut_to_all_but_themselves():
    wanted = Wanted(own="own", members=frozenset({"own", "a"}))
    observed = Observed(listed=frozenset({"own", "a", "gone"}), rooms={"!1": frozenset({"gone"})})
    assert [step.servers for step in plan(wanted, observed)] == [{"own", "a"}, {"own", "a"}]
