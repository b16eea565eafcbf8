"""What every kind of question has in common: its fields, its values, and the words for what is wrong with it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, Protocol, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from forms.expression import Chosen
from forms.expression.values import digits
from forms.mistake import Asked, Mistake
from forms.reading.options import Named
from forms.reading.taken import Towns
from forms.reading.words import is_blank, is_unsafe
from forms.text import Lang, Text, Wording

Value = str | int | float | list[Any] | dict[str, Any] | None
"""An answer as stored and exported, JSON-able. None means that the person skipped the question."""

Countable = str | int | float
"""What can be counted of an answer: the name of an option, a number, a day (2026-04-01)."""

Cell = str | int | float
"""What stands in one column of an exported file."""

Measure = Literal["words", "options", "found", "scale", "ranks", "numbers", "days"]
"""How answers are summed up: only that there are some; options, each with its count (`found`: those that were given);
points of a scale; places in an order; numbers; days, months or years."""

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


_YES, _NO = (
    {"true", "yes", "on", "1", "はい", "○", "◯", "〇", "必須"},
    {"false", "no", "off", "0", "いいえ", "×", "任意"},
)


def needed(value: Any) -> Any:
    """True and false as people write them; all else is an expression."""
    word = value.strip().lower() if isinstance(value, str) else value
    if word in _YES or word in _NO:
        return word in _YES
    return value


Words = Annotated[Wording, BeforeValidator(_visible)]
"""A Wording of which something can be seen and which hides nothing."""


Id = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_-]*\z", max_length=64)]
Source = Annotated[str, Field(min_length=1, max_length=8192)]
"""An expression as XLSForm writes it."""


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose: `name` is stored and exported, `label` is what people see."""

    name: str
    label: Text


@dataclass(frozen=True, slots=True)
class Around:
    """What a question is asked with. `seed`: the chance of this response; `narrowed`: the words that found several.

    `towns`: seven digits → the addresses with that postal code, up to the town; None where no list is at hand.
    """

    seed: str = ""
    narrowed: str = ""
    towns: Towns | None = None


class Several(Asked):
    """What was typed fits several: they are listed, and from now on a number means one of them."""

    def __init__(self, text: Text, narrowed: str) -> None:
        super().__init__(text)
        self.narrowed = narrowed


@dataclass(frozen=True, slots=True)
class Brought:
    """A file as it came; `content` is None where it was too large to be fetched."""

    name: str
    content: bytes | None


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on the earth: degrees (WGS 84), and within how many metres, where that is known."""

    lat: float
    lon: float
    accuracy: float | None = None


_NO_FILE = Text(
    ja="この質問にファイルは使えません。文字で答えてください。",
    en="This question does not take a file. Please type your answer.",
)
_NO_SPOT = Text(
    ja="この質問に位置情報は使えません。文字で答えてください。",
    en="This question does not take a location. Please type your answer.",
)


class Placed(BaseModel):
    """What stands in a form: questions, what only shows or calculates, and what holds others.

    `when` is an expression over other answers; without it this always counts.
    """

    model_config = FROZEN

    id: Id
    when: Source | None = None

    measure: ClassVar[Measure] = "words"
    verbatim: ClassVar[bool] = False
    """Whether quotation marks around an answer belong to it."""
    taps: ClassVar[bool] = True
    """Whether a tap on the number of one option is an answer."""
    free: ClassVar[bool] = False
    """Whether people word the answers themselves, so that somebody may know who gave one."""
    traceable: ClassVar[bool] = False
    """Whether an answer leads to its owner whatever it says: no anonymous form can have such a question."""

    @property
    def questions(self) -> tuple[Any, ...]:
        """What this holds; () for all that holds nothing."""
        return ()

    def expressions(self) -> Iterator[tuple[str, str]]:
        """(field, source) of everything here that is calculated from other answers."""
        if self.when:
            yield "when", self.when

    def options(self) -> tuple[Named, ...]:
        """What is offered to choose, in order; () where anything may be written."""
        return ()

    def columns(self) -> tuple[str, ...]:
        """The names of its columns in an exported file."""
        return (self.id,)

    def cells(self, value: Value, lang: Lang) -> tuple[Cell, ...]:  # noqa: ARG002 - where there are labels, by language
        """What stands in its columns: as many cells as `columns` has names; "" where there is nothing."""
        return ("" if value is None else str(value),)

    def counted(self, value: Value) -> Iterable[Countable]:  # noqa: ARG002 - of words only that there are some
        """What of a value is counted in results, as `measure` says."""
        return ()

    def plain(self, value: Value) -> str:
        """A value as expressions see it: words; "" where there is none."""
        if value is None:
            return ""
        if isinstance(value, float):
            return digits(value)
        return " ".join(map(str, value)) if isinstance(value, list) else str(value)

    def expressed(self, value: Value) -> str:
        """`plain` as a node of the tree that expressions look at holds it."""
        words = isinstance(value, list) and all(isinstance(part, str) for part in value)
        return Chosen(value) if isinstance(value, list) and words else self.plain(value)

    def from_plain(self, words: str) -> Value:
        """The value that `plain` writes so; None where it is none."""
        return words or None

    def changed(self, changes: Mapping[str, Any]) -> Self:
        """The same with other fields; nothing is checked, and what was worked out from the old ones is forgotten."""
        copy = self.model_copy(update=changes)
        for name in copy.__dict__.keys() - type(self).model_fields.keys():
            del copy.__dict__[name]
        return copy


class QuestionFields(Placed):
    """The fields of every kind that is asked.

    `required` may be an expression. `constraint` is asked of every answer (`.` is the answer); `constraint_message`
    says what to do when it fails. `default` is offered as the answer: a value as it is stored, or `= expression`.
    """

    title: Words
    hint: Words | None = None
    required: Annotated[bool | Source, BeforeValidator(needed)] = True
    required_message: Words | None = None
    constraint: Source | None = None
    constraint_message: Words | None = None
    default: Annotated[str, Field(min_length=1, max_length=8192)] | None = None

    @property
    def most_bytes(self) -> int:
        """The size of the largest file that answers this; 0 where none does."""
        return 0

    def asked_as(self, around: Around) -> Self:  # noqa: ARG002 - most kinds are asked of everybody alike
        """This question as it is asked in one response: in its own order, with what was found so far."""
        return self

    def wants_more(self, value: Value) -> bool:  # noqa: ARG002 - only files come one by one
        """Whether more may be added to an answer that was just given."""
        return False

    def take(self, file: Brought, former: Value) -> tuple[Value, bytes]:  # noqa: ARG002
        """The value of a file that was sent, and what of it to keep. Raises Mistake where it answers nothing."""
        raise Mistake(_NO_FILE)

    def find(self, spot: Spot) -> Value:  # noqa: ARG002 - only places do
        """The value of a location that was sent. Raises Mistake where it answers nothing."""
        raise Mistake(_NO_SPOT)

    def expressions(self) -> Iterator[tuple[str, str]]:
        yield from super().expressions()
        if isinstance(self.required, str):
            yield "required", self.required
        if self.constraint:
            yield "constraint", self.constraint
        if self.default and self.default.startswith("="):
            yield "default", self.default[1:]


class Readable(Protocol):
    """What a kind must be able to do besides having its fields."""

    def read(self, said: str, today: date) -> Value:
        """The value of what a person typed. Raises Mistake: why not, and what to type."""

    def show(self, value: Value, lang: Lang) -> str:
        """How `value` is echoed."""

    def prompt(self) -> Text:
        """What to type."""
