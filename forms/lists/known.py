"""The lists that a form may draw from when it is read, and how a form's document comes to name them."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from forms.lists.table import Filed, list_key
from forms.notation import Path
from forms.reading.words import quote
from forms.text import Text

Fault = tuple[Path, Text, Text]
"""Where in the document, what is wrong there, how to mend it."""
_NAMED = re.compile(r"\b(?:pulldata|instance)\(\s*(?:'([^']{1,64})'|\"([^\"]{1,64})\")")
_FIELDS = ("when", "calculate", "choice_filter", "count", "required", "constraint", "default")
NO_TABLE = Text(
    ja="式が使う一覧「{name}」（{name}.csv）がありません。",
    en="The list “{name}” ({name}.csv) of this expression is not here.",
)
SEND = Text(
    ja="CSVファイルに「!list keep {name}」と書き添えて、先に送ってください。",
    en="Send its CSV file first, with the caption “!list keep {name}”.",
)
CHANGED = Text(
    ja="一覧「{name}」は、このファイルが作られたあとで変わっています（いまは{rows}件）。",
    en="The list “{name}” has changed since this file was written ({rows} rows now).",
)
TAKE_NEW = Text(
    ja="いまの一覧を使うなら tables のその行（Excelでは x_tables のセル）を消し、"
    "元の一覧を使うならそのCSVを「!list keep {name}」と書き添えて送ってください。",
    en="To use the list as it is now, delete it from `tables` (in Excel the cell x_tables); to use the old one, send "
    "its CSV file with the caption “!list keep {name}”.",
)
GONE = Text(ja="一覧「{name}」の中身がありません。", en="The content of the list “{name}” is not here.")


NO_NAME = Text(
    ja="一覧の名前は、空白や記号のない60文字以内の言葉にしてください。例: !list keep 学校",
    en="Please name the list in at most 60 letters without blanks, as in “!list keep schools”.",
)
_UNFIT = re.compile(r"[\s'\"/\\<>&「」『』:：]+")


def fitting_name(words: str) -> str | None:
    """A name that a form can call a list by; None where nothing of it can be kept."""
    seen = "".join(c for c in unicodedata.normalize("NFC", words[:200]) if unicodedata.category(c)[0] != "C")
    stem = seen[:-4] if seen.casefold().endswith(".csv") else seen
    return _UNFIT.sub("_", stem.strip()).strip("_") or None if len(stem) <= 60 else None


class Known:
    """`missing` are the names that were asked for in vain."""

    def __init__(self, filed: Mapping[str, Filed] | None = None, hashes: Iterable[str] = ()) -> None:
        self._filed = {list_key(name): one for name, one in (filed or {}).items()}
        self._hashes = frozenset(hashes) | {one.sha256 for one in self._filed.values()}
        self.missing: dict[str, None] = {}

    def find(self, name: str) -> Filed | None:
        """The list of this name as it is now; `name` may be that of its file."""
        found = self._filed.get(list_key(name))
        if found is None:
            self.missing[name[:64]] = None
        return found

    def holds(self, sha256: str) -> bool:
        """Whether the content with this hash is there."""
        return sha256 in self._hashes

    def as_json(self) -> dict[str, Any]:
        """What `from_json` reads again."""
        return {"filed": {n: one.facts() for n, one in self._filed.items()}, "hashes": sorted(self._hashes)}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "Known":
        return cls({name: Filed.of(facts) for name, facts in found["filed"].items()}, found["hashes"])

    @property
    def key(self) -> str:
        """The same for the same lists."""
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()

    def lack(self, name: str, sha256: str) -> tuple[Text, Text] | None:
        """Why a list that a form is pinned to is not to be had; None where it is."""
        if self.holds(sha256):
            return None
        name = quote(name)
        if (now := self.find(name)) is None:
            return GONE.fill(name=name), SEND.fill(name=name)
        return CHANGED.fill(name=name, rows=f"{now.rows:,}"), TAKE_NEW.fill(name=name)


def drawn(document: Mapping[str, Any], known: Known) -> tuple[dict[str, Any], list[Fault]]:
    """The document with `tables` for every list that it names and does not hold itself; and what is wrong there."""
    tables, faults = _pinned(document, known)
    written = document.get("lists")
    own = {*written} if isinstance(written, dict) else set()
    questions = _drawing(document.get("questions"), known, tables, own)
    ids = {str(one.get("id")) for _, one in _walk(questions, ("questions",))}
    for path, one in _walk(questions, ("questions",)):
        for field in _FIELDS:
            for name in _named(one.get(field)):
                if name in own | tables.keys() | ids:
                    continue
                if (filed := known.find(name)) is not None:
                    tables[name] = filed.table().model_dump(mode="json", exclude_defaults=True)
                else:
                    faults.append(((*path, field), NO_TABLE.fill(name=quote(name)), SEND.fill(name=quote(name))))
    changed = {**document, "questions": questions} if "questions" in document else dict(document)
    return ({**changed, "tables": tables} if tables else changed), faults


def _pinned(document: Mapping[str, Any], known: Known) -> tuple[dict[str, Any], list[Fault]]:
    """The tables that the document names itself: a bare word is the name of the list as it is now."""
    written, faults = document.get("tables"), list[Fault]()
    tables = dict(written) if isinstance(written, dict) else {}
    for name, table in list(tables.items()):
        if isinstance(table, str):
            if (filed := known.find(table)) is not None:
                tables[name] = filed.table().model_dump(mode="json", exclude_defaults=True)
                continue
            faults.append((("tables", name), GONE.fill(name=quote(table)), SEND.fill(name=quote(table))))
            del tables[name]
        elif isinstance(table, dict):
            lack = known.lack(str(table.get("file", name)).removesuffix(".csv"), str(table.get("sha256")))
            faults += [(("tables", name), *lack)] if lack else []
    return tables, faults


def _drawing(questions: Any, known: Known, tables: dict[str, Any], own: set[str]) -> Any:
    if not isinstance(questions, list):
        return questions
    return [_draw(one, known, tables, own) if isinstance(one, dict) else one for one in questions]


def _draw(question: dict[str, Any], known: Known, tables: dict[str, Any], own: set[str]) -> dict[str, Any]:
    if "questions" in question:
        return {**question, "questions": _drawing(question["questions"], known, tables, own)}
    name = question.get("options")
    if not isinstance(name, str) or name in own or name in tables or (filed := known.find(name)) is None:
        return question
    key = filed.file.removesuffix(".csv")
    tables.setdefault(key, filed.table().model_dump(mode="json", exclude_defaults=True))
    return {**question, "options": key}


def _walk(questions: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for n, one in enumerate(questions if isinstance(questions, list) else ()):
        if isinstance(one, dict):
            yield (*path, n), one
            yield from _walk(one.get("questions"), (*path, n, "questions"))


def _named(source: Any) -> list[str]:
    return [first or second for first, second in _NAMED.findall(source)] if isinstance(source, str) else []
