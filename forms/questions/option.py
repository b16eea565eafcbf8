"""Options: one thing to choose, the options of a question, and those that are drawn from a list in a file."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any, overload

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, WrapSerializer, WrapValidator

from forms.expression import Node
from forms.expression.node import Kind
from forms.lists.node import DrawnTable, row_numbers
from forms.lists.roll import Roll, Rolls
from forms.lists.table import Table
from forms.questions.base import FROZEN, Words, flaw
from forms.reading.options import Named
from forms.reading.words import clean
from forms.text import Lang, Text


def _worded(value: Any) -> Any:
    """A document reads 2026 and 2026-04-01 as no words: as an option they are what was written."""
    return str(value) if isinstance(value, int | float | date) and not isinstance(value, bool) else value


def _named(value: Any) -> Any:
    """A bare word is both the name and the label."""
    value = _worded(value)
    return {"name": value, "label": value} if isinstance(value, str) else value


def _one_line(name: str) -> str:
    if name != clean(name) or "\n" in name or "\t" in name:
        raise flaw(
            Text(
                ja="選択肢の名前に改行や余分な空白があります。", en="An option's name has line breaks or stray spaces."
            ),
            Text(ja="1行で書いてください。", en="Write it on one line."),
        )
    return name


class Option(BaseModel):
    """One thing to choose: `name` is stored and exported, `label` is what people see, `columns` are for conditions."""

    model_config = FROZEN

    name: Annotated[str, BeforeValidator(_worded), Field(min_length=1, max_length=200), AfterValidator(_one_line)]
    label: Annotated[Words, BeforeValidator(_worded)]
    columns: Annotated[dict[str, Annotated[str, BeforeValidator(_worded)]], Field(max_length=50)] = {}


def _unique(options: tuple[Option, ...]) -> tuple[Option, ...]:
    """The same name may stand again in another branch of a list: only its columns tell which one is meant."""
    seen = set[tuple[str, frozenset[tuple[str, str]]]]()
    for option in options:
        if (mark := (option.name, frozenset(option.columns.items()))) in seen:
            raise flaw(
                Text(ja="選択肢「{name}」が2つあります。", en="There are two options “{name}”.").fill(
                    name=option.name[:40]
                ),
                Text(ja="名前は一つずつ変えてください。", en="Give each a name of its own."),
            )
        seen.add(mark)
    return options


def _no_name(value: Any) -> Any:
    """The form puts the options of a list in its place; what is left names none."""
    if isinstance(value, str):
        raise flaw(NO_LIST.fill(name=value[:40]), NO_LIST_MEND.fill(name=value[:40].removesuffix(".csv")))
    return value


NO_LIST = Text(ja="選択肢の一覧「{name}」がありません。", en="There is no list “{name}”.")
NO_LIST_MEND = Text(
    ja="lists に書くか、CSVファイルに「!list keep {name}」と書き添えて、先に送ってください。",
    en="Write it under `lists`, or send its CSV file first, with the caption “!list keep {name}”.",
)
MOST_OPTIONS, MOST_INLINE = 50_000, 200
Options = Annotated[
    tuple[Annotated[Option, BeforeValidator(_named)], ...],
    BeforeValidator(_no_name),
    Field(min_length=1, max_length=MOST_OPTIONS),
    AfterValidator(_unique),
]


class Drawn(Sequence[Option]):
    """The rows of a list in a file as options: none is made before it is looked at.

    `name` is what the form calls the list. Without `rolls`, or where the content is gone, nothing is found in it.
    """

    def __init__(self, name: str, table: Table, rolls: Rolls | None = None) -> None:
        self.name, self.table, self._rolls = name, table, rolls

    @property
    def roll(self) -> Roll | None:
        return None if self._rolls is None else self._rolls.roll(self.table.sha256)

    def __len__(self) -> int:
        return self.table.rows

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Drawn) and (self.name, self.table) == (other.name, other.table)

    def __hash__(self) -> int:
        return hash((self.name, self.table.sha256))

    @overload
    def __getitem__(self, n: int) -> Option: ...
    @overload
    def __getitem__(self, n: slice) -> tuple[Option, ...]: ...
    def __getitem__(self, n: int | slice) -> Option | tuple[Option, ...]:
        numbers = range(len(self))[n]
        roll = self.roll
        if isinstance(numbers, range):
            return () if roll is None else tuple(self._option(roll, one) for one in numbers)
        if roll is None:
            raise IndexError(n)
        return self._option(roll, numbers)

    def __iter__(self) -> Iterator[Option]:
        return iter(self[:])

    def _option(self, roll: Roll, n: int) -> Option:
        cells, table = roll.row(n), self.table
        ja = cells[table.label] or cells[table.value]
        label = Text(ja=ja, en=(cells[table.english] if table.english else "") or ja)
        return Option.model_construct(name=cells[table.value], label=label, columns=cells)

    def named(self, name: str) -> Option | None:
        """The option of this name."""
        roll = self.roll
        found = roll.rows_where(self.table.value, name) if roll else ()
        return self._option(roll, found[0]) if roll and found else None

    def find(self, said: str) -> Sequence[int]:
        """The places of those that fit what was typed, best first."""
        roll = self.roll
        if roll is None:
            return ()
        return roll.find(said) or roll.rows_where(self.table.value, clean(said))[:1]

    def among(self, rows: Sequence[Node]) -> tuple[Option, ...]:
        """The options that these rows of `instance` are."""
        roll = self.roll
        return tuple(self._option(roll, n) for n in row_numbers(rows)) if roll else ()

    def instance(self) -> Node:
        """The list as expressions see it."""
        top = Node("instance", kind=Kind.ROOT)
        top.append(DrawnTable(lambda: self.roll, self.table))
        return top


def _drawn(value: Any, handler: Callable[[Any], Any]) -> Any:
    return value if isinstance(value, Drawn) else handler(value)


def _by_name(value: Any, handler: Callable[[Any], Any]) -> Any:
    return value.name if isinstance(value, Drawn) else handler(value)


if TYPE_CHECKING:
    Offered = Sequence[Option]
else:
    Offered = Annotated[Options, WrapValidator(_drawn), WrapSerializer(_by_name)]


def labels(options: Sequence[Named], lang: Lang) -> dict[str, str]:
    """Option name → label; where a name stands several times, that of the first."""
    return {option.name: option.label[lang] for option in reversed(options)}


def few(offered: Sequence[Option], from_list: str | None) -> None:
    """Raises a flaw where so many options are written into a question."""
    if from_list is None and len(offered) > MOST_INLINE:
        raise flaw(
            Text(ja="選択肢が多すぎます（{n}）。", en="There are too many options ({n}).").fill(n=len(offered)),
            Text(
                ja="{most}個までにするか、lists に書いて、その名前を options に書いてください。",
                en="Keep to {most}, or write them under `lists` and give the name of the list here.",
            ).fill(most=MOST_INLINE),
            field="options",
        )


def shuffled(options: Sequence[Option], seed: str) -> tuple[Option, ...]:
    """In an order that only `seed` decides: the same after a restart."""
    return tuple(
        sorted(options, key=lambda option: sha256(f"{seed}/{option.name}".encode("utf-8", "replace")).digest())
    )
