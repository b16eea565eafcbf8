"""Paths: from nodes, along an axis, to the nodes that match; always in the order of the document."""

from collections.abc import Callable, Iterator

from forms.expression.node import Kind, Node, number_through
from forms.expression.run import Run

Axis = Callable[[Node], list[Node]]
Matches = Callable[[Node], bool]
Narrow = Callable[[list[Node], Run], list[Node]]
"""A predicate: those of the nodes, in the order of the axis, for which it holds."""


def _up(node: Node) -> Iterator[Node]:
    above = node.parent
    while above is not None:
        yield above
        above = above.parent


def _siblings(node: Node, *, later: bool) -> list[Node]:
    """Those after, or those before with the nearest first."""
    if node.parent is None or node.kind is Kind.ATTRIBUTE:
        return []
    all_of_them = node.parent.children
    place = next(n for n, one in enumerate(all_of_them) if one is node)
    return all_of_them[place + 1 :] if later else all_of_them[:place][::-1]


def _beside(node: Node, *, later: bool) -> list[Node]:
    """All that comes after a node ends, or that ended before it began."""
    found: list[Node] = []
    for place in (node, *_up(node)):
        for sibling in _siblings(place, later=later):
            within = [sibling, *sibling.below()]
            found += within if later else within[::-1]
    return found


AXES: dict[str, Axis] = {
    "ancestor": lambda node: list(_up(node)),
    "ancestor-or-self": lambda node: [node, *_up(node)],
    "attribute": lambda node: list((node.attributes or {}).values()),
    "child": lambda node: node.children,
    "descendant": lambda node: list(node.below()),
    "descendant-or-self": lambda node: [node, *node.below()],
    "following": lambda node: _beside(node, later=True),
    "following-sibling": lambda node: _siblings(node, later=True),
    "parent": lambda node: [node.parent] if node.parent else [],
    "preceding": lambda node: _beside(node, later=False),
    "preceding-sibling": lambda node: _siblings(node, later=False),
    "self": lambda node: [node],
}
_STAYS_FLAT = frozenset(("attribute", "child", "self"))
_KINDS = {"comment()": Kind.COMMENT, "processing-instruction()": Kind.INSTRUCTION, "text()": Kind.TEXT}


def matching(axis: str, test: str) -> Matches | None:
    """What a node must be; None: anything."""
    if test == "node()":
        return None
    if test in _KINDS:
        kind = _KINDS[test]
        return lambda node: node.kind is kind
    main = Kind.ATTRIBUTE if axis == "attribute" else Kind.ELEMENT
    if test == "*":
        return lambda node: node.kind is main
    if test.endswith(":*"):
        return lambda node: node.kind is main and node.name.startswith(test[:-1])
    return lambda node: node.name == test and node.kind is main


def in_order(nodes: list[Node], run: Run) -> list[Node]:
    """Each once, in the order of the document."""
    if len(nodes) < 2:
        return nodes
    run.spend(len(nodes))
    once = list({id(node): node for node in nodes}.values())
    for node in once:
        if not node.order:
            number_through(node.root())
    once.sort(key=lambda node: node.order)
    return once


def along(axis: str, test: str, predicates: tuple[Narrow, ...], *, flat: bool) -> tuple[Narrow, bool]:
    """One step, and whether what it gives is flat: no node of it inside another, all in order.

    `flat`: whether what it is given is so; then children need no sorting.
    """
    flat = flat and axis in _STAYS_FLAT
    plain = children_named(test) if axis == "child" and is_name(test) else _walk(AXES[axis], matching(axis, test))

    def step(nodes: list[Node], run: Run) -> list[Node]:
        found: list[Node] = []
        for node in nodes:
            reached = plain(node, run)
            for narrow in predicates:
                reached = narrow(reached, run)
            found += reached
        return found if flat else in_order(found, run)

    return step, flat


def is_name(test: str) -> bool:
    return not test.endswith(("*", "()"))


def children_named(name: str) -> Callable[[Node, Run], list[Node]]:
    def children(node: Node, run: Run) -> list[Node]:
        run.spend(len(node.children) + 1)
        return [child for child in node.children if child.name == name]

    return children


def _walk(axis: Axis, matches: Matches | None) -> Callable[[Node, Run], list[Node]]:
    def walk(node: Node, run: Run) -> list[Node]:
        reached = axis(node)
        run.spend(len(reached) + 1)
        return list(reached) if matches is None else [one for one in reached if matches(one)]

    return walk
