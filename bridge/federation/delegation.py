"""Where another homeserver listens, as it says itself (/.well-known/matrix/server; Matrix server-server API, §2.1)."""

import re

from bridge.errors import Unreachable
from bridge.federation.addresses import split
from bridge.federation.stranger import REDIRECTS, Stranger

PORT = 8448
_SERVER = re.compile(
    r"(?=.{1,230}\Z)(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?"
)
Target = tuple[str, int]


def is_server(name: object) -> bool:
    """Whether it is a server name by the grammar of the specification."""
    return isinstance(name, str) and _SERVER.fullmatch(name) is not None


def is_settled(server: str) -> bool:
    """Whether the name itself says where it listens: with a port, or as a bare address."""
    host, _, port = server.rpartition(":")
    return server.startswith("[") or (bool(host) and port.isdigit()) or server.replace(".", "").isdigit()


async def delegated(web: Stranger, server: str) -> Target | None:
    """Host and port that it delegates to; None where it delegates to nobody, or to something that is no name."""
    if is_settled(server):
        return None
    try:
        said, _ = await web.json(f"https://{server}/.well-known/matrix/server", redirects=REDIRECTS)
    except Unreachable:
        return None
    name = said.get("m.server")
    if not is_server(name):
        return None
    try:
        return split(str(name), port=PORT)
    except ValueError:
        return None


def plain(server: str) -> Target:
    """Where it listens where it delegates to nobody. Raises ValueError."""
    return split(server, port=PORT)
