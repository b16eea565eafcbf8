"""What clients show: nobody is pinged unless called, nothing a form says becomes markup, edits and replies say so."""

import json
from html.parser import HTMLParser

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.roles import Role
from bridge.matrix import outbound
from bridge.matrix.outbound import HTML, MARK, message
from bridge.stage import Stage
from bridge.store import outbox, rooms
from bridge.store.engine import Store, database_url
from bridge.store.tables import outbox as letters
from tests.examples import many
from tests.town import ROOM, Town

ROOM_PING = "@room みなさん <b>至急</b> <script>alert(1)</script> &amp; @sato:tsukuba"
FORM = f"""name: ping
title: "{ROOM_PING}"
about: "<img src=x onerror=alert(1)>"
questions:
  - {{id: a, kind: choice, title: "{ROOM_PING}",
     options: [{{name: x, label: "<caption>@room</caption>"}}, {{name: y, label: "y"}}]}}
  - {{id: n, kind: integer, title: "</td></table><h1>何人"}}
  - {{id: t, kind: text, title: "@room", required: false}}
"""


def say(text, **more):
    return {"kind": "say", "text": text, **more}


def test_a_quiet_word_is_a_notice_that_calls_nobody():
    assert message(say("はい"), txn="k") == {"msgtype": "m.notice", "body": "はい", "m.mentions": {}, MARK: "k"}


def test_a_reminder_calls_exactly_whom_it_is_for():
    content = message(say("回答を", calls=["@sato:tsukuba"]), txn="k")
    assert (content["msgtype"], content["m.mentions"]) == ("m.text", {"user_ids": ["@sato:tsukuba"]})
    assert "room" not in content["m.mentions"]


def test_clients_that_look_for_the_room_s_name_in_words_find_none():
    content = message(say("@room\n@Room", html="<p>@ROOM</p>"), txn="k", edits="$first")
    shown = content["m.new_content"]
    assert (content["body"], shown["formatted_body"]) == ("* ＠room\n＠Room", "<p>＠ROOM</p>")
    file = {"kind": "file", "name": "a.csv", "mime": "text/csv", "size": 1, "picture": None, "text": "@room"}
    assert outbound.file(file, txn="k", address="mxc://a/b", sealed=None)["body"] == "＠room"


@given(text=st.text(max_size=80))
def test_words_are_shown_as_words_whatever_they_hold(text):
    content = message(say(text), txn="k")
    assert content["body"] == text
    assert content["m.mentions"] == {}
    if "formatted_body" in content:
        shown = Shown(content["formatted_body"])
        assert shown.tags <= {"br"}
        assert shown.words == text.replace("\n", "")


def test_an_edit_carries_the_new_words_for_new_clients_and_a_star_for_old_ones():
    content = message(say("3/5人", html="<b>3/5人</b>"), txn="k", edits="$live")
    assert content["m.relates_to"] == {"rel_type": "m.replace", "event_id": "$live"}
    assert content["body"] == "* 3/5人"
    new = content["m.new_content"]
    assert (new["body"], new["formatted_body"], new["msgtype"]) == ("3/5人", "<b>3/5人</b>", "m.notice")
    assert content["m.mentions"] == new["m.mentions"] == {}
    assert "m.relates_to" not in new


def test_an_answer_in_a_room_is_a_reply_to_what_was_said():
    content = message(say("はい", reply_to="$1"), txn="k")
    assert content["m.relates_to"] == {"m.in_reply_to": {"event_id": "$1"}}


def test_a_reaction_names_its_message():
    assert outbound.reaction("1️⃣", "$q", txn="k") == {
        "m.relates_to": {"rel_type": "m.annotation", "event_id": "$q", "key": "1️⃣"},
        MARK: "k",
    }


@pytest.mark.parametrize("sealed", [None, {"key": {}, "iv": "", "hashes": {}, "v": "v2"}])
def test_a_file_says_its_name_its_size_and_what_it_shows(sealed):
    body = {"kind": "file", "name": "f.csv", "mime": "text/csv", "text": "回答 3件", "picture": None, "size": 9}
    content = outbound.file(body, txn="k", address="mxc://a/b", sealed=sealed)
    assert (content["msgtype"], content["filename"], content["body"]) == ("m.file", "f.csv", "回答 3件")
    assert content["m.mentions"] == {}
    assert ("url" in content) == (sealed is None)
    assert (content if sealed is None else content["file"])["url"] == "mxc://a/b"
    picture = outbound.file({**body, "picture": [640, 400]}, txn="k", address="mxc://a/b", sealed=sealed)
    assert (picture["msgtype"], picture["info"]["w"], picture["info"]["h"]) == ("m.image", 640, 400)


class Shown(HTMLParser):
    """The tags and the words of a message in HTML; it must be well formed."""

    VOID = ("br", "hr")

    def __init__(self, source):
        super().__init__()
        self.tags, self.attributes, self.words, self._open = set(), set(), "", []
        self.feed(source)
        self.close()
        assert self._open == [], f"left open: {self._open}"

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open, f"closed but never opened: {tag}"
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.words += data


@pytest.fixture(scope="module")
def contents(tmp_path_factory):
    """All that the bot ever says about a form made of mentions and markup, as Matrix events."""
    folder = tmp_path_factory.mktemp("stage")
    stage = Stage(folder, {"hen": (Role.EDITOR, "tsukuba"), "<b>@room</b>": (Role.STAFF, "nakatsu")})
    found = []

    def keep():
        stage.tick()
        store = Store(database_url("stage.db", folder))
        bodies = sa.select(letters.c.body).where(letters.c.body.is_not(None)).order_by(letters.c.seq)
        found.extend(store.do(lambda c: c.execute(bodies).scalars().all()))
        store.close()
        stage.read()

    stage.say("hen", f"!form load\n{FORM}")
    for words in ("!form show ping", "!form publish ping by 明日 17:00", "!digest now", "!form status ping"):
        stage.say("hen", words, room="行政DX")
        keep()
    for who in ("hen", "<b>@room</b>"):
        for words in ("@room <i>", "1", "2", "@room <b>x</b>", "一覧", "送信"):
            stage.say(who, words)
            keep()
    for words in ("!form results ping", "!remind room 3時間後 @room <b>", "!form status ping", "!form close ping"):
        stage.say("hen", words, room="行政DX")
        keep()
    stage.move(stage.now.replace(hour=15))
    keep()
    stage.close()
    return [
        outbound.file(body, txn="k", address="mxc://a/b", sealed=None) if body["kind"] == "file"
        else message(body, txn="k", edits="$e" if "instead_of" in body else None)
        for body in found if body["kind"] != "react"
    ]  # fmt: skip


def test_nothing_in_a_form_pings_anybody(contents):
    """A form that is handed to a person calls them, and them alone; whatever is said in a room calls nobody."""
    assert len(contents) > 20
    people = [{"user_ids": ["@hen:tsukuba"]}, {"user_ids": ["@<b>@room</b>:nakatsu"]}]
    for content in contents:
        mentions = content["m.mentions"]
        assert mentions == {} or (mentions in people and content["msgtype"] == "m.text"), content["body"]
    assert sum(content["m.mentions"] == {} for content in contents) > 15


def test_nothing_in_a_form_becomes_markup(contents):
    allowed = {
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "br",
        "b",
        "strong",
        "p",
        "ul",
        "ol",
        "li",
        "h3",
        "h4",
        "em",
    }
    rich = [content for content in contents if content.get("format") == HTML]
    assert any("<table" in content["formatted_body"] for content in rich)
    for content in rich:
        shown = Shown(content["formatted_body"])
        assert shown.tags <= allowed, shown.tags - allowed
        assert shown.attributes <= {"align"}
        assert "caption" not in shown.tags


FITS = 46_000  # bytes of JSON that are less than 64 kB once they are encrypted


@pytest.mark.parametrize("text", ["あ" * 64_000, "&\n" * 30_000, "\U0001f600" * 20_000, "a" * 65_536])
@pytest.mark.parametrize("edits", [None, "$e"])
def test_every_letter_fits_into_an_event(text, edits):
    for body in (say(text), say(text, html=f"<p>{text}</p>")):
        assert len(json.dumps(message(body, txn="k", edits=edits), ensure_ascii=False).encode()) < FITS


def test_the_names_of_300_people_all_arrive(tmp_path):
    cast = {"hen": (Role.EDITOR, "tsukuba"), **{f"p{n:03}": (Role.RESIDENT, "nakatsu") for n in range(300)}}
    town = Town(tmp_path, cast=cast)
    town.store.do(lambda c: [rooms.set_member(c, ROOM, town.users[who], membership="join", name=f"佐藤 さくら子 {who}")
                             for who in cast])  # fmt: skip
    town.say("hen", f"!form load\n{FORM}")
    town.say("hen", "!form publish ping by 明日 17:00", room=ROOM)
    town.send()
    town.say("hen", "!form status ping")
    sent = [message(body, txn="k") for _, body in town.send()]
    town.close()
    assert len(sent) > 1
    assert all(len(json.dumps(content, ensure_ascii=False).encode()) < FITS for content in sent)
    shown = "\n".join(content["body"] for content in sent).splitlines()
    assert sum("さくら子" in line for line in shown) == 301


@settings(max_examples=many(30))
@given(step=st.integers(0, 99), source=st.text(max_size=20))
def test_a_transaction_id_is_safe_in_an_address(step, source):
    assert outbox.txn(source, step).isalnum()
