"""A value that follows from other answers: never asked, kept and exported with them."""

from collections.abc import Iterable, Iterator
from typing import Literal

from forms.questions.base import Countable, Placed, Source, Value, Words
from forms.text import Lang


class Calculated(Placed):
    """`title` names it in lists and results; without one its id does."""

    kind: Literal["calculated"]
    title: Words | None = None
    calculate: Source

    def expressions(self) -> Iterator[tuple[str, str]]:
        yield from super().expressions()
        yield "calculate", self.calculate

    def show(self, value: Value, lang: Lang) -> str:  # noqa: ARG002 - what is calculated reads the same in every language
        return str(value)

    def counted(self, value: Value) -> Iterable[Countable]:
        return (value,) if isinstance(value, str | int | float) else ()
