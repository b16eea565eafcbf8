"""The bot and people on real homeservers, encrypted: what is sent is read, before and after a crash."""

import asyncio
import secrets

import pytest

from bridge.errors import Unreachable
from bridge.matrix.crypto import MissingKey, Undecryptable
from tests.tiny_bot import Bot, person_at

pytestmark = pytest.mark.lab


def test_bot_and_person_on_another_town_read_each_other_in_a_room_without_a_server_in_its_name(lab, tmp_path):
    async def story():
        async with (
            Bot.at(lab.homeservers["tsukuba"], tmp_path / "bot") as bot,
            person_at(lab.homeservers["nakatsu"], tmp_path) as sato,
        ):
            room = await bot.room_with(sato)
            assert ":" not in room
            _, asked = await bot.say(room, "お住まいは？", [sato])
            assert (await sato.hears(room, "お住まいは？")).msgtype == "m.notice"
            await sato.reply(room, asked, "中津です")
            await bot.hears("中津です")
            assert bot.heard[-1]["content"]["m.relates_to"]["m.in_reply_to"] == {"event_id": asked}
            assert bot.heard[-1]["sender"] == sato.user_id
            sealed, _ = await bot.say(room, "どうも", [sato], **{"m.relates_to": {"rel_type": "m.thread"}})
            assert sealed["m.relates_to"] == {"rel_type": "m.thread"}
            assert "どうも" not in str(sealed)

    asyncio.run(story())


def test_what_is_sent_while_the_bot_is_dead_is_read_after_it_and_what_came_before_still_is(lab, tmp_path):
    async def story():
        async with (
            Bot.at(lab.homeservers["tsukuba"], tmp_path / "bot") as bot,
            person_at(lab.homeservers["tama"], tmp_path) as abe,
        ):
            room = await bot.room_with(abe)
            await bot.say(room, "一", [abe])
            await abe.hears(room, "一")
            await abe.say(room, "前")
            await bot.hears("前")
            before = bot.pieces[-1][1]
            await abe.say(room, "留守中")
            await bot.start()
            await bot.hears("留守中")
            assert bot.crypto.decrypt(before, room)["content"]["body"] == "前"
            assert bot.crypto.decrypt(before, room)["event_id"] == before["event_id"]
            await bot.say(room, "二", [abe])
            await abe.hears(room, "二")

    asyncio.run(story())


def test_a_crash_after_receiving_and_before_the_cursor_is_kept_loses_nothing(lab, tmp_path):
    async def story():
        async with (
            Bot.at(lab.homeservers["tsukuba"], tmp_path / "bot") as bot,
            person_at(lab.homeservers["nakatsu"], tmp_path) as sato,
        ):
            room = await bot.room_with(sato)
            await bot.say(room, "一", [sato])
            await sato.hears(room, "一")
            kept = bot.since
            await sato.say(room, "大事")
            await bot.hears("大事")
            bot.since, bot.heard = kept, []
            await bot.start()
            await bot.hears("大事")

    asyncio.run(story())


async def said_without_its_key(bot, person, room):
    """The person's encrypted event, and the messages between devices that were held back."""
    await person.say(room, "遅れて")
    keys = []
    while True:
        said = await bot.door.sync(bot.since, timeout_ms=2000)
        keys += said.pop("to_device", {"events": []})["events"]
        assert await bot.crypto.receive(said) == frozenset()
        bot.since = said["next_batch"]
        events = said.get("rooms", {}).get("join", {}).get(room, {}).get("timeline", {}).get("events", [])
        for event in events:
            if event["type"] == "m.room.encrypted" and event["sender"] == person.user_id:
                return event, {"next_batch": "x", "to_device": {"events": keys}}


def test_a_key_that_comes_late_is_named_and_then_reads_the_event(lab, tmp_path):
    async def story():
        async with (
            Bot.at(lab.homeservers["tsukuba"], tmp_path / "bot") as bot,
            person_at(lab.homeservers["tsukuba"], tmp_path) as sato,
        ):
            room = await bot.room_with(sato)
            await bot.say(room, "一", [sato])
            await sato.hears(room, "一")
            event, keys = await said_without_its_key(bot, sato, room)
            with pytest.raises(MissingKey) as missing:
                bot.crypto.decrypt(event, room)
            assert (room, missing.value.session_id) in await bot.crypto.receive(keys)
            assert bot.crypto.decrypt(event, room)["content"]["body"] == "遅れて"
            assert (room, missing.value.session_id) in await bot.crypto.receive(keys)  # given again
            assert await bot.crypto.receive({"next_batch": "y"}) == frozenset()
            with pytest.raises(Undecryptable):
                bot.crypto.decrypt({**event, "event_id": "$other"}, room)
            with pytest.raises(MissingKey):
                bot.crypto.decrypt({**event, "sender": "@somebody:else"}, room)
            with pytest.raises(MissingKey):
                bot.crypto.decrypt(event, "!another")

    asyncio.run(story())


class PowerCut(Exception):  # noqa: N818
    pass


def test_a_crash_while_a_key_is_taken_in_leaves_all_of_it_to_be_taken_again(lab, tmp_path):
    async def story():
        async with (
            Bot.at(lab.homeservers["tsukuba"], tmp_path / "bot") as bot,
            person_at(lab.homeservers["nakatsu"], tmp_path) as sato,
        ):
            room = await bot.room_with(sato)
            await bot.say(room, "一", [sato])
            await sato.hears(room, "一")
            event, keys = await said_without_its_key(bot, sato, room)
            with pytest.raises(PowerCut), bot.crypto._vault.transaction():
                await bot.crypto.receive(keys)
                raise PowerCut
            bot.crypto.close()
            await bot.start()
            with pytest.raises(MissingKey):
                bot.crypto.decrypt(event, room)
            assert await bot.crypto.receive(keys)
            assert bot.crypto.decrypt(event, room)["content"]["body"] == "遅れて"

    asyncio.run(story())


def test_a_town_that_is_down_keeps_only_its_own_people_waiting(lab, tmp_path):
    async def story():
        tama = lab.homeservers["tama"]
        abe = await tama.register(f"p{secrets.token_hex(4)}", "pw")
        async with (
            Bot.at(lab.homeservers["tsukuba"], tmp_path / "bot") as bot,
            person_at(lab.homeservers["nakatsu"], tmp_path) as sato,
        ):
            room = await bot.room_with(sato)
            await tama.kill()
            try:
                content = {"msgtype": "m.text", "body": "皆さん"}
                everybody = [sato.user_id, abe]
                sealed = await bot.crypto.encrypt(room, everybody, kind="m.room.message", content=content)
                await bot.door.send_event(room, "m.room.encrypted", content=sealed, txn="t")
                await sato.hears(room, "皆さん")
                with pytest.raises(Unreachable):
                    await bot.crypto.encrypt("!direct", [abe], kind="m.room.message", content=content)
            finally:
                await tama.start()

    asyncio.run(story())


def test_a_second_device_reads_what_is_said_after_it_is_logged_in(lab, tmp_path):
    async def story():
        town = lab.homeservers["nakatsu"]
        async with Bot.at(lab.homeservers["tsukuba"], tmp_path / "bot") as bot, person_at(town, tmp_path) as sato:
            room = await bot.room_with(sato)
            await bot.say(room, "一", [sato])
            await sato.hears(room, "一")
            async with person_at(town, tmp_path, user=sato.user_id) as phone:
                for words in ("二", "三", "四", "五", "六"):  # how soon the other town hears of it is not ours to say
                    await bot.turn(wait=1000)
                    await bot.say(room, words, [sato])
                await phone.hears(room, "六")
                await sato.hears(room, "六")
                await phone.say(room, "電話から")
                await bot.hears("電話から")

    asyncio.run(story())


def test_whoever_left_cannot_read_the_next_session(lab, tmp_path):
    async def story():
        async with (
            Bot.at(lab.homeservers["tsukuba"], tmp_path / "bot") as bot,
            person_at(lab.homeservers["nakatsu"], tmp_path) as sato,
            person_at(lab.homeservers["tama"], tmp_path) as abe,
        ):
            room = await bot.room_with(sato, abe)
            first, _ = await bot.say(room, "一", [sato, abe])
            await abe.hears(room, "一")
            again, _ = await bot.say(room, "二", [sato, abe])
            assert again["session_id"] == first["session_id"]
            await abe.leave(room)
            after, _ = await bot.say(room, "三", [sato])
            assert after["session_id"] != first["session_id"]
            await sato.hears(room, "三")
            bot.crypto.rotate(room)
            last, _ = await bot.say(room, "四", [sato])
            assert last["session_id"] != after["session_id"]

    asyncio.run(story())


def test_somebody_without_any_device_does_not_keep_the_others_from_reading(lab, tmp_path):
    async def story():
        tama = lab.homeservers["tama"]
        silent = await tama.register(f"p{secrets.token_hex(4)}", "pw")
        async with (
            Bot.at(lab.homeservers["tsukuba"], tmp_path / "bot") as bot,
            person_at(lab.homeservers["nakatsu"], tmp_path) as sato,
        ):
            room = await bot.room_with(sato)
            await bot.door.invite(room, silent)
            sealed = await bot.crypto.encrypt(
                room, [sato.user_id, silent], kind="m.room.message", content={"msgtype": "m.text", "body": "皆さん"}
            )
            await bot.door.send_event(room, "m.room.encrypted", content=sealed, txn="t")
            await sato.hears(room, "皆さん")

    asyncio.run(story())
