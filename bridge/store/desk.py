"""What every port is bound to: the transaction, who asks, and the municipality's own facts."""

import hashlib
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bots.events import RoomId, UserId
from bots.records import NotAllowed
from bots.roles import Role
from bridge.alliance.signing import Key
from bridge.config import Config
from bridge.store import rooms
from bridge.store.neighbours import Neighbours
from bridge.store.sealing import Keyring
from bridge.workbook import Readings
from forms.text import Lang


@dataclass(frozen=True, slots=True, kw_only=True)
class Municipality:
    """`key` is what its Kairan signs with."""

    bot: str
    server: str
    neighbours: Neighbours
    zone: ZoneInfo
    language: Lang
    key: Key

    def is_person(self, user: str) -> bool:
        """Whether this is somebody to ask: of a permitted server, and no bot of ours or of a neighbour's."""
        localpart, _, server = user[1:].partition(":")
        return server in self.neighbours and not localpart.startswith(("kairan", "_kairan"))


def municipality(config: Config) -> Municipality:
    """What bots need to know of it."""
    return Municipality(
        bot=config.bot,
        server=config.homeserver.server_name,
        neighbours=Neighbours(
            config.homeserver.server_name,
            names={config.homeserver.server_name: config.kairan.municipality, **config.federation.names},
            allowed=config.federation.allow,
            language=config.kairan.language,
        ),
        zone=config.zone,
        language=config.kairan.language,
        key=config.key,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """`who` is the caller, or the bot itself at its own routines. `source` is the event that all ids derive from."""

    connection: sa.Connection
    town: Municipality
    who: UserId
    role: Role
    room: RoomId
    at: datetime
    source: str
    keys: Keyring
    readings: Readings = field(default_factory=Readings)

    @property
    def itself(self) -> bool:
        """Whether the bot acts of its own accord (what fell due)."""
        return self.who == self.town.bot

    def need(self, role: Role) -> None:
        """Raise NotAllowed below this role."""
        if not self.itself and self.role < role:
            raise NotAllowed(role)

    @property
    def today(self) -> datetime:
        """The beginning of the day: for what must not be known more exactly."""
        return self.at.astimezone(self.town.zone).replace(hour=0, minute=0, second=0, microsecond=0)

    def is_in(self, room: str) -> bool:
        """Whether the caller is in the room; the bot itself is everywhere it is."""
        return self.itself or rooms.holds(self.connection, room, self.who)


def derived(*parts: str) -> str:
    """An id that the same cause always gives."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


def key_of(name: str) -> str:
    """The form in which names of forms are compared."""
    return unicodedata.normalize("NFKC", name).casefold()


def server_of(user: str) -> str:
    """The homeserver part of a user id."""
    return user.partition(":")[2]


def role_of(connection: sa.Connection, user: str, own_server: str) -> Role:
    """From facts alone: our own homeserver, and membership of the rooms that give roles."""
    if server_of(user) != own_server:
        return Role.RESIDENT
    given = rooms.roles(connection, user)
    for role, key in ((Role.STEWARD, "stewards"), (Role.EDITOR, "editors"), (Role.STAFF, "staff")):
        if f"room:{key}" in given:
            return role
    return Role.RESIDENT
