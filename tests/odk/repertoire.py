"""What people might answer: at random, but what a form's own conditions look for more often than chance would."""

import re
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from forms.expression.values import digits
from forms.form import Form
from forms.mistake import Mistake
from forms.questions import Question, Value
from forms.questions.other import OTHER
from forms.sheet import Place
from tests.odk.ours import NOW

_DAYS = ("1990-01-31", "2015-03-01", "2024-02-29", "2026-03-31", "2026-04-01", "2030-12-31")
_TIMES = ("00:00", "09:30", "16:05", "23:59")
_WORDS = ("abc", "山田", "12345", "x@y.jp", "090-1234-5678", "0.5", "-3")
_WHOLE = (0, 1, 2, 3, 5, 10, 17, 18, 25, 40, 66, 120, 999, -1)
_FRACTIONS = (0.5, 1.25, 36.6, 100.5, -2.5, 7.0)
_LITERAL = re.compile(r"'([^'\n]{1,30})'|\"([^\"\n]{1,30})\"")
_NUMERAL = re.compile(r"(?<![\w.'\"])\d{1,6}(?:\.\d{1,3})?(?![\w.'\"-])")
_MENTION = re.compile(r"\$\{([\w-]+)\}")
_UNTYPED = re.compile(r"[\\^$%{}/\[\]|]")
"""What patterns of regex() and formats of dates are made of: nobody types these."""


class Repertoire:
    """`mentioned`: the ids that others rest on."""

    def __init__(self, form: Form, chance: Random) -> None:
        self._chance = chance
        sources = " ".join(source for one in form.walk() for _, source in one.expressions())
        self.mentioned = frozenset(_MENTION.findall(sources))
        self._words = (*_WORDS, *sorted(_typed(sources)))
        limits = sorted({float(number) for number in _NUMERAL.findall(sources)})
        self._numbers = tuple(limit + by for limit in limits for by in (-1, 0, 1))
        self._by_kind: Mapping[str, Callable[[Place], Value]] = {
            "choice": self._chosen,
            "choices": self._several,
            "datetime": lambda _: f"{chance.choice(_DAYS)}T{chance.choice(_TIMES)}:00+09:00",
            "date": lambda _: chance.choice(_DAYS),
            "integer": lambda _: int(chance.choice([*_WHOLE, *self._numbers])),
            "number": lambda _: float(chance.choice([*_WHOLE, *_FRACTIONS, *self._numbers])),
            "rank": self._ordered,
            "time": lambda _: chance.choice(_TIMES),
            "text": lambda _: chance.choice(self._words),
            "yesno": lambda _: "yes",
        }

    def answer(self, place: Place) -> Value:
        return self._by_kind[place.element.kind](place)

    def _chosen(self, place: Place) -> Value:
        """Now and then one that is not offered, as from a page that was opened before."""
        if place.element.other and self._chance.random() < 0.2:
            return self._in_other_words()
        every, offered = place.element.offered, place.offered
        if not offered or self._chance.random() < 0.15:
            offered = every
        looked_for = [option for option in offered if option.name in self._words]
        return self._chance.choice((self._chance.random() < 0.4 and looked_for) or offered).name

    def _several(self, place: Place) -> Value:
        offered = place.element.offered if place.offered is None or self._chance.random() < 0.15 else place.offered
        often = min(0.4, 3 / max(len(offered), 1))
        chosen: list[Any] = [option.name for option in offered if self._chance.random() < often]
        if place.element.other and self._chance.random() < 0.2:
            chosen.append(self._in_other_words())
        return chosen or None

    def _in_other_words(self) -> Value:
        return {OTHER: self._chance.choice(self._words)}

    def _ordered(self, place: Place) -> Value:
        names = [option.name for option in place.element.offered]
        return self._chance.sample(names, len(names))


def readable(question: Question, value: Value) -> bool:
    """Whether a conversation would take it: an XForm's range lets nobody leave it either."""
    try:
        return not isinstance(value, int | float) or question.read(digits(value), NOW.date()) is not None
    except Mistake:
        return False


def _typed(sources: str) -> set[str]:
    """The literals that somebody could have typed."""
    words = {word for pair in _LITERAL.findall(sources) for word in pair if word}
    return {word for word in words if not _UNTYPED.search(word) and word == word.strip()}
