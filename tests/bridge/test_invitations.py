"""Whose invitations a person wants: said to the bot, and so at the door a moment later, without a restart."""

import asyncio

import pytest

from bots.roles import Role
from bridge.federation.invites import Wishes, read_wishes
from bridge.federation.wishes import WishFile
from tests.country import Country, listed
from tests.stages import empty_store

pytestmark = pytest.mark.heavy

CAST = {"鈴木": (Role.STAFF, "nakatsu"), "木村": (Role.RESIDENT, "nakatsu"), "山田": (Role.STAFF, "tsukuba")}
SUZUKI = "@鈴木:nakatsu"


@pytest.fixture
def country(tmp_path):
    country = Country(tmp_path, CAST, towns=("tsukuba", "nakatsu", "tama"), stores=empty_store)
    yield country
    country.close()


@pytest.fixture
def file(country, tmp_path):
    store = country.stages["nakatsu"]._store
    return WishFile(store=store, path=tmp_path / "invites.json", own="nakatsu", bot="@kairan:nakatsu")


def after(country, file, *words):
    """What the door reads once Suzuki has said this, at the next look."""
    for said in words:
        country.say("鈴木", said)
        country.tick()
        country.read()
    asyncio.run(file.look())
    return read_wishes(file.path)


def test_nobody_of_another_municipality_may_invite_who_said_nothing(country, file):
    wishes = after(country, file)
    assert not wishes.admit("@山田:tsukuba", SUZUKI)
    assert not wishes.admit("@山田:tsukuba", "@木村:nakatsu")
    assert wishes.admit("@山田:tsukuba", "@kairan:nakatsu")


def test_whom_the_invited_person_allows_may_until_that_is_taken_back(country, file):
    wishes = after(country, file, "!who allow つくば市、@高橋:tama")
    assert wishes.admit("@山田:tsukuba", SUZUKI)
    assert wishes.admit("@高橋:tama", SUZUKI)
    assert not wishes.admit("@他人:tama", SUZUKI)
    assert not wishes.admit("@山田:tsukuba", "@木村:nakatsu")
    wishes = after(country, file, "!who disallow つくば市")
    assert not wishes.admit("@山田:tsukuba", SUZUKI)
    assert wishes.admit("@高橋:tama", SUZUKI)


def test_who_is_visible_in_the_directory_may_be_invited_by_all_while_they_are(country, file):
    assert after(country, file, "!who show こども課").admit("@他人:tama", SUZUKI)
    assert not after(country, file, "!who hide").admit("@他人:tama", SUZUKI)


def test_a_member_s_kairan_may_invite_as_long_as_it_is_one(country, file):
    assert after(country, file).admit("@kairan:tama", SUZUKI)
    country.stages["nakatsu"].meet([listed("tsukuba"), listed("nakatsu")])
    assert not after(country, file).admit("@kairan:tama", SUZUKI)


def test_nobody_is_published_by_another_municipality_s_directory(country, file):
    country.say("山田", "!who show 防災課")
    country.tick()
    country.read()
    assert after(country, file).visible == {"@kairan:nakatsu"}


def test_the_file_is_written_only_where_something_changed(country, file):
    after(country, file, "!who allow つくば市")
    assert asyncio.run(file.look()) is False
    file.path.unlink()
    assert after(country, file, "!who allow 多摩市").lists == {SUZUKI: {"tsukuba", "tama"}}


@pytest.mark.parametrize(
    "words", ["{", "[]", '{"lists": []}', '{"visible": 3}', '{"kairans": {"a": 1}, "lists": {"@a:b": 7}}']
)
def test_a_broken_file_lets_nobody_in(tmp_path, words):
    (tmp_path / "x").write_text(words)
    assert read_wishes(tmp_path / "x") == Wishes()
