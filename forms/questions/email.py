"""An e-mail address."""

from typing import ClassVar, Literal

from forms.questions.typed import TypedFields
from forms.reading.contacts import read_email
from forms.reading.taken import Reader
from forms.text import Text


class Email(TypedFields):
    kind: Literal["email"]

    free: ClassVar[bool] = True
    reader: ClassVar[Reader] = staticmethod(read_email)
    how: ClassVar[Text] = Text(
        ja="メールアドレスを入力（例: jimu@example.jp）", en="Type an e-mail address, such as jimu@example.jp"
    )
