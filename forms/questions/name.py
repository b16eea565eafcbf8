"""A person's name, kept exactly as it is written: 𠮷, variation selectors and compatibility ideographs included."""

from datetime import date
from typing import ClassVar, Literal

from forms.mistake import Mistake
from forms.questions.base import Cell, Value
from forms.questions.typed import TypedFields
from forms.reading.names import read_name
from forms.reading.taken import Reader
from forms.reading.words import quote
from forms.text import Lang, Text

_GAP = Text(
    ja="「{said}」のどこまでが姓か分かりません。姓と名のあいだを空けて入力してください（例: 山田　太郎）。"
    "姓だけ、または名だけの方は「{said}　-」と入力してください。",
    en="I cannot tell family and given name in “{said}”. Please leave a space between them, family name first. "
    "If there is only one name, type “{said} -”.",
)


class Name(TypedFields):
    """Family name, a space, given name. With `parts: false` a space is not needed."""

    kind: Literal["name"]
    parts: bool = True

    verbatim: ClassVar[bool] = True
    free: ClassVar[bool] = True
    reader: ClassVar[Reader] = staticmethod(read_name)
    how: ClassVar[Text] = Text(
        ja="姓と名のあいだを空けて入力（例: 山田　太郎）", en="Type family name and given name with a space between"
    )

    def read(self, said: str, today: date) -> Value:
        words, alone = said.strip(), False
        if words[-1:] in ("-", "ー", "－", "−") and words[:-1] != (stem := words[:-1].rstrip()):
            words, alone = stem, True
        name = str(super().read(words, today))
        if self.parts and not alone and not ("\u3000" in name or " " in name):
            raise Mistake(_GAP.fill(said=quote(name)))
        return name

    def columns(self) -> tuple[str, ...]:
        return (f"{self.id}_family", f"{self.id}_given") if self.parts else (self.id,)

    def cells(self, value: Value, lang: Lang) -> tuple[Cell, ...]:  # noqa: ARG002 - names are not translated
        if not self.parts:
            return ("" if value is None else str(value),)
        family, _, rest = ("" if value is None else str(value)).replace("\u3000", " ").partition(" ")
        return family, rest

    def prompt(self) -> Text:
        return self.how if self.parts else Text(ja="お名前を入力", en="Type the name")
