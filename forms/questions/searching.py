"""Choosing among several that were found: a number means one of those that were listed last."""

import re
import unicodedata
from collections.abc import Sequence

from forms.text import Text, lines, same

MOST_LISTED = 20
_PICKED = re.compile(r"(?:no\.?\s*|#)?\(?([0-9]{1,3})\)?(?:番目?)?(?:です)?[。.]?")
_ENCLOSED = re.compile("[\ufe0f\u20e3]")


def picked(said: str, count: int) -> int | None:
    """The index (from 0) that a bare number from 1 to `count` means; None for anything else."""
    match = _PICKED.fullmatch(_ENCLOSED.sub("", unicodedata.normalize("NFKC", said[:40])).strip().lower())
    number = int(match[1]) if match else 0
    return number - 1 if 1 <= number <= count else None


def listed(labels: Sequence[Text]) -> Text:
    """What was found, with numbers."""
    return lines(*(same("{n}. {label}").fill(n=n, label=label) for n, label in enumerate(labels, 1)))
