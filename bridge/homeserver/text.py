"""Templates filled in: every value as a JSON string or list, which is valid YAML and TOML too; no name breaks out."""

import json
from importlib.resources import files
from string import Template


def rendered(name: str, /, raw: dict[str, str] | None = None, **values: object) -> str:
    """`raw` values are ours, or were checked to hold no sign of the file's grammar; all others are quoted."""
    return template(name).substitute({key: quoted(value) for key, value in values.items()} | (raw or {}))


def template(name: str) -> Template:
    return Template(files("bridge.homeserver").joinpath("templates", name).read_text("utf-8"))


def quoted(value: object) -> str:
    """JSON leaves DEL as it is; TOML does not take it bare."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
