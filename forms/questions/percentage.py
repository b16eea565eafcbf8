"""A share in per cent: 50 for 50 %."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from forms.questions.base import Value
from forms.questions.number import Limit, NumberFields, between, check_between, check_decimals, with_limits
from forms.questions.typed import given
from forms.reading.amounts import read_percentage
from forms.reading.numbers import show_number
from forms.text import Lang, Text

_HOW = Text(ja="割合（％）を数字で入力", en="Type a percentage")


class Percentage(NumberFields):
    """From 0 to 100 unless `low` and `high` say otherwise; `decimals`: digits after the point at most."""

    kind: Literal["percentage"]
    low: Limit | None = 0
    high: Limit | None = 100
    decimals: Annotated[int, Field(ge=0, le=10)] | None = None

    def read(self, said: str, today: date) -> Value:
        share = read_percentage(said, given(today)).value
        check_decimals(share, self.decimals)
        check_between(share, self.low, self.high)
        return int(share) if share == int(share) else float(share)

    def show(self, value: Value, lang: Lang) -> str:  # noqa: ARG002 - the same in every language
        return f"{show_number(value)}%" if isinstance(value, int | float) else str(value)

    def prompt(self) -> Text:
        return with_limits(_HOW, between(self.low, self.high))
