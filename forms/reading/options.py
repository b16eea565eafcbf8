"""Which of several options people mean: by number, by label, by name, or by the beginning of a label."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Protocol

from forms.mistake import Asked, Mistake
from forms.reading.numbers import small_number
from forms.reading.words import folded, quote, unread, without_politeness
from forms.text import Lang, Text, same

LONGEST_CHOICE = 4096  # characters, as long as the longest label
_MANY = 10_000  # characters of several choices together
_SPLIT = re.compile(r"\s*(?:[,;/&、・と;|+\n]|および|及び|\band\b)\s*|\s+", re.IGNORECASE)
_ENCLOSED = re.compile("([\u2460-\u2473\u3251-\u325f\u32b1-\u32bf\u2776-\u277f]|[0-9]\ufe0f?\u20e3)")
_NUMBER = re.compile(
    r"(?P<before>no\.?|#)?\(?(?P<number>[0-9]{1,3}|[〇一二三四五六七八九十百]{1,5})\)?(?P<after>番目?)?[.:]?"
)
_WISHED = re.compile(r"(?:を|で)?(?:希望|選択)(?:します|する|です)?\Z|(?:を選びます|で)\Z")
_NUMBERED_LABEL = re.compile(
    r"(?:no\.?|#)?\(?(?P<number>[0-9]{1,3})(?P<mark>番目?|[.):]+)?[、。]?(?P<label>[^0-9、。].*)", re.DOTALL
)
_LEADING = re.compile(r"[0-9]+(?:,[0-9]{3})*(?![0-9]|[.][0-9])")
_SAID_NONE = "なし 無し ない ありません 特になし 特にありません none nothing"
_NONE = frozenset(_SAID_NONE.split())
_ALL = frozenset(
    map(folded, ("全部", "すべて", "全て", "ぜんぶ", "全項目", "どれも全部", "全部選ぶ", "all", "all of them"))
)
_BOTH = frozenset(map(folded, ("両方", "両方とも", "どちらも", "both")))
_QUOTED_LIST = 200  # characters: a longer answer to a choice is not looked through for several options
_ONLY_ONE = Text(
    ja="選べるのは一つだけです（いまの入力:「{said}」）。1から{n}の番号を一つ入力してください。",
    en="Only one can be chosen, but you gave “{said}”. Please type one number from 1 to {n}.",
)
_LONGEST_JOIN = 12  # pieces: no label is written with more separators in it
_MOST_PIECES = 400


class Named(Protocol):
    """An option, as far as reading goes."""

    @property
    def name(self) -> str: ...

    @property
    def label(self) -> Text: ...


class OptionReader:
    """Reads choices among `options`; made once per question, for the comparable forms of labels are worked out here."""

    def __init__(self, options: Sequence[Named]) -> None:
        self._options = tuple(options)
        self._spellings = tuple(tuple({folded(o.label.ja), folded(o.label.en)}) for o in self._options)
        self._names = tuple(folded(o.name) for o in self._options)

    def one(self, said: str) -> int:
        """The index of the one option meant. Raises Mistake where there is none, several or an unclear one."""
        found = self._found(said) if len(said) <= LONGEST_CHOICE else ()
        if not found and len(said) <= _QUOTED_LIST and len(self._meant(said)) > 1:
            raise Asked(_ONLY_ONE.fill(said=quote(said), n=len(self._options)))
        return self._decided(said, found)

    def _meant(self, said: str) -> tuple[int, ...]:
        try:
            return self.several(said)
        except Mistake:
            return ()

    def _decided(self, said: str, found: tuple[int, ...]) -> int:
        if not found:
            raise unread(said, self._how())
        if len(found) > 1:
            raise self._which(said, found)
        return found[0]

    def several(self, said: str) -> tuple[int, ...]:
        """The indexes of all options meant, in the order of the options, each once. Raises Mistake for a wrong part."""
        return tuple(sorted(set(self.in_order(said))))

    def in_order(self, said: str) -> tuple[int, ...]:
        """The same in the order they were said in, as often as they were said."""
        if len(said) > _MANY:
            raise unread(said, Text(ja="番号を「、」で区切って選んでください。", en="Please give numbers, as in 1, 3."))
        if len(said) <= LONGEST_CHOICE and len(whole := self._exact(said)) == 1:
            return whole
        pieces = self._pieces(_ENCLOSED.sub(r" \1 ", said))
        if not pieces:
            raise unread(said, self._how())
        return tuple(self._decided(piece, self._found(piece)) for piece in pieces)

    def names(self, said: str) -> bool:
        """Whether `said` is the label or name of an option."""
        return len(said) <= LONGEST_CHOICE and bool(self._exact(said))

    def is_none(self, said: str) -> bool:
        """Whether `said` is 「なし」, and no option is called so."""
        return without_politeness(folded(said)) in _NONE and not self._found(said)

    def is_all(self, said: str, count: int) -> bool:
        """Whether `said` means all of the first `count` options (both of two), and none of them is called so."""
        words = without_politeness(folded(said))
        if words not in _ALL and not (words in _BOTH and count == 2):
            return False
        return all(n >= count for n in self._found(said))

    def _pieces(self, said: str) -> list[str]:
        """`said` cut at separators, except at those within a label."""
        spans = _spans(unicodedata.normalize("NFKC", without_politeness(said.strip())))
        words, bounds = spans
        pieces, at = [], 0
        while at < len(bounds):
            end = self._longest(words, bounds, at=at)
            pieces.append(words[bounds[at][0] : bounds[end][1]])
            at = end + 1
        return pieces

    def _longest(self, words: str, bounds: list[tuple[int, int]], *, at: int) -> int:
        for end in range(min(at + _LONGEST_JOIN, len(bounds)) - 1, at, -1):
            piece = words[bounds[at][0] : bounds[end][1]]
            match = _NUMBERED_LABEL.fullmatch(folded(piece))
            if self._exact(piece) or (match and len(self._found(piece)) in ((1, 2) if match["mark"] else (1,))):
                return end
        return at

    def _found(self, said: str) -> tuple[int, ...]:
        """All options that `said` may mean, best understanding first; () where none."""
        if whole := () if _ENCLOSED.fullmatch(said.strip()) else self._exact(said):
            return self._or_number(folded(said), whole)
        words = folded(_ENCLOSED.sub(r"\1. ", said).replace("\ufe0f", "").replace("\u20e3", ""))
        match = _NUMBER.fullmatch(without_politeness(words))
        exact = self._exact(words)
        if match is None:
            return exact or self._numbered(words) or self._beginning(without_politeness(words))
        number = small_number(match["number"])
        by_number = (number - 1,) if number is not None and 1 <= number <= len(self._options) else ()
        if (match["before"] or match["after"]) and by_number and not exact:
            return by_number
        by_word = exact or self._same_number(match["number"]) or (() if by_number else self._beginning(words))
        by_name = self._names_of(words)
        if by_number and set(by_number) <= set(by_word):
            by_word = ()
        return tuple(dict.fromkeys((*by_number, *by_word, *by_name)))

    def _or_number(self, words: str, exact: tuple[int, ...]) -> tuple[int, ...]:
        """2, where the first option is called 2, may be the second."""
        number = int(words) if words.isascii() and words.isdecimal() and len(words) < 4 else 0
        if not 1 <= number <= len(self._options) or number - 1 in exact:
            return exact
        return (number - 1, *exact)

    def _exact(self, said: str) -> tuple[int, ...]:
        bare = folded(said)
        polite = without_politeness(bare)
        for words in dict.fromkeys((bare, polite, _WISHED.sub("", polite), bare.strip("「」『』\"'"))):
            if found := tuple(n for n, spelt in enumerate(self._spellings) if words in spelt):
                return found
        return self._names_of(folded(said)) if not _NUMBER.fullmatch(folded(said)) else ()

    def _names_of(self, words: str) -> tuple[int, ...]:
        return tuple(n for n, name in enumerate(self._names) if name == words)

    def _numbered(self, words: str) -> tuple[int, ...]:
        """「1. 出生」, copied from the list: number and label must agree."""
        match = _NUMBERED_LABEL.fullmatch(words)
        if match is None:
            return ()
        number = int(match["number"]) - 1
        by_word = self._exact(match["label"])
        if not by_word and match["mark"]:
            by_word = self._beginning(without_politeness(match["label"]))
        if number in by_word:
            return (number,)
        return (number, *by_word) if by_word and 0 <= number < len(self._options) else ()

    def _beginning(self, words: str) -> tuple[int, ...]:
        if not words:
            return ()
        return tuple(n for n, spelt in enumerate(self._spellings) if any(s.startswith(words) for s in spelt))

    def _same_number(self, number: str) -> tuple[int, ...]:
        """Labels that begin with this very number: 2回 for 2, not 20回."""
        if not number.isascii():
            return self._beginning(number)
        return tuple(n for n, spelt in enumerate(self._spellings) if any(_leading(s) == int(number) for s in spelt))

    def _how(self) -> Text:
        return Text(
            ja="1から{n}の番号か、選択肢の言葉を入力してください。",
            en="Please type a number from 1 to {n}, or the words of an option.",
        ).fill(n=len(self._options))

    def _which(self, said: str, found: Sequence[int]) -> Asked:
        unique = sorted(set(found))
        return Asked(
            Text(
                ja="「{said}」は次のどれにもとれます。「{example}番」のように番号で答えてください。\n{list}",
                en="“{said}” may mean any of these. Please answer as in “no. {example}”.\n{list}",
            ).fill(said=quote(said), example=unique[-1] + 1, list=numbered(self._options, unique[:20]))
        )


def numbered(options: Sequence[Named], indexes: Sequence[int] | None = None) -> Text:
    """The options (or those at `indexes`) with their numbers, a line each."""
    chosen = range(len(options)) if indexes is None else indexes
    return Text(ja=_listed(options, chosen, "ja"), en=_listed(options, chosen, "en"))


def _listed(options: Sequence[Named], indexes: Sequence[int], lang: Lang) -> str:
    return "\n".join(f"{n + 1}. {options[n].label[lang]}" for n in indexes)


def _leading(label: str) -> int | None:
    match = _LEADING.match(label)
    return int(match[0].replace(",", "")[:15]) if match else None


def _spans(said: str) -> tuple[str, list[tuple[int, int]]]:
    """`said` and where its pieces between separators begin and end."""
    bounds, start = [], 0
    for match in _SPLIT.finditer(said):
        if match.start() > start:
            bounds.append((start, match.start()))
        start = match.end()
        if len(bounds) > _MOST_PIECES:
            raise unread(said, same(""))
    if start < len(said):
        bounds.append((start, len(said)))
    return said, bounds
