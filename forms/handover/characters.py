"""What CP932, the Shift_JIS of Windows, can hold of a text; what it cannot is replaced, and named."""

import unicodedata
from dataclasses import dataclass

from forms.reading.words import nfc

GETA = "〓"
"""Stands where a character is missing, as printers have always set it."""

# The same character to a reader, with another number in Unicode: CP932 has one of the two.
_SAME = str.maketrans(
    {
        "〜": "～",  # wave dash
        "−": "－",  # minus
        "‖": "∥",
        "—": "―",
        "¢": "￠",
        "£": "￡",
        "¬": "￢",
        "¦": "￤",
        "¥": "￥",
        "‾": "￣",
        "\u00a0": " ",
    }
)


@dataclass(frozen=True, slots=True)
class Lost:
    """A character that CP932 does not have: what it was, and what stands for it (nothing, for a mark on the former)."""

    character: str
    instead: str

    @property
    def code(self) -> str:
        return f"U+{ord(self.character):04X}"


def to_cp932(words: str) -> tuple[str, tuple[Lost, ...]]:
    """`words` with nothing in it that CP932 cannot hold, and what was replaced, in order."""
    words = nfc(words).translate(_SAME)
    if _holds(words):
        return words, ()
    lost: list[Lost] = []
    kept = [char if _holds(char) else _instead(char, lost) for char in words]
    return "".join(kept), tuple(lost)


def _instead(char: str, lost: list[Lost]) -> str:
    """〓; nothing for what only changes the look of the character before: variation selectors, joiners, tones."""
    mark = unicodedata.category(char) in ("Mn", "Me", "Cf") or "\U0001f3fb" <= char <= "\U0001f3ff"
    lost.append(Lost(char, "" if mark else GETA))
    return lost[-1].instead


def _holds(words: str) -> bool:
    """Whether it is the same again when it comes back."""
    try:
        return words.encode("cp932").decode("cp932") == words
    except UnicodeError:
        return False
