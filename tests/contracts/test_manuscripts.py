"""Forms that are being written, in the store: every step kept, ids never given twice, nothing left when deleted."""

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bots.drafting import Drafting, Manuscript, Write
from bots.drafting.state import document_of
from bots.events import RoomId, UserId
from bots.records import NotAllowed
from bots.roles import Role
from bridge.alliance.signing import Key
from bridge.store.desk import Desk, Municipality
from bridge.store.forms import FormShelf
from bridge.store.manuscripts import ManuscriptDesk
from bridge.store.neighbours import Neighbours
from bridge.store.sealing import Keyring
from forms.form import Form
from forms.mistake import Mistake
from forms.text import same
from tests.postgres import opened

TOWN = Municipality(
    bot="@kairan:x", server="x", neighbours=Neighbours("x", names={}), zone=ZoneInfo("Asia/Tokyo"), language="ja",
    key=Key(bytes(32)),
)  # fmt: skip
FORM = {"name": "hinan", "title": "避難所", "questions": [{"id": "q1", "kind": "text", "title": "名前"}]}


@pytest.fixture
def store(database, tmp_path):
    store = opened(database, tmp_path)
    yield store
    store.close()


def desk(connection, who="@hen:x", role=Role.EDITOR):
    now = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    return Desk(connection=connection, town=TOWN, who=UserId(who), role=role, room=RoomId("!d"), at=now, source="$1",
                keys=Keyring())  # fmt: skip


def at(store, work, **who):
    """`work` with the two shelves of one caller, in a transaction of its own."""
    return store.do(lambda c: work(ManuscriptDesk(desk(c, **who)), FormShelf(desk(c, **who))))


def document(*titles, name="hinan"):
    questions = [{"id": f"q{n}", "kind": "text", "title": t} for n, t in enumerate(titles, 1)]
    return json.dumps({**FORM, "name": name, "questions": questions}, ensure_ascii=False)


def begun(store, *titles):
    return at(store, lambda m, _: m.begin(Manuscript("hinan", document(*titles)), same("begun")))


def wrote(store, now, *titles, given=0, **who):
    return at(store, lambda m, _: m.write(now, Write(document(*titles), given, same(f"{titles[-1]} added"))), **who)


def test_every_step_is_kept_and_can_be_stood_at(store):
    first = begun(store)
    second = wrote(store, first, "名前", given=1)
    third = wrote(store, second, "名前", "数", given=2, who="@ono:x")
    assert (third.step, third.last, third.given) == (3, 3, 2)
    assert [(step.number, step.author) for step in third.past] == [(1, "@hen:x"), (2, "@hen:x"), (3, "@ono:x")]
    back = at(store, lambda m, _: m.stand(third, 2))
    assert back.document == second.document
    assert [step.number for step in back.ahead] == [3]
    assert at(store, lambda m, _: m.stand(back, 3)).document == third.document
    other = wrote(store, at(store, lambda m, _: m.stand(third, 2)), "名前", "日", given=3)
    assert [step.number for step in other.past] == [1, 2, 4]
    assert other.ahead == ()
    assert at(store, lambda m, _: m.stand(other, 3)).document == third.document


def test_an_id_of_any_version_or_step_is_not_given_again(store):
    at(store, lambda _, f: f.save(Form.model_validate({**FORM, "questions": [{**FORM["questions"][0], "id": "q7"}]})))
    at(store, lambda _, f: f.save(Form.model_validate(FORM)))
    now = at(store, lambda m, _: m.begin(Manuscript("hinan", document("名前"), version=2), same("begun")))
    assert now.given == 7
    then = wrote(store, now, "名前", "数", given=8)
    assert at(store, lambda m, _: m.stand(then, 1)).given == 8


def test_a_name_that_is_taken_is_refused_in_whatever_spelling(store):
    begun(store)
    for name in ("hinan", "ＨＩＮＡＮ"):
        with pytest.raises(Mistake):
            at(store, lambda m, _, n=name: m.begin(Manuscript(n, document("名前", name=n)), same("begun")))
        assert at(store, lambda m, _, n=name: m.find(n)).name == "hinan"


def test_each_editor_has_a_conversation_of_their_own_with_what_they_saw(store):
    first = begun(store, "名前")
    for who in ("@hen:x", "@ono:x"):
        at(store, lambda m, _, w=who: m.keep(Drafting(first, first, me=UserId(w), waiting={"for": "publish"})), who=who)
    second = wrote(store, first, "名前", "数")
    at(store, lambda m, _: m.keep(Drafting(second, second, me=UserId("@hen:x"), focus="q2", stage="away")))
    mine, theirs = at(store, lambda m, _: m.mine()), at(store, lambda m, _: m.mine(), who="@ono:x")
    assert (mine.seen.step, mine.focus, mine.stage, dict(mine.waiting)) == (2, "q2", "away", {})
    assert (theirs.manuscript.step, theirs.seen.step, theirs.seen.document) == (2, 1, first.document)
    assert dict(theirs.waiting) == {"for": "publish"}


def test_playing_a_draft_makes_no_version(store):
    form = Form.model_validate(FORM)
    played = at(store, lambda _, f: f.rehearse(form, 5))
    assert played.version < 0
    assert at(store, lambda _, f: list(f.drafts())) == []
    with pytest.raises(Mistake):
        at(store, lambda _, f: f.get("hinan"))
    assert at(store, lambda _, f: f.save(form)) == 1
    with pytest.raises(Mistake):
        at(store, lambda _, f: f.version("hinan", -5))


def test_what_is_deleted_leaves_nothing(store):
    now = begun(store, "名前")
    at(store, lambda m, _: m.keep(Drafting(now, now, me=UserId("@hen:x"))))
    at(store, lambda _, f: f.delete("ＨＩＮＡＮ"))
    assert at(store, lambda m, _: (m.find("hinan"), m.mine(), list(m.all()))) == (None, None, [])


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.STAFF])
def test_only_editors_see_or_write_drafts(store, role):
    now = begun(store, "名前")
    step = Write(document_of(Form.model_validate(FORM)), 1, same("x"))
    for work in (
        lambda m, _: m.find("hinan"),
        lambda m, _: m.all(),
        lambda m, _: m.write(now, step),
        lambda m, _: m.stand(now, 1),
        lambda m, _: m.begin(Manuscript("other", document("x", name="other")), same("x")),
        lambda _, f: f.rehearse(Form.model_validate(FORM), 1),
    ):
        with pytest.raises(NotAllowed):
            at(store, work, role=role)
