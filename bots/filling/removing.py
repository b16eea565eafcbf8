"""Taking one turn of a repeat out of the answers: 「お子さん 2 を削除」."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from bots.filling import sentences as s
from bots.filling.state import Conversation
from bots.filling.steps import Turn, refused, told
from forms import turns

T = TypeVar("T")
LONGEST = 500  # of words that may name a turn
_WORDS = "削除|消す|取り除く|remove|delete"
_REMOVE = re.compile(rf"(?:{_WORDS})(?P<after>.+)|(?P<before>.+?)を?(?:{_WORDS})")


def remove(conversation: Conversation, said: str) -> Turn | None:
    """What becomes of it when `said` takes a turn out; None where it names none."""
    if conversation.stage != "open" or len(said) > LONGEST:
        return None
    match = _REMOVE.fullmatch(_squeezed(said).rstrip("。."))
    if match is None:
        return None
    named = match["after"] or match["before"]
    found = next((turn for turn in conversation.journey.turns if named in _names(turn)), None)
    if found is None:
        return None
    if not found.removable:
        return refused(conversation, s.AT_LEAST.fill(title=found.repeat.title, least=found.repeat.least))
    return told(_without(conversation, turns.without(found)), s.REMOVED.fill(turn=found.label))


def _names(turn: turns.Turn) -> tuple[str, str]:
    return _squeezed(turn.label.ja), _squeezed(turn.label.en)


def _squeezed(words: str) -> str:
    """As it is compared: spaces say nothing."""
    return "".join(unicodedata.normalize("NFKC", words).casefold().split())


def _without(conversation: Conversation, moved: Callable[[str], str | None]) -> Conversation:
    def kept(values: Mapping[str, T]) -> dict[str, T]:
        return {new: value for key, value in values.items() if (new := moved(key)) is not None}

    return replace(
        conversation,
        answers=kept(conversation.answers),
        sources=kept(conversation.sources),
        narrowed=kept(conversation.narrowed),
        reopened=frozenset(kept(dict.fromkeys(conversation.reopened))),
        discarding=False,
    )
