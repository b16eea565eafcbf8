"""The one table of what a command's arguments may be: type → what it is called and how it is read from words."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, NewType

from bots.call import Call
from bots.filling.show import clean
from bots.once import first_moment
from forms.duty import read_hours
from forms.handover.files import ALSO, FORMATS
from forms.hours import read_time
from forms.mistake import Mistake
from forms.recurrence import read_offset, read_weekdays
from forms.text import Text
from forms.when import read_when

FormName = NewType("FormName", str)
ListName = NewType("ListName", str)
RoomName = NewType("RoomName", str)
CommandName = NewType("CommandName", str)
Pasted = NewType("Pasted", str)
PastedRows = NewType("PastedRows", str)
Words = NewType("Words", str)
Title = NewType("Title", str)
Department = NewType("Department", str)
Inviters = NewType("Inviters", str)
Weekdays = NewType("Weekdays", tuple[int, ...])
TimeOfDay = NewType("TimeOfDay", time)
When = NewType("When", datetime)
Deadline = NewType("Deadline", datetime)
Number = NewType("Number", int)
SplitBy = NewType("SplitBy", str)
Where = NewType("Where", str)
ExportOf = NewType("ExportOf", tuple[str, str])
BlankFile = NewType("BlankFile", str)
Confirmation = NewType("Confirmation", bool)
Version = NewType("Version", int)
Whom = NewType("Whom", str)
AnswerKind = NewType("AnswerKind", str)
GroupBy = NewType("GroupBy", str)
ResultFile = NewType("ResultFile", str)
GroupName = NewType("GroupName", str)
Theme = NewType("Theme", str)
Themes = NewType("Themes", tuple[str, ...])
Colleague = NewType("Colleague", str)
Colleagues = NewType("Colleagues", tuple[str, ...])
RoomChange = NewType("RoomChange", str)
Turn = NewType("Turn", str)
Locks = NewType("Locks", tuple[int, ...])
MemberName = NewType("MemberName", str)
FunctionName = NewType("FunctionName", str)
AccountName = NewType("AccountName", str)
DutyHours = NewType("DutyHours", tuple[int, int])
OnOff = NewType("OnOff", bool)
_SAY_FORMAT = Text(
    ja="フォーム名と形式（{formats}）を書いてください。例: !form export kyushoku xlsx",
    en="Give the form and the format ({formats}), e.g. !form export lunch xlsx",
)
RemindAt = NewType("RemindAt", tuple[datetime | timedelta, ...])


@dataclass(frozen=True, slots=True)
class Reader:
    """`read` takes the words that are left and gives the value and how many words it used."""

    label: Text
    read: Callable[[Sequence[str], Call], tuple[Any, int]]


def _one(read: Callable[[str, Call], Any]) -> Callable[[Sequence[str], Call], tuple[Any, int]]:
    return lambda words, call: (read(words[0], call), 1)


def _rest(words: Sequence[str], _call: Call) -> tuple[str, int]:
    return " ".join(words), len(words)


def _whole(read: Callable[[str, Call], Any]) -> Callable[[Sequence[str], Call], tuple[Any, int]]:
    """All the words up to the next keyword."""
    return lambda words, call: (read(" ".join(words), call), len(words))


def _when(words: str, call: Call) -> datetime:
    return read_when(words, call.at.astimezone(call.zone), call.zone)


def _deadline(words: str, call: Call) -> datetime:
    return read_when(words, call.at.astimezone(call.zone), call.zone, end_of_day=True)


def remind_at(words: str, call: Call) -> tuple[datetime | timedelta, ...]:
    """Moments, and spans before the deadline."""
    parts = [p for p in words.replace("、", ",").split(",") if p.strip()]
    return tuple(_offset_or_moment(p.strip(), call) for p in parts)


def _offset_or_moment(words: str, call: Call) -> datetime | timedelta:
    try:
        return read_offset(words)
    except Mistake:
        return _when(words, call)


def _number(word: str, _call: Call) -> int:
    digits = word.strip("番.。")
    if not (digits.isdecimal() and len(digits) < 7):
        raise Mistake(Text(ja="番号を数字で書いてください。例: 2", en="Please give the number, e.g. 2."))
    return int(digits)


EXPORTS = (*FORMATS, "xlsform")
"""Answers in any of the formats, or the form itself."""


def _export(words: Sequence[str], _call: Call) -> tuple[tuple[str, str], int]:
    """A form's name and a format, in either order; without a format a workbook."""
    named = [_bare(word) for word in words[:2]]
    asked = [ALSO.get(word.casefold(), word.casefold()) for word in named]
    if len(named) == 1 and asked[0] not in EXPORTS:
        return (named[0], "xlsx"), 1
    if len(named) == 2 and asked[1] in EXPORTS:
        return (named[0], asked[1]), 2
    if len(named) == 2 and asked[0] in EXPORTS:
        return (named[1], asked[0]), 2
    raise Mistake(_SAY_FORMAT.fill(formats=" ".join(EXPORTS)))


def _blank_file(word: str, _call: Call) -> str:
    if word.casefold() not in ("xlsx", "excel", "エクセル"):
        raise Mistake(
            Text(ja="様式は Excel（xlsx）だけです。例: !form template xlsx", en="It is Excel only: !form template xlsx")
        )
    return "xlsx"


def _member(words: Sequence[str], call: Call) -> tuple[str, int]:
    """A municipality's name may have spaces; a yes behind it is not of it."""
    used = len(words) - (len(words) > 1 and _confirmation(words[-1], call))
    return _bare(" ".join(words[:used])), used


def _confirmation(word: str, _call: Call) -> bool:
    return word.casefold() in ("yes", "はい", "y", "ok")


def _version(word: str, _call: Call) -> int:
    digits = unicodedata.normalize("NFKC", word).casefold().removeprefix("第").removesuffix("版").removeprefix("v")
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 6):
        raise Mistake(Text(ja="版を数字で書いてください。例: 1", en="Please give the version as a number, e.g. 1."))
    return int(digits)


def _one_of(table: Mapping[str, str], wrong: Text) -> Callable[[str, Call], str]:
    """A word of a few; what else is written is refused with what there is."""

    def read(word: str, _call: Call) -> str:
        found = table.get(unicodedata.normalize("NFKC", word).casefold().strip("「」"))
        if found is None:
            raise Mistake(wrong)
        return found

    return read


def _named(word: str, _call: Call) -> str:
    """A name of one line; nothing in it hides or turns other words around."""
    name = clean(_bare(word))
    if not 0 < len(name) <= 60 or not name.isprintable():
        raise Mistake(Text(ja="名前は60字以内で書いてください。", en="Please give a name of at most 60 letters."))
    return name


def _several(words: Sequence[str], call: Call) -> tuple[tuple[str, ...], int]:
    """All the words up to the next keyword; with commas or without."""
    parts = [part for word in words for part in re.split("[、,，]", word) if part]
    return tuple(dict.fromkeys(_named(part, call) for part in parts)), len(words)


def _first_of(**choices: str) -> Callable[[Sequence[str], Call], tuple[str, int]]:
    """The choice whose words hold the first word; the first choice, and no word used, where none does."""

    def read(words: Sequence[str], _call: Call) -> tuple[str, int]:
        for choice, also in choices.items():
            if words[0].casefold() in also.split():
                return choice, 1
        return next(iter(choices)), 0

    return read


_ANSWER_KIND = _one_of(
    {"totals": "totals", "集計": "totals", "one": "one", "代表": "one", "団体": "one"},
    Text(
        ja="「集計」（職員が答え、数だけが届く）か「代表」（団体で一つの回答）と書いてください。",
        en="Write “totals” (people answer, only counts travel) or “one” (one answer per municipality).",
    ),
)
_ON_OFF = _one_of(
    {"on": "on", "する": "on", "付ける": "on", "off": "", "しない": "", "付けない": ""},
    Text(ja="「付ける」か「付けない」と書いてください。", en="Please write “on” or “off”."),
)
_GROUP_BY = _one_of(
    {"prefecture": "prefecture", "都道府県": "prefecture", "県": "prefecture", "県別": "prefecture"}
    | {"kind": "kind", "種類": "kind", "種別": "kind", "size": "size", "規模": "size", "人数": "size"}
    | {"municipality": "municipality", "自治体": "municipality", "団体": "municipality"},
    Text(
        ja="「都道府県」「種類」「規模」「自治体」のどれかで分けられます。",
        en="Results can be split by prefecture, kind, size or municipality.",
    ),
)
_RESULT_FILE = _one_of(
    {"xlsx": "xlsx", "excel": "xlsx", "エクセル": "xlsx"},
    Text(ja="出力は xlsx です。例: !inquiry export 1 xlsx", en="The file is xlsx: !inquiry export 1 xlsx"),
)


def _locks(words: str, call: Call) -> tuple[int, ...]:
    parts = unicodedata.normalize("NFKC", words).replace("、", ",").replace(",", " ").split()
    return tuple(dict.fromkeys(_number(part, call) for part in parts[:200]))


def _bare(word: str) -> str:
    return word.strip("「」\"'『』")


READERS: Mapping[Any, Reader] = {
    FormName: Reader(Text(ja="フォーム名", en="form"), _one(lambda w, _: FormName(_bare(w)))),
    ListName: Reader(Text(ja="一覧の名前", en="list"), _one(lambda w, _: ListName(_bare(w)))),
    RoomName: Reader(Text(ja="部屋", en="room"), _rest),
    CommandName: Reader(Text(ja="コマンド", en="command"), _one(lambda w, _: CommandName(w.casefold()))),
    Pasted: Reader(
        Text(ja="フォームの内容", en="the form's text"), lambda words, call: (Pasted(call.rest), len(words))
    ),
    PastedRows: Reader(Text(ja="一覧の内容", en="the list's rows"), _rest),
    Title: Reader(Text(ja="題名", en="title"), _rest),
    Department: Reader(Text(ja="部署", en="department"), _rest),
    Inviters: Reader(Text(ja="自治体や人", en="members or people"), _rest),
    Words: Reader(Text(ja="内容", en="text"), _rest),
    Weekdays: Reader(Text(ja="曜日", en="weekdays"), _one(lambda w, _: read_weekdays(w))),
    TimeOfDay: Reader(Text(ja="時刻", en="time"), _whole(lambda w, _: read_time(w))),
    When: Reader(Text(ja="日時", en="when"), first_moment),
    Deadline: Reader(Text(ja="締切", en="when"), _whole(_deadline)),
    RemindAt: Reader(Text(ja="日時や「1日前」", en="when"), _whole(remind_at)),
    Number: Reader(Text(ja="番号", en="number"), _one(_number)),
    ExportOf: Reader(Text(ja=f"フォーム名 {'|'.join(EXPORTS)}", en=f"form {'|'.join(EXPORTS)}"), _export),
    SplitBy: Reader(Text(ja="設問か自治体", en="question or municipality"), _whole(lambda w, _: SplitBy(w))),
    Where: Reader(Text(ja="条件", en="condition"), _whole(lambda w, _: Where(w))),
    Version: Reader(Text(ja="版", en="version"), _one(_version)),
    Locks: Reader(Text(ja="質問の番号", en="questions"), _whole(_locks)),
    MemberName: Reader(Text(ja="自治体", en="municipality"), _member),
    BlankFile: Reader(Text(ja="xlsx", en="xlsx"), _one(_blank_file)),
    Whom: Reader(Text(ja="自治体かグループか部屋か全員", en="members, a group, a room or all"), _rest),
    AnswerKind: Reader(Text(ja="集計か代表", en="totals or one"), _one(_ANSWER_KIND)),
    GroupBy: Reader(
        Text(ja="都道府県か種類か規模か自治体", en="prefecture, kind, size or municipality"), _one(_GROUP_BY)
    ),
    ResultFile: Reader(Text(ja="xlsx", en="xlsx"), _one(_RESULT_FILE)),
    GroupName: Reader(Text(ja="グループ名", en="group"), _one(_named)),
    Theme: Reader(Text(ja="部屋の名前", en="room name"), _one(_named)),
    Themes: Reader(Text(ja="部屋の名前…", en="room names"), _several),
    Colleague: Reader(Text(ja="@相手", en="@person"), _one(_named)),
    Colleagues: Reader(Text(ja="@相手…", en="@people"), _several),
    RoomChange: Reader(
        Text(ja="add|remove|open|shut", en="add|remove|open|shut"),
        _first_of(show="show 表示", add="add 追加", remove="remove 削除", open="open 公開", shut="shut 非公開"),
    ),
    Turn: Reader(
        Text(ja="add|remove", en="add|remove"), _first_of(show="show 表示", add="add 追加", remove="remove 解任")
    ),
    FunctionName: Reader(Text(ja="窓口", en="function"), _one(_named)),
    AccountName: Reader(Text(ja="英字", en="letters"), _one(lambda w, _: AccountName(w.casefold()))),
    DutyHours: Reader(Text(ja="時間帯", en="hours"), _one(lambda w, _: read_hours(w))),
    OnOff: Reader(Text(ja="付ける|付けない", en="on|off"), _one(lambda w, call: bool(_ON_OFF(w, call)))),
    Confirmation: Reader(Text(ja="はい", en="yes"), _one(_confirmation)),
}
