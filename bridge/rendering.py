"""`kairan homeserver render`: everything a municipality's homeserver needs, written from one kairan.toml.

Run again after each change: what is rendered is written anew, what is secret is made once and then left alone.
"""

import argparse
import os
from contextlib import suppress
from pathlib import Path

import yaml

from bridge import clock
from bridge.config import Config, read_config
from bridge.errors import Misconfigured
from bridge.homeserver import deployment_of, everything, settings_of

_SECRET = frozenset({"registration.yaml", ".env"})
_PROGRAMS = frozenset({"start"})


def add_commands(parser: argparse.ArgumentParser) -> None:
    """The arguments of `kairan homeserver …`."""
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    render = commands.add_parser("render", help="設定一式を作る / write everything a homeserver needs")
    render.add_argument("--config", type=Path, default=Path("kairan.toml"), metavar="FILE")
    render.add_argument("--into", type=Path, default=Path(), metavar="FOLDER", help="ここに書く / write here")
    render.add_argument("--dry-run", action="store_true", help="何が変わるかだけ示す / say what would change")
    render.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the files and say which are new and which were changed."""
    config = read_config(arguments.config)
    into = arguments.into.resolve()
    files = rendered(config, into)
    changes = {name: _change(into / name, text) for name, text in files.items()}
    if not arguments.dry_run:
        _write(config, into, files)
    for name, change in changes.items():
        print(f"{change} {into / name}")  # noqa: T201 - the command's output
    if not arguments.dry_run:
        print(_NEXT[config.deploy.place].format(into=into))  # noqa: T201
    return 0


def rendered(config: Config, into: Path) -> dict[str, str]:
    """Path below `into` → text."""
    as_token, hs_token = _tokens(config.folder / config.homeserver.registration)
    settings = settings_of(config, into=str(into), as_token=as_token, hs_token=hs_token)
    return everything(settings, deployment_of(config))


def _tokens(path: Path) -> tuple[str, str]:
    registration = yaml.safe_load(path.read_text("utf-8"))
    hs_token = registration.get("hs_token")
    if not isinstance(hs_token, str) or not hs_token:
        raise Misconfigured(f"{path}: hs_token がありません。/ has no hs_token.")
    return str(registration["as_token"]), hs_token


def _change(path: Path, text: str) -> str:
    if not path.exists():
        return "新規 / new:      "
    return "同じ / same:     " if path.read_text("utf-8") == text else "変更 / changed:  "


def _write(config: Config, into: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (into / name).parent.mkdir(parents=True, exist_ok=True)
        _put(into / name, text, mode=0o600 if name in _SECRET else 0o755 if name in _PROGRAMS else 0o644)
    if config.deploy.place != "compose":
        return
    if not (into / ".env").exists():
        _put(into / ".env", _environment(config), mode=0o600)
    owner = config.folder.stat()
    with suppress(PermissionError):  # the containers run as who owns Kairan's folder, and read this
        os.chown(into / "registration.yaml", owner.st_uid, owner.st_gid)


def _put(path: Path, text: str, *, mode: int) -> None:
    """Whole or not at all; a secret is never readable by others, not for a moment."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        file.write(text)
    if path.exists():  # a group that was let in to read it stays let in
        was = path.stat()
        with suppress(PermissionError):
            os.chown(new, was.st_uid, was.st_gid)
        new.chmod(was.st_mode & 0o777)
    new.replace(path)


def _environment(config: Config) -> str:
    """What the compose file asks for. The password is made here, once."""
    owner = config.folder.stat()
    values = {
        "KAIRAN_POSTGRES_PASSWORD": clock.secret(),
        "KAIRAN_UID": owner.st_uid,
        "KAIRAN_GID": owner.st_gid,
        "KAIRAN_FOLDER": config.folder,
    }
    return "".join(f"{name}={value}\n" for name, value in values.items())


_NEXT = {
    "compose": "次に / then:  cd {into} && docker compose up --detach  →  kairan doctor",
    "systemd": (
        "次に、systemd/ を /etc/systemd/system へ、nginx.conf か Caddyfile をリバースプロキシへ。最後に doctor\n"
        "Then systemd/ to /etc/systemd/system, nginx.conf or Caddyfile to the reverse proxy; then kairan doctor"
    ),
    "here": "次に / then:  {into}/start  →  kairan doctor",
}
