"""${id} within a title, a hint or a message: the answer, as people see it, stands there."""

import re
from collections.abc import Callable

from forms.text import Lang, Text

_MENTION = re.compile(r"\$\{\s*([A-Za-z_][A-Za-z0-9_.-]*)\s*\}")
LONGEST = 500  # characters of one answer in a text

Shown = Callable[[str, Lang], str]


def has_mention(text: Text | None) -> bool:
    """Whether there is anything to put in."""
    return text is not None and ("${" in text.ja or "${" in text.en)


def piped(text: Text, shown: Shown) -> Text:
    """`text` with the answers in it; `shown(id, lang)` is how the answer to a question reads."""
    if not has_mention(text):
        return text
    return Text(ja=_filled(text.ja, "ja", shown), en=_filled(text.en, "en", shown))


def mentions(text: Text) -> frozenset[str]:
    """The ids that `text` mentions."""
    return frozenset(_MENTION.findall(f"{text.ja} {text.en}"))


def _filled(words: str, lang: Lang, shown: Shown) -> str:
    return _MENTION.sub(lambda match: shown(match[1], lang)[:LONGEST], words)
