"""A whole number."""

from collections.abc import Iterable
from datetime import date
from typing import ClassVar, Literal, Self

from pydantic import model_validator

from forms.mistake import Mistake
from forms.questions.base import Cell, Countable, Measure, QuestionFields, Value
from forms.questions.number import WholeLimit, a_number, between, check_between, check_limits, exact, with_limits
from forms.reading.numbers import read_number, show_number
from forms.text import Lang, Text

_NOT_WHOLE = Text(
    ja="小数は入力できません。整数で入力してください（四捨五入はしません）。",
    en="Please type a whole number; nothing is rounded for you.",
)


class Integer(QuestionFields):
    kind: Literal["integer"]

    measure: ClassVar[Measure] = "numbers"

    low: WholeLimit | None = None
    high: WholeLimit | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        check_limits(self.low, self.high)
        return self

    def read(self, said: str, today: date) -> Value:  # noqa: ARG002 - every kind reads alike
        exact = read_number(said).value
        if exact != exact.to_integral_value():
            raise Mistake(_NOT_WHOLE)
        check_between(int(exact), self.low, self.high)
        return int(exact)

    def show(self, value: Value, lang: Lang) -> str:  # noqa: ARG002 - numbers are the same in every language
        return show_number(value) if isinstance(value, int) else str(value)

    def prompt(self) -> Text:
        return with_limits(Text(ja="整数で入力", en="Type a whole number"), between(self.low, self.high))

    def cells(self, value: Value, lang: Lang) -> tuple[Cell, ...]:  # noqa: ARG002 - the same in every language
        return (a_number(value),)

    def counted(self, value: Value) -> Iterable[Countable]:
        return (value,) if isinstance(value, int) else ()

    def from_plain(self, words: str) -> Value:
        number = exact(words)
        return None if number is None or number != int(number) else int(number)
