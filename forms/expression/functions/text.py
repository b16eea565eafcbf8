"""Functions of text."""

import base64
import hashlib
import math
import re
from functools import lru_cache
from typing import Any

from forms.expression.functions.declared import takes
from forms.mistake import Mistake
from forms.text import Text

_LONGEST_PATTERN = 1000
_BLANKS = re.compile(r"[ \t\r\n]+")
_ALGORITHMS = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}
_NO_PATTERN = Text(
    ja="「{pattern}」は正規表現として使えません。", en="“{pattern}” cannot be used as a regular expression."
)


@lru_cache(256)
def pattern(words: str) -> Any:
    """A regular expression of RE2: its time grows with the text alone. Raises Mistake."""
    import re2  # only forms that have one need it, and its memory

    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        if len(words) <= _LONGEST_PATTERN:
            return re2.compile(words, options=options)
    except re2.error:
        pass
    raise Mistake(_NO_PATTERN.fill(pattern=words[:40]))


def _normalized(words: str) -> str:
    return _BLANKS.sub(" ", words.strip(" \t\r\n"))


def _concat(*parts: list[str]) -> str:
    return "".join(one for part in parts for one in part)


def _join(between: str, *parts: list[str]) -> str:
    return between.join(one for part in parts for one in part)


def _substring(words: str, start: float, length: float | None = None) -> str:
    """As in XPath: counted from 1; what is rounded to lies between."""
    first = _rounded(start)
    last = math.inf if length is None else first + _rounded(length)
    return "".join(letter for place, letter in enumerate(words, 1) if first <= place < last)


def _rounded(number: float) -> float:
    return math.floor(number + 0.5) if math.isfinite(number) else number


def _substr(words: str, start: float, end: float | None = None) -> str:
    """As in JavaRosa: counted from 0; less than 0 counts from the end."""
    if math.isnan(start) or (end is not None and math.isnan(end)):
        return ""
    return words[_whole(start) : None if end is None else _whole(end)]


def _whole(number: float) -> int:
    return int(max(-1e9, min(1e9, number)))


def _before(words: str, mark: str) -> str:
    return words.partition(mark)[0] if mark and mark in words else ""


def _after(words: str, mark: str) -> str:
    return words.partition(mark)[2] if mark else words


def _translated(words: str, these: str, those: str) -> str:
    table: dict[int, str] = {}
    for place, letter in enumerate(these):
        table.setdefault(ord(letter), those[place : place + 1])
    return words.translate(table)


def _digest(words: str, algorithm: str, encoding: str = "base64") -> str:
    name = _ALGORITHMS.get(algorithm.upper())
    if name is None or encoding not in ("base64", "hex"):
        raise Mistake(
            Text(
                ja="digest() で使えるのは {known} と base64、hex です。", en="digest() knows {known}, base64 and hex."
            ).fill(known=", ".join(_ALGORITHMS))
        )
    summed = hashlib.new(name, words.encode("utf-8", "replace"), usedforsecurity=False).digest()
    return summed.hex() if encoding == "hex" else base64.b64encode(summed).decode()


TEXT = {
    "concat": takes("texts*", _concat, grows=True),
    "contains": takes("text text", lambda words, part: part in words),
    "digest": takes("text text text?", _digest),
    "ends-with": takes("text text", lambda words, part: words.endswith(part)),
    "join": takes("text texts*", _join, grows=True),
    "normalize-space": takes("text?", _normalized, own=True),
    "regex": takes("text text", lambda words, wanted: pattern(wanted).search(words) is not None),
    "starts-with": takes("text text", lambda words, part: words.startswith(part)),
    "string": takes("text?", lambda words: words, own=True),
    "string-length": takes("text?", lambda words: float(len(words)), own=True),
    "substr": takes("text number number?", _substr),
    "substring": takes("text number number?", _substring),
    "substring-after": takes("text text", _after),
    "substring-before": takes("text text", _before),
    "translate": takes("text text text", _translated),
}
