"""One small JSON document from a stranger's web server, without being led inside, kept waiting, or flooded."""

import asyncio
import json
from pathlib import Path
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import aiohttp
from yarl import URL

from bridge.errors import Unreachable
from bridge.federation.addresses import addresses, connector

LARGEST = 65_536
PATIENCE = 10.0
REDIRECTS = 3


class Stranger:
    """`async with Stranger(…) as web: await web.json("https://…")`. Only https; redirects only where told to."""

    def __init__(self, *, authority: Path | None = None, inside: bool = False, patience: float = PATIENCE) -> None:
        self._authority, self._inside, self._patience = authority, inside, patience
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=self._patience)
        self._http = aiohttp.ClientSession(
            connector=connector(authority=self._authority, inside=self._inside, limit=32),
            timeout=timeout,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._http:
            await self._http.close()

    async def json(self, url: str, *, redirects: int = 0, limit: int = LARGEST) -> tuple[dict[str, Any], str]:
        """The object that is served there, and the Date that it was served with.

        Raises:
            Unreachable: not there, too large, too slow, no object, a redirect too many, or leading inside.
        """
        try:
            async with asyncio.timeout(self._patience):
                raw, date = await self._followed(url, redirects, limit)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise Unreachable(_kind(error)) from None
        return _object(raw), date

    async def _followed(self, url: str, redirects: int, limit: int) -> tuple[bytes, str]:
        assert self._http, "used outside `async with`"
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname or parts.username is not None:
            raise Unreachable("not an https address")
        await addresses(parts.hostname, inside=self._inside)
        async with self._http.get(URL(url, encoded=True), allow_redirects=False) as reply:
            if reply.status in {301, 302, 303, 307, 308} and redirects:
                onward = urljoin(url, reply.headers.get("Location", ""))
            elif reply.status != 200:
                raise Unreachable(f"answered {reply.status}")
            else:
                return await _read(reply, limit), reply.headers.get("Date", "")
        return await self._followed(onward, redirects - 1, limit)


async def _read(reply: aiohttp.ClientResponse, limit: int) -> bytes:
    kept = bytearray()
    async for chunk in reply.content.iter_chunked(16_384):
        kept += chunk
        if len(kept) > limit:
            raise Unreachable("larger than it may be")
    return bytes(kept)


def _object(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Unreachable("answered with something that is no JSON object")
    return found


def _kind(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "too slow"
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError):
        return "certificate not believed"
    return type(error).__name__
