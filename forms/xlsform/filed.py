"""Lists in files beside a workbook: what `select_one_from_file` and pulldata() draw from."""

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from forms.lists.known import Known
from forms.lists.table import Table, list_key
from forms.reading.words import quote
from forms.text import Text
from forms.xlsform.places import Findings, Spot
from forms.xlsform.survey import Item

MOST_SHOWN = 30
"""Rows of a list in a file that a choice shows one below the other; of longer ones people search."""
MEND = Text(
    ja="CSVファイルに「!list keep {name}」と書き添えて、先に送ってください。"
    "このブックに「{name}」のシートを足して、中身を貼り付けても構いません。",
    en="Send its CSV file first, with the caption “!list keep {name}”; or add a sheet “{name}” to this workbook and "
    "paste the rows there.",
)
_NO_COLUMN = Text(ja="{file}に「{column}」の列がありません。", en="{file} has no column “{column}”.")
_NOT_UNIQUE = Text(
    ja="{file}の「{column}」の列に、空のセルか同じ値があります。",
    en="In {file} the column “{column}” has empty cells, or the same value twice.",
)
_PARAMETERS_MEND = Text(
    ja="parameters に value=列名 label=列名 のように書いてください。列は {columns} です。",
    en="Write value=COLUMN label=COLUMN in parameters. There are {columns}.",
)
_UNREAD = Text(ja="x_tables のセルが読めません。", en="The cell x_tables cannot be read.")
_UNREAD_MEND = Text(
    ja="そのセルを空にすると、いまの一覧を使います。", en="Empty it: then the lists are used as they are now."
)
_TABLES = TypeAdapter(dict[str, Table])


class Filed:
    """`tables`: those that the form draws from; at first the ones that the workbook itself is pinned to."""

    def __init__(self, known: Known, findings: Findings) -> None:
        self._known, self._findings = known, findings
        self.tables: dict[str, Table] = {}

    def pin(self, written: Any, spot: Spot) -> None:
        """Take the lists that the workbook was written for: these very rows, whatever was sent since."""
        try:
            self.tables = _TABLES.validate_python(written)
        except ValidationError:
            self._findings.wrong(spot, _UNREAD, _UNREAD_MEND)
        for table in self.tables.values():
            if (lack := self._known.lack(stem(table.file), table.sha256)) is not None:
                self._findings.wrong(spot, *lack)

    def table(self, item: Item, columns: Mapping[str, str]) -> Table | None:
        """What a question draws from; None where it is not here, which is said only of columns."""
        name, value, label = item.type.list, columns.get("value", ""), columns.get("label", "")
        for pinned in self.tables.values():
            if list_key(pinned.file) == list_key(name) and value in ("", pinned.value) and label in ("", pinned.label):
                return pinned
        filed = self._known.find(name)
        if filed is None:
            return None
        what = None
        for column in (value, label):
            if column and column not in filed.columns:
                what = _NO_COLUMN.fill(file=quote(filed.file), column=quote(column))
        if what is None and value and value not in filed.unique:
            what = _NOT_UNIQUE.fill(file=quote(filed.file), column=quote(value))
        if what is not None:
            mend = _PARAMETERS_MEND.fill(columns="、".join(map(quote, filed.columns)))
            self._findings.wrong(item.line.spot("parameters"), what, mend)
            return filed.table()
        return filed.table(value=value, label=label)

    def named(self, table: Table, taken: Collection[str]) -> str:
        """What the form calls it."""
        names = (stem(table.file), *(f"{stem(table.file)}_{n}" for n in range(2, 100)))
        name = next(n for n in names if self.tables.get(n, table) == table and n not in taken)
        self.tables[name] = table
        return name

    def find(self, name: str) -> bool:
        """Take the list that an expression names, as it is now; whether there is one."""
        filed = self._known.find(name)
        if filed is not None:
            self.tables[name] = filed.table()
        return filed is not None

    def documents(self) -> dict[str, Any]:
        """As the form's document has them."""
        return {name: table.model_dump(mode="json", exclude_defaults=True) for name, table in self.tables.items()}


def stem(file: str) -> str:
    """What a file is called without its ending."""
    return file.rpartition(".")[0] or file
