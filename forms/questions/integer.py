"""A whole number."""

from datetime import date
from typing import Literal

from forms.mistake import Mistake
from forms.questions.base import Value
from forms.questions.number import NumberFields, WholeLimit, between, check_between, exact, with_limits
from forms.reading.amounts import NOT_WHOLE
from forms.reading.numbers import read_number, show_number
from forms.text import Lang, Text


class Integer(NumberFields):
    kind: Literal["integer"]
    low: WholeLimit | None = None
    high: WholeLimit | None = None

    def read(self, said: str, today: date) -> Value:  # noqa: ARG002 - every kind reads alike
        exact = read_number(said).value
        if exact != exact.to_integral_value():
            raise Mistake(NOT_WHOLE)
        check_between(int(exact), self.low, self.high)
        return int(exact)

    def show(self, value: Value, lang: Lang) -> str:  # noqa: ARG002 - numbers are the same in every language
        return show_number(value) if isinstance(value, int) else str(value)

    def prompt(self) -> Text:
        return with_limits(Text(ja="整数で入力", en="Type a whole number"), between(self.low, self.high))

    def from_plain(self, words: str) -> Value:
        number = exact(words)
        return None if number is None or number != int(number) else int(number)
