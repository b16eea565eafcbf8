"""What reaches a real Kairan from real rooms: each thing once, in order, and nothing that is none of its business."""

import asyncio
import signal

import pytest

from tests.federation.kairan import eventually

pytestmark = pytest.mark.lab

MANY = 120


def replied_to(event):
    return event["content"].get("m.relates_to", {}).get("m.in_reply_to", {}).get("event_id")


def test_what_was_said_while_the_bot_was_down_is_handled_once_and_in_order(kairan):
    async def story():
        people = [await kairan.person() for _ in range(3)]
        room = await kairan.room(*people)
        kairan.end(signal.SIGKILL)

        async def talk(person):
            for _ in range(MANY // len(people)):
                await person.say(room, "!form list")

        await asyncio.gather(*(talk(p) for p in people))
        await kairan.start()
        asked = [e["event_id"] for e in await people[0].events(room) if e["content"].get("body") == "!form list"]

        async def all_answered():
            answers = [replied_to(e) for e in await people[0].bot_said(room)]
            return answers if len(answers) >= MANY else None

        assert await eventually(all_answered, seconds=40) == asked
        kairan.end(signal.SIGKILL)
        await kairan.start()
        await people[0].say(room, "!form list")

        async def last_answered():
            return (await people[0].bot_said(room))[MANY:]

        assert len(await eventually(last_answered)) == 1

    asyncio.run(story())


def recorded(kairan, events):
    """How many of these the inbox knows of."""
    return sum(kairan.ask("select count(*) from inbox where event_id = ?", event)[0][0] for event in events)


def test_only_what_was_said_after_the_invitation_is_answered(kairan):
    async def story():
        sato = await kairan.person()
        room = (await sato.call("POST", "/createRoom", {"preset": "private_chat"}))["room_id"]
        early = [await sato.say(room, "!form list") for _ in range(60)]
        kairan.end()
        await sato.invites(room, kairan.bot)
        wanted = [await sato.say(room, "!form list")]
        await kairan.start()
        await eventually(sato.sees_in, room, kairan.bot)
        wanted.append(await sato.say(room, "!form help"))

        async def answered():
            said = await sato.bot_said(room)
            return said if len(said) >= 2 else None

        assert len(await eventually(answered)) == 2
        await asyncio.sleep(1)
        assert len(await sato.bot_said(room)) == 2
        assert [recorded(kairan, events) for events in (early, wanted)] == [0, 2]

    asyncio.run(story())


def test_notices_edits_of_old_words_and_other_bots_are_left_alone(kairan):
    async def story():
        sato = await kairan.person()
        room = await sato.direct(kairan.bot)
        first = await sato.asks(room, "!form list", "フォーム")
        for content in (
            {"msgtype": "m.notice", "body": "!form list"},
            {"msgtype": "m.text", "body": "* !form list",
             "m.new_content": {"msgtype": "m.text", "body": "!form list"},
             "m.relates_to": {"rel_type": "m.replace", "event_id": first["event_id"]}},
            {"msgtype": "m.image", "body": "!form list", "url": "mxc://a/b"},
        ):  # fmt: skip
            await sato.send(room, "m.room.message", content)
        await sato.asks(room, "!form help", "!form")
        assert len(await sato.bot_said(room)) == 2

    asyncio.run(story())


def test_an_invitation_from_a_town_that_is_not_permitted_is_not_accepted(kairan):
    async def story():
        eve = await kairan.person(at=kairan.stranger)
        body = {"preset": "private_chat", "invite": [kairan.bot]}
        theirs = (await eve.call("POST", "/createRoom", body))["room_id"]
        ogawa = await kairan.person(at=kairan.neighbour)
        ours = await ogawa.direct(kairan.bot)
        await ogawa.asks(ours, "!form list", "フォーム")
        assert not await eve.sees_in(theirs, kairan.bot)
        sato = await kairan.person()
        shared = await kairan.room(sato)
        await sato.say(shared, "!form list")
        await sato.hears(shared, "フォーム")
        name = await kairan.publish(shared)
        asked = {user for (user,) in kairan.ask(
            "select user_id from asked join publication on id = publication where form = ?", name)}  # fmt: skip
        assert asked == {sato.user_id, kairan.chief.user_id}

    asyncio.run(story())


def test_one_broken_room_does_not_stop_the_others(kairan):
    async def story():
        sato = await kairan.person()
        mute, gone, well = [await kairan.room(sato) for _ in range(3)]
        levels = {"users": {sato.user_id: 50}, "events_default": 50}
        await kairan.chief.state(mute, "m.room.power_levels", levels)
        await sato.say(mute, "!form list")
        await sato.say(gone, "!form list")
        await kairan.chief.call("POST", f"/rooms/{gone}/kick", {"user_id": kairan.bot})
        for _ in range(3):
            await sato.asks(well, "!form list", "フォーム")
        assert not await sato.bot_said(mute)

        async def nothing_is_left():
            left = kairan.ask("select count(*) from outbox where state = 'ready' and lane in (?, ?)", mute, gone)
            return left == [(0,)]

        await eventually(nothing_is_left)

    asyncio.run(story())


async def summaries(person, room, name):
    """The live summary as it stands in the room: (event id, text) of what was first written, and of the edits after."""
    found = []
    for event in await person.bot_said(room):
        content = event["content"]
        if "参加しますか" in content["body"]:
            relation = content.get("m.relates_to", {})
            found.append((relation.get("event_id"), content.get("m.new_content", content)["body"]))
    return found


@pytest.mark.parametrize("public", [True, False])
def test_a_room_that_is_upgraded_takes_its_forms_summaries_and_digest_with_it(kairan, public):
    async def story():
        sato, suzuki = await kairan.person(), await kairan.person()
        old = await kairan.room(sato, suzuki, public=public, name="防災")
        name = await kairan.publish(old)
        await kairan.chief.asks(old, "!digest every 平日 at 9:00", "9:00")
        direct = {}
        for person in (sato, suzuki):
            direct[person] = await person.direct(kairan.bot)
            await person.asks(direct[person], f"!form fill {name}", "参加しますか")
        await answer(sato, direct[sato])
        await kairan.chief.hears(old, "1/3")
        new = (await kairan.chief.call("POST", f"/rooms/{old}/upgrade", {"new_version": "12"}))["replacement_room"]
        if not public:
            await kairan.chief.invites(new, kairan.bot)
        await eventually(kairan.is_in, new)
        for person in (sato, suzuki):
            if not public:
                await kairan.chief.invites(new, person.user_id)
            await eventually(person.enters, new)
        await answer(suzuki, direct[suzuki])
        await suzuki.hears(new, "2/3")
        first, *_ = await summaries(suzuki, new, name)
        assert first[0] is None, "an edit of a message in another room shows nowhere"
        await kairan.chief.asks(new, "!digest now", "2/3")
        await kairan.chief.asks(new, "!digest list", "防災")
        assert kairan.ask("select room_id from digest where room_id in (?, ?)", old, new) == [(new,)]
        await kairan.chief.asks(new, f"!form close {name}", "終了")
        await sato.hears(new, "2/3")

    asyncio.run(story())


async def answer(person, room):
    await person.asks(room, "1", "何人")
    await person.asks(room, "3", "連絡事項")
    await person.asks(room, "スキップ", "送信")
    await person.asks(room, "送信", "受付番号")


def test_a_room_that_only_claims_to_go_on_elsewhere_takes_nothing_there(kairan):
    async def story():
        sato, eve = await kairan.person(), await kairan.person()
        well = await kairan.room(sato, eve)
        trap = (
            await eve.call(
                "POST", "/createRoom", {"preset": "private_chat", "invite": [kairan.bot, kairan.chief.user_id]}
            )
        )["room_id"]
        await eventually(kairan.chief.enters, trap)
        await eventually(eve.sees_in, trap, kairan.bot)
        name = await kairan.publish(trap)
        await eve.state(trap, "m.room.tombstone", {"body": "", "replacement_room": well})
        await sato.asks(well, "!form list", "フォーム")
        assert kairan.ask("select room_id from publication where form = ?", name) == [(trap,)]

    asyncio.run(story())
