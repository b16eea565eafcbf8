"""Our own columns (`x_…`): what a form can hold and XLSForm cannot; and how a limit reads as a constraint elsewhere."""

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from forms.reading.words import clean

_MARKED = ("{", "[", '"')
OF_COLUMNS: Mapping[str, str] = {
    "id": "name",
    "kind": "type",
    "title": "label",
    "hint": "hint",
    "required": "required",
    "required_message": "required_message",
    "when": "relevant",
    "constraint": "constraint",
    "constraint_message": "constraint_message",
    "calculate": "calculation",
    "default": "default",
    "value": "default",
    "choice_filter": "choice_filter",
    "count": "repeat_count",
    "options": "type",
}
"""Field of a question → the column of XLSForm that holds it. All other fields travel as x_FIELD."""

_SIGNS = {"low": ">=", "high": "<=", "earliest": ">=", "latest": "<="}


def encoded(value: Any) -> str:
    """One cell for a value: words as they are where they come back the same, else JSON."""
    if isinstance(value, str) and value and clean(value) == value and not value.startswith(_MARKED):
        return value
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    return json.dumps(value, ensure_ascii=False)


def decoded(cell: str) -> Any:
    """What `encoded` wrote; words that only look like JSON are words."""
    if not cell.startswith(_MARKED):
        return cell
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        return cell


def limited(document: Mapping[str, Any]) -> str | None:
    """The constraint that other tools are to ask: our limits, then the form's own constraint."""
    parts = [f". {sign} {_literal(document[name])}" for name, sign in _SIGNS.items() if document.get(name) is not None]
    if own := document.get("constraint"):
        parts.append(f"({own})" if parts else own)
    return " and ".join(parts) or None


def _literal(limit: Any) -> str:
    """A number without an exponent, which XPath does not have; a day as date('…')."""
    try:
        return f"{Decimal(str(limit)):f}"
    except InvalidOperation:
        return f"date('{limit}')"
