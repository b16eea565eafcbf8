"""Several questions under a heading, asked one after the other."""

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from forms.questions.base import Placed, Words

if TYPE_CHECKING:
    from forms.questions import Element


class Group(Placed):
    """`when` holds for all that is inside. The heading stands above the first question that is asked."""

    kind: Literal["group"]
    title: Words | None = None
    inside: "tuple[Element, ...]" = Field(alias="questions", min_length=1)

    @property
    def questions(self) -> tuple[Any, ...]:
        return self.inside
