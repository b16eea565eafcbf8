"""What charts are made of, as SVG: letters, bars with patterns beside colour, rules, one sheet around them."""

import re
from dataclasses import dataclass
from xml.sax.saxutils import escape

from forms.printable import cells, line, width, wrap

WIDTH = 720  # units: a phone's width, so that nothing is shrunk there
MARGIN = 28
INNER = WIDTH - 2 * MARGIN
TITLE, HEAD, BODY = 30, 22, 18  # sizes of type, in units
SOFT = "#52606d"

_LABELS_END, _BAR_LEFT, _BAR_WIDTH, _BAR_HEIGHT = 236, 248, 272, 22
_NUMBERS_LEFT = _BAR_LEFT + _BAR_WIDTH + 12
_LABEL_SPACE, _NUMBER_SPACE = ((_LABELS_END - MARGIN) * 2 / BODY, (WIDTH - _NUMBERS_LEFT - 8) * 2 / BODY)
_LINE, _ROW_GAP = 23, 15
_STACK, _COLUMN, _SMALL = 34, 120, 16
_INK, _RULE, _TRACK = "#1b2733", "#d3dae2", "#e9edf2"
_NARROW, _BROAD = frozenset(" !'(),.:;I[]`fijlrt{|}"), frozenset("%&@CDGHMNOQUWmw")
_WHITE = 'stroke="#fff" stroke-width="2.2"'
_OPTIONS = (
    ("#0b5fa5", ""),
    ("#b4540a", f'<path d="M-2 2l4-4M0 10L10 0M8 12l4-4" {_WHITE}/>'),
    ("#1b7a4b", '<circle cx="5" cy="5" r="2.1" fill="#fff"/>'),
    ("#7a3e9d", f'<path d="M5 0V10" {_WHITE}/>'),
    ("#a3174f", f'<path d="M-2 8l4 4M0 0l10 10M8-2l4 4" {_WHITE}/>'),
    ("#4a5561", f'<path d="M0 5H10" {_WHITE}/>'),
)
_STEPS = 11  # of a scale at most: from pale to deep, every other one dotted, so that neighbours differ without colour
_PALE, _DEEP = (0xC9, 0xDF, 0xF2), (0x0A, 0x3A, 0x6B)


def _step(n: int, *, dotted: bool) -> tuple[str, str]:
    mixed = [round(pale + (deep - pale) * n / (_STEPS - 1)) for pale, deep in zip(_PALE, _DEEP, strict=True)]
    dot = "#fff" if n >= _STEPS // 3 else "#27506f"
    mark = f'<circle cx="5" cy="5" r="1.5" fill="{dot}"/>' if dotted else ""
    return "#" + "".join(f"{part:02x}" for part in mixed), mark


_FILLS = (*_OPTIONS, *(_step(n, dotted=dotted) for n in range(_STEPS) for dotted in (False, True)))


def ladder(points: int) -> list[int]:
    """The fills of a scale of so many points, from pale to deep."""
    last = max(points - 1, 1)
    return [len(_OPTIONS) + 2 * (min(n, last) * (_STEPS - 1) // last) + n % 2 for n in range(points)]


@dataclass(frozen=True, slots=True)
class Piece:
    """Marks drawn downwards from 0, in a space `height` units high."""

    svg: str
    height: int


@dataclass(frozen=True, slots=True)
class BarRow:
    """`share` (0 to 1) is the bar's length, `number` what is printed beside it, `fill` which of the patterns."""

    label: str
    share: float
    number: str
    fill: int = 0


def sheet(pieces: list[Piece]) -> tuple[str, int]:
    """The whole picture, the pieces below one another, and its height."""
    marks, top = [], MARGIN
    for piece in pieces:
        marks.append(f'<g transform="translate(0 {top})">{piece.svg}</g>')
        top += piece.height
    height = top + MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        f'font-family="IPAexGothic" font-size="{BODY}" fill="{_INK}">\n<defs>{_patterns()}</defs>\n'
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>\n' + "\n".join(marks) + "\n</svg>\n",
        height,
    )


def paragraph(words: str, *, size: int = BODY, lines: int = 2, fill: str = _INK, after: int = 6) -> Piece:
    """Words over the whole width, cut with … after so many lines, `after` units of space below."""
    step = size * 4 // 3
    wrapped = wrap(words, INNER * 2 / size, lines=lines, measure=_measure)
    marks = [_letters(each, MARGIN, size + n * step, size=size, fill=fill) for n, each in enumerate(wrapped)]
    return Piece("".join(marks), step * len(wrapped) + after)


def headline(words: str, figure: str) -> Piece:
    """Words at the left and, large, one figure at the right."""
    marks = _letters(words, MARGIN, TITLE, size=HEAD, fill=_INK)
    return Piece(marks + _letters(figure, WIDTH - MARGIN, TITLE, size=TITLE, fill=_FILLS[0][0], end=True), TITLE + 22)


def rule() -> Piece:
    """A thin line between two parts."""
    return Piece(f'<path d="M{MARGIN} 12H{WIDTH - MARGIN}" stroke="{_RULE}" stroke-width="1.5"/>', 26)


def bars(rows: list[BarRow]) -> list[Piece]:
    """A row each: the label, a bar on its track, the number."""
    return [_bar(row) for row in rows]


def stacked(label: str, shares: list[tuple[float, int, str]]) -> Piece:
    """One bar over the whole width, shared out: (share, fill, what is printed in it where there is room) each."""
    head = wrap(label, INNER * 2 / BODY, lines=1, measure=_measure) if label else []
    top, left, marks = (_LINE + 4) * len(head), float(MARGIN), []
    marks += [_letters(each, MARGIN, BODY, size=BODY, fill=_INK) for each in head]
    for share, fill, words in shares:
        wide = share * INNER
        if wide > 0:
            edge = f'url(#fill{fill})" stroke="#fff'
            box = f'x="{left:.1f}" y="{top}" width="{wide:.1f}" height="{_STACK}"'
            marks.append(f'<rect {box} fill="{edge}" stroke-width="1.5"/>')
            marks.append(_within(words, left + wide / 2, top, room=wide))
        left += wide
    return Piece("".join(marks), top + _STACK + 12)


def _within(words: str, middle: float, top: int, *, room: float) -> str:
    """Words on a light plate, legible on every pattern; nothing where they do not fit."""
    wide = width(words, measure=_measure) * BODY / 2 + 10
    if wide + 4 > room:
        return ""
    left, base = middle - wide / 2, top + _STACK / 2
    plate = f'<rect x="{left:.1f}" y="{base - 12:g}" width="{wide:.1f}" height="24" rx="4" fill="#fff" opacity=".92"/>'
    return plate + _letters(words, left + 5, base + 6, size=BODY, fill=_INK)


def columns(rows: list[tuple[str, float, str]]) -> Piece:
    """Upright bars side by side: (what is below, share of the full height, what is above) each."""
    wide, marks = INNER / len(rows), []
    for n, (label, share, number) in enumerate(rows):
        middle, high = MARGIN + (n + 0.5) * wide, round(min(max(share, 0.0), 1.0) * _COLUMN, 1)
        bar = min(wide * 0.62, 60)
        box = f'x="{middle - bar / 2:.1f}" y="{_COLUMN - high + _LINE:g}" width="{bar:.1f}" height="{high:g}" rx="3"'
        marks.append(f'<rect {box} fill="url(#fill0)" stroke="{_FILLS[0][0]}"/>')
        marks.append(_centred(number, middle, _COLUMN - high + _LINE - 5))
        marks.append(_centred(label, middle, _COLUMN + 2 * _LINE - 3))
    base = f'<path d="M{MARGIN} {_COLUMN + _LINE}H{WIDTH - MARGIN}" stroke="{_INK}" stroke-width="1.5"/>'
    return Piece("".join(marks) + base, _COLUMN + 2 * _LINE + 12)


def _centred(words: str, middle: float, y: float) -> str:
    left = middle - width(words, measure=_measure) * _SMALL / 4
    return _letters(words, left, y, size=_SMALL, fill=_INK)


def _bar(row: BarRow) -> Piece:
    label, number = wrap(row.label, _LABEL_SPACE, lines=2, measure=_measure), _numbers(row.number)
    height = _LINE * max(len(label), len(number))
    marks = _column(label, _LABELS_END, height, end=True) + _column(number, _NUMBERS_LEFT, height)
    return Piece(marks + _box(_BAR_WIDTH, height / 2, fill=_TRACK) + _filled(row, height / 2), height + _ROW_GAP)


def _column(words: list[str], x: float, height: int, *, end: bool = False) -> str:
    """Lines of words, in the middle of a row."""
    top = (height - _LINE * len(words)) / 2 + _LINE - 5
    return "".join(_letters(each, x, top + n * _LINE, size=BODY, fill=_INK, end=end) for n, each in enumerate(words))


def _numbers(number: str) -> list[str]:
    """`12/30（40%）` on one line where that fits, else its share below."""
    if width(number, measure=_measure) <= _NUMBER_SPACE:
        return [number]
    return [part for part in re.split(r"(?=[（(])", number) if part]


def _measure(char: str) -> float:
    """About the width in IPAexGothic, whose Latin letters are not all of one width; rather more than less."""
    if not char.isascii():
        return cells(char)
    return 0.75 if char in _NARROW else 1.6 if char in _BROAD else 1.2


def _filled(row: BarRow, middle: float) -> str:
    length, fill = round(min(max(row.share, 0.0), 1.0) * _BAR_WIDTH, 1), row.fill % len(_FILLS)
    edge = f'url(#fill{fill})" stroke="{_FILLS[fill][0]}'  # an edge, so that a pattern of gaps ends where the bar does
    return _box(length, middle, fill=edge) if length else ""


def _box(length: float, middle: float, *, fill: str) -> str:
    top = middle - _BAR_HEIGHT / 2
    return f'<rect x="{_BAR_LEFT}" y="{top:g}" width="{length:g}" height="{_BAR_HEIGHT}" rx="3" fill="{fill}"/>'


def _letters(words: str, x: float, y: float, *, size: int, fill: str, end: bool = False) -> str:  # noqa: PLR0913 - SVG's own
    anchor = ' text-anchor="end"' if end else ""
    return f'<text x="{x:g}" y="{y:g}" font-size="{size}" fill="{fill}"{anchor}>{escape(line(words))}</text>'


def _patterns() -> str:
    return "".join(
        f'<pattern id="fill{n}" width="10" height="10" patternUnits="userSpaceOnUse">'
        f'<rect width="10" height="10" fill="{colour}"/>{marks}</pattern>'
        for n, (colour, marks) in enumerate(_FILLS)
    )
