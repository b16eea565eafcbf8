"""What the door needs of kairan.toml. No token, no database: the door may stand on a machine of its own."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from bridge.config import Config, DoorSection, FederationSection
from bridge.errors import Misconfigured
from bridge.federation.addresses import split
from bridge.federation.delegation import Target

_NONE = (
    "[federation.door] と [federation] allow_file が必要です。"
    " / [federation] allow_file and [federation.door] are needed."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorSettings:
    """`invites`, `face_note`: files that Kairan writes; `beyond`: where anything may go (push gateways)."""

    own: str
    allow_file: Path
    listen: Target
    outbound: Target
    homeserver: str
    metrics: Target | None = None
    certificate: tuple[Path, Path] | None = None
    delegate: str = ""
    authority: Path | None = None
    inside: bool = False
    beyond: frozenset[Target] = frozenset()
    targets: dict[str, frozenset[Target]] = field(default_factory=dict)
    invites: Path | None = None
    face: str = ""
    face_note: Path | None = None


class _Homeserver(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)
    server_name: str


class _File(BaseModel):
    """Only what the door looks at; the rest is Kairan's."""

    model_config = ConfigDict(hide_input_in_errors=True)
    homeserver: _Homeserver
    federation: FederationSection


def read_door(path: Path) -> DoorSettings:
    """From kairan.toml alone. Raises Misconfigured."""
    try:
        file = _File.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise Misconfigured(f"{path}: 読めません / cannot be read: {error.strerror}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise Misconfigured(f"{path}: [{'.'.join(map(str, first['loc']))}] {first['msg']}") from None
    except ValueError as error:
        raise Misconfigured(f"{path}: {error}") from None
    found = door_settings(path.resolve().parent, file.homeserver.server_name, file.federation)
    if found is None:
        raise Misconfigured(f"{path}: {_NONE}")
    return found


def door_of(config: Config) -> DoorSettings | None:
    """None where this Kairan has no door, or one that runs elsewhere."""
    if config.federation.door is None or not config.federation.door.together:
        return None
    found = door_settings(config.folder, config.homeserver.server_name, config.federation)
    if found is None:
        raise Misconfigured(_NONE)
    return found


def door_settings(folder: Path, own: str, federation: FederationSection) -> DoorSettings | None:
    """None where there is no door; Misconfigured where an address in it is none."""
    door = federation.door
    if door is None or not federation.allow_file:
        return None
    try:
        return _settings(folder, own, federation, door)
    except ValueError as error:
        raise Misconfigured(f"[federation.door]: {error} は「ホスト:ポート」ではありません。/ not host:port") from None


def _settings(folder: Path, own: str, federation: FederationSection, door: DoorSection) -> DoorSettings:
    return DoorSettings(
        own=own,
        allow_file=folder / federation.allow_file,
        listen=_place(door.listen),
        outbound=_place(door.outbound),
        homeserver=door.homeserver.rstrip("/"),
        metrics=_place(door.metrics) if door.metrics else None,
        certificate=(folder / door.certificate, folder / door.key) if door.certificate else None,
        delegate=door.delegate,
        authority=folder / federation.authority if federation.authority else None,
        inside=federation.private,
        beyond=frozenset(map(_place, door.beyond)),
        targets={server: frozenset(map(_place, places)) for server, places in door.targets.items()},
        invites=folder / door.invites if door.invites else None,
        face=door.face.rstrip("/"),
        face_note=folder / "listen",
    )


def _place(words: str) -> Target:
    host, port = split(words, port=0)
    return host.removeprefix("[").removesuffix("]"), port
