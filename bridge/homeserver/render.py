"""Settings → the text of each file, by the templates beside this module; pure, so that goldens can hold it still."""

import re
from dataclasses import replace
from pathlib import PurePath, PurePosixPath

from bridge.homeserver import workers
from bridge.homeserver.settings import ALLOW_FILE, INVITES, Certificate, Deployment, Settings, Training
from bridge.homeserver.text import quoted, rendered, template

CONNECTIONS = 10
"""To PostgreSQL, at most, from each of Synapse's processes."""
_PATIENT = {"max_long_retries": 1440, "max_long_retry_delay": "60s"}
_QUICK = {
    "max_long_retries": 600,
    "max_long_retry_delay": "1s",
    "destination_min_retry_interval": "1s",
    "destination_retry_multiplier": 1,
    "destination_max_retry_interval": "2s",
}


def registration(settings: Settings) -> str:
    """registration.yaml: the bot, its namespace and its tokens (Matrix application service API, v1.17)."""
    server = re.escape(settings.server_name)
    return rendered(
        "registration.yaml",
        as_token=settings.as_token,
        hs_token=settings.hs_token,
        user_regex=f"@{re.escape(settings.bot)}(_.*)?:{server}",
        alias_regex=f"#{re.escape(settings.bot)}_.*:{server}",
    )


def homeserver_yaml(settings: Settings) -> str:
    """homeserver.yaml: a whole Synapse configuration; with `settings.training`, one for a lab."""
    folder, config = PurePosixPath(settings.folder), PurePosixPath(settings.config_folder)
    common = rendered(
        "homeserver.yaml",
        raw={"certificate": _certificate(settings.certificate), "listeners": _listeners(settings)},
        server_name=settings.server_name,
        signing_key=str(folder / "signing.key"),
        media=str(folder / "media"),
        pid_file=str(folder / "homeserver.pid"),
        log_config=str(config / "log.config"),
        registration=str(config / "registration.yaml"),
        database=_database(settings.database),
        allow=_whitelist(settings),
        retries=_QUICK if settings.training else _PATIENT,
    )
    around = _deployment(settings, settings.deployment) if settings.deployment else ""
    around += f"federation_custom_ca_list: {quoted([settings.authority])}\n" if settings.authority else ""
    return common + around + (_training(settings.training) if settings.training else "")


def kairan_toml(settings: Settings) -> str:
    """kairan.toml: what Kairan itself reads."""
    return rendered(
        "kairan.toml",
        raw={
            "names": "".join(f"{quoted(server)} = {quoted(name)}\n" for server, name in settings.names),
            "allow_file": f"allow_file = {quoted(ALLOW_FILE)}\n" if settings.deployment or settings.kind else "",
            "introduction": _introduction(settings),
            "deploy": _deploy_lines(settings, settings.deployment) if settings.deployment else "",
        },
        url=settings.homeserver_url,
        server_name=settings.server_name,
        municipality=settings.municipality,
        bot=settings.bot,
        database=settings.kairan_database,
        timezone=settings.timezone,
        language=settings.language,
        listen=settings.listen,
        allow=list(settings.allow),
        staff=_alias(settings, "staff"),
        editors=_alias(settings, "editors"),
        stewards=_alias(settings, "stewards"),
        steward_people=list(settings.stewards),
    )


def log_config() -> str:
    """log.config: Synapse's logging, the same for everybody."""
    return template("log.config").template


def homeserver_lines(path: PurePath) -> str:
    """What an existing homeserver.yaml needs, when our registration.yaml lies at `path`."""
    return f"app_service_config_files:\n  - {quoted(str(path))}\n"


def _alias(settings: Settings, room: str) -> str:
    return f"#{settings.bot}_{room}:{settings.server_name}"


def _database(where: str) -> dict[str, object]:
    if "=" not in where:
        return {"name": "sqlite3", "args": {"database": where}}
    return {"name": "psycopg2", "args": {"dsn": where, "cp_min": 1, "cp_max": CONNECTIONS}}


def _listeners(settings: Settings) -> str:
    main = [
        _listener(settings, port=settings.client_port, names="client"),
        _federation(settings),
        *workers.listeners(settings),
    ]
    return "\n".join(f"  - {quoted(listener)}" for listener in main)


def _listener(settings: Settings, *, port: int, names: str, tls: bool = False) -> dict[str, object]:
    edge = {"x_forwarded": True} if settings.certificate is None else {"tls": tls}
    common = {"type": "http", "bind_addresses": [settings.bind_address], "resources": [{"names": [names]}]}
    return {"port": port, **common, **edge}


def _federation(settings: Settings) -> dict[str, object]:
    if settings.training is None or settings.training.door is None:
        return _listener(settings, port=settings.federation_port, names="federation", tls=True)
    behind = replace(settings, certificate=None)
    return _listener(behind, port=settings.training.door[0], names="federation")


def _whitelist(settings: Settings) -> list[str] | None:
    if settings.training is not None and not settings.training.module:
        return None  # the door alone decides
    return [settings.server_name, *settings.allow]


def _certificate(certificate: Certificate | None) -> str:
    if certificate is None:
        return ""
    return f"tls_certificate_path: {quoted(certificate.chain)}\ntls_private_key_path: {quoted(certificate.key)}\n"


def _training(training: Training) -> str:
    common = rendered("training.yaml", authority=training.authority, shared_secret=training.shared_secret)
    module = rendered("training-module.yaml", allow_file=training.allow_file) if training.module else ""
    proxy = f"https_proxy: http://127.0.0.1:{training.door[1]}\n" if training.door else ""
    return common + module + proxy


def _deployment(settings: Settings, deployment: Deployment) -> str:
    return rendered(
        "deployment.yaml",
        raw={"grown": workers.lines(settings)},
        shared_secret=str(PurePosixPath(settings.folder) / "registration.secret"),
        modules=[_module(deployment)],
        base=_base(settings, deployment),
        retention=_retention(deployment.message_days),
        media_retention={"remote_media_lifetime": f"{deployment.media_days}d"} if deployment.media_days else {},
    )


def _module(deployment: Deployment) -> dict[str, object]:
    folder = "/kairan-data" if deployment.place == "compose" else deployment.kairan_folder
    return {"module": "kairan_allow_list.LiveAllowList", "config": {"path": f"{folder}/{ALLOW_FILE}"}}


def _base(settings: Settings, deployment: Deployment) -> str:
    if deployment.place == "here":
        return f"http://127.0.0.1:{settings.client_port}/"
    return f"https://{deployment.host}/"


def _introduction(settings: Settings) -> str:
    said = {"code": settings.code, "english": settings.english, "kind": settings.kind, "contact": settings.contact}
    practice = settings.deployment is not None and settings.deployment.place == "here"
    return (
        (_INTRODUCTION if any(said.values()) else "")
        + "".join(f"{key} = {quoted(value)}\n" for key, value in said.items() if any(said.values()))
        + (_PRACTICE if practice else "")
    )


def _door_lines(settings: Settings, deployment: Deployment) -> str:
    contained, here = deployment.place == "compose", deployment.place == "here"
    inside = "0.0.0.0" if contained else "127.0.0.1"  # noqa: S104 - in its container
    homeserver = "synapse" if contained else "127.0.0.1"
    return (
        f"{_DOOR}"
        f"listen = {quoted(f'{inside}:{deployment.door_in}')}\n"
        f"outbound = {quoted(f'{inside}:{deployment.door_out}')}\n"
        f"homeserver = {quoted(f'http://{homeserver}:{settings.federation_port}')}\n"
        f"{_CERTIFICATE if here else ''}{_BEYOND}"
        f"together = {quoted(deployment.together)}\n"
        f"# Whose invitations people want (`!who`): Kairan writes it, the door asks it.\n"
        f"invites = {quoted(INVITES)}\n"
    )


def _retention(days: int) -> dict[str, object]:
    if not days:
        return {"enabled": False}
    policy = {"min_lifetime": "1d", "max_lifetime": f"{days}d"}
    return {"enabled": True, "default_policy": policy, "purge_jobs": [{"interval": "1d"}]}


def _deploy_lines(settings: Settings, deployment: Deployment) -> str:
    values: dict[str, object] = {
        "shape": deployment.shape,
        "place": deployment.place,
        "host": deployment.host,
        "web": deployment.web,
        "email": deployment.email,
        "message_days": deployment.message_days,
        "media_days": deployment.media_days,
    }
    if deployment.postgres:
        values["postgres"] = deployment.postgres
    if deployment.place == "here":
        ports = {"client_port": settings.client_port, "federation_port": settings.federation_port}
        values |= {"source": deployment.source, **ports}
    lines = "".join(f"{key} = {quoted(value)}\n" for key, value in values.items())
    return _DEPLOY + lines + (_door_lines(settings, deployment) if deployment.door else "")


_DEPLOY = """
[deploy]
# What `kairan homeserver render` makes of this file. trial | town | city; compose | systemd; where people reach it.
# More: workers, door, postgres, redis, data, source, client_port, federation_port (docs/operate.md).
"""
_INTRODUCTION = """\
# How other municipalities see us: 全国地方公共団体コード, the name in English, municipality | prefecture | partner, and
# whom to ask (read by all members). `population = 256000` is optional: results of inquiries are split by size with it.
"""
_PRACTICE = """\
# Practice on one machine: addresses inside are called, and this authority's certificates are believed, alone.
private = true
authority = "../ca.pem"
"""
_DOOR = """
[federation.door]
# `kairan federation door`: where it is asked from outside, where the homeserver asks it, where that is.
"""
_CERTIFICATE = """\
certificate = "tls.pem"
key = "tls.key"
"""
_BEYOND = """\
# Where else the homeserver may go, host:port: notifications to telephones, single sign-on.
beyond = []
# true: no process of its own, `kairan run` carries it.
"""
