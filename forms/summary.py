"""A result in words: the live and the final message, plain and as tables, from the same figures as the chart."""

from collections.abc import Iterable, Mapping
from html import escape

from forms.figures import Bar, Figure, figures, show_share
from forms.form import Form
from forms.printable import line
from forms.tally import Rate, Tally, overall, rates
from forms.text import Lang, Text, lines, same

_BLOCK, _BLOCKS = "▇", 10
_MOST_FIGURES = 30  # a message has 64 kB: a longer form's result is in the file
_MOST_GROUPS = 60

_RATE = Text(ja="回答 {answered}/{asked}（{share}）", en="Answers {answered}/{asked} ({share})")
_ALL = Text(ja="全体", en="All")
_RATE_HEADS = (
    Text(ja="自治体", en="Municipality"),
    Text(ja="配布", en="Asked"),
    Text(ja="回答", en="Answered"),
    Text(ja="回答率", en="Rate"),
)
_BAR_HEADS = (Text(ja="項目", en="Item"), Text(ja="人数", en="People"), Text(ja="割合", en="Share"))


def summary(
    form: Form, tally: Tally, *, asked: Mapping[str, int], answered: Mapping[str, int], note: Text | None = None
) -> Text:
    """The result as plain text: title, `note`, response rate, one line per municipality, one block per question.

    `asked` and `answered`: municipality → people. `note` says, for example, until when it is open.
    """
    rows = rates(asked, answered)
    shown = figures(form, tally)
    parts = [same("【{title}】").fill(title=_one_line(form.title)), *([note] if note else []), _rate(overall(rows))]
    parts += [same("　{group} {rate}").fill(group=line(row.group), rate=_fraction(row)) for row in rows[:_MOST_GROUPS]]
    for figure in shown[:_MOST_FIGURES]:
        parts += [same(""), *_block(figure)]
    return lines(*parts, *_left_out(shown))


def summary_html(
    form: Form, tally: Tally, *, asked: Mapping[str, int], answered: Mapping[str, int], note: Text | None = None
) -> Text:
    """The same as HTML with real tables (no caption: clients do not show it), every word of people's escaped."""
    page = tuple(_page(form, tally, rows=rates(asked, answered), note=note, lang=lang) for lang in ("ja", "en"))
    return Text(ja=page[0], en=page[1])


def _page(form: Form, tally: Tally, *, rows: tuple[Rate, ...], note: Text | None, lang: Lang) -> str:
    shown = figures(form, tally)
    parts = [f"<h4>{escape(line(form.title[lang]))}</h4>"]
    if note:
        parts.append(f"<p>{escape(note[lang])}</p>")
    parts += [f"<p><strong>{escape(_rate(overall(rows))[lang])}</strong></p>", _rate_table(rows, lang)]
    parts += [_figure_html(figure, lang) for figure in shown[:_MOST_FIGURES]]
    parts += [f"<p>{escape(rest[lang])}</p>" for rest in _left_out(shown)]
    return "".join(parts)


def _rate(row: Rate) -> Text:
    return _RATE.fill(answered=row.answered, asked=row.asked, share=show_share(row.share))


def _fraction(row: Rate) -> Text:
    share = show_share(row.share)
    return Text(ja=f"{row.answered}/{row.asked}（{share}）", en=f"{row.answered}/{row.asked} ({share})")


def _block(figure: Figure) -> list[Text]:
    head = Text(ja="{n}. {title}（{base}）", en="{n}. {title} ({base})")
    parts = [head.fill(n=figure.number, title=figure.title, base=figure.base), *map(_bar_line, figure.bars)]
    return [*parts, same("　{note}").fill(note=figure.note)] if figure.note else parts


def _bar_line(bar: Bar) -> Text:
    blocks = _BLOCK * round((bar.share or 0) * _BLOCKS)
    share = show_share(bar.share)
    return Text(ja="　{label}　{blocks} {n}人（{share}）", en="　{label}  {blocks} {n} ({share})").fill(
        label=bar.label, blocks=blocks, n=bar.count, share=share
    )


def _left_out(shown: tuple[Figure, ...]) -> list[Text]:
    rest = len(shown) - _MOST_FIGURES
    return [Text(ja=f"ほか{rest}問", en=f"and {rest} more questions")] if rest > 0 else []


def _rate_table(rows: tuple[Rate, ...], lang: Lang) -> str:
    cells = [(line(row.group), *_rate_cells(row)) for row in rows[:_MOST_GROUPS]]
    return _table([head[lang] for head in _RATE_HEADS], [*cells, (_ALL[lang], *_rate_cells(overall(rows)))])


def _rate_cells(row: Rate) -> tuple[str, str, str]:
    return str(row.asked), str(row.answered), show_share(row.share)


def _figure_html(figure: Figure, lang: Lang) -> str:
    parts = [f"<p><strong>{figure.number}. {escape(figure.title[lang])}</strong><br>{escape(figure.base[lang])}</p>"]
    if figure.bars:
        rows = [(bar.label[lang], str(bar.count), show_share(bar.share)) for bar in figure.bars]
        parts.append(_table([head[lang] for head in _BAR_HEADS], rows))
    if figure.note:
        parts.append(f"<p>{escape(figure.note[lang])}</p>")
    return "".join(parts)


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _one_line(text: Text) -> Text:
    return Text(ja=line(text.ja), en=line(text.en))
