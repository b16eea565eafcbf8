"""A postal address; one that begins with its postal code needs no town."""

import re
import unicodedata
from datetime import date
from typing import ClassVar, Literal

from forms.mistake import Mistake
from forms.questions.base import Cell, Value
from forms.questions.coded import CodedFields
from forms.questions.typed import given
from forms.reading.places import read_address, read_postal
from forms.text import Lang, Text

_CODE = re.compile(r"\s*(?:〒\s*)?([0-9]{3}\s*[-\u2010-\u2015\u2212ー]?\s*[0-9]{4})(?![0-9])[\s、,]*")
_PREFECTURE = re.compile("(?:北海道|東京都|大阪府|京都府|.{2,3}県)")
_HOW = Text(
    ja="住所を入力（例: 大分市荷揚町2-31。「〒870-0046 2-31」のように郵便番号から始めると、町名までを補います）",
    en="Type the address; one that begins with its postal code (870-0046 2-31) is completed with the town",
)
_MORE = Text(
    ja="{town}の、続き（番地など）も入力してください（例:「〒{code} 2-31」）。",
    en="Please also type what follows {town}, as in “{code} 2-31”.",
)
_WHICH = Text(
    ja="〒{code}の地域はいくつかあります（{towns}）。市区町村から入力してください。",
    en="Several places have the postal code {code} ({towns}). Please type the address from the city on.",
)


class Address(CodedFields):
    """The value: `{"postal": "8700046", "address": "大分県大分市荷揚町2-31"}`; without a code `postal` is ""."""

    kind: Literal["address"]

    verbatim: ClassVar[bool] = True

    def read(self, said: str, today: date) -> Value:
        # Only digits and dashes are made half-width: the rest stays as written.
        head = "".join(unicodedata.normalize("NFKC", c) if c in _WIDE else c for c in said[:20])
        match = _CODE.match(head)
        if match is None:
            return {"postal": "", "address": read_address(said, given(today)).value}
        code = str(read_postal(match[1], given(today, self._around.towns)).value)
        rest = said[match.end() :].strip()
        return {"postal": code, "address": read_address(self._whole(code, rest), given(today)).value}

    def _whole(self, code: str, rest: str) -> str:
        """The town before what was typed, unless it stands there already."""
        dashed, towns = f"{code[:3]}-{code[3:]}", self._towns(code)
        if _PREFECTURE.match(rest) or not towns:
            return rest
        if len(towns) > 1:
            raise Mistake(_WHICH.fill(code=dashed, towns="、".join(towns[:3])))
        if not rest:
            raise Mistake(_MORE.fill(town=towns[0], code=dashed))
        return _joined(towns[0], rest)

    def show(self, value: Value, lang: Lang) -> str:  # noqa: ARG002 - addresses are not translated
        if not isinstance(value, dict):
            return str(value)
        code = str(value.get("postal", ""))
        return f"{f'〒{code[:3]}-{code[3:]} ' if code else ''}{value.get('address', '')}"

    def prompt(self) -> Text:
        return _HOW

    def columns(self) -> tuple[str, ...]:
        return self.id, f"{self.id}_postal"

    def cells(self, value: Value, lang: Lang) -> tuple[Cell, ...]:  # noqa: ARG002 - addresses are not translated
        if not isinstance(value, dict):
            return "", ""
        code = str(value.get("postal", ""))
        return str(value.get("address", "")), f"{code[:3]}-{code[3:]}" if code else ""

    def plain(self, value: Value) -> str:
        return str(value.get("address", "")) if isinstance(value, dict) else ""

    def from_plain(self, words: str) -> Value:
        return {"postal": "", "address": words} if words else None


_WIDE = frozenset("０１２３４５６７８９－　")


def _joined(town: str, rest: str) -> str:
    """大分県大分市荷揚町 and 大分市荷揚町2-31: what both have stands there once."""
    for cut in range(len(town)):
        if rest.startswith(town[cut:]) and len(town) - cut >= 2:
            return town[:cut] + rest
    return town + rest
