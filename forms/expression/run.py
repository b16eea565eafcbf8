"""What an evaluation may look at, where it is, and how much it may still do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

from forms.expression.node import Node
from forms.mistake import Mistake
from forms.text import Text

JAPAN = timezone(timedelta(hours=9), "JST")  # as Asia/Tokyo since 1951; no file of zones is needed
LONGEST_TEXT = 65_536  # characters
_MOST_STEPS = 1_000_000  # nodes looked at: under half a second, and enough to search 50,000 rows once
_TOO_MUCH = Text(
    ja="この式の計算は長くかかりすぎます。式を短くするか、行数を減らしてください。",
    en="This expression takes too long; shorten it, or let it look at fewer rows.",
)
_TOO_LONG = Text(
    ja="式の計算結果が長すぎます（65,536文字まで）。",
    en="What this expression gives is too long (65,536 characters at most).",
)


def _nothing(_id: str, _node: Node) -> list[Node]:
    return []


def _no_label(_id: str, _option: str) -> str | None:
    return None


@dataclass(slots=True)
class Budget:
    """What several evaluations may do together, in nodes looked at: a form may have 500 expressions."""

    left: int


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression may ask beside its own node; the engine of a form makes one and hands it to all.

    `named` finds `${id}` as seen from a node: in a repeat that of the same turn, from outside those of all turns;
    from the top of the tree always all. `instances` are the tables of instance() and pulldata(), by id.
    `now` is the form's clock (aware; None: now() and today() are empty). `label` reads an option of a question.
    `chance` gives random() its numbers, from 0 to below 1, and `uuid` its ids. An evaluation ends with Mistake after
    `steps`, and when it has used up the `budget` that it may share with others.
    """

    named: Callable[[str, Node], list[Node]] = _nothing
    instances: Mapping[str, Node] = field(default_factory=dict)
    now: datetime | None = None
    zone: tzinfo = JAPAN
    label: Callable[[str, str], str | None] = _no_label
    chance: Callable[[], float] | None = None
    uuid: Callable[[], str] | None = None
    steps: int = _MOST_STEPS
    budget: Budget | None = None

    @property
    def moment(self) -> datetime | None:
        """Now, in the zone of the form."""
        return self.now.astimezone(self.zone) if self.now else None

    @property
    def clock(self) -> datetime:
        """Now, or where nobody said when that is, 1970."""
        return self.now or datetime(1970, 1, 1, tzinfo=UTC)


class Run:
    """One evaluation: the only thing that changes while it lasts."""

    __slots__ = ("budget", "current", "kept", "left", "position", "scope", "size")

    def __init__(self, scope: Scope, current: Node) -> None:
        self.scope = scope
        self.current = current  # the node of the expression, whatever a predicate looks at
        self.position = self.size = 1
        self.left = scope.steps
        self.budget = scope.budget
        self.kept: dict[int, Any] | None = None  # what does not change from row to row

    def spend(self, steps: int) -> None:
        """Raises Mistake when the evaluation has done all it may."""
        self.left -= steps
        if self.budget is not None:
            self.budget.left -= steps
        if self.left < 0 or (self.budget is not None and self.budget.left < 0):
            raise Mistake(_TOO_MUCH)

    def checked(self, words: str) -> str:
        """Pays for a text by its length; raises Mistake when it is too long."""
        if len(words) > 64:
            if len(words) > LONGEST_TEXT:
                raise Mistake(_TOO_LONG)
            self.spend(len(words) >> 6)
        return words
