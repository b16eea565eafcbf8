"""Everything the files of one municipality depend on, as one value."""

from dataclasses import dataclass
from typing import Literal

Shape = Literal["trial", "town", "city"]
"""trial: SQLite, one machine; town: PostgreSQL; city: PostgreSQL, Redis and Synapse's workers."""
Place = Literal["compose", "systemd", "here"]
"""here: for practice on this machine, in one folder, until Ctrl-C."""
DOOR_IN, DOOR_OUT = 8449, 8450
"""Where the federation door is asked from outside, and where the homeserver asks it for what leaves."""
ALLOW_FILE = "allow.txt"
"""Beside kairan.toml: who may federate now. Kairan writes it."""
INVITES = "invites.json"
"""Beside kairan.toml: whose invitations people want. Kairan writes it, the door reads it."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """Paths of a PEM chain and its key. The name in it is the server name without the port."""

    chain: str
    key: str


@dataclass(frozen=True, slots=True)
class Training:
    """What only a training ground on one machine may have: its own authority, no rate limits, quick retries.

    `allow_file` holds one server name a line and is read again while the homeserver runs, by a module inside it
    (`module`), by a federation door before and behind it (`door`: the port at which the homeserver then listens for
    the door, and the port of the door's proxy for what leaves), or by both.
    """

    authority: str
    allow_file: str
    shared_secret: str
    door: tuple[int, int] | None = None
    module: bool = True
    invites: str = ""
    """Where the door reads whose invitations people want; "" where it does not ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What the world around the homeserver is: its size, where it runs, by which names people reach it.

    Attributes:
        host: The DNS name of the homeserver and of its well-known files.
        web: The DNS name of the web client; "" for none.
        email: Where the authority that issues certificates writes to; "" for nowhere.
        message_days, media_days: How long messages, and copies of others' files, are kept; 0 for ever.
        workers: Synapse's processes beside the main one (a city's only).
        door: Whether federation goes through Kairan's own door, inwards and outwards.
        redis: host:port (a city's only).
        source: Where Kairan's program lies on the machine.
        kairan_folder: Where kairan.toml lies on the machine.
        together: Whether Kairan carries the door in its own process.
        door_in, door_out: The ports of the door: for what comes, for what leaves.
        postgres: libpq's words, where they are not the usual ones; only kairan.toml keeps them.
    """

    shape: Shape
    place: Place
    host: str
    web: str = ""
    email: str = ""
    message_days: int = 1095
    media_days: int = 90
    workers: int = 2
    door: bool = True
    redis: str = "127.0.0.1:6379"
    source: str = "/opt/kairan"
    kairan_folder: str = "/var/lib/kairan"
    together: bool = False
    door_in: int = DOOR_IN
    door_out: int = DOOR_OUT
    postgres: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """One municipality: its homeserver, its Kairan, whom they speak with.

    Attributes:
        server_name: What stands behind the colon in `@sato:…`; with the federation port, unless that is 8448.
        folder: Where the homeserver keeps its keys, database and media, as the homeserver sees it.
        config_folder: Where its configuration files lie, as the homeserver sees it.
        database: A path means SQLite; anything with `=` is a libpq connection string (`host=postgres user=synapse`).
        certificate: None where a reverse proxy ends TLS.
        allow: Server names that may federate with us; our own is always allowed.
        names: (server name, what people call its municipality) of others.
        stewards: User ids invited to the stewards' room when the bot makes it.
        code, english, kind, contact: How this municipality introduces itself to an alliance; "" is not written.
        authority: Whose certificates other homeservers have; "" for the authorities that the machine trusts.
        kairan_database: A path beside kairan.toml, or a postgresql:// URL.
        listen: Where Kairan serves /healthz and /metrics; port 0 is any.
        training: None everywhere but in a lab.
        deployment: None in a lab, and where the homeserver is not ours to render.
    """

    server_name: str
    municipality: str
    as_token: str
    hs_token: str
    folder: str = "/data"
    config_folder: str = "/config"
    database: str = "/data/homeserver.db"
    bind_address: str = "127.0.0.1"
    client_port: int = 8008
    federation_port: int = 8448
    certificate: Certificate | None = None
    allow: tuple[str, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    bot: str = "kairan"
    homeserver_url: str = "http://127.0.0.1:8008"
    kairan_database: str = "kairan.db"
    timezone: str = "Asia/Tokyo"
    language: str = "ja"
    listen: str = "127.0.0.1:0"
    stewards: tuple[str, ...] = ()
    code: str = ""
    english: str = ""
    kind: str = ""
    contact: str = ""
    authority: str = ""
    training: Training | None = None
    deployment: Deployment | None = None
