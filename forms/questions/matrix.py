"""The same options for each of several rows: asked row by row, each row a question of its own."""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from forms.questions.base import Placed, Source, Words, flaw, needed
from forms.questions.choice import Choice
from forms.questions.option import Option, Options, few
from forms.text import Text

MOST_ROWS = 30
_NAME = re.compile(r"[A-Za-z0-9_-]{1,32}")
_TITLE = Text(ja="{title}：{row}", en="{title}: {row}")


def _numbered(value: Any) -> Any:
    """A bare word names a row by its number where it cannot be part of an id."""
    if not isinstance(value, list | tuple):
        return value
    return [
        {"name": str(n), "label": row} if isinstance(row, str) and not _NAME.fullmatch(row) else row
        for n, row in enumerate(value, 1)
    ]


def row_ids(id_: object, rows: object) -> tuple[str, ...]:
    """The ids of the rows of a document's matrix, as far as they can be told."""
    if not isinstance(id_, str) or not isinstance(rows, list):
        return ()
    names = [row.get("name") if isinstance(row, dict) else row for row in _numbered(rows)[:MOST_ROWS]]
    return tuple(f"{id_}_{name}" for name in names if isinstance(name, str))


def _named(rows: tuple[Option, ...]) -> tuple[Option, ...]:
    for row in rows:
        if not _NAME.fullmatch(row.name):
            raise flaw(
                Text(ja="行の名前に使えない文字があります。", en="A row's name has characters that cannot be used."),
                Text(
                    ja="半角の英数字・_・- で32文字までにしてください。", en="Use letters, digits, _ and -, 32 at most."
                ),
            )
    return rows


Rows = Annotated[Options, Field(max_length=MOST_ROWS), AfterValidator(_named)]


class Matrix(Placed):
    """Holds a choice for each row; its id is that of the matrix, `_` and the row's name: `service_speed`.

    So conditions, corrections, results and files know rows as questions, and a matrix needs nothing of its own there.
    """

    kind: Literal["matrix"]
    title: Words
    hint: Words | None = None
    required: Annotated[bool | Source, BeforeValidator(needed)] = True
    required_message: Words | None = None
    rows: Annotated[Rows, BeforeValidator(_numbered)]
    offered: Options = Field(alias="options")
    from_list: Annotated[str, Field(max_length=64)] | None = None

    @model_validator(mode="after")
    def _short(self) -> Self:
        few(self.offered, self.from_list)
        if any(len(self._row_id(row)) > 64 for row in self.rows):
            raise flaw(
                Text(ja="id と行の名前を合わせると長すぎます。", en="The id and a row's name are too long together."),
                Text(ja="合わせて63文字までにしてください。", en="Keep to 63 characters together."),
                field="id",
            )
        return self

    def _row_id(self, row: Option) -> str:
        return f"{self.id}_{row.name}"

    @property
    def questions(self) -> tuple[Any, ...]:
        return self._asked

    @cached_property
    def _asked(self) -> tuple[Choice, ...]:
        """Made, not read: all that they hold was checked with the matrix."""
        shared: dict[str, Any] = {
            "kind": "choice",
            "hint": self.hint,
            "when": self.when,
            "required": self.required,
            "required_message": self.required_message,
            "offered": self.offered,
            "from_list": self.from_list,
        }
        return tuple(
            Choice.model_construct(**shared, id=self._row_id(row), title=_TITLE.fill(title=self.title, row=row.label))
            for row in self.rows
        )

    def expressions(self) -> Iterator[tuple[str, str]]:
        """None: each row carries the condition."""
        return iter(())
