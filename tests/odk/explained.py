"""Where the two engines are known to differ, and why: each family as narrow as can be. All else is a failure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.odk.pair import Pair


@dataclass(frozen=True, slots=True)
class Difference:
    """What the two say of one field of one node after one step of a walk."""

    pair: Pair
    walk: int
    step: int
    key: str
    field: str
    ours: Any
    theirs: Any

    @property
    def id(self) -> str:
        return self.key.partition(".")[0]

    def __str__(self) -> str:
        where = f"{self.pair.name}, walk {self.walk}, step {self.step}"
        return f"{where}: {self.field} of {self.key}: ours {self.ours!r}, theirs {self.theirs!r}"


@dataclass(frozen=True, slots=True)
class Family:
    name: str
    reason: str
    fits: Callable[[Difference], bool]


def _whole_decimal(one: Difference) -> bool:
    decimal = one.pair.types.get(one.id) == "decimal"
    return one.field == "value" and decimal and one.theirs == f"{one.ours}.0"


def _not_a_number(one: Difference) -> bool:
    return one.field == "value" and "NaN" in str(one.ours) and one.ours.replace("NaN", "") == one.theirs


def _sum_of_nothing(one: Difference) -> bool:
    return one.field == "value" and _source(one).startswith("sum(${") and (one.ours, one.theirs) == ("0", "")


def _no_day(one: Difference) -> bool:
    return one.field == "value" and "date(" in _source(one) and (one.ours, one.theirs) == ("", "Invalid Date")


def _answered(one: Difference) -> bool:
    return (
        one.field == "value" and _source(one).startswith("boolean(${") and (one.ours, one.theirs) == ("false", "true")
    )


def _sunday(one: Difference) -> bool:
    return one.field == "value" and "%a" in _source(one) and one.theirs == str(one.ours).replace("Sun", "")


def _latest_day(one: Difference) -> bool:
    days = re.fullmatch(r"format-date\(max\(\$\{\w+\}\), '%Y-%m-%d'\)", _source(one))
    return one.field == "value" and days is not None and one.theirs == ""


def _source(one: Difference) -> str:
    return getattr(one.pair.form.element(one.id), "calculate", "")


FAMILIES = (
    Family(
        "40 and 40.0",
        "ODK's engine writes a decimal that is whole with “.0”; XPath's own string() does not, and neither do we.",
        _whole_decimal,
    ),
    Family(
        "NaN in words",
        "Where a text is put together from what is no number, ODK's engine writes nothing; XPath's string() says NaN.",
        _not_a_number,
    ),
    Family(
        "the sum of nothing",
        "The sum of no nodes at all is 0 in XPath, and here; in ODK's engine it is no number.",
        _sum_of_nothing,
    ),
    Family(
        "Invalid Date",
        "date() of what is no day is empty here; ODK's engine lets the words “Invalid Date” through.",
        _no_day,
    ),
    Family(
        "Sunday",
        "format-date() with %a gives nothing for a Sunday in ODK's engine: it is day 7 there, and the names end at 6.",
        _sunday,
    ),
    Family(
        "the latest day",
        "max() finds the latest of several dates here; in ODK's engine dates are no numbers to it.",
        _latest_day,
    ),
    Family(
        "boolean(${question})",
        "True here once it is answered; in ODK's engine always, for the question itself is there.",
        _answered,
    ),
)


def family(one: Difference) -> Family | None:
    return next((known for known in FAMILIES if known.fits(one)), None)
