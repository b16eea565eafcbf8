"""Which questions matter and which is next: functions of the form and the answers, never a stored position."""

from collections.abc import Collection
from datetime import date

from forms.form import Form
from forms.questions import Answers, Question, Value


def path(form: Form, answers: Answers, *, today: date | None = None) -> tuple[Question, ...]:
    """The questions that matter, in order. The answer to one that does not counts as empty for all others.

    `today` is what today() gives in a `when`; without it today() is empty.
    """
    known = dict(answers)
    relevant = _pass(form, known, today)
    # A `when` that looks ahead may rest on an answer that turned out not to matter: answers only ever fall away,
    # so that this ends, and what was sent has the same path as what it was taken from.
    while form.looks_ahead and (again := _pass(form, known, today)) != relevant:
        relevant = again
    return relevant


def _pass(form: Form, known: dict[str, Value], today: date | None) -> tuple[Question, ...]:
    """One look at each question; takes the answers to those that do not matter out of `known`."""
    relevant: list[Question] = []
    for question, condition in zip(form.asked, form.conditions, strict=True):
        if condition is None or condition(known, today):
            relevant.append(question)
        else:
            known.pop(question.id, None)
    return tuple(relevant)


def next_question(
    form: Form, answers: Answers, reopened: Collection[str] = frozenset(), *, today: date | None = None
) -> Question | None:
    """The first question that matters and has no answer, or is to be asked again; None when all is answered."""
    asked = path(form, answers, today=today)
    return next((q for q in asked if q.id not in answers or q.id in reopened), None)


def relevant_answers(form: Form, answers: Answers, *, today: date | None = None) -> dict[str, Value]:
    """The answers that count, in the order of the form: what is sent. Skipped questions are in it as None."""
    return {q.id: answers[q.id] for q in path(form, answers, today=today) if q.id in answers}
