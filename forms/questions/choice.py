"""One of several options, by number or by word."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from forms.expression import Chosen
from forms.lists.table import MOST_SCANNED
from forms.questions.base import (
    Around,
    Cell,
    Countable,
    Measure,
    QuestionFields,
    Source,
    Value,
    flaw,
)
from forms.questions.option import MOST_INLINE, Drawn, Offered, Option, few, labels, shuffled
from forms.questions.other import (
    OTHER,
    Other,
    how_other,
    in_other_words,
    name_of,
    names_of,
    other_option,
    shown_option,
    split_other,
    what_other,
)
from forms.reading.options import Named, OptionReader, numbered
from forms.text import Lang, Text, lines

_DRAWN = Text(
    ja="一覧「{name}」は{n}件あり、選択肢として並べられません。",
    en="The list “{name}” has {n} rows: too many to be shown as options.",
)
_DRAWN_MEND = Text(
    ja="kind を lookup（検索して選択）にするか、{most}件までの一覧にしてください。",
    en="Make the kind lookup (search and choose), or use a list of {most} rows at most.",
)


class OptionFields(QuestionFields):
    """A question with options. In Python they are `offered`; in the document `options`, a list or the name of one.

    `choice_filter` leaves only the options for which it holds; it may use their columns. With `shuffle` each response
    has an order of its own, so that nobody gains by standing first.
    """

    offered: Offered = Field(alias="options")
    from_list: Annotated[str, Field(max_length=64)] | None = None
    choice_filter: Source | None = None
    shuffle: bool = False

    @model_validator(mode="after")
    def _few(self) -> Self:
        few(self.offered, self.from_list)
        if isinstance(self.offered, Drawn) and len(self.offered) > self._most_drawn():
            raise flaw(
                _DRAWN.fill(name=self.offered.name, n=f"{len(self.offered):,}"),
                _DRAWN_MEND.fill(most=self._most_drawn()),
                field="options",
            )
        return self

    def _most_drawn(self) -> int:
        """How long a list in a file may be that this draws from: people are shown all that is offered."""
        return MOST_SCANNED if self.choice_filter else MOST_INLINE

    def expressions(self) -> Iterator[tuple[str, str]]:
        yield from super().expressions()
        if self.choice_filter:
            yield "choice_filter", self.choice_filter

    @model_validator(mode="after")
    def _own_names(self) -> Self:
        extra = {option.name for option in self.extras()}
        if isinstance(self.offered, Drawn):
            return self
        if clash := next((option.name for option in self.offered if option.name in extra), None):
            raise flaw(
                Text(ja="選択肢の名前「{name}」は使えません。", en="No option can be named “{name}” here.").fill(
                    name=clash
                ),
                Text(ja="別の名前にしてください。", en="Give it another name."),
                field="options",
            )
        return self

    @cached_property
    def distinct(self) -> Sequence[Option]:
        """Each name once."""
        if isinstance(self.offered, Drawn):
            return self.offered
        return tuple({option.name: option for option in reversed(self.offered)}.values())[::-1]

    def extras(self) -> tuple[Named, ...]:
        """What is offered after all options, whatever their order."""
        return ()

    def options(self) -> tuple[Named, ...]:
        return (*self.distinct, *self.extras())

    def asked_as(self, around: Around) -> Self:
        if not self.shuffle or not around.seed:
            return self
        return self.changed({"offered": shuffled(self.offered, f"{around.seed}/{self.id}")})

    def among(self, value: Value, offered: Sequence[Named]) -> Value:
        """What of an answer is still offered; None where nothing is."""
        known = {option.name for option in (*offered, *self.extras())}
        if isinstance(value, list):
            return [part for part in value if name_of(part) in known] or ([] if not value else None)
        return value if value is not None and name_of(value) in known else None

    def plain(self, value: Value) -> str:
        return " ".join(names_of(value))

    def expressed(self, value: Value) -> str:
        return Chosen(names_of(value)) if isinstance(value, list) else self.plain(value)

    def from_plain(self, words: str) -> Value:
        return words if any(option.name == words for option in self.offered) else None

    def label_of(self, name: str) -> Text | None:
        """What people see of the option of this name."""
        return next((option.label for option in self.options() if option.name == name), None)

    @cached_property
    def reader(self) -> OptionReader:
        return OptionReader(self.options())


class Choice(OptionFields):
    """With `other` (true, or what to call it) an answer in the person's own words: `{"other": words}`."""

    kind: Literal["choice"]
    other: Other = False

    measure: ClassVar[Measure] = "options"

    def extras(self) -> tuple[Named, ...]:
        return other_option(self.other)

    def read(self, said: str, today: date) -> Value:  # noqa: ARG002 - every kind reads alike
        offered = self.options()
        before, words = split_other(said, self.extras(), len(offered)) if self.other else (said, None)
        if words and not before:
            return {OTHER: words}
        option = offered[self.reader.one(said)]
        if self.other and option.name == OTHER:
            raise what_other(len(offered))
        return option.name

    def show(self, value: Value, lang: Lang) -> str:
        return shown_option(labels(self.options(), lang), value, lang)

    def prompt(self) -> Text:
        return (
            lines(numbered(self.options()), how_other(len(self.options()))) if self.other else numbered(self.options())
        )

    def columns(self) -> tuple[str, ...]:
        return (self.id, f"{self.id}_other") if self.other else (self.id,)

    def cells(self, value: Value, lang: Lang) -> tuple[Cell, ...]:
        label = "" if value is None else labels(self.options(), lang).get(name_of(value), name_of(value))
        return (label, in_other_words(value)) if self.other else (label,)

    def counted(self, value: Value) -> Iterable[Countable]:
        return names_of(value)
