"""Inquiries in the store, on SQLite and on PostgreSQL: whole as they were kept, and nobody writes for another."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bots.events import RoomId, UserId
from bots.inquiry_records import Asked, Filed
from bots.records import NotAllowed
from bots.roles import Role
from bridge.alliance.signing import Key
from bridge.store.desk import Desk, Municipality
from bridge.store.inquiries import InquiryDesk
from bridge.store.members import put_in_force
from bridge.store.neighbours import Neighbours
from bridge.store.sealing import Keyring
from forms.form import Form
from forms.inquiry import PATIENCE, Part, Released, document_of
from forms.inquiry_suppression import Truth
from forms.mistake import Mistake
from tests.country import listed
from tests.postgres import opened

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
TOWN = Municipality(
    bot="@kairan:tsukuba", server="tsukuba", neighbours=Neighbours("tsukuba", names={}), zone=ZoneInfo("Asia/Tokyo"),
    language="ja", key=Key.of("tsukuba"),
)  # fmt: skip
FORM = Form.model_validate({"name": "x", "title": "x", "questions": [{"id": "a", "kind": "yesno", "title": "a"}]})
DOCUMENT = document_of(FORM)
RELEASED = Released(version=1, asked=20, answered=12, parts={"a": Part(base=12, cells={"yes": 12, "no": 0})})


@pytest.fixture
def store(database, tmp_path):
    store = opened(database, tmp_path)
    store.do(lambda c: put_in_force(c, TOWN.neighbours, [listed(t) for t in ("tsukuba", "nakatsu", "tama")]))
    yield store
    store.close()


def at(store, work, *, who="@hen:tsukuba", role=Role.EDITOR, source="$1", now=NOW):
    def asked(connection):
        desk = Desk(connection=connection, town=TOWN, who=UserId(who), role=role, room=RoomId("!d"), at=now,
                    source=source, keys=Keyring())  # fmt: skip
        return work(InquiryDesk(desk))

    return store.do(asked)


def sent(store, **who):
    return at(
        store,
        lambda d: d.send(
            FORM, DOCUMENT, kind="totals", deadline=NOW + timedelta(days=7), to=["nakatsu", "tama"], room=RoomId("!r")
        ),
        **who,
    )


def came(id_="i1", asker="nakatsu", **change):
    whole = Asked(
        number=0, id=id_, document=DOCUMENT, form=FORM, kind="totals", deadline=NOW, at=NOW, asker=asker, said=1
    )  # fmt: skip
    return replace(whole, **change)


def test_what_is_kept_is_found_whole(store):
    asking = sent(store)
    one = replace(asking.body("nakatsu"), told="asking", said=4, asked=20, released=RELEASED, released_at=NOW)
    kept = replace(asking, bodies=(one, asking.body("tama")), closed_at=NOW)
    at(store, lambda d: d.keep(kept))
    assert at(store, lambda d: d.get(1)) == kept
    received = at(store, lambda d: d.receive(came()))
    changed = replace(
        received,
        accepted=True,
        publication=None,
        last=RELEASED,
        draft=RELEASED,
        draft_by="@a:tsukuba",
        past=({"a": Truth(cells={"yes": 12})},),
        draft_truth={"a": Truth(cells={"yes": 3}, total="1")},
    )
    at(store, lambda d: d.keep(changed))
    assert at(store, lambda d: d.theirs("nakatsu", "i1")) == changed
    assert [one.number for one in at(store, lambda d: d.all())] == [2, 1]


def test_an_id_is_its_asker_s_own(store):
    at(store, lambda d: d.receive(came()))
    at(store, lambda d: d.receive(came(asker="tama")))
    assert at(store, lambda d: d.theirs("nakatsu", "i1")).number == 1
    assert at(store, lambda d: d.theirs("tama", "i1")).number == 2
    assert at(store, lambda d: d.ours("i1")) is None
    assert at(store, lambda d: d.waiting("tama")) == 1


def test_another_kairan_writes_only_of_itself(store):
    asking = sent(store)
    forged = replace(asking, bodies=tuple(replace(b, told="declined", said=9) for b in asking.bodies))
    at(store, lambda d: d.keep(forged), who="@kairan:nakatsu", role=Role.RESIDENT)
    assert [b.told for b in at(store, lambda d: d.get(1)).bodies] == ["declined", "sent"]
    received = at(store, lambda d: d.receive(came()))
    with pytest.raises(NotAllowed):
        at(store, lambda d: d.keep(replace(received, closed_at=NOW)), who="@kairan:tama", role=Role.RESIDENT)


@pytest.mark.parametrize("who", [{"role": Role.STAFF}, {"who": "@x:nakatsu", "role": Role.RESIDENT}])
def test_below_an_editor_nobody_sends_keeps_or_gets_the_originals(store, who):
    asking = sent(store)
    for work in (lambda d: d.keep(asking), lambda d: d.filed(asking)):
        with pytest.raises(NotAllowed):
            at(store, work, **who)
    with pytest.raises(NotAllowed):
        sent(store, source="$2", **who)


def test_a_release_is_filed_once_and_a_number_that_is_not_there_is_a_mistake(store):
    asking = sent(store)
    for raw in ("first", "second"):
        at(store, lambda d, raw=raw: d.file(asking, Filed(server="tama", version=1, raw=raw)))
    assert at(store, lambda d: [one.raw for one in d.filed(asking)]) == ["first"]
    with pytest.raises(Mistake):
        at(store, lambda d: d.get(9))


def test_it_wakes_when_it_should_and_not_again_for_what_was_missed(store):
    sent(store)
    assert at(store, lambda d: d.waking(NOW)) == []
    first = NOW + PATIENCE
    assert [one.number for one in at(store, lambda d: d.waking(first))] == [1]
    assert at(store, lambda d: d.woken(d.get(1), first)) == 1
    assert at(store, lambda d: d.waking(first)) == []
    much_later = NOW + timedelta(days=9)
    assert at(store, lambda d: d.woken(d.get(1), much_later)) == 2
    assert at(store, lambda d: d.waking(much_later)) == []
    assert len(at(store, lambda d: d.waking(much_later + timedelta(days=1)))) == 1
    at(store, lambda d: d.woken(d.get(1), NOW + timedelta(days=60)))
    assert at(store, lambda d: d.waking(NOW + timedelta(days=90))) == []


def test_a_table_is_written_every_two_seconds_at_most_and_edited_twenty_times(store):
    sent(store)
    seen, now = [], NOW
    for _ in range(24):
        found = at(store, lambda d, now=now: d.tables(now))
        assert len(found) == 1
        seen.append((found[0].generation, found[0].edits))
        at(store, lambda d, now=now, found=found: d.written(found[0], now))
        at(store, lambda d: d.keep(d.get(1)))
        assert at(store, lambda d, now=now: d.tables(now + timedelta(seconds=1))) == []
        now += timedelta(seconds=2)
    assert seen[20:22] == [(1, 20), (2, 0)]
