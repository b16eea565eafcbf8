"""One of several options, by number or by word."""

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from forms.questions.base import FROZEN, QuestionFields, Value, Words, flaw
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
    """One thing to choose: `name` is stored and exported, `label` is what people see."""

    model_config = FROZEN

    name: Annotated[str, BeforeValidator(_worded), Field(min_length=1, max_length=200), AfterValidator(_one_line)]
    label: Annotated[Words, BeforeValidator(_worded)]


def _unique(options: tuple[Option, ...]) -> tuple[Option, ...]:
    names = [option.name for option in options]
    for name in names:
        if names.count(name) > 1:
            raise flaw(
                Text(ja="選択肢「{name}」が2つあります。", en="There are two options “{name}”.").fill(name=name[:40]),
                Text(ja="名前は一つずつ変えてください。", en="Give each a name of its own."),
            )
    return options


Options = Annotated[
    tuple[Annotated[Option, BeforeValidator(_named)], ...], Field(min_length=1, max_length=200), AfterValidator(_unique)
]


def labels(options: Sequence[Option], lang: Lang) -> dict[str, str]:
    """Option name → label."""
    return {option.name: option.label[lang] for option in options}


class OptionFields(QuestionFields):
    """A question with options. In Python they are `offered`; in the document `options`."""

    offered: Options = Field(alias="options")

    def options(self) -> tuple[Option, ...]:  # type: ignore[override]
        return self.offered

    @cached_property
    def reader(self) -> OptionReader:
        return OptionReader(self.offered)


class Choice(OptionFields):
    kind: Literal["choice"]

    def read(self, said: str, today: date) -> Value:  # noqa: ARG002 - every kind reads alike
        return self.offered[self.reader.one(said)].name

    def show(self, value: Value, lang: Lang) -> str:
        return labels(self.offered, lang).get(str(value), str(value))

    def prompt(self) -> Text:
        return numbered(self.offered)
