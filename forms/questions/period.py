"""From one day to another, both included."""

from datetime import date
from typing import ClassVar, Literal, Self

from pydantic import model_validator

from forms.mistake import Mistake
from forms.questions.base import Cell, Value
from forms.questions.date import Day, check_order, day_limits
from forms.questions.typed import TypedFields
from forms.reading.eras import show_date
from forms.reading.periods import read_period
from forms.reading.taken import Reader
from forms.text import Lang, Text, lines

_OUTSIDE = Text(
    ja="{limits}の期間を入力してください（いまの入力: {value}）。",
    en="Please type a period in this range: {limits} (you gave {value}).",
)


class Period(TypedFields):
    """A pair of days. `earliest` and `latest` are themselves allowed."""

    kind: Literal["period"]
    earliest: Day | None = None
    latest: Day | None = None

    reader: ClassVar[Reader] = staticmethod(read_period)
    how: ClassVar[Text] = Text(
        ja="いつからいつまでかを入力（例: 2026/4/1〜2026/4/30）",
        en="Type from when to when, as in 2026-04-01 – 2026-04-30",
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        check_order(self.earliest, self.latest)
        return self

    def check(self, value: Value) -> None:
        first, last = map(date.fromisoformat, value if isinstance(value, list) else ())
        if (self.earliest and first < self.earliest) or (self.latest and last > self.latest):
            shown = Text(ja=self.show(value, "ja"), en=self.show(value, "en"))
            raise Mistake(_OUTSIDE.fill(limits=day_limits(self.earliest, self.latest), value=shown))

    def show(self, value: Value, lang: Lang) -> str:
        try:
            first, last = (
                show_date(date.fromisoformat(day), lang) for day in (value if isinstance(value, list) else ())
            )
        except ValueError:
            return str(value)
        return f"{first}〜{last}" if lang == "ja" else f"{first} – {last}"

    def prompt(self) -> Text:
        limits = day_limits(self.earliest, self.latest)
        return lines(self.how, limits) if limits.ja else self.how

    def columns(self) -> tuple[str, ...]:
        return f"{self.id}_from", f"{self.id}_to"

    def cells(self, value: Value, lang: Lang) -> tuple[Cell, ...]:  # noqa: ARG002 - days as in every language
        return tuple(map(str, value)) if isinstance(value, list) and len(value) == 2 else ("", "")

    def from_plain(self, words: str) -> Value:
        days = words.split()
        return days if len(days) == 2 and days[0] <= days[1] else None
