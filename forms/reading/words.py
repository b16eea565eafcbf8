"""What people type, made comparable or fit to keep; and how it is quoted back to them."""

import re
import unicodedata

from forms.mistake import Asked
from forms.text import Text

LONGEST_ANSWER = 200  # characters: no number, date or yes is longer, and longer ones are not searched through
_QUOTED = 40

_KEPT_IDEOGRAPHS = re.compile("([\uf900-\ufaff\U0002f800-\U0002fa1f]+)")
_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029]")
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters other than newline and tab
    "\u202a-\u202e\u2066-\u2069"  # marks that turn the direction of what follows
    "\ud800-\udfff\ufeff\ufffe\uffff]"  # halves of characters and what is none
)
HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
"""Katakana → hiragana."""

_POLITE = re.compile(
    r"(?:です(?:ね|よ)?|でした|でございます|でお願い(?:いた)?します|でおねがいします|をお願いします|をおねがいします|(?<=[時分日])にお願いします|にします|になります|となります"
    r"|でいいです|がいいです|だよ|である)?[。.!！\s]*\Z"
)


def nfc(words: str) -> str:
    """NFC, but compatibility ideographs (神 U+FA19 …) stay as entered: they are how names are written."""
    if unicodedata.is_normalized("NFC", words):
        return words
    pieces = _KEPT_IDEOGRAPHS.split(words)
    return "".join(piece if n % 2 else unicodedata.normalize("NFC", piece) for n, piece in enumerate(pieces))


def clean(words: str) -> str:
    """`words` fit to be kept: trimmed, NFC, newlines as LF, without control and direction characters."""
    return nfc(_UNSAFE.sub("", _LINE_ENDS.sub("\n", words))).strip()


def is_unsafe(words: str) -> bool:
    """Whether there are characters in `words` that show nothing and may deceive."""
    return _UNSAFE.search(words) is not None


def unsafe_at(words: str) -> int | None:
    """Where the first of such characters stands; None where there is none."""
    found = _UNSAFE.search(words)
    return None if found is None else found.start()


def is_blank(words: str) -> bool:
    """Whether nothing of `words` can be seen."""
    return all(c.isspace() or unicodedata.category(c) in ("Cf", "Cc", "Mn") for c in words)


def folded(words: str) -> str:
    """The form in which words are compared: half-width, lower case, hiragana, no spaces. Not to be shown."""
    return "".join(unicodedata.normalize("NFKC", words[:4096]).casefold().translate(HIRAGANA).split())


def plain(said: str) -> str:
    """`said` half-width and trimmed, without a closing です or 。; "" where it is too long to be one value."""
    if len(said) > LONGEST_ANSWER:
        return ""
    return without_politeness(unicodedata.normalize("NFKC", said).strip())


def without_politeness(words: str) -> str:
    """3人 です。 → 3人; what is nothing but です stays."""
    tail = words[-12:]
    return (words[: len(words) - len(tail)] + _POLITE.sub("", tail)).rstrip() or words


def quote(said: str) -> str:
    """`said` as it may stand in a sentence of ours: one line, at most 40 characters, nothing hidden."""
    words = " ".join(_UNSAFE.sub("", said[:400]).split())
    return words if len(words) <= _QUOTED else words[: _QUOTED - 1] + "…"


def unread(said: str, how: Text) -> Asked:
    """A mistake that quotes what could not be read and says how to write it instead."""
    if not quote(said):
        return Asked(Text(ja="何も読み取れませんでした。{how}", en="There was nothing to read. {how}").fill(how=how))
    return Asked(
        Text(
            ja="「{said}」は読み取れませんでした。{how}",
            en="I could not read “{said}”. {how}",
        ).fill(said=quote(said), how=how)
    )
