"""Answers to one version of a form under another: what can move over, and what counts together."""

from collections.abc import Iterable, Mapping
from datetime import date

from forms.form import Form
from forms.mistake import Mistake
from forms.questions import Question, Valued
from forms.questions.base import Answers, Value
from forms.reading.words import quote
from forms.text import Text, lines

JOINED = Text(ja="版をまたいだ集計です（{counts}）。", en="Versions are counted together ({counts}).")
COUNT = Text(ja="第{version}版 {count}件", en="version {version}: {count}")
LATER = Text(
    ja="「{title}」は第{versions}版にはない質問です（種類が違う場合を含みます）。その分の回答は含まれません。",
    en="“{title}” was not asked (or not in this way) in version {versions}: those answers are not in it.",
)
EARLIER = Text(
    ja="「{title}」は第{version}版で終わった質問です。上の集計には出ません。",
    en="“{title}” was only asked up to version {version}; it is not shown above.",
)
MOST = 10


def carried(answers: Answers, form: Form, into: Form, *, today: date) -> dict[str, Value]:
    """Those of the answers to `form` that mean the same as answers to `into`."""
    return {
        key: value
        for key, value in answers.items()
        if _of_repeat(key, form, into)
        or ((old := _of(form, key)) and (new := _of(into, key)) and _holds(old, new, value, today))
    }


def _of_repeat(key: str, *forms: Form) -> bool:
    """Whether the answer says if a repeat goes on, in each of the forms."""
    id_, _, rest = key.partition(".")
    return rest.endswith("more") and all(any(e.id == id_ and e.kind == "repeat" for e in f.walk()) for f in forms)


def carries(answers: Answers, form: Form, into: Form, *, today: date) -> bool:
    """Whether no answer is lost: all answered questions are there with the same kind, and allow their value."""
    given = {key for key, value in answers.items() if value is not None}
    return given <= carried(answers, form, into, today=today).keys()


def _of(form: Form, key: str) -> Valued | None:
    """The question of an answer; within a repeat its key ends in the number of the turn."""
    try:
        return form.question(key.partition(".")[0])
    except KeyError:
        return None


def _holds(old: Valued, new: Valued, value: Value, today: date) -> bool:
    if old.kind != new.kind:
        return False
    if value is None:
        return not getattr(new, "required", False)  # skipped before, to be answered now: asked anew
    rule = {"title": None, "hint": None, "when": None, "required": None}
    if old.model_copy(update=rule) == new.model_copy(update=rule):
        return True
    if options := new.options():
        names = {option.name for option in options}
        return {*value} <= names if isinstance(value, list) else value in names
    return _read_again(new, value, today)


def _read_again(new: Valued, value: Value, today: date) -> bool:
    if not isinstance(new, Question):
        return True
    try:
        return bool(new.read(new.plain(value), today) == value)
    except Mistake:
        return False


def together(form: Form, others: Iterable[Form]) -> Form:
    """The form with the questions of other versions that it no longer has at its end: so that no column is missing."""
    known = {element.id for element in form.walk()}
    gone: dict[str, Question] = {}
    for other in others:
        gone |= {q.id: q for q in other.asked if q.id not in known | gone.keys()}
    if not gone:
        return form
    bare = {"when": None, "required": False, "constraint": None, "default": None, "choice_filter": None}
    rest = (q.changed({name: value for name, value in bare.items() if hasattr(q, name)}) for q in gone.values())
    whole = form.model_copy(update={"questions": (*form.questions, *rest)})
    for name in whole.__dict__.keys() - Form.model_fields.keys():
        del whole.__dict__[name]  # worked out from the shorter one
    return whole


def joining(form: Form, version: int, others: Mapping[int, tuple[Form, int]], *, count: int) -> Text | None:
    """How answers of several versions were counted together; None where all are of one.

    `others`: earlier version → its form and how many answers it has; `count`: those of `form` itself.
    """
    if not others:
        return None
    counts = [COUNT.fill(version=v, count=n) for v, (_, n) in sorted(others.items())]
    counts += [COUNT.fill(version=version, count=count)] if count else []
    head = JOINED.fill(counts=Text(ja="、".join(c.ja for c in counts), en=", ".join(c.en for c in counts)))
    return lines(head, *_notes(form, others))


def _notes(form: Form, others: Mapping[int, tuple[Form, int]]) -> list[Text]:
    kinds = {v: {q.id: q.kind for q in old.asked} for v, (old, _) in sorted(others.items())}
    notes = []
    for question in form.asked:
        without = [str(v) for v, known in kinds.items() if known.get(question.id) != question.kind]
        if without:
            notes.append(LATER.fill(title=_title(question.title), versions="・".join(without)))
    now = {q.id for q in form.asked}
    gone = {q.id: (_title(q.title), v) for v, (old, _) in sorted(others.items()) for q in old.asked if q.id not in now}
    notes += [EARLIER.fill(title=title, version=v) for title, v in gone.values()]
    return notes[:MOST]


def _title(text: Text) -> Text:
    return Text(ja=quote(text.ja), en=quote(text.en))
