"""The same questions again for each of several: children, items, places."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from forms.questions.base import Placed, Source, Words, flaw
from forms.text import Text

if TYPE_CHECKING:
    from forms.questions import Element

MOST = 30
Times = Annotated[int, Field(ge=0, le=MOST)]


class Repeat(Placed):
    """Asked `least` times, then as often as people want one more, `most` times at most.

    With `count` (an expression) that many times, and nobody is asked. `another` is the words that ask for one more
    (`{n}` is how many there are), `whether` those that ask for the first where there may be none.
    """

    kind: Literal["repeat"]
    title: Words
    least: Times = 1
    most: Annotated[int, Field(ge=1, le=MOST)] = MOST
    count: Source | None = None
    another: Words | None = None
    whether: Words | None = None
    inside: "tuple[Element, ...]" = Field(alias="questions", min_length=1)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.least > self.most:
            raise flaw(
                Text(ja="least が most より大きくなっています。", en="`least` is above `most`."),
                Text(ja="入れ替えるか、直してください。", en="Swap or correct them."),
                field="least",
            )
        return self

    @property
    def questions(self) -> tuple[Any, ...]:
        return self.inside

    def expressions(self) -> Iterator[tuple[str, str]]:
        yield from super().expressions()
        if self.count:
            yield "count", self.count
