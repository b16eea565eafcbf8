"""Any number of several options."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from forms.mistake import Mistake
from forms.questions.base import Cell, Countable, Measure, Value, flaw
from forms.questions.choice import OptionFields, labels
from forms.reading.options import numbered
from forms.text import Lang, Text, lines

Count = Annotated[int, Field(ge=1, le=200)]

_SEVERAL = Text(ja="番号を「、」で区切って選んでください（例: 1、2）。", en="Choose one or more, as in 1, 2.")
_LEAST = Text(ja="{least}つ以上選んでください。", en="Choose at least {least}.")
_MOST = Text(ja="{most}つまで選べます。", en="Choose at most {most}.")


class Choices(OptionFields):
    kind: Literal["choices"]

    measure: ClassVar[Measure] = "options"

    least: Count | None = None
    most: Count | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if (self.least or 1) > (self.most or len(self.offered)) or (self.least or 1) > len(self.offered):
            raise flaw(
                Text(ja="least の数だけ選べません。", en="It is not possible to choose as many as `least`."),
                Text(ja="most と選択肢の数以下にしてください。", en="Keep it within `most` and the number of options."),
                field="least",
            )
        return self

    def read(self, said: str, today: date) -> Value:  # noqa: ARG002 - every kind reads alike
        if not self.required and not self.least and self.reader.is_none(said):
            return []
        chosen = [self.offered[n].name for n in self.reader.several(said)]
        if self.least is not None and len(chosen) < self.least:
            raise Mistake(self._limited(_LEAST.fill(least=self.least), len(chosen)))
        if self.most is not None and len(chosen) > self.most:
            raise Mistake(self._limited(_MOST.fill(most=self.most), len(chosen)))
        return list(chosen)

    def _limited(self, rule: Text, count: int) -> Text:
        pattern = Text(ja="{rule}いまの入力は{count}つです。", en="{rule} You gave {count}.")
        return pattern.fill(rule=rule, count=count)

    def show(self, value: Value, lang: Lang) -> str:
        known = labels(self.offered, lang)
        names = value if isinstance(value, list) else [str(value)]
        return ("、" if lang == "ja" else ", ").join(known.get(name, name) for name in names)

    def prompt(self) -> Text:
        limits = [_LEAST.fill(least=self.least)] if self.least else []
        limits += [_MOST.fill(most=self.most)] if self.most else []
        return lines(numbered(self.offered), _SEVERAL, *limits)

    def columns(self) -> tuple[str, ...]:
        return tuple(f"{self.id}/{option.name}" for option in self.offered)

    def cells(self, value: Value, lang: Lang) -> tuple[Cell, ...]:  # noqa: ARG002 - 1 and 0 in every language
        if not isinstance(value, list):
            return ("",) * len(self.offered)
        return tuple(int(option.name in value) for option in self.offered)

    def counted(self, value: Value) -> Iterable[Countable]:
        return value if isinstance(value, list) else ()
