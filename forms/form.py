"""The form: the versioned document that people write, share and sign. Its field names are public."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, model_validator

from forms.expression import Condition, compile_expression
from forms.mistake import Mistake
from forms.questions import Question
from forms.questions.base import FROZEN, Words, flaw
from forms.reading.words import nfc, quote
from forms.recurrence import read_offset
from forms.spoken import normal
from forms.text import Text

MOST_QUESTIONS = 500
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
    if isinstance(value, list | tuple) and len(value) > MOST_QUESTIONS:
        raise flaw(
            Text(ja="質問が多すぎます（{n}問）。", en="There are too many questions ({n}).").fill(n=len(value)),
            Text(ja="{most}問までにしてください。", en="Keep to {most}.").fill(most=MOST_QUESTIONS),
        )
    return value


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
Room = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[#!]\S+\z")]


class Audience(BaseModel):
    """Who is asked: the members of these rooms (aliases or room ids)."""

    model_config = FROZEN

    rooms: Annotated[tuple[Room, ...], Field(max_length=100)] = ()


class Form(BaseModel):
    """A form as people write it. `urgent`: reminders may come in the quiet hours too."""

    model_config = FROZEN

    name: Name
    title: Words
    about: Words | None = None
    privacy: Literal["named", "confidential", "anonymous"] = "named"
    questions: Annotated[tuple[Question, ...], Field(min_length=1), BeforeValidator(_few)]
    audience: Audience | None = None
    closes: Moment | None = None
    remind: Annotated[tuple[Duration, ...], Field(max_length=10)] = ()
    results: Literal["live", "at-close", "editors"] = "live"
    urgent: bool = False

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        for broken in incoherences((question.id, question.when) for question in self.questions):
            raise flaw(broken.what, broken.mend, field=broken.field)
        return self

    def question(self, id_: str) -> Question:
        """The question of this id. Raises KeyError."""
        return self._by_id[id_]

    @property
    def reminders(self) -> tuple[timedelta, ...]:
        """`remind` as lengths of time before `closes`."""
        return tuple(map(read_offset, self.remind))

    @cached_property
    def conditions(self) -> tuple[Condition | None, ...]:
        """The compiled `when` of each question, in order; None where a question always matters."""
        known = frozenset(self._by_id)
        return tuple(compile_expression(q.when, known) if q.when else None for q in self.questions)

    @cached_property
    def looks_ahead(self) -> bool:
        """Whether some `when` looks at its own question or at a later one."""
        place = {question.id: n for n, question in enumerate(self.questions)}
        return any(c and any(place[id_] >= n for id_ in c.mentions) for n, c in enumerate(self.conditions))

    @cached_property
    def _by_id(self) -> dict[str, Question]:
        return {question.id: question for question in self.questions}


@dataclass(frozen=True, slots=True)
class Incoherence:
    """What is wrong at a `field` of the question at `index`, seen from the other questions."""

    index: int
    field: str
    what: Text
    mend: Text


def incoherences(questions: Iterable[tuple[str, str | None]]) -> Iterator[Incoherence]:
    """What is wrong between questions, given as (id, when); one by one, as there may be more than anybody reads."""
    given = list(questions)
    ids = {id_ for id_, _ in given}
    yield from _repeated(given)
    yield from filter(None, (_when(n, when, ids) for n, (_, when) in enumerate(given)))


def _repeated(given: list[tuple[str, str | None]]) -> Iterator[Incoherence]:
    first: dict[str, int] = {}
    for n, (id_, _) in enumerate(given):
        if first.setdefault(id_, n) != n:
            what = Text(ja="id「{id}」は質問{n}でも使われています。", en="The id “{id}” is also that of question {n}.")
            yield Incoherence(n, "id", what.fill(id=quote(id_), n=first[id_] + 1), _OTHER_ID)


def _when(index: int, when: str | None, known: Collection[str]) -> Incoherence | None:
    try:
        if when is not None:
            compile_expression(when, known)
    except Mistake as mistake:
        return Incoherence(index, "when", mistake.text, _MEND_WHEN)
    return None


_OTHER_ID = Text(ja="別の id にしてください。", en="Give it another id.")
_MEND_WHEN = Text(
    ja="${{reason}} = 'move' のような式にしてください。", en="Write an expression such as ${{reason}} = 'move'."
).fill()
