"""Functions of answers that are choices, of true and false, and of several answers weighed together."""

import math

from forms.expression.functions.declared import takes
from forms.expression.node import Chosen, Node
from forms.expression.run import Run
from forms.expression.values import Value, number_in, text, texts, truth


def _names(chosen: str) -> tuple[str, ...] | list[str]:
    return chosen.names if type(chosen) is Chosen else chosen.split()


def _selected(chosen: str, name: str) -> bool:
    """A name with blanks is found where it was one choice, or is the whole answer."""
    wanted = name.strip()
    return wanted in _names(chosen) or wanted == chosen


def _selected_at(chosen: str, place: float) -> str:
    names = _names(chosen)
    return names[int(place)] if 0 <= place < len(names) else ""


def _from_string(value: Value, run: Run) -> bool:
    return value if isinstance(value, bool) else text(value, run) in ("true", "1")


def _truths(value: Value, run: Run) -> list[bool]:
    """Of each node whether it is answered."""
    return [bool(one) for one in texts(value, run)] if isinstance(value, list) else [truth(value)]


def _weights(value: Value, run: Run) -> list[float]:
    return [number_in(one, run) for one in texts(value, run)]


def _between(least: float, total: float, most: float) -> bool:
    """-1 is no limit."""
    return (least < 0 or total >= least) and (most < 0 or total <= most)


def _checklist(_node: Node, run: Run, least: float, most: float, *values: Value) -> bool:
    return _between(least, sum(sum(_truths(value, run)) for value in values), most)


def _weighted_checklist(_node: Node, run: Run, least: float, most: float, *pairs: Value) -> bool:
    held = [one for value in pairs[::2] for one in _truths(value, run)]
    weights = [one for value in pairs[1::2] for one in _weights(value, run)]
    return _between(least, math.fsum(weight for is_so, weight in zip(held, weights, strict=False) if is_so), most)


def _choice_name(_node: Node, run: Run, option: str, question: str) -> str:
    """The label of an option of a question, named by `${id}` or by its path."""
    id_ = question.strip().removeprefix("${").removesuffix("}").strip().rpartition("/")[2]
    return run.scope.label(id_, option) or ""


CHOICE = {
    "boolean": takes("truth", lambda value: value),
    "boolean-from-string": takes("value", lambda _node, run, value: _from_string(value, run), inside=True),
    "checklist": takes("number number value*", _checklist, inside=True),
    "count-selected": takes("text", lambda chosen: float(len(_names(chosen)))),
    "false": takes("", lambda: False),
    "jr:choice-name": takes("text text", _choice_name, inside=True),
    "not": takes("truth", lambda value: not value),
    "selected": takes("text text", _selected),
    "selected-at": takes("text number", _selected_at),
    "true": takes("", lambda: True),
    "weighted-checklist": takes("number number value value value*", _weighted_checklist, inside=True),
}
