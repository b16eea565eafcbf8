"""The words that steer a conversation, and how they are told from answers."""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum, auto

LONGEST = 64  # no steering word is longer; longer texts are not even normalised


class Word(Enum):
    BACK = auto()
    LIST = auto()
    FIX = auto()
    SKIP = auto()
    SAVE = auto()
    STOP = auto()
    RESUME = auto()
    HELP = auto()
    SEND = auto()
    KEEP = auto()
    JAPANESE = auto()
    ENGLISH = auto()


# The first is the word we teach. Each has several, so that one is left where an option is called the same; but few,
# for each is a word that cannot be the whole answer to a text question without quotation marks.
SPELLINGS: dict[Word, tuple[str, ...]] = {
    Word.BACK: ("戻る", "もどる", "back"),
    Word.LIST: ("一覧", "回答一覧", "list"),
    Word.FIX: ("修正", "訂正", "change"),
    Word.SKIP: ("スキップ", "飛ばす", "skip"),
    Word.SAVE: ("保存", "一時保存", "save"),
    Word.STOP: ("中止", "キャンセル", "stop", "cancel"),
    Word.RESUME: ("再開", "続きから", "resume"),
    Word.HELP: ("ヘルプ", "使い方", "help", "?"),
    Word.SEND: ("送信", "送信する", "send"),
    Word.KEEP: ("そのまま", "このまま", "次へ", "keep", "next"),
    Word.JAPANESE: ("日本語", "日本語で", "japanese"),
    Word.ENGLISH: ("english", "英語で", "in english"),
}
_BY_SPELLING = {spelling: word for word, spellings in SPELLINGS.items() for spelling in spellings}
YES = frozenset({"はい", "yes", "y", "ok", "○", "◯", "〇"})
LEAVE = frozenset({"終わる", "終了", "おわる", "やめる", "end", "quit", "done"})
"""What ends a preview too: the words that end the writing of a form."""
NO = frozenset({"いいえ", "no", "n", "×"})

_FIX = "修正|訂正|変更|直す|change|fix|edit|correct"
_NUMBERED = re.compile(
    rf"(?P<list>一覧|list)\s*(?P<from>[0-9]+)"
    rf"|(?:{_FIX})\s*#?(?P<after>[0-9]+)\s*番?"
    rf"|#?(?P<before>[0-9]+)\s*番?\s*[をの]?\s*(?:{_FIX})",
)
_QUOTES = (("「", "」"), ('"', '"'), ("“", "”"), ("『", "』"))


@dataclass(frozen=True, slots=True)
class Order:
    """A steering word as said; `number` is the place in the list that 修正 3 or 一覧 41 names."""

    word: Word
    number: int | None = None


def plain(said: str) -> str:
    """The form in which words are compared: half-width, lower case, without a full stop; "" when too long for one."""
    if len(said) > LONGEST:
        return ""
    return unicodedata.normalize("NFKC", said).casefold().strip().rstrip("。.").rstrip()


def order(said: str) -> Order | None:
    """The steering word that `said` is, as a whole."""
    words = plain(said)
    if word := _BY_SPELLING.get(words):
        return Order(word)
    match = _NUMBERED.fullmatch(words)
    if match is None:
        return None
    number = int(match["from"] or match["after"] or match["before"])
    return Order(Word.LIST if match["list"] else Word.FIX, number)


def number(said: str) -> int | None:
    """A bare number such as 2 or ２, at most as many digits as fit in a word."""
    words = plain(said).removesuffix("番")
    return int(words) if words.isascii() and words.isdigit() else None


def unquoted(said: str) -> str | None:
    """What stands in 「」 or "…" when that is all that was said."""
    words = said.strip()
    for opening, closing in _QUOTES:
        if len(words) > 2 and words.startswith(opening) and words.endswith(closing):
            return words[1:-1]
    return None


def other_spelling(word: Word, taken: frozenset[str]) -> str | None:
    """A way to say `word` that cannot be read as one of the `taken` answers."""
    return next((spelling for spelling in SPELLINGS[word] if spelling not in taken), None)
