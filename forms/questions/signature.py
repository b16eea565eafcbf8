"""A signature: a photograph of one, or the name typed by the person, with the day."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from forms.file_types import PICTURES
from forms.mistake import Mistake
from forms.questions.attached import AttachedFields, files_in
from forms.questions.base import Cell, Value
from forms.questions.photo import bare_photo
from forms.questions.typed import given
from forms.reading.eras import show_date
from forms.reading.names import read_name
from forms.reading.words import folded, quote
from forms.text import Lang, Text

_HOW = Text(
    ja="お名前を入力するか、署名の写真を送信（送った日が署名日になります）",
    en="Type your name, or send a photo of your signature (today becomes its date)",
)
_NO_NAME = frozenset(
    (
        "はい",
        "いいえ",
        "ok",
        "yes",
        "no",
        "了解",
        "了解です",
        "同意します",
        "同意する",
        "署名します",
        "署名しました",
        "なし",
        "agree",
    )
)
_NAME = Text(
    ja="「{said}」ではなく、お名前（氏名）を入力するか、署名の写真を送ってください。",
    en="Please type your name rather than “{said}”, or send a photo of your signature.",
)
_TYPED = Text(ja="{name}（{day}に署名）", en="{name} (signed {day})")


class Signature(AttachedFields):
    """The value: `{"name": …, "date": "2026-11-24"}`, or a list with the photograph as of a photo."""

    kind: Literal["signature"]
    most: Annotated[int, Field(ge=1, le=1)] = 1
    megabytes: Annotated[int, Field(ge=1, le=25)] = 10

    verbatim: ClassVar[bool] = True
    what: ClassVar[Text] = Text(ja="署名の写真", en="a photo of your signature")
    formats: ClassVar[Sequence[str]] = PICTURES

    def read(self, said: str, today: date) -> Value:
        if folded(said).rstrip("。.!") in _NO_NAME:
            raise Mistake(_NAME.fill(said=quote(said)))
        return {"name": read_name(said, given(today)).value, "date": today.isoformat()}

    def kept(self, type_: str, content: bytes, name: str) -> bytes:  # noqa: ARG002 - the picture says itself
        return bare_photo(content, name)

    def show(self, value: Value, lang: Lang) -> str:
        if not isinstance(value, dict):
            return super().show(value, lang)
        return _TYPED.fill(name=value.get("name", ""), day=_day(value, lang))[lang]

    def prompt(self) -> Text:
        return _HOW

    def columns(self) -> tuple[str, ...]:
        return self.id, f"{self.id}_date"

    def cells(self, value: Value, lang: Lang) -> tuple[Cell, ...]:
        if isinstance(value, dict):
            return str(value.get("name", "")), str(value.get("date", ""))
        return (*super().cells(value, lang), "") if files_in(value) else ("", "")

    def plain(self, value: Value) -> str:
        return str(value.get("name", "")) if isinstance(value, dict) else super().plain(value)


def _day(value: dict[str, Any], lang: Lang) -> str:
    try:
        return show_date(date.fromisoformat(str(value.get("date"))), lang)
    except ValueError:
        return ""
