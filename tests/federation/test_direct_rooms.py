"""Encrypted direct rooms with real clients: answers, corrections, late keys, second devices, uninvited guests."""

import asyncio
import signal
from contextlib import asynccontextmanager

import pytest
from nio import ShareGroupSessionResponse

from demo.person import Person as Sealed
from tests.federation.kairan import eventually, sealed_person

pytestmark = pytest.mark.lab


@asynccontextmanager
async def asked(kairan, folder, **wanted):
    """(person, their direct room, the form's name): the first question stands there."""
    async with sealed_person(kairan.homeserver, folder, **wanted) as sato:
        room = await kairan.room(sato)
        name = await kairan.publish(room)
        direct = await sato.direct_room_with(kairan.bot)
        await sato.hears(direct, "参加しますか")
        yield sato, direct, name


def withhold(client):
    """From now on this client's message keys do not arrive; the coroutine function that is given lets them go."""
    kept, send = [], client._send

    async def hold(kind, method, path, data=None, response_data=None, **more):
        if "/sendToDevice/m.room.encrypted" in path:
            kept.append((kind, method, path, data, response_data))
            return ShareGroupSessionResponse(*response_data)
        return await send(kind, method, path, data, response_data, **more)

    async def release():
        client._send = send
        for held in kept:
            await send(*held)

    client._send = hold
    return release


def test_an_answer_can_be_given_by_reaction_edited_and_withdrawn(kairan, tmp_path):
    async def story():
        async with asked(kairan, tmp_path) as (sato, room, name):
            assert sato.client.rooms[room].encrypted
            question = next(h for h in sato.timeline(room) if "参加しますか" in h.body)
            await sato.react(room, question.event_id, "1\ufe0f\u20e3")
            await sato.hears(room, "何人")
            three = await sato.say(room, "3")
            await sato.hears(room, "連絡事項")
            await kairan.has(name, sato.user_id, {"attend": "参加", "people": 3})
            await sato.edit(room, three, "5")
            await kairan.has(name, sato.user_id, {"attend": "参加", "people": 5})
            await sato.edit(room, three, "たくさん")
            await sato.hears(room, "数字")
            await sato.redact(room, three)
            await kairan.has(name, sato.user_id, {"attend": "参加"})
            await sato.hears(room, "何人")

    asyncio.run(story())


def test_a_second_device_reads_the_question_and_answers_it(kairan, tmp_path):
    async def story():
        async with asked(kairan, tmp_path) as (sato, room, name):
            async with Sealed(sato.url, sato.user_id, "pw", tmp_path / "phone") as phone:
                await sato.say(room, "1")
                await sato.hears(room, "何人")
                await phone.hears(room, "何人")
                await phone.say(room, "4")
                await phone.hears(room, "連絡事項")
                await sato.hears(room, "連絡事項")
            await kairan.has(name, sato.user_id, {"attend": "参加", "people": 4})

    asyncio.run(story())


@pytest.mark.parametrize("patience_ends", [False, True])
def test_an_answer_whose_key_comes_late_is_not_lost(kairan, tmp_path, patience_ends):
    async def story():
        async with asked(kairan, tmp_path) as (sato, room, name):
            sato.client.invalidate_outbound_session(room)
            release = withhold(sato.client)
            await sato.say(room, "1")
            if not patience_ends:
                sato.client.invalidate_outbound_session(room)
                open_send, sato.client._send = sato.client._send, type(sato.client)._send.__get__(sato.client)
                await sato.say(room, "7")
                sato.client._send = open_send

            async def waiting():
                return kairan.ask("select 1 from inbox where room_id = ? and state = 'waiting'", room)

            await eventually(waiting)
            if patience_ends:
                kairan.end(signal.SIGKILL)
                kairan.ask("update inbox set since = since - 60000000 where state = 'waiting' and room_id = ?", room)
                await kairan.start()
                await sato.hears(room, "鍵")
            else:
                await asyncio.sleep(0.5)
                assert kairan.answers(name, sato.user_id) == {}
            await release()
            await sato.hears(room, "何人" if patience_ends else "連絡事項")
            wanted = {"attend": "参加"} if patience_ends else {"attend": "参加", "people": 7}
            await kairan.has(name, sato.user_id, wanted)

    asyncio.run(story())


def test_nothing_private_is_said_where_a_third_person_was_invited_by_hand(kairan, tmp_path):
    async def story():
        async with sealed_person(kairan.homeserver, tmp_path) as sato, sealed_person(kairan.neighbour, tmp_path) as eve:
            shared = await kairan.room(sato)
            own = await sato.direct_room(kairan.bot)
            await eventually(kairan.is_in, own)
            await sato.say(own, "!form list")
            await sato.hears(own, "フォーム")
            assert kairan.ask("select room_id from direct where user_id = ?", sato.user_id) == [(own,)]
            name = await kairan.publish(shared)
            await sato.hears(own, "参加しますか")
            await sato.call("POST", f"/_matrix/client/v3/rooms/{own}/invite", {"user_id": eve.user_id})

            async def noticed():
                return kairan.ask("select 1 from member where room_id = ? and user_id = ?", own, eve.user_id)

            await eventually(noticed)
            before = len([h for h in sato.timeline(own) if h.sender == kairan.bot])
            await sato.say(own, "1")
            await sato.say(own, "3")
            await kairan.chief.asks(shared, f"!form remind {name}", "お知らせしました")
            new = await fresh_direct_room(sato, kairan.bot, own)
            await sato.hears(new, "参加しますか", timeout=30)
            assert len([h for h in sato.timeline(own) if h.sender == kairan.bot]) == before

    asyncio.run(story())


async def fresh_direct_room(person, bot, old):
    async def found():
        room = await person.direct_room_with(bot)
        return room if room != old else None

    return await eventually(found, seconds=30)


def test_a_guest_cannot_be_invited_into_a_room_that_the_bot_opened(kairan, tmp_path):
    async def story():
        async with asked(kairan, tmp_path) as (sato, room, _):
            eve = await kairan.person()
            with pytest.raises(AssertionError, match="M_FORBIDDEN"):
                await sato.call("POST", f"/_matrix/client/v3/rooms/{room}/invite", {"user_id": eve.user_id})

    asyncio.run(story())


INSIDE = [
    ("m.room.member", {"membership": "leave"}),
    ("kairan.met", {}),
    ("m.room.redaction", {"redacts": "$nowhere"}),
    ("m.room.tombstone", {"replacement_room": "!elsewhere"}),
    ("m.room.encrypted", {"algorithm": "m.megolm.v1.aes-sha2"}),
    ("m.room.message", {"msgtype": "m.text", "body": ["1"]}),
    ("m.room.message", {"msgtype": "m.file", "body": "a.yaml", "file": {"url": "mxc://a/b", "key": {"k": 7}}}),
    ("m.reaction", {"m.relates_to": {"rel_type": "m.annotation", "event_id": ["$x"], "key": 1}}),
]


def test_whatever_is_sealed_inside_an_envelope_changes_nothing_it_should_not(kairan, tmp_path):
    async def story():
        async with asked(kairan, tmp_path) as (sato, room, name):
            for kind, content in INSIDE:
                await sato.send(room, kind, content)
            sato.skip(room)
            await sato.say(room, "1")
            await sato.hears(room, "何人")
            await kairan.has(name, sato.user_id, {"attend": "参加"})
            assert kairan.ask("select state, room_id from direct where user_id = ?", sato.user_id) == [("joined", room)]

    asyncio.run(story())
