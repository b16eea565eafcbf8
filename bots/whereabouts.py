"""Where a form goes, until when, with which reminder, in one breath: 「行政DX 明日 17:00 催促 1時間前」."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bots.arguments import remind_at
from bots.call import Call
from forms.spoken import Unclear
from forms.when import read_when

_ENDLESS = re.compile(
    r"[\s、,]*(?:(?:締め?切り?|期限)は?(?:なし|無し|ありません)|(?:で)?なし"
    r"|no deadline|without (?:a )?deadline|none)[。.]?$",
    re.IGNORECASE,
)
_CUT = re.compile(r"\s+|[、,]\s*|(?<=[^\s])[にへで](?=\S)|(?:締切|期限)[:：]?\s*")
_AROUND = re.compile(r"^(?:to|宛先|in)\s+|[\s、,]*(?:に|へ|で|by|until|締切|期限)$", re.IGNORECASE)
_REMIND = re.compile(r"[\s、,]+(?:remind|催促)\s*[:：]?\s*(?P<when>\S.*)$", re.IGNORECASE)
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """`endless`: said to have no deadline. None is what was not said."""

    room: str | None
    by: datetime | None
    endless: bool = False
    remind: tuple[datetime | timedelta, ...] | None = None


def where_and_when(said: str, call: Call) -> Whereabouts:
    """Raises Mistake for a moment that is named but cannot be."""
    words = " ".join(said[:_LONGEST].split())
    if reminded := _REMIND.search(words):
        remind = remind_at(reminded["when"], call)
        return replace(where_and_when(words[: reminded.start()], call), remind=remind)
    bare = _ENDLESS.sub("", words)
    if bare != words:
        return Whereabouts(_room(bare), None, endless=True)
    for head, tail in _cuts(words):
        try:
            by = read_when(tail, call.at.astimezone(call.zone), call.zone, end_of_day=True)
        except Unclear:
            continue
        return Whereabouts(_room(head), by)
    return Whereabouts(_room(words), None)


def _cuts(words: str) -> Iterator[tuple[str, str]]:
    """Every way to cut it in two, the longest moment first."""
    if words:
        yield "", words
    for match in _CUT.finditer(words):
        if words[match.end() :].strip():
            yield words[: match.end()], words[match.end() :].strip()


def _room(words: str) -> str | None:
    before = ""
    while words != before:
        before, words = words, _AROUND.sub("", words.strip()).strip(" 　、,")
    return words.strip('「」『』"') or None
