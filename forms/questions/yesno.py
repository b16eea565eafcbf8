"""Yes or no."""

from collections.abc import Iterable
from datetime import date
from typing import ClassVar, Literal

from forms.questions.base import Cell, Countable, Measure, Option, QuestionFields, Value
from forms.reading.consent import read_yes
from forms.text import Lang, Text

_OPTIONS = (
    Option(name="yes", label=Text(ja="はい", en="yes")),
    Option(name="no", label=Text(ja="いいえ", en="no")),
)


class YesNo(QuestionFields):
    kind: Literal["yesno"]

    measure: ClassVar[Measure] = "options"

    def read(self, said: str, today: date) -> Value:  # noqa: ARG002 - every kind reads alike
        return "yes" if read_yes(said) else "no"

    def show(self, value: Value, lang: Lang) -> str:
        return next((option.label[lang] for option in _OPTIONS if option.name == value), str(value))

    def prompt(self) -> Text:
        return Text(ja="1. はい\n2. いいえ", en="1. yes\n2. no")

    def options(self) -> tuple[Option, ...]:
        return _OPTIONS

    def cells(self, value: Value, lang: Lang) -> tuple[Cell, ...]:
        return ("" if value is None else self.show(value, lang),)

    def counted(self, value: Value) -> Iterable[Countable]:
        return (str(value),)
