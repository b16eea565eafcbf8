"""A month of a year."""

from collections.abc import Iterable
from datetime import date
from typing import ClassVar, Literal

from forms.questions.base import Countable, Measure, Value
from forms.questions.typed import TypedFields
from forms.reading.eras import MONTHS, era_of, wareki
from forms.reading.months import read_month
from forms.reading.taken import Reader
from forms.text import Lang, Text


class Month(TypedFields):
    kind: Literal["month"]

    measure: ClassVar[Measure] = "days"
    reader: ClassVar[Reader] = staticmethod(read_month)
    how: ClassVar[Text] = Text(ja="年と月で入力（例: 2026年4月、令和8年4月）", en="Type a month, such as 2026-04")

    def show(self, value: Value, lang: Lang) -> str:
        try:
            first = date.fromisoformat(f"{value}-01")
        except ValueError:
            return str(value)
        if lang == "en":
            return f"{MONTHS[first.month - 1]} {first.year}"
        western = f"{first.year}年{first.month}月"
        last = date.fromisoformat(f"{value}-28")  # an era that began within the month is the one people write
        return f"{western}（{wareki(last).partition('月')[0]}月）" if era_of(last) else western

    def counted(self, value: Value) -> Iterable[Countable]:
        return (str(value),)
