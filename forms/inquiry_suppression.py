"""What of a municipality's counts may leave: small numbers are withheld, and what would give them away with them.

1. A count of 1 to 4 people is withheld. 2. So is another of the same question, so that it does not follow from the
sum; what is withheld together are at least 5 people in at least two cells. 3. A correction withholds a count that
differs by 1 to 4 from what was released before: the difference would be those people. 4. Of a question that was put
only to some, nothing is said while an earlier answer is withheld, or where those it was (or was not) put to are too
few. 5. The sum of numbers is withheld where one answer makes up nearly all of it. 6. Lowest and highest never leave.
"""

from collections.abc import Iterator, Mapping
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


def released(form: Form, tally: Tally, *, asked: int, version: int, before: Released | None = None) -> Released:
    """What leaves of a tally, as this version. `before`: the last one that left."""
    answered = sum(tally.responses.values())
    if answered < LEAST:
        return Released(version=version, asked=asked, answered=None, parts={q.id: Part() for q in form.asked})
    run = _Run(answered, {} if before is None else before.parts)
    within = _repeated(form)
    parts = {q.id: Part() if q.id in within else run.part(q, tally.count(q.id)) for q in form.asked}
    return Released(version=version, asked=asked, answered=answered, parts=parts)


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
    before: Mapping[str, Part]
    bases: list[int] = field(default_factory=list)
    clouded: bool = False

    def part(self, question: Question, count: Count) -> Part:
        before = self.before.get(question.id, Part())
        if count.asked != self.answered and not self._may_tell_base(count.asked, before):
            self.clouded = True
            return Part()
        self.bases.append(count.asked)
        part = _part(question, count, before)
        self.clouded = self.clouded or bool(part.withheld) or part.base is None
        return part

    def _may_tell_base(self, base: int, before: Part) -> bool:
        near = any(_small(base - other) for other in (0, self.answered, *self.bases))
        return not (self.clouded or near or (before.base is not None and _small(base - before.base)))


def _part(question: Question, count: Count, before: Part) -> Part:
    cells = cells_of(question, count)
    if question.measure in ("days", "found"):  # that somebody gave this value at all is not to be told
        cells = _merged(cells)
    held = withheld(cells, before.cells)
    if question.measure == "ranks" and held:  # every place and every option is a sum of its own
        return Part()
    shown = {value: n for value, n in cells.items() if value not in held}
    total = _total(count, before) if question.measure == "numbers" and GIVEN in shown else None
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


def withheld(cells: Mapping[str, int], before: Mapping[str, int] | None = None) -> frozenset[str]:
    """The cells that must not be shown, given that the sum of all is known and what was shown `before`."""
    known = before or {}
    pool = [v for v, n in cells.items() if _small(n) or (v in known and _small(n - known[v]))]
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


def _total(count: Count, before: Part) -> str | None:
    """The sum; None where it would tell one of the answers, or a correction's few."""
    total = sum((Fraction(value) * n for value, n in count.values.items() if not isinstance(value, str)), Fraction(0))
    shown = decimal(total)
    if before.total is not None and before.total != shown and abs(count.answered - before.cells.get(GIVEN, 0)) < LEAST:
        return None
    return None if _dominated(count.values) else shown


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
