"""What the columns of a list are for, by what their headings say: the code, the name, its reading."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_CODES = ("コード", "code", "番号", "id", "キー", "key", "value", "no", "no.", "№", "ｺｰﾄﾞ")
_LABELS = ("名称", "名前", "label", "ラベル", "表示名", "表示", "選択肢", "氏名", "title", "name::ja", "名")
_READINGS = ("かな", "カナ", "ふりがな", "フリガナ", "よみ", "読み", "読み方", "よみがな", "kana", "reading")
_ENGLISH = ("英語", "英語名", "english", "label_en", "name_en", "en", "英名", "ローマ字")


@dataclass(frozen=True, slots=True)
class Roles:
    """Columns from 0. `guessed`: nothing was recognised; the first is taken for the code, the second for the name."""

    value: int
    label: int
    english: int | None
    guessed: bool


def roles_of(headings: Sequence[str]) -> Roles:
    """What is what; a column alone is both code and name."""
    plain = [unicodedata.normalize("NFKC", heading).casefold().replace(" ", "") for heading in headings]
    english = _first(plain, lambda word: word in _ENGLISH or word.startswith(("label::en", "name::en")))
    readings = {n for n, word in enumerate(plain) if any(one in word for one in _READINGS)}
    left = [n for n in range(len(plain)) if n != english and n not in readings]
    value, label = _two(plain, left)
    if value is None and label is None:
        rest = left or list(range(len(plain)))
        return Roles(rest[0], rest[min(1, len(rest) - 1)], english, len(plain) > 1)
    value = label if value is None else value
    label = value if label is None else label
    assert value is not None
    assert label is not None
    return Roles(value, label, english, guessed=False)


def _two(plain: Sequence[str], left: Sequence[int]) -> tuple[int | None, int | None]:
    """`name` is what XLSForm calls the code; beside another column that is a code it is the name."""
    value = next((n for n in left if plain[n] in _CODES), None)
    if value is None:
        value = next((n for n in left if plain[n].endswith(("コード", "番号", "code", "id"))), None)
    label = next((n for n in left if plain[n] in _LABELS or plain[n].startswith("label")), None)
    if label is None:
        label = next((n for n in left if n != value and plain[n].endswith(("名称", "名", "name"))), None)
    named = next((n for n in left if plain[n] == "name"), None)
    if value is None and named is not None:
        value = named
        label = label if label != named else None
    if label is None:
        label = next((n for n in left if n != value), None) if value is not None else None
    return value, label


def _first(plain: Sequence[str], fits: Callable[[str], bool]) -> int | None:
    return next((n for n, word in enumerate(plain) if fits(word)), None)
