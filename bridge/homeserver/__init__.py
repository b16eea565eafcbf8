"""What a municipality's homeserver and its Kairan are told: settings in, the text of their files out, nothing else."""

from bridge.homeserver.render import (
    compose_yaml,
    homeserver_lines,
    homeserver_yaml,
    kairan_toml,
    log_config,
    registration,
)
from bridge.homeserver.settings import Certificate, Settings, Training

__all__ = [
    "Certificate",
    "Settings",
    "Training",
    "compose_yaml",
    "homeserver_lines",
    "homeserver_yaml",
    "kairan_toml",
    "log_config",
    "registration",
]
