"""`kairan read` and `kairan when`: what people type, read as in chat; one at a time or JSON lines."""

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bridge import clock
from bridge.postal_codes import towns_with
from forms.reading.coming import Coming, read_coming
from forms.reading.kinds import READERS, Reading, kind_named, read
from forms.text import Text, same

LONGEST_LINE = 1_000_000  # bytes of a JSON line: choices may be many
MOST_CHOICES = 1000
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose, as given on the command line."""

    name: str
    label: Text


class _Unusable(Exception):  # noqa: N818 - what was handed in, not what a person typed
    """A line or an argument that cannot be worked with; says why."""


def add_read(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", nargs="?", metavar="KIND", help=", ".join(READERS))
    _add_common(parser)
    parser.add_argument("--choices", metavar="'a=はい,b=いいえ'", default="")
    parser.set_defaults(command=_read, usage_error=parser.error)


def add_when(parser: argparse.ArgumentParser) -> None:
    _add_common(parser)
    parser.set_defaults(command=_when, usage_error=parser.error)


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="?", metavar="TEXT")
    parser.add_argument("--now", metavar="ISO", help="2026-11-24T10:00")
    parser.add_argument("--json", action="store_true", help='{"status": "ok|ask|refused", …}')
    parser.add_argument("--batch", action="store_true", help="JSON lines on standard input, one out for each")
    parser._negative_number_matcher = re.compile(r"-[^-]")  # noqa: SLF001 - -1,500 is a text


def _read(arguments: argparse.Namespace) -> int:
    if arguments.batch:
        return _batch(_reading_of)
    if arguments.kind is None or arguments.text is None:
        arguments.usage_error("KIND TEXT, or --batch")
    given = {"kind": arguments.kind, "text": arguments.text, "now": arguments.now, "choices": arguments.choices}
    return _once(_reading_of, given, arguments)


def _when(arguments: argparse.Namespace) -> int:
    if arguments.batch:
        return _batch(_coming_of)
    if arguments.text is None:
        arguments.usage_error("TEXT, or --batch")
    return _once(_coming_of, {"text": arguments.text, "now": arguments.now}, arguments)


def _once(
    answer: Callable[[Mapping[str, Any]], Answer], given: Mapping[str, Any], arguments: argparse.Namespace
) -> int:
    try:
        found = answer(given)
    except _Unusable as wrong:
        arguments.usage_error(str(wrong))
    _write(json.dumps(found, ensure_ascii=False) if arguments.json else _sentence(found))
    return 0


def _sentence(found: Answer) -> str:
    every = f" {found['every']}" if found.get("every") else ""
    note = f"（{found['note']}）" if found["note"] else ""
    match found["status"]:
        case "ok":
            return f"{found['shown']}{every}{note}"
        case "ask":
            return f"確認が必要です: {found['note']}"
        case _:
            return f"受け付けられません: {found['note']}"


def _batch(answer: Callable[[Mapping[str, Any]], Answer]) -> int:
    for line in _lines():
        if not line.strip():
            continue
        try:
            found = answer(_object(line))
        except _Unusable as wrong:
            found = {"status": "error", "value": None, "shown": None, "note": str(wrong)}
        _write(json.dumps(found, ensure_ascii=False))
    return 0


def _lines() -> Iterator[bytes]:
    """Each line of standard input; of one that is too long only its beginning, which is no JSON."""
    stream = sys.stdin.buffer if sys.stdin else None
    while stream and (line := stream.readline(LONGEST_LINE)):
        yield line
        while not line.endswith(b"\n") and (line := stream.readline(LONGEST_LINE)):
            pass


def _object(line: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise _Unusable("JSONの1行として読めません / not a line of JSON") from None
    if not isinstance(found, dict):
        raise _Unusable("{…} の形で書いてください / not an object")
    return found


def _reading_of(given: Mapping[str, Any]) -> Answer:
    kind = kind_named(given["kind"]) if isinstance(given.get("kind"), str) else None
    if kind is None:
        raise _Unusable(f"その種類はありません / unknown kind. {', '.join(READERS)}")
    options = _options(given.get("choices"))
    towns = towns_with if kind == "postal" else None
    found: Reading = read(kind, _text(given), now=_now(given.get("now")), options=options, towns=towns)
    return {"status": found.status, "value": found.value, "shown": _ja(found.shown), "note": _ja(found.note)}


def _coming_of(given: Mapping[str, Any]) -> Answer:
    found: Coming = read_coming(_text(given), now=_now(given.get("now")))
    at = found.at.astimezone(clock.JAPAN).isoformat(timespec="minutes") if found.at else None
    return {"status": found.status, "at": at, "every": found.every, "shown": _ja(found.shown), "note": _ja(found.note)}


def _ja(text: Text | None) -> str | None:
    return text.ja if text else None


def _text(given: Mapping[str, Any]) -> str:
    text = given.get("text")
    if not isinstance(text, str):
        raise _Unusable("text がありません / no text")
    return text


def _now(said: Any) -> datetime:
    """Japanese time where no offset is said; this moment where nothing is."""
    if said is None or said == "":
        return clock.now()
    try:
        moment = datetime.fromisoformat(said)
    except (ValueError, TypeError):
        raise _Unusable("now は 2026-11-24T10:00 の形で書いてください / now is not an ISO moment") from None
    if not 1900 <= moment.year <= 2200:
        raise _Unusable("now の年が正しくありません / the year of now cannot be right")
    return moment if moment.tzinfo else moment.replace(tzinfo=clock.JAPAN)


def _options(said: Any) -> Sequence[Option]:
    """'a=はい,b=いいえ', a list of names or of {"name", "label"}, or {"a": "はい"}."""
    if isinstance(said, str):
        said = [piece.strip() for piece in said.split(",") if piece.strip()]
    if isinstance(said, dict):
        said = [{"name": name, "label": label} for name, label in said.items()]
    if said is not None and not isinstance(said, list):
        raise _Unusable("choices は 'a=はい,b=いいえ' の形で書いてください / choices cannot be read")
    options = tuple(map(_option, said or ()))
    if len(options) > MOST_CHOICES or len({o.name for o in options}) < len(options):
        raise _Unusable("choices が多すぎるか、同じ名前があります / too many choices, or two of one name")
    return options


def _option(said: Any) -> Option:
    if isinstance(said, dict):
        name, label = said.get("name", said.get("value")), said.get("label", said.get("name"))
    elif isinstance(said, list) and len(said) == 2:
        name, label = said
    else:
        name, _, label = str(said).partition("=") if isinstance(said, str | int | float) else ("", "", "")
    name, label = str(name if name is not None else "").strip(), _label(label)
    if not name:
        raise _Unusable("choices に名前がありません / a choice without a name")
    return Option(name, label if label.ja else same(name))


def _label(said: Any) -> Text:
    if isinstance(said, dict):
        ja = str(said.get("ja") or next(iter(said.values()), ""))
        return Text(ja=ja, en=str(said.get("en") or ja))
    return same(str(said if said is not None else "").strip())


def _write(line: str) -> None:
    sys.stdout.buffer.write(line.encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()
