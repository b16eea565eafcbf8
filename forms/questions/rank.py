"""Options put in an order, the first the most important."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from forms.mistake import Mistake
from forms.questions.base import Cell, Countable, Measure, Value, flaw
from forms.questions.choice import OptionFields
from forms.questions.option import labels
from forms.questions.other import names_of
from forms.reading.options import numbered
from forms.text import Lang, Text, lines

_HOW = Text(
    ja="上位から順に、番号を「、」で区切って{n}つ入力してください（例: {example}）。",
    en="Type {n} numbers, the most important first, as in {example}.",
)
_TWICE = Text(
    ja="「{label}」が2回出ています。1つずつ順に入力してください。", en="“{label}” stands there twice. Give each once."
)
_COUNT = Text(
    ja="{n}つ必要ですが、いまの入力は{count}つです。上位から順に{n}つ入力してください。",
    en="{n} are needed, but you gave {count}. Please type {n}, the most important first.",
)
_PLACE = Text(ja="{place}位 {label}", en="{place}. {label}")


class Rank(OptionFields):
    """`top`: how many places are to be given; without it all."""

    kind: Literal["rank"]
    top: Annotated[int, Field(ge=1, le=30)] | None = None

    measure: ClassVar[Measure] = "ranks"
    taps: ClassVar[bool] = False

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if not 1 < len(self.offered) <= 30 or (self.top or 1) > len(self.offered):
            raise flaw(
                Text(
                    ja="選択肢は2〜30個、top はその数以下です。",
                    en="There must be 2 to 30 options, and `top` within them.",
                ),
                Text(ja="選択肢か top を直してください。", en="Correct the options or `top`."),
                field="top" if self.top and self.top > len(self.offered) else "options",
            )
        return self

    @property
    def places(self) -> int:
        """How many places there are to give."""
        return min(self.top or len(self.offered), len(self.offered))

    def read(self, said: str, today: date) -> Value:  # noqa: ARG002 - every kind reads alike
        order = self.reader.in_order(said)
        for n, index in enumerate(order):
            if index in order[:n]:
                raise Mistake(_TWICE.fill(label=self.offered[index].label))
        if len(order) != self.places:
            raise Mistake(_COUNT.fill(n=self.places, count=len(order)))
        return [self.offered[index].name for index in order]

    def show(self, value: Value, lang: Lang) -> str:
        known = labels(self.offered, lang)
        rows = [_PLACE.fill(place=n, label=known.get(name, name))[lang] for n, name in enumerate(names_of(value), 1)]
        return ("、" if lang == "ja" else ", ").join(rows)

    def prompt(self) -> Text:
        example = [str(n) for n in range(1, self.places + 1)][::-1]
        how = _HOW.fill(n=self.places, example=Text(ja="、".join(example), en=", ".join(example)))
        return lines(numbered(self.offered), how)

    def columns(self) -> tuple[str, ...]:
        return tuple(f"{self.id}/{option.name}" for option in self.offered)

    def cells(self, value: Value, lang: Lang) -> tuple[Cell, ...]:  # noqa: ARG002 - places are numbers
        names = names_of(value)
        return tuple(names.index(option.name) + 1 if option.name in names else "" for option in self.offered)

    def counted(self, value: Value) -> Iterable[Countable]:
        """`name/place` of each."""
        return (f"{name}/{place}" for place, name in enumerate(names_of(value), 1))

    def from_plain(self, words: str) -> Value:
        names = words.split()
        known = {option.name for option in self.offered}
        return names if len(set(names) & known) == len(names) == self.places else None
