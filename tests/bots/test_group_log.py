"""A group's log: whoever folds it, in whatever order it came, has the same group; what nobody may do does not count."""

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bots.events import Signed
from bots.group_log import Appoint, Bar, Create, Guide, Invite, Move, Place, Theme, body_of, deed_of
from bots.group_standing import standing
from bridge.alliance.parcel import sealed
from bridge.alliance.signing import Key

AT = datetime(2026, 11, 25, tzinfo=UTC)
GROUP = "a/dx"
ANN, BEN, CAT, MALLORY = "@ann:a", "@ben:b", "@cat:c", "@mallory:m"
COUNT = itertools.count()


def signed(by, n, do, *, signer=None, group=GROUP) -> Signed:
    """Signed at another moment each, so that two of the same words are two."""
    server = signer or by.partition(":")[2]
    at = AT + timedelta(seconds=next(COUNT))
    return sealed("group", body_of(group, n, by, do), server=server, key=Key.of(server), at=at)


def deed(*given, **named):
    return deed_of(signed(*given, **named))


FOUNDED = deed(ANN, 1, Create(name="DX", rules="be kind", rooms=["talk"], stewards=[ANN, BEN]))


def test_a_group_begins_with_its_stewards_and_rooms():
    group = standing([FOUNDED])
    assert (group.name, group.stewards, group.servers) == ("DX", (ANN, BEN), ("a", "b"))
    assert [room.key for room in group.themes] == ["talk"]


def test_nobody_founds_another_s_group_or_speaks_for_another_s_people():
    forged = Create(name="Mine", rules="", rooms=["x"], stewards=[MALLORY, BEN])
    assert standing([deed(MALLORY, 1, forged), FOUNDED]).name == "DX"
    assert deed(ANN, 2, Guide(words="mine"), signer="m") is None
    assert standing([deed(MALLORY, 1, forged)]) is None


def test_who_is_no_steward_changes_nothing():
    deeds = [
        FOUNDED,
        deed(MALLORY, 2, Appoint(user=MALLORY, on=True)),
        deed(MALLORY, 3, Bar(target=BEN, how="ban", why="")),
        deed(MALLORY, 4, Place(key="talk", room="!mine")),
        deed(MALLORY, 5, Theme(key="talk", on=False)),
    ]
    assert standing(deeds) == standing([FOUNDED])


def test_only_who_made_a_room_moves_it_and_from_where_it_stands():
    placed = [FOUNDED, deed(ANN, 2, Place(key="talk", room="!1")), deed(BEN, 3, Place(key="", room="!s"))]

    def moved(by, key, before, room, n=4):
        return standing([*placed, deed(by, n, Move(key=key, before=before, room=room))])

    assert moved(ANN, "talk", "!1", "!2").rooms["talk"].room == "!2"
    assert moved(ANN, "talk", "!1", "!2").former == {"!1"}
    assert moved(BEN, "", "!s", "!t").space == "!t"
    for wrong in ((BEN, "talk", "!1", "!2"), (ANN, "talk", "!0", "!2"), (ANN, "", "!s", "!t"), (ANN, "x", "!1", "!2"),
                  (MALLORY, "talk", "!1", "!2")):  # fmt: skip
        after = moved(*wrong)
        assert (after.space, after.rooms["talk"].room, after.former) == ("!s", "!1", frozenset())


def test_a_room_does_not_go_back_to_where_it_was():
    placed, moved = Place(key="talk", room="!1"), Move(key="talk", before="!1", room="!2")
    there = [FOUNDED, deed(ANN, 2, placed), deed(ANN, 3, moved)]
    assert standing([*there, deed(ANN, 4, Move(key="talk", before="!2", room="!1"))]).rooms["talk"].room == "!2"


def test_the_first_place_of_a_room_counts():
    group = standing([FOUNDED, deed(ANN, 2, Place(key="talk", room="!1")), deed(BEN, 3, Place(key="talk", room="!2"))])
    assert group.rooms["talk"].room == "!1"


def test_a_steward_put_out_can_do_nothing_more_and_the_last_one_stays():
    group = standing([
        FOUNDED,
        deed(ANN, 2, Appoint(user=BEN, on=False)),
        deed(BEN, 3, Guide(words="mine")),
        deed(ANN, 4, Appoint(user=ANN, on=False)),
    ])  # fmt: skip
    assert (group.stewards, group.guide) == ((ANN,), "be kind")


def test_stewards_of_a_barred_server_have_no_power_and_their_kairan_none():
    group = standing([FOUNDED, deed(ANN, 2, Bar(target="b", how="ban", why="")), deed(BEN, 3, Guide(words="mine"))])
    assert (group.servers, group.guide) == (("a",), "be kind")
    assert group.bars("@anybody:b")


def test_guests_come_only_to_rooms_that_are_open_to_them():
    invited = deed(ANN, 3, Invite(user=CAT, key="talk", until=1_800_000_000))
    assert not standing([FOUNDED, deed(ANN, 2, Theme(key="talk", on=True)), invited]).guests
    assert standing([FOUNDED, deed(ANN, 2, Theme(key="talk", on=True, guests=True)), invited]).guests


def test_nobody_uses_up_the_numbers():
    group = standing([FOUNDED, deed(BEN, 2**40 - 1, Guide(words="last")), deed(ANN, 2, Guide(words="next"))])
    assert (group.guide, group.next) == ("next", 3)


MANY = [
    FOUNDED,
    deed(ANN, 2, Place(key="", room="!s")),
    deed(BEN, 2, Appoint(user=CAT, on=True)),
    deed(CAT, 3, Theme(key="news", on=True)),
    deed(ANN, 3, Appoint(user=BEN, on=False)),
    deed(BEN, 4, Guide(words="by Ben")),
    deed(CAT, 4, Guide(words="by Cat")),
    deed(MALLORY, 5, Bar(target=ANN, how="ban", why="")),
]


@given(st.permutations(MANY))
def test_the_order_in_which_it_comes_makes_no_difference(deeds):
    assert standing(deeds) == standing(MANY)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**50), 2**50) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["group", "n", "by", "do"]), JUNK))
def test_nonsense_is_no_deed(body):
    assert deed_of(Signed(id="x", kind="group", signer="a", at=AT, body=body, raw="")) is None
