"""Any JSON from any homeserver is survived; what people meant is heard, and nothing is heard that they did not say."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.events import Edited, Joined, Left, Reacted, Said, Sent, Struck
from bridge.matrix.fetching import events_of, is_entry, joined, section
from bridge.matrix.inbound import FILE_LIMIT, HEARD, LONGEST, SEALED, fetch_limit, file_to_fetch, read
from tests.examples import many

ROOM = "!a"
WHO = "@sato:tsukuba"
AT = 1_800_000_000_000


def event(kind="m.room.message", /, **more):
    return {"type": kind, "event_id": "$1", "sender": WHO, "origin_server_ts": AT, "content": {}, **more}


def message(body="はい", **content):
    return event(content={"msgtype": "m.text", "body": body, **content})


def heard(raw, **more):
    return read(raw, ROOM, direct=True, **more)


# -- any JSON --------------------------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    [*HEARD, *SEALED, "kairan.met", "m.text", "m.emote", "m.notice", "m.file", "m.replace", "m.annotation", "m.thread",
     "join", "leave", "ban", "invite", "mxc://a/b", "form.yaml", "$1", WHO, ROOM, "", "\0", "\ud800"]
)  # fmt: skip
SCALAR = st.none() | st.booleans() | st.integers() | st.floats() | st.just(10**400) | st.text(max_size=8) | WORDS
KEYS = st.sampled_from(
    ["type", "event_id", "sender", "state_key", "origin_server_ts", "content", "unsigned", "prev_content", "redacts",
     "msgtype", "body", "m.relates_to", "rel_type", "m.in_reply_to", "m.new_content", "is_falling_back", "key",
     "membership", "filename", "info", "size", "url", "file", "displayname", "invite_state", "events", "state",
     "timeline", "rooms", "join", "invite"]
)  # fmt: skip
JSON = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=25
)
FIELDS = dict.fromkeys(("origin_server_ts", "content", "unsigned", "state_key", "redacts"), JSON)
RAW = st.fixed_dictionaries(
    {"type": WORDS | JSON}, optional={**FIELDS, "event_id": st.just("$1") | JSON, "sender": st.just(WHO) | JSON}
)


@settings(max_examples=many(150), deadline=None)
@given(raw=RAW | st.dictionaries(KEYS, JSON), content=st.none() | st.binary(max_size=9), direct=st.booleans())
def test_any_event_is_survived(raw, content, direct):
    found = read(raw, ROOM, direct=direct, content=content)
    assert found is None or (isinstance(found.id, str) and isinstance(found.sender, str) and found.at.tzinfo is UTC)
    wanted = file_to_fetch(raw)
    assert wanted is None or isinstance(wanted[0], str)


@settings(max_examples=many(80), deadline=None)
@given(content=st.dictionaries(KEYS, JSON, max_size=6), kind=WORDS)
def test_any_content_of_an_event_of_a_known_type_is_survived(content, kind):
    raw = event(kind, content=content, state_key=WHO)
    heard(raw)
    file_to_fetch(raw)


@settings(max_examples=many(80), deadline=None)
@given(reply=st.dictionaries(KEYS, JSON, max_size=6), raw=RAW)
def test_any_sync_is_walked_through(reply, raw):
    for part in ("join", "invite", "leave"):
        for _, update in section(reply, part):
            events_of(update)
    for _, update in joined(reply):
        events_of(update)
    assert isinstance(is_entry(raw, WHO), bool)


@pytest.mark.parametrize("moment", [None, "soon", -(10**30), 10**30, float("nan"), float("inf"), [], {}, 10**400])
def test_a_senseless_time_is_long_ago_and_in_nobodys_future(moment):
    assert heard({**message(), "origin_server_ts": moment}).at == datetime(1970, 1, 1, tzinfo=UTC)


# -- what people say -------------------------------------------------------------------------------------------------


def test_words_are_heard_as_they_were_said():
    said = heard(message("二人\n です"))
    assert (type(said), said.text, said.sender, said.room, said.direct) == (Said, "二人\n です", WHO, ROOM, True)
    assert said.at == datetime.fromtimestamp(AT / 1000, UTC)


@pytest.mark.parametrize("kind", ["m.notice", "m.sticker", "m.location", "jp.example", None, [], {"m.text": 1}])
def test_notices_and_what_is_not_talk_are_never_answered(kind):
    assert heard(event(content={"msgtype": kind, "body": "!form help"})) is None


def test_a_message_of_64_kb_is_heard_and_a_longer_one_is_cut():
    assert len(heard(message("あ" * 70_000)).text) == LONGEST


def test_a_reply_names_its_message_and_leaves_the_quote_out():
    relation = {"m.in_reply_to": {"event_id": "$q"}}
    said = heard(message("> <@kairan:x> お名前は\n> 二行目\n\n佐藤", **{"m.relates_to": relation}))
    assert (said.text, said.replies_to) == ("佐藤", "$q")
    assert heard(message("> 引用ではない")).text == "> 引用ではない"


def test_the_fallback_of_a_thread_is_no_reply():
    thread = {"rel_type": "m.thread", "event_id": "$t", "m.in_reply_to": {"event_id": "$q"}}
    assert heard(message(**{"m.relates_to": thread})).replies_to is None
    true = {**thread, "is_falling_back": False}
    assert heard(message(**{"m.relates_to": true})).replies_to == "$q"


def test_an_edit_gives_the_new_words_and_names_the_old_message():
    new = {
        "m.new_content": {"msgtype": "m.text", "body": "3"},
        "m.relates_to": {"rel_type": "m.replace", "event_id": "$0"},
    }
    said = heard(message("* 3", **new))
    assert (type(said), said.target, said.text) == (Edited, "$0", "3")


@pytest.mark.parametrize(
    "broken",
    [
        {"m.new_content": {"msgtype": "m.notice", "body": "3"}},
        {"m.new_content": {"msgtype": ["m.text"], "body": "3"}},
        {"m.new_content": {"msgtype": "m.text", "body": 3}},
        {"m.new_content": "3"},
        {},
    ],
)
def test_an_edit_that_makes_no_sense_is_silence_and_never_new_words(broken):
    assert heard(message("* 3", **broken, **{"m.relates_to": {"rel_type": "m.replace", "event_id": "$0"}})) is None


def test_a_reaction_is_its_emoji_without_variation():
    relation = {"rel_type": "m.annotation", "event_id": "$q", "key": "1\ufe0f\u20e3"}
    assert heard(event("m.reaction", content={"m.relates_to": relation})).key == "1\u20e3"
    assert isinstance(heard(event("m.reaction", content={"m.relates_to": relation})), Reacted)
    assert heard(event("m.reaction", content={"m.relates_to": {**relation, "rel_type": "m.reference"}})) is None


@pytest.mark.parametrize(
    "raw", [event("m.room.redaction", redacts="$0"), event("m.room.redaction", content={"redacts": "$0"})]
)
def test_a_redaction_is_heard_in_the_form_of_every_room_version(raw):
    assert heard(raw) == Struck(id="$1", room=ROOM, sender=WHO, direct=True, at=heard(raw).at, target="$0")


def member(membership, **more):
    return event("m.room.member", state_key="@p:x", content={"membership": membership}, **more)


def test_coming_and_going_is_about_whom_it_concerns_not_who_did_it():
    assert [type(heard(member(m))) for m in ("join", "leave", "ban")] == [Joined, Left, Left]
    assert heard(member("leave")).sender == "@p:x"
    assert heard(member("invite")) is None
    assert heard(member("join", unsigned={"prev_content": {"membership": "join"}})) is None


# -- files -----------------------------------------------------------------------------------------------------------


def attached(name="form.yaml", **more):
    return event(content={"msgtype": "m.file", "body": name, "url": "mxc://a/b", **more})


def test_a_file_comes_with_its_name_its_caption_and_what_was_fetched():
    sent = heard(attached(body="!form load", filename="form.yaml"), content=b"name: x")
    assert sent == Sent(id="$1", room=ROOM, sender=WHO, direct=True, at=sent.at, name="form.yaml", caption="!form load",
                        content=b"name: x")  # fmt: skip


def test_only_what_may_be_a_form_is_fetched():
    assert file_to_fetch(attached()) == ("mxc://a/b", None)
    assert file_to_fetch(attached("virus.exe")) is None
    assert file_to_fetch(attached(info={"size": FILE_LIMIT + 1})) is None
    assert file_to_fetch(attached(url=5)) is None
    sealed = {"url": "mxc://c/d", "key": {}}
    assert file_to_fetch(attached(file=sealed)) == ("mxc://c/d", sealed)


def test_what_somebody_asked_for_is_fetched_up_to_the_size_they_asked_for():
    photo = event(content={"msgtype": "m.image", "body": "a.jpg", "url": "mxc://a/b", "info": {"size": 2_000_000}})
    assert file_to_fetch(photo) is None
    assert file_to_fetch(photo, 1_999_999) is None
    assert file_to_fetch(photo, 2_000_000) == ("mxc://a/b", None)
    assert fetch_limit(attached(), 5) == FILE_LIMIT
    assert fetch_limit(message(), 5) == 0


@pytest.mark.parametrize("kind", ["m.file", "m.image", "m.audio", "m.video"])
def test_pictures_and_recordings_are_files(kind):
    sent = heard(event(content={"msgtype": kind, "body": "a.jpg", "url": "mxc://a/b"}), content=b"x")
    assert (type(sent), sent.name, sent.content) == (Sent, "a.jpg", b"x")


@pytest.mark.parametrize(
    ("address", "spot"),
    [
        ("geo:33.2382,131.6126", (33.2382, 131.6126, None)),
        ("geo:33.2382,131.6126;u=35", (33.2382, 131.6126, 35.0)),
        ("geo:-33.2,131.6,12.5;crs=wgs84;u=3.5", (-33.2, 131.6, 3.5)),
    ],
)
def test_a_location_is_a_place_on_the_map(address, spot):
    for content in ({"geo_uri": address}, {"org.matrix.msc3488.location": {"uri": address}}):
        found = heard(event(content={"msgtype": "m.location", "body": "here", **content}))
        assert (found.lat, found.lon, found.accuracy) == spot


@pytest.mark.parametrize(
    "address", ["geo:99,0", "geo:0,181", "geo:1", "33,131", 5, None, "geo:" + "9" * 10_000, "geo:٣٣,١"]
)
def test_what_is_no_place_on_earth_is_not_heard(address):
    assert heard(event(content={"msgtype": "m.location", "body": "here", "geo_uri": address})) is None


def test_an_event_survives_being_stored_and_read_again():
    raw = message("\ud800 \0 </p>")
    assert heard(json.loads(json.dumps(raw))) == heard(raw)
