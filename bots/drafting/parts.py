"""What a question has by its kind: options, the rows of a table, the points of a scale, words to be agreed to."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bots.drafting import sentences as s
from forms.mistake import Mistake
from forms.writing.guess import Guess
from forms.writing.kinds import CHOOSING
from forms.writing.listed import listed_options
from forms.writing.scales import MOST_POINTS, labelled, named_points, scale_in
from forms.writing.tables import table_in

WITH_OPTIONS = CHOOSING | {"matrix", "scale"}
_SHARED = ("options", "from_list", "choice_filter")
_NAMELESS = re.compile(r"[\s'\"]+")


def guessed_parts(guessed: Guess) -> dict[str, Any]:
    """Those of a new question."""
    parts = dict(guessed.fields)
    if guessed.kind in CHOOSING or guessed.kind == "matrix":
        parts["options"] = options_of(guessed.options)
    if guessed.kind == "matrix":
        parts["rows"] = rows_of(guessed.rows)
    if guessed.kind == "integer":
        parts["low"] = 0  # only what is counted is taken for a whole number, and nothing is counted below none
    if "top" in parts and parts["top"] >= len(guessed.options):
        del parts["top"]
    return parts


def parts_of(kind: str, said: str, before: Mapping[str, Any], named: str = "") -> dict[str, Any]:
    """Those of a question that was `before`, when `said` is given for it; `named` is what its kind was called."""
    if kind in CHOOSING:
        return _options(listed_options(said), before)
    if kind == "matrix":
        return _table(said, before)
    if kind == "scale":
        return _scale(said, before, named)
    if kind == "consent":
        return {"text": said} if said else _kept(before, "text", "version")
    return {}


def lacking(kind: str, parts: Mapping[str, Any]) -> str:
    """What is to be asked for before there can be a question of this kind; "" where nothing is."""
    needs = {"matrix": ("rows", "columns"), "consent": ("text",)}.get(kind, ("options",) if kind in CHOOSING else ())
    return next((need for need in needs if ("options" if need == "columns" else need) not in parts), "")


def _kept(before: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: before[name] for name in names if name in before}


def _options(labels: Sequence[str], before: Mapping[str, Any]) -> dict[str, Any]:
    if labels:
        known = before.get("options", ())
        return {
            "options": options_of(labels, () if isinstance(known, str) else known),
            **_kept(before, "choice_filter"),
        }
    if before["kind"] == "scale" and before.get("labels"):
        return {"options": options_of([_label({"label": label}) for label in before["labels"]])}
    return _kept(before, *_SHARED)


def _table(said: str, before: Mapping[str, Any]) -> dict[str, Any]:
    table = table_in(said)
    rows = {"rows": rows_of(table.rows, before.get("rows", ()))} if table.rows else _kept(before, "rows")
    columns = _options(table.columns, before)
    columns.pop("choice_filter", None)
    return rows | columns


def _scale(said: str, before: Mapping[str, Any], named: str) -> dict[str, Any]:
    if found := named_points(said) or (scale_in(named, said) if named else None):
        return dict(found if isinstance(found, Mapping) else found.fields)
    if said:
        labels = listed_options(said)
        if not 2 <= len(labels) <= MOST_POINTS:
            raise Mistake(s.POINTS_HOW)
        return labelled(labels)
    if options := before.get("options"):
        return labelled(tuple(map(_label, options))) if 2 <= len(options) <= MOST_POINTS else {}
    return _kept(before, "points", "first", "lowest", "highest", "labels")


def options_of(labels: Sequence[str], before: Sequence[Any] = ()) -> list[Any]:
    """Options as a document has them; one that was there before under this label stays what it was."""
    known = {_label(option): option for option in before}
    return [known.get(label) or _option(label) for label in labels]


def rows_of(labels: Sequence[str], before: Sequence[Any] = ()) -> list[dict[str, Any]]:
    """Rows as a document has them: answers are kept under their names, so no name is given to another row."""
    known = {_label(row): row for row in before}
    taken = {row["name"] for row in known.values()}
    free = (str(n) for n in range(1, len(labels) + len(known) + 1) if str(n) not in taken)
    return [known.get(label) or {"name": next(free), "label": label} for label in labels]


def _label(option: Any) -> str:
    words = option if isinstance(option, str) else option["label"]
    return words if isinstance(words, str) else str(words["ja"])


def _option(label: str) -> Any:
    """Names stand in conditions and other people's spreadsheets: without spaces and quotation marks."""
    name = _NAMELESS.sub("_", label).strip("_") or "_"
    return {"name": name, "label": label}


# -- the English -------------------------------------------------------------------------------------------------------


def translated(element: Mapping[str, Any], labels: Sequence[str]) -> dict[str, Any]:
    """The parts with the English of each that people see, in their order: rows first, then options or points."""
    listed = [element.get(name, ()) for name in ("rows", "options", "labels")]
    rows, options, points = (list(part) if not isinstance(part, str) else [] for part in listed)
    ends = [name for name in ("lowest", "highest") if name in element]
    count = len(rows) + len(options) + len(points) + len(ends)
    if len(labels) != count:
        raise Mistake(s.AS_MANY.fill(count=count, given=len(labels)))
    given = iter(labels)
    parts: dict[str, Any] = {
        "rows": [{**row, "label": with_english(row["label"], next(given))} for row in rows],
        "options": [{**option, "label": with_english(option["label"], next(given))} for option in options],
        "labels": [with_english(point, next(given)) for point in points],
    }
    return {n: p for n, p in parts.items() if p} | {n: with_english(element[n], next(given)) for n in ends}


def with_english(words: Any, english: str) -> dict[str, str]:
    return {"ja": words if isinstance(words, str) else words["ja"], "en": english}
