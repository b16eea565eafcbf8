"""A point on a scale from one end to the other (Likert)."""

from collections.abc import Iterable
from datetime import date
from functools import cached_property
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from forms.mistake import Mistake
from forms.questions.base import Cell, Countable, Measure, Option, QuestionFields, Value, Words, flaw
from forms.questions.number import a_number
from forms.reading.numbers import read_number, show_number
from forms.reading.words import folded, without_politeness
from forms.text import Lang, Text, lines, same

_BETWEEN = Text(ja="{first}〜{last}の数字で入力", en="Type a number from {first} to {last}")
_ENDS = Text(ja="{first}＝{lowest}、{last}＝{highest}", en="{first} = {lowest}, {last} = {highest}")
_OUTSIDE = Text(
    ja="{first}から{last}までの整数を一つ入力してください（いまの入力: {value}）。",
    en="Please type one whole number from {first} to {last} (you gave {value}).",
)
_POINT = Text(ja="{n}. {label}", en="{n}. {label}")
_LABELLED = Text(ja="{n}（{label}）", en="{n} ({label})")


class Scale(QuestionFields):
    """`points` steps, counted from `first`. `lowest` and `highest` name the ends, `labels` every point."""

    kind: Literal["scale"]
    points: Annotated[int, Field(ge=2, le=11)] = 5
    first: Annotated[int, Field(ge=0, le=1)] = 1
    lowest: Words | None = None
    highest: Words | None = None
    labels: Annotated[tuple[Words, ...], Field(max_length=11)] = ()

    measure: ClassVar[Measure] = "scale"

    @model_validator(mode="after")
    def _matching(self) -> Self:
        if self.labels and len(self.labels) != self.points:
            raise flaw(
                Text(ja="labels の数が points と違います。", en="There are not as many `labels` as `points`."),
                Text(ja="{n}個書いてください。", en="Write {n}.").fill(n=self.points),
                field="labels",
            )
        return self

    @property
    def last(self) -> int:
        """The highest point."""
        return self.first + self.points - 1

    @cached_property
    def _labels(self) -> dict[int, Text]:
        if self.labels:
            return dict(enumerate(self.labels, self.first))
        return {n: words for n, words in ((self.first, self.lowest), (self.last, self.highest)) if words is not None}

    def options(self) -> tuple[Option, ...]:
        return tuple(Option(str(n), self._labelled(n)) for n in range(self.first, self.last + 1))

    def _labelled(self, point: int) -> Text:
        label = self._labels.get(point)
        return same(str(point)) if label is None else _LABELLED.fill(n=point, label=label)

    def read(self, said: str, today: date) -> Value:  # noqa: ARG002 - every kind reads alike
        words = without_politeness(folded(said.replace("\ufe0f", "").replace("\u20e3", "")))
        spelt = {n: (label, self._labelled(n)) for n, label in self._labels.items()}
        by_label = [n for n, texts in spelt.items() if any(words in (folded(t.ja), folded(t.en)) for t in texts)]
        if len(by_label) == 1:
            return by_label[0]
        value = read_number(said.replace("\ufe0f", "").replace("\u20e3", "")).value
        if value != value.to_integral_value() or not self.first <= value <= self.last:
            shown = show_number(int(value) if value == value.to_integral_value() else float(value))
            raise Mistake(_OUTSIDE.fill(first=self.first, last=self.last, value=shown))
        return int(value)

    def show(self, value: Value, lang: Lang) -> str:
        return self._labelled(value)[lang] if isinstance(value, int) else str(value)

    def prompt(self) -> Text:
        if self.labels:
            return lines(*(_POINT.fill(n=n, label=label) for n, label in self._labels.items()))
        between = _BETWEEN.fill(first=self.first, last=self.last)
        if self.lowest is None or self.highest is None:
            return between
        ends = _ENDS.fill(first=self.first, last=self.last, lowest=self.lowest, highest=self.highest)
        return Text(ja="{between}（{ends}）", en="{between} ({ends})").fill(between=between, ends=ends)

    def cells(self, value: Value, lang: Lang) -> tuple[Cell, ...]:  # noqa: ARG002 - a number
        return (a_number(value),)

    def counted(self, value: Value) -> Iterable[Countable]:
        return (str(value),)

    def from_plain(self, words: str) -> Value:
        return int(words) if words.isdecimal() and self.first <= int(words) <= self.last else None
