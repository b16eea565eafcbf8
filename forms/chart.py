"""A result as a picture: our own SVG, legible on a phone and in a meeting room, each number also written out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from forms.bars import Bar, show_share
from forms.breakdown import figures_of
from forms.drawing import (
    BODY,
    HEAD,
    SOFT,
    TITLE,
    WIDTH,
    BarRow,
    Piece,
    bars,
    columns,
    headline,
    ladder,
    paragraph,
    rule,
    sheet,
    stacked,
)
from forms.figures import Figure
from forms.form import Form
from forms.printable import line
from forms.tally import Rate, Standing, Tally, overall
from forms.text import Lang, Text, lines, same

_MOST_FIGURES = 12
_MOST_GROUPS = 12
_MOST_PATTERNS = 6
_MOST_DAYS = 10


@dataclass(frozen=True, slots=True)
class Chart:
    """`svg` is `width` by `height` units; `alt` says the same in words."""

    svg: str
    width: int
    height: int
    alt: Text


def chart(form: Form, tally: Tally, standing: Standing, *, lang: Lang = "ja") -> Chart:
    """Response rate by municipality, then a figure per question; at most 12 questions, then how many more there are."""
    rows = standing.rows
    shown = figures_of(form, tally, standing)
    pieces = [paragraph(form.title[lang], size=TITLE, after=10)]
    pieces += (
        _part(standing, tally, lang) if standing.partial else [*_response(rows, lang), *_over_time(standing, lang)]
    )
    for figure in shown[:_MOST_FIGURES]:
        pieces += _figure(figure, lang)
    pieces += _left_out(len(shown) - _MOST_FIGURES, lang)
    svg, height = sheet(pieces)
    return Chart(svg, WIDTH, height, _alt(form.title, standing, shown[:_MOST_FIGURES], tally))


def _response(rows: tuple[Rate, ...], lang: Lang) -> list[Piece]:
    whole = overall(rows)
    head = headline(_RATE[lang], _of(whole)[lang])
    shown = [BarRow(row.group, row.share or 0.0, _of(row)[lang]) for row in rows[:_MOST_GROUPS]]
    rest = len(rows) - _MOST_GROUPS
    more = [_soft(Text(ja=f"ほか {rest} 自治体", en=f"and {rest} more municipalities")[lang])] if rest > 0 else []
    return [head, *bars(shown), *more]


def _figure(figure: Figure, lang: Lang) -> list[Piece]:
    head = paragraph(f"{figure.number}. {figure.title[lang]}", size=HEAD, after=2)
    fills = _fills(figure)
    rows = [
        BarRow(bar.label[lang], bar.share or 0.0, _many(figure, bar)[lang], fill=fill)
        for bar, fill in zip(figure.bars, fills, strict=True)
    ]
    notes = [_soft(note[lang]) for note in (*figure.notes, *([figure.note] if figure.note else []))]
    return [rule(), head, _soft(figure.base[lang]), *_stacks(figure, fills, lang), *bars(rows), *notes]


def _fills(figure: Figure) -> list[int]:
    """What the bars are filled with: in a figure with stacks it is by this that they are told apart."""
    if figure.stacks and (figure.ordered or len(figure.bars) > _MOST_PATTERNS):
        return ladder(len(figure.bars))
    return [0 if figure.ordered else n % _MOST_PATTERNS for n in range(len(figure.bars))]


def _stacks(figure: Figure, fills: list[int], lang: Lang) -> list[Piece]:
    """Each over the whole width; the bars below say what the parts are."""
    pieces = []
    for stack in figure.stacks[:_MOST_GROUPS]:
        parts = [
            (share or 0.0, fill, show_share(share)) for share, fill in zip(stack.shares, fills, strict=True) if share
        ]
        label = _STACK.fill(label=stack.label, n=figure.many(stack.total))[lang] if stack.label.ja else ""
        pieces.append(stacked(label, parts))
    return pieces


_STACK = Text(ja="{label}（{n}）", en="{label} ({n})")
_SELECTED = Text(ja="該当する回答", en="Answers that match")
_ONLY = Text(ja="条件: {only}", en="where {only}")
_BY = Text(ja="区分: {title}", en="by {title}")
_DAYS = Text(ja="回答の推移（累計）", en="Answers over time (all so far)")
_DAY = Text(ja="{month}/{day}", en="{month}/{day}")


def _part(standing: Standing, tally: Tally, lang: Lang) -> list[Piece]:
    """Of which responses this is, and how it is split."""
    words = [_ONLY.fill(only=standing.only)] if standing.only else []
    words += [_BY.fill(title=standing.split.title)] if standing.split else []
    return [headline(_SELECTED[lang], str(sum(tally.responses.values()))), *(_soft(each[lang]) for each in words)]


def _over_time(standing: Standing, lang: Lang) -> list[Piece]:
    """How many had answered at the end of each day, against all who were asked."""
    reached = grown(standing.days)
    if len(reached) < 2:
        return []
    full = max(overall(standing.rows).asked, reached[-1][1], 1)
    rows = [(_DAY.fill(month=day.month, day=day.day)[lang], n / full, str(n)) for day, n in reached]
    return [paragraph(_DAYS[lang], size=BODY, after=8), columns(rows)]


def grown(days: Mapping[date, int]) -> list[tuple[date, int]]:
    """(day, answers up to and with it), at most ten of them evenly over the time, the last day always."""
    if not days:
        return []
    first, last = min(days), max(days)
    count = (last - first).days
    step = max(1, -(-count // (_MOST_DAYS - 1)))
    shown = [last - timedelta(days=n) for n in range(0, count + 1, step)][::-1]
    return [(day, sum(n for sent, n in days.items() if sent <= day)) for day in shown]


def _left_out(rest: int, lang: Lang) -> list[Piece]:
    return [rule(), _soft(Text(ja=f"ほか {rest} 問", en=f"and {rest} more questions")[lang])] if rest > 0 else []


def _soft(words: str) -> Piece:
    return paragraph(words, size=BODY, fill=SOFT, after=10)


_RATE = Text(ja="回答率", en="Response rate")


def _of(row: Rate) -> Text:
    share = show_share(row.share)
    return Text(ja=f"{row.answered}/{row.asked}（{share}）", en=f"{row.answered}/{row.asked} ({share})")


def _many(figure: Figure, bar: Bar) -> Text:
    share = show_share(bar.share)
    return Text(ja=f"{bar.count}{figure.unit}（{share}）", en=f"{bar.count} ({share})")


def _alt(title: Text, standing: Standing, shown: tuple[Figure, ...], tally: Tally) -> Text:
    head = Text(ja="「{title}」の結果の図", en="Chart of the results of “{title}”").fill(
        title=Text(ja=line(title.ja), en=line(title.en))
    )
    if standing.partial:
        selected = same("{selected} {n}").fill(selected=_SELECTED, n=sum(tally.responses.values()))
        only = [_ONLY.fill(only=standing.only)] if standing.only else []
        split = [_BY.fill(title=standing.split.title)] if standing.split else []
        return lines(head, selected, *only, *split, *map(_said, shown))
    rate = same("{rate} {of}").fill(rate=_RATE, of=_of(overall(standing.rows)))
    reached = grown(standing.days)
    each = [_ON_DAY.fill(month=day.month, day=day.day, n=n) for day, n in reached]
    told = Text(ja="、".join(one.ja for one in each), en=", ".join(one.en for one in each))
    days = [same("{title}: {told}").fill(title=_DAYS, told=told)] if len(reached) > 1 else []
    return lines(head, rate, *map(_said, shown), *days)


_ON_DAY = Text(ja="{month}月{day}日 {n}人", en="{month}/{day} {n}")


def _said(figure: Figure) -> Text:
    parts = [same("{label} {many}").fill(label=bar.label, many=_many(figure, bar)) for bar in figure.bars]
    parts += [figure.note] if figure.note else []
    said = Text(ja="、".join(part.ja for part in parts), en=", ".join(part.en for part in parts))
    return same("{n}. {title}: {said}").fill(n=figure.number, title=figure.title, said=said)
