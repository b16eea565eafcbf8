"""A time of day."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from forms.mistake import Mistake
from forms.questions.base import Value, flaw
from forms.questions.typed import TypedFields
from forms.reading.moments import read_time_of_day
from forms.reading.taken import Reader
from forms.text import Text, lines, same

Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]\z")]
_OUTSIDE = Text(
    ja="{limits}の時刻を入力してください（いまの入力: {value}）。",
    en="Please type a time in this range: {limits} (you gave {value}).",
)


class Time(TypedFields):
    """`earliest` and `latest` (09:00) are themselves allowed."""

    kind: Literal["time"]
    earliest: Clock | None = None
    latest: Clock | None = None

    reader: ClassVar[Reader] = staticmethod(read_time_of_day)
    how: ClassVar[Text] = Text(ja="時刻で入力（例: 16:30、午後4時半）", en="Type a time, such as 16:30")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.earliest and self.latest and self.earliest > self.latest:
            raise flaw(
                Text(ja="earliest が latest より後になっています。", en="`earliest` is after `latest`."),
                Text(ja="入れ替えるか、直してください。", en="Swap or correct them."),
                field="earliest",
            )
        return self

    def check(self, value: Value) -> None:
        at = str(value)
        if (self.earliest and at < self.earliest) or (self.latest and at > self.latest):
            raise Mistake(_OUTSIDE.fill(limits=self._limits(), value=at))

    def prompt(self) -> Text:
        limits = self._limits()
        return lines(self.how, limits) if limits.ja else self.how

    def _limits(self) -> Text:
        if self.earliest and self.latest:
            pattern = Text(ja="{earliest}〜{latest}", en="{earliest} to {latest}")
        elif self.earliest:
            pattern = Text(ja="{earliest}以降", en="{earliest} or later")
        elif self.latest:
            pattern = Text(ja="{latest}まで", en="{latest} or earlier")
        else:
            return same("")
        return pattern.fill(earliest=self.earliest, latest=self.latest)
