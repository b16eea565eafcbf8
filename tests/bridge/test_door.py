"""The federation door, before and behind a homeserver that only records what reaches it."""

import asyncio
import json
import ssl
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from bridge import clock
from bridge.errors import Unreachable
from bridge.federation import door_in, door_out, patience
from bridge.federation.addresses import Inside, addresses, is_public
from bridge.federation.allow_list import listed, write_list
from bridge.federation.allowed import Allowed
from bridge.federation.door import FederationDoor
from bridge.federation.door_settings import DoorSettings, read_door
from bridge.federation.invites import Wishes, write_wishes
from bridge.federation.x_matrix import origin
from bridge.lab import Authority

pytestmark = pytest.mark.heavy

OWN, MEMBER, STRANGER = "tsukuba.localhost", "nakatsu.localhost:18458", "evil.example"


def signed(server, more=""):
    return f'X-Matrix origin="{server}",destination="{OWN}",key="ed25519:a",sig="c2ln"{more}'


class Behind:
    """The homeserver. What reached it: (method, raw path, headers, body)."""

    def __init__(self):
        self.heard, self.stuck, self.came = [], asyncio.Event(), asyncio.Event()

    async def answer(self, request):
        body = await request.read()
        self.heard.append((request.method, request.raw_path, request.headers, body))
        if request.path.endswith("/slow"):
            self.came.set()
            await self.stuck.wait()
        return web.Response(body=b'{"pdus":{}}', headers={"X-Mark": "1", "Content-Type": "application/json"})


class Around:
    """A door, what stands behind it, and a client that knocks at it."""

    def __init__(self, folder, behind, door, http):
        self.folder, self.behind, self.door, self.http = folder, behind, door, http
        self.inward, self.outward = door.ports
        self.writers = []

    async def knock(self, path, *, method="GET", server=None, headers=None, **more):
        """(status, body)."""
        url = URL(f"https://{OWN}:{self.inward}{path}", encoded=True)
        sent = [*(headers or []), *([("Authorization", signed(server))] if server else [])]
        async with self.http.request(method, url, headers=sent, **more) as reply:
            return reply.status, await reply.read()

    def allow(self, *servers, until=None):
        write_list(self.folder / "allow.txt", servers, until=until)
        self.door.look()

    async def connect(self, target):
        """(status line, reader, writer) of a CONNECT."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.outward)
        self.writers.append(writer)
        writer.write(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
        return head.split(b"\r\n")[0].decode(), reader, writer


@asynccontextmanager
async def around(folder, **wanted):
    authority = Authority(folder / "ca")
    authority.certify(OWN, folder)
    behind = Behind()
    served = web.Application(client_max_size=2**30)
    served.router.add_route("*", "/{rest:.*}", behind.answer)
    runner = web.AppRunner(served, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    write_list(folder / "allow.txt", [MEMBER])
    settings = DoorSettings(
        own=OWN, allow_file=folder / "allow.txt", listen=("127.0.0.1", 0), outbound=("127.0.0.1", 0),
        homeserver=f"http://127.0.0.1:{port}", certificate=(folder / "tls.pem", folder / "tls.key"), inside=True,
        authority=folder / "ca" / "ca.pem", face=f"http://127.0.0.1:{port}",
    )  # fmt: skip
    context = ssl.create_default_context(cafile=folder / "ca" / "ca.pem")
    connector = aiohttp.TCPConnector(ssl=context, resolver=Here(), force_close=True)
    try:
        async with (
            FederationDoor(replace(settings, **wanted)) as door,
            aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=30)) as http,
        ):
            stage = Around(folder, behind, door, http)
            yield stage
            for writer in stage.writers:
                writer.transport.abort()
            await asyncio.sleep(0)
    finally:
        behind.stuck.set()
        await runner.cleanup()


class Here(aiohttp.abc.AbstractResolver):
    async def resolve(self, host, port=0, family=0):
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": family or 2, "proto": 0, "flags": 0}]

    async def close(self):
        pass


def play(story, folder, **wanted):
    async def run():
        async with around(folder, **wanted) as stage:
            await story(stage)

    asyncio.run(run())


# -- what comes --------------------------------------------------------------------------------------------------------


def test_a_member_s_request_comes_through_byte_for_byte(tmp_path):
    path = "/_matrix/federation/v1/state/!%72oom%3Ax?event_id=%24e%2B%20~&x=%F0%9F%8F%A0&&y"
    body = json.dumps({"edus": ["回覧"]}, ensure_ascii=False).encode() * 5000

    async def story(stage):
        assert await stage.knock(path, method="PUT", server=MEMBER, data=body) == (200, b'{"pdus":{}}')
        ((method, raw, headers, heard),) = stage.behind.heard
        assert (method, raw, heard) == ("PUT", path, body)
        assert headers["Host"] == OWN
        assert headers["Authorization"] == signed(MEMBER)
        assert (headers["X-Forwarded-For"], headers["X-Forwarded-Proto"]) == ("127.0.0.1", "https")

    play(story, tmp_path)


@pytest.mark.parametrize(
    "authorizations",
    [
        [],
        [signed(STRANGER)],
        [signed(MEMBER), signed(STRANGER)],
        [signed(STRANGER), signed(MEMBER)],
        [signed(MEMBER, f',origin="{STRANGER}"')],
        [signed(MEMBER, f",ORIGIN={STRANGER}")],
        [signed(MEMBER + "\\")],
        [signed(MEMBER.upper())],
        [f'X-Matrix origin="{MEMBER}", "key="x"'],
        [f"X-Matrix origin={MEMBER}\t{STRANGER}"],
        ["Bearer secret"],
        [signed(MEMBER), "Bearer secret"],
        ["X-Matrix " + "a=b," * 1000],
    ],
)
def test_whoever_is_not_on_the_list_or_says_who_they_are_in_two_ways_is_refused(tmp_path, authorizations):
    async def story(stage):
        headers = [("Authorization", one) for one in authorizations]
        status, body = await stage.knock("/_matrix/federation/v1/send/1", method="PUT", headers=headers, data=b"{}")
        assert status in {401, 403}
        assert json.loads(body)["errcode"] in {"M_UNAUTHORIZED", "M_FORBIDDEN"}
        assert stage.behind.heard == []

    play(story, tmp_path)


def test_only_what_other_homeservers_need_is_behind_the_door(tmp_path):
    async def story(stage):
        closed = (
            "/_matrix/client/versions", "/_synapse/admin/v1/users", "/", "/_matrix/key/v2/query", "/.well-known/x",
            "/_matrix/federation/../client/v3/login", "/_matrix/media/v3/download/a/b",
        )  # fmt: skip
        for path in closed:
            assert (await stage.knock(path, server=STRANGER))[0] in {403, 404}
        assert stage.behind.heard == []
        for path in ("/_matrix/key/v2/server", "/_matrix/federation/v1/version", "/.well-known/kairan/alliance.json"):
            assert (await stage.knock(path))[0] == 200
        asking = await stage.knock("/.well-known/kairan/request", method="POST", data=b"{}")
        assert (asking[0], len(stage.behind.heard)) == (200, 4)
        assert (await stage.knock("/.well-known/matrix/server"))[1] == b'{"m.server": "matrix.tsukuba:443"}'

    play(story, tmp_path, delegate="matrix.tsukuba:443")


def test_a_request_under_way_is_broken_off_when_its_sender_leaves_the_list(tmp_path):
    async def story(stage):
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(failed(stage.knock("/_matrix/federation/v1/slow", server=MEMBER)))
            await stage.behind.came.wait()
            stage.allow("other.example")
            assert await asyncio.wait_for(waiting, 20)
        assert (await stage.knock("/_matrix/federation/v1/x", server=MEMBER))[0] == 403
        stage.allow(MEMBER)
        assert (await stage.knock("/_matrix/federation/v1/x", server=MEMBER))[0] == 200

    play(story, tmp_path)


async def failed(asking):
    try:
        return (await asking)[0] == 403  # a client that asks again
    except aiohttp.ClientError:
        return True


def test_too_much_and_too_slow_are_cut_off_and_harm_nobody_else(tmp_path, monkeypatch):
    monkeypatch.setattr(door_in, "LARGEST", 100_000)
    monkeypatch.setattr(door_in, "CHUNK_SECONDS", 0.5)
    monkeypatch.setattr(patience, "SECONDS", 0.5)
    monkeypatch.setattr(patience.Patience.__init__, "__kwdefaults__", {"seconds": 0.5, "most": 30})

    async def chunks(pause, piece):
        while True:
            yield piece
            await asyncio.sleep(pause)

    async def story(stage):
        context = ssl.create_default_context(cafile=tmp_path / "ca" / "ca.pem")
        dribbling = []
        for _ in range(40):
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", stage.inward, ssl=context, server_hostname=OWN
            )  # fmt: skip
            writer.write(b"GET /_matrix/federation/v1/version HTTP/1.1\r\nX-Slow: ")
            dribbling.append((reader, writer))
        path = "/_matrix/federation/v1/send/1"
        assert (await stage.knock(path, method="PUT", server=MEMBER, data=b"x" * 100_001))[0] == 413
        assert await failed_or_refused(stage, path, chunks(0, b"y" * 50_000))
        assert await failed_or_refused(stage, path, chunks(2, b"y"))
        assert (await stage.knock(path, method="PUT", server=MEMBER, data=b"{}"))[0] == 200
        for reader, writer in dribbling:
            assert await asyncio.wait_for(ended(reader), 20)
            writer.transport.abort()

    play(story, tmp_path)


async def failed_or_refused(stage, path, data):
    try:
        return (await stage.knock(path, method="PUT", server=MEMBER, data=data))[0] >= 400
    except aiohttp.ClientError:
        return True


async def ended(reader):
    try:
        return await reader.read() == b""
    except OSError:
        return True


def test_a_new_certificate_is_taken_up_while_it_runs(tmp_path):
    async def story(stage):
        context = ssl.create_default_context(cafile=tmp_path / "ca" / "ca.pem")

        async def serial():
            _, writer = await asyncio.open_connection("127.0.0.1", stage.inward, ssl=context, server_hostname=OWN)
            found = writer.get_extra_info("peercert")["serialNumber"]
            writer.transport.abort()
            return found

        before = await serial()
        Authority(tmp_path / "ca").certify(OWN, tmp_path)
        stage.door.look()
        assert await serial() != before
        (tmp_path / "tls.pem").write_text("broken")
        stage.door.look()
        assert (await stage.knock("/_matrix/federation/v1/version"))[0] == 200

    play(story, tmp_path)


def test_invitations_reach_those_who_want_them(tmp_path):
    write_wishes(
        tmp_path / "invites.json",
        Wishes(
            visible=frozenset({"@seen:t"}),
            kairans=frozenset({"@kairan:n"}),
            lists={"@hidden:t": frozenset({"@friend:n", "tama"})},
        ),
    )

    async def story(stage):
        async def invite(sender, invitee, version=2):
            event = {"sender": sender, "state_key": invitee, "type": "m.room.member"}
            body = json.dumps({"event": event, "room_version": "12"} if version == 2 else event).encode()
            path = f"/_matrix/federation/v{version}/invite/!r/$e"
            return (await stage.knock(path, method="PUT", server=MEMBER, data=body))[0]

        assert await invite("@any:n", "@seen:t") == 200
        assert stage.behind.heard[0][3].startswith(b'{"event"')
        assert await invite("@friend:n", "@hidden:t") == 200
        assert await invite("@any:tama", "@hidden:t") == 200
        assert await invite("@kairan:n", "@hidden:t") == 200
        assert await invite("@any:n", "@hidden:t") == 403
        assert await invite("@any:n", "@hidden:t", version=1) == 403
        path = "/_matrix/federation/v2/invite/!r/$e"
        assert (await stage.knock(path, method="PUT", server=MEMBER, data=b"[]"))[0] == 403
        (tmp_path / "invites.json").write_text("broken")
        assert await invite("@any:n", "@seen:t") == 403

    play(story, tmp_path, invites=tmp_path / "invites.json")


# -- what leaves -------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def echo():
    async def answer(reader, writer):
        while data := await reader.read(100):
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def test_tunnels_go_to_members_only_and_break_when_a_member_goes(tmp_path):
    async def story(stage):
        async with echo() as port, echo() as other:
            member = f"nakatsu.localhost:{port}"
            stage.allow(member)
            status, reader, writer = await stage.connect(member)
            assert "200" in status
            writer.write(b"hello")
            assert await asyncio.wait_for(reader.readexactly(5), 20) == b"hello"
            for target in (f"nakatsu.localhost:{other}", f"tama.localhost:{port}", f"127.0.0.1:{port}", "x", "a:0",
                           f"nakatsu.localhost:{port}@evil:1", "nakatsu.localhost"):  # fmt: skip
                refused, _, closing = await stage.connect(target)
                assert refused.split()[1] in {"400", "403"}
                closing.close()
            stage.allow(f"tama.localhost:{port}")
            assert await asyncio.wait_for(ended(reader), 20)
            assert "403" in (await stage.connect(member))[0]
            assert "200" in (await stage.connect(f"tama.localhost:{port}"))[0]
            writer.close()

    play(story, tmp_path)


def test_a_list_that_has_ended_lets_nobody_through_and_a_missing_one_changes_nothing(tmp_path):
    async def story(stage):
        async with echo() as port:
            member = f"nakatsu.localhost:{port}"
            later = int(clock.now().timestamp() * 1000) + 3_600_000
            stage.allow(member, until=later)
            (tmp_path / "allow.txt").unlink()
            stage.door.look()
            status, reader, writer = await stage.connect(member)
            assert "200" in status
            (tmp_path / "allow.txt").write_bytes(b"\xff\xfe")
            stage.door.look()
            assert (await stage.knock("/_matrix/federation/v1/x", server=member))[0] == 200
            stage.allow(member, until=1)
            assert await asyncio.wait_for(ended(reader), 20)
            assert (await stage.knock("/_matrix/federation/v1/x", server=member))[0] == 403
            assert (await stage.knock("/_matrix/federation/v1/x", server=OWN))[0] == 200
            assert "403" in (await stage.connect(member))[0]
            writer.close()

    play(story, tmp_path)


def test_a_member_cannot_lead_us_inside_nor_lend_its_name_to_one_that_was_removed(tmp_path):
    async def story(stage):
        stage.allow("10.0.0.1", "127.0.0.1:9", "[::1]:9", "[::ffff:127.0.0.1]:9", "localhost:9")
        for target in ("10.0.0.1:8448", "127.0.0.1:9", "[::1]:9", "[::ffff:127.0.0.1]:9", "localhost:9"):
            assert "403" in (await stage.connect(target))[0]

    play(story, tmp_path, inside=False)

    async def lends(stage):
        stage.allow("b.example", "tama.localhost:5")
        stage.allow("b.example")
        stage.door._outward._learnt["b.example"] = (clock.monotonic(), ("tama.localhost", 5))
        assert "403" in (await stage.connect("tama.localhost:5"))[0]

    play(lends, tmp_path)


def test_a_head_that_never_ends_is_cut_off(tmp_path, monkeypatch):
    monkeypatch.setattr(door_out, "HEAD_SECONDS", 0.5)

    async def story(stage):
        for sent in (b"CONNECT a", b"x" * 100_000, b"GET http://a/ HTTP/1.1\r\n\r\n"):
            reader, writer = await asyncio.open_connection("127.0.0.1", stage.outward)
            writer.write(sent)
            assert await asyncio.wait_for(finished(reader), 20)
            writer.close()

    play(story, tmp_path)


async def finished(reader):
    with suppress(OSError):
        await reader.read()
    return True


# -- its parts ---------------------------------------------------------------------------------------------------------


@given(st.text(max_size=60))
def test_no_header_is_read_as_a_member_that_does_not_stand_there_plainly(noise):
    found = origin([f"X-Matrix {noise}"])
    assert found is None or found in noise


@pytest.mark.parametrize(
    ("address", "public"),
    [("1.1.1.1", True), ("10.1.2.3", False), ("127.0.0.1", False), ("169.254.169.254", False), ("224.0.0.1", False),
     ("::1", False), ("::ffff:10.0.0.1", False), ("64:ff9b::a00:1", False), ("2002:a00:1::", False),
     ("2606:4700::1111", True), ("fd00::1", False), ("100.64.0.1", False), ("0.0.0.0", False)],
)  # fmt: skip
def test_an_address_of_the_inside_is_known_however_it_is_wrapped(address, public):
    from ipaddress import ip_address

    assert is_public(ip_address(address)) is public


def test_names_that_lead_inside_or_nowhere_are_not_called():
    async def story():
        with pytest.raises(Inside):
            await addresses("localhost")
        for name in ("nowhere.invalid", "a..b", "x" * 300):
            with pytest.raises(Unreachable):
                await addresses(name)

    asyncio.run(story())


def test_the_list_is_replaced_whole_and_our_own_server_is_always_on_it(tmp_path):
    path = tmp_path / "allow.txt"
    allowed = Allowed(path, own=OWN)
    assert OWN in allowed
    assert MEMBER not in allowed
    write_list(path, [MEMBER, "x"], until=9_999_999_999_999)
    assert allowed.refresh() == frozenset()
    assert MEMBER in allowed
    assert listed(path) == {MEMBER, "x"}
    write_list(path, [])
    assert allowed.refresh() == {MEMBER, "x"}
    assert OWN in allowed


def test_the_door_is_read_from_kairan_toml_alone(tmp_path):
    path = tmp_path / "kairan.toml"
    path.write_text(
        '[homeserver]\nurl = "http://x"\nserver_name = "a"\n[kairan]\nmunicipality = "a"\n[federation]\n'
        'allow_file = "allow.txt"\n[federation.door]\nlisten = "[::]:8448"\nbeyond = ["push.example:443"]\n'
    )
    settings = read_door(path)
    assert settings.listen == ("::", 8448)
    assert settings.beyond == {("push.example", 443)}
    assert settings.allow_file == tmp_path / "allow.txt"
