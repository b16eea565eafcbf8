"""A list in a file as expressions look at it: rows become nodes only when they are looked up."""

from collections.abc import Callable, Sequence

from forms.expression.node import Node, Table
from forms.lists.roll import Roll
from forms.lists.table import MOST_SCANNED
from forms.lists.table import Table as Source
from forms.mistake import Mistake
from forms.text import Text

TOO_LONG = Text(
    ja="この一覧は長すぎて、1件ずつは調べられません。「列 = 値」の形で絞り込んでください。",
    en="This list is too long to be gone through row by row: ask for it by `column = value`.",
)

SCANNED = Text(
    ja="質問「{id}」の式は、一覧「{name}」（{n}件）を1件ずつ調べることになります。",
    en="The expression of “{id}” would go through all {n} rows of the list “{name}”.",
)
SCANNED_MEND = Text(
    ja="「列 = 値」の形で絞り込んでください。例: 地区 = ${{area}}",
    en="Ask for rows by `column = value`, as in area = ${{area}}.",
)


class Row(Node):
    """`number`: which row of the list, from 0."""

    __slots__ = ("number",)

    def __init__(self, number: int, order: int) -> None:
        super().__init__("item")
        self.number, self.order = number, order


class DrawnTable(Table):
    """`instance('…')/root` of a list in a file."""

    __slots__ = ("_roll", "_source")

    def __init__(self, roll: Callable[[], Roll | None], source: Source) -> None:
        self._roll, self._source = roll, source
        super().__init__("root", "item")
        self.order = 2

    @property
    def children(self) -> list[Node]:
        """All rows. Mistake where they are too many."""
        return self._nodes(range(self._source.rows))

    @children.setter
    def children(self, none: list[Node]) -> None:
        assert not none, "its rows come from the list"

    def rows_where(self, column: str, text: str) -> list[Node]:
        roll = self._roll()
        return self._nodes(roll.rows_where(self._heading(column), text)) if roll else []

    def rows_equal(self, column: str, value: float, read: Callable[[str], float]) -> list[Node] | None:
        roll = self._roll()
        return self._nodes(roll.rows_equal(self._heading(column), value, read)) if roll else []

    def _heading(self, column: str) -> str:
        return {"name": self._source.value, "label": self._source.label}.get(column, column)

    def _nodes(self, numbers: Sequence[int]) -> list[Node]:
        if len(numbers) > MOST_SCANNED:
            raise Mistake(TOO_LONG)
        roll = self._roll()
        return [self._node(roll, n) for n in numbers] if roll else []

    def _node(self, roll: Roll, number: int) -> Node:
        """Numbered as `number_through` would."""
        cells = roll.row(number)
        cells |= {"name": cells[self._source.value], "label": cells[self._source.label]}
        row = Row(number, 3 + number * (len(self._source.columns) + 3))
        row.parent = self
        for n, (name, value) in enumerate(cells.items(), 1):
            row.append(Node(name, value)).order = row.order + n
        return row


def row_numbers(rows: Sequence[Node]) -> list[int]:
    """Which rows of a list these are, in its order."""
    return sorted({row.number for row in rows if isinstance(row, Row)})
