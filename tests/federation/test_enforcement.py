"""A real Kairan: what the list in force says is so at its homeserver, its door and in its rooms, within seconds."""

import asyncio
import re
import sqlite3
import time
from dataclasses import replace

import pytest

from bots.alliance import Member
from bots.events import UserId
from bridge.alliance.signing import Key
from bridge.config import read_config
from bridge.lab import TOWNS, Lab
from bridge.lab.gatehouse import Gatehouse
from bridge.store.engine import Store, database_url
from bridge.store.members import Listed, put_in_force
from bridge.store.neighbours import Neighbours
from forms.text import same
from tests.federation.kairan import Kairan, Plain, eventually

pytestmark = pytest.mark.lab


@pytest.fixture
def guarded(tmp_path):
    lab = Lab(tmp_path / "lab", TOWNS, guards={"tsukuba": "door"})
    asyncio.run(lab.start())
    yield lab
    asyncio.run(lab.stop())


def listed(server):
    key = Key.of(server)
    bot = UserId(f"@kairan:{server}")
    member = Member(server=server, bot=bot, name=same(server), code="", kind="municipality", contact="")
    return Listed(member=member, keys={key.id: key.public})


class Enforcing(Kairan):
    """Its homeserver takes no module: the door alone stands around it."""

    async def found(self):
        await super().found()
        self.end()
        text = self.config.read_text("utf-8")
        path = str(self.homeserver.allow_file)
        text = re.sub(r"^allow = .*$", f'allow = []\nallow_file = "{path}"', text, flags=re.MULTILINE)
        self.config.write_text(text, "utf-8")
        await self.start()

    def put_in_force(self, *servers):
        """As if the members had agreed on this list."""
        config = read_config(self.config)
        store = Store(database_url(config.kairan.database, config.folder))
        try:
            store.do(lambda c: put_in_force(c, Neighbours("x", names={}), [listed(server) for server in servers]))
        finally:
            store.close()

    def allowed(self):
        return set(self.homeserver.allow_file.read_text("utf-8").split())


def test_a_member_is_let_in_revoked_and_let_in_again_without_any_restart(guarded, tmp_path):
    kairan = Enforcing(guarded, tmp_path / "kairan")
    own, tama = kairan.homeserver, kairan.stranger

    async def story():
        await kairan.found()
        kairan.put_in_force(own.server_name)
        await eventually(_is, lambda: kairan.allowed() == {own.server_name})
        suzuki = await Plain.at(tama)
        room = (await kairan.chief.call("POST", "/createRoom", {
            "preset": "private_chat", "invite": [kairan.bot], "room_version": "12",
            "power_level_content_override": {"users": {kairan.bot: 100}},
        }))["room_id"]  # fmt: skip
        await eventually(kairan.is_in, room)
        assert (await kairan.chief.ask("POST", f"/rooms/{room}/invite", {"user_id": suzuki.user_id}))[0] >= 400

        began = time.monotonic()
        kairan.put_in_force(own.server_name, tama.server_name)
        await eventually(_is, lambda: tama.server_name in kairan.allowed())
        await eventually(invited, kairan.chief, room, suzuki, seconds=60)
        await eventually(suzuki.enters, room, via=own.server_name, seconds=60)
        await eventually(heard, suzuki, kairan.chief, room, "はじめまして", seconds=60)
        print(f"\nlet in after {time.monotonic() - began:.1f} s")

        began = time.monotonic()
        kairan.put_in_force(own.server_name)
        await eventually(_is, lambda: tama.server_name not in kairan.allowed())
        assert own.server_name in kairan.allowed()
        content = await kairan.chief.call("GET", f"/rooms/{room}/state/m.room.server_acl/")
        assert set(content["allow"]) == {own.server_name, own.server_name.partition(":")[0]}
        print(f"revoked after {time.monotonic() - began:.1f} s")
        await asyncio.sleep(1)
        await suzuki.say(room, "聞こえますか")
        await kairan.chief.say(room, "内緒です")
        await asyncio.sleep(3)
        assert not await has(kairan.chief, room, "聞こえますか")
        assert not await has(suzuki, room, "内緒です")

        began = time.monotonic()
        kairan.put_in_force(own.server_name, tama.server_name)
        await eventually(heard, suzuki, kairan.chief, room, "また会えました", seconds=90)
        await eventually(heard, kairan.chief, suzuki, room, "おかえりなさい", seconds=90)
        print(f"whole again after {time.monotonic() - began:.1f} s")

    try:
        asyncio.run(story())
        assert kairan.bugs() == []
    finally:
        kairan.end()


def test_only_whom_a_person_allows_or_who_finds_them_in_the_directory_can_invite_them(guarded, tmp_path):
    kairan = Enforcing(guarded, tmp_path / "kairan")
    own, tama = kairan.homeserver, kairan.stranger
    wishes = kairan.folder / "invites.json"

    async def story():
        await kairan.found()
        kairan.end()
        with kairan.config.open("a", encoding="utf-8") as config:
            config.write('\n[federation.door]\ninvites = "invites.json"\n')
        kairan.put_in_force(own.server_name, tama.server_name)
        await kairan.start()
        await eventually(_is, lambda: wishes.exists() and tama.server_name in kairan.allowed())
        asking = replace(own.settings, training=replace(own.settings.training, invites=str(wishes)))
        await own.gatehouse.stop()
        own.gatehouse = Gatehouse(asking, own._held)
        await own.gatehouse.start()

        suzuki, other = await Plain.at(tama), await Plain.at(tama)
        talk = await kairan.chief.direct(kairan.bot)
        assert not await can_invite(suzuki, kairan.chief)
        await kairan.chief.asks(talk, f"!who allow {suzuki.user_id}", "招待が届くようにしました")
        assert await eventually(can_invite, suzuki, kairan.chief)
        assert not await can_invite(other, kairan.chief)
        await kairan.chief.asks(talk, "!who show デジタル課", "名簿に載せました")
        assert await eventually(can_invite, other, kairan.chief)
        await kairan.chief.asks(talk, "!who hide", "名簿から外しました")
        await eventually(_cannot_invite, other, kairan.chief)

    try:
        asyncio.run(story())
        assert kairan.bugs() == []
    finally:
        kairan.end()


async def can_invite(person, invitee):
    """Into a room of its own, as a client does that begins a conversation."""
    room = (await person.call("POST", "/createRoom", {"preset": "private_chat"}))["room_id"]
    return (await person.ask("POST", f"/rooms/{room}/invite", {"user_id": invitee.user_id}))[0] == 200


async def _cannot_invite(person, invitee):
    return not await can_invite(person, invitee)


async def _is(true):
    try:
        return true()
    except (OSError, sqlite3.Error):
        return False


async def invited(chief, room, person):
    status, said = await chief.ask("POST", f"/rooms/{room}/invite", {"user_id": person.user_id})
    return status == 200 or "already" in said.get("error", "")


async def has(person, room, words):
    return any(e["content"].get("body") == words for e in await person.events(room))


async def heard(speaker, listener, room, words):
    await speaker.say(room, words)
    await asyncio.sleep(0.5)
    return await has(listener, room, words)
