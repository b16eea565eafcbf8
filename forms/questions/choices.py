"""Any number of several options."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from forms.mistake import Asked, Mistake
from forms.questions.base import Cell, Countable, Measure, Option, Value, Words, flaw
from forms.questions.choice import OptionFields
from forms.questions.option import MOST_INLINE, labels
from forms.questions.other import (
    OTHER,
    Other,
    how_other,
    in_other_words,
    names_of,
    other_option,
    shown_option,
    split_other,
    what_other,
)
from forms.reading.options import Named, numbered
from forms.reading.words import LONGEST_ANSWER, folded
from forms.text import Lang, Text, lines

Count = Annotated[int, Field(ge=1, le=200)]
NONE = "none"
"""The name of the option that excludes all others."""

_SEVERAL = Text(ja="番号を「、」で区切って選んでください（例: 1、2）。", en="Choose one or more, as in 1, 2.")
_LEAST = Text(ja="{least}つ以上選んでください。", en="Choose at least {least}.")
_MOST = Text(ja="{most}つまで選べます。", en="Choose at most {most}.")
_BETWEEN = Text(ja="{least}つから{most}つまで選んでください。", en="Choose from {least} to {most}.")
_JUST = Text(ja="{n}つ選んでください。", en="Choose {n}.")
_NOT_ALL = Text(
    ja="全部は選べません（{most}つまで）。どれにするか、番号を「、」で区切って入力してください。",
    en="Not all can be chosen ({most} at most). Please type the numbers of those you mean, as in 1, 2.",
)
_NONE_LABEL = Text(ja="どれにも当てはまらない", en="None of these")
_NOT_BOTH = Text(
    ja="「{none}」は、ほかの選択肢と一緒には選べません。どちらかだけを入力してください。",
    en="“{none}” cannot be chosen together with others. Please give either.",
)


def _switch(value: Any) -> Any:
    return {"true": True, "false": False}.get(value.lower(), value) if isinstance(value, str) else value


class Choices(OptionFields):
    """With `none` there is an option that excludes all others; with `other` one for the person's own words."""

    kind: Literal["choices"]
    least: Count | None = None
    most: Count | None = None
    none: Annotated[bool | Words, BeforeValidator(_switch)] = False
    other: Other = False

    measure: ClassVar[Measure] = "options"

    @model_validator(mode="after")
    def _possible(self) -> Self:
        possible = len(self.distinct) + bool(self.other)
        if (self.least or 1) > (self.most or possible) or (self.least or 1) > possible:
            raise flaw(
                Text(ja="least の数だけ選べません。", en="It is not possible to choose as many as `least`."),
                Text(ja="most と選択肢の数以下にしてください。", en="Keep it within `most` and the number of options."),
                field="least",
            )
        return self

    def extras(self) -> tuple[Named, ...]:
        none = (Option(NONE, _NONE_LABEL if self.none is True else self.none),) if self.none else ()
        return (*other_option(self.other), *none)

    def read(self, said: str, today: date) -> Value:  # noqa: ARG002 - every kind reads alike
        if self._says_none(said):
            return [NONE] if self.none else []
        chosen = self._every_one() if self.reader.is_all(said, len(self.distinct)) else self._chosen(said)
        names = names_of(chosen)
        if NONE in names and self.none:
            if len(names) > 1:
                raise Mistake(_NOT_BOTH.fill(none=self.extras()[-1].label))
            return chosen
        if self.least is not None and len(chosen) < self.least:
            raise Mistake(self._limited(_LEAST.fill(least=self.least), len(chosen)))
        if self.most is not None and len(chosen) > self.most:
            raise Mistake(self._limited(_MOST.fill(most=self.most), len(chosen)))
        return chosen

    def _limits(self) -> Text:
        """How many, in one line."""
        if self.most is None:
            return _LEAST.fill(least=self.least)
        if self.least == self.most:
            return _JUST.fill(n=self.most)
        return _BETWEEN.fill(least=self.least, most=self.most) if (self.least or 1) > 1 else _MOST.fill(most=self.most)

    def _says_none(self, said: str) -> bool:
        return bool(self.none or (not self.required and not self.least)) and self.reader.is_none(said)

    def _every_one(self) -> list[Any]:
        """All that can be chosen without more words: neither the person's own nor none of these."""
        if self.most is not None and self.most < len(self.distinct):
            raise Asked(_NOT_ALL.fill(most=self.most))
        return [option.name for option in self.distinct]

    def _chosen(self, said: str) -> list[Any]:
        offered, number = self.options(), len(self.distinct) + 1
        before, words = split_other(said, self.extras(), number) if self.other else (said, None)
        if words is None:
            chosen: list[Any] = [offered[n].name for n in self.reader.several(self._apart(said))]
            if self.other and OTHER in chosen:
                raise what_other(number)
            return chosen
        return [*([offered[n].name for n in self.reader.several(before)] if before else []), {OTHER: words}]

    def _apart(self, said: str) -> str:
        """「月水金」 is 月、水、金 where all options are of one letter."""
        letters = folded(said) if len(said) <= LONGEST_ANSWER else ""
        labels_ = {folded(option.label.ja) for option in self.distinct[:MOST_INLINE]}
        together = len(letters) > 1 and {*letters} <= labels_ and all(len(label) == 1 for label in labels_)
        return "、".join(letters) if together and not letters.isdecimal() else said

    def _limited(self, rule: Text, count: int) -> Text:
        pattern = Text(ja="{rule}いまの入力は{count}つです。", en="{rule} You gave {count}.")
        return pattern.fill(rule=rule, count=count)

    def show(self, value: Value, lang: Lang) -> str:
        known = labels(self.options(), lang)
        parts = value if isinstance(value, list) else [str(value)]
        return ("、" if lang == "ja" else ", ").join(shown_option(known, part, lang) for part in parts)

    def prompt(self) -> Text:
        limits = [self._limits()] if self.most or (self.least or 0) > 1 else []
        limits += [how_other(len(self.distinct) + 1)] if self.other else []
        return lines(numbered(self.options()), _SEVERAL, *limits)

    def from_plain(self, words: str) -> Value:
        names, known = words.split(), {option.name for option in self.options()} - {OTHER}
        return names if names and set(names) <= known else None

    def columns(self) -> tuple[str, ...]:
        own = (f"{self.id}_other",) if self.other else ()
        return (*(f"{self.id}/{option.name}" for option in self.options()), *own)

    def cells(self, value: Value, lang: Lang) -> tuple[Cell, ...]:  # noqa: ARG002 - 1 and 0 in every language
        if not isinstance(value, list):
            return ("",) * len(self.columns())
        names, own = names_of(value), (in_other_words(value),) if self.other else ()
        return (*(int(option.name in names) for option in self.options()), *own)

    def counted(self, value: Value) -> Iterable[Countable]:
        return names_of(value)
