"""All functions that expressions may call: one table, and what other tools have and we do not."""

from forms.expression.functions.choice import CHOICE
from forms.expression.functions.date import DATE
from forms.expression.functions.declared import Function, takes
from forms.expression.functions.nodes import NODES
from forms.expression.functions.number import NUMBER
from forms.expression.functions.place import PLACE
from forms.expression.functions.text import TEXT
from forms.expression.values import Value


def _lazy(*_: Value) -> Value:
    raise AssertionError  # the compiler asks only for the arguments that are needed


_LAZY = {
    "coalesce": takes("text text text*", _lazy),
    "if": takes("truth value value", _lazy),
    "indexed-repeat": takes("nodes nodes number nodes? number? nodes? number?", _lazy),
    "once": takes("text", _lazy, steady=False),
}
FUNCTIONS: dict[str, Function] = {**CHOICE, **DATE, **NODES, **NUMBER, **PLACE, **TEXT, **_LAZY}
UNSUPPORTED = frozenset(("geofence", "intersects", "jr:itext", "property", "version"))
"""Known to others; refused with their name, not as if they were misspelt."""
