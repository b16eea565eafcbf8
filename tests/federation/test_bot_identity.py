"""Who the running bot is for people of another municipality, before and after a restart."""

import asyncio
from urllib.parse import quote

import aiohttp
import pytest

from bridge.matrix.cross_signing import signed_by

pytestmark = pytest.mark.lab


def test_another_town_sees_one_vouched_for_device_a_name_and_a_picture_and_a_restart_changes_none_of_it(kairan):
    async def story():
        ogawa = await kairan.person(at=kairan.neighbour)
        seen = await looked_at(ogawa, kairan.bot)
        (device,) = seen["device_keys"].values()
        (self_signing,) = seen["self_signing"]["keys"].values()
        (master,) = seen["master"]["keys"].values()
        assert device["device_id"] == "KAIRAN"
        assert signed_by(device, kairan.bot, key=self_signing)
        assert signed_by(seen["self_signing"], kairan.bot, key=master)
        assert "回覧" in seen["profile"]["displayname"]
        assert seen["profile"]["avatar_url"].startswith("mxc://")
        devices = await of_the_bot(kairan, "/devices")
        kairan.end()
        await kairan.start()
        assert await looked_at(ogawa, kairan.bot) == seen
        assert [d["device_id"] for d in devices["devices"]] == ["KAIRAN"]
        assert [d["device_id"] for d in (await of_the_bot(kairan, "/devices"))["devices"]] == ["KAIRAN"]

    asyncio.run(story())


async def looked_at(person, bot):
    """All that a client of another homeserver can learn of the bot; what that homeserver notes beside it comes late."""
    keys = await person.call("POST", "/keys/query", {"device_keys": {bot: []}})
    return {
        "device_keys": {
            device: {name: value for name, value in said.items() if name != "unsigned"}
            for device, said in keys["device_keys"][bot].items()
        },
        "master": keys["master_keys"][bot],
        "self_signing": keys["self_signing_keys"][bot],
        "profile": await person.call("GET", f"/profile/{quote(bot)}"),
    }


async def of_the_bot(kairan, path):
    url = f"{kairan.homeserver.client_url}/_matrix/client/v3{path}?user_id={quote(kairan.bot)}"
    headers = {"Authorization": f"Bearer {kairan.homeserver.as_token}"}
    async with aiohttp.ClientSession() as web, web.get(url, headers=headers) as reply:
        return await reply.json()
