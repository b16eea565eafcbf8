"""An inquiry between two real Kairans on two real homeservers, each killed half-way."""

import asyncio
import json
import secrets
import signal

import pytest

from bridge.store.members import put_in_force
from tests.federation.kairan import Plain, eventually
from tests.federation.test_post import Town

pytestmark = pytest.mark.lab

FORM = """name: kyushoku
title: 給食の調査
results: editors
questions:
  - {id: free, kind: choice, title: 無償ですか, options: [はい, いいえ]}"""


class Office:
    """A town with a steward who talks to its bot in a plain room."""

    def __init__(self, lab, folder, key):
        self.lab, self.folder, self.key = lab, folder, key

    async def found(self):
        self.chief = await Plain.at(self.lab.homeservers[self.key], f"chief_{secrets.token_hex(3)}")
        self.town = Town(self.lab, self.folder, self.key, stewards=[self.chief.user_id])
        return self.town

    async def open(self):
        await self.town.start()
        localpart = self.town.bot[1:].partition(":")[0]
        self.alias = {role: f"#{localpart}_{role}:{self.town.homeserver.server_name}" for role in ("staff", "stewards")}
        for role in ("staff", "editors", "stewards"):
            await eventually(self.chief.enters, f"#{localpart}_{role}:{self.town.homeserver.server_name}")
        await eventually(lambda: _so(len(self.town.ask("select 1 from fact where name like 'room:%'")) == 3))
        self.town.chief, clerk = self.chief, await Plain.at(self.town.homeserver, f"clerk_{secrets.token_hex(3)}")
        self.room = await self.town.room(clerk, name="照会")

    async def hears(self, words, seconds=60):
        async def heard():
            events = await self.chief.events(self.room, self.town.bot)
            return any(words in e["content"].get("body", "") for e in events)

        try:
            await eventually(heard, seconds=seconds)
        except AssertionError:
            said = [e["content"].get("body") for e in await self.chief.events(self.room, self.town.bot)]
            raise AssertionError(f"{words!r} not in {said}") from None

    async def asks(self, words, answer):
        await self.chief.say(self.room, words)
        await self.hears(answer)


async def _so(yes):
    return yes


def test_an_inquiry_goes_there_and_comes_back_once_through_kills(lab, tmp_path):
    asker, member = Office(lab, tmp_path / "nakatsu", "nakatsu"), Office(lab, tmp_path / "tama", "tama")
    asyncio.run(_play(asker, member))


async def _play(asker, member):
    one, other = await asker.found(), await member.found()
    try:
        listed = [one.listed(), other.listed()]
        for town in (one, other):
            town.at_rest(lambda c, town: put_in_force(c, town.neighbours, listed))
        await asyncio.gather(asker.open(), member.open())
        await _inquire(asker, member)
        assert one.bugs() == [] == other.bugs()
    finally:
        one.end()
        other.end()


async def _inquire(asker, member):
    one, other = asker.town, member.town
    await asker.asks(f"!form load\n{FORM}", "読み込みました")
    other.end(signal.SIGKILL)
    await asker.asks(f"!inquiry send kyushoku to {other.homeserver.server_name} by 明日 17:00", "1団体に送りました")
    await other.start()
    await eventually(lambda: _so(other.ask("select count(*) from inquiry") == [(1,)]), seconds=90)
    await member.asks("!inquiry accept 1", "照会1を受けると")
    await member.asks(f"!inquiry ask 1 to {member.alias['staff']}", "1人に配りました")
    await asker.hears("庁内照会中（配布 1人）")
    await member.asks("!form close 照会1-kyushoku", "受付を終了しました")
    await member.asks("!inquiry release 1", "これ以外は何も送りません")
    one.end(signal.SIGKILL)
    await member.asks("はい", "送りました（第1版）")
    other.end(signal.SIGKILL)
    await asyncio.gather(one.start(), other.start())
    await asker.hears("回答済み（配布 1人、回答は5人未満、第1版）")
    rows = one.ask("select version, raw from inquiry_release")
    assert [version for version, _ in rows] == [1]
    assert json.loads(rows[0][1])["from"] == other.homeserver.server_name
    # Received, asking twice, released: each once. Beside them come signs of life, which are not of the inquiry.
    assert one.ask("select count(*) from delivered")[0][0] >= 4
