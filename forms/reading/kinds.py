"""Every kind of answer and its reader: the one function that says ok, ask or refused for what a person typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from forms.mistake import Asked, Mistake
from forms.reading import amounts, answers, contacts, moments, months, names, periods, places, selections
from forms.reading.options import Named
from forms.reading.taken import Given, Reader, Towns
from forms.text import Text

Status = Literal["ok", "ask", "refused"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood. `value` is JSON-able and None unless `ok`; `note` says why not, or what was tolerated."""

    status: Status
    value: Any = None
    shown: Text | None = None
    note: Text | None = None


READERS: Mapping[str, Reader] = {
    "text": names.read_text,
    "name": names.read_name,
    "kana": names.read_kana,
    "integer": amounts.read_integer,
    "number": amounts.read_any_number,
    "money": amounts.read_money,
    "percentage": amounts.read_percentage,
    "date": moments.read_day,
    "time": moments.read_time_of_day,
    "datetime": moments.read_date_time,
    "month": months.read_month,
    "fiscalyear": months.read_fiscal_year,
    "period": periods.read_period,
    "yesno": answers.read_yes_or_no,
    "consent": answers.read_consent,
    "choice": selections.read_choice,
    "choices": selections.read_choices,
    "rank": selections.read_rank,
    "scale": selections.read_scale,
    "phone": contacts.read_phone,
    "email": contacts.read_email,
    "postal": places.read_postal,
    "address": places.read_address,
    "url": contacts.read_url,
    "place": places.read_place,
}
_ALIASES = {
    "decimal": "number", "int": "integer", "float": "number", "yen": "money", "currency": "money",
    "amount": "money", "percent": "percentage", "rate": "percentage", "day": "date", "timeofday": "time",
    "dateandtime": "datetime", "moment": "datetime", "yearmonth": "month", "fy": "fiscalyear",
    "fiscal": "fiscalyear", "daterange": "period", "range": "period", "boolean": "yesno", "bool": "yesno",
    "yn": "yesno", "agreement": "consent", "single": "choice", "selectone": "choice", "select": "choice",
    "multiple": "choices", "multi": "choices", "selectmultiple": "choices", "multiplechoice": "choices",
    "ranking": "rank", "likert": "scale", "rating": "scale", "tel": "phone", "telephone": "phone",
    "phonenumber": "phone", "mail": "email", "emailaddress": "email", "postalcode": "postal", "postcode": "postal",
    "zip": "postal", "zipcode": "postal", "link": "url", "website": "url", "location": "place", "geopoint": "place",
    "furigana": "kana", "string": "text", "freetext": "text", "longtext": "text", "文字": "text", "氏名": "name",
    "ふりがな": "kana", "フリガナ": "kana", "整数": "integer", "数値": "number", "金額": "money",
    "割合": "percentage", "日付": "date", "時刻": "time", "日時": "datetime", "年月": "month", "年度": "fiscalyear",
    "期間": "period", "はい・いいえ": "yesno", "同意": "consent", "択一": "choice", "複数": "choices",
    "順位": "rank", "段階": "scale", "電話": "phone", "電話番号": "phone", "メール": "email", "郵便番号": "postal",
    "住所": "address", "場所": "place",
}  # fmt: skip


def kind_named(name: str) -> str | None:
    """The kind people mean: date-time, DateTime, 日時; None where there is none."""
    plain = "".join(c for c in name.casefold() if c not in "-_/ ")
    return plain if plain in READERS else _ALIASES.get(plain)


def read(kind: str, text: str, *, now: datetime, options: Sequence[Named] = (), towns: Towns | None = None) -> Reading:
    """What `text` means as an answer of `kind` (a key of READERS). `now` is aware."""
    try:
        taken = READERS[kind](text, Given(now, tuple(options), towns))
    except Mistake as mistake:
        return Reading("ask" if isinstance(mistake, Asked) else "refused", note=mistake.text)
    return Reading("ok", taken.value, taken.shown, taken.note)
