"""Groups over a post that loses no letter but delivers twice, backwards and late; and members that misbehave."""

from datetime import timedelta

import pytest

from bots.effects import Post as Letter
from bots.events import RoomId, UserId
from bots.group_log import Guide, body_of
from bots.roles import Role
from bridge.alliance.parcel import sealed
from bridge.alliance.signing import Key
from bridge.letters import Occasion, Touched, Writer
from bridge.store.sealing import Keyring
from tests.country import Country, Post, listed
from tests.stages import empty_store

pytestmark = pytest.mark.heavy

CAST = {
    "山田": (Role.EDITOR, "tsukuba"),
    "佐藤": (Role.EDITOR, "nakatsu"),
    "木村": (Role.RESIDENT, "nakatsu"),
    "高橋": (Role.STAFF, "tama"),
}
TOWNS = ("tsukuba", "nakatsu", "tama")


@pytest.fixture
def country(tmp_path):
    country = Country(tmp_path, CAST, towns=TOWNS, stores=empty_store)
    yield country
    country.close()


def said(country, who, words):
    country.say(who, words)
    country.tick()
    return "\n".join(heard.text for _, heard in country.read())


def rooms(country, who):
    return said(country, who, "!group rooms DX")


@pytest.mark.parametrize("post", [Post(twice=True), Post(reversed_=True), Post(twice=True, reversed_=True)])
def test_all_towns_agree_however_the_post_comes(country, post):
    country.post = post
    said(country, "山田", "!group create DX with @佐藤:nakatsu rooms a b")
    said(country, "佐藤", "!group rooms add DX c")
    said(country, "山田", "!group rooms remove DX a")
    assert rooms(country, "山田") == rooms(country, "佐藤") == rooms(country, "高橋") == "DX\n・b\n・c"
    logs = {country.stages[t].query("SELECT count(*), max(n) FROM group_deed")[0] for t in TOWNS}
    assert len(logs) == 1


def test_a_town_that_was_away_catches_up_and_what_both_did_meanwhile_stands(country):
    said(country, "山田", "!group create DX with @佐藤:nakatsu rooms a")
    country.post = Post(held=frozenset({"nakatsu"}))
    said(country, "山田", "!group rooms add DX b")
    said(country, "佐藤", "!group rooms add DX c")
    country.post = Post()
    country.tick()
    country.read()
    assert set(rooms(country, "山田").split("\n")) == set(rooms(country, "佐藤").split("\n"))
    assert {"・b", "・c"} <= set(rooms(country, "佐藤").split("\n"))


def test_a_resident_made_steward_is_taken_off_by_their_own_town(country):
    said(country, "山田", "!group create DX with @佐藤:nakatsu @木村:nakatsu rooms a")
    assert "木村" not in said(country, "山田", "!group steward DX")


def test_a_notice_flood_is_cut_at_home_and_where_it_arrives(country):
    for n in range(3):
        assert f"{n}番" in said(country, "山田", f"!group notice {n}番")
    assert "1日に3回" in said(country, "山田", "!group notice 4番")
    stage_a = country.stages["tsukuba"]
    stage_a._store.do(lambda c: c.exec_driver_sql("DELETE FROM paced"))  # a Kairan that does not keep the rule
    flooded = said(country, "山田", "!group notice うるさい")
    assert "【つくば市から" not in flooded
    assert "3件を超える" in flooded
    assert "【多摩市から" in posted(country, "tama", "group.notice", {"words": "静かに"})


def posted(country, town, kind, body):
    """A Kairan sends whatever it likes; what is said then."""
    stage = country.stages[town]

    def write(connection):
        touched = Touched()
        occasion = Occasion(connection=connection, source=kind, at=stage.now, who=UserId(stage.bot), room=RoomId(""),
                            direct=False, reply_to=None)  # fmt: skip
        letter = Letter(kind=kind, body=body, to=None)
        Writer(stage.town, Keyring(), shortcuts=False).carry_out(occasion, (letter,), touched)
        return touched

    stage._follow(stage._store.do(write))
    return "\n".join(heard.text for _, heard in country.read())


def test_a_town_cannot_publish_another_town_s_people(country):
    entry = {"n": 1, "shown": True, "name": "x", "kana": "", "department": "防災課", "duties": ""}
    posted(country, "tama", "directory", {**entry, "user": "@佐藤:nakatsu"})
    assert "名簿にいません" in said(country, "山田", "!who 防災課")
    posted(country, "nakatsu", "directory", {**entry, "user": "@佐藤:nakatsu"})
    assert "@佐藤:nakatsu" in said(country, "山田", "!who 防災課")


@pytest.mark.parametrize(
    "body", [{}, {"raw": 1}, {"raw": ["x", 3, "{}", "[" * 9999]}, {"group": "tsukuba/x", "user": "@x:y"}]
)
@pytest.mark.parametrize(
    "kind", ["group.log", "group.join", "group.leave", "group.refused", "group.notice", "directory"]
)
def test_nonsense_of_a_member_does_nothing(country, kind, body):
    assert posted(country, "tama", kind, body) == ""


def test_a_town_cannot_bring_in_another_town_s_people(country):
    said(country, "山田", "!group create DX with @佐藤:nakatsu rooms a")
    named = country.stages["tsukuba"].query("SELECT group_id FROM group_deed")[0][0]
    posted(country, "tama", "group.join", {"group": named, "user": "@someone:evil", "role": "staff"})
    assert country.stages["tsukuba"].query("SELECT count(*) FROM group_task WHERE target LIKE '%evil%'") == [(0,)]


def test_a_town_that_cannot_be_reached_is_shown_so(country):
    said(country, "高橋", "!who show 防災課")
    assert "接続なし" not in said(country, "山田", "!who 防災課")
    country.post = Post(held=frozenset({"tama"}))
    country.move(country.now + timedelta(hours=14))
    country.read()
    assert "接続なし" in said(country, "山田", "!who 防災課")


def test_a_town_that_joins_later_gets_groups_and_colleagues(country):
    said(country, "山田", "!group create DX with @佐藤:nakatsu rooms a")
    said(country, "佐藤", "!who show 防災課")
    late = country.stages["tama"]
    for table in ("group_deed", "group_place", "colleague"):
        late._store.do(lambda c, t=table: c.exec_driver_sql(f"DELETE FROM {t}"))
    assert "ありません" in rooms(country, "高橋")
    for town in ("tsukuba", "nakatsu"):
        country.stages[town]._store.do(lambda c: c.exec_driver_sql("DELETE FROM neighbour WHERE server = 'tama'"))
    country.tick()
    country.read()
    assert rooms(country, "高橋") == "DX\n・a"
    assert "@佐藤:nakatsu" in said(country, "高橋", "!who 防災課")


def test_a_guest_goes_when_their_time_is_over(country):
    said(country, "山田", "!group create DX with @佐藤:nakatsu rooms a")
    said(country, "山田", "!group rooms open DX a")
    said(country, "山田", "!group guest DX a @高橋:tama by 12月20日")
    assert "@高橋:tama" in country.inside["!グループ DX/a"]
    assert "@高橋:tama" not in country.inside["!グループ DX"]
    country.move(country.now + timedelta(days=40))
    country.read()
    assert "@高橋:tama" not in country.inside["!グループ DX/a"]


def test_a_partner_gets_no_directory_and_joins_nothing_by_itself(country):
    kinds = {"tama": "partner"}
    for stage in country.stages.values():
        stage.meet([listed(town, kinds.get(town, "municipality")) for town in TOWNS])
    said(country, "山田", "!group create DX with @佐藤:nakatsu rooms a")
    said(country, "佐藤", "!who show 防災課")
    assert "@佐藤:nakatsu" in said(country, "山田", "!who 防災課")
    assert country.stages["tama"].query("SELECT count(*) FROM colleague") == [(0,)]
    assert "自治体の職員のため" in said(country, "高橋", "!who 防災課")
    assert "招待された部屋にだけ" in said(country, "高橋", "!group join DX")
    named = country.stages["tsukuba"].query("SELECT DISTINCT group_id FROM group_deed")[0][0]
    posted(country, "tama", "group.join", {"group": named, "user": "@高橋:tama", "role": "staff"})  # it lies
    assert "@高橋:tama" not in country.inside["!グループ DX"]
    assert "管理者になれません" in said(country, "山田", "!group create X with @高橋:tama")


def test_a_stranger_who_floods_a_log_takes_no_place_from_its_stewards(country):
    said(country, "山田", "!group create DX with @佐藤:nakatsu rooms a")
    named = country.stages["tsukuba"].query("SELECT DISTINCT group_id FROM group_deed")[0][0]
    stage = country.stages["tama"]
    junk = [
        sealed(
            "group", body_of(named, n, "@高橋:tama", Guide(words="x")), server="tama", key=Key.of("tama"), at=stage.now
        )
        for n in range(2, 200)
    ]
    posted(country, "tama", "group.log", {"raw": [one.raw for one in junk]})
    count = "SELECT count(*) FROM group_deed WHERE signer = 'tama'"
    assert country.stages["tsukuba"].query(count) == [(20,)]
    assert "案内を書き換え" in said(country, "佐藤", "!group guide DX ようこそ")
    assert "ようこそ" in said(country, "山田", "!group guide DX")


def test_a_town_that_is_no_member_any_more_hears_nothing_and_is_not_disturbed(country):
    said(country, "山田", "!group create DX with @佐藤:nakatsu rooms a")
    country.stages["tsukuba"].meet([listed(town) for town in TOWNS if town != "tsukuba"])
    said(country, "佐藤", "!group rooms add DX b")
    assert posted(country, "nakatsu", "group.notice", {"words": "x"}).count("【") == 1  # in tama alone
    assert "連合に入っていません" in said(country, "山田", "!group join DX")
