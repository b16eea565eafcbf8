"""Where a question stands in a manuscript. The rows of a table are numbered, but an order means the whole table."""

from collections.abc import Mapping

from bots.drafting.state import Manuscript
from forms.form import Form
from forms.questions import Matrix, Question
from forms.text import Text, same
from forms.writing.difference import question_changes


def asked_ids(form: Form | None) -> tuple[str, ...]:
    """By place: the id that an order on this number is about."""
    if form is None:
        return ()
    tables = _tables(form)
    return tuple(tables[q.id].id if q.id in tables else q.id for q in form.asked)


def question(manuscript: Manuscript, id_: str) -> Question | Matrix | None:
    """None where it is not there."""
    return _found(manuscript.form, id_)


def number_of(manuscript: Manuscript, id_: str) -> int:
    """Its place among the questions, from 1; that of its first row for a table; 0 where it is not there."""
    ids = asked_ids(manuscript.form)
    return ids.index(id_) + 1 if id_ in ids else 0


def numbers_of(manuscript: Manuscript, id_: str) -> Text:
    """3; 3〜5 for a table of three rows."""
    first, rows = number_of(manuscript, id_), asked_ids(manuscript.form).count(id_)
    return same(str(first)) if rows < 2 else Text(ja=f"{first}〜{first + rows - 1}", en=f"{first}–{first + rows - 1}")


def first_asked(form: Form, id_: str) -> Question | None:
    """The question itself, or the first row of a table."""
    place = asked_ids(form).index(id_) if id_ in asked_ids(form) else None
    return None if place is None else form.asked[place]


def row_ids(form: Form, id_: str) -> tuple[str, ...]:
    """The ids under which its answers are kept."""
    found = _found(form, id_)
    return tuple(row.id for row in found.questions) if isinstance(found, Matrix) else (id_,)


def has_changed(before: Form, now: Form, id_: str) -> bool:
    """Whether a question is no longer what it was; its place is not looked at."""
    old, new = _found(before, id_), _found(now, id_)
    if isinstance(old, Matrix) or isinstance(new, Matrix):
        return old is not None and old != new
    return bool(question_changes(before, now, id_))


def _found(form: Form | None, id_: str) -> Question | Matrix | None:
    for element in form.walk() if form else ():
        if element.id == id_ and isinstance(element, Question | Matrix):
            return element
    return None


def _tables(form: Form) -> Mapping[str, Matrix]:
    """Row id → its table."""
    return {row.id: element for element in form.walk() if isinstance(element, Matrix) for row in element.questions}
