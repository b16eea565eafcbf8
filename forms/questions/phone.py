"""A telephone number."""

from typing import ClassVar, Literal

from forms.questions.typed import TypedFields
from forms.reading.contacts import read_phone
from forms.reading.taken import Reader
from forms.text import Text


class Phone(TypedFields):
    kind: Literal["phone"]

    free: ClassVar[bool] = True
    reader: ClassVar[Reader] = staticmethod(read_phone)
    how: ClassVar[Text] = Text(
        ja="電話番号を市外局番から入力（例: 097-532-1111）",
        en="Type a telephone number with its area code, such as 097-532-1111",
    )
