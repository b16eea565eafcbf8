"""The tree that expressions look at: the answers of a form, a list of choices, the rows of a file."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import IntEnum
from typing import Optional, Self


class Kind(IntEnum):
    ELEMENT = 1
    ATTRIBUTE = 2
    TEXT = 3
    INSTRUCTION = 7
    COMMENT = 8
    ROOT = 9


class Chosen(str):
    """The answer to a question with several choices: their names joined by spaces, each still known.

    A name may hold a blank (「その他 自由記述」): only here can selected() tell it from two names.
    """

    __slots__ = ("names",)
    names: tuple[str, ...]

    def __new__(cls, names: Iterable[str]) -> Self:
        kept = tuple(names)
        chosen = super().__new__(cls, " ".join(kept))
        chosen.names = kept
        return chosen


class Node:
    """One place in a tree. What has no children reads as `value`; what has some reads as what they hold.

    `order` is its place in the document, 0 as long as nobody asked: see `number_through`.
    """

    __slots__ = ("attributes", "children", "kind", "name", "order", "parent", "value")

    def __init__(self, name: str, value: str = "", *, kind: Kind = Kind.ELEMENT) -> None:
        self.name = name
        self.value = value
        self.kind = kind
        self.parent: Node | None = None
        self.children: list[Node] = []
        self.attributes: dict[str, Node] | None = None
        self.order = 0

    def append(self, child: "Node") -> "Node":
        """Hang `child` below this as its last; gives the child."""
        child.parent = self
        self.children.append(child)
        return child

    def set_attribute(self, name: str, value: str) -> None:
        attribute = Node(name, value, kind=Kind.ATTRIBUTE)
        attribute.parent = self
        self.attributes = {**(self.attributes or {}), name: attribute}

    def child(self, name: str) -> Optional["Node"]:
        """The first child of that name."""
        return next((one for one in self.children if one.name == name), None)

    def root(self) -> "Node":
        node = self
        while node.parent is not None:
            node = node.parent
        return node

    def document(self) -> "Node":
        """What `/` means: the root of the tree, or above a tree that has none, one for this occasion."""
        top = self.root()
        if top.kind is Kind.ROOT:
            return top
        document = Node("", kind=Kind.ROOT)
        document.children.append(top)
        document.order = -1
        return document

    def depth(self) -> int:
        """How many nodes stand above."""
        return 0 if self.parent is None else self.parent.depth() + 1

    def is_within(self, above: "Node") -> bool:
        node: Node | None = self
        while node is not None and node is not above:
            node = node.parent
        return node is above

    def below(self) -> Iterator["Node"]:
        """All that stands below, in the order of the document."""
        waiting = self.children[::-1]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += node.children[::-1]

    def __repr__(self) -> str:
        return f"<{self.kind.name.lower()} {self.name}>"  # never the value: it may be an answer


class Table(Node):
    """The rows of a secondary instance, which never change: `[column = value]` is looked up, not searched."""

    __slots__ = ("_indexes", "row_name")

    def __init__(self, name: str, row_name: str) -> None:
        super().__init__(name)
        self.row_name = row_name
        self._indexes: dict[str, dict[str, list[Node]]] = {}

    def rows_where(self, column: str, text: str) -> list[Node]:
        """The rows that have exactly this text in this column, in their order."""
        index = self._indexes.get(column)
        if index is None:
            index = self._indexes[column] = self._index(column)
        return index.get(text, [])

    def rows_equal(self, column: str, value: float, read: Callable[[str], float]) -> list[Node] | None:  # noqa: ARG002
        """The rows whose cell in this column spells this number or day; None where they are to be searched."""
        return None

    def _index(self, column: str) -> dict[str, list[Node]]:
        index: dict[str, list[Node]] = {}
        for row in self.children:
            for cell in row.children:
                if cell.name != column:
                    continue
                rows = index.setdefault(cell.value, [])
                if not rows or rows[-1] is not row:
                    rows.append(row)
        return index


def instance_of(rows: Iterable[Mapping[str, str]], *, table: str = "root", row: str = "item") -> Node:
    """A secondary instance, as `instance('…')/root/item[…]` reads it: what instance() gives."""
    top = Node("instance", kind=Kind.ROOT)
    sheet = Table(table, row)
    top.append(sheet)
    for cells in rows:
        item = sheet.append(Node(row))
        for name, value in cells.items():
            item.append(Node(name, value))
    number_through(top)
    return top


def number_through(top: Node) -> None:
    """Give all nodes of a tree their order; attributes come after their element, before its children."""
    place = 0
    for node in (top, *top.below()):
        place += 1
        node.order = place
        for attribute in (node.attributes or {}).values():
            place += 1
            attribute.order = place
