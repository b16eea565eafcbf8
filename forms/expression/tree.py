"""What a condition is made of, once it has been read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Constant:
    value: str | float
    at: int = 0


@dataclass(frozen=True, slots=True)
class Ref:
    """`${id}`; `at` is where in the text, counted from 0."""

    id: str
    at: int


@dataclass(frozen=True, slots=True)
class Negated:
    operand: "Tree"


@dataclass(frozen=True, slots=True)
class Chain:
    """Operators of one strength, from left to right: flat, so that 250 terms are not 250 levels deep."""

    first: "Tree"
    rest: tuple[tuple[str, "Tree"], ...]


@dataclass(frozen=True, slots=True)
class Called:
    name: str
    arguments: tuple["Tree", ...]
    at: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: `test` is a name, `*`, `prefix:*`, `node()`, `text()`, …"""

    axis: str
    test: str
    predicates: tuple["Tree", ...] = ()


@dataclass(frozen=True, slots=True)
class Start:
    """Where a path begins: at the top of the form, or where we are."""

    absolute: bool


@dataclass(frozen=True, slots=True)
class Path:
    start: "Tree"
    steps: tuple[Step, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Filtered:
    """`(…)[…]`, `instance('x')[…]`."""

    inside: "Tree"
    predicates: tuple["Tree", ...]
    at: int


Tree = Constant | Ref | Negated | Chain | Called | Start | Path | Filtered


def parts(tree: Tree) -> tuple[Tree, ...]:
    """What stands directly inside."""
    match tree:
        case Negated(operand):
            return (operand,)
        case Chain(first, rest):
            return (first, *(operand for _, operand in rest))
        case Called():
            return tree.arguments
        case Path(start, steps):
            return (start, *(predicate for step in steps for predicate in step.predicates))
        case Filtered(inside, predicates):
            return (inside, *predicates)
        case _:
            return ()


def all_parts(tree: Tree) -> list[Tree]:
    """The tree itself and all that stands inside."""
    found = [tree]
    for one in found:
        found.extend(parts(one))
    return found
