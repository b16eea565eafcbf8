"""From the tree of an expression to one function of a node; new functions go into `functions/`."""

from collections.abc import Callable
from functools import partial
from typing import cast

from forms.expression.functions import FUNCTIONS
from forms.expression.functions.declared import Kind
from forms.expression.node import Node
from forms.expression.operators import applied, calculation, checked, comparison, logic, union
from forms.expression.paths import Narrow, along, children_named
from forms.expression.predicates import Give, at_place, in_table, where
from forms.expression.run import Run
from forms.expression.shape import column, lookups, steady
from forms.expression.tree import Called, Chain, Constant, Filtered, Negated, Path, Ref, Start, Step, Tree
from forms.expression.values import ARITHMETIC, COMPARISONS, Value, number, text, text_of, texts, truth
from forms.mistake import Mistake
from forms.text import Text

_NO_NODES = Text(
    ja="項目（${{id}} や ../id）が必要なところに、値があります。",
    en="A field (${{id}} or ../id) is expected, not a value.",
).fill()
_UNANSWERED = ("", "0", "false")
_SELF = Path(Start(absolute=False), (), 0)
_FLAT_CALLS = ("current", "instance")


def compiled(tree: Tree, *, each: bool = False) -> Give:
    """The function. `each`: it is asked of row after row, so that what does not change is asked only once."""
    give = _compiled(tree, each=each)
    return _kept(give) if each and not isinstance(tree, Constant) and steady(tree) else give


def _compiled(tree: Tree, *, each: bool) -> Give:  # noqa: PLR0911 - one for each part of the language
    match tree:
        case Constant(value):
            return lambda _node, _run: value
        case Ref(id_):
            return lambda _node, run: run.scope.named(id_, run.current)
        case Negated(operand):
            inside = as_number(operand, each=each)
            return lambda node, run: -inside(node, run)
        case Chain():
            return _chain(tree, each=each)
        case Called():
            return _call(tree, each=each)
        case Start(absolute):
            return (lambda _node, run: [run.current.document()]) if absolute else (lambda node, _run: [node])
        case Path():
            return _path(tree, each=each)
        case Filtered():
            return _filtered(tree, each=each)


def _kept(give: Give) -> Give:
    """Asked once in an evaluation."""

    def kept(node: Node, run: Run) -> Value:
        if run.kept is None:
            run.kept = {}
        if key not in run.kept:
            run.kept[key] = give(node, run)
        value: Value = run.kept[key]
        return value

    key = id(kept)
    return kept


# What an operand is made into


def as_text(tree: Tree, *, each: bool = False) -> Callable[[Node, Run], str]:
    give = compiled(tree, each=each)

    def words(node: Node, run: Run) -> str:
        value = give(node, run)
        if not isinstance(value, str):
            value = text_of(value[0], run) if isinstance(value, list) and value else text(value, run)
        return run.checked(value) if len(value) > 64 else value

    return words


def as_number(tree: Tree, *, each: bool = False) -> Callable[[Node, Run], float]:
    give = compiled(tree, each=each)
    return lambda node, run: number(give(node, run), run)


def as_truth(tree: Tree, *, each: bool = False) -> Callable[[Node, Run], bool]:
    """`${id}` alone: whether it is answered, and not with 0 or false. Other paths: whether there is such a node."""
    give = compiled(tree, each=each)
    if isinstance(tree, Ref):
        return lambda node, run: _answered(give(node, run), run)
    if isinstance(tree, Chain) and (tree.rest[0][0] in COMPARISONS or tree.rest[0][0] in ("and", "or")):
        return cast("Callable[[Node, Run], bool]", give)
    return lambda node, run: truth(give(node, run))


def _answered(value: Value, run: Run) -> bool:
    return any(words not in _UNANSWERED for words in texts(value, run))


def as_nodes(tree: Tree, *, each: bool = False) -> Callable[[Node, Run], list[Node]]:
    give = compiled(tree, each=each)

    def nodes(node: Node, run: Run) -> list[Node]:
        value = give(node, run)
        if not isinstance(value, list):
            raise Mistake(_NO_NODES)
        return value

    return nodes


def _as_texts(tree: Tree, *, each: bool = False) -> Callable[[Node, Run], list[str]]:
    give = compiled(tree, each=each)
    return lambda node, run: texts(give(node, run), run)


_AS: dict[Kind, Callable[..., Give | Callable[[Node, Run], list[str]]]] = {
    "nodes": as_nodes,
    "number": as_number,
    "text": as_text,
    "texts": _as_texts,
    "truth": as_truth,
    "value": compiled,
}


# Operators


def _chain(tree: Chain, *, each: bool) -> Give:
    operator = tree.rest[0][0]
    if operator in ("and", "or"):
        return logic(operator, [as_truth(one, each=each) for one in (tree.first, *(part for _, part in tree.rest))])
    if operator == "|":
        return union([as_nodes(one, each=each) for one in (tree.first, *(part for _, part in tree.rest))])
    if operator in ARITHMETIC:
        rest = [(ARITHMETIC[sign], as_number(operand, each=each)) for sign, operand in tree.rest]
        return calculation(as_number(tree.first, each=each), rest)
    return _comparisons(tree, each=each)


def _comparisons(tree: Chain, *, each: bool) -> Give:
    left = compiled(tree.first, each=each)
    for sign, operand in tree.rest:
        constant = operand.value if isinstance(operand, Constant) else None
        left = comparison(sign, left, right=compiled(operand, each=each), constant=constant)
    return left


# Calls


def _call(tree: Called, *, each: bool) -> Give:
    if tree.name in _LAZY:
        return _LAZY[tree.name](tree, each=each)
    function = FUNCTIONS[tree.name]
    given = tree.arguments or ((_SELF,) if function.own else ())
    arguments = [cast("Give", _AS[function.kind_of(n)](argument, each=each)) for n, argument in enumerate(given)]
    give = applied(function, arguments)
    return checked(give) if function.grows else give


def _if(tree: Called, *, each: bool) -> Give:
    condition = as_truth(tree.arguments[0], each=each)
    yes, no = (compiled(argument, each=each) for argument in tree.arguments[1:])
    return lambda node, run: yes(node, run) if condition(node, run) else no(node, run)


def _coalesce(tree: Called, *, each: bool) -> Give:
    arguments = [as_text(argument, each=each) for argument in tree.arguments]

    def first_answered(node: Node, run: Run) -> str:
        return next((words for argument in arguments if (words := argument(node, run))), "")

    return first_answered


def _once(tree: Called, *, each: bool) -> Give:
    """What the node holds already, or now for the first time."""
    value = as_text(tree.arguments[0], each=each)
    return lambda node, run: text_of(node, run) or value(node, run)


def _indexed_repeat(tree: Called, *, each: bool) -> Give:
    """`indexed-repeat(${x}, ${repeat}, n, …)`: the x of the n-th turn, whichever turn asks; the pairs in any order."""
    wanted = _everywhere(tree.arguments[0], each=each)
    pairs = [
        (_everywhere(group, each=each), as_number(place, each=each))
        for group, place in zip(tree.arguments[1::2], tree.arguments[2::2], strict=True)
    ]

    def indexed(node: Node, run: Run) -> list[Node]:
        found = wanted(node, run)
        outer: Node | None = None
        turns = [(group(node, run), place(node, run)) for group, place in pairs]
        for group, place in sorted(turns, key=lambda turn: turn[0][0].depth() if turn[0] else 0):
            run.spend(len(group) + len(found))
            within = [turn for turn in group if outer is None or turn.is_within(outer)]
            outer = next((turn for n, turn in enumerate(within, 1) if n == place), None)
            if outer is None:
                return []
        return [one for one in found if outer is not None and one.is_within(outer)]

    return indexed


def _everywhere(tree: Tree, *, each: bool) -> Callable[[Node, Run], list[Node]]:
    if isinstance(tree, Ref):
        return lambda _node, run: run.scope.named(tree.id, run.current.root())
    return as_nodes(tree, each=each)


_LAZY: dict[str, Callable[..., Give]] = {
    "coalesce": _coalesce,
    "if": _if,
    "indexed-repeat": _indexed_repeat,
    "once": _once,
}


# Paths


def _path(tree: Path, *, each: bool) -> Give:
    if name := column(tree):
        return children_named(name)
    start = as_nodes(tree.start, each=each)
    flat = isinstance(tree.start, Start | Ref) or (isinstance(tree.start, Called) and tree.start.name in _FLAT_CALLS)
    steps: list[Narrow] = []
    for step in tree.steps:
        take, flat = _step(step, flat=flat)
        steps.append(take)

    def path(node: Node, run: Run) -> list[Node]:
        nodes = start(node, run)
        for take in steps:
            nodes = take(nodes, run)
        return nodes

    return path


def _step(step: Step, *, flat: bool) -> tuple[Narrow, bool]:
    predicates = tuple(_predicate(one) for one in step.predicates)
    take, still_flat = along(step.axis, step.test, predicates, flat=flat)
    if not predicates or step.axis != "child":
        return take, still_flat
    found, whole = lookups(step.predicates[0])
    if not found:
        return take, still_flat
    columns = [(column, compiled(value, each=True)) for column, value in found]
    rest = partial(_narrowed, predicates if not whole else predicates[1:])
    return in_table(step.test, columns, rest=rest, otherwise=take), still_flat


def _narrowed(predicates: tuple[Narrow, ...], nodes: list[Node], run: Run) -> list[Node]:
    for narrow in predicates:
        nodes = narrow(nodes, run)
    return nodes


def _filtered(tree: Filtered, *, each: bool) -> Give:
    inside = as_nodes(tree.inside, each=each)
    predicates = tuple(_predicate(one) for one in tree.predicates)
    return lambda node, run: _narrowed(predicates, inside(node, run), run)


def _predicate(tree: Tree) -> Narrow:
    if isinstance(tree, Constant) and isinstance(tree.value, float):
        return at_place(tree.value)
    return where(compiled(tree, each=True))
