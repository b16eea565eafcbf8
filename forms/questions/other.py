"""An answer to a choice in the person's own words: 「その他」."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator

from forms.mistake import Mistake
from forms.questions.base import Option, Value, Words
from forms.reading.options import Named
from forms.reading.words import clean, is_blank
from forms.text import Lang, Text

OTHER = "other"
"""Its name among the options; an answer in other words is `{"other": words}`."""
MOST_WORDS = 500

_LABEL = Text(ja="その他", en="Other")
_HOW = Text(
    ja="{n}のときは「{n} 具体的な内容」のように、内容も続けて入力してください。",
    en="For {n}, add what it is, as in “{n} my own words”.",
)
_WHAT = Text(
    ja="「その他」の内容も入力してください（例:「{n} 具体的な内容」）。",
    en="Please also type what it is, as in “{n} my own words”.",
)
_TOO_LONG = Text(
    ja="「その他」の内容は{most}文字以内にしてください。", en="Please keep your own words to {most} characters."
)
_MARKS = r"\s:：、,，.．。番（(「"


def _switch(value: Any) -> Any:
    return (
        {"true": True, "yes": True, "false": False, "no": False}.get(value.lower(), value)
        if isinstance(value, str)
        else value
    )


Other = Annotated[bool | Words, BeforeValidator(_switch)]
"""Whether there is 「その他」, or what it is called."""


def other_option(other: Text | bool) -> tuple[Option, ...]:  # noqa: FBT001 - a field of the document
    """The option that stands for own words; () where there is none."""
    if not other:
        return ()
    return (Option(OTHER, _LABEL if other is True else other),)


def how_other(number: int) -> Text:
    """What to type for it."""
    return _HOW.fill(n=number)


def what_other(number: int) -> Mistake:
    """It was chosen without a word."""
    return Mistake(_WHAT.fill(n=number))


def split_other(said: str, options: Sequence[Named], number: int) -> tuple[str, str | None]:
    """(what stands before, own words) where `said` has 「その他 …」 or its number and words; else (said, None)."""
    spelt = {*_LABEL_WORDS, *(label for o in options if o.name == OTHER for label in (o.label.ja, o.label.en))}
    called = "|".join(re.escape(label) for label in sorted(spelt, key=len, reverse=True))
    numeral = f"{number}|{str(number).translate(_WIDE)}"
    pattern = rf"(?:\A|(?<=[\s、,，と]))(?:(?:{called})[{_MARKS}]*|(?:{numeral})[{_MARKS}]+)(?P<words>\S.*)\Z"
    for match in re.finditer(pattern, said[: 2 * MOST_WORDS], re.IGNORECASE | re.DOTALL):
        words = clean(match["words"].rstrip("）)」"))
        if _is_words(words):
            if len(said) > MOST_WORDS:
                raise Mistake(_TOO_LONG.fill(most=MOST_WORDS))
            return said[: match.start()].strip(" \u3000、,，と\n"), words
    return said, None


_LABEL_WORDS = ("その他", "そのほか", "other")
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def _is_words(words: str) -> bool:
    return not is_blank(words) and re.search(r"[^\d\s、,，.。・]", words) is not None


def name_of(part: Any) -> str:
    """The name of the option that one part of an answer stands for."""
    return OTHER if isinstance(part, dict) else str(part)


def names_of(value: Value) -> tuple[str, ...]:
    """The names of all options in an answer."""
    parts = value if isinstance(value, list) else () if value is None else (value,)
    return tuple(map(name_of, parts))


def in_other_words(value: Value) -> str:
    """The person's own words in an answer; "" where there are none."""
    parts = value if isinstance(value, list) else (value,)
    return next((str(part.get(OTHER, "")) for part in parts if isinstance(part, dict)), "")


def shown_option(labels: Mapping[str, str], part: Any, lang: Lang) -> str:
    """出生; その他（自転車）."""
    label = labels.get(name_of(part), name_of(part))
    if not isinstance(part, dict):
        return label
    words = in_other_words(part)
    return f"{label}（{words}）" if lang == "ja" else f"{label} ({words})"
