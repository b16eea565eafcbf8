"""What may be shown of answers whose owners must not be told apart: how many there must be, what is merged or mixed."""

import json
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from forms.form import Form
from forms.questions import Question
from forms.questions.base import Answers, Value
from forms.questions.other import OTHER
from forms.text import Lang, Text

LEAST = 5
"""Fewer answers than this are not shown, nor a group of fewer in a breakdown."""

OTHERS = Text(ja="ほか", en="others")
TOGETHER = Text(ja="全体", en="all together")

_TELLING = re.compile(r"(?<![\w.-])(now|today|random|uuid|randomize)\s*\(")

Mix = Callable[[Iterable[Any]], list[Any]]


def guarded(form: Form) -> bool:
    """Whether nobody may learn what a certain person answered."""
    return form.privacy != "named"


def telling(form: Form) -> str | None:
    """What (its title or id) would write into the answers whose they are: a file, the time, or a number of its own.

    A constraint may ask for the day: nothing of it is kept.
    """
    for element in form.walk():
        sources = (source for field, source in element.expressions() if field != "constraint")
        timed = any(_TELLING.search(unicodedata.normalize("NFKC", source)) for source in sources)
        if element.traceable or timed:
            title = getattr(element, "title", None)
            return element.id if title is None else str(title.ja)
    return None


def rounded(count: int) -> int:
    """As much of a count as may be shown while answers come in: a full batch."""
    return count - count % LEAST


def merged(sizes: Mapping[str, int], *, rest: str) -> dict[str, str]:
    """Group → the group under which it is shown: those below LEAST are one, `rest`, and no `rest` is below LEAST.

    Where even all together are too few everything is `rest`.
    """
    small = sorted((name for name in sizes if sizes[name] < LEAST), key=lambda name: (sizes[name], name))
    large = sorted((name for name in sizes if sizes[name] >= LEAST), key=lambda name: (sizes[name], name))
    within = sum(sizes[name] for name in small)
    while small and within < LEAST and large:
        small.append(large.pop(0))
        within += sizes[small[-1]]
    return {name: rest if name in small else name for name in sizes}


def large(rows: Mapping[str, Sequence[int]], lang: Lang) -> dict[str, list[int]]:
    """Rows of counts, how many were asked first, with the small groups as one: nobody is seen alone."""
    shown: dict[str, list[int]] = {}
    for name, under in merged({name: row[0] for name, row in rows.items()}, rest=OTHERS[lang]).items():
        shown[under] = [a + b for a, b in zip(shown.get(under, [0] * len(rows[name])), rows[name], strict=True)]
    return {TOGETHER[lang]: shown[OTHERS[lang]]} if list(shown) == [OTHERS[lang]] else shown


def mixed(form: Form, sheets: Iterable[Answers], mix: Mix) -> list[dict[str, Value]]:
    """The sheets in another order, and each answer in people's own words moved to some sheet with such an answer.

    So a text that somebody recognises does not say what else its writer answered.
    """
    shuffled: list[dict[str, Value]] = [dict(sheet) for sheet in mix(sheets)]
    for key in sorted({key for sheet in shuffled for key in sheet}):
        question = _question(form, key)
        holders = [sheet for sheet in shuffled if _own_words(question, sheet.get(key))]
        for sheet, words in zip(holders, mix([sheet[key] for sheet in holders]), strict=True):
            sheet[key] = words
    return shuffled


def cut_off(form: Form, sheets: Iterable[Answers]) -> list[dict[str, Value]]:
    """The sheets in the order of their other answers; what people worded themselves fills the first of them, sorted.

    For files: a line of them is no longer one person's, so not even a single comment says what its writer answered.
    """
    apart = [dict(sheet) for sheet in sheets]
    keys = sorted({key for sheet in apart for key in sheet})
    words: dict[str, list[Value]] = {}
    for key in keys:
        question = _question(form, key)
        holders = [sheet for sheet in apart if _own_words(question, sheet.get(key))]
        words[key] = sorted((sheet.pop(key) for sheet in holders), key=_letters)
    apart.sort(key=lambda sheet: json.dumps(sheet, sort_keys=True))
    for key, said in words.items():
        empty = [sheet for sheet in apart if sheet.get(key) is None]
        for sheet, one in zip(empty, said, strict=False):
            sheet[key] = one
    return apart


def _letters(value: Value) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _question(form: Form, key: str) -> Question | None:
    """The question of an answer's key, which within a repeat has the number of the turn after it."""
    return next((question for question in form.asked if question.id == key.partition(".")[0]), None)


def _own_words(question: Question | None, value: Value) -> bool:
    if question is None or value is None:
        return False
    offered = {option.name for option in question.options()}
    if not offered:
        return question.free
    parts = value if isinstance(value, list) else [value]
    return any(_is_own(part, offered, free=question.free) for part in parts)


def _is_own(part: Any, offered: Collection[str], *, free: bool) -> bool:
    """Whether it is not one of the options: 「その他」 with words, or a place that was not offered."""
    if isinstance(part, dict):
        return OTHER in part or (free and part.get("name") not in offered)
    return isinstance(part, str) and part not in offered
