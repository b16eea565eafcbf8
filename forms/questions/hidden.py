"""A value that the form itself brings: not asked, kept and exported with the answers."""

from typing import Annotated, Literal

from pydantic import Field

from forms.questions.base import Placed, Value
from forms.text import Lang


class Hidden(Placed):
    kind: Literal["hidden"]
    value: Annotated[str, Field(max_length=2000)] = ""

    def show(self, value: Value, lang: Lang) -> str:  # noqa: ARG002 - the same in every language
        return str(value)
