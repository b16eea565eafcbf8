"""What is said of other members: of good ones, and of those that lie, dribble, flood, or lead inside."""

import asyncio
import json
import ssl
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest
from aiohttp import web

from bridge import clock
from bridge.alliance.signing import Key, sign
from bridge.errors import Unreachable
from bridge.federation import health, stranger
from bridge.federation.backlog import backlogs
from bridge.federation.health import Backlog, Way, examine, examine_all, with_backlog
from bridge.federation.health_report import as_json, health_text, table
from bridge.federation.stranger import Stranger
from bridge.federation.trouble import BACKING_OFF, CERTIFICATE, KEYS, LISTLESS, NOWHERE, SILENT, SKEWED
from bridge.lab import Authority, authority

pytestmark = pytest.mark.heavy

HOST = "nakatsu.localhost"
KEY = Key.of("nakatsu")


class Peer:
    """A homeserver and its Kairan, as good or bad as told."""

    def __init__(self):
        self.list, self.shift, self.lies, self.named = 7, timedelta(), False, None

    @property
    def server(self):
        return f"{HOST}:{self.port}"

    async def version(self, _request):
        date = (clock.now() + self.shift).strftime("%a, %d %b %Y %H:%M:%S GMT")
        return web.json_response({"server": {"name": "Synapse", "version": "1.163\x1b[2J"}}, headers={"Date": date})

    async def keys(self, _request):
        until = int(clock.now().timestamp() * 1000) + 86_400_000
        said = {"server_name": self.named or self.server, "valid_until_ts": until,
                "verify_keys": {KEY.id: {"key": KEY.public}}}  # fmt: skip
        signed = sign(said, self.server, KEY)
        return web.json_response({**signed, "valid_until_ts": until + 1} if self.lies else signed)

    async def listed(self, _request):
        return web.json_response({"version": self.list} if self.list else {})

    async def flood(self, request):
        response = web.StreamResponse()
        await response.prepare(request)
        with suppress(ConnectionError):
            for _ in range(1600):
                await response.write(b" " * 65_536)
        return response

    async def dribble(self, request):
        response = web.StreamResponse()
        await response.prepare(request)
        with suppress(ConnectionError):
            while True:
                await response.write(b" ")
                await asyncio.sleep(0.05)
        return response

    async def onward(self, request):
        raise web.HTTPFound(request.query["to"])


@asynccontextmanager
async def peer(folder):
    Authority(folder / "ca").certify(HOST, folder)
    made, served = Peer(), web.Application()
    served.add_routes(
        [web.get("/_matrix/federation/v1/version", made.version), web.get("/_matrix/key/v2/server", made.keys),
         web.get("/.well-known/kairan/alliance.json", made.listed), web.get("/flood", made.flood),
         web.get("/dribble", made.dribble), web.get("/onward", made.onward)]
    )  # fmt: skip
    runner = web.AppRunner(served, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "tls.pem", folder / "tls.key")
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    made.port = runner.addresses[0][1]
    made.way = Way(authority=folder / "ca" / "ca.pem", inside=True, ours=7)
    try:
        yield made
    finally:
        await asyncio.sleep(0.1)
        await runner.cleanup()


def play(story, folder):
    async def run():
        async with peer(folder) as made:
            await story(made)

    asyncio.run(run())


def test_a_good_member_is_seen_whole(tmp_path):
    async def story(made):
        found = await examine(made.server, made.way, name="中津市")
        assert found.well, found.troubles
        assert found.version == "Synapse 1.163[2J"
        assert found.keys
        assert found.list_version == 7
        assert 800 < found.days < 826
        assert abs(found.skew) < 20
        assert found.round_trip < 20
        shown = table([found])
        assert "中津市" in shown
        assert "\x1b" not in shown
        assert "問題ありません" in shown
        assert json.loads(json.dumps(as_json([found])))[0]["well"] is True

    play(story, tmp_path)


def test_each_trouble_is_named(tmp_path, monkeypatch):
    async def story(made):
        made.shift = timedelta(hours=-24)
        found = await examine(made.server, made.way)
        assert [t.en for t in found.troubles] == [SKEWED.fill(seconds=f"{found.skew:+.0f}").en]
        made.shift, made.lies = timedelta(), True
        assert (await examine(made.server, made.way)).troubles == (KEYS,)
        made.lies, made.named = False, "evil.example"
        assert (await examine(made.server, made.way)).troubles == (KEYS,)
        made.named, made.list = None, 6
        assert "(theirs 6, ours 7)" in (await examine(made.server, made.way)).troubles[0].en
        made.list = 0
        assert (await examine(made.server, made.way)).troubles == (LISTLESS,)
        words = health_text([await examine(made.server, made.way, name="中津市")])
        assert words.ja == f"1 自治体のうち 1 自治体に問題があります。\n✗ 中津市: {LISTLESS.ja}"
        other = await examine(f"tama.localhost:{made.port}", made.way)
        assert other.troubles[0].en.startswith(CERTIFICATE.en[:30])
        assert (await examine("tama.localhost:1", made.way)).troubles == (SILENT,)
        assert (await examine("nowhere.invalid:1", made.way)).troubles == (NOWHERE,)
        untrusted = Way(inside=True)
        assert (await examine(made.server, untrusted)).troubles[0].en.startswith(CERTIFICATE.en[:30])

    monkeypatch.setattr(health, "PATIENCE", 5.0)
    play(story, tmp_path)


def test_a_certificate_that_ends_soon_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(authority, "_YEARS", timedelta(days=5))

    async def story(made):
        found = await examine(made.server, made.way)
        assert "5 days" in found.troubles[0].en

    play(story, tmp_path)


def test_whoever_never_answers_holds_up_nobody(tmp_path, monkeypatch):
    monkeypatch.setattr(health, "PATIENCE", 1.0)

    async def story(made):
        writers, over = [], asyncio.Event()

        async def silent(_reader, writer):
            writers.append(writer)
            await over.wait()

        stuck = await asyncio.start_server(silent, "127.0.0.1", 0)
        name = f"tama.localhost:{stuck.sockets[0].getsockname()[1]}"
        found = await examine_all({name: "多摩市", made.server: "中津市"}, made.way)
        assert [one.well for one in found] == [False, True]
        over.set()
        for writer in writers:
            writer.transport.abort()
        stuck.close()
        await asyncio.sleep(0.05)

    play(story, tmp_path)


def test_a_stranger_cannot_flood_us_keep_us_waiting_or_send_us_elsewhere(tmp_path, monkeypatch):
    async def story(made):
        base = f"https://{HOST}:{made.port}"
        async with Stranger(authority=made.way.authority, inside=True, patience=2.0) as away:
            with pytest.raises(Unreachable, match="larger"):
                await away.json(f"{base}/flood")
            with pytest.raises(Unreachable, match="slow"):
                await away.json(f"{base}/dribble", limit=10_000_000)
            target = f"{base}/.well-known/kairan/alliance.json"
            assert (await away.json(f"{base}/onward?to={target}", redirects=1))[0] == {"version": 7}
            for url in (
                f"{base}/onward?to={target}",
                f"{base}/onward?to={base}/onward",
                f"http://{HOST}/",
                "file:///x",
            ):
                with pytest.raises(Unreachable):
                    await away.json(url)
        async with Stranger(authority=made.way.authority, patience=2.0) as outside:
            for host in ("127.0.0.1", "[::1]", "localhost", "169.254.169.254", "0x7f.1", "2130706433"):
                with pytest.raises(Unreachable):
                    await outside.json(f"https://{host}:{made.port}/.well-known/kairan/alliance.json")

    monkeypatch.setattr(stranger, "LARGEST", 65_536)
    play(story, tmp_path)


def test_what_waits_for_others_is_asked_of_our_own_homeserver(tmp_path):
    (tmp_path / "token").write_text("secret\n")
    later = int(clock.now().timestamp() * 1000)

    async def answer(request):
        assert request.headers["Authorization"] == "Bearer secret"
        if request.path.endswith("/rooms"):
            return web.json_response({"rooms": [{"stream_ordering": 5}, {"stream_ordering": 9}], "total": 2})
        if "tama" in request.path:
            return web.json_response({"errcode": "M_NOT_FOUND"}, status=404)
        return web.json_response(
            {"last_successful_stream_ordering": 5, "retry_last_ts": later, "retry_interval": 600_000}
        )

    async def story():
        served = web.Application()
        served.router.add_get("/{rest:.*}", answer)
        runner = web.AppRunner(served, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        found = await backlogs(url, tmp_path / "token", {"nakatsu:1": "", "tama:1": ""})
        assert found["nakatsu:1"] == Backlog(rooms=1, waits_until=later + 600_000)
        assert with_backlog(health.Health(server="nakatsu:1"), found["nakatsu:1"]).troubles == (BACKING_OFF,)
        assert await backlogs(url, None, {"nakatsu:1": ""}) == {}
        await runner.cleanup()

    asyncio.run(story())
