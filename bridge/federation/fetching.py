"""What is asked of other municipalities' web servers: never inside our own network, never much, never for long."""

import asyncio
import ipaddress
import ssl
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from bridge.config import Config
from bridge.errors import Misconfigured, Refused, Unreachable
from bridge.federation.addresses import PublicNames, is_public

LONGEST = 1_000_000
"""Bytes on the wire; unpacked, a list of thousands of members may be four times as long."""
UNPACKED = 4 * LONGEST
PATIENCE = 10.0
"""Seconds for all of it, however slowly the other side talks."""
BASE = "/.well-known/kairan"


def is_outside(address: str) -> bool:
    """Whether an IP address is one of the public internet, also where it is wrapped in another."""
    try:
        return is_public(ipaddress.ip_address(address.partition("%")[0]))
    except ValueError:
        return False


class _Outside(AbstractResolver):
    """Resolves as the system does, and gives nothing inside: what was looked up here is what is connected to."""

    def __init__(self) -> None:
        self._system = aiohttp.ThreadedResolver()

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        found = await self._system.resolve(host, port, family)
        if not all(is_outside(one["host"]) for one in found):
            raise OSError("an address inside")
        return found

    async def close(self) -> None:
        await self._system.close()


class Web:
    """`async with Web(config) as web`. Every method raises Unreachable or Refused and nothing else.

    `[federation] private` lets it ask inside, and at `addresses`: for training grounds.
    """

    def __init__(self, config: Config) -> None:
        self._private, self._addresses = config.federation.private, config.federation.addresses
        self._own = config.homeserver.server_name
        self._trusted = config.folder / config.federation.authority if config.federation.authority else None
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._http:
            await self._http.close()

    def _session(self) -> aiohttp.ClientSession:
        """Made when first needed: a Kairan in no alliance need not hold the world's authorities."""
        if self._http is None:
            resolver = PublicNames(inside=True) if self._private else _Outside()
            self._http = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=8, resolver=resolver, ssl=_context(self._trusted)),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                auto_decompress=False,
                headers={"Accept-Encoding": "gzip"},
            )
        return self._http

    async def get(self, server: str, path: str) -> bytes:
        """`path` below /.well-known/kairan of this server."""
        return await self._ask("GET", server, path, None)

    async def post(self, server: str, path: str, body: bytes) -> bytes:
        return await self._ask("POST", server, path, body)

    async def _ask(self, method: str, server: str, path: str, body: bytes | None) -> bytes:
        url = f"{self._base(server)}{BASE}{path}"
        try:
            async with asyncio.timeout(PATIENCE):
                async with self._session().request(
                    method, url, data=body, allow_redirects=False, timeout=aiohttp.ClientTimeout(total=PATIENCE)
                ) as reply:
                    if 400 <= reply.status < 500:
                        raise Refused("M_UNKNOWN", reply.status)
                    if not 200 <= reply.status < 300:
                        raise Unreachable(f"it answered {reply.status}")
                    return _unpacked(await _read(reply), reply.headers)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, zlib.error) as error:
            raise Unreachable(f"a member's web server cannot be reached ({type(error).__name__})") from None

    def _base(self, server: str) -> str:
        """Always https; a name that is itself an address inside is refused as one behind DNS would be."""
        known = self._addresses.get(server, f"https://{server}") if self._private else None
        base = known or f"https://{_host(server)}"
        host = urlsplit(base).hostname or ""
        if not self._private and _is_address(host) and not is_outside(host):
            raise Unreachable("an address inside")
        return base.rstrip("/")


def _host(server: str) -> str:
    """The name without its port: /.well-known is asked for at 443, as Matrix does."""
    if server.startswith("["):
        return server.partition("]")[0] + "]"
    return server.partition(":")[0]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        # What some resolvers take for an address (0x7f.1, 2130706433) goes through the resolver and is judged there.
        return False
    return True


def _context(trusted: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=None if trusted is None else str(trusted))
    except (OSError, ssl.SSLError) as error:
        raise Misconfigured(f"[federation] authority: {error}") from None


async def _read(reply: aiohttp.ClientResponse) -> bytes:
    kept = bytearray()
    async for chunk in reply.content.iter_chunked(65_536):
        kept += chunk
        if len(kept) > LONGEST:
            raise ValueError("too long")
    return bytes(kept)


def _unpacked(raw: bytes, headers: Mapping[str, str]) -> bytes:
    if headers.get("Content-Encoding", "identity") == "identity":
        return raw
    unpacking = zlib.decompressobj(31)
    found = unpacking.decompress(raw, UNPACKED + 1)
    if len(found) > UNPACKED or not unpacking.eof:
        raise ValueError("too long")
    return found
