"""A real Kairan and people of a municipality that is not in the alliance (多摩), in rooms with those that are."""

import asyncio

import pytest

from bridge.federation.health import Way, examine_all
from bridge.federation.trouble import SILENT
from tests.federation.kairan import Plain, eventually

pytestmark = pytest.mark.lab


def test_a_room_in_which_a_stranger_sits_is_not_joined(kairan):
    async def story():
        eve = await kairan.person(at=kairan.stranger)
        room = (await kairan.chief.call("POST", "/createRoom", {"preset": "private_chat", "invite": [eve.user_id]}))[
            "room_id"
        ]
        await eventually(eve.enters, room, via=kairan.homeserver.server_name)
        await eventually(kairan.chief.sees_in, room, eve.user_id)
        await kairan.chief.invites(room, kairan.bot)

        async def went():
            rows = kairan.ask("select membership from room where room_id = ?", room)
            return rows == [("left",)]

        await eventually(went)
        assert not await kairan.chief.sees_in(room, kairan.bot)

    asyncio.run(story())


def test_members_are_told_once_of_a_stranger_and_the_bot_is_silent_until_they_leave(kairan):
    async def story():
        room = await kairan.room()
        await kairan.chief.asks(room, "!help", "!form")
        eve = await kairan.person(at=kairan.stranger)
        await kairan.chief.invites(room, eve.user_id)
        await eventually(eve.enters, room, via=kairan.homeserver.server_name)
        await kairan.chief.hears(room, "ボットはここでは応答しません")
        before = len(await kairan.chief.bot_said(room))
        await kairan.chief.say(room, "!help")
        await eve.say(room, "!help")
        await asyncio.sleep(3)
        assert len(await kairan.chief.bot_said(room)) == before

        await eve.call("POST", f"/rooms/{room}/leave", {})

        async def open_again():
            return not kairan.ask("select name from fact where name = ?", f"shut:{room}")

        await eventually(open_again)
        await kairan.chief.asks(room, "!help", "!form")
        warnings = [e for e in await kairan.chief.bot_said(room) if "応答しません" in e["content"]["body"]]
        assert len(warnings) == 1

    asyncio.run(story())


def test_a_stranger_whom_the_room_shuts_out_disturbs_nobody(kairan):
    async def story():
        room = await kairan.room()
        eve = await kairan.person(at=kairan.stranger)
        await kairan.chief.invites(room, eve.user_id)
        await eventually(eve.enters, room, via=kairan.homeserver.server_name)
        await kairan.chief.hears(room, "ボットはここでは応答しません")
        name = kairan.stranger.server_name
        allow = {"allow": ["*"], "deny": [name.partition(":")[0]], "allow_ip_literals": False}
        await kairan.chief.state(room, "m.room.server_acl", allow)
        await eventually(_open, kairan, room, seconds=90)
        await kairan.chief.asks(room, "!form show nani", "nani")

    asyncio.run(story())


async def _open(kairan, room):
    return not kairan.ask("select name from fact where name = ?", f"shut:{room}")


def test_a_real_member_is_examined_as_its_users_feel_it(lab):
    async def story():
        town = lab.homeservers["nakatsu"]
        assert isinstance(town.server_name, str)
        assert await Plain.at(town)
        way = Way(authority=lab.folder / "authority" / "ca.pem", inside=True)
        well, gone = await examine_all({town.server_name: town.name, "tama.localhost:1": ""}, way)
        assert well.well, well.troubles
        assert well.version.startswith("Synapse 1.")
        assert well.keys
        assert well.days > 800
        assert gone.troubles == (SILENT,)

    asyncio.run(story())
