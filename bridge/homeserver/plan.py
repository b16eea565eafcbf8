"""What an operator wrote → everything that is rendered from it, as file names and texts; pure."""

import re
from importlib.resources import files

from bridge.config import Config
from bridge.errors import Misconfigured
from bridge.homeserver.around import caddyfile, element_json, nginx_conf, units, well_known
from bridge.homeserver.compose import compose_yaml
from bridge.homeserver.render import homeserver_yaml, log_config, registration
from bridge.homeserver.settings import Deployment, Settings
from bridge.homeserver.workers import worker_files

_DATABASES = {"compose": "host=postgres user=synapse dbname=synapse", "systemd": "user=synapse dbname=synapse"}
_REDIS = {"compose": "redis:6379", "systemd": "127.0.0.1:6379"}
_DATA = {"compose": "/data", "systemd": "/var/lib/matrix-synapse"}


def settings_of(config: Config, *, into: str, as_token: str, hs_token: str) -> Settings:
    """`into`: the folder that the files will lie in, as an absolute path on the machine."""
    deploy, section = config.deploy, config.homeserver
    _check(config, into)
    data = deploy.data or _DATA[deploy.place]
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


def deployment_of(config: Config) -> Deployment:
    deploy = config.deploy
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
        redis=deploy.redis or _REDIS[deploy.place],
        source=deploy.source,
        kairan_folder=str(config.folder),
    )


def everything(settings: Settings, deployment: Deployment) -> dict[str, str]:
    """Path below the folder → text. registration.yaml holds the two tokens; nothing else holds a secret."""
    found = {
        "homeserver.yaml": homeserver_yaml(settings),
        "log.config": log_config(),
        "registration.yaml": registration(settings),
        "Caddyfile": caddyfile(settings, deployment),
        "nginx.conf": nginx_conf(settings, deployment),
        "element.json": element_json(settings, deployment),
        "kairan_allow_list.py": files("bridge.homeserver").joinpath("kairan_allow_list.py").read_text("utf-8"),
        **worker_files(settings),
        **{f"public/{path}": text for path, text in well_known(deployment).items()},
    }
    if deployment.place == "compose":
        return found | {"docker-compose.yml": compose_yaml(settings, deployment)}
    return found | {f"systemd/{name}": text for name, text in units(settings, deployment).items()}
