"""A day and a time of day; kept with the offset of Japan."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import ClassVar, Literal, Self

from pydantic import model_validator

from forms.mistake import Mistake
from forms.questions.base import Cell, Countable, Measure, Value
from forms.questions.date import Day, check_order, day_limits
from forms.questions.typed import TypedFields
from forms.reading.eras import show_date
from forms.reading.moments import read_date_time
from forms.reading.taken import Reader
from forms.text import Lang, Text, lines

_ECHO = re.compile("（[月火水木金土日]・[^（）]{1,20}）")
_OUTSIDE = Text(
    ja="{limits}の日時を入力してください（いまの入力: {value}）。",
    en="Please type a day and time in this range: {limits} (you gave {value}).",
)


class DateTime(TypedFields):
    """`earliest` and `latest` are days, themselves allowed."""

    kind: Literal["datetime"]
    earliest: Day | None = None
    latest: Day | None = None

    measure: ClassVar[Measure] = "days"
    reader: ClassVar[Reader] = staticmethod(read_date_time)
    how: ClassVar[Text] = Text(
        ja="日付と時刻で入力（例: 2026/4/1 15:00、令和8年4月1日 午後3時）",
        en="Type a day and a time, such as 2026-04-01 15:00",
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        check_order(self.earliest, self.latest)
        return self

    def read(self, said: str, today: date) -> Value:
        """What we echo may be copied: the day in brackets is the day before them, once more."""
        return super().read(_ECHO.sub(" ", said, count=1), today)

    def check(self, value: Value) -> None:
        day = datetime.fromisoformat(str(value)).date()
        if (self.earliest and day < self.earliest) or (self.latest and day > self.latest):
            shown = Text(ja=self.show(value, "ja"), en=self.show(value, "en"))
            raise Mistake(_OUTSIDE.fill(limits=day_limits(self.earliest, self.latest), value=shown))

    def show(self, value: Value, lang: Lang) -> str:
        try:
            at = datetime.fromisoformat(str(value))
        except ValueError:
            return str(value)
        return (
            f"{show_date(at.date(), lang)} {at:%H:%M}" if lang == "ja" else f"{show_date(at.date(), lang)}, {at:%H:%M}"
        )

    def prompt(self) -> Text:
        limits = day_limits(self.earliest, self.latest)
        return lines(self.how, limits) if limits.ja else self.how

    def cells(self, value: Value, lang: Lang) -> tuple[Cell, ...]:  # noqa: ARG002 - as spreadsheets read it
        return ("" if value is None else str(value)[:16].replace("T", " "),)

    def counted(self, value: Value) -> Iterable[Countable]:
        return (str(value)[:10],)
