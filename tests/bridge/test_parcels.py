"""Documents between municipalities: whole, from whom they say, once; whatever the post does to them."""

import hashlib
from functools import partial

import pytest

from bots.bot import Bot
from bots.command import listener
from bots.effects import Post as Send
from bots.effects import Say
from bots.events import Delivered
from bots.ports import Members, Seals
from bots.roles import Role
from bridge import stage as stages
from bridge.alliance.parcel import parts_of, sealed
from bridge.alliance.signing import Key
from bridge.store import members, rooms
from forms.mistake import Mistake
from forms.text import same
from tests.country import Country, Post, listed

pytestmark = pytest.mark.heavy

CAST = {"佐藤": (Role.STAFF, "tsukuba"), "田中": (Role.STAFF, "nakatsu"), "鈴木": (Role.STAFF, "tama")}
HEARD = []


@listener
def posts(call, event: stages.Event, members: Members):
    words = getattr(event, "text", "").split()
    if words[:1] != ["投函"] or not call.direct:
        return None
    to = None if words[1] == "全員" else members.find(words[1]).server
    return (Send(kind="greeting", body={"words": words[2] * int(words[3])}, to=to), Say(text=same("出しました")))


@listener
def hears(_call, event: Delivered, seals: Seals):
    assert seals.check(event.signed.raw) == event.signed
    HEARD.append((event.signed.signer, event.signed.kind, event.signed.body["words"]))
    return ()


BOT = Bot(names=("post",), about=same("試験"), commands=(), listeners=(posts, hears))


@pytest.fixture
def country(tmp_path, monkeypatch):
    monkeypatch.setattr(stages, "BOTS", (BOT,))
    HEARD.clear()
    made = Country(tmp_path, CAST, towns=("tsukuba", "nakatsu", "tama"))
    yield made
    made.close()


def noise(letters):
    """Words that do not compress."""
    return "".join(hashlib.sha256(str(n).encode()).hexdigest() for n in range(letters // 64))


def test_a_document_goes_to_the_one_it_is_for_and_to_nobody_else(country):
    country.say("佐藤", "投函 中津市 やあ 1")
    country.read()
    assert HEARD == [("tsukuba", "greeting", "やあ")]


def test_a_document_to_everybody_reaches_everybody_else(country):
    country.say("佐藤", "投函 全員 やあ 1")
    country.read()
    assert HEARD == [("tsukuba", "greeting", "やあ")] * 2


@pytest.mark.parametrize("post", [Post(twice=True), Post(reversed_=True), Post(twice=True, reversed_=True)])
def test_a_large_document_comes_whole_and_once_whatever_the_post_does(country, post):
    country.post = post
    words = noise(100_000)
    country.say("佐藤", f"投函 Nakatsu {words} 1")
    country.read()
    assert [("tsukuba", "greeting", words)] == HEARD


def test_who_is_offline_hears_it_later(country):
    country.post = Post(held=frozenset({"nakatsu"}))
    country.say("佐藤", "投函 442038 やあ 1")
    country.read()
    assert HEARD == []
    country.post = Post()
    country.restart()
    country.read()
    assert HEARD == [("tsukuba", "greeting", "やあ")]


def test_the_same_words_at_another_time_are_another_document(country):
    country.say("佐藤", "投函 nakatsu やあ 1")
    country.say("佐藤", "投函 nakatsu やあ 1")
    country.read()
    assert len(HEARD) == 2


def altered(raw):
    return raw.replace("やあ", "いや")


FORGERIES = {
    "altered": ("@kairan:tsukuba", "tsukuba", "tsukuba", None, altered),
    "signed by another": ("@kairan:tsukuba", "tsukuba", "tama", None, str),
    "sent by another": ("@kairan:tama", "tsukuba", "tsukuba", None, str),
    "sent by a person": ("@佐藤:tsukuba", "tsukuba", "tsukuba", None, str),
    "from no member": ("@kairan:kyoto", "kyoto", "kyoto", None, str),
    "meant for another": ("@kairan:tsukuba", "tsukuba", "tsukuba", "tama", str),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_not_heard(country, name):
    sender, signer, key, to, change = FORGERIES[name]
    at = country.now
    signed = sealed("greeting", {"words": "やあ"}, server=signer, key=Key.of(key), at=at, to=to)
    for part in parts_of(change(signed.raw), "k1"):
        country.stages["nakatsu"].receive(sender, part)
    assert HEARD == []


@pytest.mark.parametrize(
    "part",
    [
        {}, {"name": 1}, {"name": "a", "part": 0, "of": 1, "data": "?"}, {"name": "a", "part": 1, "of": 1, "data": ""},
        {"name": "a", "part": True, "of": 1, "data": ""}, {"name": "a", "part": 0, "of": 10**9, "data": ""},
        *parts_of('{"a":1}', "b"), *parts_of("[" * 900_000, "c"), *parts_of(" " * 50_000_000, "bomb"),
    ],
)  # fmt: skip
def test_a_parcel_of_nonsense_is_survived(country, part):
    country.stages["nakatsu"].receive("@kairan:tsukuba", part)
    assert HEARD == []
    country.say("佐藤", "投函 nakatsu やあ 1")
    country.read()
    assert len(HEARD) == 1


def test_who_never_completes_a_parcel_fills_no_disk(country):
    nakatsu = country.stages["nakatsu"]
    for n in range(250):
        nakatsu.receive("@kairan:tsukuba", {"name": f"n{n}", "part": 0, "of": 2, "data": "x"})
    assert nakatsu.query("SELECT count(*) FROM parcel")[0][0] <= 200


def test_what_a_former_member_signed_can_still_be_checked_and_it_is_no_longer_heard(country):
    signed = sealed("greeting", {"words": "やあ"}, server="tsukuba", key=Key.of("tsukuba"), at=country.now)
    nakatsu = country.stages["nakatsu"]
    nakatsu.meet([listed("nakatsu"), listed("tama")])
    for part in parts_of(signed.raw, "k1"):
        nakatsu.receive("@kairan:tsukuba", part)
    assert HEARD == []
    seals = partial(check, nakatsu)
    assert seals(signed.raw).signer == "tsukuba"
    with pytest.raises(Mistake):
        seals(altered(signed.raw))


def check(town, raw):
    from bridge.store.members import SealDesk

    return town._store.do(lambda c: SealDesk(DeskOf(c, town)).check(raw))


class DeskOf:
    def __init__(self, connection, town):
        self.connection, self.town = connection, town.town


def test_who_is_in_the_room_of_all_hears_it_there_and_who_is_not_yet_hears_it_directly(country):
    tsukuba = country.stages["tsukuba"]

    def shared(connection):
        rooms.set_fact(connection, members.ROOM, "!all")
        rooms.entered(connection, "!all")
        for bot, membership in (("@kairan:tsukuba", "join"), ("@kairan:nakatsu", "join"), ("@kairan:tama", "invite")):
            rooms.set_member(connection, "!all", bot, membership=membership, name=None)

    tsukuba._store.do(shared)
    country.say("佐藤", "投函 全員 やあ 1")
    lanes = tsukuba.query("SELECT lane FROM outbox WHERE body LIKE '%\"object\"%' ORDER BY lane")
    assert lanes == [("!all",), ("!dm-kairan-tama",)]
    country.read()
    assert HEARD == [("tsukuba", "greeting", "やあ")] * 2
