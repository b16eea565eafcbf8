"""One or several of the options, their order of preference, and a point on a scale."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from forms.mistake import Asked, Mistake
from forms.reading.numbers import number_in
from forms.reading.options import Named, OptionReader, numbered
from forms.reading.taken import Given, Taken
from forms.reading.words import plain, quote, unread
from forms.text import Text, same

_NO_OPTIONS = Text(ja="選択肢がありません。", en="There are no options to choose from.")
_RANGE = re.compile(
    r"(?P<first>[0-9]{1,3})番?\s*(?:~|〜|から|-)\s*(?P<last>[0-9]{1,3})番?(?:まで)?(?:全部|すべて|全て)?"
)
_RANK = re.compile(r"\s*(?:[,、，>＞→⇒\n;；/]|の順)\s*|\s+")
_PLACE = re.compile(
    r"(?:第?(?P<place>[0-9]{1,2})(?:位|番目|希望|志望)[はがに:\s]*)(?P<what>.+?)(?=[\s,、;/]*第?[0-9]{1,2}(?:位|番目|希望|志望)|[\s,、]*\Z)",
    re.DOTALL,
)
_EVERY_ONE = Text(
    ja="{n}つすべてに順番を付けてください（例:「2、1、3」）。\n{list}",
    en="Please put all {n} in order, as in 2, 1, 3.\n{list}",
)
_TWICE = Text(
    ja="同じものが2回あります。一つずつ順番に入力してください。", en="One is there twice. Please give each once."
)
_POINT = re.compile(r"\s*(?:点|ポイント|段階|番|級|/\s*(?P<of>10|[5-9]))\Z")
_ON_A_SCALE = Text(
    ja="{low}から{high}の数字を一つ入力してください。", en="Please type one number from {low} to {high}."
)
LOWEST, HIGHEST = 0, 10


def read_choice(said: str, given: Given) -> Taken:
    """The name of the option."""
    chosen = given.options[_reader(given).one(said)]
    return Taken(chosen.name, chosen.label)


def read_choices(said: str, given: Given) -> Taken:
    """The names, in the order of the options; [] for 「なし」."""
    reader = _reader(given)
    if reader.is_none(said):
        return Taken([], Text(ja="なし", en="none"))
    chosen = [given.options[n] for n in _several(said, given, reader)]
    return Taken([o.name for o in chosen], _listed(chosen))


def _several(said: str, given: Given, reader: OptionReader) -> tuple[int, ...]:
    words = plain(said)
    if reader.is_all(said, len(given.options)):
        return tuple(range(len(given.options)))
    if (match := _RANGE.fullmatch(words)) and not reader.names(said):
        first, last = int(match["first"]), int(match["last"])
        if not 1 <= first < last <= len(given.options):
            raise unread(said, _ON_A_SCALE.fill(low=1, high=len(given.options)))
        return tuple(range(first - 1, last))
    return reader.several(said)


def read_rank(said: str, given: Given) -> Taken:
    """The names, the best first; all must be there."""
    reader = _reader(given)
    if len(said) > 4000:
        raise unread(said, _NO_OPTIONS)
    order = [reader.one(piece) for piece in _places(unicodedata.normalize("NFKC", _apart(said)))]
    if len(set(order)) < len(order):
        raise Asked(_TWICE)
    if len(order) < len(given.options):
        raise Asked(_EVERY_ONE.fill(n=len(given.options), list=numbered(given.options)))
    chosen = [given.options[n] for n in order]
    return Taken([o.name for o in chosen], _listed(chosen))


def _apart(said: str) -> str:
    """②①③ → ② ① ③."""
    return re.sub("([\u2460-\u2473])", r" \1 ", said).strip(" \u3000。.")


def _places(words: str) -> list[str]:
    """「1位 郵送、2位 窓口」 or 「郵送、窓口」, cut into the options."""
    found = list(_PLACE.finditer(words))
    if found and [int(m["place"]) for m in found] == list(range(1, len(found) + 1)):
        return [m["what"].strip(" ,、") for m in found]
    if re.fullmatch(r"[0-9]{1,2}(?:[-・][0-9]{1,2})+", words):
        return re.split("[-・]", words)
    return [piece for piece in _RANK.split(words.removesuffix("の順です").removesuffix("の順")) if piece]


def _listed(chosen: Sequence[Named]) -> Text:
    return Text(ja="、".join(o.label.ja for o in chosen), en=", ".join(o.label.en for o in chosen))


def read_scale(said: str, given: Given) -> Taken:
    """A whole number where the points of the scale are numbers, else the name of the point."""
    if given.options:
        point = _point_called(plain(said), given.options)
        taken = Taken(point.name, point.label) if point else read_choice(said, given)
        return Taken(int(taken.value), taken.shown) if re.fullmatch(r"-?[0-9]{1,3}", taken.value) else taken
    words = plain(said)
    found = number_in(_POINT.sub("", words), said=said)
    if found is None or found.note is not None:
        raise unread(said, _ON_A_SCALE.fill(low=1, high=5))
    if found.value != found.value.to_integral_value():
        raise unread(said, _ON_A_SCALE.fill(low=1, high=5))
    if not LOWEST <= found.value <= HIGHEST:
        raise Mistake(
            Text(ja="「{said}」は目盛りの外です。", en="“{said}” is not on the scale.").fill(said=quote(said))
        )
    return Taken(int(found.value), same(str(int(found.value))))


def _point_called(words: str, options: Sequence[Named]) -> Named | None:
    """On a scale from 0 to 10, 7 is the point called 7, not the seventh."""
    found = [o for o in options if o.label.ja == words]
    return found[0] if len(found) == 1 and words.isdecimal() else None


def _reader(given: Given) -> OptionReader:
    if not given.options:
        raise Mistake(_NO_OPTIONS)
    return _made(given.options)


@lru_cache(maxsize=64)
def _made(options: tuple[Named, ...]) -> OptionReader:
    return OptionReader(options)
