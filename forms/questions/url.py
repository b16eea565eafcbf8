"""The address of a web page."""

from typing import ClassVar, Literal

from forms.questions.typed import TypedFields
from forms.reading.contacts import read_url
from forms.reading.taken import Reader
from forms.text import Text


class Url(TypedFields):
    kind: Literal["url"]

    free: ClassVar[bool] = True
    reader: ClassVar[Reader] = staticmethod(read_url)
    how: ClassVar[Text] = Text(
        ja="ページのアドレスを入力（例: https://www.example.jp/）",
        en="Type a web address, such as https://www.example.jp/",
    )
