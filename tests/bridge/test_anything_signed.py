"""Whatever JSON a member signs, or anybody shows on the web: it is survived, and what is right afterwards is done."""

import base64
import zlib
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bots.roles import Role
from bridge.alliance.council import Attempt, Message, promised
from bridge.alliance.motion import adding, introduced, introduction, objection, offer, read_change, read_vote
from bridge.alliance.parcel import Parcel, joined, opened, parts_of, read_envelope, read_part, sealed
from bridge.alliance.roll import LIVES, NoRoll, complete, fingerprint, read, signers
from bridge.alliance.signing import Key, NotCanonical, canonical, digest, parse, sign, verify
from bridge.federation.revival import answer
from bridge.store import rolls
from forms.form import Form
from forms.inquiry_release import Impossible
from forms.inquiry_release import read as read_release
from forms.mistake import Mistake
from forms.template import read_template
from tests.bridge.test_alliance import NOW, SERVERS, alliance, entry, key
from tests.country import Country
from tests.stages import empty_store

pytestmark = pytest.mark.heavy

TEXTS = st.text(max_size=20) | st.sampled_from(
    ["", "\u202eabc", "a" * 5000, "\x00", "../../etc/passwd", "@kairan:nakatsu", "nakatsu", "tsukuba", "ed25519:a",
     "jp.kairan.alliance", "add", "remove", "approve", "prepare", "i1", "行政DX", "2" * 400]
)  # fmt: skip
NUMBERS = st.integers() | st.sampled_from([0, -1, 1, 2**31, 2**53 - 1, 2**53, 10**30, NOW])
NAMES = st.sampled_from([
    "type", "from", "to", "at", "body", "cause", "kind", "list", "version", "previous", "issued", "until", "quorum",
    "rule", "room", "round", "carried", "members", "server", "bot", "name", "ja", "en", "code", "contact", "keys",
    "since", "signatures", "unsigned", "motion", "change", "choice", "base", "value", "accepted", "floor", "because",
    "votes", "introduction", "member", "id", "form", "needs", "by", "n", "state", "reason", "asked", "answered",
    "parts", "raw", "raws", "known", "counts", "licence", "lineage", "locked", "group", "deed", "deeds", "entry",
    "user", "shown", "kana", "department", "duties", "words", "text", "ack", "have", "want",
])  # fmt: skip
FORM = Form.model_validate({"name": "a", "title": "a", "questions": [
    {"id": "parts", "kind": "choice", "title": "a", "options": ["add", "remove"]},
    {"id": "n", "kind": "integer", "title": "b"}]})  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(NAMES | TEXTS, inner, max_size=8),
    max_leaves=25,
)
OBJECTS = st.dictionaries(NAMES, JSON, max_size=10)


def altered(data, document):
    """The document with something else at one place of it, or without that place."""
    if isinstance(document, dict) and document and data.draw(st.booleans()):
        name = data.draw(st.sampled_from(sorted(document)))
        return {**document, name: altered(data, document[name])}
    if isinstance(document, list) and document and data.draw(st.booleans()):
        place = data.draw(st.integers(0, len(document) - 1))
        return [*document[:place], altered(data, document[place]), *document[place + 1 :]]
    return data.draw(JSON)


@given(JSON)
def test_any_json_is_signed_read_and_verified_or_refused(value):
    for work in (canonical, lambda value: digest({"a": value})):
        with suppress(NotCanonical):
            work(value)
    document = value if isinstance(value, dict) else {"a": value}
    assert not verify(document, "tsukuba", {Key.of("x").id: Key.of("x").public})
    try:
        signed = sign({k: v for k, v in document.items() if k != "signatures"}, "tsukuba", Key.of("x"))
    except NotCanonical:
        return
    assert verify(signed, "tsukuba", {Key.of("x").id: Key.of("x").public})


@given(st.text() | st.binary())
def test_any_text_is_a_document_or_is_refused(raw):
    for work in (parse, read, *((opened, read_envelope) if isinstance(raw, str) else ())):
        with pytest.raises((NotCanonical, NoRoll)):
            work(raw)
    assert read_vote(raw) is None


@given(st.data())
def test_a_list_with_anything_in_it_is_a_list_or_none_and_never_one_that_was_signed(data):
    roll = alliance(3)
    document = altered(data, roll.document)
    try:
        found = read(document if isinstance(document, dict) else {"a": document})
    except NoRoll:
        return
    same = {k: v for k, v in found.document.items() if k not in ("signatures", "unsigned")}
    if same != {k: v for k, v in roll.document.items() if k != "signatures"}:
        assert not complete(found.document, alliance(2))
    assert signers(found.document, roll) <= set(SERVERS)
    assert found.council()
    assert found.quorum <= len(found.council())
    fingerprint(found.entries[0].server, found.entries[0].keys)


@given(st.data())
def test_a_motion_with_anything_in_it_is_a_motion_or_none(data):
    introduces = introduction(entry(SERVERS[3]), key(SERVERS[3]))
    document = altered(data, adding(introduces))
    try:
        change = read_change(document)
    except NoRoll:
        return
    assert change.document == document
    if change.kind == "add" and document != adding(introduces):
        assert introduced(document["introduction"]).server == change.server


@given(st.data())
def test_an_offer_with_anything_in_it_is_signed_only_where_it_is_what_was_voted_on(data):
    roll = alliance(3)
    good = offer(roll, [], NOW + LIVES // 3)
    assert objection(good, roll, NOW + LIVES // 3) is None
    value = altered(data, good)
    if objection(value, roll, NOW + LIVES // 3) is None:
        kept = {k: v for k, v in value["list"].items() if k not in ("round", "signatures", "unsigned")}
        assert kept | {"issued": 0, "until": 0} == {k: v for k, v in good["list"].items() if k != "round"} | {
            "issued": 0, "until": 0,
        }  # fmt: skip


@given(OBJECTS, st.text(max_size=70))
def test_any_event_is_a_part_of_a_parcel_or_none(content, name):
    where = {"id": "$", "room": "!", "sender": "@kairan:tama", "at": entry, "direct": True}
    found = read_part({"name": name, **content}, where)
    assert found is None or (isinstance(found, Parcel) and 0 <= found.part < found.of)


@given(st.lists(st.text(max_size=50) | st.binary(max_size=99).map(lambda b: base64.b64encode(b).decode()), max_size=4))
def test_any_parts_are_a_document_or_none(pieces):
    with pytest.raises(NotCanonical):
        read_envelope(joined(pieces))


@given(st.data(), st.integers(-5, 2**53), st.integers(-5, 2**53))
def test_any_promise_leaves_an_attempt_that_can_go_on(data, number, floor):
    attempt = Attempt(promised=data.draw(st.integers(-1, 99)), leading=data.draw(st.integers(-1, 99)))
    message = Message(kind="promise", round=number, floor=floor)
    after, _ = promised(attempt, "tama", message, quorum=2, slot=3)
    assert after.floor < 2**40


@given(OBJECTS)
def test_any_template_and_any_release_is_read_or_refused_with_a_sentence(body):
    with pytest.raises(Mistake):
        read_template({"licence": "CC0-1.0", **body}, author="tama", may_lock=True)
    with suppress(Impossible):
        read_release(body, FORM, "totals")


# -- through the whole of a Kairan -------------------------------------------------------------------------------------

KINDS = ("motion", "vote", "roll", "council", "template", "template.want", "template.copies", "template.retract",
         "template.used", "template.users", "inquiry", "inquiry-state", "inquiry-release", "inquiry-closed",
         "inquiry-plea", "group", "group-want", "group-log", "colleagues", "alive", "nonsense")  # fmt: skip
CAST = {"佐藤": (Role.STEWARD, "tsukuba"), "田中": (Role.STEWARD, "nakatsu")}
TOWNS = ("tsukuba", "nakatsu")


@pytest.fixture(scope="module")
def country(tmp_path_factory):
    made = Country(tmp_path_factory.mktemp("any"), CAST, towns=TOWNS, alliance=TOWNS, stores=empty_store)
    yield made
    made.close()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(kind=st.sampled_from(KINDS), body=OBJECTS, cause=st.uuids())
def test_whatever_a_member_signs_is_survived_and_the_next_thing_is_done(country, kind, body, cause):
    try:
        signed = sealed(kind, body, server="nakatsu", key=Key.of("nakatsu"), at=country.now, cause=str(cause))
    except NotCanonical:
        return
    before = country.stages["tsukuba"]._do(rolls.current)
    for part in parts_of(signed.raw, str(cause)[:32]):
        country.stages["tsukuba"].receive("@kairan:nakatsu", part)
    country.tick()
    country.read()
    country.say("佐藤", "!federation status")
    assert any("名簿の版" in heard.text for town, heard in country.read() if town == "tsukuba")
    assert country.stages["tsukuba"]._do(rolls.current) == before


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(body=OBJECTS, content=OBJECTS)
def test_whatever_is_shown_in_the_room_or_posted_to_the_web_is_survived(country, body, content):
    stage = country.stages["tsukuba"]
    before = stage._do(rolls.current)
    try:
        raw = sealed("council", body, server="nakatsu", key=Key.of("nakatsu"), at=country.now).raw
        packed = base64.b64encode(zlib.compress(canonical(content))).decode()
    except NotCanonical:
        return
    stage._do(lambda c: answer(c, stage.town, raw, stage.now))
    stage._do(lambda c: rolls.shown(c, {"version": before.version + 1, "list": packed}))
    stage._do(lambda c: rolls.shown(c, content))
    country.tick()
    assert stage._do(rolls.current) == before
