"""Where the two engines are known to differ, and why: each family as narrow as it can be said. All else is a failure."""

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


FAMILIES = (
    Family(
        "40 and 40.0",
        "ODK's engine writes a decimal that is whole with “.0”; XPath's own string() does not, and neither do we.",
        _whole_decimal,
    ),
)


def family(one: Difference) -> Family | None:
    return next((known for known in FAMILIES if known.fits(one)), None)
