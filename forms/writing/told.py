"""A condition told in words, so that whoever wrote it sees what it does."""

import re
from collections.abc import Sequence
from itertools import pairwise

from forms.form import Form
from forms.mistake import Mistake
from forms.questions import Question
from forms.questions.base import Value
from forms.reading.words import quote
from forms.text import Lang, Text
from forms.writing.condition import Compared, Condition, Joined, parsed

_NUMBERED = Text(ja="質問{n}", en="question {n}")
_NAMED = Text(ja="「{id}」", en="“{id}”")
_RAW = Text(ja="式「{source}」が成り立つとき", en="if the expression “{source}” holds")
_DAYS = frozenset({"date", "datetime", "time", "month"})

# Sign → how it begins, how it ends before とき, how it goes on before another; the same in English in one piece.
_JA = {
    "=": ("{q}が{v}", "の", "で"),
    "!=": ("{q}が{v}で", "ない", "なく"),
    ">=": ("{q}が{v}以上", "の", "で"),
    "<=": ("{q}が{v}以下", "の", "で"),
    ">": ("{q}が{v}より大き", "い", "く"),
    "<": ("{q}が{v}未満", "の", "で"),
    "has": ("{q}に{v}が含まれ", "る", ""),
    "lacks": ("{q}に{v}が含まれ", "ない", "ず"),
}
_JA_DAYS = {
    ">=": ("{q}が{v}以降", "の", "で"),
    "<=": ("{q}が{v}以前", "の", "で"),
    ">": ("{q}が{v}より後", "の", "で"),
    "<": ("{q}が{v}より前", "の", "で"),
}
_JA_EMPTY = {"=": ("{q}が未回答", "の", "で"), "!=": ("{q}に回答があ", "る", "り")}
_EN = {
    "=": "{q} is {v}",
    "!=": "{q} is not {v}",
    ">=": "{q} is at least {v}",
    "<=": "{q} is at most {v}",
    ">": "{q} is more than {v}",
    "<": "{q} is less than {v}",
    "has": "{q} includes {v}",
    "lacks": "{q} does not include {v}",
}
_EN_DAYS = {
    ">=": "{q} is on or after {v}",
    "<=": "{q} is on or before {v}",
    ">": "{q} is after {v}",
    "<": "{q} is before {v}",
}
_EN_EMPTY = {"=": "{q} is not answered", "!=": "{q} is answered"}


def told(expression: str, form: Form) -> Text:
    """「質問2が「はい」で、質問4が3以上のとき」 / “if question 2 is “yes” and question 4 is at least 3”."""
    condition = parsed(expression)
    if condition is None:
        return _RAW.fill(source=expression if len(expression) <= 120 else expression[:119] + "…")
    return Text(ja=_japanese(condition, form) + "とき", en="if " + _english(condition, form))


def _japanese(condition: Condition, form: Form) -> str:
    """Up to とき."""
    if isinstance(condition, Compared):
        stem, end, _ = _stem(condition, form)
        return stem + end
    if values := _one_of(condition):
        first = values[0]
        said = "か".join(_value(v, form, "ja") for v in values)
        return f"{_question(first.question, form, 'ja')}が{said}の"
    if condition.word == "or":
        return "とき、または".join(_part(part, form) for part in condition.parts)
    *before, last = condition.parts
    return "".join(_going_on(part, form) for part in before) + _part(last, form)


def _part(part: Condition, form: Form) -> str:
    if isinstance(part, Compared) or _one_of(part):
        return _japanese(part, form)
    return f"（{_japanese(part, form)}とき）に当たる"


def _going_on(part: Condition, form: Form) -> str:
    if isinstance(part, Compared):
        stem, _, middle = _stem(part, form)
        return f"{stem}{middle}、"
    if _one_of(part):
        return _japanese(part, form).removesuffix("の") + "で、"
    return f"（{_japanese(part, form)}とき）に当たり、"


def _stem(one: Compared, form: Form) -> tuple[str, str, str]:
    table = _JA_EMPTY if not one.value and one.sign in _JA_EMPTY else _JA_DAYS if _is_day(one, form) else _JA
    stem, end, middle = table.get(one.sign) or _JA[one.sign]
    return stem.format(q=_question(one.question, form, "ja"), v=_value(one, form, "ja")), end, middle


def _one_of(condition: Condition) -> Sequence[Compared]:
    """Q = a or q = b: the values of one question; () for all else."""
    if not isinstance(condition, Joined) or condition.word != "or":
        return ()
    parts = [p for p in condition.parts if isinstance(p, Compared) and p.sign == "=" and p.value]
    alike = all(a.question == b.question for a, b in pairwise(parts))
    return parts if alike and len(parts) == len(condition.parts) else ()


def _english(condition: Condition, form: Form) -> str:
    if isinstance(condition, Compared):
        table = _EN_EMPTY if not condition.value and condition.sign in _EN_EMPTY else {}
        days = _EN_DAYS if _is_day(condition, form) else {}
        pattern = table.get(condition.sign) or days.get(condition.sign) or _EN[condition.sign]
        return pattern.format(q=_question(condition.question, form, "en"), v=_value(condition, form, "en"))
    if values := _one_of(condition):
        return f"{_question(values[0].question, form, 'en')} is " + " or ".join(_value(v, form, "en") for v in values)
    parts = (f"({_english(p, form)})" if isinstance(p, Joined) and not _one_of(p) else _english(p, form)
             for p in condition.parts)  # fmt: skip
    return f" {condition.word} ".join(parts)


def _question(id_: str, form: Form, lang: Lang) -> str:
    number = next((n for n, q in enumerate(form.asked, 1) if q.id == id_), None)
    return (_NUMBERED.fill(n=number) if number else _NAMED.fill(id=quote(id_)))[lang]


def _asked(id_: str, form: Form) -> Question | None:
    return next((q for q in form.asked if q.id == id_), None)


def _is_day(one: Compared, form: Form) -> bool:
    question = _asked(one.question, form)
    return question is not None and question.kind in _DAYS


def _value(one: Compared, form: Form, lang: Lang) -> str:
    shown = _shown(one, form, lang)
    if one.bare or _is_day(one, form):
        return shown
    return f"「{shown}」" if lang == "ja" else f"“{shown}”"


def _shown(one: Compared, form: Form, lang: Lang) -> str:
    question = _asked(one.question, form)
    if question is None or not one.value:
        return one.value
    label = next((o.label[lang] for o in question.options() if o.name == one.value), None)
    if label is not None:
        return label
    value: Value = question.from_plain(one.value)
    try:
        shown = question.show(value, lang)
        return re.split(r"（| \(", shown)[0] if question.kind in _DAYS else shown
    except (Mistake, ValueError, TypeError):
        return one.value
