"""An inquiry as a workbook: how far each municipality is, and what they released. Nothing in it computes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from zoneinfo import ZoneInfo

from forms.export import legible
from forms.form import Form
from forms.inquiry import GIVEN, SKIPPED, Kind, Released
from forms.inquiry_release import answers_of
from forms.inquiry_results import By, Reply, group_of
from forms.questions import Question
from forms.text import Lang, Text

Cell = str | int | datetime | None
_MOMENT = "yyyy-mm-dd hh:mm"
_WITHHELD = Text(ja="伏せ", en="withheld")
_STATES, _TOTALS, _ANSWERS = (
    Text(ja="状況", en="States"),
    Text(ja="集計", en="Totals"),
    Text(ja="回答", en="Answers"),
)
_HEADS = tuple(
    Text(ja=ja, en=en)
    for ja, en in (
        ("団体", "municipality"), ("団体コード", "code"), ("都道府県", "prefecture"), ("種類", "kind"),
        ("人口規模", "population"), ("状況", "state"), ("配布", "asked"),
        ("回答", "answered"), ("版", "version"), ("受付", "received at"),
        ("備考", "note"), ("署名のID", "id of the signed release"),
    )
)  # fmt: skip
_QUESTION = (Text(ja="設問", en="question"), Text(ja="項目", en="item"), Text(ja="合計", en="total"))
_SUM, _BASE = Text(ja="（合計）", en="(sum)"), Text(ja="（対象）", en="(asked)")
_SKIPPED, _GIVEN = Text(ja="（無回答）", en="(no answer)"), Text(ja="（記入・ほか）", en="(answered, or other)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One municipality that was asked. `reply` where it released something."""

    name: Text
    code: str
    kind: str
    state: Text
    reply: Reply | None
    received_at: datetime | None
    note: Text
    seal: str
    population: int = 0


def workbook(form: Form, lines: Sequence[Line], kind: Kind, *, zone: ZoneInfo, lang: Lang = "ja") -> bytes:
    """The workbook."""
    sheets: list[tuple[str, Sequence[str], Iterable[Sequence[Cell]]]] = [
        (_STATES[lang], [one[lang] for one in _HEADS], (_state(line, zone, lang) for line in lines))
    ]
    replies = [line.reply for line in lines if line.reply is not None]
    names = [reply.name[lang] for reply in replies]
    if kind == "totals":
        heads = [*(one[lang] for one in _QUESTION), *names]
        sheets.append((_TOTALS[lang], heads, _totals(form, replies, lang)))
    else:
        questions = [question.title[lang] for question in form.asked]
        sheets.append((_ANSWERS[lang], [_HEADS[0][lang], *questions], _answers(form, replies, lang)))
    return _written(sheets, title=form.title[lang])


def _state(line: Line, zone: ZoneInfo, lang: Lang) -> Sequence[Cell]:
    at = None if line.received_at is None else line.received_at.astimezone(zone).replace(tzinfo=None, microsecond=0)
    released = None if line.reply is None else line.reply.released
    who: Reply = line.reply or Reply(
        name=line.name, code=line.code, kind=line.kind, released=_NOTHING, population=line.population
    )
    groups = [group_of(who, by)[1][lang] for by in _GROUPS]
    counts: list[Cell] = [None, None, None]
    if released is not None:
        few = _WITHHELD[lang] if released.answered is None else released.answered
        counts = [released.asked, few, released.version]
    return [line.name[lang], line.code, *groups, line.state[lang], *counts, at, line.note[lang], line.seal]


_GROUPS: tuple[By, ...] = ("prefecture", "kind", "size")
_NOTHING = Released(version=1, asked=0, answered=0, parts={})


def _totals(form: Form, replies: Sequence[Reply], lang: Lang) -> Iterable[Sequence[Cell]]:
    for question in form.asked:
        title = question.title[lang]
        parts = [reply.released.parts[question.id] for reply in replies]
        bases: list[Cell] = [_WITHHELD[lang] if part.base is None else part.base for part in parts]
        yield [title, _BASE[lang], _added(bases), *bases]
        for value in _values(question, [{**p.cells, **dict.fromkeys(p.withheld, 0)} for p in parts]):
            row = [_count(p.cells.get(value), held=value in p.withheld or p.base is None, lang=lang) for p in parts]
            yield [title, _label(question, value, lang), _added(row), *row]
        if question.measure == "numbers":
            yield [title, _SUM[lang], None, *(p.total if p.total is not None else _WITHHELD[lang] for p in parts)]


def _count(n: int | None, *, held: bool, lang: Lang) -> Cell:
    return _WITHHELD[lang] if held else n or 0


def _added(cells: Sequence[Cell]) -> int:
    return sum(cell for cell in cells if isinstance(cell, int))


def _values(question: Question, parts: Sequence[Mapping[str, int]]) -> list[str]:
    options = [option.name for option in question.options()] if question.measure in ("options", "scale") else []
    return list(dict.fromkeys([*options, *sorted({value for part in parts for value in part if value}), SKIPPED]))


def _label(question: Question, value: str, lang: Lang) -> str:
    if value in (SKIPPED, GIVEN):
        return (_SKIPPED if value == SKIPPED else _GIVEN)[lang]
    return next((option.label[lang] for option in question.options() if option.name == value), value)


def _answers(form: Form, replies: Sequence[Reply], lang: Lang) -> Iterable[Sequence[Cell]]:
    for reply in replies:
        answers = answers_of(reply.released, form)
        yield [reply.name[lang], *(_shown(question, answers, lang) for question in form.asked)]


def _shown(question: Question, answers: Mapping[str, object], lang: Lang) -> Cell:
    """A number as a number; of a repeat all turns."""
    found = [value for key, value in answers.items() if key.partition(".")[0] == question.id and value is not None]
    if len(found) == 1 and type(found[0]) is int:
        return found[0]
    return "、".join(shown(question, value)[lang] for value in found)


def shown(question: Question, value: object) -> Text:
    """A value of another municipality as people read it; what is none is shown as it is."""
    try:
        return Text(ja=question.show(value, "ja"), en=question.show(value, "en"))  # type: ignore[arg-type]
    except (TypeError, ValueError, KeyError, AttributeError, IndexError):
        return Text(ja=str(value), en=str(value))


def _written(sheets: Sequence[tuple[str, Sequence[str], Iterable[Sequence[Cell]]]], *, title: str) -> bytes:
    from xlsxwriter import Workbook

    page = BytesIO()
    with Workbook(page, {"in_memory": True}) as book:
        book.set_properties({"title": legible(title)[:200], "created": datetime(2000, 1, 1)})  # noqa: DTZ001
        head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E9EDF2"})
        words, moments = book.add_format({"num_format": "@"}), book.add_format({"num_format": _MOMENT})
        for name, heads, rows in sheets:
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 1)
            sheet.set_column(0, len(heads), 16)
            for column, one in enumerate(heads):
                sheet.write_string(0, column, legible(one)[:1000], head)
            for number, row in enumerate(rows, 1):
                for column, cell in enumerate(row):
                    match cell:
                        case datetime():
                            sheet.write_datetime(number, column, cell, moments)
                        case int():
                            sheet.write_number(number, column, cell)
                        case str():
                            sheet.write_string(number, column, legible(cell)[:30_000], words)
    return page.getvalue()
