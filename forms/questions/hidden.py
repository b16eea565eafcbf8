"""A value that the form itself brings: not asked, kept and exported with the answers."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from forms.questions.base import Countable, Placed, Value
from forms.text import Lang


class Hidden(Placed):
    kind: Literal["hidden"]
    value: Annotated[str, Field(max_length=2000)] = ""

    def show(self, value: Value, lang: Lang) -> str:  # noqa: ARG002 - the same in every language
        return str(value)

    def counted(self, value: Value) -> Iterable[Countable]:
        return (value,) if isinstance(value, str | int | float) else ()
