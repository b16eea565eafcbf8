"""A fiscal year, from April to March; kept as the year in which it begins."""

from collections.abc import Iterable
from datetime import date
from typing import ClassVar, Literal

from forms.questions.base import Cell, Countable, Measure, Value
from forms.questions.number import a_number
from forms.questions.typed import TypedFields
from forms.reading.eras import era_of, wareki
from forms.reading.months import read_fiscal_year
from forms.reading.taken import Reader
from forms.text import Lang, Text


class FiscalYear(TypedFields):
    kind: Literal["fiscal-year"]

    measure: ClassVar[Measure] = "days"
    reader: ClassVar[Reader] = staticmethod(read_fiscal_year)
    how: ClassVar[Text] = Text(ja="年度で入力（例: 令和8年度、2026年度）", en="Type a fiscal year, such as 2026")

    def show(self, value: Value, lang: Lang) -> str:
        if not isinstance(value, int) or not 1 <= value < 9999:
            return str(value)
        if lang == "en":
            return f"fiscal year {value}"
        end = date(value, 12, 31)
        return f"{wareki(end).partition('年')[0]}年度（{value}年度）" if era_of(end) else f"{value}年度"

    def cells(self, value: Value, lang: Lang) -> tuple[Cell, ...]:  # noqa: ARG002 - a number
        return (a_number(value),)

    def counted(self, value: Value) -> Iterable[Countable]:
        return (f"{value:04}",) if isinstance(value, int) else ()

    def from_plain(self, words: str) -> Value:
        return int(words) if words.isdecimal() and len(words) == 4 else None
