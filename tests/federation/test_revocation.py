"""Three real homeservers: one is revoked in each way, nothing passes either way, and it comes back whole."""

import asyncio
import secrets
import time

import pytest

from bots.events import RoomId
from bridge.alliance.plan import Wanted, plan
from bridge.federation.apply import Enforcement
from bridge.lab import Lab
from bridge.matrix.door import Door
from tests.person import Person

pytestmark = pytest.mark.lab


class Trio:
    """tsukuba and nakatsu revoke tama. Each has a bot; tsukuba's made the room, which is of version 12."""

    def __init__(self, lab):
        self.towns = [lab.homeservers[key] for key in ("tsukuba", "nakatsu", "tama")]
        self.names = frozenset(town.server_name for town in self.towns)
        self.tama = self.towns[2].server_name

    async def __aenter__(self):
        own = self.towns[0]
        bot = f"@kairan_{secrets.token_hex(3)}:{own.server_name}"
        self.door = await Door(own.client_url, own.as_token, user_id=bot, device_id="TEST").__aenter__()
        await self.door.register()
        self.people = [await Person.at(town) for town in self.towns]
        body = {"preset": "private_chat", "invite": [person.user_id for person in self.people]}
        self.room = await self.door.create_room(body)
        for person in self.people:
            await eventually(joins, person, self.room, own.server_name)
        await self.all_hear("はじめ")
        return self

    async def __aexit__(self, *_):
        for town in self.towns:
            town.allow(self.names)
        await self.door.__aexit__()

    def enforcements(self):
        """Of tsukuba, which may shut the room, and of nakatsu, whose list is its own affair."""
        return [
            Enforcement(self.door, own=town.server_name, allow_file=town.allow_file) for town in self.towns[:2]
        ]  # fmt: skip

    async def enforce(self, members):
        """Both, as the plan says; gives the words of what tsukuba did."""
        words = []
        for town, enforcement, rooms in zip(self.towns, self.enforcements(), ([self.room], []), strict=False):
            wanted = Wanted(own=town.server_name, members=frozenset(members))
            changes = plan(wanted, await enforcement.observe(wanted, rooms))
            report = await enforcement.carry_out(changes)
            assert not report.refused
            assert not report.left
            words += [change.words.en for change in report.done] if rooms else []
        return words

    async def all_hear(self, words, people=None):
        people = people or self.people
        for speaker in people:
            said = f"{words} {secrets.token_hex(3)}"
            await speaker.say(self.room, said)
            for person in people:
                await person.hear(self.room, said, seconds=20)

    async def hears(self, person, words):
        page = await person.call("GET", f"/rooms/{RoomId(self.room)}/messages", dir="b", limit=100)
        return any(event["content"].get("body") == words for event in page["chunk"])


@pytest.fixture(scope="module", params=["module", "door", "both"])
def guarded(request, tmp_path_factory):
    lab = Lab(tmp_path_factory.mktemp(request.param), guards=dict.fromkeys(("tsukuba", "nakatsu"), request.param))
    asyncio.run(lab.start())
    yield lab
    asyncio.run(lab.stop())


@pytest.mark.parametrize("how", ["rooms and list", "list alone"])
def test_a_revoked_town_hears_and_says_nothing_and_comes_back_whole(guarded, how):
    async def story():
        async with Trio(guarded) as trio:
            remaining = trio.names - {trio.tama}
            began = time.monotonic()
            if how == "list alone":
                for town in trio.towns[:2]:
                    town.allow(remaining)
            else:
                words = await trio.enforce(remaining)
                assert [line.split()[0] for line in words] == ["Shut", "Rewrite"]
            await asyncio.sleep(1.0)
            sato, tanaka, suzuki = trio.people
            await sato.say(trio.room, "つくばから")
            await suzuki.say(trio.room, "多摩から")
            await tanaka.say(trio.room, "中津から")
            await sato.hear(trio.room, "中津から", seconds=20)
            await asyncio.sleep(2.5)
            print(f"\n{how}: cut and watched for {time.monotonic() - began:.1f} s")
            assert not await trio.hears(suzuki, "つくばから")
            assert not await trio.hears(suzuki, "中津から")
            assert not await trio.hears(sato, "多摩から")
            assert not await trio.hears(tanaka, "多摩から")
            status, _ = await sato.ask("GET", f"/profile/{suzuki.user_id}")
            assert status >= 400
            status, _ = await suzuki.ask("GET", f"/profile/{sato.user_id}")
            assert status >= 400

            began = time.monotonic()
            if how == "list alone":
                for town in trio.towns[:2]:
                    town.allow(trio.names)
            else:
                await trio.enforce(trio.names)
            await eventually(answers, suzuki, sato)
            await trio.all_hear("また")
            print(f"{how}: whole again after {time.monotonic() - began:.1f} s")
            for person in trio.people:
                for words in ("つくばから", "中津から", *([] if how != "list alone" else ["多摩から"])):
                    await eventually(trio.hears, person, words)

    asyncio.run(story())


async def joins(person, room, via):
    return (await person.ask("POST", f"/join/{room}", {}, server_name=via))[0] == 200


async def answers(person, other):
    return (await person.ask("GET", f"/profile/{other.user_id}"))[0] == 200


async def eventually(look, *given, seconds=20):
    end = time.monotonic() + seconds
    while not await look(*given):
        assert time.monotonic() < end, look.__name__
        await asyncio.sleep(0.2)
