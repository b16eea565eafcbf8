"""Hostile things typed and sent by real clients: a clear sentence or silence, nobody pinged, nothing broken."""

import asyncio
import secrets
from urllib.parse import quote

import aiohttp
import pytest

from tests.federation.kairan import FORM, eventually

pytestmark = pytest.mark.lab

RTL = "\u202e\u2066evil\u2069\u200f"
ROOM = "!room:elsewhere"


def is_clean(event):
    """Pings nobody, and holds no markup but the bot's own."""
    content = event["content"]
    assert content.get("m.mentions") == {}, content
    html = content.get("formatted_body", "")
    assert not any(tag in html.casefold() for tag in ("<script", "<img", "<a ", "<b>x", "<h1", "mx-reply")), html
    assert len(content["body"]) < 20_000
    return True


WORDS = [
    "あ" * 20_000,
    "!" * 60_000,
    "!form " + "x" * 60_000,
    "!form load\n" + "[" * 50_000,
    "!form load\n" + "{a: " * 10_000,
    "!form load\n" + "a: &a [*a, *a]",
    "!form load\n" + "\n".join(f"x{n}: &x{n} [{f'*x{n - 1}, ' * 9}]" if n else "x0: &x0 [1]" for n in range(20)),
    "!form load\n!!python/object/apply:os.system ['true']",
    "!form load\nname: \u0007\nquestions: 9",
    "!form load\nname: a\nname: b\ntitle: c\nquestions: []",
    "!form load\n\tname: a",
    "!form load\nname: a\ntitle: b\nquestions: [{id: q, kind: integer, title: t, low: " + "9" * 5000 + "}]",
    "!form load\nname: a\ntitle: b\nquestions: [{id: q, kind: text, title: t, when: '" + "(" * 5000 + "'}]",
    "!form load\nname: a\ntitle: b\nquestions:\n"
    + "".join(f"- {{id: q{n}, kind: yesno, title: t}}\n" for n in range(1500)),
    "!form publish a by " + "9" * 5000 + "日後",
    "!form publish a by 0000-00-00 remind -1h",
    "!remind me 99999999年後 x",
    "!remind cancel " + "9" * 5000,
    f"!form status {RTL}",
    "!form status @room <b>x</b> <img src=x onerror=y>",
    "!form\u0000list",
    "！ｆｏｒｍ　ｌｉｓｔ",
    "修正 " + "9" * 5000,
    "再開 " + "９" * 500,
    "<h1>@room</h1><script>x</script>",
    "\u0000\u0007\u001b[31m",
    RTL,
    "Z" + "\u0301" * 5000,
    "> <@a:b> x\n\n!form list",
    "\n" * 20_000,
    "",
]


def test_whatever_is_typed_is_answered_with_a_sentence_or_not_at_all(kairan):
    async def story():
        room = await kairan.chief.direct(kairan.bot)
        for words in WORDS:
            await kairan.chief.say(room, words)
        for event in await settled(kairan.chief, room):
            assert is_clean(event)
            assert "担当者に番号" not in event["content"]["body"]
        assert kairan.ask("select count(*) from form where name = 'a'") == [(0,)]

    asyncio.run(story())


@pytest.mark.parametrize(("questions", "complaint"), [(10_000, "256 kB"), (4_000, "1000問")])
def test_a_file_of_thousands_of_questions_is_refused_with_the_reason(kairan, questions, complaint):
    async def story():
        room = await kairan.chief.direct(kairan.bot)
        form = "name: many\ntitle: t\nquestions:\n" + "".join(
            f"- {{id: q{n}, kind: yesno, title: t}}\n" for n in range(questions)
        )
        url = await uploaded(kairan.chief, form.encode())
        content = {"msgtype": "m.file", "filename": "many.yaml", "body": "!form load", "url": url}
        await kairan.chief.send(room, "m.room.message", content)
        said = await kairan.chief.hears(room, complaint)
        assert is_clean(said)
        assert kairan.ask("select count(*) from form where name = 'many'") == [(0,)]

    asyncio.run(story())


async def uploaded(person, raw):
    url = f"{person.homeserver.client_url}/_matrix/media/v3/upload"
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {person.token}"}) as web,
        web.post(url, data=raw) as reply,
    ):
        return (await reply.json())["content_uri"]


async def settled(person, room):
    """What the bot had said in the room when it answered the last of all that was said there."""
    mark = secrets.token_hex(4)
    await person.say(room, f"!form fill {mark}")
    await person.hears(room, mark)
    return await person.bot_said(room)


EDIT = {"rel_type": "m.replace", "event_id": "$nowhere"}
RAW = [
    ("m.room.message", {}),
    ("m.room.message", {"msgtype": "m.text", "body": ["!form list"]}),
    ("m.room.message", {"msgtype": ["m.text"], "body": "!form list"}),
    ("m.room.message", {"msgtype": "m.nonsense", "body": "!form list"}),
    ("m.room.message", {"msgtype": "m.text", "body": "!form list", "m.relates_to": ["m.replace"]}),
    ("m.room.message", {"msgtype": "m.text", "body": "x", "m.relates_to": EDIT}),
    ("m.room.message", {"msgtype": "m.text", "body": "x", "m.new_content": 5, "m.relates_to": EDIT}),
    ("m.room.message", {"msgtype": "m.text", "body": "x", "m.relates_to": {"m.in_reply_to": {"event_id": "$" * 9000}}}),
    ("m.room.message", {"msgtype": "m.text", "body": "x", "m.relates_to": {"m.in_reply_to": "$x"}}),
    ("m.room.message", {"msgtype": "m.file", "body": "a.yaml", "url": 5}),
    ("m.room.message", {"msgtype": "m.file", "body": "a.yaml", "url": "mxc://nowhere/x", "info": {"size": "many"}}),
    ("m.room.message", {"msgtype": "m.file", "body": "a.yaml", "url": "mxc://../../x"}),
    ("m.room.message", {"msgtype": "m.file", "body": "a.yaml", "filename": {}, "file": {"url": "mxc://a/b", "key": 7}}),
    ("m.reaction", {}),
    ("m.reaction", {"m.relates_to": None}),
    ("m.reaction", {"m.relates_to": {"rel_type": "m.annotation", "event_id": "$nowhere", "key": "1" * 9000}}),
    ("m.room.encrypted", {}),
    ("m.room.encrypted", {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": {}, "session_id": 7, "sender_key": []}),
    ("kairan.met", {}),
    ("m.room.redaction", {"redacts": 7}),
]  # fmt: skip
STATES = [
    ("m.room.name", {"name": ["a"]}, ""),
    ("m.room.canonical_alias", {}, "x"),
    ("m.room.name", {"name": "x"}, "odd"),
    ("m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"}, "odd"),
    ("m.room.tombstone", {"replacement_room": ROOM}, "odd"),
    ("m.room.tombstone", {"replacement_room": 7}, ""),
    ("m.room.topic", {"topic": {"a": []}}, "../.."),
    ("io.element.functional_members", {"service_members": 7}, ""),
]


def test_events_of_any_shape_are_survived_and_the_room_goes_on(kairan):
    async def story():
        sato = await kairan.person()
        room = await sato.direct(kairan.bot)
        for kind, content in RAW:
            await sato.ask("PUT", f"/rooms/{quote(room)}/send/{kind}/{secrets.token_hex(4)}", content)
        for kind, content, key in STATES:
            await sato.ask("PUT", f"/rooms/{quote(room)}/state/{kind}/{quote(key, safe='')}", content)
        assert all(is_clean(e) for e in await settled(sato, room))
        rows = kairan.ask("select encrypted, name, successor from room where room_id = ?", room)
        assert rows == [(0, None, None)]

    asyncio.run(story())


def test_names_of_people_rooms_and_forms_ping_nobody_and_bring_no_markup(kairan):
    async def story():
        evil = f"<b>x</b>{RTL}@room\n<img src=x>" + "長" * 150
        sato = await kairan.person()
        await sato.call("PUT", f"/profile/{quote(sato.user_id)}/displayname", {"displayname": evil})
        room = await kairan.room(sato, name=evil[:200])
        title = "'@room <b>x</b> <img src=x> @everyone'"
        name = await kairan.publish(room, form=FORM.replace("参加調べ", title).replace("何人ですか", title))
        own = await kairan.chief.direct(kairan.bot)
        status = await kairan.chief.asks(own, f"!form status {name}", "<b>x</b>")
        assert RTL[0] not in status["content"]["body"]
        assert len(status["content"]["body"]) < 400
        direct = await sato.direct(kairan.bot)
        await sato.asks(direct, f"!form fill {name}", "参加しますか")
        await sato.asks(direct, "1", "room <b>")
        await sato.asks(direct, "2", "連絡事項")
        await sato.asks(direct, "<b>x</b><img src=x>" + RTL, "送信")
        await sato.asks(direct, "送信", "受付番号")
        await sato.hears(room, "1/2")
        await kairan.chief.asks(room, f"!form close {name}", "終了")
        for person, place in ((sato, room), (sato, direct), (kairan.chief, own)):
            assert all(is_clean(e) for e in await person.bot_said(place))

    asyncio.run(story())


def test_a_flood_by_one_person_gets_one_polite_word_and_keeps_nobody_waiting(kairan):
    async def story():
        eve, sato = await kairan.person(), await kairan.person()
        theirs, ours = await eve.direct(kairan.bot), await sato.direct(kairan.bot)
        flood = asyncio.gather(*(eve.say(theirs, f"あ{n}") for n in range(200)))
        await sato.asks(ours, "!form list", "フォーム", seconds=10)
        await flood

        async def all_handled():
            left = kairan.ask("select count(*) from inbox where room_id = ? and state = 'new'", theirs)
            ready = kairan.ask("select count(*) from outbox where lane = ? and state = 'ready'", theirs)
            return left == ready == [(0,)]

        await eventually(all_handled, seconds=30)
        said = [e["content"]["body"] for e in await eve.bot_said(theirs)]
        assert len(said) == 121
        assert len([body for body in said if "1分ほど" in body]) == 1

    asyncio.run(story())
