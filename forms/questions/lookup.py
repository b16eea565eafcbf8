"""One of very many options, found by typing part of its name, or of any other column of its list (its kana)."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property
from typing import ClassVar, Literal, Self

from pydantic import PrivateAttr

from forms.lists.roll import MOST_COUNTED, comparable
from forms.lists.table import MOST_ROWS
from forms.mistake import Asked, Mistake
from forms.questions.base import Around, Cell, Countable, Measure, Several, Value
from forms.questions.choice import OptionFields
from forms.questions.option import Drawn, Option
from forms.questions.other import name_of
from forms.questions.searching import MOST_LISTED, listed, picked
from forms.reading.options import Named
from forms.reading.words import quote, unread
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
_VERY_MANY = Text(
    ja="「{said}」に当てはまるものが{n}件以上あります。もう少し長く入力してください。",
    en="{n} or more match “{said}”. Please type a little more of the name.",
)
_GONE = Text(
    ja="選択肢の一覧「{name}」が見つかりません。フォームの担当者に、一覧を送り直すよう伝えてください。",
    en="The list “{name}” is not here. Please tell whoever made this form to send it again.",
)
_NOT_FOUND = Text(
    ja="「{said}」は見つかりません。名前かよみの一部を、短めに入力してみてください。",
    en="Nothing matches “{said}”. Please try a shorter part of the name.",
)
_BREAK = "\x1f"
_MOST_INDEXES = 16


class Index:
    """What can be searched of a list of options: made once, whatever questions and responses share it."""

    def __init__(self, offered: Sequence[Option]) -> None:
        self.offered = offered
        self._by_name = {option.name: option for option in offered}
        self._coded = {comparable(option.name): n for n, option in enumerate(offered)}
        self._fields = [_fields(option) for option in offered]
        self._rows = [_BREAK.join(fields) for fields in self._fields]

    def named(self, name: str) -> Option | None:
        """The option of this name."""
        return self._by_name.get(name)

    def find(self, said: str) -> Sequence[int]:
        """Those of which one field is just this; else those that hold it, in their order; else that of this name."""
        words = comparable(said)
        if not words:
            return ()
        held = [n for n, row in enumerate(self._rows) if words in row]
        exactly = tuple(n for n in held if words in self._fields[n])
        return exactly or tuple(held) or ((self._coded[words],) if words in self._coded else ())


_INDEXES: OrderedDict[int, Index] = OrderedDict()


def index_of(offered: Sequence[Option]) -> Index | Drawn:
    """Known by the identity of the list, which the index itself keeps alive; a list in a file has one of its own."""
    if isinstance(offered, Drawn):
        return offered
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
        if isinstance(self.offered, Drawn) and self.offered.roll is None:
            raise Mistake(_GONE.fill(name=quote(self.offered.name)))
        hits = index_of(self.offered).find(said)
        if not quote(said).strip():
            raise unread(said, self.prompt())
        if not hits:
            raise Mistake(_NOT_FOUND.fill(said=quote(said)))
        if len(hits) > MOST_LISTED:
            pattern = _VERY_MANY if len(hits) >= MOST_COUNTED and isinstance(self.offered, Drawn) else _TOO_MANY
            raise Asked(pattern.fill(said=quote(said), n=f"{len(hits):,}"))
        if len(hits) > 1:
            labels = [self.offered[n].label for n in hits]
            raise Several(lines(_WHICH.fill(said=quote(said), n=len(hits)), listed(labels)), said[:200])
        return self.offered[hits[0]].name

    def among(self, value: Value, offered: Sequence[Named]) -> Value:
        if offered is self.offered:
            return value if index_of(self.offered).named(name_of(value)) else None
        return super().among(value, offered)

    def show(self, value: Value, lang: Lang) -> str:
        option = index_of(self.offered).named(str(value))
        return str(value) if option is None else option.label[lang]

    def prompt(self) -> Text:
        if self._found:
            return lines(listed([option.label for option in self._found]), _PICK)
        middle = len(self.offered) // 2
        if not (some := self.offered[middle : middle + 1]):
            return _GONE.fill(name=quote(self.from_list or ""))
        first = some[0].label
        example = Text(ja=first.ja[:2], en=first.en[:3])
        return _HOW.fill(n=f"{len(self.offered):,}", example=example)

    def columns(self) -> tuple[str, ...]:
        return self.id, f"{self.id}_name"

    def cells(self, value: Value, lang: Lang) -> tuple[Cell, ...]:
        return ("", "") if value is None else (self.show(value, lang), str(value))

    def counted(self, value: Value) -> Iterable[Countable]:
        return (str(value),)

    def from_plain(self, words: str) -> Value:
        return words if index_of(self.offered).named(words) else None

    def label_of(self, name: str) -> Text | None:
        option = index_of(self.offered).named(name)
        return None if option is None else option.label

    def _most_drawn(self) -> int:
        return MOST_ROWS


def _fields(option: Option) -> tuple[str, ...]:
    given = (option.label.ja, option.label.en, *option.columns.values())
    return tuple(dict.fromkeys(map(comparable, dict.fromkeys(given))))
