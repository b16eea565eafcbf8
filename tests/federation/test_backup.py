"""A copy taken while Kairan talks, put back elsewhere: the bot goes on as the same one, and nobody is warned."""

import asyncio
import base64
import signal
import subprocess
import sys
from contextlib import AsyncExitStack
from urllib.parse import quote

import pytest

from tests.federation.kairan import eventually, sealed_person
from tests.federation.test_anonymous import FORM as ANONYMOUS
from tests.federation.test_bot_identity import looked_at
from tests.person import Person

pytestmark = pytest.mark.lab


async def shell(*words):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bridge", *map(str, words), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    out, error = await process.communicate()
    assert process.returncode == 0, error.decode() + out.decode()
    return out.decode()


def test_a_restored_bot_goes_on_where_the_homeserver_is_and_is_still_the_one_that_people_trust(kairan, tmp_path):
    async def story():
        async with AsyncExitStack() as stack:
            sato = await stack.enter_async_context(sealed_person(kairan.homeserver, tmp_path))
            ogawa = await stack.enter_async_context(sealed_person(kairan.neighbour, tmp_path))
            watcher = await kairan.person(at=kairan.neighbour)
            room = await kairan.room(sato, ogawa)
            name = await kairan.publish(room)
            direct = {person: await person.direct_room_with(kairan.bot) for person in (sato, ogawa)}
            for person, where in direct.items():
                await person.hears(where, "参加しますか")
            await sato.say(direct[sato], "参加")
            seen = await looked_at(watcher, kairan.bot)
            told = await shell("backup", tmp_path / "copies", "--config", kairan.config)
            assert "As of" in told
            await sato.hears(direct[sato], "何人ですか")
            await sato.say(direct[sato], "3")  # after the copy: heard, answered, and lost with the machine
            await sato.hears(direct[sato], "連絡事項")
            kairan.end(signal.SIGKILL)

            (copy,) = (tmp_path / "copies").glob("*.tar")
            elsewhere = tmp_path / "elsewhere"
            assert "kairan doctor" in await shell("restore", copy, "--into", elsewhere)
            kairan.folder, kairan.config = elsewhere, elsewhere / "kairan.toml"
            await kairan.start()

            await kairan.has(name, sato.user_id, {"attend": "参加", "people": 3})  # read again from the homeserver
            await sato.say(direct[sato], "よろしく")
            await sato.hears(direct[sato], "よろしく")
            await ogawa.say(direct[ogawa], "不参加")
            await ogawa.hears(direct[ogawa], "何人ですか")
            questions = [h for h in sato.timeline(direct[sato]) if "連絡事項" in h.body and "何人" not in h.body]
            assert len(questions) == 1  # said once, although it was done twice
            assert sum(person.unreadable(where) for person, where in direct.items()) == 0
            assert await looked_at(watcher, kairan.bot) == seen
            newcomer = await stack.enter_async_context(sealed_person(kairan.homeserver, tmp_path))
            await kairan.chief.invites(room, newcomer.user_id)
            where = await newcomer.direct_room(kairan.bot)
            await eventually(kairan.is_in, where)
            await newcomer.say(where, "!form list")
            await newcomer.hears(where, lambda heard: bool(heard.body))
            assert newcomer.unreadable(where) == 0

    asyncio.run(story())


def test_a_bot_moves_to_postgresql_and_another_address_and_back_and_nobody_is_warned(kairan, postgres, tmp_path):
    async def story():
        async with AsyncExitStack() as stack:
            sato = await stack.enter_async_context(sealed_person(kairan.homeserver, tmp_path))
            watcher = await kairan.person(at=kairan.neighbour)
            room = await kairan.room(sato)
            name = await kairan.publish(room)
            direct = await sato.direct_room_with(kairan.bot)
            await sato.hears(direct, "参加しますか")
            seen = await looked_at(watcher, kairan.bot)
            other = kairan.homeserver.client_url.replace("127.0.0.1", "localhost")

            there = ("--database", postgres.fresh(), "--url", other)
            await moved(kairan, tmp_path / "copies-1", tmp_path / "second", *there)
            assert "postgresql://" in kairan.config.read_text("utf-8")
            assert other in kairan.config.read_text("utf-8")
            assert not (kairan.folder / "kairan.db").exists()
            await sato.say(direct, "参加")
            await sato.hears(direct, "何人ですか")
            await sato.say(direct, "3")
            await sato.hears(direct, "連絡事項")

            there = ("--database", "kairan.db", "--url", kairan.homeserver.client_url)
            await moved(kairan, tmp_path / "copies-2", tmp_path / "third", *there)
            await kairan.has(name, sato.user_id, {"attend": "参加", "people": 3})
            await sato.say(direct, "よろしく")
            await sato.hears(direct, "よろしく")
            assert sato.unreadable(direct) == 0
            assert await looked_at(watcher, kairan.bot) == seen

    asyncio.run(story())


async def moved(kairan, copies, elsewhere, *how):
    """Stopped for good, copied, put into another place and started there."""
    kairan.end()
    await shell("backup", copies, "--config", kairan.config)
    (copy,) = copies.glob("*.tar")
    await shell("restore", copy, "--into", elsewhere, *how)
    kairan.folder, kairan.config = elsewhere, elsewhere / "kairan.toml"
    await kairan.start()


def test_a_copy_holds_open_drafts_of_an_anonymous_form_but_no_key_to_them(kairan, tmp_path):
    async def story():
        async with AsyncExitStack() as stack:
            sato = await stack.enter_async_context(sealed_person(kairan.homeserver, tmp_path))
            room = await kairan.room(sato)
            name = await kairan.publish(room, form=ANONYMOUS)
            direct = await sato.direct_room_with(kairan.bot)
            await sato.hears(direct, "困っていますか")
            await sato.say(direct, "はい")
            await sato.hears(direct, "困りごとの内容")
            await shell("backup", tmp_path / "copies", "--config", kairan.config)
            (copy,) = (tmp_path / "copies").glob("*.tar")
            ((draft, sealed),) = kairan.ask("select id, sealed from response where form = ?", name)
            ((publication,),) = kairan.ask("select id from publication where form = ?", name)
            keys = [await key_of(kairan, kind) for kind in (f"draft.{draft}", f"urn.{publication}")]
            packed = copy.read_bytes()
            assert sealed[:64] in packed
            for key in keys:
                assert key.encode() not in packed
                assert base64.b64decode(key) not in packed

    asyncio.run(story())


async def key_of(kairan, name):
    """As the homeserver keeps it for the bot."""
    bot = Person(kairan.homeserver, kairan.bot, kairan.homeserver.as_token)
    path = f"/user/{quote(kairan.bot)}/account_data/jp.kairan.key.{name}"
    return (await bot.ask("GET", path, user_id=kairan.bot))[1]["key"]
