"""What every store must keep, on SQLite and on PostgreSQL: the inbox, the outbox, rooms, and rows of every type."""

import asyncio
import json
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.errors import Unreachable
from bridge.store import inbox, outbox, rooms, upgrades
from bridge.store.engine import tentative, upsert
from bridge.store.inbox import PATIENCE, Incoming
from bridge.store.outbox import Letter, txn
from bridge.store.tables import asked, ballot, blob, envelope, live, pending, reminder, response
from bridge.store.tables import inbox as inbox_table
from bridge.store.tables import outbox as outbox_table
from tests.examples import many
from tests.postgres import opened

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
LATER = NOW + PATIENCE
ROOM, OTHER = "!a", "!b"


@pytest.fixture
def store(database, tmp_path):
    store = opened(database, tmp_path)
    yield store
    store.close()


def event(name, room=ROOM, sender="@sato:tsukuba", **content):
    return Incoming(name, room, sender, {"type": "m.room.message", "event_id": name, "content": content})


def received(store, *events, at=NOW):
    store.do(partial(inbox.record, events=events, now=at))


def head(store, room=ROOM):
    found = store.do(partial(inbox.head, room=room))
    return found and found.event_id


def done(store, room=ROOM):
    found = store.do(partial(inbox.head, room=room))
    store.do(partial(inbox.done, seq=found.seq))
    return found.event_id


def letters(*names, lane=ROOM, **more):
    return [Letter(txn=name, lane=lane, body={"kind": "say", "text": name}, **more) for name in names]


def queued(store, *written, at=NOW):
    store.do(partial(outbox.put, letters=written, now=at))


def taken(store, lane=ROOM):
    return store.do(partial(outbox.head, lane=lane))


# -- the inbox -------------------------------------------------------------------------------------------------------


def test_an_event_is_kept_once_however_often_it_comes(store):
    received(store, event("$1"), event("$1"))
    received(store, event("$1"), event("$2"))
    assert [done(store), done(store), head(store)] == ["$1", "$2", None]
    received(store, event("$1"))
    assert head(store) is None
    assert store.do(partial(inbox.known, event_ids=["$1", "$9"])) == {"$1"}


def test_each_room_has_its_own_order(store):
    received(store, event("$1"), event("$x", OTHER), event("$2"), event("$3"))
    assert [done(store) for _ in range(3)] == ["$1", "$2", "$3"]
    assert list(store.do(inbox.rooms_with_work)) == [OTHER]
    assert done(store, OTHER) == "$x"


def test_words_are_gone_once_an_event_is_handled(store):
    received(store, event("$1", body="はい"))
    done(store)
    rows = store.do(lambda c: c.execute(sa.text("SELECT event_id, state, body, session_id FROM inbox")).all())
    assert [tuple(row) for row in rows] == [("$1", "done", None, None)]


def test_an_event_without_its_key_holds_its_room_until_patience_ends(store):
    received(store, event("$1"), event("$2"))
    first = store.do(partial(inbox.head, room=ROOM))
    store.do(partial(inbox.wait, seq=first.seq, session="s", now=NOW))
    waiting = store.do(partial(inbox.head, room=ROOM))
    assert (waiting.event_id, waiting.waiting, waiting.until) == ("$1", True, LATER)
    early = LATER - timedelta(seconds=1)
    assert store.do(partial(inbox.give_up_waiting, room=ROOM, now=early)) == []
    assert head(store) == "$1"
    assert store.do(partial(inbox.give_up_waiting, room=ROOM, now=LATER)) == [("s", "@sato:tsukuba")]
    assert head(store) == "$2"


def test_a_key_that_comes_late_brings_its_events_back_in_order(store):
    received(store, event("$1"), event("$2"), event("$3"), event("$x", OTHER))
    for session in ("s", "t"):
        found = store.do(partial(inbox.head, room=ROOM))
        store.do(partial(inbox.wait, seq=found.seq, session=session, now=NOW))
        store.do(partial(inbox.give_up_waiting, room=ROOM, now=LATER))
    assert head(store) == "$3"
    assert store.do(partial(inbox.keys_came, sessions={"unknown"})) == set()
    assert store.do(partial(inbox.keys_came, sessions={"s", "t"})) == {ROOM}
    assert [done(store) for _ in range(3)] == ["$1", "$2", "$3"]


def test_a_session_that_was_waited_for_does_not_hold_the_room_again(store):
    received(store, event("$1"), event("$2"))
    first = store.do(partial(inbox.head, room=ROOM))
    store.do(partial(inbox.wait, seq=first.seq, session="s", now=NOW))
    store.do(partial(inbox.give_up_waiting, room=ROOM, now=LATER))
    second = store.do(partial(inbox.head, room=ROOM))
    store.do(partial(inbox.wait, seq=second.seq, session="s", now=LATER))
    assert store.do(partial(inbox.give_up_waiting, room=ROOM, now=LATER)) == [("s", "@sato:tsukuba")]


def test_a_start_tries_every_waiting_event_once_more(store):
    received(store, event("$1"), event("$2"))
    first = store.do(partial(inbox.head, room=ROOM))
    store.do(partial(inbox.wait, seq=first.seq, session="s", now=NOW))
    store.do(partial(inbox.give_up_waiting, room=ROOM, now=LATER))
    store.do(inbox.retry_all)
    assert store.do(inbox.backlog) == {"new": 2}
    assert [done(store), done(store)] == ["$1", "$2"]


def test_only_events_handled_long_ago_are_forgotten(store):
    received(store, event("$old"), event("$unhandled"))
    done(store)
    store.do(partial(inbox.forget_old, now=NOW + timedelta(days=41)))
    assert store.do(partial(inbox.known, event_ids=["$old", "$unhandled"])) == {"$unhandled"}


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
AGAIN = settings(max_examples=many(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@AGAIN
@given(content=st.dictionaries(st.text(max_size=5), JSON, max_size=4), name=ANY_TEXT)
def test_any_json_and_any_text_is_kept(store, content, name):
    body = {"type": "m.room.message", "content": content}
    store.do(lambda c: inbox.record(c, [Incoming("$" + json.dumps(content), ROOM, name, body)], NOW))
    found = store.do(partial(inbox.head, room=ROOM))
    assert found is None or found.body["type"] == "m.room.message"
    if found:
        store.do(partial(inbox.done, seq=found.seq))
    store.do(lambda c: rooms.set_member(c, ROOM, "@x:y", membership="join", name=name))
    store.do(lambda c: rooms.describe(c, ROOM, name=name, alias=name))
    assert len(store.do(partial(rooms.name_of, user="@x:y"))) == len(name)


# -- the outbox ------------------------------------------------------------------------------------------------------


def test_a_letter_is_queued_once_however_often_it_is_decided(store):
    queued(store, *letters("k1", "k1", "k2"))
    queued(store, *letters("k2", "k3"))
    seen = []
    while letter := taken(store):
        seen.append(letter.txn)
        store.do(partial(outbox.sent, letter=letter, event_id=f"${letter.txn}"))
    assert seen == ["k1", "k2", "k3"]
    queued(store, *letters("k1"))
    assert taken(store) is None
    assert store.do(partial(outbox.event_of, transaction="k2")) == "$k2"


def test_each_lane_is_in_order_and_only_rooms_are_sent_to(store):
    queued(store, *letters("k1", "k2"), *letters("p", lane="@sato:tama"), *letters("x", lane=OTHER))
    assert sorted(store.do(outbox.lanes)) == [ROOM, OTHER]
    assert [taken(store).txn, taken(store, OTHER).txn, taken(store, "@sato:tama").txn] == ["k1", "x", "p"]


def test_what_waited_for_a_person_follows_them_in_but_no_reminder_is_late(store):
    stale = Letter(txn="r", lane="@p:x", body={"kind": "say", "text": "回答を", "fades": True})
    queued(store, *letters("k1", lane="@p:x"), stale, *letters("k2", lane="@p:x"), *letters("k3"))
    store.do(lambda c: outbox.move(c, "@p:x", ROOM, dropping=True))
    assert store.do(outbox.backlog) == {"ready": 3, "dead": 1}
    assert taken(store, "@p:x") is None
    order = []
    while letter := taken(store):
        order.append(letter.txn)
        store.do(partial(outbox.dead, letter=letter))
    assert order == ["k1", "k2", "k3"]


def test_what_can_never_be_read_is_buried_with_its_words_and_files(store):
    queued(store, *letters("k1", lane="@p:x", content=b"csv"), *letters("k2"))
    store.do(partial(outbox.bury, lane="@p:x"))
    assert (taken(store, "@p:x"), taken(store).txn) == (None, "k2")
    assert (
        store.do(lambda c: c.execute(sa.select(outbox_table.c.body).where(outbox_table.c.txn == "k1")).scalar()) is None
    )
    assert store.do(lambda c: c.execute(sa.select(blob)).all()) == []


def test_a_file_stays_until_the_last_letter_with_it_is_gone(store):
    queued(store, *letters("k1", "k2", content=b"\x00\xff csv"))
    key = taken(store).blob
    for expected in (b"\x00\xff csv", b"\x00\xff csv", None):
        kept = store.do(lambda c: c.execute(sa.select(blob.c.content).where(blob.c.hash == key)).scalar())
        assert (None if kept is None else bytes(kept)) == expected
        if letter := taken(store):
            store.do(partial(outbox.sent, letter=letter, event_id="$e"))


def test_what_a_message_of_ours_asked_is_found_by_its_event(store):
    asks = {"response": "r", "question": "q", "keys": {"1️⃣": "1"}}
    queued(store, *letters("k1", about=asks), *letters("k2"))
    for name in ("$1", "$2"):
        store.do(partial(outbox.sent, letter=taken(store), event_id=name))
    assert store.do(partial(outbox.about, event_id="$1")) == (ROOM, asks)
    assert store.do(partial(outbox.about, event_id="$2")) is None
    assert store.do(partial(outbox.about, event_id="$3")) is None


def test_a_transaction_id_is_the_same_for_the_same_cause_and_step_alone():
    assert txn("$1", 0) == txn("$1", 0)
    assert len({txn("$1", 0), txn("$1", 1), txn("$2", 0), txn("$1", "0x")}) == 4


# -- rooms and direct rooms ------------------------------------------------------------------------------------------


def member(store, user, room=ROOM, membership="join"):
    store.do(lambda c: rooms.set_member(c, room, user, membership=membership, name=None))


def test_a_direct_room_is_wanted_opened_entered_left_and_wanted_again(store):
    user, bot = "@p:x", "@bot:x"
    want = partial(rooms.want_direct, user=user, source="$1")
    assert [store.do(want), store.do(want)] == ["new", "wanted"]
    (door,) = store.do(lambda c: rooms.doors(c, NOW, 9))
    assert (door.user, door.generation, door.attempts) == (user, 1, 0)
    store.do(partial(rooms.postpone_door, user=user, until=LATER))
    assert store.do(lambda c: rooms.doors(c, NOW, 9)) == []
    assert store.do(lambda c: rooms.doors(c, LATER, 9))[0].attempts == 1
    store.do(lambda c: rooms.opened(c, user, ROOM))
    assert (store.do(want), store.do(partial(rooms.direct_room, user=user))) == ("invited", None)
    member(store, user)
    member(store, bot)
    store.do(lambda c: rooms.set_direct(c, user, "joined"))
    assert store.do(partial(rooms.direct_room, user=user)) == ROOM
    assert store.do(lambda c: rooms.is_direct(c, ROOM, user, bot))
    store.do(lambda c: rooms.set_direct(c, user, "gone"))
    assert [store.do(want), store.do(lambda c: rooms.doors(c, NOW, 9))[0].generation] == ["gone", 2]


def test_a_room_with_a_third_person_or_a_role_is_nobodys_own(store):
    member(store, "@p:x")
    member(store, "@bot:x")
    assert store.do(lambda c: rooms.is_direct(c, ROOM, "@p:x", "@bot:x"))
    store.do(lambda c: rooms.set_fact(c, "room:staff", ROOM))
    assert not store.do(lambda c: rooms.is_direct(c, ROOM, "@p:x", "@bot:x"))
    store.do(lambda c: rooms.set_fact(c, "room:staff", OTHER))
    member(store, "@q:x", membership="invite")
    assert not store.do(lambda c: rooms.is_direct(c, ROOM, "@p:x", "@bot:x"))


def test_all_that_pointed_at_an_upgraded_room_follows_only_where_both_say_so(store):
    store.do(lambda c: rooms.entered(c, "!old"))
    store.do(lambda c: rooms.set_fact(c, "room:staff", "!old"))
    store.do(lambda c: upgrades.succeed(c, "!forged", "!old"))
    assert store.do(rooms.facts)["room:staff"] == "!old"
    store.do(lambda c: upgrades.replaced(c, "!old", "!new"))
    store.do(lambda c: upgrades.succeed(c, "!new", ["!old"]))
    store.do(lambda c: upgrades.succeed(c, "!new", "!old"))
    assert store.do(rooms.facts)["room:staff"] == "!new"


# -- what leaves no trace ---------------------------------------------------------------------------------------------


def test_a_passing_letter_is_gone_once_it_is_sent_or_can_never_be(store):
    passing = [Letter(txn=f"k{n}", lane=ROOM, body={"kind": "say", "text": "t", "passing": True}) for n in (1, 2)]
    queued(store, *passing, *letters("k3"))
    store.do(partial(outbox.sent, letter=taken(store), event_id="$1"))
    store.do(partial(outbox.dead, letter=taken(store)))
    left = store.do(lambda c: c.execute(sa.select(outbox_table.c.txn)).scalars().all())
    assert list(left) == ["k3"]


def test_of_a_handled_event_its_id_and_its_day_are_kept(store):
    received(store, event("$1", body="はい"))
    done(store)
    row = store.do(lambda c: c.execute(sa.select(inbox_table)).one())
    assert (row.event_id, row.room_id, row.sender, row.body) == ("$1", "", "", None)
    assert row.since == NOW.replace(hour=0, minute=0)
    received(store, event("$1", body="はい"))
    assert head(store) is None


def test_sealed_boxes_and_ballots_come_back_as_they_were(store):
    box, sheet = bytes(range(256)) * 40, {"q": None, "r": ["あ", 1.5, True]}
    store.do(lambda c: c.execute(sa.insert(envelope).values(id="e", publication="p", box=box)))
    store.do(lambda c: c.execute(sa.insert(ballot).values(id="b", publication="p", answers=sheet)))
    assert bytes(store.do(lambda c: c.execute(sa.select(envelope.c.box)).scalar())) == box
    assert store.do(lambda c: c.execute(sa.select(ballot.c.answers)).scalar()) == sheet


# -- rows ------------------------------------------------------------------------------------------------------------


def test_no_answer_and_an_empty_answer_are_told_apart(store):
    row = {"form": "f", "version": 1, "receipt": "R", "begun_at": NOW, "user_id": "@p:x"}
    store.do(lambda c: c.execute(sa.insert(response).values(id="a", state={"answers": {"q": None}}, sent=None, **row)))
    store.do(lambda c: c.execute(sa.insert(response).values(id="b", state={}, sent={}, sent_at=NOW, **row)))
    unsent = store.do(
        lambda c: c.execute(sa.select(response.c.id, response.c.state).where(response.c.sent.is_(None))).all()
    )
    assert [tuple(r) for r in unsent] == [("a", {"answers": {"q": None}})]
    assert store.do(
        lambda c: c.execute(sa.select(response.c.sent, response.c.sent_at).where(response.c.id == "b")).one()
    ) == ({}, NOW)


def test_yes_and_no_are_yes_and_no(store):
    store.do(
        lambda c: upsert(
            c, asked, {"publication": "p", "user_id": "@a:x", "place": 0, "muted": True, "unreachable": False}
        )
    )
    store.do(
        lambda c: upsert(
            c, asked, {"publication": "p", "user_id": "@a:x", "place": 0, "muted": False, "unreachable": False}
        )
    )
    found = store.do(lambda c: c.execute(sa.select(asked.c.muted, asked.c.unreachable)).one())
    assert (found[0], found[1]) == (False, False)
    row = {"publication": "p", "room_id": ROOM, "generation": 1, "edits": 0, "not_before": NOW}
    store.do(lambda c: upsert(c, live, {**row, "stale": True}))
    assert store.do(lambda c: c.execute(sa.select(live.c.stale).where(live.c.stale)).scalar()) is True


@pytest.mark.parametrize(
    "moment", [datetime(1, 1, 1, tzinfo=UTC), NOW, datetime(9999, 12, 31, 23, 59, 59, 999999, UTC)]
)
def test_every_moment_is_kept_to_the_microsecond(store, moment):
    row = {"room_id": ROOM, "user_id": "@a:x", "command": "c", "words": ["w"]}
    store.do(lambda c: upsert(c, pending, {**row, "until": moment}))
    assert store.do(lambda c: c.execute(sa.select(pending.c.until)).scalar()) == moment
    assert store.do(lambda c: c.execute(sa.select(pending.c.words).where(pending.c.until <= moment)).scalar()) == ["w"]


def test_what_raises_leaves_no_trace(store):
    def breaks(connection):
        inbox.record(connection, [event("$1")], NOW)
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        store.do(breaks)
    assert head(store) is None


def test_what_is_noted_is_kept_with_the_next_transaction_that_is(store):
    def breaks(_connection):
        raise ArithmeticError

    store.note(partial(inbox.record, events=[event("$1")], now=NOW))
    with pytest.raises(ArithmeticError):
        store.do(breaks)
    assert store.do(lambda c: inbox.head(c, ROOM).event_id) == "$1"
    store.note(partial(inbox.record, events=[event("$2")], now=NOW))
    store.reopen()  # a crash forgets it: only what is found out again may be noted
    assert store.do(lambda c: inbox.known(c, ["$1", "$2"])) == {"$1"}


def test_looking_something_up_sees_what_was_noted_and_keeps_nothing(store):
    store.do(lambda c: inbox.record(c, [event("$1")], NOW))
    store.note(partial(inbox.done, seq=store.do(partial(inbox.head, room=ROOM)).seq))
    assert asyncio.run(store.read(partial(inbox.head, room=ROOM))) is None
    found = asyncio.run(store.read(lambda c: c.execute(sa.select(sa.func.count()).select_from(live)).scalar_one()))
    assert found == 0
    store.do(lambda c: inbox.record(c, [event("$2")], NOW))
    assert asyncio.run(store.read(partial(inbox.head, room=ROOM))).last


def test_a_reminder_is_fired_by_one_alone(store):
    row = {"id": "r", "due": NOW, "wall": "", "zone": "Asia/Tokyo", "state": "due", "author": "@a:x", "text": "t"}
    store.do(lambda c: c.execute(sa.insert(reminder).values(**row)))
    fire = sa.update(reminder).where(reminder.c.id == "r", reminder.c.state == "due").values(state="fired")
    assert [store.do(lambda c: c.execute(fire).rowcount) for _ in range(2)] == [1, 0]


@pytest.mark.heavy
@pytest.mark.parametrize("inside", [nullcontext, tentative])
def test_a_database_that_goes_away_is_retried_not_taken_for_a_bug(postgres, tmp_path, inside):
    def dies(connection):
        with inside(connection):
            connection.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())")).all()

    store = opened(postgres.fresh(), tmp_path)
    with pytest.raises(Unreachable):
        store.do(dies)
    assert store.do(lambda c: c.execute(sa.text("SELECT 1")).scalar()) == 1
    store.close()
