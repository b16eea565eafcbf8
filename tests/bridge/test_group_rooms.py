"""What a group's rooms are made as, and what is changed in them; never more than we may, never our own downfall."""

from datetime import UTC, datetime

from bots.group_log import Group, Themed
from bridge.matrix.group_rooms import inside, is_ours, meant, plan, room_body, space_body

BOTS = {"a": "@kairan:a", "b": "@kairan:b", "c": "@kairan:c"}
GROUP = Group(
    id="a/1", name="DX", rules="be kind", founder="a", stewards=("@ann:a", "@ben:b"),
    rooms={"talk": Themed(key="talk", room="!talk"), "new": Themed(key="new")}, space="!space",
)  # fmt: skip
AT = datetime(2026, 11, 25, tzinfo=UTC)


def event(kind, content, *, key="", sender="@kairan:a"):
    return {"type": kind, "state_key": key, "content": content, "sender": sender}


def state(users, *, creator="@kairan:a", name="DX", children=()):
    return [
        event("m.room.create", {"room_version": "12"}, sender=creator),
        event("m.room.power_levels", {"users": users, "invite": 50}),
        event("m.room.name", {"name": name}),
        *(event("m.space.child", {"via": ["a", "b"], "order": "000"}, key=child) for child in children),
    ]


WANTED = {"@ben:b": 50, "@ann:a": 50, "@kairan:b": 100}


def test_who_makes_a_room_of_version_12_does_not_stand_among_its_users():
    for body in (
        space_body(GROUP, alias="x", bots=BOTS, own="@kairan:a"),
        room_body(GROUP, "talk", alias="x", bots=BOTS, own="@kairan:a", space="!space"),
    ):
        assert body["room_version"] == "12"
        assert body["power_level_content_override"]["users"] == WANTED
        assert body["power_level_content_override"]["events"]["m.space.child"] == 100


def test_a_room_lets_in_whoever_is_in_the_space_and_nobody_else():
    body = room_body(GROUP, "talk", alias="x", bots=BOTS, own="@kairan:a", space="!space")
    rule = next(e["content"] for e in body["initial_state"] if e["type"] == "m.room.join_rules")
    assert rule == {"join_rule": "restricted", "allow": [{"type": "m.room_membership", "room_id": "!space"}]}


def test_nothing_is_changed_where_all_is_well():
    assert plan(GROUP, "", state=state(WANTED, children=["!talk"]), bots=BOTS, own="@kairan:b") == []


def test_a_room_that_is_not_made_yet_is_not_shown():
    changes = plan(GROUP, "", state=state(WANTED), bots=BOTS, own="@kairan:a")
    assert [(c.kind, c.key, c.content) for c in changes] == [
        ("m.space.child", "!talk", {"via": ["a", "b"], "order": "000"})
    ]


def test_a_room_that_was_upgraded_is_shown_no_more_and_one_opens_for_the_space_that_there_is_now():
    moved = Group(**{**_fields(), "space": "!space2", "former": frozenset({"!space", "!talk0"})})
    shown = state(WANTED, children=["!talk0", "!talk"])
    assert [(c.kind, c.key, c.content) for c in plan(moved, "", state=shown, bots=BOTS, own="@kairan:a")] == [
        ("m.space.child", "!talk0", {})
    ]
    rule = {"join_rule": "restricted", "allow": [{"type": "m.room_membership", "room_id": "!space"}]}
    parent = event("m.space.parent", {"via": ["a"]}, key="!space")
    before = [*state(WANTED, name="talk"), event("m.room.join_rules", rule), parent]
    changes = plan(moved, "talk", state=before, bots=BOTS, own="@kairan:a")
    assert [(c.kind, c.key) for c in changes] == [
        ("m.room.join_rules", ""), ("m.space.parent", "!space2"), ("m.space.parent", "!space"),
    ]  # fmt: skip
    assert changes[0].content["allow"][0]["room_id"] == "!space2"
    after = [event(c.kind, c.content, key=c.key) for c in changes]
    assert plan(moved, "talk", state=[*state(WANTED, name="talk"), *after], bots=BOTS, own="@kairan:a") == []


def test_a_group_goes_on_only_in_what_its_maker_made_and_rules():
    levels = {"users": {"@kairan:b": 100}, "state_default": 100}
    create = {"sender": "@kairan:a", "content": {"room_version": "12", "predecessor": {"room_id": "!old"}}}
    assert is_ours(create, levels, before="!old", own="@kairan:a")
    assert not is_ours(create, levels, before="!other", own="@kairan:a")
    assert not is_ours(create, levels, before="!old", own="@kairan:b")
    older = {**create, "content": {**create["content"], "room_version": "11"}}  # its maker has what the levels say
    assert not is_ours(older, levels, before="!old", own="@kairan:a")
    assert is_ours(older, {"users": {"@kairan:a": 100}, "state_default": 100}, before="!old", own="@kairan:a")
    assert not is_ours({"sender": "@kairan:a", "content": {"predecessor": "x"}}, {}, before="!old", own="@kairan:a")


def levels(users, own, group=GROUP):
    changes = plan(group, "talk", state=state(users, name="talk"), bots=BOTS, own=own)
    return next((c.content["users"] for c in changes if c.kind == "m.room.power_levels"), None)


def test_a_former_steward_loses_the_level_and_others_of_our_height_are_left_alone():
    assert levels({**WANTED, "@former:b": 50, "@kairan:c": 100}, "@kairan:b") == {**WANTED, "@kairan:c": 100}
    assert levels({**WANTED, "@kairan:c": 100}, "@kairan:a") == WANTED  # the creator may


def test_who_has_less_power_wants_nothing_above_it():
    assert levels({"@kairan:b": 50}, "@kairan:b") == {"@ann:a": 50, "@ben:b": 50, "@kairan:b": 50}


def test_a_muted_person_cannot_write_and_a_barred_server_s_kairan_has_no_power():
    muted = Group(**{**_fields(), "barred": {"@x:c": "mute", "b": "ban"}})
    assert levels({}, "@kairan:a", muted) == {"@ann:a": 50, "@x:c": -1}


def _fields():
    return {name: getattr(GROUP, name) for name in Group.__slots__}


def test_hostile_state_is_survived():
    odd = [event("m.room.power_levels", {"users": 3}), event("m.room.name", None), {"type": "m.room.member"}]
    assert plan(GROUP, "", state=odd, bots=BOTS, own="@kairan:b")
    assert inside(odd, "join") == {}


def test_a_server_means_its_people_first_and_its_kairan_last():
    assert meant("b", ["@kairan:b", "@x:b", "@x:a", "@a:b"]) == ["@a:b", "@x:b", "@kairan:b"]
    assert meant("@y:b", ["@x:b"]) == ["@y:b"]
