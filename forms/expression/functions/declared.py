"""How a function of expressions is declared: what it takes, in words, and what it does with it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, cast, get_args

from forms.expression.values import Value

Kind = Literal["text", "number", "truth", "nodes", "texts", "value"]
"""What an argument is made into before it is handed over. `texts`: one of each node, or one of all else."""
MANY = 500  # more arguments than an expression can have parts


@dataclass(frozen=True, slots=True)
class Function:
    """`least` to `len(takes)` arguments, or more of kind `rest`; `inside`: called with (node, run) before them.

    `own`: without an argument it is about the node itself. `grows`: its text may be longer than all it was given.
    `steady`: gives the same for every row that a predicate looks at, if its arguments do.
    """

    takes: tuple[Kind, ...]
    least: int
    call: Callable[..., Value]
    rest: Kind | None = None
    inside: bool = False
    own: bool = False
    grows: bool = False
    steady: bool = True

    @property
    def most(self) -> int:
        return MANY if self.rest else len(self.takes)

    def kind_of(self, place: int) -> Kind:
        return self.takes[place] if place < len(self.takes) else (self.rest or "value")


def takes(signature: str, call: Callable[..., Value], **more: bool) -> Function:
    """A function from its signature: `text number? texts*` is a text, perhaps a number, then any number of texts."""
    kinds: list[Kind] = []
    least, rest = 0, None
    for word in signature.split():
        kind = word.rstrip("?*")
        assert kind in get_args(Kind), word
        if word.endswith("*"):
            rest = cast("Kind", kind)
            continue
        kinds.append(cast("Kind", kind))
        least += not word.endswith("?")
    return Function(tuple(kinds), least, call, rest, **more)
