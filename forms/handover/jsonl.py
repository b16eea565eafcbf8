"""Responses as JSON Lines, and the JSON Schema that every line of a version meets."""

import json
import re
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from forms.export import Exported, ordered, record
from forms.form import Form
from forms.handover.codebook import title
from forms.handover.table import Layout, Table
from forms.questions import Valued

_MOST_OPTIONS = 1000  # beyond them a schema would be larger than the answers


def to_jsonl(form: Form, rows: Iterable[Exported], *, zone: ZoneInfo, version: int) -> bytes:
    """A response a line: `{"answers": {key: value}, "municipality", "receipt", "sent_at", "user", "version"}`."""
    layout = Layout(form)
    lines = (
        json.dumps(
            {**record(form, layout, row, zone=zone), "version": version},
            ensure_ascii=False,
            sort_keys=True,
            allow_nan=False,
        )
        for row in ordered(rows)
    )
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")


def schema(form: Form, version: int) -> bytes:
    """JSON Schema (2020-12) of one line; titles and labels stand in it, so that it is a code book too."""
    layout = Layout(form)
    answers: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": {}}
    for table in layout.tables:
        _describe(answers, table)
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": form.title.ja,
        "description": f"{form.name} {version}",
        "type": "object",
        "required": ["receipt", "user", "municipality", "sent_at", "version", "answers"],
        "additionalProperties": False,
        "properties": {
            **{name: {"type": "string"} for name in ("receipt", "user", "municipality")},
            "sent_at": {"type": "string", "format": "date-time"} if form.privacy == "named" else {"const": ""},
            "version": {"const": version},
            "answers": answers,
        },
    }
    return (json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode("utf-8", "replace")


def _describe(answers: dict[str, Any], table: Table) -> None:
    for question in table.questions:
        if table.repeat is None:
            answers["properties"][question.id] = _meets(question)
            answers.setdefault("required", []).append(question.id)
        else:
            key = f"^{re.escape(question.id)}" + r"\.[1-9][0-9]*" * table.depth + "$"
            answers.setdefault("patternProperties", {})[key] = _meets(question)


def _meets(question: Valued) -> dict[str, Any]:
    return {"title": title(question, "ja"), **_typed(question)}


def _typed(question: Valued) -> dict[str, Any]:
    """What a stored value may be. A kind that says nothing of it may be anything."""
    match question.kind:
        case "integer" | "scale":
            return {"type": ["integer", "null"]}
        case "date":
            return {"type": ["string", "null"], "format": "date"}
        case "text":
            return {"type": ["string", "null"]}
    if question.measure == "numbers":
        return {"type": ["number", "null"]}
    named = _named(question)
    if question.measure == "ranks" or question.kind == "choices":
        return {"type": ["array", "null"], "items": named}
    return {"anyOf": [named, {"type": "null"}]} if question.options() else {}


def _named(question: Valued) -> dict[str, Any]:
    """One of the options; or, where the form allows it, other words."""
    options = question.options()
    own_words = {"type": "object"}
    if len(options) > _MOST_OPTIONS:
        return {"anyOf": [{"type": "string"}, own_words]}
    return {"anyOf": [*({"const": o.name, "title": o.label.ja} for o in options), own_words]}
