"""Where: chosen from a list, typed in words or as latitude and longitude, or sent from a client's map."""

from datetime import date
from functools import cached_property
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from forms.mistake import Mistake
from forms.questions.base import Cell, QuestionFields, Spot, Value
from forms.questions.option import MOST_OPTIONS, Option, Options
from forms.questions.typed import given
from forms.reading.options import Named, OptionReader, numbered
from forms.reading.places import read_place
from forms.text import Lang, Text, lines

_HOW = Text(
    ja="場所の名前か緯度・経度（例: 33.2382, 131.6126）を入力するか、アプリから位置情報を送信",
    en="Type the name of a place or its latitude and longitude (33.2382, 131.6126), or send a location from your app",
)
_EXACTLY = Text(
    ja="アプリから位置情報を送信するか、緯度・経度を入力（例: 33.2382, 131.6126）",
    en="Send a location from your app, or type latitude and longitude, such as 33.2382, 131.6126",
)
_NOT_EXACT = Text(
    ja="場所の名前では受け付けられません。位置情報を送るか、「33.2382, 131.6126」のように入力してください。",
    en="A name is not enough here. Please send a location, or type latitude and longitude as in 33.2382, 131.6126.",
)
_OR_NUMBER = Text(ja="番号で選ぶか、{how}", en="Choose a number, or: {how}")


class Place(QuestionFields):
    """The value: `{"words": …}`, with `name` where it was chosen; or `{"lat": …, "lon": …}`, with `accuracy` in metres.

    With `exact` only latitude and longitude will do.
    """

    kind: Literal["place"]
    offered: Annotated[Options, Field(min_length=0, max_length=MOST_OPTIONS)] = Field((), alias="options")
    from_list: Annotated[str, Field(max_length=64)] | None = None
    exact: bool = False

    verbatim: ClassVar[bool] = True
    free: ClassVar[bool] = True

    def options(self) -> tuple[Named, ...]:
        return self.offered

    @cached_property
    def _reader(self) -> OptionReader:
        return OptionReader(self.offered)

    def read(self, said: str, today: date) -> Value:
        if self.offered and (option := self._chosen(said)) is not None:
            return {"name": option.name, "words": option.label.ja}
        value = str(read_place(said, given(today)).value)
        lat, _, lon = value.partition(",")
        if _is_degrees(lat) and _is_degrees(lon):
            return {"lat": float(lat), "lon": float(lon)}
        if self.exact:
            raise Mistake(_NOT_EXACT)
        return {"words": value}

    def _chosen(self, said: str) -> Option | None:
        try:
            return self.offered[self._reader.one(said)]
        except Mistake:
            return None

    def find(self, spot: Spot) -> Value:
        value: dict[str, float] = {"lat": round(spot.lat, 7), "lon": round(spot.lon, 7)}
        return value if spot.accuracy is None else {**value, "accuracy": round(spot.accuracy, 1)}

    def show(self, value: Value, lang: Lang) -> str:
        if not isinstance(value, dict):
            return str(value)
        if "lat" not in value:
            return next(
                (o.label[lang] for o in self.offered if o.name == value.get("name")), str(value.get("words", ""))
            )
        spot = Text(ja="緯度 {lat}、経度 {lon}", en="latitude {lat}, longitude {lon}").fill(**_degrees(value))
        within = Text(ja="{spot}（誤差 {m}m）", en="{spot} (within {m} m)")
        return (within.fill(spot=spot, m=f"{value['accuracy']:g}") if "accuracy" in value else spot)[lang]

    def prompt(self) -> Text:
        how = _EXACTLY if self.exact else _HOW
        return lines(numbered(self.offered), _OR_NUMBER.fill(how=how)) if self.offered else how

    def columns(self) -> tuple[str, ...]:
        return self.id, f"{self.id}_lat", f"{self.id}_lon"

    def cells(self, value: Value, lang: Lang) -> tuple[Cell, ...]:
        if not isinstance(value, dict):
            return "", "", ""
        return ("", value["lat"], value["lon"]) if "lat" in value else (self.show(value, lang), "", "")

    def plain(self, value: Value) -> str:
        """As XForms has it: latitude, longitude, altitude, accuracy; or the words."""
        if not isinstance(value, dict):
            return ""
        if "lat" not in value:
            return str(value.get("name") or value.get("words", ""))
        return "{lat} {lon} 0 {accuracy:g}".format(**_degrees(value), accuracy=value.get("accuracy", 0))

    def from_plain(self, words: str) -> Value:
        parts = words.split()
        if len(parts) in (2, 4) and all(map(_is_degrees, parts)):
            spot = Spot(float(parts[0]), float(parts[1]), (float(parts[3]) or None) if len(parts) == 4 else None)
            return self.find(spot)
        if option := next((o for o in self.offered if o.name == words), None):
            return {"name": option.name, "words": option.label.ja}
        return {"words": words} if words else None


def _is_degrees(words: str) -> bool:
    try:
        return abs(float(words)) <= 100_000
    except ValueError:
        return False


def _degrees(value: dict[str, float]) -> dict[str, str]:
    return {name: f"{value[name]:.7f}".rstrip("0").rstrip(".") for name in ("lat", "lon")}
