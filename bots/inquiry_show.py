"""Inquiries as people read them: the asker's table, what is to leave, and how each is called."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from itertools import accumulate
from zoneinfo import ZoneInfo

from bots.effects import Person, Place, Room
from bots.inquiry_records import Asked, Asking
from bots.moments import moment
from bots.ports import Members
from forms.form import Form
from forms.inquiry import GIVEN, SKIPPED, STATES, Body, Part, Released, State, counts
from forms.inquiry_outcomes import OUTCOMES
from forms.inquiry_release import answers_of
from forms.inquiry_xlsx import shown
from forms.printable import cut
from forms.questions import Question
from forms.text import Lang, Text, lines, same

_MOST_BYTES = 8_000  # of the table's text: with its HTML, twice in an edit, and encrypted, it must fit into 64 kB
HEAD = Text(
    ja="【照会{number}】{title}（締切 {deadline}{closed}）", en="Inquiry {number}: {title} (until {deadline}{closed})"
)
_CLOSED = Text(ja="、終了", en=", closed")
_COUNTS = Text(ja="{said}（全{n}団体）", en="{said} (of {n})")
_COUNT = Text(ja="{state} {n}", en="{state} {n}")
_ROW = Text(ja="・{name}: {state}{more}", en="- {name}: {state}{more}")
_MORE = {
    "people": Text(ja="（回答 {answered}/{asked}人、第{version}版）", en=" ({answered} of {asked}, version {version})"),
    "one": Text(ja="（第{version}版）", en=" (version {version})"),
    "few": Text(
        ja="（配布 {asked}人、回答は5人未満、第{version}版）", en=" (fewer than 5 of {asked}, version {version})"
    ),
    "asking": Text(ja="（配布 {asked}人）", en=" ({asked} asked)"),
    "reason": Text(ja="（理由: {reason}）", en=" ({reason})"),
    "warning": Text(ja=" 注意: {said}", en=" Note: {said}"),
}
_REST = Text(
    ja="ほか{n}団体（すべては !inquiry export {number}）", en="and {n} more (all of them: !inquiry export {number})"
)
_HEADS = (Text(ja="団体", en="Municipality"), Text(ja="状況", en="State"))
KINDS = {
    "totals": Text(ja="職員の回答を集計", en="totals of people's answers"),
    "one": Text(ja="団体で一つの回答", en="one answer per municipality"),
}
_SHOWN = Text(ja="{n}. {title}（対象 {base}人）{cells}{total}", en="{n}. {title} (asked {base}){cells}{total}")
_NOT_SHOWN = Text(ja="{n}. {title}：伏せます", en="{n}. {title}: withheld")
_CELL = Text(ja="　{value}：{n}", en="  {value}: {n}")
_HIDDEN = Text(ja="　{value}：伏せます", en="  {value}: withheld")
_TOTAL = Text(ja="　合計：{total}", en="  sum: {total}")
_NO_TOTAL = Text(ja="　合計：伏せます", en="  sum: withheld")
_SKIPPED, _GIVEN = Text(ja="（無回答）", en="(no answer)"), Text(ja="記入あり", en="answered")
_GIVEN_ELSE = Text(ja="ほかの値", en="other values")
_ANSWER = Text(ja="{n}. {title}：{answer}", en="{n}. {title}: {answer}")


def names(members: Members) -> Mapping[str, Text]:
    """Server → what the municipality is called, for those that are present."""
    return {member.server: member.name for member in members.all()}


def called(server: str, known: Mapping[str, Text]) -> Text:
    """The name; of a municipality that is gone its server."""
    return known.get(server, same(server))


def place_of(asking: Asking) -> Place:
    """Where the table stands, and what concerns the asker is said."""
    return Room(asking.room) if asking.room else Person(asking.author)


def head(inquiry: Asking | Asked, zone: ZoneInfo, now: datetime) -> Text:
    """Number, title and deadline."""
    return HEAD.fill(
        number=inquiry.number,
        title=Text(ja=cut(inquiry.form.title.ja, 80), en=cut(inquiry.form.title.en, 80)),
        deadline=moment(inquiry.deadline, zone, now),
        closed=_CLOSED if inquiry.closed_at else same(""),
    )


def states(asking: Asking, known: Mapping[str, Text], now: datetime) -> list[tuple[Body, State]]:
    """How far each municipality is."""
    when = {"now": asking.closed_at or now, "sent_at": asking.at, "deadline": asking.deadline}
    return [(body, body.state(**when, present=body.server in known)) for body in asking.bodies]


def table(asking: Asking, known: Mapping[str, Text], *, now: datetime, zone: ZoneInfo) -> tuple[Text, Text]:
    """The table as text and as HTML."""
    rows = states(asking, known, now)
    said = [_COUNT.fill(state=STATES[state], n=n) for state, n in counts([state for _, state in rows])]
    joined = Text(ja="・".join(s.ja for s in said), en=", ".join(s.en for s in said))
    top = [head(asking, zone, now), _COUNTS.fill(said=joined, n=len(rows))]
    every = [(called(b.server, known), STATES[state], _more(asking, b, state)) for b, state in rows]
    sizes = accumulate(len((name.ja + state.ja + more.ja).encode()) + 8 for name, state, more in every)
    told = every[: sum(size <= _MOST_BYTES for size in sizes)]
    rest = [_REST.fill(n=len(rows) - len(told), number=asking.number)] if len(rows) > len(told) else []
    text = lines(*top, *(_ROW.fill(name=n, state=s, more=m) for n, s, m in told), *rest)
    return text, Text(ja=_html(top, told, rest, lang="ja"), en=_html(top, told, rest, lang="en"))


def _html(top: Sequence[Text], shown: Sequence[tuple[Text, Text, Text]], rest: Sequence[Text], *, lang: Lang) -> str:
    heads = "".join(f"<th>{escape(one[lang])}</th>" for one in _HEADS)
    cells = "".join(
        f"<tr><td>{escape(name[lang])}</td><td>{escape(state[lang] + more[lang])}</td></tr>"
        for name, state, more in shown
    )
    after = "".join(f"<p>{escape(one[lang])}</p>" for one in rest)
    return f"<h4>{escape(top[0][lang])}</h4><p>{escape(top[1][lang])}</p><table><tr>{heads}</tr>{cells}</table>{after}"


def _more(asking: Asking, body: Body, state: State) -> Text:
    warned = OUTCOMES[body.warning].said if body.warning in OUTCOMES else None  # type: ignore[index]
    warning = _MORE["warning"].fill(said=warned) if warned else same("")
    return Text(ja=_plain(asking, body, state).ja + warning.ja, en=_plain(asking, body, state).en + warning.en)


def _plain(asking: Asking, body: Body, state: State) -> Text:
    released = body.released
    if state == "released" and released is not None:
        words = {"asked": released.asked, "answered": released.answered, "version": released.version}
        which = "one" if asking.kind == "one" else "few" if released.answered is None else "people"
        return _MORE[which].fill(**words)
    if state == "declined" and body.reason:
        return _MORE["reason"].fill(reason=cut(body.reason, 80))
    return _MORE["asking"].fill(asked=body.asked) if state == "asking" and body.asked is not None else same("")


def leaving(form: Form, released: Released) -> Text:
    """Exactly what a release says, question by question."""
    asked = list(enumerate(form.asked, 1))
    if released.answers is not None:
        answers = answers_of(released, form)
        return lines(*(_answered(n, q, answers.get(q.id)) for n, q in asked if q.id in answers))
    return lines(*(_part(n, q, released.parts[q.id]) for n, q in asked))


def _answered(number: int, question: Question, value: object) -> Text:
    answer = same("–") if value is None else shown_value(question, value)
    return _ANSWER.fill(n=number, title=question.title, answer=answer)


def shown_value(question: Question, value: object, *, most: int = 200) -> Text:
    """A value of another municipality, on one line."""
    words = shown(question, value)
    return Text(ja=cut(words.ja, most), en=cut(words.en, most))


def _part(number: int, question: Question, part: Part) -> Text:
    if part.base is None:
        return _NOT_SHOWN.fill(n=number, title=question.title)
    cells = [_CELL.fill(value=value_of(question, v), n=n) for v, n in part.cells.items()]
    cells += [_HIDDEN.fill(value=value_of(question, value)) for value in part.withheld]
    sums = [] if question.measure != "numbers" else [_TOTAL.fill(total=part.total) if part.total else _NO_TOTAL]
    words = {"cells": _below(cells), "total": _below(sums)}
    return _SHOWN.fill(n=number, title=question.title, base=part.base, **words)


def _below(rows: Sequence[Text]) -> Text:
    return Text(ja="".join(f"\n{row.ja}" for row in rows), en="".join(f"\n{row.en}" for row in rows))


def value_of(question: Question, value: str) -> Text:
    """What a cell is called."""
    if value == SKIPPED:
        return _SKIPPED
    if value == GIVEN:
        return _GIVEN if question.measure in ("words", "numbers") else _GIVEN_ELSE
    label = next((option.label for option in question.options() if option.name == value), None)
    return shown_value(question, value) if label is None else Text(ja=cut(label.ja, 80), en=cut(label.en, 80))
