"""kairan.toml and the registration beside it, read once and checked; every mistake in them is one clear line."""

import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bridge import clock
from bridge.alliance.codes import is_code
from bridge.alliance.signing import Key
from bridge.errors import Misconfigured
from forms.text import Lang

# Both go into files of others' grammars (nginx, Caddy, systemd), where a blank or a bracket would be more than a name.
_HOST = r"^([A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*)?$"
_PATH = r"^(/[A-Za-z0-9._/-]*)?$"


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class HomeserverSection(_Section):
    url: str
    server_name: str
    registration: str = "registration.yaml"


class KairanSection(_Section):
    municipality: str = Field(min_length=1, max_length=60)
    bot: str = Field(default="kairan", pattern=r"^kairan(_[a-z0-9._-]+)?$")
    database: str = "kairan.db"
    timezone: str = "Asia/Tokyo"
    language: Lang = "ja"
    listen: str = "127.0.0.1:0"
    reactions: bool = True

    @field_validator("timezone")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("not a time zone; write e.g. Asia/Tokyo") from error
        return value


class DoorSection(_Section):
    """Places are `host:port`; files lie beside kairan.toml. `beyond`: what else the homeserver may call, for push."""

    listen: str = "0.0.0.0:8448"
    outbound: str = "127.0.0.1:8449"
    homeserver: str = "http://127.0.0.1:8009"
    metrics: str = ""
    certificate: str = ""
    key: str = ""
    delegate: str = ""
    beyond: tuple[str, ...] = ()
    targets: dict[str, tuple[str, ...]] = {}
    invites: str = ""
    face: str = ""
    together: bool = False


class FederationSection(_Section):
    """`allow_file`: Kairan writes who may federate now; the homeserver's module and the door read it.

    `private`, `addresses` (server → base URL) and `authority` (a CA's file) are for training grounds alone.
    """

    allow: tuple[str, ...] = ()
    names: dict[str, str] = {}
    allow_file: str = ""
    code: str = ""
    english: str = Field(default="", max_length=60)
    kind: Literal["municipality", "prefecture", "partner"] = "municipality"
    contact: str = Field(default="", max_length=200)
    population: int = Field(default=0, ge=0, le=100_000_000)
    private: bool = False
    addresses: dict[str, str] = {}
    authority: str = ""
    admin_token: str = ""
    """Beside kairan.toml: a file with a token for the homeserver's admin API; only to say what waits for others."""
    door: DoorSection | None = None

    @field_validator("code")
    @classmethod
    def _checked(cls, value: str) -> str:
        if value and not is_code(value):
            raise ValueError("not a 全国地方公共団体コード: six digits, the last one checks the others")
        return value


class RoomsSection(_Section):
    staff: str
    editors: str
    stewards: str


class PeopleSection(_Section):
    stewards: tuple[str, ...] = ()


class DeploySection(_Section):
    """What only `kairan homeserver render` reads; the good defaults of a town in containers."""

    shape: Literal["trial", "town", "city"] = "town"
    place: Literal["compose", "systemd", "here"] = "compose"
    host: str = Field(default="", pattern=_HOST)
    web: str = Field(default="", pattern=_HOST)
    email: str = Field(default="", pattern=r"^([^@\s\"{}]+@[A-Za-z0-9.-]+)?$")
    message_days: int = Field(default=1095, ge=0, le=36500)
    media_days: int = Field(default=90, ge=0, le=36500)
    workers: int = Field(default=2, ge=1, le=32)
    door: bool = True
    postgres: str = ""
    redis: str = Field(default="", pattern=r"^([A-Za-z0-9.-]+:\d{1,5})?$")
    data: str = Field(default="", pattern=_PATH)
    source: str = Field(default="/opt/kairan", pattern=_PATH)
    client_port: int = Field(default=8008, ge=1, le=65535)
    federation_port: int = Field(default=8448, ge=1, le=65535)


class _File(_Section):
    homeserver: HomeserverSection
    kairan: KairanSection
    federation: FederationSection = FederationSection()
    rooms: RoomsSection
    people: PeopleSection = PeopleSection()
    deploy: DeploySection = DeploySection()


@dataclass(frozen=True, slots=True)
class Config:
    """One municipality's settings. `folder` holds the data: database, crypto store, cross-signing keys."""

    folder: Path
    homeserver: HomeserverSection
    kairan: KairanSection
    federation: FederationSection
    rooms: RoomsSection
    people: PeopleSection
    as_token: str = field(repr=False)
    deploy: DeploySection = field(default_factory=DeploySection)

    @property
    def bot(self) -> str:
        """The bot's user id."""
        return f"@{self.kairan.bot}:{self.homeserver.server_name}"

    @property
    def bot_name(self) -> str:
        """What people see as the bot's name, in the municipality's language."""
        if self.kairan.language == "en":
            return f"Kairan ({self.kairan.municipality})"
        return f"回覧 Kairan（{self.kairan.municipality}）"

    @property
    def secret(self) -> str:
        """What the device's keys are sealed with: made at the first start, independent of the exchangeable token."""
        return self._made_once("secret")

    @property
    def key(self) -> Key:
        """What this Kairan signs with, for the other municipalities: made at the first start."""
        return Key.of(self._made_once("federation.key"))

    def _made_once(self, name: str) -> str:
        path = self.folder / name
        if not path.exists():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(clock.secret())
        return path.read_text(encoding="ascii").strip()

    @property
    def zone(self) -> ZoneInfo:
        """The municipality's time zone."""
        return ZoneInfo(self.kairan.timezone)

    @property
    def permitted(self) -> frozenset[str]:
        """Servers whose people may invite the bot and be asked; our own always is."""
        return frozenset({self.homeserver.server_name, *self.federation.allow})

    def municipality(self, server: str) -> str:
        """What people call the municipality of this server."""
        if server == self.homeserver.server_name:
            return self.kairan.municipality
        return self.federation.names.get(server, server)


def read_config(path: Path) -> Config:
    """Read kairan.toml. Raises Misconfigured: one line, what and where."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Misconfigured(
            f"{path} がありません。kairan init で作れます。/ {path} not found; kairan init makes one."
        ) from None
    except OSError as error:
        raise Misconfigured(f"{path}: 読めません / cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path}: {error}") from None
    try:
        file = _File.model_validate(found)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise Misconfigured(f"{path}: [{'.'.join(map(str, first['loc']))}] {first['msg']}") from None
    folder = path.resolve().parent
    return Config(
        folder=folder,
        homeserver=file.homeserver,
        kairan=file.kairan,
        federation=file.federation,
        rooms=file.rooms,
        people=file.people,
        as_token=_token(folder / file.homeserver.registration),
        deploy=file.deploy,
    )


def _token(path: Path) -> str:
    try:
        registration: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, RecursionError, yaml.YAMLError):
        raise Misconfigured(
            f"{path} を読めません。kairan init で作れます。/ cannot read {path}; kairan init makes it."
        ) from None
    token = registration.get("as_token") if isinstance(registration, dict) else None
    if not isinstance(token, str) or not token:
        raise Misconfigured(f"{path}: as_token がありません。/ has no as_token.")
    return token
