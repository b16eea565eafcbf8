"""What an operator wrote → everything that is rendered from it, as file names and texts; pure."""

import re
from importlib.resources import files
from pathlib import PurePosixPath

from bridge.config import Config
from bridge.errors import Misconfigured
from bridge.homeserver.around import caddyfile, element_json, nginx_conf, start, units, well_known
from bridge.homeserver.compose import compose_yaml
from bridge.homeserver.render import homeserver_yaml, log_config, registration
from bridge.homeserver.settings import DOOR_IN, DOOR_OUT, Deployment, Settings
from bridge.homeserver.workers import worker_files

_LOCAL = "user=synapse dbname=synapse"
_DATABASES = {"compose": f"host=postgres {_LOCAL}", "systemd": "dbname=synapse", "here": "dbname=synapse"}
_REDIS = {"compose": "redis:6379"}
_DATA = {"compose": "/data", "systemd": "/var/lib/matrix-synapse"}


def settings_of(config: Config, *, into: str, as_token: str, hs_token: str) -> Settings:
    """`into`: the folder that the files will lie in, as an absolute path on the machine."""
    deploy, section = config.deploy, config.homeserver
    _check(config, into)
    if (deploy.shape, deploy.place) == ("city", "here"):
        raise Misconfigured("[deploy] city は here では動きません / a city needs a reverse proxy: compose or systemd")
    data = deploy.data or _DATA.get(deploy.place) or f"{config.folder}/synapse"
    postgres = deploy.postgres or _DATABASES[deploy.place]
    return Settings(
        server_name=section.server_name,
        municipality=config.kairan.municipality,
        as_token=as_token,
        hs_token=hs_token,
        folder=data,
        config_folder="/config" if deploy.place == "compose" else into,
        database=f"{data}/homeserver.db" if deploy.shape == "trial" else postgres,
        bind_address="0.0.0.0" if deploy.place == "compose" else "127.0.0.1",  # noqa: S104 - in its container
        client_port=deploy.client_port,
        federation_port=deploy.federation_port,
        allow=config.federation.allow,
        authority=_authority(config),
        bot=config.kairan.bot,
        listen=config.kairan.listen,
        homeserver_url=section.url,
        deployment=deployment_of(config),
    )


def _check(config: Config, into: str) -> None:
    """What goes into the grammars of nginx, Caddy and systemd is a name and nothing more. Raises Misconfigured."""
    for what, pattern, value in (
        ("[homeserver] server_name", r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:\d{1,5})?", config.homeserver.server_name),
        ("[kairan] listen", r"[A-Za-z0-9.:\[\]-]+:\d{1,5}", config.kairan.listen),
        ("kairan.toml", r"[^\s\"'\\{};$%#]+", str(config.folder)),
        ("--into", r"[^\s\"'\\{};$%#]+", into),
    ):
        if not re.fullmatch(pattern, value):
            raise Misconfigured(f"{what}: {value!a} は使えない文字を含みます / holds characters that cannot be used")


def _authority(config: Config) -> str:
    """As the homeserver sees the file; in its container, Kairan's folder is mounted."""
    named = config.federation.authority
    folder = "/kairan-data" if config.deploy.place == "compose" else str(config.folder)
    return str(PurePosixPath(folder) / named) if named else ""


def deployment_of(config: Config) -> Deployment:
    deploy, door = config.deploy, config.federation.door
    return Deployment(
        shape=deploy.shape,
        place=deploy.place,
        host=deploy.host or config.homeserver.server_name.partition(":")[0],
        web=deploy.web,
        email=deploy.email,
        message_days=deploy.message_days,
        media_days=deploy.media_days,
        workers=deploy.workers,
        door=deploy.door,
        redis=deploy.redis or _REDIS.get(deploy.place, "127.0.0.1:6379"),
        source=deploy.source,
        kairan_folder=str(config.folder),
        together=door is not None and door.together,
        door_in=_port(door.listen) if door else DOOR_IN,
        door_out=_port(door.outbound) if door else DOOR_OUT,
    )


def _port(place: str) -> int:
    host, colon, port = place.rpartition(":")
    if not host or not colon or not port.isdecimal():
        raise Misconfigured(f"[federation.door]: {place!a} は「ホスト:ポート」ではありません。/ not host:port")
    return int(port)


def everything(settings: Settings, deployment: Deployment) -> dict[str, str]:
    """Path below the folder → text. registration.yaml holds the two tokens; nothing else holds a secret."""
    found = {
        "homeserver.yaml": homeserver_yaml(settings),
        "log.config": log_config(),
        "registration.yaml": registration(settings),
        "kairan_allow_list.py": files("bridge.homeserver").joinpath("kairan_allow_list.py").read_text("utf-8"),
    }
    if deployment.place == "here":
        return found | {"start": start(settings, deployment)}
    found |= {
        "Caddyfile": caddyfile(settings, deployment),
        "nginx.conf": nginx_conf(settings, deployment),
        "element.json": element_json(settings, deployment),
        **worker_files(settings),
        **{f"public/{path}": text for path, text in well_known(deployment).items()},
    }
    if deployment.place == "compose":
        return found | {"docker-compose.yml": compose_yaml(settings, deployment)}
    return found | {f"systemd/{name}": text for name, text in units(settings, deployment).items()}
