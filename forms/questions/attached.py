"""What the kinds have in common that a file answers: a file, a photograph, a recording."""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Annotated, Any, ClassVar

from pydantic import Field

from forms.file_types import MIME, type_of, types_shown
from forms.mistake import Mistake
from forms.questions.base import Brought, Cell, QuestionFields, Spot, Value
from forms.reading.words import clean, quote
from forms.text import Lang, Text, lines

MEGA = 1_000_000
MOST_FILES = 10
_SEND_IT = Text(
    ja="ここでは、{what}を送ってください（アプリの添付ボタンから送れます）。",
    en="Please send {what} here (with your app's attachment button).",
)
_TOO_LARGE = Text(
    ja="「{name}」は大きすぎます。{most}MBまでの{what}を送ってください。",
    en="“{name}” is too large. Please send {what} of up to {most} MB.",
)
_EMPTY = Text(ja="「{name}」は空でした。送り直してください。", en="“{name}” was empty. Please send it again.")
_WRONG_TYPE = Text(
    ja="「{name}」は受け取れない形式です。{types} のどれかで送ってください。",
    en="“{name}” is of a type that cannot be taken here. Please send one of: {types}.",
)
_NOT_THE_TYPE = Text(
    ja="「{name}」は受け取れない形式です。{types} で送ってください。",
    en="“{name}” is of a type that cannot be taken here. Please send {types}.",
)
_FROM_AN_IPHONE = Text(
    ja="「{name}」はiPhoneなどの写真の形式（HEIC）のため受け取れません。「設定→カメラ→フォーマット→互換性優先」にして"
    "撮り直すか、写真を表示してスクリーンショットを送ってください。",
    en="“{name}” is a HEIC photo, as iPhones take them, which cannot be taken here: choose Settings > Camera > Formats "
    "> Most Compatible and take it again, or send a screenshot of it.",
)
_UNNAMED = Text(ja="ファイル", en="file")
_HOW = Text(ja="{what}を送信（{types}、{most}MBまで）", en="Send {what} ({types}; up to {most} MB)")
_SEVERAL = Text(
    ja="{n}つまで送れます。1つずつ送り、終わったら「次へ」と入力してください。",
    en='You can send up to {n}, one by one; type "next" when that is all.',
)


class AttachedFields(QuestionFields):
    """The value: a list of `{"name", "type", "size", "sha256"}`; the content is kept under the response, by its hash.

    `most`: how many files; `megabytes`: the size of each, at most.
    """

    most: Annotated[int, Field(ge=1, le=MOST_FILES)] = 1
    megabytes: Annotated[int, Field(ge=1, le=25)] = 25

    traceable: ClassVar[bool] = True  # files name their makers, and stand beside their owner's messages
    what: ClassVar[Text]
    formats: ClassVar[Sequence[str]]

    @property
    def accepted(self) -> Sequence[str]:
        """The types that will do."""
        return self.formats

    @property
    def most_bytes(self) -> int:
        return self.megabytes * MEGA

    def read(self, said: str, today: date) -> Value:  # noqa: ARG002 - words never answer this
        raise Mistake(_SEND_IT.fill(what=self.what))

    def take(self, file: Brought, former: Value) -> tuple[Value, bytes]:
        """Added to the files before it while there is room; else in their place."""
        value, content = self._taken(file)
        before = former if isinstance(former, list) and len(former) < self.most else []
        others = [one for one in before if one["sha256"] != value["sha256"]]
        return [*others, value], content

    def find(self, spot: Spot) -> Value:  # noqa: ARG002 - a place never answers this
        raise Mistake(_SEND_IT.fill(what=self.what))

    def _taken(self, file: Brought) -> tuple[dict[str, Any], bytes]:
        name = quote(clean(file.name)) or _UNNAMED.en
        if file.content is None or len(file.content) > self.most_bytes:
            raise Mistake(_TOO_LARGE.fill(name=name, most=self.megabytes, what=self.what))
        if not file.content:
            raise Mistake(_EMPTY.fill(name=name))
        type_ = type_of(file.name, file.content)
        if type_ is None or type_ not in self.accepted:
            raise Mistake(self._wrong(type_).fill(name=name, types=types_shown(self.accepted)))
        content = self.kept(type_, file.content, name)
        return {
            "name": name,
            "type": MIME[type_],
            "size": len(content),
            "sha256": sha256(content).hexdigest(),
        }, content

    def _wrong(self, type_: str | None) -> Text:
        if type_ == "heic" and "jpeg" in self.accepted:
            return _FROM_AN_IPHONE
        return _WRONG_TYPE if len(self.accepted) > 1 else _NOT_THE_TYPE

    def kept(self, type_: str, content: bytes, name: str) -> bytes:  # noqa: ARG002 - photographs are changed
        """What of the content is kept."""
        return content

    def wants_more(self, value: Value) -> bool:
        return isinstance(value, list) and len(value) < self.most

    def show(self, value: Value, lang: Lang) -> str:
        shown = [
            f"{one.get('name', '')}（{_size(one)}）" if lang == "ja" else f"{one.get('name', '')} ({_size(one)})"
            for one in files_in(value)
        ]
        return ("、" if lang == "ja" else ", ").join(shown)

    def prompt(self) -> Text:
        how = _HOW.fill(what=self.what, types=types_shown(self.accepted), most=self.megabytes)
        return lines(how, _SEVERAL.fill(n=self.most)) if self.most > 1 else how

    def cells(self, value: Value, lang: Lang) -> tuple[Cell, ...]:  # noqa: ARG002 - names as they were
        return ("\n".join(str(one.get("name", "")) for one in files_in(value)),)

    def plain(self, value: Value) -> str:
        return " ".join(str(one.get("name", "")) for one in files_in(value))

    def from_plain(self, words: str) -> Value:  # noqa: ARG002 - no file comes from an expression
        return None


def files_in(value: Value) -> list[dict[str, Any]]:
    """The files of an answer of any kind: all that carry the hash of a content."""
    parts = value if isinstance(value, list) else [value]
    return [part for part in parts if isinstance(part, dict) and "sha256" in part and "size" in part]


def _size(one: dict[str, Any]) -> str:
    size = int(one.get("size", 0))
    return f"{size / MEGA:.1f}MB" if size >= MEGA else f"{max(1, round(size / 1000))}kB"
