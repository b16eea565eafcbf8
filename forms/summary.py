"""A result in words: the live and the final message, plain and as tables, from the same figures as the chart."""

from collections.abc import Iterable
from html import escape
from itertools import accumulate

from forms.bars import Bar, show_share
from forms.breakdown import figures_of
from forms.figures import Figure, Stack
from forms.form import Form
from forms.printable import cut
from forms.tally import Rate, Standing, Tally, overall
from forms.text import Lang, Text

__all__ = ["Standing", "summary", "summary_html"]

_BLOCK, _BLOCKS = "▇", 10
_MOST_GROUPS, _LONGEST_GROUP = 30, 40
# Bytes. An event has 64 kB: text and table, twice in an edit, a third more when encrypted.
_MOST_TEXT, _MOST_HTML = 8_000, 14_000

_STATES = {False: Text(ja="途中経過", en="so far"), True: Text(ja="最終結果", en="final result")}
_SELECTED = Text(ja="該当する回答 {n}件", en="Answers that match: {n}")
_ONLY = Text(ja="条件: {only}", en="where {only}")
_BY = Text(ja="区分: {title}", en="by {title}")
_ALL = Text(ja="全体", en="All")
_RATE_HEADS = (
    Text(ja="自治体", en="Municipality"),
    Text(ja="配布", en="Asked"),
    Text(ja="回答", en="Answered"),
    Text(ja="回答率", en="Rate"),
)
_BAR_HEADS = (Text(ja="項目", en="Item"), Text(ja="人数", en="People"), Text(ja="割合", en="Share"))


def summary(form: Form, tally: Tally, standing: Standing, *, lang: Lang, closed: bool = False) -> str:
    """The result as plain text: title, response rate, a line per municipality, a block per question."""
    shown, rows = _shown(form, tally, standing), standing.rows
    parts = [_title(form, lang, closed=closed), *(words[lang] for words in _part(standing, tally))]
    if not standing.partial:
        parts += [_rate(overall(rows), lang)]
        parts += [f"　{name} {_fraction(row)[lang]}" for name, row in _grouped(rows, lang)]
    blocks = ["\n".join(["", *_block(figure, lang)]) for figure in shown]
    kept = _within(_MOST_TEXT, parts, blocks)
    return "\n".join([*kept, *_left_out(len(parts) + len(blocks) - len(kept), lang)])


def summary_html(form: Form, tally: Tally, standing: Standing, *, lang: Lang, closed: bool = False) -> str:
    """The same as HTML with real tables (no caption: clients do not show it), every word of people's escaped."""
    shown, rows = _shown(form, tally, standing), standing.rows
    parts = [f"<h4>{escape(_title(form, lang, closed=closed))}</h4>"]
    parts += [f"<p><strong>{escape(words[lang])}</strong></p>" for words in _part(standing, tally)]
    if not standing.partial:
        parts += [f"<p><strong>{escape(_rate(overall(rows), lang))}</strong></p>", _rate_table(rows, lang)]
    blocks = [_figure_html(figure, lang) for figure in shown]
    kept = _within(_MOST_HTML, parts, blocks)
    return "".join([*kept, *(f"<p>{rest}</p>" for rest in _left_out(len(parts) + len(blocks) - len(kept), lang))])


def _shown(form: Form, tally: Tally, standing: Standing) -> tuple[Figure, ...]:
    return figures_of(form, tally, standing)


def _part(standing: Standing, tally: Tally) -> list[Text]:
    """Of which responses this is, and how it is split, where it is not of all as one."""
    if not standing.partial:
        return []
    only = [_ONLY.fill(only=standing.only)] if standing.only else []
    split = [_BY.fill(title=standing.split.title)] if standing.split else []
    return [_SELECTED.fill(n=sum(tally.responses.values())), *only, *split]


def _title(form: Form, lang: Lang, *, closed: bool) -> str:
    title, state = cut(form.title[lang], 2 * _LONGEST_GROUP), _STATES[closed][lang]
    return f"【{title}】{state}" if lang == "ja" else f"{title}: {state}"


def _grouped(rows: tuple[Rate, ...], lang: Lang) -> list[tuple[str, Rate]]:
    """Municipalities by name; of very many the rest as one."""
    rest = rows[_MOST_GROUPS:]
    others = [(Text(ja=f"ほか{len(rest)}自治体", en=f"{len(rest)} others")[lang], overall(rest))] if rest else []
    return [*((cut(row.group, _LONGEST_GROUP), row) for row in rows[:_MOST_GROUPS]), *others]


def _rate(row: Rate, lang: Lang) -> str:
    return Text(ja="回答 {of}", en="Answers {of}").fill(of=_fraction(row))[lang]


def _fraction(row: Rate) -> Text:
    share = show_share(row.share)
    return Text(ja=f"{row.answered}/{row.asked}（{share}）", en=f"{row.answered}/{row.asked} ({share})")


def _block(figure: Figure, lang: Lang) -> list[str]:
    base = Text(ja="（{base}）", en=" ({base})").fill(base=figure.base)[lang]
    parts = [f"{figure.number}. {figure.title[lang]}{base}", *(_bar_line(figure, bar, lang) for bar in figure.bars)]
    parts += [f"　{_stack_line(figure, stack, lang)}" for stack in _labelled(figure)]
    parts += [f"　{note[lang]}" for note in figure.notes]
    return [*parts, f"　{figure.note[lang]}"] if figure.note else parts


def _bar_line(figure: Figure, bar: Bar, lang: Lang) -> str:
    blocks = _BLOCK * round((bar.share or 0) * _BLOCKS)
    share = show_share(bar.share)
    many = Text(ja=f"{bar.count}{figure.unit}（{share}）", en=f"{bar.count} ({share})")[lang]
    return "　" + "　".join(part for part in (bar.label[lang], f"{blocks} {many}".strip()) if part)


def _labelled(figure: Figure) -> list[Stack]:
    """Stacks that say more than the bars do."""
    return [stack for stack in figure.stacks if stack.label.ja and stack.total]


def _stack_line(figure: Figure, stack: Stack, lang: Lang) -> str:
    """総務課：ごはん 3人（60%）、パン 2人（40%）."""
    given = zip(figure.bars, stack.parts, stack.shares, strict=True)
    parts = [
        _MANY.fill(label=bar.label, n=figure.many(n), share=show_share(share))[lang] for bar, n, share in given if n
    ]
    return f"{stack.label[lang]}：{'、'.join(parts)}" if lang == "ja" else f"{stack.label[lang]}: {', '.join(parts)}"


_MANY = Text(ja="{label} {n}（{share}）", en="{label} {n} ({share})")


def _within(most: int, parts: list[str], blocks: list[str]) -> list[str]:
    """`parts` and, after them, as many of the blocks as `most` bytes hold."""
    sizes = accumulate(len(part.encode()) for part in [*parts, *blocks])
    count = sum(size <= most for size in sizes)
    return [*parts, *blocks][: max(count, len(parts))]


def _left_out(rest: int, lang: Lang) -> list[str]:
    return [Text(ja=f"ほか{rest}問", en=f"and {rest} more questions")[lang]] if rest > 0 else []


def _rate_table(rows: tuple[Rate, ...], lang: Lang) -> str:
    cells = [(name, *_rate_cells(row)) for name, row in _grouped(rows, lang)]
    return _table([head[lang] for head in _RATE_HEADS], [*cells, (_ALL[lang], *_rate_cells(overall(rows)))])


def _rate_cells(row: Rate) -> tuple[str, str, str]:
    return str(row.asked), str(row.answered), show_share(row.share)


def _figure_html(figure: Figure, lang: Lang) -> str:
    parts = [f"<p><strong>{figure.number}. {escape(figure.title[lang])}</strong><br>{escape(figure.base[lang])}</p>"]
    if figure.bars:
        bars = [(bar.label[lang], str(bar.count), show_share(bar.share)) for bar in figure.bars]
        parts.append(_table([head[lang] for head in _BAR_HEADS], bars))
    if stacks := _labelled(figure):
        rows = [(bar.label[lang], *(f"{stack.parts[n]}" for stack in stacks)) for n, bar in enumerate(figure.bars)]
        parts.append(_table([_BAR_HEADS[0][lang], *(stack.label[lang] for stack in stacks)], rows))
    parts += [f"<p>{escape(note[lang])}</p>" for note in (*figure.notes, *([figure.note] if figure.note else []))]
    return "".join(parts)


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
