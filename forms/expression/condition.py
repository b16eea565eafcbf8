"""Whether a question matters, asked of a form's flat answers: a thin coat over an expression."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import cast

from forms.expression.expression import Expression
from forms.expression.expression import compile_expression as compile_any
from forms.expression.node import Chosen, Node
from forms.expression.run import JAPAN, Scope
from forms.expression.values import digits
from forms.mistake import Mistake
from forms.questions.base import Answers, Value


class _Sheet(Node):
    """The top of a tree one level deep. Its answers become nodes only when somebody looks at them."""

    __slots__ = ("answers",)

    def __init__(self, answers: Answers, fields: Collection[str]) -> None:
        super().__init__("data")
        self.answers = answers
        for id_ in fields:
            self.append(Node(id_, written(answers.get(id_))))


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition ready to be asked; never raises. `mentions` are the ids of the questions it looks at."""

    expression: Expression
    mentions: frozenset[str]
    fields: frozenset[str]

    def __call__(self, answers: Answers, today: date | None = None) -> bool:
        """Whether it holds; what cannot be calculated does not. Without `today`, today() is empty."""
        try:
            return self.expression.holds(_Sheet(answers, self.fields), _scope(today))
        except Mistake:
            return False


def compile_condition(source: str, known: Collection[str]) -> Condition:
    """The condition as a function of the answers. Raises Mistake as `compile_expression`."""
    expression = compile_any(source, known)
    fields = expression.fields & frozenset(known)
    return Condition(expression, expression.mentions | fields, fields)


@lru_cache(8)
def _scope(today: date | None) -> Scope:
    return Scope(named=_answer, now=None if today is None else datetime.combine(today, time(), JAPAN))


def _answer(id_: str, sheet: Node) -> list[Node]:
    return [Node(id_, written(cast("_Sheet", sheet).answers.get(id_)))]


def written(value: Value) -> str:
    """An answer as a node holds it."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return Chosen(value) if isinstance(value, list | tuple) else digits(_float(value))


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
