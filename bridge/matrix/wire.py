"""One HTTP request to the homeserver: as whom we ask, how long we wait, whose fault it is."""

import asyncio
import json
import math
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any, Self
from urllib.parse import quote, urlencode

import aiohttp
from yarl import URL

from bridge.errors import RateLimited, Refused, Unreachable

Json = dict[str, Any]
"""A JSON object as it came from outside: nothing about its fields is known."""

PATIENCE = 30.0
"""Seconds for an ordinary request."""

LONG = 120.0
"""Seconds for a request that moves a file or waits for other homeservers."""

LONGEST_PAUSE = 600.0
"""No homeserver makes us wait longer than these seconds, whatever it says."""


def segment(text: str) -> str:
    """One path segment: room ids, aliases and event ids hold `!`, `#`, `:` and, in old rooms, `/`."""
    return quote(text, safe="")


class Wire:
    """A connection pool to one homeserver. Logs nothing: bodies, queries and tokens never leave it."""

    def __init__(self, url: str, as_token: str, *, user_id: str, device_id: str) -> None:
        self.user_id, self.device_id = user_id, device_id
        self.device_made = False
        """Requests name the device only once it exists: before that the homeserver refuses them."""
        self._url, self._token = url.rstrip("/"), as_token
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=64),
            headers={"Authorization": f"Bearer {self._token}"},
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._http:
            await self._http.close()

    async def call(  # noqa: PLR0913 - one place for all that an HTTP request can be
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        query: Mapping[str, str | list[str]] | None = None,
        mime: str = "application/json",
        patience: float = PATIENCE,
    ) -> Json:
        """The JSON object that was answered. Raises Unreachable, RateLimited or Refused and nothing else."""
        data = body if isinstance(body, bytes) or body is None else _dump(body)
        async with self.opened(method, path, data=data, query=query, mime=mime, patience=patience) as reply:
            return _object(await reply.read())

    @asynccontextmanager
    async def opened(  # noqa: PLR0913
        self,
        method: str,
        path: str,
        *,
        data: bytes | None = None,
        query: Mapping[str, str | list[str]] | None = None,
        mime: str = "application/json",
        patience: float = PATIENCE,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """The successful reply with its body still unread; every fault, also while reading, is one of ours."""
        assert self._http, "used outside `async with`"
        try:
            async with self._http.request(
                method,
                self._address(path, query or {}),
                data=data,
                headers={"Content-Type": mime} if data is not None else None,
                timeout=aiohttp.ClientTimeout(total=patience),
                allow_redirects=False,
            ) as reply:
                if not 200 <= reply.status < 300:
                    raise _fault(reply, await reply.read())
                yield reply
        except (aiohttp.ClientError, TimeoutError, asyncio.IncompleteReadError, OSError) as error:
            raise Unreachable(f"the homeserver cannot be reached ({type(error).__name__})") from None

    def _address(self, path: str, query: Mapping[str, str | list[str]]) -> URL:
        who = _as_whom(self.user_id, self.device_id if self.device_made else None)
        asked = f"{urlencode(query, doseq=True)}&{who}" if query else who
        return URL(f"{self._url}{path}?{asked}", encoded=True)


@lru_cache(maxsize=8)
def _as_whom(user: str, device: str | None) -> str:
    return urlencode({"user_id": user} | ({"device_id": device} if device else {}))


def _dump(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8", "replace")


def _object(raw: bytes) -> Json:
    found = _parsed(raw)
    if not isinstance(found, dict):
        raise Unreachable("the homeserver answered with something that is not a JSON object")
    return found


def _parsed(raw: bytes) -> Any:
    """The JSON, or None. One absurd number must not make a whole /sync unreadable for ever."""
    try:
        return json.loads(raw)
    except RecursionError:
        return None
    except ValueError:
        pass
    try:
        return json.loads(raw, parse_int=_small)
    except (ValueError, RecursionError):
        return None


def _small(digits: str) -> int:
    return int(digits) if len(digits) < 20 else 0


def _fault(reply: aiohttp.ClientResponse, raw: bytes) -> Unreachable | Refused:
    found = _parsed(raw)
    said: Json = found if isinstance(found, dict) else {}
    code = said.get("errcode")
    if reply.status == 429 or code == "M_LIMIT_EXCEEDED":
        return RateLimited(_pause(said.get("retry_after_ms"), reply.headers.get("Retry-After")))
    if reply.status in range(400, 500) and reply.status != 408:
        return Refused(code[:64] if isinstance(code, str) and code else "M_UNKNOWN", reply.status)
    return Unreachable(f"the homeserver answered {reply.status}")


def _pause(milliseconds: Any, header: str | None) -> float:
    """Seconds to wait: the JSON field of older servers or the header of newer ones; 1 where neither makes sense."""
    for raw, unit in ((header, 1.0), (milliseconds, 0.001)):
        try:
            seconds = float(raw or 0) * unit
        except (TypeError, ValueError, OverflowError):
            continue
        if math.isfinite(seconds) and seconds > 0:
            return min(seconds, LONGEST_PAUSE)
    return 1.0
