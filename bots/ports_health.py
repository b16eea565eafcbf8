"""What the federation bot needs to say how the other members do."""

from datetime import datetime
from typing import Protocol

from forms.text import Text


class Healths(Protocol):
    """Kairan looks at every member each few minutes."""

    def last(self) -> tuple[datetime, Text] | None:
        """When it was looked last, and what was seen, in words. Staff."""
