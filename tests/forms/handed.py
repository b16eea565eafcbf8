"""A form with repeats within repeats, answers to it, and words of every sort that has broken a file somewhere."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from forms.export import Exported
from forms.form import Form

TOKYO = ZoneInfo("Asia/Tokyo")
AT = datetime(2026, 11, 24, 1, 5, tzinfo=UTC)
HOSTILE = (
    "=cmd|' /C calc'!A0",
    "+81",
    "@SUM(A1)",
    "-2+3",
    "0090",
    "12345678901234567",
    "𠮷野家",
    "髙橋",
    "葛\U000e0100城",
    "👨‍👩‍👧",
    "一\n二\r\n三",
    "a\0b\x07c",
    "\ud800半",
    "_x0041_",
    "神\ufa19",
    "〜−‖—¥",
    '"引用", と , カンマ',
    "<b>&amp;</b>",
    "あ" * 200,
    "",
)

FAMILY = Form.model_validate(
    {
        "name": "kazoku",
        "title": {"ja": "家族の状況", "en": "Family"},
        "questions": [
            {
                "id": "reason",
                "kind": "choice",
                "title": "理由",
                "options": [{"name": "birth", "label": "出生"}, {"name": "move", "label": "転入"}],
            },
            {"id": "note", "kind": "text", "required": False, "title": "連絡事項"},
            {"id": "moved", "kind": "date", "required": False, "title": "転入した日"},
            {"id": "needs", "kind": "choices", "required": False, "title": "必要なもの", "options": ["座席", "ベッド"]},
            {"id": "feel", "kind": "scale", "required": False, "title": "満足度", "lowest": "不満", "highest": "満足"},
            {
                "id": "child",
                "kind": "repeat",
                "title": "お子さん",
                "least": 0,
                "questions": [
                    {"id": "age", "kind": "integer", "title": "年齢"},
                    {
                        "id": "toy",
                        "kind": "repeat",
                        "title": "おもちゃ",
                        "least": 0,
                        "questions": [{"id": "toyname", "kind": "text", "title": "名前"}],
                    },
                ],
            },
            {"id": "agree", "kind": "yesno", "title": "よいですか"},
            {"id": "total", "kind": "calculated", "calculate": "1 + 1"},
        ],
    }
)

SMITHS = {"reason": "birth", "note": "=cmd", "moved": None, "needs": ["座席"], "feel": 4, "child.0.more": "yes",
          "age.1": 3, "toyname.1.1": "積木", "toyname.1.2": "汽車", "child.1.more": "yes", "age.2": 5,
          "child.2.more": "no", "agree": "yes", "total": "2"}  # fmt: skip
ALONE = {"reason": "move", "note": None, "moved": "2026-04-01", "needs": None, "feel": None, "child.0.more": "no",
         "agree": "no", "total": "2"}  # fmt: skip
LATE = {**SMITHS, "reason": "move", "note": "0090", "age.1": 11, "toyname.1.1": "球"}


def row(answers, number=1, **others):
    known = {"receipt": f"R-{number}", "who": "@sato:tsukuba.localhost", "municipality": "つくば市",
             "sent_at": AT + timedelta(minutes=number), "sending": number}  # fmt: skip
    return Exported(**{**known, **others}, answers=answers)


ROWS = [row(SMITHS, 1), row(ALONE, 2), row(LATE, 3)]
