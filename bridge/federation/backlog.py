"""What our own homeserver holds back for others, by Synapse's admin API; unknown where no token for it is given.

Source: Synapse admin API, /_synapse/admin/v1/federation/destinations.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp

from bridge.federation.health import Backlog

PATIENCE = 15.0
MOST = 1000


async def backlogs(url: str, token_file: Path | None, servers: Mapping[str, str]) -> Mapping[str, Backlog]:
    """Of these servers; empty where it cannot be known."""
    token = _token(token_file)
    if not token:
        return {}
    found: dict[str, Backlog] = {}
    timeout = aiohttp.ClientTimeout(total=PATIENCE)
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(timeout=timeout, headers=headers, trust_env=False) as web:
        for server in servers:
            try:
                found[server] = await _one(web, f"{url.rstrip('/')}/_synapse/admin/v1/federation/destinations", server)
            except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
                continue
    return found


async def _one(web: aiohttp.ClientSession, base: str, server: str) -> Backlog:
    said = await _asked(web, f"{base}/{quote(server, safe='')}")
    sent = _whole(said.get("last_successful_stream_ordering"))
    rooms = (await _asked(web, f"{base}/{quote(server, safe='')}/rooms?limit={MOST}")).get("rooms")
    behind = [
        room
        for room in (rooms if isinstance(rooms, list) else ())
        if isinstance(room, dict) and _whole(room.get("stream_ordering")) > sent
    ]
    waits = _whole(said.get("retry_last_ts")) + _whole(said.get("retry_interval"))
    return Backlog(rooms=len(behind), waits_until=waits)


async def _asked(web: aiohttp.ClientSession, url: str) -> dict[str, Any]:
    async with web.get(url, allow_redirects=False) as reply:
        found = await reply.json()
        if reply.status == 404:  # nothing was ever sent there
            return {}
        if reply.status != 200 or not isinstance(found, dict):
            raise ValueError(reply.status)
        return found


def _whole(found: Any) -> int:
    return found if isinstance(found, int) else 0


def _token(path: Path | None) -> str:
    try:
        return path.read_text("ascii").strip() if path else ""
    except (OSError, ValueError):
        return ""
