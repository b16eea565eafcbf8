"""A photograph, kept without what it tells of where and when it was taken."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from forms.file_types import PICTURES
from forms.mistake import Mistake
from forms.photo import without_place
from forms.questions.attached import AttachedFields
from forms.text import Text

DAMAGED = Text(
    ja="「{name}」は画像として開けませんでした。撮り直すか、別の画像を送ってください。",
    en="“{name}” could not be opened as a picture. Please take it again or send another.",
)


class Photo(AttachedFields):
    """With `keep_place` it is kept as it came, and the person is told so."""

    kind: Literal["photo"]
    keep_place: bool = False

    what: ClassVar[Text] = Text(ja="写真", en="a photo")
    formats: ClassVar[Sequence[str]] = PICTURES

    def kept(self, type_: str, content: bytes, name: str) -> bytes:  # noqa: ARG002 - the picture says itself
        return content if self.keep_place else bare_photo(content, name)

    def prompt(self) -> Text:
        told = _WITH_PLACE if self.keep_place else _WITHOUT_PLACE
        return Text(ja="{how}\n{told}", en="{how}\n{told}").fill(how=super().prompt(), told=told)


def bare_photo(content: bytes, name: str) -> bytes:
    """Raises Mistake for what is no picture."""
    try:
        return without_place(content)
    except ValueError:
        raise Mistake(DAMAGED.fill(name=name)) from None


_WITH_PLACE = Text(
    ja="写真に記録された撮影場所と日時も、一緒に保存します。",
    en="Where and when it was taken is kept with it, if the photo says so.",
)
_WITHOUT_PLACE = Text(
    ja="写真に記録された撮影場所と日時は、消してから保存します。",
    en="Where and when it was taken is removed before it is kept.",
)
