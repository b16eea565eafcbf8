"""A number, with or without decimals."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, FiniteFloat, model_validator

from forms.mistake import Mistake
from forms.questions.base import Cell, Countable, Measure, QuestionFields, Value, flaw
from forms.reading.amounts import storable
from forms.reading.numbers import LARGEST, read_number, show_number
from forms.text import Lang, Text, same

_LIMITS = Field(ge=-LARGEST, le=LARGEST)


def _limit(value: Any) -> Any:
    """A limit as written: 1 and "1" alike, whole where it can be; a bool is no number."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, str) and value.isascii() and value.lstrip("+-").isdigit() and len(value) < 20:
        return int(value)
    return value


Limit = Annotated[Annotated[int, _LIMITS] | Annotated[FiniteFloat, _LIMITS], BeforeValidator(_limit)]
WholeLimit = Annotated[int, _LIMITS, BeforeValidator(_limit)]


def check_limits(low: float | None, high: float | None) -> None:
    """Raises a flaw where no number can lie between the limits."""
    if low is not None and high is not None and low > high:
        raise flaw(
            Text(
                ja="low（{low}）が high（{high}）より大きくなっています。", en="low ({low}) is above high ({high})."
            ).fill(low=low, high=high),
            Text(ja="入れ替えるか、直してください。", en="Swap or correct them."),
            field="low",
        )


def between(low: float | None, high: float | None) -> Text:
    """「1〜15」, or nothing where there is no limit."""
    if low is None and high is None:
        return same("")
    if high is None:
        return Text(ja="{low}以上", en="{low} or more").fill(low=show_number(low or 0))
    if low is None:
        return Text(ja="{high}以下", en="{high} or less").fill(high=show_number(high))
    return Text(ja="{low}〜{high}", en="{low}–{high}").fill(low=show_number(low), high=show_number(high))


def check_between(value: float, low: float | None, high: float | None) -> None:
    """Raises Mistake for a number outside the limits."""
    if (low is not None and value < low) or (high is not None and value > high):
        raise Mistake(
            Text(
                ja="{limits}の数を入力してください（いまの入力: {value}）。",
                en="Please type a number in this range: {limits} (you gave {value}).",
            ).fill(limits=between(low, high), value=show_number(value))
        )


def with_limits(what: Text, limits: Text) -> Text:
    """整数（1〜15）."""
    return Text(ja="{what}（{limits}）", en="{what} ({limits})").fill(what=what, limits=limits) if limits.ja else what


def check_decimals(value: Decimal | float, decimals: int | None) -> None:
    """Raises Mistake for more digits after the point."""
    if decimals is not None and value != round(value, decimals):
        raise Mistake(Text(ja="小数は{n}桁までです。", en="At most {n} digits may follow the point.").fill(n=decimals))


class NumberFields(QuestionFields):
    """What can be counted and added up; `low` and `high` are themselves allowed."""

    low: Limit | None = None
    high: Limit | None = None

    measure: ClassVar[Measure] = "numbers"

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        check_limits(self.low, self.high)
        return self

    def cells(self, value: Value, lang: Lang) -> tuple[Cell, ...]:  # noqa: ARG002 - the same in every language
        return (a_number(value),)

    def counted(self, value: Value) -> Iterable[Countable]:
        return (value,) if isinstance(value, int | float) else ()

    def from_plain(self, words: str) -> Value:
        return from_numeral(words)


class Number(NumberFields):
    """`decimals` is how many digits may follow the point at most."""

    kind: Literal["number"]
    decimals: Annotated[int, Field(ge=0, le=10)] | None = None

    def read(self, said: str, today: date) -> Value:  # noqa: ARG002 - every kind reads alike
        exact = read_number(said).value
        check_decimals(exact, self.decimals)
        value = storable(exact)
        check_between(value, self.low, self.high)
        return value

    def show(self, value: Value, lang: Lang) -> str:  # noqa: ARG002 - numbers are the same in every language
        return show_number(value) if isinstance(value, int | float) else str(value)

    def prompt(self) -> Text:
        return with_limits(Text(ja="数字で入力", en="Type a number"), between(self.low, self.high))


def a_number(value: Value) -> Cell:
    """A number as the cell of a file; anything else as words."""
    return value if isinstance(value, int | float) else "" if value is None else str(value)


def exact(words: str) -> Decimal | None:
    """The number that is written in plain digits, else None."""
    try:
        number = Decimal(words.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) <= LARGEST else None


def from_numeral(words: str) -> Value:
    """The number that an expression gave; None where it is none."""
    number = exact(words)
    return None if number is None else storable(number)
