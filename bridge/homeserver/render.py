"""Settings → the text of each file, by the templates beside this module; pure, so that goldens can hold it still.

Every value goes in as a JSON string or list, which is also valid YAML and TOML: no name can break out of its place.
"""

import json
import re
from dataclasses import replace
from importlib.resources import files
from pathlib import PurePath, PurePosixPath
from string import Template

from bridge.homeserver.settings import Certificate, Settings, Training

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
    return _render(
        "registration.yaml",
        as_token=settings.as_token,
        hs_token=settings.hs_token,
        user_regex=f"@{re.escape(settings.bot)}(_.*)?:{server}",
        alias_regex=f"#{re.escape(settings.bot)}_.*:{server}",
    )


def homeserver_yaml(settings: Settings) -> str:
    """homeserver.yaml: a whole Synapse configuration; with `settings.training`, one for a lab."""
    folder, config = PurePosixPath(settings.folder), PurePosixPath(settings.config_folder)
    common = _render(
        "homeserver.yaml",
        raw={"certificate": _certificate(settings.certificate)},
        server_name=settings.server_name,
        signing_key=str(folder / "signing.key"),
        media=str(folder / "media"),
        pid_file=str(folder / "homeserver.pid"),
        log_config=str(config / "log.config"),
        registration=str(config / "registration.yaml"),
        database=_database(settings.database),
        client=_listener(settings, port=settings.client_port, names="client"),
        federation=_federation(settings),
        allow=_whitelist(settings),
        retries=_QUICK if settings.training else _PATIENT,
    )
    return common + (_training(settings.training) if settings.training else "")


def kairan_toml(settings: Settings) -> str:
    """kairan.toml: what Kairan itself reads."""
    return _render(
        "kairan.toml",
        raw={"names": "".join(f"{_quoted(server)} = {_quoted(name)}\n" for server, name in settings.names)},
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
    return _template("log.config").template


def compose_yaml(settings: Settings) -> str:
    """docker-compose.yml: homeserver, database and Kairan; holds no secret."""
    raw = {"client_port": str(settings.client_port), "federation_port": str(settings.federation_port)}
    return _render("docker-compose.yml", raw={**raw, "listen": settings.listen})


def homeserver_lines(path: PurePath) -> str:
    """What an existing homeserver.yaml needs, when our registration.yaml lies at `path`."""
    return f"app_service_config_files:\n  - {_quoted(str(path))}\n"


def _alias(settings: Settings, room: str) -> str:
    return f"#{settings.bot}_{room}:{settings.server_name}"


def _database(where: str) -> dict[str, object]:
    if "=" not in where:
        return {"name": "sqlite3", "args": {"database": where}}
    return {"name": "psycopg2", "args": {"dsn": where, "cp_min": 1, "cp_max": 10}}


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
    return f"tls_certificate_path: {_quoted(certificate.chain)}\ntls_private_key_path: {_quoted(certificate.key)}\n"


def _training(training: Training) -> str:
    common = _render("training.yaml", authority=training.authority, shared_secret=training.shared_secret)
    module = _render("training-module.yaml", allow_file=training.allow_file) if training.module else ""
    proxy = f"https_proxy: http://127.0.0.1:{training.door[1]}\n" if training.door else ""
    return common + module + proxy


def _render(name: str, raw: dict[str, str] | None = None, **values: object) -> str:
    """`raw` values are ours and go in as they are; all others are quoted."""
    return _template(name).substitute({key: _quoted(value) for key, value in values.items()} | (raw or {}))


def _template(name: str) -> Template:
    return Template(files("bridge.homeserver").joinpath("templates", name).read_text("utf-8"))


def _quoted(value: object) -> str:
    """JSON leaves DEL as it is; TOML does not take it bare."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
