"""What the index of templates must do, on SQLite and on PostgreSQL: found in any spelling, each version once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bots.events import RoomId, UserId
from bots.records import NotAllowed
from bots.roles import Role
from bridge.alliance.parcel import sealed
from bridge.alliance.signing import Key
from bridge.store.adoptions import AdoptionDesk
from bridge.store.desk import Desk, Municipality
from bridge.store.exchange import ExchangeDesk
from bridge.store.members import put_in_force
from bridge.store.neighbours import Neighbours
from bridge.store.sealing import Keyring
from bridge.store.template_index import IndexDesk
from bridge.store.templates import TemplateDesk
from forms.form import Form
from forms.mistake import Mistake
from forms.template import LICENCES, Ancestor, Template, write_template
from tests.country import listed
from tests.postgres import opened

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


@pytest.fixture
def store(database, tmp_path):
    store = opened(database, tmp_path)
    neighbours = Neighbours("tsukuba", names={}, allowed=[])
    store.do(lambda c: put_in_force(c, neighbours, [listed("tsukuba"), listed("nakatsu")]))
    yield store
    store.close()


def desk(connection, role=Role.EDITOR, at=NOW):
    town = Municipality(
        bot="@kairan:tsukuba", server="tsukuba", neighbours=Neighbours("tsukuba", names={}, allowed=[]),
        zone=ZoneInfo("Asia/Tokyo"), language="ja", key=Key.of("tsukuba"),
    )  # fmt: skip
    return Desk(connection=connection, town=town, who=UserId("@sato:tsukuba"), role=role, room=RoomId("!r"), at=at,
                source="$e", keys=Keyring())  # fmt: skip


def document(name="gakudo-nyusho", title="学童クラブの申込（100%）", version=1, server="nakatsu"):
    questions = [{"id": "a", "kind": "choice", "title": "ｸﾗﾌﾞの希望", "options": ["ひがし", "にし_1"]}]
    form = Form.model_validate({"name": name, "title": title, "questions": questions})
    body = write_template(Template(form=form, version=version, licence=LICENCES[0]))
    return sealed("template", body, server=server, key=Key.of(server), at=NOW)


def on(store, work, desk_of=TemplateDesk, **more):
    return store.do(lambda c: work(desk_of(desk(c, **more))))


def keep(store, *documents):
    for one in documents:
        on(store, lambda t, one=one: t.keep(one))


@pytest.mark.parametrize("words", [
    "学童", "学童クラブ", "くらぶ", "クラブ", "ｸﾗﾌﾞ", "ヒガシ", "がくどう", "ガクドウ", "gakudo", "GAKUDO",
    "ｇａｋｕｄｏ", "学童　希望", "中津市", "Nakatsu", "100%", "にし_1", "",
])  # fmt: skip
def test_a_template_is_found_in_any_spelling_of_any_part_of_its_words(store, words):
    keep(store, document())
    assert [one.name for one in on(store, lambda t: t.search(words))] == ["gakudo-nyusho"]


@pytest.mark.parametrize("words", ["保育", "学童 保育", "%", "に_1", "\\", "'", "学_", "%%"])
def test_what_is_not_in_it_finds_nothing(store, words):
    keep(store, document(title="学童クラブの申込"))
    assert on(store, lambda t: t.search(words)) == []


def test_only_the_newest_version_is_listed_whatever_the_order_they_come_in(store):
    keep(store, document(version=2, title="新しい"), document(version=1), document(version=3, title="最新"))
    assert [(o.version, o.title.ja) for o in on(store, lambda t: t.search(""))] == [(3, "最新")]
    assert on(store, lambda t: t.keep(document(version=2, title="すりかえ"))) is None
    kept = on(store, lambda t: t.version(Ancestor(server="nakatsu", name="gakudo-nyusho", version=2)))
    assert kept.template.form.title.ja == "新しい"


def test_a_withdrawal_that_comes_before_what_it_withdraws_holds_and_a_newer_version_is_there_again(store):
    assert on(store, lambda t: t.withdraw("nakatsu", "gakudo-nyusho", 1))
    keep(store, document())
    assert on(store, lambda t: t.search("")) == []
    with pytest.raises(Mistake):
        on(store, lambda t: t.find("gakudo-nyusho"))
    keep(store, document(version=2))
    assert [o.version for o in on(store, lambda t: t.search(""))] == [2]


def test_users_are_counted_once_and_only_for_what_is_ours(store):
    keep(store, document(server="tsukuba"), document(server="nakatsu", name="betsu"))
    nakatsu = listed("nakatsu").member
    for name in ("gakudo-nyusho", "gakudo-nyusho", "betsu", "nothing"):
        on(store, lambda e, name=name: e.used(name, nakatsu), ExchangeDesk)
    assert on(store, lambda e: e.to_tell(NOW), ExchangeDesk) == [("gakudo-nyusho", 1)]
    on(store, lambda e: e.counted("tsukuba", "gakudo-nyusho", 1), ExchangeDesk)
    assert on(store, lambda e: e.to_tell(NOW), ExchangeDesk) == []
    assert [o.users for o in on(store, lambda t: t.search("がくどう"))] == [1]


def test_what_is_ours_or_in_use_is_handed_on_as_it_was_signed(store):
    ours, theirs, other = document(server="tsukuba"), document(), document(name="betsu")
    keep(store, ours, theirs, other)
    kept = on(store, lambda t: t.find("gakudo-nyusho@nakatsu"))
    on(store, lambda a: a.adopt("mine", kept), AdoptionDesk)
    assert set(on(store, lambda e: e.copies([], 10), ExchangeDesk)) == {ours.raw, theirs.raw}
    assert on(store, lambda e: e.copies([ours.id], 10), ExchangeDesk) == [theirs.raw]
    assert on(store, lambda e: e.serve("nakatsu"), ExchangeDesk)
    assert not on(store, lambda e: e.serve("nakatsu"), ExchangeDesk)


def test_residents_see_nothing_of_it_and_staff_adopts_nothing(store):
    keep(store, document())
    with pytest.raises(NotAllowed):
        on(store, lambda t: t.search(""), role=Role.RESIDENT)
    kept = on(store, lambda t: t.find("gakudo-nyusho"), role=Role.STAFF)
    with pytest.raises(NotAllowed):
        on(store, lambda a: a.adopt("mine", kept), AdoptionDesk, role=Role.STAFF)


def test_of_many_that_could_give_what_is_lacking_a_few_are_asked_each_minute(store):
    towns = [f"town{n:02}" for n in range(25)]
    neighbours = Neighbours("tsukuba", names={}, allowed=[])
    everybody = [listed("tsukuba"), *(_town(name) for name in towns)]
    store.do(lambda c: put_in_force(c, neighbours, everybody))
    for n, town in enumerate(towns):
        on(store, lambda i, t=town, n=n: i.note(t, [f"{n:016}"]), IndexDesk)
    moments = [NOW + timedelta(minutes=2 * minute) for minute in range(4) for _ in range(3)]
    asked = [on(store, lambda i: i.turns(), IndexDesk, at=moment) for moment in moments]
    assert [len(turns) for turns in asked] == [10, 0, 0, 10, 0, 0, 5, 0, 0, 0, 0, 0]
    assert len({server for turns in asked for server, _ in turns}) == 25


def _town(server):
    one = listed("nakatsu")
    return replace(one, member=replace(one.member, server=server, bot=UserId(f"@kairan:{server}")))
