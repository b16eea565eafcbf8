"""What is asked of other towns' web servers, and what they may ask of ours: nothing inside, not much, not for long."""

import asyncio
import gzip
import json
import ssl
import time
from contextlib import asynccontextmanager
from functools import partial

import pytest
from aiohttp import ClientSession, web

from bridge import clock
from bridge.alliance.motion import founding, introduction, moment
from bridge.alliance.roll import read, written
from bridge.alliance.signing import Key, canonical, sign
from bridge.config import Config, FederationSection, HomeserverSection, KairanSection, PeopleSection, RoomsSection
from bridge.errors import Misconfigured, Refused, Unreachable
from bridge.federation import fetching
from bridge.federation.allow_list import listed, write_list
from bridge.federation.apply import Watch
from bridge.federation.courier import Courier
from bridge.federation.fetching import Web, is_outside
from bridge.federation.strangers import Strangers
from bridge.federation.wellknown import WellKnown
from bridge.lab import Authority
from bridge.matrix.door import Door
from bridge.store import motions, rolls
from bridge.store.desk import Municipality
from bridge.store.engine import Store, database_url
from bridge.store.neighbours import Neighbours
from tests.bridge.test_alliance import entry

pytestmark = pytest.mark.heavy


def config(folder, **federation):
    return Config(
        folder=folder, homeserver=HomeserverSection(url="http://127.0.0.1:9", server_name="tsukuba.example.jp"),
        kairan=KairanSection(municipality="つくば市"), federation=FederationSection(**federation),
        people=PeopleSection(),
        rooms=RoomsSection(staff="#a:b", editors="#a:b", stewards="#a:b"), as_token="x",
    )  # fmt: skip


@pytest.mark.parametrize("address", ["8.8.8.8", "203.119.1.1", "2001:4860:4860::8888", "64:ff9b::808:808"])
def test_an_address_of_the_internet_is_outside(address):
    assert is_outside(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::", "ff02::1", "x", "",
    ],
)  # fmt: skip
def test_an_address_inside_is_not(address):
    assert not is_outside(address)


async def asked(config, server, path="/key.json"):
    async with Web(config) as found:
        return await found.get(server, path)


@pytest.mark.parametrize(
    "server",
    ["127.0.0.1", "localhost", "[::1]", "10.0.0.1:8448", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "127.1"],
)
def test_a_server_name_that_leads_inside_is_not_asked(server, tmp_path):
    """Whether as an address, by a name, or written as only some resolvers read it."""
    with pytest.raises(Unreachable):
        asyncio.run(asked(config(tmp_path, addresses={server: "http://127.0.0.1:1"}), server))


@asynccontextmanager
async def serving(handler, folder=None):
    """Over TLS as localhost where a folder for certificates is given."""
    server = web.Server(handler)
    context = None
    if folder:
        Authority(folder).certify("localhost", folder)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(folder / "tls.pem", folder / "tls.key")
    runner = web.ServerRunner(server)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    try:
        yield f"{'https' if folder else 'http'}://localhost:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def got(handler, tmp_path, *, tls=False, **federation):
    async def scene():
        async with serving(handler, tmp_path if tls else None) as base:
            made = config(tmp_path, private=True, addresses={"x.example.jp": base}, **federation)
            return await asked(made, "x.example.jp")

    return asyncio.run(scene())


async def fine(_request):
    return web.Response(body=b"{}")


def test_a_training_ground_may_ask_inside(tmp_path):
    assert got(fine, tmp_path) == b"{}"


def test_certificates_are_checked(tmp_path):
    with pytest.raises(Unreachable):
        got(fine, tmp_path, tls=True)
    assert got(fine, tmp_path, tls=True, authority="ca.pem") == b"{}"


def test_an_authority_that_is_not_there_is_the_operator_s_to_mend(tmp_path):
    with pytest.raises(Misconfigured):
        asyncio.run(asked(config(tmp_path, authority="nowhere.pem"), "x.example.jp"))


async def elsewhere(_request):
    raise web.HTTPFound("http://169.254.169.254/")


async def large(_request):
    return web.Response(body=b"x" * 100_000_000)


async def bomb(_request):
    return web.Response(body=gzip.compress(b" " * 50_000_000), headers={"Content-Encoding": "gzip"})


async def endless(request):
    response = web.StreamResponse()
    await response.prepare(request)
    with pytest.raises((ConnectionError, asyncio.CancelledError)):
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.05)
    return response


async def broken(_request):
    return web.Response(body=b"not gzip", headers={"Content-Encoding": "gzip"})


@pytest.mark.parametrize("handler", [elsewhere, large, bomb, endless, broken])
def test_a_redirect_a_giant_a_bomb_and_a_slow_talker_are_given_up(handler, tmp_path, monkeypatch):
    monkeypatch.setattr(fetching, "PATIENCE", 1.0)
    began = time.monotonic()
    with pytest.raises((Unreachable, Refused)):
        got(handler, tmp_path)
    assert time.monotonic() - began < 60


# -- our own ---------------------------------------------------------------------------------------------------------


SERVER = "tsukuba.example.jp"


def town(server=SERVER):
    return Municipality(bot=f"@kairan:{server}", server=server, neighbours=Neighbours(server, names={}),
                        zone=clock.JAPAN, language="ja", key=Key.of(server))  # fmt: skip


@pytest.fixture
def store(database, tmp_path):
    made = Store(database_url(database, tmp_path))
    made.migrate()
    yield made
    made.close()


def founded(store):
    now = clock.now()
    roll = founding(entry(SERVER, since=moment(now)), moment(now))
    roll = read(sign(written(roll), SERVER, Key.of(SERVER)))
    store.do(lambda c: rolls.begin(c, town(), roll, now))
    return roll


@asynccontextmanager
async def shown(store):
    served = web.Application()
    served.add_routes(WellKnown(town(), store).routes)
    runner = web.AppRunner(served)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with ClientSession() as client:
            yield client, f"http://127.0.0.1:{runner.addresses[0][1]}/.well-known/kairan"
    finally:
        await runner.cleanup()


def newcomer(server="beppu.example.jp", at=None):
    return introduction(entry(server, since=at or moment(clock.now())), Key.of(server))


def test_everybody_may_read_the_list_and_the_key(store):
    roll = founded(store)

    async def scene():
        async with shown(store) as (client, base):
            found = [
                await (await client.get(f"{base}/{name}.json")).read() for name in ("alliance", "alliance/1", "key")
            ]
            missing = (await client.get(f"{base}/alliance/7.json")).status
            return found, missing

    (newest, first, key), missing = asyncio.run(scene())
    assert read(newest) == read(first) == roll
    assert json.loads(key)["keys"] == dict(roll.entries[0].keys)
    assert missing == 404


def test_a_request_is_taken_when_it_is_signed_and_in_time_and_only_then(store):
    founded(store)
    good = newcomer()
    old = newcomer(at=moment(clock.now()) - 20 * 24 * 3_600_000)
    altered = {**good, "member": {**good["member"], "contact": "x"}}
    bodies = [(good, 202), (good, 202), (altered, 400), (old, 409), (newcomer(SERVER), 409), ({}, 400), ([], 400)]

    async def scene():
        async with shown(store) as (client, base):
            for body, status in bodies:
                async with client.post(f"{base}/request", data=json.dumps(body)) as reply:
                    assert reply.status == status, (body, await reply.text())
            for raw in (b"x" * 20_000, b"[" * 10_000, b"\xff"):
                async with client.post(f"{base}/request", data=raw) as reply:
                    assert reply.status in (400, 413)

    asyncio.run(scene())
    assert len(store.do(partial(motions.in_state, state="asked", now=clock.now()))) == 1


def test_a_flood_of_requests_is_cut(store):
    founded(store)

    async def scene():
        async with shown(store) as (client, base):
            return [(await client.post(f"{base}/request", data="{}")).status for _ in range(25)]

    assert asyncio.run(scene()).count(429) == 5


class Elsewhere:
    """What newcomers' servers show."""

    def __init__(self, answers):
        self.answers = answers

    async def get(self, server, path):
        if (server, path) not in self.answers:
            raise Unreachable("nobody there")
        return self.answers[server, path]


@pytest.mark.parametrize("lie", [None, "key", "server", "away"])
def test_a_request_counts_once_its_server_shows_the_same_key_itself(store, lie, tmp_path):
    founded(store)
    server = "beppu.example.jp"
    keys = {Key.of(lie or server).id: Key.of(lie or server).public} if lie == "key" else dict(entry(server).keys)
    key = {"server": "evil" if lie == "server" else server, "bot": f"@kairan:{server}", "keys": keys}
    there = Elsewhere({} if lie == "away" else {(server, "/key.json"): canonical(key)})
    wellknown = WellKnown(town(), store)
    assert store.do(partial(wellknown._keep, raw=canonical(newcomer())))
    courier = Courier(config(tmp_path), town(), store, there)
    asyncio.run(courier._look_up())
    found = {state: len(store.do(lambda c, s=state: motions.in_state(c, s, clock.now() + rolls._MONTH)))
             for state in ("asked", "checked")}  # fmt: skip
    assert found == {"asked": int(lie == "away"), "checked": int(lie is None)}


def test_the_homeserver_s_list_is_written_whole_and_always_holds_ourselves(store, tmp_path):
    path = tmp_path / "alliance.txt"
    settings = config(tmp_path, allow_file="alliance.txt", allow=["old.example.jp"])
    door = Door("http://127.0.0.1:1", "token", user_id=settings.bot, device_id="TEST")
    watch = Watch(door, store, settings, Strangers(door, store, town().neighbours, touched=print))
    asyncio.run(watch.look())
    assert listed(path) is None  # without a list nothing is touched
    founded(store)
    write_list(path, frozenset({"someone.else"}))
    asyncio.run(watch.look())
    assert listed(path) == {SERVER, "old.example.jp"}
    ends = store.do(rolls.current).until
    assert path.read_text() == f"old.example.jp\ntsukuba.example.jp\n#until={ends}\n"
