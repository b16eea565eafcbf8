"""A function account for real: made while Kairan runs, met by people of another municipality, answered by our own."""

import asyncio
import secrets
import signal
from urllib.parse import quote

import pytest

from bridge.matrix.cross_signing import signed_by
from tests.federation.kairan import eventually, sealed_person
from tests.federation.test_bot_identity import looked_at
from tests.federation.test_people import promote

pytestmark = pytest.mark.lab


async def opened(kairan, *officers):
    """(name, account) of a new function for which these people are on duty day and night."""
    word = secrets.token_hex(3)
    name, account = f"課{word}", f"@kairan_k{word}:{kairan.homeserver.server_name}"
    desk = await kairan.chief.direct(kairan.bot)
    await kairan.chief.asks(desk, f"!function create {name} account k{word}", "作りました")
    for officer in officers:
        await promote(kairan, officer)
        await kairan.chief.asks(desk, f"!function roster {name} 毎日 終日 {officer.user_id}", "当番を決めました")

    async def there():
        return kairan.ask("select 1 from fact where name = ?", f"cursor:{account}")

    await eventually(there, seconds=40)
    return name, account, desk


async def met(person, account):
    """A direct room in which it has arrived: this client gives its keys to those who are inside."""
    room = await person.direct_room(account)

    async def inside():
        return account in person.client.rooms[room].users and not person.client.rooms[room].invited_users

    await eventually(inside, seconds=40)
    return room


def test_a_person_of_another_town_writes_to_the_function_and_the_one_on_duty_answers_in_its_name(kairan, tmp_path):
    async def story():
        async with (
            sealed_person(kairan.homeserver, tmp_path) as sato,
            sealed_person(kairan.neighbour, tmp_path) as suzuki,
        ):
            name, account, _ = await opened(kairan, sato)
            seen = await looked_at(await kairan.person(at=kairan.neighbour), account)
            (device,) = seen["device_keys"].values()
            (self_signing,) = seen["self_signing"]["keys"].values()
            assert signed_by(device, account, key=self_signing)
            assert seen["profile"]["displayname"].endswith(f" {name}")

            room = await met(suzuki, account)
            await suzuki.say(room, "学童の申込期限を教えてください")
            desk = await sato.direct_room_with(kairan.bot, 40)
            heard = await sato.hears(desk, "学童の申込期限", 40)
            assert suzuki.name in heard.body
            await sato.reply(desk, heard.event_id, "12月1日までです")
            answer = await suzuki.hears(room, "12月1日", 40)
            assert (answer.sender, answer.body) == (account, "12月1日までです")

            await suzuki.send_file(room, "様式.txt", "申込書".encode(), mime="text/plain")
            file = await sato.hears(desk, lambda h: h.content.get("filename") == "様式.txt", 40)
            assert await sato.fetch(file) == "申込書".encode()
            number = heard.body.partition("番")[0].rpartition(" ")[2]
            await sato.send_file(desk, "記入例.txt", "例".encode(), f"{number} 記入例です", mime="text/plain")
            sample = await suzuki.hears(room, "記入例です", 40)
            assert (sample.sender, await suzuki.fetch(sample)) == (account, "例".encode())
            inside = await suzuki.call("GET", f"/_matrix/client/v3/rooms/{quote(room)}/joined_members")
            assert set(inside["joined"]) == {suzuki.user_id, account}

    asyncio.run(story())


def test_killed_between_question_and_answer_nothing_is_lost_or_said_twice(kairan, tmp_path):
    async def story():
        async with (
            sealed_person(kairan.homeserver, tmp_path) as sato,
            sealed_person(kairan.neighbour, tmp_path) as suzuki,
        ):
            _, account, _ = await opened(kairan, sato)
            room = await met(suzuki, account)
            await suzuki.say(room, "一つ目です")
            desk = await sato.direct_room_with(kairan.bot, 40)
            heard = await sato.hears(desk, "一つ目です", 40)
            for n in range(3):
                await suzuki.say(room, f"続き{n}です")
                await sato.reply(desk, heard.event_id, f"返事{n}です")
                kairan.end(signal.SIGKILL)
                await kairan.start()
            for n in range(3):
                await eventually(said, sato, desk, f"続き{n}です", seconds=60)
                await eventually(said, suzuki, room, f"返事{n}です", seconds=60)
            await asyncio.sleep(2)
            assert [count(sato, desk, f"続き{n}です") for n in range(3)] == [1, 1, 1]
            assert [count(suzuki, room, f"返事{n}です") for n in range(3)] == [1, 1, 1]
            assert {h.sender for h in suzuki.timeline(room)} == {suzuki.user_id, account}

    asyncio.run(story())


async def said(person, room, words):
    return count(person, room, words)


def count(person, room, words):
    return sum(words in h.body for h in person.timeline(room) if h.sender != person.user_id)


def test_a_function_stays_only_where_it_is_alone_with_a_person_and_takes_its_leave_when_it_is_closed(kairan, tmp_path):
    async def story():
        async with (
            sealed_person(kairan.homeserver, tmp_path) as sato,
            sealed_person(kairan.neighbour, tmp_path) as suzuki,
        ):
            name, account, desk = await opened(kairan, sato)
            crowd = await suzuki.create_room(invite=[account, sato.user_id])
            both = await suzuki.create_room(invite=[account, kairan.bot])
            room = await suzuki.direct_room(account, encrypted=False)
            await suzuki.say(room, "お願いします")
            await sato.hears(await sato.direct_room_with(kairan.bot, 40), "お願いします", 40)
            for other in (crowd, both):
                await eventually(is_out, suzuki, other, account, seconds=40)
            await kairan.chief.asks(desk, f"!function off {name}", "はい")
            await kairan.chief.asks(desk, "はい", "廃止しました")
            await suzuki.hears(room, "閉じました", 40)
            await eventually(is_out, suzuki, room, account, seconds=40)
            seen = await kairan.chief.call("GET", f"/profile/{quote(account)}")
            assert seen["displayname"].startswith("（廃止）")

            await kairan.chief.asks(desk, f"!function create {name}", "作りました")
            await kairan.chief.asks(desk, f"!function roster {name} 毎日 終日 {sato.user_id}", "当番を決めました")
            again = await met(suzuki, account)
            await suzuki.say(again, "またお願いします")
            await sato.hears(await sato.direct_room_with(kairan.bot, 40), "またお願いします", 40)

    asyncio.run(story())


async def is_out(person, room, user):
    inside = await person.call("GET", f"/_matrix/client/v3/rooms/{quote(room)}/joined_members")
    return user not in inside["joined"]
