"""Who the bot is for others on real homeservers, and what it does with their files."""

import asyncio

import pytest

from bridge.errors import Misconfigured
from bridge.matrix.attachment import seal, unseal
from bridge.matrix.cross_signing import CrossSigning, signed_by
from bridge.matrix.crypto import Crypto, Undecryptable
from bridge.matrix.identity import ensure_identity, look
from tests.tiny_bot import PICTURE, Bot, person_at

pytestmark = pytest.mark.lab


def test_another_town_sees_the_bot_s_device_vouched_for(lab, tmp_path):
    async def story():
        async with (
            Bot.at(lab.homeservers["tsukuba"], tmp_path / "bot") as bot,
            person_at(lab.homeservers["nakatsu"], tmp_path) as sato,
        ):
            me = bot.door.user_id
            assert (await look(bot.door, bot.crypto)).cross_signed
            seen = await sato.call("POST", "/_matrix/client/v3/keys/query", {"device_keys": {me: []}})
            (master,) = seen["master_keys"][me]["keys"].values()
            (self_signing,) = seen["self_signing_keys"][me]["keys"].values()
            assert signed_by(seen["self_signing_keys"][me], me, key=master)
            assert signed_by(seen["device_keys"][me]["KAIRAN1"], me, key=self_signing)
            assert CrossSigning.load(tmp_path / "bot" / "cross-signing.json", me).public("master") == master
            profile = await bot.door.profile()
            await ensure_identity(bot.door, bot.crypto, name="回覧", avatar_svg=PICTURE)
            assert await bot.door.profile() == profile
            assert profile["displayname"] == "回覧"

    asyncio.run(story())


def test_a_file_sent_by_a_person_is_opened_and_one_that_was_touched_is_not(lab, tmp_path):
    async def story():
        async with (
            Bot.at(lab.homeservers["tsukuba"], tmp_path / "bot") as bot,
            person_at(lab.homeservers["tsukuba"], tmp_path) as sato,
        ):
            room = await bot.room_with(sato)
            await bot.say(room, "様式をどうぞ", [sato])
            await sato.hears(room, "様式をどうぞ")
            await sato.send_file(room, "form.yaml", b"title: x", caption="これです")
            await bot.hears("これです")
            file = bot.heard[-1]["content"]["file"]
            raw = await bot.door.download(file["url"], limit=1000)
            assert unseal(raw, file) == b"title: x"
            with pytest.raises(Undecryptable):
                unseal(raw + b"!", file)
            ciphertext, info = seal(b"a,b\r\n")
            url = await bot.door.upload(ciphertext, "application/octet-stream")
            await bot.say(room, "結果.csv", [sato], msgtype="m.file", file={**info, "url": url})
            assert await sato.fetch(await sato.hears(room, "結果.csv")) == b"a,b\r\n"

    asyncio.run(story())


def test_lost_keys_are_the_operator_s_to_put_back_and_are_not_replaced_in_silence(lab, tmp_path):
    async def story():
        async with Bot.at(lab.homeservers["tsukuba"], tmp_path / "bot") as bot:
            file = tmp_path / "bot" / "cross-signing.json"
            assert file.stat().st_mode & 0o777 == 0o600
            kept = file.read_bytes()
            file.unlink()
            with pytest.raises(Misconfigured, match="cross-signing"):
                await ensure_identity(bot.door, bot.crypto, name="回覧")
            assert not (await look(bot.door, bot.crypto)).cross_signed
            file.write_bytes(kept)
            await ensure_identity(bot.door, bot.crypto, name="回覧")
            assert (await look(bot.door, bot.crypto)).cross_signed
            other = Crypto(bot.door, tmp_path / "new", secret="s")
            await other.open()
            with pytest.raises(Misconfigured, match="KAIRAN1"):
                await ensure_identity(bot.door, other, name="回覧")
            other.close()

    asyncio.run(story())
