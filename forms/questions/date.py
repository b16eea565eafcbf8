"""A day of the calendar."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, model_validator

from forms.mistake import Mistake
from forms.questions.base import Countable, Measure, QuestionFields, Value, flaw
from forms.reading.dates import read_date
from forms.reading.eras import show_date, shown
from forms.text import Lang, Text, same

_ISO = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HOW = Text(ja="日付で入力（例: 2026/4/1、令和8年4月1日）", en="Type a date, such as 2026-04-01")
_OUTSIDE = Text(
    ja="{limits}の日付を入力してください（いまの入力: {value}）。",
    en="Please type a date in this range: {limits} (you gave {value}).",
)


def _iso(value: Any) -> date:
    """Only as 2026-04-01: pydantic would also take numbers for seconds since 1970."""
    try:
        if isinstance(value, date) or _ISO.fullmatch(str(value)):
            return value if isinstance(value, date) else date.fromisoformat(value)
    except ValueError:
        pass
    raise flaw(
        Text(ja="日付として読めないか、ない日です。", en="This is not a date, or there is no such day."),
        Text(ja="2026-04-01 のように書いてください。", en="Write it as in 2026-04-01."),
    )


Day = Annotated[date, BeforeValidator(_iso)]


class Date(QuestionFields):
    """`earliest` and `latest` are themselves allowed."""

    kind: Literal["date"]

    measure: ClassVar[Measure] = "days"

    earliest: Day | None = None
    latest: Day | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        check_order(self.earliest, self.latest)
        return self

    def read(self, said: str, today: date) -> Value:
        day = read_date(said, today).value
        if (self.earliest and day < self.earliest) or (self.latest and day > self.latest):
            raise Mistake(_OUTSIDE.fill(limits=day_limits(self.earliest, self.latest), value=shown(day)))
        return day.isoformat()

    def show(self, value: Value, lang: Lang) -> str:
        try:
            return show_date(date.fromisoformat(str(value)), lang)
        except ValueError:
            return str(value)

    def prompt(self) -> Text:
        limits = day_limits(self.earliest, self.latest)
        return Text(ja="{how}\n{limits}", en="{how}\n{limits}").fill(how=_HOW, limits=limits) if limits.ja else _HOW

    def counted(self, value: Value) -> Iterable[Countable]:
        return (str(value),)


def check_order(earliest: date | None, latest: date | None) -> None:
    """Raises a flaw where no day can lie between them."""
    if earliest and latest and earliest > latest:
        raise flaw(
            Text(ja="earliest が latest より後になっています。", en="`earliest` is after `latest`."),
            Text(ja="入れ替えるか、直してください。", en="Swap or correct them."),
            field="earliest",
        )


def day_limits(earliest: date | None, latest: date | None) -> Text:
    """「2026年4月1日以降」, or nothing where there is no limit."""
    if earliest and latest:
        pattern = Text(ja="{earliest}から{latest}まで", en="from {earliest} to {latest}")
    elif earliest:
        pattern = Text(ja="{earliest}以降", en="{earliest} or later")
    elif latest:
        pattern = Text(ja="{latest}以前", en="{latest} or earlier")
    else:
        return same("")
    known = {"earliest": earliest, "latest": latest}
    return pattern.fill(**{name: _short(day) for name, day in known.items() if day})


def _short(day: date) -> Text:
    return Text(ja=f"{day.year}年{day.month}月{day.day}日", en=day.isoformat())
