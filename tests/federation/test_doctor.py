"""`kairan doctor` beside a real Kairan and its homeserver: all is well, and each mistake there is found."""

import asyncio
import json
import secrets
import shutil
import subprocess
import sys
from contextlib import asynccontextmanager
from datetime import timedelta
from email.utils import format_datetime

import aiohttp
import pytest
import yaml
from aiohttp import web

from bridge.clock import now
from bridge.config import read_config
from bridge.doctor import found
from bridge.doctor.finding import Asked
from bridge.doctor.homeserver import homeserver

pytestmark = pytest.mark.lab


def seen(folder, **asked):
    """Name → whether all of that name is well; the words of what is not."""
    config = read_config(folder / "kairan.toml")

    async def story():
        return [f async for f in found(Asked(config=config, **{"homeserver_yaml": {}, **asked}), (homeserver,))]

    findings = asyncio.run(story())
    return {f.probe: f.remedy.en for f in findings if not f.well}, {f.probe for f in findings}


@pytest.fixture
def copied(kairan, tmp_path):
    """The whole folder of the running Kairan, to change in."""
    for name in ("kairan.toml", "registration.yaml", "secret", "running"):
        shutil.copy(kairan.folder / name, tmp_path / name)
    shutil.copytree(kairan.folder / "crypto", tmp_path / "crypto")
    return tmp_path


def change(folder, old, new, name="kairan.toml"):
    text = (folder / name).read_text("utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new), "utf-8")


def test_all_is_well_inside_and_outside(kairan):
    port = kairan.homeserver.server_name.rpartition(":")[2]
    authority = kairan.homeserver.settings.training.authority
    ran = subprocess.run(
        [sys.executable, "-m", "bridge", "doctor", "--config", str(kairan.config), "--connect-to", f"127.0.0.1:{port}",
         "--authority", authority, "--homeserver-yaml", str(kairan.homeserver.folder / "homeserver.yaml"), "--json"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    findings = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [f for f in findings if not f["well"] and f["probe"] != "disk"] == []
    assert len({f["probe"] for f in findings}) >= 20
    assert kairan.homeserver.as_token not in ran.stdout + ran.stderr


def test_a_registration_that_was_never_loaded(kairan, copied):
    change(copied, kairan.homeserver.as_token, "another", name="registration.yaml")
    wrong, _ = seen(copied)
    assert set(wrong) == {"registration"}
    assert "app_service_config_files" in wrong["registration"]


def test_a_token_that_is_not_the_homeservers(kairan, copied):
    theirs = yaml.safe_load((kairan.homeserver.folder / "homeserver.yaml").read_text("utf-8"))
    change(copied, kairan.homeserver.as_token, "another", name="registration.yaml")
    wrong, _ = seen(copied, homeserver_yaml=theirs)
    assert set(wrong) == {"token"}
    assert str(kairan.homeserver.registration_path) in wrong["token"]


def test_a_server_name_that_is_not_the_homeservers(kairan, copied):
    change(copied, f'server_name = "{kairan.homeserver.server_name}"', 'server_name = "other.example.jp"')
    wrong, _ = seen(copied)
    assert set(wrong) == {"registration"}


def test_a_homeserver_that_is_not_there(kairan, copied):
    change(copied, kairan.homeserver.client_url, "http://127.0.0.1:1")
    wrong, _ = seen(copied)
    assert set(wrong) == {"homeserver"}


def test_something_else_where_the_homeserver_should_be(kairan, copied):
    change(copied, kairan.homeserver.client_url, f"{kairan.homeserver.client_url}/elsewhere")
    wrong, _ = seen(copied)
    assert set(wrong) == {"homeserver"}


def test_keys_that_were_lost(kairan, copied):
    (copied / "crypto" / "cross-signing.json").unlink()
    wrong, _ = seen(copied)
    assert set(wrong) == {"cross-signing"}


def test_a_second_kairan_that_runs_elsewhere(kairan, copied):
    (copied / "running").write_text("the mark of an earlier start")
    wrong, _ = seen(copied)
    assert set(wrong) == {"one-process"}


def test_a_role_room_that_the_bot_is_not_in(kairan, copied):
    name = f"theirs{secrets.token_hex(4)}"

    async def story():
        await kairan.chief.call("POST", "/createRoom", {"room_alias_name": name})

    asyncio.run(story())
    change(copied, "#kairan_editors:", f"#{name}:")
    wrong, _ = seen(copied)
    assert set(wrong) == {"role-rooms"}
    assert "invite" in wrong["role-rooms"]


@asynccontextmanager
async def between(kairan, alter):
    """A reverse proxy before the homeserver, which says some things otherwise; its address."""

    async def handed_on(request):
        async with aiohttp.ClientSession(auto_decompress=True) as http:
            headers = {k: v for k, v in request.headers.items() if k.lower() in {"authorization", "content-type"}}
            async with http.request(request.method, f"{kairan.homeserver.client_url}{request.raw_path}",
                                    data=await request.read(), headers=headers) as reply:  # fmt: skip
                told = web.Response(status=reply.status, body=await reply.read(), content_type=reply.content_type)
        return alter(request, told) or told

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handed_on)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield "http://{}:{}".format(*runner.addresses[0][:2])
    finally:
        await runner.cleanup()


def a_clock_a_minute_ahead(_request, told):
    told.headers["Date"] = format_datetime(now() + timedelta(minutes=1), usegmt=True)


def an_old_room_version(request, _told):
    if request.path.endswith("/capabilities"):
        return web.json_response({"capabilities": {"m.room_versions": {"default": "6", "available": {"6": "stable"}}}})
    return None


def small_files_only(request, _told):
    return web.json_response({"m.upload.size": 1_000_000}) if request.path.endswith("/media/config") else None


@pytest.mark.parametrize(
    ("alter", "probe"),
    [(a_clock_a_minute_ahead, "clock"), (an_old_room_version, "room-version"), (small_files_only, "media")],
)
def test_a_homeserver_with_another_clock_old_rooms_or_small_files(kairan, copied, alter, probe):
    async def story():
        async with between(kairan, alter) as url:
            change(copied, kairan.homeserver.client_url, url)
            config = read_config(copied / "kairan.toml")
            return [f async for f in found(Asked(config=config, homeserver_yaml={}), (homeserver,)) if not f.well]

    (wrong,) = asyncio.run(story())
    assert wrong.probe == probe
