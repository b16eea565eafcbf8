"""Bars: how many and what share, of options, of numbers in ranges, of days; and how shares and numbers are written."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, log10

from forms.tally import Count, Countable, Numbers
from forms.text import Text, same

_MOST_BINS = 6
_MOST_BARS = 15
_MOST_DAYS = 8
_FINEST = Fraction(1, 100)  # the width of a range: numbers are shown with two decimals
_DIGITS = 12  # of a number, before it is written as a power of ten


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a figure: how many, and what share (0 to 1) of those who were asked; None where nobody was."""

    label: Text
    count: int
    share: float | None


def show_share(share: float | None) -> str:
    """40%, rounded half up; a rate of nobody is –. Neither 0% nor 100% is shown unless it is exactly so."""
    if share is None:
        return "–"
    percent = floor(share * 100 + 0.5)
    if 0 < share < 1:
        percent = min(max(percent, 1), 99)
    return f"{percent}%"


def show_number(value: Fraction | float) -> str:
    """At most two decimals and no trailing zeros; what has very many digits as a power of ten."""
    exact = Fraction(value)
    if abs(exact) >= 10**_DIGITS:
        exponent = _exponent(exact)
        return f"{float(exact / Fraction(10) ** exponent):.2f}e{exponent}"
    hundredths = floor(abs(exact) * 100 + Fraction(1, 2))
    sign = "-" if exact < 0 and hundredths else ""
    return sign + f"{hundredths // 100:,}.{hundredths % 100:02}".rstrip("0").rstrip(".")


def _exponent(exact: Fraction) -> int:
    whole = abs(exact.numerator) // exact.denominator
    exponent = int((whole.bit_length() - 1) * log10(2))
    return exponent + bool(whole >= 10 ** (exponent + 1))


def bins(known: Numbers, count: Count) -> tuple[Bar, ...]:
    """Each value for itself while they are few; else ranges of a round width."""
    given = {Fraction(value): n for value, n in count.values.items() if not isinstance(value, str)}
    if len(given) <= _MOST_BINS:
        return tuple(_bar(same(show_number(value)), given[value], count) for value in sorted(given))
    whole = all(value.denominator == 1 for value in given)
    step = _round_step((Fraction(known.high) - Fraction(known.low)) / _MOST_BINS, whole=whole)
    first = floor(Fraction(known.low) / step)
    found = [0] * (floor(Fraction(known.high) / step) - first + 1)
    for value, n in given.items():
        found[floor(value / step) - first] += n
    return tuple(_bar(_range((first + i) * step, step, whole=whole), n, count) for i, n in enumerate(found))


def _round_step(least: Fraction, *, whole: bool) -> Fraction:
    """The smallest 1, 2 or 5 times a power of ten that is not less than `least`."""
    least = max(least, _FINEST)
    magnitude = Fraction(10) ** (_exponent(least) if least >= 1 else floor(log10(least)))
    step = next(n * magnitude for n in (Fraction(1, 10), 1, 2, 5, 10, 20, 50, 100) if n * magnitude >= least)
    return max(Fraction(1), Fraction(ceil(step))) if whole else step


def _range(low: Fraction, step: Fraction, *, whole: bool) -> Text:
    if whole and step == 1:
        return same(show_number(low))
    if whole:
        return same(f"{show_number(low)}〜{show_number(low + step - 1)}")
    return Text(
        ja=f"{show_number(low)}以上{show_number(low + step)}未満",
        en=f"{show_number(low)} to under {show_number(low + step)}",
    )


def days(count: Count) -> tuple[Bar, ...]:
    """Each day for itself while they are few, else by month, else by year."""
    for length in (10, 7, 4):
        found: dict[str, int] = {}
        for day, n in sorted(dated(count.values.items())):
            found[day[:length]] = found.get(day[:length], 0) + n
        if len(found) <= _MOST_DAYS:
            break
    return shortened([(day_of(day), n) for day, n in found.items()], count)


def dated(values: Iterable[tuple[Countable, int]]) -> Iterable[tuple[str, int]]:
    return ((day, n) for day, n in values if isinstance(day, str))


def day_of(day: str) -> Text:
    year, *rest = day.split("-")
    return Text(ja="".join(f"{int(part)}{unit}" for part, unit in zip([year, *rest], "年月日", strict=False)), en=day)


def shortened(rows: list[tuple[Text, int]], count: Count) -> tuple[Bar, ...]:
    """So many bars that a phone can show them; the rest as one, its count kept."""
    if len(rows) <= _MOST_BARS:
        return tuple(_bar(label, n, count) for label, n in rows)
    kept, rest = rows[: _MOST_BARS - 1], rows[_MOST_BARS - 1 :]
    other = Text(ja=f"ほか{len(rest)}項目", en=f"{len(rest)} others")
    return tuple(_bar(label, n, count) for label, n in [*kept, (other, sum(n for _, n in rest))])


def _bar(label: Text, n: int, count: Count) -> Bar:
    return Bar(label, n, n / count.asked if count.asked else None)
