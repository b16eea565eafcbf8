"""A name in kana; kept as full-width katakana, and kanji is never turned into a reading."""

from typing import ClassVar, Literal

from forms.questions.typed import TypedFields
from forms.reading.names import read_kana
from forms.reading.taken import Reader
from forms.text import Text


class Kana(TypedFields):
    kind: Literal["kana"]

    free: ClassVar[bool] = True
    reader: ClassVar[Reader] = staticmethod(read_kana)
    how: ClassVar[Text] = Text(
        ja="ふりがなを入力（例: ナカムラ　ユウキ。ひらがなでも入力できます）",
        en="Type it in katakana or hiragana, such as “ナカムラ　ユウキ”",
    )
