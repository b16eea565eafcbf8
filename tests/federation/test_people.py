"""People who leave, refuse, come back, or are many."""

import asyncio
import secrets
from urllib.parse import quote

import pytest

from tests.federation.kairan import FORM, Plain, eventually, sealed_person

pytestmark = pytest.mark.lab

MANY = 60
UNREACHABLE = "届けられません"


def test_leaving_and_refusing_are_each_reported_to_the_editor_once_and_filling_in_later_opens_a_new_room(
    kairan, tmp_path
):
    async def story():
        async with (
            sealed_person(kairan.homeserver, tmp_path) as editor,
            sealed_person(kairan.homeserver, tmp_path) as leaver,
            sealed_person(kairan.neighbour, tmp_path) as refuser,
        ):
            await promote(kairan, editor)
            room = await kairan.room(editor, leaver, refuser)
            refuser.joins_invites = False
            name = await published(editor, room)
            desk = await editor.direct_room_with(kairan.bot)
            first = await leaver.direct_room_with(kairan.bot)
            await leaver.hears(first, "参加しますか")
            await leaver.leave(first)
            await refuser.leave(await eventually(invited_to_another, refuser, room))
            for _ in range(2):
                await editor.hears(desk, UNREACHABLE)
            await editor.say(room, f"!form remind {name}")
            await editor.hears(room, "2人にお知らせ")  # the editor and the chief, who have not answered either
            await leaver.say(room, f"!form fill {name}")
            second = await eventually(another_room, leaver, kairan.bot, first)
            await leaver.hears(second, "参加しますか")
            await leaver.say(second, "1")
            await leaver.hears(second, "何人")
            await kairan.has(name, leaver.user_id, {"attend": "参加"})
            told = [h.body for h in editor.timeline(desk) if UNREACHABLE in h.body]
            assert [sum(p.name in body for body in told) for p in (leaver, refuser)] == [1, 1], told

    asyncio.run(story())


async def promote(kairan, person):
    for role in ("staff", "editors"):
        alias = f"#kairan_{role}:{kairan.homeserver.server_name}"
        room = (await kairan.chief.call("GET", f"/directory/room/{quote(alias)}"))["room_id"]
        await kairan.chief.invites(room, person.user_id)
        await eventually(kairan.chief.sees_in, room, person.user_id)


async def published(editor, room):
    name = f"f{secrets.token_hex(4)}"
    await editor.say(room, f"!form load\n{FORM.format(name=name)}")
    await editor.hears(room, f"!form publish {name}")
    await editor.say(room, f"!form publish {name}")
    await editor.hears(room, f"!form status {name}")
    return name


async def invited_to_another(person, room):
    return next((r for r in person.invites if r != room), None)


async def another_room(person, bot, old):
    room = await person.direct_room_with(bot)
    return room if room != old else None


def test_refusing_within_the_same_moment_is_noticed_too(kairan):
    async def story():
        people = [await kairan.person() for _ in range(5)]
        room = await kairan.room(*people)
        refusals = [asyncio.create_task(refuse_the_next(p)) for p in people]
        await asyncio.sleep(0.5)
        name = await kairan.publish(room)
        await asyncio.gather(*refusals)

        async def all_noticed():
            query = "select sum(unreachable) from asked join publication on id = publication where form = ?"
            return kairan.ask(query, name) == [(len(people),)]

        await eventually(all_noticed)

    asyncio.run(story())


async def refuse_the_next(person):
    """As a client does that is set to refuse everything."""
    for room in await next_invitations(person):
        await person.call("POST", f"/rooms/{quote(room)}/leave", {})


async def next_invitations(person):
    said = await person.call("GET", "/sync")
    while not said.get("rooms", {}).get("invite"):
        said = await person.call("GET", "/sync", since=said["next_batch"], timeout=20_000)
    return said["rooms"]["invite"]


def test_people_of_a_town_that_is_away_are_asked_when_it_is_back(kairan):
    async def story():
        ogawa = await kairan.person(at=kairan.neighbour)
        room = await kairan.room(ogawa)
        await kairan.neighbour.kill()
        await kairan.publish(room)

        async def knocked_in_vain():
            return kairan.ask("select 1 from direct where user_id = ? and attempts > 0", ogawa.user_id)

        await eventually(knocked_in_vain, seconds=40)
        await kairan.neighbour.start()

        assert await asyncio.wait_for(next_invitations(ogawa), 60)
        assert kairan.ask("select unreachable from asked where user_id = ?", ogawa.user_id) == [(0,)]

    asyncio.run(story())


def test_a_form_put_to_a_room_of_many_reaches_every_one(kairan):
    async def story():
        people = await asyncio.gather(*(Plain.at(kairan.homeserver) for _ in range(MANY)))
        room = await kairan.room(public=True)
        for some in (people[n : n + 10] for n in range(0, MANY, 10)):
            await asyncio.gather(*(p.enters(room) for p in some))

        async def all_known():
            return kairan.ask("select count(*) from member where room_id = ?", room) == [(MANY + 2,)]

        await eventually(all_known)
        name = await kairan.publish(room)

        async def all_invited():
            opened = kairan.ask(
                "select count(*) from direct join asked using (user_id) join publication on id = publication "
                "where form = ? and state in ('invited', 'joined') and direct.room_id is not null",
                name,
            )
            return opened == [(MANY + 1,)]

        await eventually(all_invited, seconds=90)
        sato = people[-1]
        (direct,) = (await sato.call("GET", "/sync"))["rooms"]["invite"]
        await sato.enters(direct)

        async def heard():
            return [e for e in await sato.events(direct, kairan.bot) if e["type"] == "m.room.encrypted"]

        await eventually(heard)
        await kairan.chief.asks(room, f"!form status {name}", f"{MANY + 1}人のうち0人")

    asyncio.run(story())
