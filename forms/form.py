"""The form: the versioned document that people write, share and sign. Its field names are public."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from forms.expression import Node, instance_of
from forms.lists.node import SCANNED, SCANNED_MEND
from forms.lists.roll import Rolls
from forms.lists.table import MOST_SCANNED, Table
from forms.mistake import Mistake
from forms.piping import has_mention
from forms.questions import Calculated, Element, Group, Hidden, Matrix, Note, Question, Repeat, Valued
from forms.questions.base import FROZEN, QuestionFields, Words, flaw
from forms.questions.choice import OptionFields
from forms.questions.option import Drawn, Option, Options
from forms.reading.words import nfc
from forms.recurrence import read_offset
from forms.rules import Rules, pieces
from forms.spoken import normal
from forms.text import Text

MOST_QUESTIONS = 1000
JAPAN = timezone(timedelta(hours=9), "JST")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:?\d\d)?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_NAME = re.compile(
    "[a-z0-9\u3005-\u3007\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f-]{1,64}"
)
_CLOSES = (
    Text(ja="日時として読めません。", en="This is not a date and time."),
    Text(ja="2026-12-11T17:00+09:00 のように書いてください。", en="Write it as in 2026-12-11T17:00+09:00."),
)


def _name(value: Any) -> Any:
    return nfc(value) if isinstance(value, str) else value


def _named(name: str) -> str:
    if not _NAME.fullmatch(name) or name.startswith("-"):
        raise flaw(
            Text(ja="使えない文字があるか、長すぎます。", en="It has characters that cannot be used, or is too long."),
            Text(
                ja="a〜z、0〜9、- か、日本語の文字だけで、64文字以内にしてください。",
                en="Use a–z, 0–9, - or Japanese letters, 64 at most.",
            ),
        )
    return name


def _moment(value: Any) -> datetime:
    """Aware; what has no offset is Japanese time, and a day without a time is its end."""
    if isinstance(value, str):
        value = _written_moment(unicodedata.normalize("NFKC", value[:64]).strip().replace("/", "-"))
    if not isinstance(value, datetime):
        raise flaw(*_CLOSES)
    moment: datetime = value if value.tzinfo else value.replace(tzinfo=JAPAN)
    if not 2000 <= moment.year < 2200:
        raise flaw(Text(ja="年が正しくありません。", en="The year cannot be right."), _CLOSES[1])
    return moment


def _written_moment(written: str) -> datetime:
    written = f"{written}T23:59" if _DAY.fullmatch(written) else written
    if not _MOMENT.fullmatch(written):
        raise flaw(*_CLOSES)
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        raise flaw(Text(ja="そのような日時はありません。", en="There is no such day or time."), _CLOSES[1]) from None


def _few(value: Any) -> Any:
    """Asked before each is looked at."""
    count = _counted(value)
    if count > MOST_QUESTIONS:
        raise flaw(
            Text(ja="質問が多すぎます（{n}問）。", en="There are too many questions ({n}).").fill(n=count),
            Text(ja="{most}問までにしてください。", en="Keep to {most}.").fill(most=MOST_QUESTIONS),
        )
    return value


def _counted(value: Any) -> int:
    """How many stand in a list as it was written, at any depth."""
    if not isinstance(value, list | tuple):
        return 0
    return len(value) + sum(_counted(one.get("questions")) for one in value if isinstance(one, dict))


def _with_lists(questions: Any, lists: dict[str, Any]) -> Any:
    if not isinstance(questions, list | tuple):
        return questions
    return [_with_list(question, lists) for question in questions]


def _with_list(question: Any, lists: dict[str, Any]) -> Any:
    if not isinstance(question, dict):
        return question
    if "questions" in question:
        return {**question, "questions": _with_lists(question["questions"], lists)}
    name = question.get("options")
    if not isinstance(name, str) or name not in lists:
        return question
    return {**question, "options": lists[name], "from_list": name}


def _walk(elements: Iterable[Element]) -> Iterator[Element]:
    for element in elements:
        yield element
        yield from _walk(element.questions)


def _is_plain(element: Element) -> bool:
    if not isinstance(element, QuestionFields):
        return isinstance(element, Matrix)  # its rows are looked at themselves
    return not any(map(has_mention, (element.title, element.hint))) and element.default is None


def _table(options: Sequence[Option]) -> Node:
    return instance_of({**o.columns, "name": o.name, "label": o.label.ja} for o in options)


def _duration(value: str) -> str:
    try:
        read_offset(value)
    except Mistake:
        raise flaw(
            Text(ja="「締切のどれだけ前か」として読めません。", en="This is not a length of time."),
            Text(
                ja="30m（分）、3h（時間）、1d（日）、2w（週）のように書いてください。",
                en="Write it as 30m, 3h, 1d or 2w.",
            ),
        ) from None
    return normal(value)


Name = Annotated[str, BeforeValidator(_name), AfterValidator(_named)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Duration = Annotated[str, AfterValidator(_duration)]
ListName = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\s'\"]+\z")]
_LISTS = TypeAdapter(dict[ListName, Options])
_TABLES = TypeAdapter(dict[ListName, Table])
ROLLS = "rolls"
"""The key of a validation's context under which the content of lists in files may be handed to a form."""
Room = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[#!]\S+\z")]


class Audience(BaseModel):
    """Who is asked: the members of these rooms (aliases or room ids)."""

    model_config = FROZEN

    rooms: Annotated[tuple[Room, ...], Field(max_length=100)] = ()


class Form(BaseModel):
    """A form as people write it. `urgent`: reminders may come in the quiet hours too.

    `lists`: options that several questions share, or that are too many to write into one; name → options.
    `tables`: lists of up to 50,000 rows that stand in files; name → which file. Read with `ROLLS` in its context a
    form finds their rows; without, it is a document like any other.
    """

    model_config = FROZEN

    name: Name
    title: Words
    about: Words | None = None
    privacy: Literal["named", "confidential", "anonymous"] = "named"
    lists: Annotated[dict[ListName, Options], Field(max_length=500)] = {}
    tables: Annotated[dict[ListName, Table], Field(max_length=50)] = {}
    questions: Annotated[tuple[Element, ...], Field(min_length=1), BeforeValidator(_few)]
    audience: Audience | None = None
    closes: Moment | None = None
    remind: Annotated[tuple[Duration, ...], Field(max_length=10)] = ()
    results: Literal["live", "at-close", "editors"] = "live"
    urgent: bool = False

    @model_validator(mode="before")
    @classmethod
    def _listed(cls, value: Any, info: ValidationInfo) -> Any:
        """Where a question names a list, its options stand: read once, however many questions share them."""
        if not isinstance(value, dict) or not (value.get("lists") or value.get("tables")):
            return value
        try:
            lists = _LISTS.validate_python(value.get("lists", {}))
            tables = _TABLES.validate_python(value.get("tables", {}))
        except ValidationError:
            return value  # said where the field itself is read
        rolls = (info.context or {}).get(ROLLS)
        named = {**lists, **{name: Drawn(name, table, rolls) for name, table in tables.items()}}
        return {**value, "lists": lists, "tables": tables, "questions": _with_lists(value.get("questions"), named)}

    @model_validator(mode="after")
    def _coherent(self, info: ValidationInfo) -> Self:
        self.__dict__[ROLLS] = (info.context or {}).get(ROLLS)  # no field, nor private: forms are equal without it
        for broken in self.rules.faults:
            raise flaw(broken.what, broken.mend, field=broken.field)
        for id_, field, name in self._scanning():
            n = f"{self.tables[name].rows:,}"
            raise flaw(SCANNED.fill(id=id_, name=name, n=n), SCANNED_MEND.fill(), field=field)
        return self

    def _scanning(self) -> Iterator[tuple[str, str, str]]:
        """(id, field, list) of every expression that would go through a long list in a file row by row."""
        long = {name for name, table in self.tables.items() if table.rows > MOST_SCANNED}
        for id_, expressions in self.rules.of.items() if long else ():
            for field, expression in expressions.items():
                yield from ((id_, field, name) for name in sorted(expression.scanned & long))

    def walk(self) -> Iterator[Element]:
        """Everything that stands in the form, at any depth, in order."""
        return _walk(self.questions)

    def question(self, id_: str) -> Valued:
        """What has this id and has a value. Raises KeyError."""
        return self.by_id[id_]

    def find(self, id_: str) -> Valued | None:
        """What has this id and has a value; None where nothing does."""
        return self.by_id.get(id_)

    @property
    def reminders(self) -> tuple[timedelta, ...]:
        """`remind` as lengths of time before `closes`."""
        return tuple(map(read_offset, self.remind))

    @cached_property
    def asked(self) -> tuple[Question, ...]:
        """All questions, at any depth, in order."""
        return tuple(e for e in self.walk() if isinstance(e, QuestionFields))

    @cached_property
    def valued(self) -> tuple[Valued, ...]:
        """All that has a value: questions, what is calculated, what is hidden; in order."""
        return tuple(e for e in self.walk() if not isinstance(e, Group | Repeat | Matrix | Note))

    @cached_property
    def rules(self) -> Rules:
        """Its expressions, compiled, and the order in which they are to be worked out."""
        return Rules(tuple(pieces(self.questions)))

    @cached_property
    def plain(self) -> bool:
        """Whether nothing in it depends on anything: what is asked is what stands in it, whatever the answers."""
        return not self.rules.any and all(_is_plain(element) for element in self.walk())

    @cached_property
    def derived(self) -> frozenset[str]:
        """The ids of values that nobody gives: calculated or hidden."""
        return frozenset(e.id for e in self.walk() if isinstance(e, Calculated | Hidden))

    @cached_property
    def instances(self) -> dict[str, Node]:
        """Its lists, and the options of each question that filters its own, as instance() sees them; name → tree."""
        asked = [q for q in self.asked if isinstance(q, OptionFields)]
        own = {q.id: q.offered for q in asked if q.choice_filter and not isinstance(q.offered, Drawn)}
        rolls: Rolls | None = self.__dict__.get(ROLLS)
        written = {name: _table(options) for name, options in {**own, **self.lists}.items()}
        return {**written, **{name: Drawn(name, table, rolls).instance() for name, table in self.tables.items()}}

    def option_rows(self, question: OptionFields) -> Sequence[Node]:
        """The rows of a question's options, in their order."""
        return self.instances[question.from_list or question.id].children[0].children

    def draws(self) -> frozenset[str]:
        """The hashes of the lists in files that it draws from."""
        return frozenset(table.sha256 for table in self.tables.values())

    def element(self, id_: str) -> Element:
        """Whatever has this id. Raises KeyError."""
        return self._elements[id_]

    @cached_property
    def _elements(self) -> dict[str, Element]:
        return {element.id: element for element in self.walk()}

    @cached_property
    def by_id(self) -> dict[str, Valued]:
        return {element.id: element for element in self.valued}
