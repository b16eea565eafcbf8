"""An amount of yen."""

from datetime import date
from typing import Literal

from forms.questions.base import Value
from forms.questions.number import NumberFields, WholeLimit, between, check_between, with_limits
from forms.questions.typed import given
from forms.reading.amounts import read_money
from forms.text import Lang, Text

_HOW = Text(ja="金額（円）を数字で入力（例: 12,000）", en="Type an amount of yen, such as 12,000")
_WITHIN = Text(ja="金額（円）を数字で入力", en="Type an amount of yen")


class Money(NumberFields):
    """`low` and `high` in yen."""

    kind: Literal["money"]
    low: WholeLimit | None = None
    high: WholeLimit | None = None

    def read(self, said: str, today: date) -> Value:
        yen = int(read_money(said, given(today)).value)
        check_between(yen, self.low, self.high)
        return yen

    def show(self, value: Value, lang: Lang) -> str:
        if not isinstance(value, int):
            return str(value)
        if lang == "ja":
            return f"{value:,}円"
        return f"¥{value:,}" if value >= 0 else f"-¥{-value:,}"

    def prompt(self) -> Text:
        limits = between(self.low, self.high)
        return with_limits(_WITHIN, limits) if limits.ja else _HOW

    def from_plain(self, words: str) -> Value:
        return int(words) if words.removeprefix("-").isdecimal() else None
