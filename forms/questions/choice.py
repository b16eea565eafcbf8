"""One of several options, by number or by word."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, model_validator

from forms.questions.base import FROZEN, Cell, Countable, Measure, QuestionFields, Source, Value, Words, flaw
from forms.reading.options import OptionReader, numbered
from forms.reading.words import clean
from forms.text import Lang, Text


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
    seen = set[str]()
    for option in options:
        if option.name in seen:
            raise flaw(
                Text(ja="選択肢「{name}」が2つあります。", en="There are two options “{name}”.").fill(
                    name=option.name[:40]
                ),
                Text(ja="名前は一つずつ変えてください。", en="Give each a name of its own."),
            )
        seen.add(option.name)
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


def labels(options: Sequence[Option], lang: Lang) -> dict[str, str]:
    """Option name → label."""
    return {option.name: option.label[lang] for option in options}


class OptionFields(QuestionFields):
    """A question with options. In Python they are `offered`; in the document `options`, a list or the name of one.

    `choice_filter` leaves only the options for which it holds; it may use their columns.
    """

    offered: Options = Field(alias="options")
    from_list: Annotated[str, Field(max_length=64)] | None = None
    choice_filter: Source | None = None

    @model_validator(mode="after")
    def _few(self) -> Self:
        if self.from_list is None and len(self.offered) > MOST_INLINE:
            raise flaw(
                Text(ja="選択肢が多すぎます（{n}）。", en="There are too many options ({n}).").fill(
                    n=len(self.offered)
                ),
                Text(
                    ja="{most}個までにするか、lists に書いて、その名前を options に書いてください。",
                    en="Keep to {most}, or write them under `lists` and give the name of the list here.",
                ).fill(most=MOST_INLINE),
                field="options",
            )
        return self

    def expressions(self) -> Iterator[tuple[str, str]]:
        yield from super().expressions()
        if self.choice_filter:
            yield "choice_filter", self.choice_filter

    def options(self) -> tuple[Option, ...]:  # type: ignore[override]
        return self.offered

    @cached_property
    def reader(self) -> OptionReader:
        return OptionReader(self.offered)


class Choice(OptionFields):
    kind: Literal["choice"]

    measure: ClassVar[Measure] = "options"

    def read(self, said: str, today: date) -> Value:  # noqa: ARG002 - every kind reads alike
        return self.offered[self.reader.one(said)].name

    def show(self, value: Value, lang: Lang) -> str:
        return labels(self.offered, lang).get(str(value), str(value))

    def prompt(self) -> Text:
        return numbered(self.offered)

    def cells(self, value: Value, lang: Lang) -> tuple[Cell, ...]:
        return ("" if value is None else self.show(value, lang),)

    def counted(self, value: Value) -> Iterable[Countable]:
        return (str(value),)
