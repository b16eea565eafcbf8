"""Words that are kept as written: free text, names, and names in kana; kanji is never turned into a reading."""

import re
import unicodedata

import jaconv

from forms.mistake import Asked, Mistake
from forms.reading.taken import Given, Taken, as_is
from forms.reading.words import clean, is_blank, unread, without_politeness
from forms.text import Text

LONGEST_TEXT = 10_000
LONGEST_NAME = 100
_EMPTY = Text(ja="何も書かれていません。文字を入力してください。", en="There is nothing there. Please type some words.")
_TOO_LONG = Text(
    ja="{over}文字多すぎます。{longest}文字以内にしてください。",
    en="That is {over} characters too many. Please keep to {longest}.",
)
_A_NAME = Text(
    ja="お名前を、姓と名のあいだを空けて入力してください（例: 山田　太郎）。",
    en="Please type a name, family name first, such as “山田　太郎”.",
)
_IN_KANA = Text(
    ja="ふりがなを、ひらがなかカタカナで入力してください（例: ナカムラ　ユウキ）。",
    en="Please type it in hiragana or katakana, such as “ナカムラ　ユウキ”.",
)
_NO_NAME = re.compile(
    "なし|無し|ない|不明|匿名|未定|同上|同じ|わからない|分からない|ありません|none|n/?a|unknown|-+|ー+", re.IGNORECASE
)
_TITLE = re.compile("(?:様|さま|さん|殿|ちゃん|先生)\\Z")
_NO_KANA = frozenset(["ナシ", "ナイ", "フメイ", "ミテイ", "アリマセン", "ドウジョウ", "トクメイ"])
_JAPANESE = re.compile("[\u3005-\u3007\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_HALF_KANA = re.compile("[\uff66-\uff9f]+")
_NOT_IN_NAMES = re.compile(r"[0-9０-９!-&(*+/:-@\[-`{-~！-＆（）＊＋／：-＠［-｀｛-～、。「」?？]")
_LONG_MARK = re.compile("(?<=[\u30a1-\u30fa])[-\u2010-\u2015\u2212\u2500](?=[\u30a1-\u30fa\u30fc\u3000]|\\Z)")
_KANA = re.compile(
    "[\u30a1-\u30fa\u30fd\u30fe][\u30a1-\u30fa\u30fc-\u30fe]*(?:[\u30fb\u3000][\u30a1-\u30fa\u30fd\u30fe][\u30a1-\u30fa\u30fc-\u30fe]*)*"
)
_HALF_WAY_MARKS = str.maketrans({"\u309b": "\u3099", "\u309c": "\u309a"})


def read_text(said: str, _given: Given) -> Taken:
    """Trimmed, NFC, and otherwise as written."""
    words = clean(said)
    _check_length(words, LONGEST_TEXT)
    if is_blank(words):
        raise Asked(_EMPTY)
    return as_is(words)


def read_name(said: str, _given: Given) -> Taken:
    """As written; between family and given name one full-width space, or a half-width one in foreign letters."""
    words = without_politeness(clean(said[: 10 * LONGEST_NAME]))
    _check_length(said if len(said) > 10 * LONGEST_NAME else words, LONGEST_NAME)
    words = _HALF_KANA.sub(lambda m: unicodedata.normalize("NFKC", m[0]), words)
    name = ("\u3000" if _JAPANESE.search(words) else " ").join(words.split())
    if (
        not any(c.isalpha() for c in name)
        or _NOT_IN_NAMES.search(name)
        or _NO_NAME.fullmatch(name)
        or _TITLE.search(name)
    ):
        raise unread(said, _A_NAME)
    return as_is(name)


def read_kana(said: str, _given: Given) -> Taken:
    """Full-width katakana, with a full-width space between the parts."""
    _check_length(said, 5 * LONGEST_NAME)
    words = unicodedata.normalize("NFKC", clean(said).translate(_HALF_WAY_MARKS))
    words = jaconv.hira2kata(re.sub(r"[\s、,]+", "\u3000", without_politeness(words)))
    words = _LONG_MARK.sub("ー", words)
    if not _KANA.fullmatch(words) or words in _NO_KANA:
        raise unread(said, _IN_KANA)
    _check_length(words, LONGEST_NAME)
    return as_is(words)


def _check_length(words: str, longest: int) -> None:
    if len(words) > longest:
        raise Mistake(_TOO_LONG.fill(over=len(words) - longest, longest=longest))
