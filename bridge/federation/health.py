"""Each other member as a user would feel it: found by name, believed, keyed, quick, on time, up to date, reachable."""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from bridge import clock
from bridge.alliance.signing import verify
from bridge.errors import Unreachable
from bridge.federation.addresses import addresses, split, trust
from bridge.federation.delegation import Target, delegated, plain
from bridge.federation.stranger import Stranger
from bridge.federation.trouble import (
    BACKING_OFF,
    CERTIFICATE,
    ENDING,
    KEYS,
    LISTLESS,
    NOWHERE,
    OTHER_LIST,
    SILENT,
    SKEWED,
    SLOW,
)
from forms.text import Text

MOST_SKEW, MOST_SECONDS, FEW_DAYS = 30.0, 3.0, 14.0
PATIENCE, LONGEST = 10.0, 50.0
AT_ONCE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What our homeserver has for them: rooms with something unsent, and until when it waits (ms; 0: not at all)."""

    rooms: int
    waits_until: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """None: not known. `round_trip`, `skew` in seconds; `days`: left of the certificate; `troubles`: gravest first."""

    server: str
    name: str = ""
    version: str | None = None
    round_trip: float | None = None
    days: float | None = None
    skew: float | None = None
    keys: bool | None = None
    list_version: int | None = None
    backlog: Backlog | None = None
    troubles: tuple[Text, ...] = ()

    @property
    def well(self) -> bool:
        """Whether a person would notice nothing."""
        return not self.troubles


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How we get to others. `ours`: the version of our own list; `places`: server → base URL in a training ground."""

    authority: Path | None = None
    inside: bool = False
    ours: int | None = None
    places: Mapping[str, str] | None = None


async def examine(server: str, way: Way, *, name: str = "") -> Health:
    """One member. Raises nothing, and is done within a minute whatever the other side does."""
    found = Health(server=server, name=name)
    try:
        async with asyncio.timeout(LONGEST):
            return await _examined(found, way)
    except TimeoutError:
        return _troubled(found, SILENT)


async def _examined(found: Health, way: Way) -> Health:
    server = found.server
    async with Stranger(authority=way.authority, inside=way.inside, patience=PATIENCE) as web:
        try:
            target = await delegated(web, server) or plain(server)
            reachable = await addresses(target[0], inside=way.inside)
        except (Unreachable, ValueError):
            return _troubled(found, NOWHERE)
        found = await _greeted(found, target, reachable, way)
        if found.troubles:
            return found
        found = await _asked(found, target, web)
        return await _listed(found, target, web, way)


async def examine_all(
    names: Mapping[str, str], way: Way, *, backlogs: Mapping[str, Backlog] | None = None
) -> Sequence[Health]:
    """All of them (server → name), a few at once, in the same order."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(server: str) -> Health:
        async with gate:
            return await examine(server, way, name=names[server])

    found = await asyncio.gather(*map(one, names))
    return [with_backlog(health, (backlogs or {}).get(health.server)) for health in found]


def with_backlog(health: Health, backlog: Backlog | None) -> Health:
    """The same, with what our own homeserver says."""
    found = replace(health, backlog=backlog)
    waits = backlog is not None and backlog.waits_until > clock.now().timestamp() * 1000
    return _troubled(found, BACKING_OFF) if waits else found


def _troubled(found: Health, *troubles: Text) -> Health:
    return replace(found, troubles=(*found.troubles, *troubles))


# -- the handshake -----------------------------------------------------------------------------------------------------


async def _greeted(found: Health, target: Target, reachable: Sequence[str], way: Way) -> Health:
    """A TLS handshake at the first address that answers: round trip and certificate."""
    host = target[0].strip("[]")
    for address in reachable[:3]:
        began = clock.monotonic()
        try:
            async with asyncio.timeout(PATIENCE):
                _, writer = await asyncio.open_connection(
                    address, target[1], ssl=trust(way.authority), server_hostname=host
                )
        except ssl.SSLCertVerificationError as no:
            return _troubled(found, CERTIFICATE.fill(why=no.verify_message))
        except (OSError, TimeoutError):
            continue
        took, certificate = clock.monotonic() - began, writer.get_extra_info("peercert")
        writer.transport.abort()
        found = replace(found, round_trip=took, days=_days(certificate))
        ending = found.days is not None and found.days < FEW_DAYS
        return _troubled(found, ENDING.fill(days=round(found.days or 0))) if ending else found
    return _troubled(found, SILENT)


def _days(certificate: Mapping[str, Any] | None) -> float | None:
    end = (certificate or {}).get("notAfter")
    if not isinstance(end, str):
        return None
    left = datetime.fromtimestamp(ssl.cert_time_to_seconds(end), UTC) - clock.now()
    return left.total_seconds() / 86_400


# -- what it says ------------------------------------------------------------------------------------------------------


async def _asked(found: Health, target: Target, web: Stranger) -> Health:
    base = f"https://{target[0]}:{target[1]}"
    began = clock.monotonic()
    try:
        said, date = await web.json(f"{base}/_matrix/federation/v1/version")
    except Unreachable:
        return _troubled(found, SILENT)
    round_trip = clock.monotonic() - began
    found = replace(found, version=_version(said), round_trip=round_trip, skew=_skew(date))
    troubles = [SLOW.fill(seconds=f"{round_trip:.1f}")] if round_trip > MOST_SECONDS else []
    if found.skew is not None and abs(found.skew) > MOST_SKEW:
        troubles.append(SKEWED.fill(seconds=f"{found.skew:+.0f}"))
    try:
        keyed = _is_keyed((await web.json(f"{base}/_matrix/key/v2/server"))[0], found.server)
    except Unreachable:
        keyed = False
    return _troubled(replace(found, keys=keyed), *troubles, *([] if keyed else [KEYS]))


def _version(said: Mapping[str, Any]) -> str | None:
    server = said.get("server")
    parts = [server.get(key) for key in ("name", "version")] if isinstance(server, dict) else []
    words = " ".join(part for part in parts if isinstance(part, str))
    return "".join(letter for letter in words if letter.isprintable())[:40] or None


def _skew(date: str) -> float | None:
    """Exact to a second."""
    try:
        return (parsedate_to_datetime(date).astimezone(UTC) - clock.now()).total_seconds()
    except (TypeError, ValueError, OverflowError):
        return None


def _is_keyed(said: Mapping[str, Any], server: str) -> bool:
    """Whether it is this server's own, signed by itself, and still holds."""
    held = said.get("verify_keys")
    keys = {
        name: key["key"]
        for name, key in (held.items() if isinstance(held, dict) else ())
        if isinstance(key, dict) and isinstance(key.get("key"), str)
    }
    until = said.get("valid_until_ts")
    holds = isinstance(until, int) and until > clock.now().timestamp() * 1000
    return said.get("server_name") == server and holds and verify(said, server, keys)


async def _listed(found: Health, target: Target, web: Stranger, way: Way) -> Health:
    """Its Kairan's list: where Matrix's well-known stands, else where the homeserver listens (a door passes it on)."""
    for base in _bases(found.server, target, way):
        try:
            said, _ = await web.json(f"{base}/.well-known/kairan/alliance.json", limit=4_000_000)
        except Unreachable:
            continue
        version = said.get("version")
        if type(version) is int and version > 0:
            found = replace(found, list_version=version)
            other = way.ours is not None and version != way.ours
            return _troubled(found, OTHER_LIST.fill(theirs=version, ours=way.ours or 0)) if other else found
    return _troubled(found, LISTLESS) if way.ours is not None else found


def _bases(server: str, target: Target, way: Way) -> list[str]:
    known = (way.places or {}).get(server) if way.inside else None
    host, _ = split(server, port=443)
    bases = (known, f"https://{host}", f"https://{target[0]}:{target[1]}")
    return [base.rstrip("/") for base in bases if base and base.startswith("https://")]
