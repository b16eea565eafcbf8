"""A share in per cent: 50 for 50 %."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from forms.mistake import Mistake
from forms.questions.base import Cell, Countable, Measure, QuestionFields, Value
from forms.questions.number import Limit, a_number, between, check_between, check_limits, from_numeral, with_limits
from forms.questions.typed import given
from forms.reading.amounts import read_percentage
from forms.reading.numbers import show_number
from forms.text import Lang, Text

_HOW = Text(ja="割合（％）を数字で入力", en="Type a percentage")


class Percentage(QuestionFields):
    """From 0 to 100 unless `low` and `high` say otherwise; `decimals`: digits after the point at most."""

    kind: Literal["percentage"]
    low: Limit | None = 0
    high: Limit | None = 100
    decimals: Annotated[int, Field(ge=0, le=10)] | None = None

    measure: ClassVar[Measure] = "numbers"

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        check_limits(self.low, self.high)
        return self

    def read(self, said: str, today: date) -> Value:
        share = read_percentage(said, given(today)).value
        if self.decimals is not None and round(share, self.decimals) != share:
            raise Mistake(
                Text(ja="小数は{n}桁までです。", en="At most {n} digits may follow the point.").fill(n=self.decimals)
            )
        check_between(share, self.low, self.high)
        return int(share) if share == int(share) else float(share)

    def show(self, value: Value, lang: Lang) -> str:  # noqa: ARG002 - the same in every language
        return f"{show_number(value)}%" if isinstance(value, int | float) else str(value)

    def prompt(self) -> Text:
        return with_limits(_HOW, between(self.low, self.high))

    def cells(self, value: Value, lang: Lang) -> tuple[Cell, ...]:  # noqa: ARG002 - a number
        return (a_number(value),)

    def counted(self, value: Value) -> Iterable[Countable]:
        return (value,) if isinstance(value, int | float) else ()

    def from_plain(self, words: str) -> Value:
        return from_numeral(words)
