"""A postal code, and the town that it stands for."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from forms.mistake import Mistake
from forms.questions.base import Cell, Several, Value
from forms.questions.coded import CodedFields
from forms.questions.searching import listed, picked
from forms.questions.typed import given
from forms.reading.places import read_postal
from forms.text import Lang, Text, lines, same

_HOW = Text(ja="7桁の郵便番号を入力（例: 870-8501）", en="Type a postal code of seven digits, such as 870-8501")
_WHICH = Text(
    ja="この郵便番号の地域は{n}つあります。番号で選んでください。",
    en="{n} places have this postal code. Please choose one by its number.",
)
_OUTSIDE = Text(
    ja="1から{n}の番号で選ぶか、郵便番号を入力し直してください。",
    en="Please choose a number from 1 to {n}, or type another postal code.",
)
_PICK = Text(ja="番号で選ぶか、郵便番号を入力し直してください。", en="Choose a number, or type another postal code.")


class Postal(CodedFields):
    """The value: `{"code": "8708501", "address": "大分県大分市…"}`; where no list is at hand `address` is ""."""

    kind: Literal["postal"]

    def read(self, said: str, today: date) -> Value:
        towns = self._narrowed()
        if towns and (n := picked(said, len(towns))) is not None:
            return {"code": self._around.narrowed, "address": towns[n]}
        if towns and picked(said, 999) is not None:
            raise Mistake(_OUTSIDE.fill(n=len(towns)))
        before, _, echoed = said.strip().partition(" ")
        if echoed and echoed in self._towns("".join(filter(str.isdigit, before))):
            return {"code": "".join(filter(str.isdigit, before)), "address": echoed}
        code = str(read_postal(said, given(today, self._around.towns)).value)
        found = self._towns(code)
        if len(found) > 1:
            raise Several(lines(_WHICH.fill(n=len(found)), listed([same(town) for town in found])), code)
        return {"code": code, "address": found[0] if found else ""}

    def _narrowed(self) -> Sequence[str]:
        return self._towns(self._around.narrowed)

    def show(self, value: Value, lang: Lang) -> str:  # noqa: ARG002 - addresses are not translated
        if not isinstance(value, dict):
            return str(value)
        return f"〒{_dashed(value)} {value.get('address', '')}".strip()

    def prompt(self) -> Text:
        towns = self._narrowed()
        return lines(listed([same(town) for town in towns]), _PICK) if towns else _HOW

    def columns(self) -> tuple[str, ...]:
        return self.id, f"{self.id}_address"

    def cells(self, value: Value, lang: Lang) -> tuple[Cell, ...]:  # noqa: ARG002 - addresses are not translated
        return (_dashed(value), str(value.get("address", ""))) if isinstance(value, dict) else ("", "")

    def plain(self, value: Value) -> str:
        return str(value.get("code", "")) if isinstance(value, dict) else ""

    def from_plain(self, words: str) -> Value:
        code = words.replace("-", "")
        return {"code": code, "address": ""} if len(code) == 7 and code.isdecimal() else None


def _dashed(value: dict[str, object]) -> str:
    code = str(value.get("code", ""))
    return f"{code[:3]}-{code[3:]}"
