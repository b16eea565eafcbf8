"""What a probe found: one thing that must be right, whether it is, and what to do where it is not."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from bridge.config import Config
from forms.text import Text

NOTHING = Text(ja="", en="")


@dataclass(frozen=True, slots=True)
class Finding:
    """`probe` is its name for scripts; it never changes. `remedy` says what to do, where it is not well."""

    probe: str
    well: bool
    what: Text
    remedy: Text = NOTHING

    def line(self) -> str:
        """As people read it."""
        mark, remedy = ("✓", "") if self.well else ("✗", f" → {self.remedy.ja} / {self.remedy.en}")
        return f"{mark} {self.what.ja} / {self.what.en}{remedy}"

    def as_json(self) -> dict[str, Any]:
        remedy = None if self.well else {"ja": self.remedy.ja, "en": self.remedy.en}
        return {
            "probe": self.probe,
            "well": self.well,
            "what": {"ja": self.what.ja, "en": self.what.en},
            "remedy": remedy,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the operator told the doctor beside kairan.toml.

    Attributes:
        homeserver_yaml: The homeserver's own settings, parsed; {} where they cannot be had.
        connect_to: (address, port) to ask instead of what DNS says, as before a move; None for DNS.
        authority: A file with certificates of authorities to trust; "" for the machine's own.
    """

    config: Config
    homeserver_yaml: dict[str, Any]
    connect_to: tuple[str, int] | None = None
    authority: str = ""


Probe = Callable[[Asked], AsyncIterator[Finding]]
"""Yields what it finds. May raise Unreachable: then the homeserver does not answer, and the next group is tried."""
