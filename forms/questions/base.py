"""What every kind of question has in common: its fields, its values, and the words for what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Protocol

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from forms.reading.words import is_blank, is_unsafe
from forms.text import Lang, Text, Wording

Value = str | int | float | list[str] | None
"""An answer as stored and exported, JSON-able. None means that the person skipped the question."""

Answers = Mapping[str, Value]
"""Question id → value."""

FROZEN = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, serialize_by_alias=True)
_LANGUAGES = {"ja", "en"}


def flaw(what: Text, mend: Text, *, field: str | None = None) -> PydanticCustomError:
    """To be raised by a validator: what is wrong, how to mend it, and in which field where several are seen."""
    return PydanticCustomError("flaw", "{en}", {"en": what.en, "what": what, "mend": mend, "field": field})


def _visible(value: Any) -> Any:
    for words in value.values() if isinstance(value, dict) else (value,):
        if isinstance(words, str) and words and (is_blank(words) or is_unsafe(words)):
            raise flaw(
                Text(
                    ja="見えない文字だけか、制御文字が入っています。",
                    en="It holds control characters or nothing visible.",
                ),
                Text(ja="文字を入力し直してください。", en="Type the words anew."),
            )
    if isinstance(value, dict) and (other := set(value) - _LANGUAGES):
        raise flaw(
            Text(ja="言語「{other}」はありません。", en="There is no language “{other}” here.").fill(
                other=min(map(str, other))[:20]
            ),
            Text(ja="ja（日本語）と en（英語）だけを書いてください。", en="Give ja (Japanese) and en (English) only."),
        )
    return value


Words = Annotated[Wording, BeforeValidator(_visible)]
"""A Wording of which something can be seen and which hides nothing."""


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose: `name` is stored and exported, `label` is what people see."""

    name: str
    label: Text


class QuestionFields(BaseModel):
    """The fields of every kind. `when` is an expression over other answers; without it the question always counts."""

    model_config = FROZEN

    id: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_-]*\z", max_length=64)]
    title: Words
    hint: Words | None = None
    required: bool = True
    when: Annotated[str, Field(min_length=1, max_length=8192)] | None = None

    def options(self) -> tuple[Option, ...]:
        """What is offered to choose, in order; () where anything may be written."""
        return ()

    def columns(self) -> tuple[str, ...]:
        """The names of this question's columns in an exported file."""
        return (self.id,)


class Readable(Protocol):
    """What a kind must be able to do besides having its fields."""

    def read(self, said: str, today: date) -> Value:
        """The value of what a person typed. Raises Mistake: why not, and what to type."""

    def show(self, value: Value, lang: Lang) -> str:
        """How `value` is echoed."""

    def prompt(self) -> Text:
        """What to type."""
