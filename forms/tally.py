"""Responses into counts: kept up to date answer by answer, and always equal to counting everything again."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from forms.form import Form
from forms.questions import Valued
from forms.questions.base import Answers, Countable, Value
from forms.sheet import id_of
from forms.text import Text

__all__ = [
    "Count",
    "Countable",
    "Numbers",
    "Rate",
    "Split",
    "Standing",
    "Tally",
    "numbers",
    "overall",
    "rates",
    "tally",
]


@dataclass(slots=True)
class Count:
    """What is known of one question: `values` is a multiset, so that any answer can be taken back.

    `asked` are those whom the question concerned. Of a text only that it was answered is kept, never a word.
    """

    asked: int = 0
    answered: int = 0
    values: Counter[Countable] = field(default_factory=Counter)

    def include(self, other: "Count") -> None:
        self.asked += other.asked
        self.answered += other.answered
        self.values.update(other.values)


@dataclass(frozen=True, slots=True)
class Numbers:
    """`n` numbers: exact sum, mean, median and quartiles as fractions; the rest as they were given.

    A quartile that falls between two numbers lies in proportion between them, as Excel's QUARTILE.INC has it.
    """

    n: int
    total: Fraction
    low: int | float
    high: int | float
    mean: Fraction
    median: Fraction
    lower: Fraction
    upper: Fraction


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of those asked in a group (a municipality) have answered; `share` is None where nobody was asked."""

    group: str
    asked: int
    answered: int

    @property
    def share(self) -> float | None:
        return self.answered / self.asked if self.asked else None


@dataclass(frozen=True, slots=True)
class Split:
    """By what results are split: the groups of its own tally with their labels, in order.

    A response may belong to several groups: what all have in common is counted in another tally.
    """

    title: Text
    groups: tuple[tuple[str, Text], ...]
    tally: "Tally"


@dataclass(frozen=True, slots=True)
class Standing:
    """How many people were asked and have answered, by group (municipality); and how many sent their answer on a day.

    `split`: the results are shown for each of these groups. `only`: they are of a part of the responses, in words.
    """

    asked: Mapping[str, int]
    answered: Mapping[str, int]
    days: Mapping[date, int] = field(default_factory=dict)
    split: Split | None = None
    only: Text | None = None
    withheld: Mapping[tuple[str, str], Text] = field(default_factory=dict)
    """(question, value) → what is said beside a count that is not whole."""
    remarks: Mapping[str, tuple[Text, ...]] = field(default_factory=dict)
    """Question → what is said of it instead of what its answers would say."""
    unit: str = "人"
    """What is counted, in Japanese."""

    @property
    def partial(self) -> bool:
        """Whether the results are of a part of the responses, or split otherwise: a rate would say nothing then."""
        return self.only is not None or self.split is not None

    @property
    def rows(self) -> tuple[Rate, ...]:
        return rates(self.asked, self.answered)


@dataclass(slots=True)
class Tally:
    """The counts of one form. `responses` counts them per group; answers are those that were sent."""

    form: Form
    responses: Counter[str] = field(default_factory=Counter)
    _counts: dict[str, dict[str, Count]] = field(default_factory=dict)  # question → group → count

    def add(self, answers: Answers, group: str) -> None:
        """Count one response, given by a person of `group`. A key that is there was asked; None was skipped."""
        self.responses[group] += 1
        for question, value in _asked(self.form, answers):
            count = self._counts.setdefault(question.id, {}).setdefault(group, Count())
            count.asked += 1
            for counted in _values(question, value):
                count.values[counted] += 1
            count.answered += value is not None

    def remove(self, answers: Answers, group: str) -> None:
        """Take back a response exactly as it was added. Raises ValueError where there is none to take back."""
        if self.responses[group] < 1:
            raise ValueError("no response of this group to take back")
        self.responses = +(self.responses - Counter([group]))
        for question, value in _asked(self.form, answers):
            counts = self._counts[question.id]
            counts[group].asked -= 1
            counts[group].answered -= value is not None
            counts[group].values -= Counter(_values(question, value))
            if not counts[group].asked:
                del counts[group]
            if not counts:
                del self._counts[question.id]

    def parts(self) -> Iterator[tuple[str, str, Count]]:
        """(question, group, count) of all that was asked of anybody."""
        for question, groups in self._counts.items():
            for group, count in groups.items():
                yield question, group, count

    def put(self, question: str, group: str, count: Count) -> None:
        """Take over a part as `parts` gave it."""
        self._counts.setdefault(question, {})[group] = count

    def count(self, question: str, group: str | None = None) -> Count:
        """The count of one question, of one group or (None) of all together."""
        merged = Count()
        for within, count in self._counts.get(question, {}).items():
            if group in (None, within):
                merged.include(count)
        return merged

    def options(self, question: str, group: str | None = None) -> dict[str, int]:
        """Option name → how many chose it, in the form's order, those that nobody chose included."""
        values = self.count(question, group).values
        return {option.name: values[option.name] for option in self.form.question(question).options()}

    def numbers(self, question: str, group: str | None = None) -> Numbers | None:
        """What can be said of the answers to a number question; None where there are none."""
        return numbers(self.count(question, group).values)


def tally(form: Form, responses: Iterable[tuple[str, Answers]]) -> Tally:
    """Count all `responses`, pairs of group and answers, from nothing."""
    whole = Tally(form)
    for group, answers in responses:
        whole.add(answers, group)
    return whole


def rates(asked: Mapping[str, int], answered: Mapping[str, int]) -> tuple[Rate, ...]:
    """A row per group, in the order of `asked`, then groups that answered without having been asked."""
    groups = dict.fromkeys([*asked, *answered])
    return tuple(Rate(group, asked.get(group, 0), answered.get(group, 0)) for group in groups)


def overall(rows: Iterable[Rate]) -> Rate:
    """All groups as one."""
    rows = tuple(rows)
    return Rate("", sum(row.asked for row in rows), sum(row.answered for row in rows))


def numbers(values: Mapping[Countable, int]) -> Numbers | None:
    """Exact figures over a multiset of numbers: no rounding, whatever the order they came in."""
    given = sorted((value, n) for value, n in values.items() if not isinstance(value, str) and n > 0)
    n = sum(times for _, times in given)
    if not n:
        return None
    total = sum((Fraction(value) * times for value, times in given), Fraction(0))
    lower, median, upper = (_quantile(given, n, quarters) for quarters in (1, 2, 3))
    return Numbers(n, total, given[0][0], given[-1][0], total / n, median, lower, upper)


def _quantile(given: Sequence[tuple[int | float, int]], n: int, quarters: int) -> Fraction:
    whole, rest = divmod((n - 1) * quarters, 4)
    low = Fraction(_nth(given, whole))
    return low + (Fraction(_nth(given, whole + 1)) - low) * Fraction(rest, 4) if rest else low


def _nth(given: Iterable[tuple[int | float, int]], index: int) -> int | float:
    for value, times in given:
        index -= times
        if index < 0:
            return value
    raise IndexError(index)


def _asked(form: Form, answers: Answers) -> Iterator[tuple[Valued, Value]]:
    """What was sent says what was asked: a question that did not matter has no key; in a repeat each turn has one."""
    for key, value in answers.items():
        question = form.find(id_of(key))
        if question is not None:
            yield question, value


def _values(question: Valued, value: Value) -> Iterable[Countable]:
    return () if value is None else question.counted(value)
