"""What of a municipality's counts may leave: small numbers are withheld, and what would give them away with them.

1. A count of 1 to 4 people is withheld.
2. So is another of the same question, so that it does not follow from the sum: at least 5 people in at least two cells.
3. A correction says nothing of a question in which a count differs by 1 to 4 from any that was released before (the
   difference would be those people, and which count is withheld would tell where they went), nor of one that changed
   and of which a count is, or was, withheld.
4. Of a question that was put only to some, nothing is said while an earlier answer is withheld, or where those it was
   (or was not) put to are too few.
5. The sum of numbers is withheld where one answer makes up nearly all of it; lowest and highest never leave.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from forms.anonymity import LEAST
from forms.form import Form
from forms.inquiry import GIVEN, SKIPPED, Part, Released
from forms.questions import Element, Question, Repeat
from forms.tally import Count, Countable, Tally

_NEARLY: Final = Fraction(1, 10)
"""The second largest giver must not be able to tell the largest answer more exactly than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """All counts of a question of which something was released, and the sum; never leaves the municipality."""

    cells: Mapping[str, int]
    total: str = "0"
    whole: bool = True
    """Whether none of it was withheld."""


Past = Sequence[Mapping[str, Truth]]
"""Of each version that left, question → what was true of it."""


def released(form: Form, tally: Tally, *, asked: int, version: int, past: Past = ()) -> Released:
    """What leaves of a tally, as this version."""
    answered = sum(tally.responses.values())
    if answered < LEAST:
        return Released(version=version, asked=asked, answered=None, parts={q.id: Part() for q in form.asked})
    run = _Run(answered, past)
    within = _repeated(form)
    parts = {q.id: Part() if q.id in within else run.part(q, tally.count(q.id)) for q in form.asked}
    return Released(version=version, asked=asked, answered=answered, parts=parts)


def truths(form: Form, tally: Tally, leaving: Released) -> Mapping[str, Truth]:
    """What is true of the questions that a release says anything of: to be kept, so that no correction tells more."""
    told = [question for question in form.asked if leaving.parts[question.id].base is not None]
    return {question.id: _truth(question, tally.count(question.id)) for question in told}


def _truth(question: Question, count: Count) -> Truth:
    cells = cells_of(question, count)
    return Truth(cells=cells, total=decimal(_sum(count)), whole=not withheld(cells) and not _dominated(count.values))


def _repeated(form: Form) -> frozenset[str]:
    """What is asked several times of one person: ten of its counts may be one person's."""
    return frozenset(name for element in form.walk() if isinstance(element, Repeat) for name in _names(element))


def _names(element: Element) -> Iterator[str]:
    for inner in element.questions:
        yield inner.id
        yield from _names(inner)


@dataclass(slots=True)
class _Run:
    """One way through a form: what was withheld so far decides on what follows."""

    answered: int
    past: Past
    bases: list[int] = field(default_factory=list)
    clouded: bool = False

    def part(self, question: Question, count: Count) -> Part:
        if not self._may_tell(question, count):
            self.clouded = True
            return Part()
        self.bases.append(count.asked)
        part = _part(question, count)
        self.clouded = self.clouded or bool(part.withheld) or part.base is None
        return part

    def _may_tell(self, question: Question, count: Count) -> bool:
        before = [truths[question.id] for truths in self.past if question.id in truths]
        if any(_near(_truth(question, count), truth) for truth in before):
            return False
        if count.asked == self.answered:
            return True
        return not self.clouded and not any(_small(count.asked - other) for other in (0, self.answered, *self.bases))


def _near(now: Truth, before: Truth) -> bool:
    """Whether the two together would tell of few people."""
    if now == before:
        return False
    if not (now.whole and before.whole):
        return True
    values = now.cells.keys() | before.cells.keys()
    apart = [now.cells.get(value, 0) - before.cells.get(value, 0) for value in values]
    few = not any(abs(n) >= LEAST for n in apart)
    return any(map(_small, apart)) or (now.total != before.total and few)


def _part(question: Question, count: Count) -> Part:
    cells = cells_of(question, count)
    if question.measure in ("days", "found"):  # that somebody gave this value at all is not to be told
        cells = _merged(cells)
    held = withheld(cells)
    if question.measure == "ranks" and held:  # every place and every option is a sum of its own
        return Part()
    shown = {value: n for value, n in cells.items() if value not in held}
    whole = question.measure == "numbers" and GIVEN in shown and not _dominated(count.values)
    total = decimal(_sum(count)) if whole else None
    return Part(base=count.asked, cells=shown, withheld=tuple(v for v in cells if v in held), total=total)


def _merged(cells: Mapping[str, int]) -> dict[str, int]:
    """What few people gave as one: how many gave something else."""
    few = [value for value, n in cells.items() if value != SKIPPED and _small(n)]
    rest = {GIVEN: sum(cells[value] for value in few)} if few else {}
    return {**{value: n for value, n in cells.items() if value not in few}, **rest}


def cells_of(question: Question, count: Count) -> dict[str, int]:
    """Value → how many, in the form's order, and who skipped it (where that may be). What people worded is one cell."""
    skipped = count.asked - count.answered
    tail = {} if question.required is True and not skipped else {SKIPPED: skipped}
    if question.measure in ("words", "numbers"):
        return {GIVEN: count.answered, **tail}
    found = {str(value): n for value, n in sorted(count.values.items(), key=lambda one: str(one[0])) if n}
    if question.measure in ("options", "scale"):
        options = [option.name for option in question.options()]
        return {**{name: found.get(name, 0) for name in options}, **tail}
    return {**found, **tail}


def withheld(cells: Mapping[str, int]) -> frozenset[str]:
    """The cells that must not be shown, given that the sum of all is known."""
    pool = [value for value, n in cells.items() if _small(n)]
    rest = sorted((v for v in _after(list(cells), pool) if v not in pool), key=lambda v: not cells[v])
    while pool and rest and not _hides([cells[v] for v in pool]):
        pool.append(rest.pop(0))
    return frozenset(pool)


def _after(names: list[str], pool: list[str]) -> list[str]:
    """Beginning after the first that is withheld: which one goes with it must not depend on how many chose it."""
    first = names.index(pool[0]) + 1 if pool else 0
    return names[first:] + names[:first]


def _hides(counts: list[int]) -> bool:
    """Whether several splits of their sum are possible, also for somebody who knows that all may be 1 to 4."""
    total, few = sum(counts), len(counts)
    extreme = max(counts) < LEAST and not few + 1 < total < few * (LEAST - 1) - 1  # (nearly) all 1, or all 4
    return total >= LEAST and sum(n > 0 for n in counts) > 1 and not extreme


def _small(n: int) -> bool:
    return 0 < abs(n) < LEAST


def _sum(count: Count) -> Fraction:
    return sum((Fraction(value) * n for value, n in count.values.items() if not isinstance(value, str)), Fraction(0))


def _dominated(values: Mapping[Countable, int]) -> bool:
    """Whether all but the two largest are less than a tenth of the largest (the p% rule)."""
    sizes = sorted(
        (abs(Fraction(v)) for v, n in values.items() if not isinstance(v, str) for _ in range(n)), reverse=True
    )
    return bool(sizes) and sizes[0] > 0 and sum(sizes[2:], Fraction(0)) < _NEARLY * sizes[0]


def decimal(value: Fraction) -> str:
    """Exact where it has an end within nine places; rounded there otherwise."""
    scaled = round(value * 10**9)
    sign, (whole, rest) = "-" if scaled < 0 else "", divmod(abs(scaled), 10**9)
    return f"{sign}{whole}.{rest:09}".rstrip("0").rstrip(".")
