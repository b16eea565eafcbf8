"""Free words."""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from forms.mistake import Mistake
from forms.questions.base import QuestionFields, Value
from forms.reading.words import clean, is_blank
from forms.text import Lang, Text

_EMPTY = Text(ja="何も書かれていません。文字を入力してください。", en="There is nothing there. Please type some words.")
_TOO_LONG = Text(
    ja="{over}文字多すぎます。{longest}文字以内にしてください。",
    en="That is {over} characters too many. Please keep to {longest}.",
)


class Written(QuestionFields):
    """`longest` counts characters; `lines` is how high a field to offer where there is one."""

    kind: Literal["text"]

    verbatim: ClassVar[bool] = True

    longest: Annotated[int, Field(ge=1, le=10_000)] = 2000
    lines: Annotated[int, Field(ge=1, le=50)] | None = None

    def read(self, said: str, today: date) -> Value:  # noqa: ARG002 - every kind reads alike
        words = clean(said)
        if is_blank(words):
            raise Mistake(_EMPTY)
        if len(words) > self.longest:
            raise Mistake(_TOO_LONG.fill(over=len(words) - self.longest, longest=self.longest))
        return words

    def show(self, value: Value, lang: Lang) -> str:  # noqa: ARG002 - people's words are the same in every language
        return str(value)

    def prompt(self) -> Text:
        return Text(ja="文字で入力（{longest}文字以内）", en="Type words (at most {longest} characters)").fill(
            longest=self.longest
        )
