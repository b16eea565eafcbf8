"""Words that are only shown, above the question that follows."""

from typing import Literal

from forms.questions.base import Placed, Words


class Note(Placed):
    kind: Literal["note"]
    title: Words
