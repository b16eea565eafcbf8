"""The name of a form from its title: what people type after a command, without spaces."""

import re
import unicodedata

LONGEST = 40
_OTHER = re.compile(
    "[^a-z0-9\u3005-\u3007\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003134f]+"
)


def name_of(title: str) -> str:
    """避難所の状況（11月） → 避難所の状況-11月; "" where nothing of the title can stand in a name."""
    return _OTHER.sub("-", unicodedata.normalize("NFKC", title[:400]).casefold()).strip("-")[:LONGEST].strip("-")
