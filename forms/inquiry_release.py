"""A release as it travels, written and read: whatever another municipality says must be possible of this form."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from forms.form import Form
from forms.inquiry import GIVEN, SKIPPED, Kind, Part, Released
from forms.questions import Question
from forms.questions.base import Answers

MOST_PEOPLE: Final = 10_000_000
MOST_VERSIONS: Final = 1000
_LONGEST_VALUE, _MOST_CELLS, _LONGEST_ANSWERS = 500, 5000, 200_000
_DECIMAL = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,9})?", re.ASCII)


class Impossible(ValueError):  # noqa: N818 - what is wrong
    """Counts that no answers can give, or no release at all. `numbers`: what should be a number is none."""

    def __init__(self, words: str, *, numbers: bool = False) -> None:
        super().__init__(words)
        self.numbers = numbers


def written(released: Released) -> dict[str, Any]:
    """The release as canonical JSON can hold it."""
    body: dict[str, Any] = {"version": released.version, "asked": released.asked, "answered": released.answered}
    if released.answers is not None:
        return {**body, "answers": released.answers}
    return {**body, "parts": {name: _written(part) for name, part in released.parts.items()}}


def _written(part: Part) -> dict[str, Any]:
    if part.base is None:
        return {}
    whole: dict[str, Any] = {"base": part.base, "cells": dict(part.cells)}
    whole |= {"withheld": list(part.withheld)} if part.withheld else {}
    return whole | ({"sum": part.total} if part.total is not None else {})


def read(body: Mapping[str, Any], form: Form, kind: Kind) -> Released:
    """What a member released. Raises Impossible."""
    version, asked = _count(body.get("version"), MOST_VERSIONS), _count(body.get("asked"), MOST_PEOPLE)
    answered = None if body.get("answered") is None else _count(body["answered"], MOST_PEOPLE)
    if not version or (answered is not None and answered > asked):
        raise Impossible("more answered than were asked")
    if kind == "one":
        return Released(version=version, asked=asked, answered=answered, parts={}, answers=_answers(body))
    parts = body.get("parts")
    if not isinstance(parts, dict) or len(parts) > len(form.asked):
        raise Impossible("no parts")
    questions = {question.id: question for question in form.asked}
    found = {q.id: _part(parts.get(q.id), q, most=answered or 0) for q in form.asked}
    if parts.keys() - questions.keys():
        raise Impossible("a question that was not asked")
    return Released(version=version, asked=asked, answered=answered, parts=found)


def _answers(body: Mapping[str, Any]) -> str:
    answers = body.get("answers")
    if not isinstance(answers, str) or len(answers) > _LONGEST_ANSWERS:
        raise Impossible("no answers")
    try:
        found = json.loads(answers)
    except (ValueError, RecursionError):
        raise Impossible("no answers") from None
    if not isinstance(found, dict):
        raise Impossible("no answers")
    return answers


def answers_of(released: Released, form: Form) -> Answers:
    """Of the kind `one`: what the municipality answered to questions that there are."""
    found: dict[str, Any] = json.loads(released.answers or "{}")
    return {key: value for key, value in found.items() if form.find(key.partition(".")[0]) is not None}


def _part(part: object, question: Question, *, most: int) -> Part:
    if not isinstance(part, dict):
        raise Impossible("a part is missing")
    if "base" not in part:
        return Part()
    base, cells, held = _count(part["base"], most), part.get("cells"), part.get("withheld", [])
    if not isinstance(cells, dict) or not isinstance(held, list) or len(cells) + len(held) > _MOST_CELLS:
        raise Impossible("no cells")
    counts = {_value(value, question): _count(n, base) for value, n in cells.items()}
    names = tuple(_value(value, question) for value in held)
    if _adds_up(question) and sum(counts.values()) > base:
        raise Impossible("more chose than were asked")
    return Part(base=base, cells=counts, withheld=names, total=_total(part.get("sum"), question))


def _adds_up(question: Question) -> bool:
    """Whether a person is in one cell only."""
    return question.kind != "choices" and question.measure != "ranks"


def _value(value: object, question: Question) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST_VALUE:
        raise Impossible("no value")
    named = {option.name for option in question.options()}
    if question.measure in ("options", "scale") and value not in named | {SKIPPED}:
        raise Impossible("an option that there is not")
    if question.measure in ("words", "numbers") and value not in (GIVEN, SKIPPED):
        raise Impossible("words of somebody")
    return value


def _count(value: object, most: int) -> int:
    if type(value) is not int or value < 0:
        raise Impossible("no number", numbers=True)
    if value > most:
        raise Impossible("more than there are")
    return value


def _total(value: object, question: Question) -> str | None:
    if value is None:
        return None
    if question.measure != "numbers" or not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise Impossible("no sum", numbers=True)
    try:
        Decimal(value)
    except InvalidOperation:
        raise Impossible("no sum", numbers=True) from None
    return value
