"""From a name of another municipality's to addresses that may be called: never one inside our own network.

Names come from outside: one that leads inside would make us knock at doors that are none of theirs (SSRF). Whoever
connects must connect to what is returned here, not to the name again.
"""

import asyncio
import ssl
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from socket import AF_INET, AF_INET6, SOCK_STREAM, AddressFamily
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

from bridge.errors import Unreachable

Address = IPv4Address | IPv6Address
PATIENCE = 5.0
_TRANSLATED = ip_network("64:ff9b::/96")
_UNICAST = ip_network("2000::/3")


class Inside(Unreachable):
    """The name leads to an address that is not of the public internet."""


def split(name: str, *, port: int) -> tuple[str, int]:
    """Host and port of `tsukuba.lg.jp`, `tsukuba.lg.jp:8448` or `[2001:db8::1]:8448`. Raises ValueError."""
    host, colon, digits = name.rpartition(":")
    if not colon or name.endswith("]"):
        host, digits = name, str(port)
    if not digits.isascii() or not digits.isdigit() or not 0 < int(digits) < 65536:
        raise ValueError(name)
    return host, int(digits)


def is_public(address: Address) -> bool:
    """Whether it is of the public internet, whatever it is wrapped in."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and address in _TRANSLATED:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address not in _UNICAST:  # addresses of a site, and what a translator of ours makes of others
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


async def addresses(host: str, *, inside: bool = False) -> list[str]:
    """Where `host` (a name, or an address, in brackets or not) may be called.

    `inside`: a training ground, where all is one machine; only there names under .localhost are known.

    Raises:
        Inside: all its addresses are ours alone. Unreachable: the name is not known, or nobody says.
    """
    found = await _looked_up(host, local=inside)
    allowed = [address for address in found if inside or is_public(address)]
    if not allowed:
        raise Inside("the name leads to no public address")
    return [str(address) for address in allowed]


async def _looked_up(host: str, *, local: bool) -> list[Address]:
    try:
        return [ip_address(host.removeprefix("[").removesuffix("]"))]
    except ValueError:
        pass
    if local and (host == "localhost" or host.endswith(".localhost")):
        return [IPv4Address("127.0.0.1")]
    try:
        async with asyncio.timeout(PATIENCE):
            rows = await asyncio.get_running_loop().getaddrinfo(host, None, type=SOCK_STREAM)
    except (OSError, UnicodeError, TimeoutError):
        raise Unreachable("the name is not known") from None
    return list(dict.fromkeys(ip_address(row[4][0].partition("%")[0]) for row in rows if isinstance(row[4][0], str)))


class PublicNames(AbstractResolver):
    """For aiohttp: names as above. aiohttp does not ask about bare addresses; `addresses` must be asked before."""

    def __init__(self, *, inside: bool = False) -> None:
        self._inside = inside

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: AddressFamily = AF_INET,  # noqa: ARG002 - every address is judged, of whichever family
    ) -> list[ResolveResult]:
        """As aiohttp wants it; OSError where the name may not be called."""
        try:
            found = await addresses(host, inside=self._inside)
        except Unreachable as no:
            raise OSError(str(no)) from None
        return [_result(host, port, address) for address in found]

    async def close(self) -> None:
        """There is nothing to give back."""


def _result(host: str, port: int, address: str) -> ResolveResult:
    family = AF_INET6 if ":" in address else AF_INET
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)


def trust(authority: Path | None) -> ssl.SSLContext:
    """Whose certificates are believed: the system's authorities, or only this one of a training ground."""
    return _trusting(authority, authority.stat().st_mtime_ns if authority else 0)


@lru_cache(maxsize=4)
def _trusting(authority: Path | None, _written: int) -> ssl.SSLContext:
    """Kept: reading the system's authorities takes 20 ms, and a round of health asks thousands."""
    context = ssl.create_default_context(cafile=str(authority) if authority else None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def connector(*, authority: Path | None, inside: bool, **more: Any) -> Any:
    """An aiohttp connector to strangers."""
    from aiohttp import TCPConnector

    return TCPConnector(ssl=trust(authority), resolver=PublicNames(inside=inside), use_dns_cache=False, **more)
