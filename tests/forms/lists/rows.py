"""Lists as municipalities have them, for tests."""

import re

from forms.form import ROLLS, Form
from forms.lists.known import Known
from forms.lists.reading import read_list
from forms.lists.roll import Roll

SCHOOLS = (
    "コード,名称,かな,地区\n"
    "001,中津小学校,なかつしょうがっこう,中央\n"
    "002,中津南小学校,なかつみなみしょうがっこう,中央\n"
    "003,豊田小学校,とよだしょうがっこう,東\n"
    "004,𠮷野小学校,よしのしょうがっこう,南\n"
)
KANJI, KANA = "東西南北中央山川田野本町丘台浜島崎原谷沢", "ひがしにしみなみきたなかおうやまかわたのもと"


def many(count=50_000):
    """The text of a list of so many schools."""
    rows = ["コード,名称,かな,所在地"]
    for n in range(count):
        place = KANJI[n % 20] + KANJI[n // 20 % 20] + KANJI[n // 400 % 20] + KANJI[n // 8000 % 20]
        rows.append(f"{n:06},{place}第{n}小学校,{KANA[n % 22]}だい{n}しょうがっこう,大分県中津市{place}{n % 99}番地")
    return "\r\n".join(rows)


def listed(text, *, file="学校.csv", encoding="utf-8"):
    return read_list(text.encode(encoding), file=file)


def roll_of(text):
    found = listed(text)
    return Roll(found.content, value=found.filed.value)


class Held:
    """forms.lists.roll.Rolls of one list."""

    def __init__(self, text, *, name="学校"):
        found = listed(text, file=f"{name}.csv")
        self.filed = found.filed
        self.known = Known({name: found.filed})
        self._roll = Roll(found.content, value=found.filed.value)

    def roll(self, sha256):
        return self._roll if sha256 == self.filed.sha256 else None

    def form(self, *questions, **fields):
        """A form that draws from it."""
        tables = {re.sub(r"\.csv$", "", self.filed.file): self.filed.table().model_dump()}
        document = {"name": "f", "title": "題名", "tables": tables, "questions": list(questions), **fields}
        return Form.model_validate(document, context={ROLLS: self})
