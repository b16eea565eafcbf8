"""What a form says of a list that stands in a file: which one, and what of it is stored and shown."""

import unicodedata
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

MOST_ROWS = 50_000
MOST_COLUMNS = 30
LONGEST_CELL = 500
MOST_SCANNED = 2_000
"""Rows that may be gone through one by one; of longer lists only those with a value in a column are looked up."""

Heading = Annotated[str, Field(min_length=1, max_length=64)]


class Table(BaseModel):
    """`sha256` is that of its content: a form that was published keeps its list, whatever is sent later.

    `value` is the column whose cells are stored as answers, `label` the one that people see, `english` (may be "")
    what they see in English.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    file: Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^/\\\x00-\x1f]+\z")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}\z")]
    rows: Annotated[int, Field(ge=1, le=MOST_ROWS)]
    columns: Annotated[tuple[Heading, ...], Field(min_length=1, max_length=MOST_COLUMNS)]
    value: Heading
    label: Heading
    english: Annotated[str, Field(max_length=64)] = ""

    @model_validator(mode="after")
    def _has(self) -> Self:
        if {self.value, self.label, *filter(None, [self.english])} - {*self.columns}:
            raise ValueError("it has no such column")
        return self


@dataclass(frozen=True, slots=True)
class Filed:
    """What is known of a list that was read. `unique`: the columns whose cells are all there and all different."""

    file: str
    sha256: str
    rows: int
    columns: tuple[str, ...]
    value: str
    label: str
    english: str
    unique: tuple[str, ...]

    @classmethod
    def of(cls, facts: dict[str, Any]) -> "Filed":
        """What `facts` gave."""
        return cls(**{**facts, "columns": tuple(facts["columns"]), "unique": tuple(facts["unique"])})

    def facts(self) -> dict[str, Any]:
        """JSON-able."""
        return asdict(self)

    def table(self, *, value: str = "", label: str = "") -> Table:
        """As a form draws from it; with other columns than the usual ones, where they are named."""
        return Table(
            file=self.file,
            sha256=self.sha256,
            rows=self.rows,
            columns=self.columns,
            value=value or self.value,
            label=label or self.label,
            english="" if label and label != self.label else self.english,
        )


def list_key(name: str) -> str:
    """The form in which names of lists are compared: 学校.csv is the file of 学校."""
    return unicodedata.normalize("NFKC", name).casefold().removesuffix(".csv")
