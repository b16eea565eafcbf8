"""Probes from outside: what another municipality's homeserver and people's clients meet at our name."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from typing import Any, Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography import x509

from bridge import clock
from bridge.doctor.finding import Asked, Finding
from forms.text import Text

PATIENCE = 10.0
LARGEST = 100_000
SOON = timedelta(days=14)
FEDERATION_PORT = 8448


async def outside(asked: Asked) -> AsyncIterator[Finding]:
    """Name by name, as the Matrix specification has servers and clients find one another."""
    name = asked.config.homeserver.server_name
    async with Outside(asked) as world:
        target, _, port = name.partition(":")
        if not port:  # a port in the name says it all
            yield await _client_file(world, target)
            finding, (target, port) = await _server_file(world, target)
            yield finding
        closed = await _port(world, target, int(port))
        yield closed
        if closed.well:
            for finding in await _certificate(world, target, int(port)):
                yield finding
            for finding in await _federation(world, f"https://{target}:{port}", name):
                yield finding


class Outside(AbstractResolver):
    """HTTPS with everything checked, at the address that DNS says or the operator does. Follows no redirect."""

    def __init__(self, asked: Asked) -> None:
        self._instead = asked.connect_to
        self.context = ssl.create_default_context(cafile=asked.authority or None)
        self._dns: aiohttp.ThreadedResolver | None = None

    async def __aenter__(self) -> Self:
        self._dns = aiohttp.ThreadedResolver()
        connector = aiohttp.TCPConnector(resolver=self, ssl=self.context)
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        self._http = aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=False)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        address, number = self._instead or (host, port)
        assert self._dns
        return await self._dns.resolve(address, number, family)

    async def close(self) -> None:
        """Nothing is held."""

    def where(self, host: str, port: int) -> tuple[str, int]:
        return self._instead or (host, port)

    async def get(self, url: str) -> tuple[int, Any]:
        """(status, JSON or None); status 0 where nothing answers."""
        try:
            async with self._http.get(_literal(url), allow_redirects=False) as reply:
                raw = await reply.content.read(LARGEST)
                return reply.status, _parsed(raw)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return 0, None


def _literal(url: str) -> Any:
    from yarl import URL

    return URL(url, encoded=True)


def _parsed(raw: bytes) -> Any:
    with suppress(ValueError, RecursionError):
        return json.loads(raw)
    return None


async def _server_file(world: Outside, host: str) -> tuple[Finding, tuple[str, str]]:
    """Source: Matrix specification, server-server API, resolving server names."""
    status, told = await world.get(f"https://{host}/.well-known/matrix/server")
    said = told.get("m.server") if isinstance(told, dict) else None
    target, _, port = said.partition(":") if isinstance(said, str) else ("", "", "")
    well = status == 200 and bool(target) and "/" not in target and (port.isdigit() or not port)
    finding = Finding(
        "well-known-server",
        well,
        Text(ja=f"/.well-known/matrix/server: {said or status or '応答なし'}", en="where others find us"),
        Text(
            ja=f'https://{host}/.well-known/matrix/server が {{"m.server": "{host}:443"}} を返すように'
            "（kairan homeserver render が作ります）",
            en=f'let https://{host}/.well-known/matrix/server answer {{"m.server": "{host}:443"}}'
            " (kairan homeserver render makes it)",
        ),
    )
    return finding, (target, port or str(FEDERATION_PORT)) if well else (host, str(FEDERATION_PORT))


async def _client_file(world: Outside, host: str) -> Finding:
    status, told = await world.get(f"https://{host}/.well-known/matrix/client")
    base = told.get("m.homeserver") if isinstance(told, dict) else None
    url = base.get("base_url") if isinstance(base, dict) else None
    there = isinstance(url, str) and (await world.get(f"{url.rstrip('/')}/_matrix/client/versions"))[0] == 200
    return Finding(
        "well-known-client",
        there,
        Text(ja=f"/.well-known/matrix/client: {url or status or '応答なし'}", en="where clients find us"),
        Text(
            ja="base_url がホームサーバーを指すように（kairan homeserver render が作ります）",
            en="its base_url must lead to the homeserver (kairan homeserver render makes it)",
        ),
    )


async def _port(world: Outside, host: str, port: int) -> Finding:
    try:
        async with asyncio.timeout(PATIENCE):
            _, writer = await asyncio.open_connection(*world.where(host, port))
        writer.close()
        well = True
    except (OSError, TimeoutError):
        well = False
    return Finding(
        "port",
        well,
        Text(ja=f"ポート {host}:{port}", en=f"port {port} is open"),
        Text(
            ja=f"DNS、ファイアウォール、リバースプロキシの {port} を開けてください",
            en=f"open {port}: DNS, firewall, reverse proxy",
        ),
    )


async def _certificate(world: Outside, host: str, port: int) -> list[Finding]:
    what = Text(ja=f"証明書: {host}", en="certificate")
    try:
        raw = await _handshake(world, host, port, world.context)
    except ssl.SSLCertVerificationError as wrong:
        remedy = Text(
            ja=f"{host} の名前で、期限内の証明書（中間証明書も）を入れてください",
            en=f"install one that is valid, for the name {host}, with its intermediates: {wrong.verify_message}",
        )
        return [Finding("certificate", False, what, remedy)]  # noqa: FBT003
    except (OSError, TimeoutError):
        remedy = Text(
            ja="TLS で応答しません。リバースプロキシを確かめてください", en="no TLS there: see the reverse proxy"
        )
        return [Finding("certificate", False, what, remedy)]  # noqa: FBT003
    left = x509.load_der_x509_certificate(raw).not_valid_after_utc - clock.now()
    return [
        Finding("certificate", True, what),  # noqa: FBT003
        Finding(
            "certificate-days",
            left > SOON,
            Text(ja=f"証明書の残り: {left.days} 日", en=f"certificate: {left.days} days left"),
            Text(ja="更新してください（自動更新が止まっていませんか）", en="renew it (has automatic renewal stopped?)"),
        ),
    ]


async def _handshake(world: Outside, host: str, port: int, context: ssl.SSLContext) -> bytes:
    async with asyncio.timeout(PATIENCE):
        _, writer = await asyncio.open_connection(*world.where(host, port), ssl=context, server_hostname=host)
    found: bytes = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return found


async def _federation(world: Outside, base: str, name: str) -> list[Finding]:
    version, _ = await world.get(f"{base}/_matrix/federation/v1/version")
    keys, told = await world.get(f"{base}/_matrix/key/v2/server")
    shown = told.get("server_name") if isinstance(told, dict) else None
    # Unsigned, it is refused (401) where it arrives as it was sent; a proxy that decodes %2F makes a path nobody knows.
    path, _ = await world.get(f"{base}/_matrix/federation/v1/event/%24a%2Fb")
    return [
        Finding(
            "federation",
            version in {200, 401, 403} and keys == 200 and shown == name,
            Text(ja=f"連合の入口: {shown or version or '応答なし'}", en="federation arrives at our homeserver"),
            Text(
                ja=f"/_matrix/federation と /_matrix/key を {name} のホームサーバー（か扉）へ渡してください",
                en=f"hand /_matrix/federation and /_matrix/key to the homeserver (or door) of {name}",
            ),
        ),
        Finding(
            "path",
            path in {401, 403},
            Text(ja="リバースプロキシが経路を変えない", en="the reverse proxy leaves paths as they are"),
            Text(
                ja="経路はそのまま渡してください（nginx の proxy_pass に / や経路を付けない、decode しない）",
                en="hand the path on byte for byte (nginx: no path or / after proxy_pass; no decoding)",
            ),
        ),
    ]
