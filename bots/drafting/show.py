"""What an editor sees of a manuscript."""

from collections.abc import Sequence

from bots.drafting import sentences as s
from bots.drafting.places import asked_ids, numbers_of, question
from bots.drafting.state import Drafting, Manuscript
from bots.effects import Refuse, Say
from bots.filling.show import clean, one_line, stack
from forms.form import Form
from forms.questions import Matrix, Question
from forms.questions.option import Drawn
from forms.reading.options import Named
from forms.text import Text, lines
from forms.writing.condition import Compared, Condition, parsed
from forms.writing.difference import differences
from forms.writing.kinds import TITLES, kind_title
from forms.writing.told import told

TITLE, PAGE, OPTIONS, CHANGES = 120, 6000, 12, 8


def say(*parts: Text | None) -> Say:
    return Say(text=_message(parts))


def refuse(*parts: Text | None) -> Refuse:
    return Refuse(text=_message(parts))


def _message(parts: Sequence[Text | None]) -> Text:
    text = stack(*parts)
    return Text(ja=clean(text.ja), en=clean(text.en))


def title_of(text: Text) -> Text:
    return Text(ja=one_line(text.ja, TITLE), en=one_line(text.en, TITLE))


def count(manuscript: Manuscript) -> int:
    form = manuscript.form
    return len(form.asked) if form else 0


def kind_of(asked: Question | Matrix) -> Text:
    kind = kind_title(asked.kind)
    return kind if asked.required else s.OPTIONAL_MARK.fill(kind=kind)


def line(manuscript: Manuscript, id_: str, pattern: Text, **values: object) -> Text:
    """A sentence about one question as it is now, with its options below."""
    asked = question(manuscript, id_)
    if asked is None:
        return s.GONE
    words = {
        "n": numbers_of(manuscript, id_),
        "title": title_of(asked.title),
        "kind": kind_of(asked),
        "english": title_of(asked.title).en,
        **values,
    }
    return pattern.fill(**words)


def details(manuscript: Manuscript, id_: str) -> Text | None:
    """Options, condition and hint of one question."""
    asked, form = question(manuscript, id_), manuscript.form
    if asked is None or form is None:
        return None
    rows = _parts(asked)
    if asked.when:
        rows.append(s.LIST_WHEN.fill(when=told(asked.when, form)))
    if asked.hint:
        rows.append(s.LIST_HINT.fill(hint=title_of(asked.hint)))
    return lines(*rows) if rows else None


def _parts(asked: Question | Matrix) -> list[Text]:
    """What it has by its kind."""
    if isinstance(asked, Matrix):
        return [s.LIST_ROWS.fill(rows=_labels(asked.rows)), s.LIST_COLUMNS.fill(options=_labels(asked.offered))]
    if asked.kind == "consent":
        return [s.LIST_TEXT.fill(text=title_of(asked.text))]
    if isinstance(offered := getattr(asked, "offered", None), Drawn):
        return [s.LIST_DRAWN.fill(name=offered.name, n=f"{len(offered):,}")]
    offered = asked.distinct if asked.kind == "lookup" else asked.options()
    if asked.kind == "yesno" or not offered:
        return []
    listed = s.LIST_POINTS if asked.kind == "scale" else s.LIST_OPTIONS
    top = [s.LIST_TOP.fill(top=asked.top)] if asked.kind == "rank" and asked.top else []
    return [listed.fill(options=_labels(offered)), *top]


def _labels(options: Sequence[Named]) -> Text:
    more = "…" if len(options) > OPTIONS else ""
    shown = [title_of(o.label) for o in options[:OPTIONS]]
    return Text(ja="、".join(o.ja for o in shown) + more, en=", ".join(o.en for o in shown) + more)


def overview(manuscript: Manuscript) -> Text:
    """The whole form, as far as one message holds it."""
    form = manuscript.form
    rows = [s.LIST_HEAD.fill(title=title_of(manuscript.title), count=count(manuscript))]
    size = 0
    ids = asked_ids(form)
    for n, id_ in enumerate(ids, 1):
        if id_ in ids[: n - 1]:
            continue  # another row of a table that is there already
        row = stack(line(manuscript, id_, s.LIST_ROW), details(manuscript, id_))
        size += max(len(row.ja), len(row.en))
        if size > PAGE:
            rows.append(s.MORE.fill(count=count(manuscript) - n + 1))
            break
        rows.append(row)
    return lines(*rows) if len(rows) > 1 else lines(*rows, s.NO_QUESTIONS)


def kinds() -> Text:
    """The kinds that may be chosen in one word."""
    titles = list(TITLES.values())
    return Text(ja="、".join(f"「{t.ja}」" for t in titles), en=", ".join(t.en for t in titles))


def news(drafting: Drafting) -> Text | None:
    """What others did since this editor last looked; None where nothing changed."""
    before, now = drafting.seen, drafting.manuscript
    if before.document == now.document:
        return None
    authors = dict.fromkeys(step.who for step in now.past if step.number > before.step and step.author != drafting.me)
    who = Text(ja="、".join(f"{a}さん" for a in authors), en=", ".join(authors)) if authors else s.SOMEBODY
    changes = _changes(before, now)
    rows = [s.ROW.fill(what=change) for change in changes[:CHANGES]]
    if len(changes) > CHANGES:
        rows.append(s.MORE.fill(count=len(changes) - CHANGES))
    return lines(s.OTHERS_DID.fill(who=who), *rows)


def _changes(before: Manuscript, now: Manuscript) -> Sequence[Text]:
    old, new = before.form, now.form
    if old is not None and new is not None:
        return differences(old, new)
    return tuple(step.what for step in now.past if step.number > before.step)


# -- checking ----------------------------------------------------------------------------------------------------------


def check(form: Form) -> tuple[Text, ...]:
    """What is allowed but hardly meant."""
    return (*_twice(form), *_conditions(form), *_single(form), *_english(form))


def _twice(form: Form) -> list[Text]:
    first: dict[str, int] = {}
    rows = []
    tables = [row.id for element in form.walk() if isinstance(element, Matrix) for row in element.questions[1:]]
    for n, asked in enumerate(form.asked, 1):
        if asked.id in tables:
            continue  # said of its first row
        if (before := first.setdefault(asked.title.ja, n)) != n:
            rows.append(s.CHECK_TWICE.fill(n=before, other=n))
    return rows


def _single(form: Form) -> list[Text]:
    return [s.CHECK_ONE_OPTION.fill(n=n) for n, asked in enumerate(form.asked, 1) if len(asked.options()) == 1]


def _conditions(form: Form) -> list[Text]:
    rows = []
    places = {asked.id: n for n, asked in enumerate(form.asked, 1)}
    for n, asked in enumerate(form.asked, 1):
        for one in _each(parsed(asked.when) if asked.when else None):
            other = places.get(one.question)
            if other is None:
                continue
            if other > n:
                rows.append(s.CHECK_LATER.fill(n=n, other=other))
            names = [option.name for option in form.asked[other - 1].options()]
            if names and one.value and one.value not in names:
                rows.append(s.CHECK_VALUE.fill(n=n, other=other, value=one_line(one.value, 40)))
    return rows


def looking_ahead(manuscript: Manuscript) -> list[Text]:
    """Conditions that rest on a question further down, as after a move."""
    form = manuscript.form
    return [row for row in _conditions(form) if "順番" in row.ja] if form else []


def _each(condition: Condition | None) -> list[Compared]:
    if condition is None:
        return []
    if isinstance(condition, Compared):
        return [condition]
    return [one for part in condition.parts for one in _each(part)]


def _english(form: Form) -> list[Text]:
    without = untranslated(form)
    if not without or len(without) == len(form.asked):
        return []
    return [s.CHECK_ENGLISH.fill(numbers="、".join(map(str, without)))]


def untranslated(form: Form) -> list[int]:
    """The numbers of the questions that have one wording for both languages."""
    return [
        n for n, asked in enumerate(form.asked, 1) if asked.title.ja == asked.title.en and not asked.title.ja.isascii()
    ]
