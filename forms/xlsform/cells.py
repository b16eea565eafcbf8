"""What the number in a cell means: a number, a date, a time; as Excel's formats say."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from forms.xlsform.sheets import number_words

Meaning = Literal["number", "date", "time", "moment"]

_BUILT_IN: dict[int, Meaning] = {
    **dict.fromkeys((14, 15, 16, 17, *range(27, 32), 34, 35, 36, *range(50, 59)), "date"),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 45, 46, 47), "time"),
    22: "moment",
}
_NO_CODE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')


def meaning(code: str) -> Meaning:
    """Of a format that people made: yyyy"年"m"月"d"日" is a date, h:mm a time, #,##0 a number."""
    bare = _NO_CODE.sub("", code.split(";", maxsplit=1)[0]).casefold()
    if "general" in bare or not bare:
        return "number"
    day = any(letter in bare for letter in ("y", "d", "e", "g"))
    time = "h" in bare or "s" in bare
    if day and time:
        return "moment"
    return "date" if day else "time" if time else "number"


class DateFormats:
    """Gathered from the styles of a workbook: which cell style shows dates."""

    def __init__(self, from_1904: bool = False) -> None:  # noqa: FBT001, FBT002 - Excel's own switch
        self.from_1904 = from_1904
        self._codes: dict[str, Meaning] = {}
        self._styles: list[Meaning] = []
        self._inside = False

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "numFmt":
            self._codes[attributes.get("numFmtId", "")] = meaning(attributes.get("formatCode", "")[:200])
        elif name == "cellXfs":
            self._inside = True
        elif name == "xf" and self._inside:
            self._styles.append(self._of(attributes.get("numFmtId", "0")))

    def closed(self, name: str) -> None:
        if name == "cellXfs":
            self._inside = False

    def _of(self, number: str) -> Meaning:
        built_in = _BUILT_IN.get(int(number)) if number.isdecimal() and len(number) < 6 else None
        return self._codes.get(number) or built_in or "number"

    def kind(self, style: str) -> Meaning:
        n = int(style) if style.isdecimal() and len(style) < 6 else 0
        return self._styles[n] if n < len(self._styles) else "number"


def shown(written: str, kind: Meaning, *, from_1904: bool = False) -> str:
    """The words for a number as it stands in the file."""
    try:
        value = float(written)
    except ValueError:
        return written
    return number_words(value) if kind == "number" else moment_words(value, kind, from_1904=from_1904)


def moment_words(value: float, kind: Meaning, *, from_1904: bool = False) -> str:
    """46000.5 → 2025-12-09T12:00:00, as XLSForm writes it; what is no day of the calendar stays a number."""
    start = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30 if value >= 61 else 31)  # noqa: DTZ001
    try:
        moment = start + timedelta(seconds=round(value * 86_400))
    except (OverflowError, ValueError):
        return number_words(value)
    if kind == "time" and 0 <= value < 1:
        return moment.time().isoformat("minutes" if not moment.second else "seconds")
    if kind == "date" and value == int(value):
        return moment.date().isoformat()
    return moment.isoformat()
