"""Three towns through a day of templates, groups, the directory and an inquiry: what was planted is where it belongs.

Searched are every table of every member, what each was posted, all logs, and the metrics that each shows.
"""

import asyncio
import hashlib
import json
import logging
import urllib.request
from types import SimpleNamespace

import pytest

from bots.roles import Role
from bridge.alliance.signing import Key
from bridge.web import Face
from tests.bridge.inquiring import everything, holds
from tests.contracts.test_privacy import all_said, config
from tests.country import Country
from tests.stages import empty_store

pytestmark = pytest.mark.heavy

TOWNS = ("tsukuba", "nakatsu", "tama")
PEOPLE = [f"planted-name-74{n:02}" for n in range(12)]
FOUND, HIDER, MEMBER = PEOPLE[:3]
"""Who wants to be found, who does no longer, who is in a group."""
DUTY, HIDDEN, TALK, MAIL, ANSWER = (
    "planted-duty-7501", "planted-hidden-7502", "planted-talk-7503", "planted-7504@city.example.jp",
    "planted-answer-7505",
)  # fmt: skip
COSTS = [str(777_001 + n) for n in range(len(PEOPLE))]
CAST = {
    "佐藤": (Role.EDITOR, "tsukuba"),
    "中津管理": (Role.STEWARD, "nakatsu"),
    "多摩管理": (Role.STEWARD, "tama"),
    **dict.fromkeys(PEOPLE, (Role.STAFF, "nakatsu")),
}
FORM = f"""name: kyushoku
title: 学校給食の調査
about: お問い合わせは {MAIL} まで
results: editors
questions:
  - {{id: free, kind: choice, title: 無償ですか, options: [はい, いいえ]}}
  - {{id: cost, kind: integer, title: 一食の費用, required: false}}
  - {{id: why, kind: text, title: 理由, required: false}}
"""
OF_THE_STAGE = ("member", "direct", "person", "room")
"""Who is in the room that the test puts everybody in."""


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    """(the country, what was said in each town, what was logged), after all of it."""
    records = []
    keeper = logging.Handler(logging.DEBUG)
    keeper.emit = records.append
    logging.getLogger().addHandler(keeper)
    before = logging.getLogger().level
    logging.getLogger().setLevel(logging.DEBUG)
    country = Country(tmp_path_factory.mktemp("day"), CAST, towns=TOWNS, stores=empty_store)
    heard = {town: [] for town in TOWNS}
    try:
        for who, words, place in story():
            country.say(who, words, room=place)
            country.tick()
            for town, one in country.read():
                heard[town].append(one.text + (one.content or b"").decode("utf-8", "replace"))
        yield country, {town: "\n".join(said) for town, said in heard.items()}, records
    finally:
        logging.getLogger().removeHandler(keeper)
        logging.getLogger().setLevel(before)
        country.close()


def story():
    yield FOUND, f"!who show こども課 担当 {DUTY}", None
    yield HIDER, f"!who show {HIDDEN} 担当 {HIDDEN}", None
    yield "佐藤", f"!who {DUTY}", None
    yield HIDER, "!who hide", None
    yield "佐藤", "!group create DX with @中津管理:nakatsu rooms a b", None
    yield MEMBER, "!group join DX", None
    yield MEMBER, f"{TALK} こんにちは", "行政DX"
    yield "佐藤", "!group show DX", None
    yield "佐藤", f"!form load\n{FORM}", None
    yield "佐藤", "!template publish kyushoku 1", None
    yield "佐藤", "はい", None
    yield "中津管理", "!template use kyushoku", None
    yield "多摩管理", "!template show kyushoku", None
    yield "佐藤", "!inquiry send kyushoku to 全員 by 12月1日 17:00", None
    yield "中津管理", "!inquiry accept 1", None
    yield "中津管理", "!inquiry ask 1 to staff", None
    for n, who in enumerate(PEOPLE):
        for words in ("はい" if n < 7 else "いいえ", COSTS[n], f"{ANSWER} {n}", "送信"):
            yield who, words, None
    yield "中津管理", "!form close 照会1-kyushoku", None
    yield "中津管理", "!inquiry release 1", None
    yield "中津管理", "はい", None
    for words in ("!inquiry status 1", "!inquiry results 1 by 種別", "!inquiry export 1", "!inquiry close 1"):
        yield "佐藤", words, None


def found(text, *values):
    return [value for value in values if holds(text, value)]


def test_it_all_happened(day):
    """Else the tests below would show nothing."""
    country, heard, _ = day
    at_home = everything(country.stages["nakatsu"])
    assert found(at_home, ANSWER, *COSTS) == [ANSWER, *COSTS]
    assert DUTY in heard["tsukuba"]
    assert "回答済み（回答 12/13人" in heard["tsukuba"] or "回答済み" in heard["tsukuba"]
    assert MAIL in everything(country.stages["tsukuba"])
    assert country.stages["nakatsu"].query("SELECT count(*) FROM adoption") == [(1,)]
    assert country.stages["tama"].query("SELECT count(*) FROM group_deed")[0][0] > 0
    assert json.loads(country.stages["tsukuba"].query("SELECT released FROM inquiry_body ORDER BY 1 DESC")[0][0])


@pytest.mark.parametrize("town", ["tsukuba", "tama"])
def test_nobody_elsewhere_holds_what_one_person_answered_nor_who_did(day, town):
    country, heard, _ = day
    held = everything(country.stages[town], but=OF_THE_STAGE)
    assert found(held, ANSWER, *COSTS) == []
    assert found(held, *PEOPLE) == found(held, *PEOPLE[:3])  # who is in the directory or in a group, and nobody else
    assert found(heard[town], ANSWER, *COSTS, *PEOPLE[3:]) == []


@pytest.mark.parametrize("town", TOWNS)
def test_what_people_say_to_each_other_is_in_no_database(day, town):
    country, _, _ = day
    assert found(everything(country.stages[town]), TALK) == []


@pytest.mark.parametrize("town", TOWNS)
def test_who_is_no_longer_in_the_directory_is_described_nowhere(day, town):
    country, _, _ = day
    assert found(everything(country.stages[town]), HIDDEN) == []


@pytest.mark.parametrize("town", ["nakatsu", "tama"])
def test_a_template_carries_nothing_local_and_nobody_s_name(day, town):
    country, _, _ = day
    [(raw,)] = country.stages[town].query("SELECT raw FROM template")
    assert found(raw, MAIL, "佐藤", *PEOPLE) == []
    adopted = "\n".join(str(row) for row in country.stages[town].query("SELECT * FROM template"))
    assert found(adopted, MAIL) == []


@pytest.mark.parametrize("town", TOWNS)
def test_no_key_that_signs_is_in_any_database(day, town):
    country, heard, _ = day
    seed = hashlib.sha256(town.encode()).digest()
    assert Key(seed).public == Key.of(town).public
    for other in TOWNS:
        raw = everything(country.stages[other])
        assert seed.hex() not in raw
        assert hashlib.sha256(town.encode()).hexdigest() not in heard[other]


def test_no_log_names_anybody_or_says_what_anybody_said(day):
    _, _, records = day
    said = all_said(SimpleNamespace(records=records))
    assert found(said, ANSWER, *COSTS, *PEOPLE, DUTY, HIDDEN, TALK, MAIL, "佐藤", "中津管理") == []


@pytest.mark.parametrize("town", TOWNS)
def test_metrics_are_figures_alone(day, town, tmp_path):
    country, _, _ = day
    counts = SimpleNamespace(handled=1, bugs=0)
    app = SimpleNamespace(store=country.stages[town]._store, handling=counts, intake=SimpleNamespace(last_sync=0.0),
                          delivery=SimpleNamespace(sent=1, dead=0))  # fmt: skip

    async def scene():
        async with Face(config(tmp_path), app) as face:
            return await asyncio.to_thread(get, f"http://{face.address}/metrics")

    shown = asyncio.run(scene())
    assert "kairan_bugs 0.0" in shown
    assert found(shown, ANSWER, *COSTS, *PEOPLE, DUTY, TALK, MAIL, *TOWNS, "kyushoku", "DX") == []


def get(url):
    return urllib.request.urlopen(url).read().decode()
