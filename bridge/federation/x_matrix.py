"""Who says that they send a federation request: the X-Matrix header, read so that nobody could read it otherwise.

The homeserver checks the signature; the door only asks for the name. Anything that the two could understand
differently (a name given twice, a second header with another name, an escaped letter) is refused.
Source: Matrix server-server API, §"Request authentication".
"""

import re
from collections.abc import Sequence

from bridge.federation.delegation import is_server

_SCHEME = re.compile(r"X-Matrix +(.+)", re.IGNORECASE)
_PARAMETER = re.compile(r'[ \t]*([A-Za-z_]{1,32})=(?:"([^"\\,]*)"|([^"\\, \t=]*))[ \t]*')
LONGEST = 2048


def origin(headers: Sequence[str]) -> str | None:
    """The one server name that all `Authorization` headers say; None where they do not say one clearly."""
    names = {_origin(header) for header in headers}
    return names.pop() if len(names) == 1 else None


def _origin(header: str) -> str | None:
    scheme = _SCHEME.fullmatch(header) if len(header) <= LONGEST else None
    if scheme is None:
        return None
    read: dict[str, str] = {}
    for part in scheme[1].split(","):
        found = _PARAMETER.fullmatch(part)
        if found is None or found[1].lower() in read:
            return None
        read[found[1].lower()] = found[2] if found[2] is not None else found[3]
    name = read.get("origin")
    return name if is_server(name) else None
