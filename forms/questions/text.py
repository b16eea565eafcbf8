"""Free words."""

from datetime import date
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from forms.mistake import Mistake
from forms.questions.base import QuestionFields, Value, Words, flaw
from forms.reading.words import clean, is_blank
from forms.text import Lang, Text, lines

_EMPTY = Text(ja="何も書かれていません。文字を入力してください。", en="There is nothing there. Please type some words.")
_TOO_LONG = Text(
    ja="{over}文字多すぎます。{longest}文字以内にしてください。",
    en="That is {over} characters too many. Please keep to {longest}.",
)
_TOO_SHORT = Text(
    ja="{shortest}文字以上で入力してください（いまの入力は{count}文字です）。",
    en="Please type at least {shortest} characters (you gave {count}).",
)
_ONE_LINE = Text(ja="改行を入れず、1行で入力してください。", en="Please type it on one line.")
_PATTERN = Text(ja="決められた形になっていません。{hint}", en="This is not in the form that is needed. {hint}")
_NO_PATTERN = Text(ja="正規表現として読めません。", en="This is no regular expression.")
_AS_HINTED = Text(ja="説明を見て、入力し直してください。", en="Please see the hint and type it anew.")


@lru_cache(maxsize=512)
def compiled(pattern: str) -> Any:
    """By RE2, whose time never runs away. Raises Mistake where it is no pattern."""
    import re2  # only forms that have one need it, and its memory

    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        return re2.compile(pattern, options)
    except re2.error:
        raise Mistake(_NO_PATTERN) from None


class Written(QuestionFields):
    """`shortest` and `longest` count characters; `lines` is how high a field to offer, and 1 allows one line only.

    `pattern` (RE2) must match the whole answer; `pattern_message` says what is wanted.
    """

    kind: Literal["text"]
    longest: Annotated[int, Field(ge=1, le=10_000)] = 2000
    shortest: Annotated[int, Field(ge=1, le=10_000)] | None = None
    lines: Annotated[int, Field(ge=1, le=50)] | None = None
    pattern: Annotated[str, Field(min_length=1, max_length=1000)] | None = None
    pattern_message: Words | None = None

    verbatim: ClassVar[bool] = True
    free: ClassVar[bool] = True

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.shortest and self.shortest > self.longest:
            raise flaw(
                Text(ja="shortest が longest より大きくなっています。", en="`shortest` is above `longest`."),
                Text(ja="入れ替えるか、直してください。", en="Swap or correct them."),
                field="shortest",
            )
        try:
            _ = self.pattern and compiled(self.pattern)
        except Mistake as no:
            raise flaw(
                no.text,
                Text(
                    ja="RE2 の書き方で書いてください（例: [A-Z]{2}[0-9]{4}）。",
                    en="Write it for RE2, as in [A-Z]{2}[0-9]{4}.",
                ),
                field="pattern",
            ) from None
        return self

    def read(self, said: str, today: date) -> Value:  # noqa: ARG002 - every kind reads alike
        words = clean(said)
        if is_blank(words):
            raise Mistake(_EMPTY)
        if len(words) > self.longest:
            raise Mistake(_TOO_LONG.fill(over=len(words) - self.longest, longest=self.longest))
        if self.shortest and len(words) < self.shortest:
            raise Mistake(_TOO_SHORT.fill(shortest=self.shortest, count=len(words)))
        if self.lines == 1 and "\n" in words:
            raise Mistake(_ONE_LINE)
        if self.pattern and compiled(self.pattern).fullmatch(words) is None:
            raise Mistake(self.pattern_message or _PATTERN.fill(hint=self.hint or _AS_HINTED))
        return words

    def show(self, value: Value, lang: Lang) -> str:  # noqa: ARG002 - people's words are the same in every language
        return str(value)

    def prompt(self) -> Text:
        how = Text(ja="文字で入力（{length}）", en="Type words ({length})").fill(length=self._length())
        return how if self.lines != 1 else lines(how, Text(ja="1行で入力してください。", en="On one line, please."))

    def _length(self) -> Text:
        if self.shortest:
            pattern = Text(ja="{shortest}〜{longest}文字", en="{shortest} to {longest} characters")
        else:
            pattern = Text(ja="{longest}文字以内", en="at most {longest} characters")
        return pattern.fill(shortest=self.shortest, longest=self.longest)
