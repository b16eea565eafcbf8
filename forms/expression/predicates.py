"""`[…]`: which of the nodes are meant; rows of a table are looked up, not searched."""

from collections.abc import Callable

from forms.expression.dates import looks_like_date
from forms.expression.node import Node, Table
from forms.expression.paths import Narrow
from forms.expression.run import Run
from forms.expression.values import Value, number, number_in, text_of, truth

Give = Callable[[Node, Run], Value]
"""A compiled expression."""
Lookups = list[tuple[str, Give]]


def at_place(place: float) -> Narrow:
    """`[3]`."""
    index = int(place) - 1 if place == place // 1 and place >= 1 else -1
    return lambda nodes, _run: nodes[index : index + 1] if index >= 0 else []


def where(holds: Give) -> Narrow:
    """`[…]` in general: a number is the place, all else is asked of each."""

    def narrow(nodes: list[Node], run: Run) -> list[Node]:
        before = run.position, run.size
        run.size = len(nodes)
        run.spend(run.size)
        found = []
        for run.position, node in enumerate(nodes, 1):
            value = holds(node, run)
            if value == run.position if type(value) is float else truth(value):
                found.append(node)
        run.position, run.size = before
        return found

    return narrow


def in_table(row: str, lookups: Lookups, *, rest: Narrow, otherwise: Narrow) -> Narrow:
    """A step `row[column = value and …]`: from a table by its index, from all else as `otherwise` does.

    `rest` is what is still to be asked of the rows that the index gives.
    """

    def step(nodes: list[Node], run: Run) -> list[Node]:
        if len(nodes) != 1 or not isinstance(table := nodes[0], Table) or table.row_name != row:
            return otherwise(nodes, run)
        found = _fewest(table, lookups, run)
        if found is None:
            return otherwise(nodes, run)
        run.spend(len(found) + 1)
        return rest(list(found), run)

    return step


def _fewest(table: Table, lookups: Lookups, run: Run) -> list[Node] | None:
    """The shortest list of rows that one of the lookups leaves; None when an index can answer none of them."""
    fewest: list[Node] | None = None
    for column, value in lookups:
        rows = _rows(table, column, value(table, run), run)
        if rows is None:
            continue
        if fewest is None or len(rows) < len(fewest):
            fewest = rows
    return fewest


def _rows(table: Table, column: str, value: Value, run: Run) -> list[Node] | None:
    """By the text that is equal to no other; a number or a date, which has several spellings, by what it is."""
    if isinstance(value, list) and len(value) == 1:
        value = text_of(value[0], run)
    if isinstance(value, str) and not looks_like_date(value):
        return table.rows_where(column, value)
    if isinstance(value, str | float):
        return table.rows_equal(column, number(value, run), lambda words: number_in(words, run))
    return None
