"""What a result says, question by question, in numbers and words: text, table and chart are all made from this."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from forms.bars import Bar, bins, dated, day_of, days, shortened, show_number
from forms.form import Form
from forms.printable import cut
from forms.questions import Matrix, Question
from forms.tally import Count, Countable, Numbers, Tally, numbers
from forms.text import Text, same

_FEWEST_FOR_QUARTILES = 4
_MOST_BARS = 15
_LONGEST = 120  # half-width cells of a title or label: a result is read at a glance


@dataclass(frozen=True, slots=True)
class Stack:
    """The same bars of one group, one row of a matrix, or all: how many each, in the order of the figure's bars."""

    label: Text
    parts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.parts)

    @property
    def shares(self) -> tuple[float | None, ...]:
        """Of those who chose anything."""
        return tuple(part / self.total if self.total else None for part in self.parts)


@dataclass(frozen=True, slots=True)
class Figure:
    """One question. `number` counts from 1 as people see it; `note` is said in words below the bars.

    `ordered` bars follow a scale (numbers, days); the others stand for options. `stacks` show how the same bars are
    shared out; `notes` are said for each group.
    """

    number: int
    title: Text
    asked: int
    answered: int
    bars: tuple[Bar, ...]
    note: Text | None = None
    ordered: bool = False
    stacks: tuple[Stack, ...] = ()
    notes: tuple[Text, ...] = ()
    unit: str = "人"
    """What is counted, in Japanese: people, or municipalities."""

    @property
    def base(self) -> Text:
        """Who the shares are of."""
        return Text(ja="対象{asked}・回答{answered}", en="asked {asked}, answered {answered}").fill(
            asked=self.many(self.asked), answered=self.many(self.answered)
        )

    def many(self, n: int) -> Text:
        """So many of what is counted."""
        return Text(ja=f"{n}{self.unit}", en=str(n))


def figures(form: Form, tally: Tally) -> tuple[Figure, ...]:
    """One figure per question, in the form's order; a matrix is one. Text answers appear as a number only."""
    numbered = {question.id: (n, question) for n, question in enumerate(form.asked, 1)}
    found, in_matrix = [], set[str]()
    for element in form.walk():
        if isinstance(element, Matrix):
            found.append(_matrix(numbered[element.questions[0].id][0], element, tally))
            in_matrix |= {row.id for row in element.questions}
        elif element.id in numbered and element.id not in in_matrix:
            number, question = numbered[element.id]
            found.append(figure(number, question, tally.count(question.id)))
    return tuple(found)


def figure(number: int, question: Question, count: Count) -> Figure:
    """What is known of one question."""
    bars, note = _content(question, count)
    scale = question.measure == "scale"
    ordered = scale or question.measure in ("numbers", "days")
    stacks = (Stack(same(""), tuple(bar.count for bar in bars)),) if scale and count.answered else ()
    return Figure(number, _titled(question.title), count.asked, count.answered, bars, note, ordered, stacks)


def _matrix(number: int, matrix: Matrix, tally: Tally) -> Figure:
    """Its rows as stacks of the same options."""
    counts = [tally.count(row.id) for row in matrix.questions]
    whole = Count(max(count.asked for count in counts), max(count.answered for count in counts))
    stacks = [
        Stack(_titled(row.label), tuple(count.values[option.name] for option in matrix.offered))
        for row, count in zip(matrix.rows, counts, strict=True)
    ]
    asked = sum(count.asked for count in counts)
    bars = [
        Bar(_titled(option.label), n := sum(stack.parts[place] for stack in stacks), n / asked if asked else None)
        for place, option in enumerate(matrix.offered)
    ]
    return Figure(
        number, _titled(matrix.title), whole.asked, whole.answered, tuple(bars), ordered=True, stacks=tuple(stacks)
    )


def _titled(words: Text) -> Text:
    return Text(ja=cut(words.ja, _LONGEST), en=cut(words.en, _LONGEST))


def _content(question: Question, count: Count) -> tuple[tuple[Bar, ...], Text | None]:
    match question.measure:
        case "words":
            return (), _WRITTEN.fill(n=count.answered)
        case "numbers":
            known = numbers(count.values)
            return (bins(known, count) if known else ()), (_spread(known) if known else None)
        case "days":
            return days(count), _period(count)
    rows, note = _ROWS[question.measure]
    return shortened(rows(question, count), count), note(question, count)


_WRITTEN = Text(ja="記入 {n}件（内容はここには出ません）", en="{n} written (what was written is not shown here)")


def _options(question: Question, count: Count) -> list[tuple[Text, int]]:
    return [
        (Text(ja=cut(option.label.ja, _LONGEST), en=cut(option.label.en, _LONGEST)), count.values[option.name])
        for option in question.options()
    ]


def _found(question: Question, count: Count) -> list[tuple[Text, int]]:
    """What was chosen among very many, the most frequent first."""
    chosen = sorted(count.values.items(), key=lambda one: (-one[1], str(one[0])))
    return [
        (Text(ja=cut(question.show(v, "ja"), _LONGEST), en=cut(question.show(v, "en"), _LONGEST)), n) for v, n in chosen
    ]


def _mean(_question: Question, count: Count) -> Text | None:
    points: dict[Countable, int] = {int(value): n for value, n in count.values.items() if str(value).isdecimal()}
    known = numbers(points)
    mean = Text(ja="平均 {mean}・中央値 {median}", en="mean {mean}, median {median}")
    return mean.fill(mean=show_number(known.mean), median=show_number(known.median)) if known else None


def _firsts(question: Question, count: Count) -> list[tuple[Text, int]]:
    """How many put each option in the first place."""
    label = Text(ja="1位 {label}", en="first: {label}")
    return [
        (
            label.fill(label=Text(ja=cut(o.label.ja, _LONGEST), en=cut(o.label.en, _LONGEST))),
            count.values[f"{o.name}/1"],
        )
        for o in question.options()
    ]


def _places(question: Question, count: Count) -> Text | None:
    """The mean place of each option."""
    means = [(option.label, mean) for option in question.options() if (mean := _place(option.name, count)) is not None]
    shown = sorted(means, key=lambda one: one[1])[:_MOST_BARS]
    if not shown:
        return None
    return Text(
        ja="平均順位 " + "・".join(f"{cut(label.ja, 40)} {show_number(mean)}" for label, mean in shown),
        en="mean place: " + ", ".join(f"{cut(label.en, 40)} {show_number(mean)}" for label, mean in shown),
    )


def _place(name: str, count: Count) -> Fraction | None:
    found: dict[Countable, int] = {
        int(place): n for value, n in count.values.items() if (place := _place_in(str(value), name))
    }
    known = numbers(found)
    return known.mean if known else None


def _place_in(counted: str, name: str) -> str:
    """The place in `name/3`; "" where another option is meant."""
    option, _, place = counted.rpartition("/")
    return place if option == name and place.isdecimal() else ""


def _nothing(_question: Question, _count: Count) -> None:
    return None


_ROWS: dict[str, tuple[Callable[[Question, Count], list[tuple[Text, int]]], Callable[[Question, Count], Text | None]]]
_ROWS = {
    "options": (_options, _nothing),
    "found": (_found, _nothing),
    "scale": (_options, _mean),
    "ranks": (_firsts, _places),
}


def _spread(known: Numbers) -> Text:
    names = ("mean", "median", "low", "high", "total")
    return Text(
        ja="平均 {mean}・中央値 {median}{quartiles}・最小 {low}・最大 {high}・合計 {total}",
        en="mean {mean}, median {median}{quartiles}, lowest {low}, highest {high}, sum {total}",
    ).fill(quartiles=quartiles(known), **{name: show_number(getattr(known, name)) for name in names})


def quartiles(known: Numbers) -> Text:
    """Between which numbers the middle half lies; nothing where they are too few to say."""
    if known.n < _FEWEST_FOR_QUARTILES:
        return same("")
    return Text(ja="（四分位 {lower}〜{upper}）", en=" (quartiles {lower}–{upper})").fill(
        lower=show_number(known.lower), upper=show_number(known.upper)
    )


def _period(count: Count) -> Text | None:
    """From the first day to the last; nothing where there is one."""
    days = sorted({day for day, n in dated(count.values.items()) if n})
    if len(days) < 2:
        return None
    return Text(ja="{first}〜{last}", en="{first} to {last}").fill(first=day_of(days[0]), last=day_of(days[-1]))
