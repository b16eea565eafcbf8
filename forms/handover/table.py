"""Responses as tables: a row for each response, and for each repeat a table of its turns; or all of it side by side."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from forms.form import Form
from forms.questions import Element, Repeat, Value, Valued
from forms.questions.base import Answers

Turn = tuple[int, ...]
"""Which turn of each repeat around it, the outermost first; () where there is none."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A question in one of its turns; `key` is that of its answer."""

    question: Valued
    turn: Turn = ()

    @property
    def key(self) -> str:
        return ".".join([self.question.id, *map(str, self.turn)])

    @property
    def names(self) -> tuple[str, ...]:
        """Its columns: `age`, `age.2`, `needs.2/seat`."""
        id_ = self.question.id
        return tuple(self.key + name.removeprefix(id_) for name in self.question.columns())


@dataclass(frozen=True, slots=True)
class Table:
    """What stands once in a response (`repeat` is None) or in every turn of a repeat; `around` is the table above."""

    questions: tuple[Valued, ...]
    repeat: Repeat | None = None
    around: "Table | None" = None

    @property
    def depth(self) -> int:
        return 0 if self.around is None else self.around.depth + 1

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for question in self.questions for name in question.columns())


def tables(form: Form) -> tuple[Table, ...]:
    """The table of the responses, then one for each repeat, in the order of the form."""
    return tuple(_tables(form.questions, None, None))


def _tables(elements: Sequence[Element], repeat: Repeat | None, around: Table | None) -> Iterator[Table]:
    own = Table(tuple(_own(elements)), repeat, around)
    yield own
    for inner in _repeats(elements):
        yield from _tables(inner.questions, inner, own)


def _own(elements: Sequence[Element]) -> Iterator[Valued]:
    """What has a value here, groups opened, repeats left closed."""
    for element in elements:
        if isinstance(element, Valued):
            yield element
        elif not isinstance(element, Repeat):
            yield from _own(element.questions)


def _repeats(elements: Sequence[Element]) -> Iterator[Repeat]:
    for element in elements:
        if isinstance(element, Repeat):
            yield element
        else:
            yield from _repeats(element.questions)


def split(key: str) -> tuple[str, Turn] | None:
    """`age.2` → ("age", (2,)). None for what is no answer to a question: whether there is one more turn."""
    id_, *turn = key.split(".")
    return (id_, tuple(map(int, turn))) if all(part.isdecimal() for part in turn) else None


class Layout:
    """How the answers to one form lie in tables; worked out once, however many responses there are."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self.tables = tables(form)
        self._holders = {question.id: _path(table) for table in self.tables for question in table.questions}
        self._plain = tuple(_slots(form.questions, (), {})) if len(self.tables) == 1 else None

    def turns(self, answers: Answers) -> dict[str, list[Turn]]:
        """Repeat → its turns in this response, in order."""
        found: dict[str, set[Turn]] = {}
        for id_, turn in filter(None, map(split, answers)):
            for depth, repeat in enumerate(self._holders.get(id_, ())[: len(turn)], 1):
                found.setdefault(repeat, set()).add(turn[:depth])
        return {repeat: sorted(all_) for repeat, all_ in found.items()}

    def slots(self, *responses: Answers) -> tuple[Slot, ...]:
        """All in one row: what repeats stands side by side, as many turns as the longest of these responses has."""
        if self._plain is not None:
            return self._plain
        seen: dict[str, set[Turn]] = {}
        for answers in responses:
            for repeat, own in self.turns(answers).items():
                seen.setdefault(repeat, set()).update(own)
        return tuple(_slots(self._form.questions, (), seen))


def _path(table: Table) -> tuple[str, ...]:
    if table.around is None or table.repeat is None:
        return ()
    return (*_path(table.around), table.repeat.id)


def values(table: Table, turn: Turn, answers: Answers) -> Iterator[tuple[Valued, Value]]:
    """Each question of a table with its answer in this turn."""
    for question in table.questions:
        yield question, answers.get(Slot(question, turn).key)


def _slots(elements: Sequence[Element], turn: Turn, seen: Mapping[str, set[Turn]]) -> Iterator[Slot]:
    for element in elements:
        if isinstance(element, Valued):
            yield Slot(element, turn)
        elif isinstance(element, Repeat):
            for inner in sorted(t for t in seen.get(element.id, ()) if t[:-1] == turn):
                yield from _slots(element.questions, inner, seen)
        else:
            yield from _slots(element.questions, turn, seen)
