"""One of very many options, found by typing part of its name, or of any other column of its list (its kana)."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property
from typing import ClassVar, Literal, Self

from pydantic import PrivateAttr

from forms.mistake import Asked, Mistake
from forms.questions.base import Around, Cell, Countable, Measure, Several, Value
from forms.questions.choice import Option, OptionFields
from forms.questions.other import name_of
from forms.questions.searching import MOST_LISTED, listed, picked
from forms.reading.options import Named
from forms.reading.words import folded, quote, unread, without_politeness
from forms.text import Lang, Text, lines

_HOW = Text(
    ja="名前か、よみの一部を入力して探します（全{n}件。例:「{example}」）",
    en="Type part of the name to search ({n} in all), such as “{example}”",
)
_PICK = Text(ja="番号で選ぶか、ほかの言葉で探してください。", en="Choose a number, or search for other words.")
_OUTSIDE = Text(
    ja="1から{n}の番号で選ぶか、ほかの言葉で探してください。",
    en="Please choose a number from 1 to {n}, or search for other words.",
)
_WHICH = Text(
    ja="「{said}」に当てはまるものが{n}件あります。番号で選んでください。",
    en="{n} match “{said}”. Please choose one by its number.",
)
_TOO_MANY = Text(
    ja="「{said}」に当てはまるものが{n}件あります。もう少し長く入力してください。",
    en="{n} match “{said}”. Please type a little more of the name.",
)
_NOT_FOUND = Text(
    ja="「{said}」は見つかりません。名前かよみの一部を、短めに入力してみてください。",
    en="Nothing matches “{said}”. Please try a shorter part of the name.",
)
_HIRAGANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_BREAK = "\x1f"
_MOST_INDEXES = 16


class Index:
    """What can be searched of a list of options: made once, whatever questions and responses share it."""

    def __init__(self, offered: tuple[Option, ...]) -> None:
        self.offered = offered
        self.by_name = {option.name: option for option in offered}
        self._coded = {_comparable(option.name): n for n, option in enumerate(offered)}
        self._fields = [_fields(option) for option in offered]
        self._rows = [_BREAK.join(fields) for fields in self._fields]

    def find(self, said: str) -> tuple[int, ...]:
        """Those of which one field is just this; else those that hold it, in their order; else that of this name."""
        words = _comparable(said)
        if not words:
            return ()
        held = [n for n, row in enumerate(self._rows) if words in row]
        exactly = tuple(n for n in held if words in self._fields[n])
        return exactly or tuple(held) or ((self._coded[words],) if words in self._coded else ())


_INDEXES: OrderedDict[int, Index] = OrderedDict()


def index_of(offered: tuple[Option, ...]) -> Index:
    """Known by the identity of the list, which the index itself keeps alive."""
    found = _INDEXES.pop(id(offered), None)
    if found is None or found.offered is not offered:
        found = Index(offered)
    _INDEXES[id(offered)] = found
    while len(_INDEXES) > _MOST_INDEXES:
        _INDEXES.popitem(last=False)
    return found


class Lookup(OptionFields):
    """Several that were found are listed, and a number chooses among them."""

    kind: Literal["lookup"]

    measure: ClassVar[Measure] = "found"
    free: ClassVar[bool] = True
    _around: Around = PrivateAttr(default=Around())

    def asked_as(self, around: Around) -> Self:
        copy = self.changed({})
        copy._around = around  # noqa: SLF001 - a copy of this very question
        return copy

    @cached_property
    def _found(self) -> tuple[Option, ...]:
        """Those that the person is choosing among."""
        return tuple(self.offered[n] for n in index_of(self.offered).find(self._around.narrowed)[:MOST_LISTED])

    def options(self) -> tuple[Named, ...]:
        return self._found

    def read(self, said: str, today: date) -> Value:  # noqa: ARG002 - every kind reads alike
        if self._found and (n := picked(said, len(self._found))) is not None:
            return self._found[n].name
        if self._found and picked(said, 999) is not None:
            raise Mistake(_OUTSIDE.fill(n=len(self._found)))
        hits = index_of(self.offered).find(said)
        if not quote(said).strip():
            raise unread(said, self.prompt())
        if not hits:
            raise Mistake(_NOT_FOUND.fill(said=quote(said)))
        if len(hits) > MOST_LISTED:
            raise Asked(_TOO_MANY.fill(said=quote(said), n=f"{len(hits):,}"))
        if len(hits) > 1:
            labels = [self.offered[n].label for n in hits]
            raise Several(lines(_WHICH.fill(said=quote(said), n=len(hits)), listed(labels)), said[:200])
        return self.offered[hits[0]].name

    def among(self, value: Value, offered: Sequence[Named]) -> Value:
        if offered is self.offered:
            return value if name_of(value) in index_of(self.offered).by_name else None
        return super().among(value, offered)

    def show(self, value: Value, lang: Lang) -> str:
        option = index_of(self.offered).by_name.get(str(value))
        return str(value) if option is None else option.label[lang]

    def prompt(self) -> Text:
        if self._found:
            return lines(listed([option.label for option in self._found]), _PICK)
        first = self.offered[len(self.offered) // 2].label
        example = Text(ja=first.ja[:2], en=first.en[:3])
        return _HOW.fill(n=f"{len(self.offered):,}", example=example)

    def columns(self) -> tuple[str, ...]:
        return self.id, f"{self.id}_name"

    def cells(self, value: Value, lang: Lang) -> tuple[Cell, ...]:
        return ("", "") if value is None else (self.show(value, lang), str(value))

    def counted(self, value: Value) -> Iterable[Countable]:
        return (str(value),)

    def from_plain(self, words: str) -> Value:
        return words if words in index_of(self.offered).by_name else None


def _fields(option: Option) -> tuple[str, ...]:
    given = (option.label.ja, option.label.en, *option.columns.values())
    return tuple(dict.fromkeys(map(_comparable, dict.fromkeys(given))))


def _comparable(words: str) -> str:
    """Half-width letters, full-width katakana, no spaces."""
    return without_politeness(folded(words)).translate(_HIRAGANA)
