"""Names of others that lead inside our network: by what DNS says, says later, or says in two ways; and by redirects."""

import asyncio
import socket
import ssl
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from bridge.errors import Refused, Unreachable
from bridge.federation import addresses as names
from bridge.federation import fetching, stranger
from bridge.federation.addresses import addresses, is_public
from bridge.federation.fetching import Web, is_outside
from bridge.federation.stranger import Stranger
from bridge.lab import Authority
from tests.bridge.test_federation_web import config

pytestmark = pytest.mark.heavy
NAME = "victim.example.jp"
PUBLIC = "203.119.1.1"


@pytest.mark.parametrize(
    "address",
    [
        "64:ff9b:1::7f00:1", "64:ff9b:1::a00:1",  # a translator of one's own (RFC 8215)
        "::7f00:1", "::127.0.0.1", "::ffff:0:127.0.0.1", "::ffff:0:a00:1", "fec0::1", "2001:db8::1",
        "2001:0:cb77:101::80ff:fffe",
        "2002:a9fe:a9fe::1", "::ffff:169.254.169.254", "fd00:ec2::254", "240.0.0.1", "198.18.0.1", "192.0.2.1",
    ],
)  # fmt: skip
def test_no_way_of_writing_an_address_inside_makes_it_one_of_the_internet(address):
    from ipaddress import ip_address

    assert not is_outside(address)
    assert not is_public(ip_address(address))


class Dns:
    """What a hostile name server answers: another thing each time it is asked."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), 0

    def __call__(self, host, port=None, *_args, **_more):
        if host != NAME:
            return _REAL(host, port, *_args, **_more)
        said = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        return [self._row(one, port or 0) for one in said]

    @staticmethod
    def _row(address, port):
        if ":" in address:
            return socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0)
        return socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)


_REAL = socket.getaddrinfo


@asynccontextmanager
async def inside(folder):
    """A service of ours on this machine, with a certificate for the name; and how often it was called."""
    Authority(folder / "ca").certify(NAME, folder)
    calls = []

    async def answer(request):
        calls.append(request.path)
        return web.json_response({"secret": 1})

    served = web.Application()
    served.router.add_route("*", "/{rest:.*}", answer)
    runner = web.AppRunner(served, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "tls.pem", folder / "tls.key")
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    port = runner.addresses[0][1]
    connected = []
    create = asyncio.get_running_loop().sock_connect

    async def knock(sock, address):
        connected.append(address[0])
        if address[0] == PUBLIC:
            raise ConnectionRefusedError
        return await create(sock, address)

    asyncio.get_running_loop().sock_connect = knock
    try:
        yield port, calls, connected
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    "answers",
    [
        [["127.0.0.1"]], [["::1"]], [["10.0.0.5", "169.254.169.254"]], [["::ffff:127.0.0.1"]], [["64:ff9b:1::7f00:1"]],
        [[PUBLIC], ["127.0.0.1"]],  # checked at one moment, called at another
        [[PUBLIC], [PUBLIC], ["127.0.0.1"], ["127.0.0.1"]], [[PUBLIC, "127.0.0.1"]], [["127.0.0.1", PUBLIC]],
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("asking", ["lists", "health"])
def test_whatever_dns_says_nothing_inside_is_called(answers, asking, tmp_path, monkeypatch):
    dns = Dns(*answers)
    monkeypatch.setattr(socket, "getaddrinfo", dns)

    async def scene():
        async with inside(tmp_path) as (port, calls, connected):
            for _ in range(3):
                with pytest.raises((Unreachable, Refused)):
                    if asking == "health":
                        async with Stranger(authority=tmp_path / "ca" / "ca.pem", patience=5.0) as away:
                            await away.json(f"https://{NAME}:{port}/")
                    else:
                        settings = config(tmp_path, authority="ca/ca.pem")
                        async with Web(settings) as away:
                            monkeypatch.setattr(away, "_base", lambda _server: f"https://{NAME}:{port}")
                            await away.get(NAME, "/key.json")
            assert calls == []
            assert set(connected) <= {PUBLIC}

    asyncio.run(scene())
    assert dns.asked


def test_what_was_checked_is_what_is_called_though_the_name_is_asked_but_once(monkeypatch):
    dns = Dns([PUBLIC], ["127.0.0.1"])
    monkeypatch.setattr(socket, "getaddrinfo", dns)
    assert asyncio.run(addresses(NAME)) == [PUBLIC]
    assert dns.asked == 1
    with pytest.raises(names.Inside):
        asyncio.run(addresses(NAME))


def test_a_service_inside_would_have_answered(tmp_path, monkeypatch):
    """The tests above would show nothing if nobody could be reached."""
    monkeypatch.setattr(socket, "getaddrinfo", Dns(["127.0.0.1"]))

    async def scene():
        async with inside(tmp_path) as (port, calls, connected):
            async with Stranger(authority=tmp_path / "ca" / "ca.pem", inside=True) as away:
                assert (await away.json(f"https://{NAME}:{port}/x"))[0] == {"secret": 1}
            assert calls == ["/x"]
            assert connected == ["127.0.0.1"]

    asyncio.run(scene())


def test_a_redirect_inside_is_not_followed(tmp_path, monkeypatch):
    """Even where redirects are followed, and though the first address is a good one."""

    async def scene():
        async with inside(tmp_path) as (port, calls, _connected):
            follow = Stranger._followed
            hops = []

            async def first(self, url, redirects, limit):
                """What a good server says that was hired: go there instead."""
                return await follow(self, hops.pop() if hops else url, redirects - 1, limit)

            monkeypatch.setattr(Stranger, "_followed", first)
            for target in (f"https://127.0.0.1:{port}/", f"https://[::1]:{port}/", f"https://localhost:{port}/",
                           f"http://{NAME}/", f"https://[::ffff:127.0.0.1]:{port}/", "file:///etc/passwd",
                           f"https://u:p@127.0.0.1:{port}/"):  # fmt: skip
                hops.append(target)
                async with Stranger(authority=tmp_path / "ca" / "ca.pem") as away:
                    with pytest.raises(Unreachable):
                        await away.json("https://good.example.jp/", redirects=3)
            assert calls == []

    asyncio.run(scene())


# -- peers that never come to an end -----------------------------------------------------------------------------------


async def silent(reader, _writer):
    """Takes the connection, and that is all."""
    await reader.read()


async def dribbling_head(_reader, writer):
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-More: x\r\n")
        await asyncio.sleep(0.05)


async def endless_head(_reader, writer):
    writer.write(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        writer.write(b"x" * 65_536)
        await writer.drain()


async def never_closes(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}")
    await asyncio.sleep(600)


async def chunks_for_ever(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"1\r\n \r\n")
        await writer.drain()
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("peer", [silent, dribbling_head, endless_head, never_closes, chunks_for_ever])
def test_a_peer_that_never_comes_to_an_end_is_left(peer, tmp_path, monkeypatch):
    monkeypatch.setattr(fetching, "PATIENCE", 1.5)
    monkeypatch.setattr(stranger, "PATIENCE", 1.5)

    async def handle(reader, writer):
        try:
            await peer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()

    async def scene():
        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with Web(config(tmp_path, private=True, addresses={"x.example.jp": base})) as away:
            async with asyncio.timeout(60):
                with pytest.raises((Unreachable, Refused)):
                    await away.get("x.example.jp", "/key.json")
            await asyncio.gather(*(asyncio.create_task(ended(away)) for _ in range(20)))
        server.close()

    async def ended(away):
        """Twenty at once: each is left in its time, those that wait for a free connection too."""
        async with asyncio.timeout(60):
            with pytest.raises((Unreachable, Refused)):
                await away.get("x.example.jp", "/alliance.json")

    asyncio.run(scene())
