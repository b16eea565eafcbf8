"""A result as a picture: our own SVG, legible on a phone and in a meeting room, each number also written out."""

from dataclasses import dataclass

from forms.drawing import BODY, HEAD, SOFT, TITLE, WIDTH, BarRow, Piece, bars, headline, paragraph, rule, sheet
from forms.figures import Bar, Figure, figures, show_share
from forms.form import Form
from forms.printable import line
from forms.tally import Rate, Standing, Tally, overall
from forms.text import Lang, Text, lines, same

_MOST_FIGURES = 12
_MOST_GROUPS = 12


@dataclass(frozen=True, slots=True)
class Chart:
    """`svg` is `width` by `height` units; `alt` says the same in words."""

    svg: str
    width: int
    height: int
    alt: Text


def chart(form: Form, tally: Tally, standing: Standing, *, lang: Lang = "ja") -> Chart:
    """Response rate by municipality, then a figure per question; at most 12 questions, then how many more there are."""
    rows, shown = standing.rows, figures(form, tally)
    pieces = [paragraph(form.title[lang], size=TITLE, after=10), *_response(rows, lang)]
    for figure in shown[:_MOST_FIGURES]:
        pieces += _figure(figure, lang)
    pieces += _left_out(len(shown) - _MOST_FIGURES, lang)
    svg, height = sheet(pieces)
    return Chart(svg, WIDTH, height, _alt(form.title, rows, shown[:_MOST_FIGURES]))


def _response(rows: tuple[Rate, ...], lang: Lang) -> list[Piece]:
    whole = overall(rows)
    head = headline(_RATE[lang], _of(whole)[lang])
    shown = [BarRow(row.group, row.share or 0.0, _of(row)[lang]) for row in rows[:_MOST_GROUPS]]
    rest = len(rows) - _MOST_GROUPS
    more = [_soft(Text(ja=f"ほか {rest} 自治体", en=f"and {rest} more municipalities")[lang])] if rest > 0 else []
    return [head, *bars(shown), *more]


def _figure(figure: Figure, lang: Lang) -> list[Piece]:
    head = paragraph(f"{figure.number}. {figure.title[lang]}", size=HEAD, after=2)
    rows = [
        BarRow(bar.label[lang], bar.share or 0.0, _many(bar)[lang], fill=0 if figure.ordered else n)
        for n, bar in enumerate(figure.bars)
    ]
    note = [_soft(figure.note[lang])] if figure.note else []
    return [rule(), head, _soft(figure.base[lang]), *bars(rows), *note]


def _left_out(rest: int, lang: Lang) -> list[Piece]:
    return [rule(), _soft(Text(ja=f"ほか {rest} 問", en=f"and {rest} more questions")[lang])] if rest > 0 else []


def _soft(words: str) -> Piece:
    return paragraph(words, size=BODY, fill=SOFT, after=10)


_RATE = Text(ja="回答率", en="Response rate")


def _of(row: Rate) -> Text:
    share = show_share(row.share)
    return Text(ja=f"{row.answered}/{row.asked}（{share}）", en=f"{row.answered}/{row.asked} ({share})")


def _many(bar: Bar) -> Text:
    share = show_share(bar.share)
    return Text(ja=f"{bar.count}人（{share}）", en=f"{bar.count} ({share})")


def _alt(title: Text, rows: tuple[Rate, ...], shown: tuple[Figure, ...]) -> Text:
    head = Text(ja="「{title}」の結果の図", en="Chart of the results of “{title}”").fill(
        title=Text(ja=line(title.ja), en=line(title.en))
    )
    rate = same("{rate} {of}").fill(rate=_RATE, of=_of(overall(rows)))
    return lines(head, rate, *map(_said, shown))


def _said(figure: Figure) -> Text:
    parts = [same("{label} {many}").fill(label=bar.label, many=_many(bar)) for bar in figure.bars]
    parts += [figure.note] if figure.note else []
    said = Text(ja="、".join(part.ja for part in parts), en=", ".join(part.en for part in parts))
    return same("{n}. {title}: {said}").fill(n=figure.number, title=figure.title, said=said)
