"""What the kinds have in common that take one value by one reader."""

from datetime import date, datetime, time
from typing import ClassVar

from forms.questions.base import QuestionFields, Value
from forms.reading.taken import JAPAN, Given, Reader, Towns
from forms.text import Lang, Text


def given(today: date, towns: Towns | None = None) -> Given:
    """Noon of a day, where only the day is known."""
    return Given(datetime.combine(today, time(12), JAPAN), towns=towns)


class TypedFields(QuestionFields):
    """`reader` (a staticmethod) reads, `check` keeps to the limits, `how` says what to type."""

    reader: ClassVar[Reader]
    how: ClassVar[Text]

    def read(self, said: str, today: date) -> Value:
        value: Value = type(self).reader(said, given(today)).value
        self.check(value)
        return value

    def check(self, value: Value) -> None:
        """Raises Mistake for a value outside the limits."""

    def show(self, value: Value, lang: Lang) -> str:  # noqa: ARG002 - the same in every language
        return str(value)

    def prompt(self) -> Text:
        return self.how
