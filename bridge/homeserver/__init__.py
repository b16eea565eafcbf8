"""What a municipality's homeserver and its Kairan are told: settings in, the text of their files out, nothing else."""

from bridge.homeserver.plan import deployment_of, everything, settings_of
from bridge.homeserver.render import homeserver_lines, homeserver_yaml, kairan_toml, log_config, registration
from bridge.homeserver.settings import Certificate, Deployment, Settings, Training

__all__ = [
    "Certificate",
    "Deployment",
    "Settings",
    "Training",
    "deployment_of",
    "everything",
    "homeserver_lines",
    "homeserver_yaml",
    "kairan_toml",
    "log_config",
    "registration",
    "settings_of",
]
