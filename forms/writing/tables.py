"""Rows and columns as people paste them: two lists with a blank line between, or after 「行：」 and 「列：」."""

import re
from dataclasses import dataclass

from forms.writing.listed import listed_options

_HEAD = re.compile(r"\s*(?:(?P<rows>行|項目|rows?)|(?:列|columns?))\s*[:：]\s*(?P<rest>.*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Table:
    """`sure`: it can be nothing but a table."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    sure: bool


def table_in(below: str) -> Table:
    """What stands in `below`; a single list is the rows."""
    lists: tuple[list[str], list[str]] = ([], [])
    at, headed, gaps, gap = 0, 0, 0, False
    for line in below.strip().split("\n"):
        if head := _HEAD.fullmatch(line):
            at, headed, line = 0 if head["rows"] else 1, headed + 1, head["rest"]  # noqa: PLW2901 - what is left of it
        elif not line.strip():
            gap = True
        elif gap and not headed:
            at, gaps, gap = 1, gaps + 1, False
        lists[at].append(line)
    rows, columns = (listed_options("\n".join(one)) for one in lists)
    sure = bool(rows and columns) and (headed == 2 or (headed == 0 and gaps == 1 and min(len(rows), len(columns)) > 1))
    return Table(rows, columns, sure)
