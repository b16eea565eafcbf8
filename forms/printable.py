"""People's words made fit for a line of ours: no control or direction characters, wrapped by their width."""

import unicodedata
from collections.abc import Callable

Measure = Callable[[str], float]
"""One character → its width in half-width cells."""

_UNSEEN = {
    "Cc",
    "Cf",
    "Cs",
    "Cn",
    "Zl",
    "Zp",
}  # control, format (RTL overrides, zero width), halves, unassigned, breaks


def line(words: str) -> str:
    """`words` on one line, single-spaced, without characters that show nothing or turn the direction of others."""
    seen = (c if unicodedata.category(c) not in _UNSEEN else " " if c.isspace() else "" for c in words)
    return " ".join("".join(seen).split())


def cells(char: str) -> float:
    """As in a fixed-width font: 2 for kanji, kana and full-width forms, 0 for marks on the letter before, else 1."""
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WFA" else 1


def width(words: str, *, measure: Measure = cells) -> float:
    """The width of one line, in half-width cells."""
    return sum(map(measure, words))


def wrap(words: str, space: float, *, lines: int, measure: Measure = cells) -> list[str]:
    """At most `lines` lines of at most `space` (≥ 4) half-width cells; what does not fit is cut with …."""
    words = line(words)
    wrapped: list[str] = []
    while words and len(wrapped) < lines:
        piece = _piece(words, space, measure=measure)
        wrapped.append(piece.rstrip())
        words = words[len(piece) :].lstrip()
    if words:
        wrapped[-1] = _fitted(wrapped[-1], space - 2, measure=measure).rstrip("、。・（(「 ") + "…"
    return wrapped or [""]


def cut(words: str, space: int) -> str:
    """`words` on one line of at most `space` half-width cells, cut with …."""
    return wrap(words, space, lines=1)[0]


def _piece(words: str, space: float, *, measure: Measure) -> str:
    """As much as fits; between words where there are spaces."""
    piece = _fitted(words, space, measure=measure)
    if len(piece) == len(words) or not piece.isascii() or words[len(piece)] == " ":
        return piece
    gap = piece.rfind(" ")
    return piece[: gap + 1] if gap > len(piece) // 3 else piece


def _fitted(words: str, space: float, *, measure: Measure) -> str:
    for index, char in enumerate(words):
        space -= measure(char)
        if space < 0:
            return words[:index]
    return words
