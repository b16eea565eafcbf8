"""One of several options, by number or by word."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, model_validator

from forms.expression import Chosen
from forms.questions.base import (
    FROZEN,
    Around,
    Cell,
    Countable,
    Measure,
    QuestionFields,
    Source,
    Value,
    Words,
    flaw,
)
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
from forms.reading.words import clean
from forms.text import Lang, Text, lines


def _worded(value: Any) -> Any:
    """A document reads 2026 and 2026-04-01 as no words: as an option they are what was written."""
    return str(value) if isinstance(value, int | float | date) and not isinstance(value, bool) else value


def _named(value: Any) -> Any:
    """A bare word is both the name and the label."""
    value = _worded(value)
    return {"name": value, "label": value} if isinstance(value, str) else value


def _one_line(name: str) -> str:
    if name != clean(name) or "\n" in name or "\t" in name:
        raise flaw(
            Text(
                ja="選択肢の名前に改行や余分な空白があります。", en="An option's name has line breaks or stray spaces."
            ),
            Text(ja="1行で書いてください。", en="Write it on one line."),
        )
    return name


class Option(BaseModel):
    """One thing to choose: `name` is stored and exported, `label` is what people see, `columns` are for conditions."""

    model_config = FROZEN

    name: Annotated[str, BeforeValidator(_worded), Field(min_length=1, max_length=200), AfterValidator(_one_line)]
    label: Annotated[Words, BeforeValidator(_worded)]
    columns: Annotated[dict[str, Annotated[str, BeforeValidator(_worded)]], Field(max_length=50)] = {}


def _unique(options: tuple[Option, ...]) -> tuple[Option, ...]:
    """The same name may stand again in another branch of a list: only its columns tell which one is meant."""
    seen = set[tuple[str, frozenset[tuple[str, str]]]]()
    for option in options:
        if (mark := (option.name, frozenset(option.columns.items()))) in seen:
            raise flaw(
                Text(ja="選択肢「{name}」が2つあります。", en="There are two options “{name}”.").fill(
                    name=option.name[:40]
                ),
                Text(ja="名前は一つずつ変えてください。", en="Give each a name of its own."),
            )
        seen.add(mark)
    return options


def _no_name(value: Any) -> Any:
    """The form puts the options of a list in its place; what is left names none."""
    if isinstance(value, str):
        raise flaw(
            Text(ja="選択肢の一覧「{name}」がありません。", en="There is no list “{name}”.").fill(name=value[:40]),
            Text(
                ja="lists に書くか、ここに選択肢を並べてください。", en="Write it under `lists`, or the options here."
            ),
        )
    return value


MOST_OPTIONS, MOST_INLINE = 50_000, 200
Options = Annotated[
    tuple[Annotated[Option, BeforeValidator(_named)], ...],
    BeforeValidator(_no_name),
    Field(min_length=1, max_length=MOST_OPTIONS),
    AfterValidator(_unique),
]


def labels(options: Sequence[Named], lang: Lang) -> dict[str, str]:
    """Option name → label; where a name stands several times, that of the first."""
    return {option.name: option.label[lang] for option in reversed(options)}


def few(offered: tuple[Option, ...], from_list: str | None) -> None:
    """Raises a flaw where so many options are written into a question."""
    if from_list is None and len(offered) > MOST_INLINE:
        raise flaw(
            Text(ja="選択肢が多すぎます（{n}）。", en="There are too many options ({n}).").fill(n=len(offered)),
            Text(
                ja="{most}個までにするか、lists に書いて、その名前を options に書いてください。",
                en="Keep to {most}, or write them under `lists` and give the name of the list here.",
            ).fill(most=MOST_INLINE),
            field="options",
        )


def shuffled(options: tuple[Option, ...], seed: str) -> tuple[Option, ...]:
    """In an order that only `seed` decides: the same after a restart."""
    return tuple(
        sorted(options, key=lambda option: sha256(f"{seed}/{option.name}".encode("utf-8", "replace")).digest())
    )


class OptionFields(QuestionFields):
    """A question with options. In Python they are `offered`; in the document `options`, a list or the name of one.

    `choice_filter` leaves only the options for which it holds; it may use their columns. With `shuffle` each response
    has an order of its own, so that nobody gains by standing first.
    """

    offered: Options = Field(alias="options")
    from_list: Annotated[str, Field(max_length=64)] | None = None
    choice_filter: Source | None = None
    shuffle: bool = False

    @model_validator(mode="after")
    def _few(self) -> Self:
        few(self.offered, self.from_list)
        return self

    def expressions(self) -> Iterator[tuple[str, str]]:
        yield from super().expressions()
        if self.choice_filter:
            yield "choice_filter", self.choice_filter

    @model_validator(mode="after")
    def _own_names(self) -> Self:
        extra = {option.name for option in self.extras()}
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
    def distinct(self) -> tuple[Option, ...]:
        """Each name once."""
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
