"""The alliance's list, its changes and its chain: what is signed by a quorum goes into force, and nothing else."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.alliance import Member
from bots.events import UserId
from bridge.alliance.chain import judge, rival
from bridge.alliance.codes import check_digit, is_code
from bridge.alliance.motion import (
    OPEN,
    adding,
    approvals,
    deciding,
    fits,
    following,
    founding,
    introduced,
    introduction,
    needed,
    objection,
    offer,
    read_change,
    removing,
    rotating,
)
from bridge.alliance.names import skeleton, warnings
from bridge.alliance.parcel import sealed
from bridge.alliance.powers import powers
from bridge.alliance.roll import (
    LIVES,
    Entry,
    NoRoll,
    complete,
    entry_written,
    fingerprint,
    quorum_for,
    read,
    read_entry,
    signers,
    written,
)
from bridge.alliance.signing import Key, canonical, sign
from bridge.clock import now as this_moment
from forms.text import Text

NOW = 1_795_000_000_000
TOWNS = ("つくば", "中津", "多摩", "別府", "大津", "三鷹", "四日市", "五島")
SERVERS = [f"town{n}.example.jp" for n in range(len(TOWNS))]


def key(server):
    return Key.of(server)


def entry(server, since=NOW, ja=None):
    member = Member(
        server=server, bot=UserId(f"@kairan:{server}"), name=Text(ja=ja or server, en=server), code="",
        kind="municipality", contact="",
    )  # fmt: skip
    public = key(server)
    return Entry(member=member, keys={public.id: public.public}, since=since)


def adds(server, at=NOW):
    return read_change(adding(introduction(entry(server, since=at), key(server))))


def vote(server, change, choice="approve", by=None):
    body = {"motion": change.id, "choice": choice}
    return sealed("vote", body, server=server, key=key(by or server), at=this_moment()).raw


def signed(roll, servers, number=0):
    document = {**written(roll), "round": number}
    for server in servers:
        document = sign(document, server, key(server))
    return read(document)


def alliance(n):
    """A list of n members, which grew by one each time; each version signed by a quorum of the one before."""
    roll = signed(founding(entry(SERVERS[0]), NOW), SERVERS[:1])
    for server in SERVERS[1:n]:
        new = following(roll, [adds(server)], roll.issued + 1)
        roll = signed(new, [one.server for one in roll.council()][: roll.quorum])
    return roll


# -- codes and names -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["082201", "442038", "132241", "442020", "011002", "131016", "472018", "080004"])
def test_codes_of_real_municipalities_have_their_check_digit(code):
    assert is_code(code)


@given(st.text("0123456789", min_size=5, max_size=5), st.integers(1, 9))
def test_a_code_with_another_last_digit_is_none(five, off):
    good = check_digit(five)
    assert is_code(five + good)
    assert not is_code(five + str((int(good) + off) % 10))


@pytest.mark.parametrize("code", ["", "08220", "0822011", "０８２２０１", "08220a", "08-201"])
def test_what_is_no_code_is_none(code):
    assert not is_code(code)


KNOWN = [("つくば市", "chat.tsukuba.example.jp"), ("二宮町", "ninomiya.example.jp"), ("Tokyo", "tokyo.example.jp")]


@pytest.mark.parametrize(
    ("name", "server"),
    [
        ("つくば市\u202e", "evil.example.jp"), ("つく\u200bば市", "evil.example.jp"), ("ニ宮町", "evil.example.jp"),
        ("Tоkyo", "evil.example.jp"), ("つくば市", "evil.example.jp"), ("ＴＯＫＹＯ", "evil.example.jp"),
        ("別府市", "t0kyo.example.jp"), ("別府市", "xn--80ak6aa92e.example.jp"), ("עיר", "evil.example.jp"),
    ],
)  # fmt: skip
def test_a_name_that_could_be_taken_for_another_is_warned_about(name, server):
    assert warnings([name], server, KNOWN)


@pytest.mark.parametrize("name", ["別府市", "一宮市", "Beppu", "Köln", "南アルプス市"])
def test_an_ordinary_name_is_not(name):
    assert not warnings([name], "chat.city.beppu.oita.jp", KNOWN)


def test_a_member_that_comes_again_under_its_own_server_is_no_imitation():
    assert not warnings(["つくば市"], "chat.tsukuba.example.jp", KNOWN)
    assert skeleton("二") == skeleton("ニ")


# -- the list --------------------------------------------------------------------------------------------------------


def test_a_list_reads_back_as_it_was_written():
    roll = alliance(3)
    assert read(canonical(roll.document)) == roll
    assert [e.server for e in roll.entries] == SERVERS[:3]
    assert (roll.version, roll.quorum) == (3, 2)


def change_of(roll, **changed):
    return {**roll.document, **changed}


@pytest.mark.parametrize(
    "changed",
    [
        {"version": 0}, {"version": "2"}, {"version": True}, {"until": NOW}, {"quorum": 0}, {"quorum": 9},
        {"members": []},
        {"members": None}, {"rule": "mine"}, {"type": "x"}, {"issued": -1}, {"carried": {"a": "b"}}, {"room": 1},
        {"previous": "x" * 65}, {"issued": 2**53},
    ],
)  # fmt: skip
def test_a_document_that_is_no_list_is_refused(changed):
    with pytest.raises(NoRoll):
        read(change_of(alliance(3), **changed))


@pytest.mark.parametrize(
    "changed",
    [
        {"server": "EVIL.example.jp"}, {"server": "a b"}, {"server": "http://x"}, {"server": "x/../y"}, {"server": ""},
        {"bot": "@kairan:other.example.jp"}, {"bot": "kairan"}, {"code": "082202"}, {"kind": "god"}, {"name": "x"},
        {"name": {"ja": "", "en": "x"}}, {"name": {"ja": "x" * 61, "en": "x"}}, {"keys": {}},
        {"keys": {"ed25519:x": "AAAA"}},
        {"since": -1}, {"contact": "x" * 201}, {"until": "x"}, {"server": "a" * 201},
    ],
)  # fmt: skip
def test_a_member_that_makes_no_sense_makes_the_list_none(changed):
    document = alliance(3).document
    first, *rest = document["members"]
    with pytest.raises(NoRoll):
        read({**document, "members": [{**first, **changed}, *rest]})


def test_a_member_twice_or_out_of_order_makes_the_list_none():
    document = alliance(3).document
    for members in (document["members"][::-1], [*document["members"], document["members"][-1]]):
        with pytest.raises(NoRoll):
            read({**document, "members": members})


@given(
    st.recursive(
        st.none() | st.integers() | st.text() | st.booleans(),
        lambda x: st.lists(x) | st.dictionaries(st.sampled_from(["members", "type", "version", "keys", "name"]), x),
    )
)
def test_nothing_that_a_document_holds_makes_reading_it_fail_otherwise(value):
    with pytest.raises(NoRoll):
        read({"type": "jp.kairan.alliance", "members": value, "version": value})
    with pytest.raises(NoRoll):
        read_change(value)
    assert objection(value, alliance(2), NOW)


def test_five_thousand_members_are_read_and_verified_quickly():
    many = sorted((entry(f"town{n}.example.jp") for n in range(5000)), key=lambda e: e.server)
    roll = replace(founding(many[0], NOW), entries=tuple(many), quorum=4)
    raw = canonical(signed(roll, [e.server for e in roll.council()]).document)
    began = time.process_time()  # the machine may be busy with anything
    found = read(raw)
    assert complete(found.document, found)
    warnings(["つくば市"], "x.example.jp", [(e.member.name.ja, e.server) for e in found.entries])
    assert time.process_time() - began < 10  # about one second here
    assert len(found.entries) == 5000


# -- who signs -------------------------------------------------------------------------------------------------------


def test_the_quorum_is_more_than_half_while_they_are_few_and_any_two_meet():
    assert [quorum_for(n) for n in range(1, 9)] == [1, 2, 2, 3, 3, 4, 4, 4]
    for n in range(1, 9):
        roll = alliance(n)
        assert 2 * roll.quorum > len(roll.council())
        assert sorted(roll.turn(e.server) for e in roll.council()) == list(range(len(roll.council())))


def test_a_quorum_short_by_one_is_none_and_doubled_or_foreign_signatures_do_not_count():
    roll = alliance(3)
    new = following(roll, [], roll.issued + LIVES // 3)
    assert judge(signed(new, SERVERS[:2]), roll, new.issued) == "next"
    assert judge(signed(new, SERVERS[:1]), roll, new.issued) == "forged"
    assert judge(signed(new, [SERVERS[0], SERVERS[0], SERVERS[7]]), roll, new.issued) == "forged"
    by_another = sign(sign(written(new), SERVERS[0], key(SERVERS[0])), SERVERS[1], key(SERVERS[7]))
    assert judge(read(by_another), roll, new.issued) == "forged"
    assert signers(by_another, roll) == {SERVERS[0]}


@given(st.data())
def test_a_list_that_is_altered_anywhere_is_forged(data):
    roll = alliance(3)
    new = signed(following(roll, [adds(SERVERS[3])], roll.issued + 1000), SERVERS[:3]).document
    name = data.draw(st.sampled_from(["issued", "room", "carried", "members", "quorum", "rule", "round"]))
    other = {
        "issued": new["issued"] + 1, "room": "!x", "carried": {}, "members": new["members"][1:], "quorum": 2,
        "rule": "fixed", "round": 5,
    }[name]  # fmt: skip
    changed = {**new, name: other} | ({"until": new["until"] + 1} if name == "issued" else {})
    assert judge(read(changed), roll, new["issued"]) == "forged"


def test_there_is_no_way_back_and_a_gap_is_seen():
    one, two, three, four = (alliance(n) for n in range(1, 5))
    assert judge(two, three, NOW) == "older"
    assert judge(three, three, NOW) == "known"
    assert judge(four, two, NOW) == "gap"
    assert judge(two, one, NOW) == "next"
    assert judge(replace(four), three, four.issued) == "next"


def test_two_complete_lists_of_one_version_are_rivals_and_one_list_from_two_rounds_is_none():
    roll = alliance(3)
    one = signed(following(roll, [], roll.issued + LIVES // 3), SERVERS[:2])
    other = signed(following(roll, [], roll.issued + LIVES // 2), SERVERS[1:3])
    again = signed(following(roll, [], roll.issued + LIVES // 3), SERVERS[1:3], number=4)
    assert rival(other, one, roll)
    assert not rival(again, one, roll)
    assert not rival(signed(other, SERVERS[:1]), one, roll)
    assert judge(again, one, NOW) == "known"
    next_of_other = signed(following(other, [], other.issued + LIVES // 3), SERVERS[:2])
    assert judge(next_of_other, one, next_of_other.issued) == "rival"


def test_a_list_from_the_future_waits_and_one_that_is_too_old_says_nothing():
    roll = alliance(2)
    new = signed(following(roll, [], roll.issued + LIVES // 3), SERVERS[:2])
    assert judge(new, roll, new.issued - 3_600_000) == "early"
    assert new.holds_at(new.issued)
    assert not new.holds_at(new.until)
    assert not new.holds_at(new.issued - 3_600_000)


# -- changes ---------------------------------------------------------------------------------------------------------


def test_a_newcomer_is_added_by_a_quorum_of_votes_and_not_by_one_less():
    roll, change = alliance(3), adds(SERVERS[3])
    votes = [vote(server, change) for server in SERVERS[:2]]
    assert needed(change, roll) == 2
    for some, count in ((votes, 4), (votes[:1], 3), ([votes[0], votes[0]], 3)):
        assert len(offer(roll, [(change, some)], NOW + LIVES // 4)["list"]["members"]) == count
    good = offer(roll, [(change, votes)], NOW + 1000)
    assert objection(good, roll, NOW + 1000) is None
    for some in ([], votes[:1], [votes[0], votes[0]], [votes[0], vote(SERVERS[1], change, "refuse")],
                 [votes[0], vote(SERVERS[1], change, by=SERVERS[7])], [votes[0], vote(SERVERS[7], change)],
                 [votes[0], vote(SERVERS[1], adds(SERVERS[4]))], [votes[0], "x"], [votes[0], None]):  # fmt: skip
        bad = {**good, "because": [{"change": change.document, "votes": some}]}
        assert objection(bad, roll, NOW + 1000) == "votes are missing"


def test_a_list_that_says_more_than_was_voted_on_is_not_signed():
    roll, change = alliance(3), adds(SERVERS[3])
    good = offer(roll, [(change, [vote(s, change) for s in SERVERS[:2]])], NOW + 1000)
    for changed in ({"quorum": 1}, {"rule": "fixed"}, {"members": good["list"]["members"][1:]}, {"carried": {}},
                    {"previous": "0" * 64}, {"version": 9}, {"issued": NOW + LIVES, "until": NOW + 2 * LIVES},
                    {"issued": roll.issued, "until": roll.issued + LIVES}):  # fmt: skip
        assert objection({**good, "list": {**good["list"], **changed}}, roll, NOW + 1000)
    assert objection({**good, "because": []}, roll, NOW + 1000)
    assert objection({"list": 1}, roll, NOW)
    assert objection(None, roll, NOW)


def test_a_list_without_a_change_is_renewed_but_not_all_the_time():
    roll = alliance(3)
    assert objection(offer(roll, [], NOW + 1000), roll, NOW + 1000) == "there is nothing to change yet"
    assert objection(offer(roll, [], NOW + LIVES // 3), roll, NOW + LIVES // 3) is None
    assert objection(offer(roll, [], NOW + 1000, room="!room"), roll, NOW + 1000) is None
    housed = signed(following(roll, [], NOW + 1000, room="!room"), SERVERS[:2])
    moved = offer(housed, [], NOW + LIVES // 3)
    moved["list"]["room"] = "!other"
    assert objection(moved, housed, NOW + LIVES // 3) == "another room"


def test_all_move_to_another_room_only_where_each_saw_that_theirs_must_be_given_up():
    housed = signed(following(alliance(3), [], NOW + 1000, room="!room"), SERVERS[:2])
    moved = offer(housed, [], NOW + 2000, room="!other")
    assert objection(moved, housed, NOW + 2000) == "another room"
    assert objection(moved, housed, NOW + 2000, forfeit="!elsewhere") == "another room"
    assert objection(moved, housed, NOW + 2000, forfeit="!room") is None
    moved["list"]["room"] = ""
    assert objection(moved, housed, NOW + 2000, forfeit="!room") == "another room"


@pytest.mark.parametrize(
    ("create", "users", "own", "kept", "forfeit"),
    [
        # version 12: its maker takes everybody's, the others see that it can
        ("12 @a", {"@b": 100, "@gone": 100, "@x": 50}, "@a", {"@b": 100}, False),
        ("12 @a", {"@b": 100, "@gone": 100, "@x": 50}, "@b", {"@b": 100, "@gone": 100}, False),
        # its maker is no member any more: nobody can
        ("12 @gone", {"@a": 100, "@b": 100}, "@a", {"@a": 100, "@b": 100}, True),
        # an earlier version: one of 100 cannot take another's, one above can
        ("10 @gone", {"@a": 100, "@b": 100, "@gone": 100}, "@a", {"@a": 100, "@b": 100, "@gone": 100}, True),
        ("10 @gone", {"@a": 101, "@b": 100, "@gone": 100}, "@a", {"@a": 100, "@b": 100}, False),
        ("10 @gone", {"@a": 101, "@b": 100, "@gone": 100}, "@b", {"@a": 100, "@b": 100, "@gone": 100}, False),
        ("10 @a", {"@a": 100, "@b": 100}, "@a", {"@a": 100, "@b": 100}, False),
    ],
)
def test_whoever_stays_and_stands_higher_takes_the_power_of_who_went(create, users, own, kept, forfeit):
    version, maker = create.split()
    event = {"sender": maker, "content": {"room_version": version}}
    found = powers(event, {"users": users}, bots=["@a", "@b"], own=own)
    assert (found.users, found.forfeit) == (kept, forfeit)
    assert bool(found.beyond) == (forfeit or "@gone" in kept)


def test_a_member_that_is_none_of_the_longest_standing_has_no_power_and_is_no_reason_to_move():
    event, users = {"sender": "@a", "content": {"room_version": "12"}}, {"@b": 100, "@late": 100}
    found = {own: powers(event, {"users": users}, bots=["@a", "@b", "@late"], chosen=["@a", "@b"], own=own)
             for own in ("@a", "@b")}  # fmt: skip
    assert (found["@a"].users, found["@b"].users) == ({"@b": 100}, users)
    assert not any(one.beyond or one.forfeit for one in found.values())


def test_how_many_people_a_member_has_is_signed_with_the_rest_where_it_says_so():
    entry = alliance(1).entries[0]
    large = replace(entry, member=replace(entry.member, population=256_000))
    assert read_entry(entry_written(large)) == large
    assert "population" not in entry_written(entry)
    for wrong in (0, -1, 10**9, "many", 1.5, True):
        with pytest.raises(NoRoll):
            read_entry({**entry_written(entry), "population": wrong})


@pytest.mark.parametrize("levels", [{}, {"users": 3}, {"users": {"@x": "much", "@y": None, 3: 4}}])
def test_levels_that_make_no_sense_are_survived(levels):
    assert powers({"sender": 3, "content": 4}, levels, bots=["@a"], own="@a").users["@a"] == 100


def test_an_old_vote_is_no_vote_for_the_next_time():
    roll, change = alliance(3), adds(SERVERS[3])
    votes = [vote(server, change) for server in SERVERS[:2]]
    grown = signed(following(roll, [change], NOW + 1000), SERVERS[:2])
    gone = read_change(removing(grown.at(SERVERS[3]), NOW + 2000))
    shrunk = signed(following(grown, [gone], NOW + 3000), SERVERS[:3])
    assert [e.server for e in shrunk.entries] == SERVERS[:3]
    assert not fits(change, shrunk, NOW + 4000)
    assert len(offer(shrunk, [(change, votes)], NOW + 4000)["list"]["members"]) == 3
    assert not fits(change, shrunk, NOW + OPEN + 5000)
    again = adds(SERVERS[3], at=NOW + 5000)
    assert fits(again, shrunk, NOW + 5000)
    assert approvals(again, votes, shrunk) == set()
    later = following(shrunk, [], NOW + OPEN + 5000)
    assert change.id not in later.carried


def test_nobody_votes_on_being_removed_and_who_leaves_asks_nobody():
    roll = alliance(4)
    there = roll.at(SERVERS[3])
    removal, leaving = read_change(removing(there, NOW)), read_change(removing(there, NOW, leaving=True))
    assert approvals(removal, [vote(s, removal) for s in SERVERS[:4]], roll) == set(SERVERS[:3])
    assert approvals(leaving, [vote(s, leaving) for s in SERVERS[:3]], roll) == set()
    offered = offer(roll, [(leaving, [vote(SERVERS[3], leaving)])], NOW + 1000)
    assert [m["server"] for m in offered["list"]["members"]] == SERVERS[:3]
    assert objection(offered, roll, NOW + 1000) is None


def test_keys_are_rotated_and_the_quorum_is_decided_on():
    roll, fresh = alliance(3), Key.of("fresh")
    rotation = read_change(rotating(SERVERS[0], {fresh.id: fresh.public}, NOW))
    assert following(roll, [rotation], NOW + 1000).at(SERVERS[0]).keys == {fresh.id: fresh.public}
    decided = following(roll, [read_change(deciding(3, NOW))], NOW + 1000)
    assert (decided.quorum, decided.rule) == (3, "fixed")
    assert not fits(read_change(deciding(4, NOW)), roll, NOW)
    grows = following(decided, [read_change(deciding(0, NOW + 1))], NOW + 2000)
    assert (grows.quorum, grows.rule) == (2, "grows")


@given(st.lists(st.sampled_from(range(8)), min_size=1, max_size=8), st.integers(1, 4))
def test_whatever_is_moved_at_once_the_next_list_is_one_that_can_be_read_and_signed(places, size):
    roll = alliance(size)
    changes = []
    for place in places:
        there = roll.at(SERVERS[place])
        changes.append(adds(SERVERS[place]) if there is None else read_change(removing(there, NOW + place)))
    new = read(written(following(roll, changes, NOW + 1000)))
    assert new.entries
    assert 2 * new.quorum > len(new.council()) >= new.quorum
    assert following(roll, changes[::-1], NOW + 1000) == new


def test_an_introduction_is_signed_by_who_introduces_itself_and_says_no_more():
    good = introduction(entry(SERVERS[0]), key(SERVERS[0]))
    assert introduced(good).server == SERVERS[0]
    other = introduction(entry(SERVERS[0]), key(SERVERS[1]))
    for bad in (other, {**good, "more": 1}, {**good, "member": {**good["member"], "contact": "x"}}, {}, None, "x"):
        with pytest.raises(NoRoll):
            introduced(bad)


def test_a_fingerprint_is_short_and_another_for_another_key_or_server():
    one = fingerprint(SERVERS[0], entry(SERVERS[0]).keys)
    assert len(one) == 24
    assert one.replace(" ", "").isdecimal()
    assert one != fingerprint(SERVERS[0], entry(SERVERS[1]).keys)
    assert one != fingerprint(SERVERS[1], entry(SERVERS[0]).keys)
