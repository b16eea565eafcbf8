"""What the kinds have in common that know the post's list of codes: a postal code, an address."""

from collections.abc import Sequence
from typing import ClassVar, Self

from pydantic import PrivateAttr

from forms.questions.base import Around, QuestionFields
from forms.questions.searching import MOST_LISTED


class CodedFields(QuestionFields):
    """The list comes with what the question is asked with."""

    free: ClassVar[bool] = True
    _around: Around = PrivateAttr(default=Around())

    def asked_as(self, around: Around) -> Self:
        copy = self.model_copy()
        copy._around = around  # noqa: SLF001 - a copy of this very question
        return copy

    def _towns(self, code: str) -> Sequence[str]:
        """Each once, as many as can be listed."""
        known = self._around.towns
        return tuple(dict.fromkeys(known(code)))[:MOST_LISTED] if known and code else ()
