"""Numbers as people write them: full-width, with commas, in kanji, with 万 and 円; never rounded, never guessed."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from forms.mistake import Asked, Mistake
from forms.reading.numerals import DIGITS, LARGEST, SMALL, is_cut_short, numeral
from forms.reading.words import LONGEST_ANSWER, plain, quote, unread
from forms.text import Text

_DIGITS_OF_ALL = "".join(DIGITS)
_BEFORE = re.compile(r"(?:約|およそ|おおよそ|だいたい|大体|おおむね|概ね|凡そ|ざっと|ほぼ|about\s|approx\.?\s)\s*")
_EXPECTED = re.compile(r"(?<=[人名件個円回日歳台本枚])の?予定\Z")
_AFTER = re.compile(r"(?:くらい|ぐらい|程度|ほど|程|前後|(?<=[人名件個円回日歳才年台本枚分%])位)\Z")
_TOTAL = re.compile(r"(?:合計|総計|総数|全部で|全員で|延べ|のべ|満|計|第)\s*(?=[0-9〇-龥])")
_SIGN = re.compile(
    r"(?P<minus>[-△▲\u2010-\u2015\u2212ー]|マイナス|氷点下|零下)?(?:\+|プラス)?\s*[¥\\]?\s*(?=[0-9."
    + _DIGITS_OF_ALL
    + "".join(SMALL)
    + "])"
)
_UNITS = (
    "円 ¥ yen 人 名 名様 様 人様 人分 名分 people persons 個 個分 件 回 回分 歳 才 years 日 日間 日分 days "
    "世帯 戸 軒 台 台分 点 本 枚 冊 匹 頭 羽 棟 室 部屋 部 通 階 箇所 か所 カ所 ヶ所 ヵ所 ケ所 か月 カ月 ヶ月 "
    "ヵ月 ケ月 箇月 か月間 ヶ月間 カ月間 ヵ月間 箇月間 週間 週 年 年間 年生 時間 hours 分 分間 minutes 秒 "
    "秒間 泊 食 食分 席 組 社 校 園 つ 度 °c °C % パーセント kg kw kwh km cm mm m m2 m3 平米 平方メートル "
    "立方メートル 坪 g mg t ha a l ml dl cc トン キロ キログラム グラム メートル センチ センチメートル ミリ "
    "キロメートル リットル リッター アール ヘクタール gb mb kb tb 箱 袋 缶 パック ケース セット 皿 杯 着 足 "
    "口 票 議席 区画 便 両 隻 機 基 床 巻 束 粒 ページ 頁 字 文字 行 列 コマ 単位 ポイント 倍 班 チーム "
    "グループ クラス 学級 教室 施設 団体 事業所 店 店舗 か国 ヶ国 カ国 言語 種類 項目 問 曲 枠 番 号 膳 対 "
    "切れ 玉 株 筆 路線 自治体 市町村"
)
_UNIT = re.compile(
    r"\s*(?:" + "|".join(sorted(map(re.escape, _UNITS.split()), key=len, reverse=True)) + r")\Z", re.IGNORECASE
)
_WORDS = {
    "ひとつ": 1,
    "ふたつ": 2,
    "みっつ": 3,
    "よっつ": 4,
    "いつつ": 5,
    "むっつ": 6,
    "ななつ": 7,
    "やっつ": 8,
    "ここのつ": 9,
}
_WORDS |= {
    "ひとり": 1,
    "ふたり": 2,
    "お一人": 1,
    "お二人": 2,
    "おひとり": 1,
    "おふたり": 2,
    "お一人様": 1,
    "お二人様": 2,
}
_WORDS |= {"ゼロ": 0, "ぜろ": 0, "ゼロ人": 0}
_EXAMPLE = Text(ja="数字だけを入力してください（例: 3）。", en="Please type a number only, such as 3.")
_COMMA = Text(
    ja="カンマは3桁ごとにだけ使えます（例: 1,500）。一つの数だけを入力してください。",
    en="A comma may only stand before three digits, as in 1,500. Please type one number.",
)
_TOO_LARGE = Text(
    ja="数が大きすぎます。桁を確かめてください。", en="That number is too large. Please check its digits."
)
_ROUGHLY = Text(ja="「約」「くらい」などは除いて、そのままの数として読みました。", en="Taken as an exact number.")
_CUT = Text(
    ja="「{said}」は二通りに読めます。「25,000」や「20,005」のように数字で入力してください。",
    en="“{said}” may be two numbers. Please type it in digits, such as 25,000.",
)


__all__ = ["LARGEST", "ReadNumber", "number_in", "read_number", "show_number", "small_number"]


@dataclass(frozen=True, slots=True)
class ReadNumber:
    """An exact number, and what was overlooked in reading it."""

    value: Decimal
    note: Text | None = None


def read_number(said: str) -> ReadNumber:
    """One number of at most ±LARGEST; units and counters are dropped.

    Raises Asked where there is none, several or an unclear one, Mistake where it is too large.
    """
    found = number_in("" if _is_row_of_marks(said) else plain(said), said=said)
    if found is None:
        raise _unread(said)
    return found


def number_in(words: str, *, said: str, unit: re.Pattern[str] = _UNIT) -> ReadNumber | None:
    """One number in `words` (as `plain` leaves them), with or without a unit; None where there is none."""
    words = _EXPECTED.sub("", words)
    exact = _AFTER.sub("", _BEFORE.sub("", words, count=1)).strip()
    note = _ROUGHLY if exact != words else None
    exact = _TOTAL.sub("", exact, count=1)
    if exact in _WORDS:
        return ReadNumber(Decimal(_WORDS[exact]), note)
    sign = _SIGN.match(exact)
    if sign is None:
        return None
    body = exact[sign.end() :]
    value = next((v for v in map(numeral, _without_unit(body, unit)) if v is not None), None)
    if value is None:
        return None
    if is_cut_short(body) or (any(map(str.isdecimal, body)) and any(map(is_cut_short, _without_unit(body, unit)))):
        raise Asked(_CUT.fill(said=quote(said)))
    if value > LARGEST:
        raise Mistake(_TOO_LARGE)
    return ReadNumber(-value if sign["minus"] and value else value, note)


def _is_row_of_marks(said: str) -> bool:
    """①② is not 12, and 3² is not 32; ③ alone is 3."""
    marks = sum(unicodedata.category(c) == "No" for c in said[:LONGEST_ANSWER].replace("m²", ""))
    return marks > 0 and len(said.strip()) > 1


def small_number(words: str) -> int | None:
    """12, 十二 or 一二; None where it is no whole number."""
    value = numeral(unicodedata.normalize("NFKC", words))
    return int(value) if value is not None and value == int(value) else None


def show_number(value: float) -> str:
    """1500 → 1,500; 0.5 → 0.5; never in scientific notation."""
    return f"{value:,}" if isinstance(value, int) else f"{Decimal(repr(value)):,f}"


def _unread(said: str) -> Asked:
    return unread(said, _COMMA if any(c in quote(said) for c in ",，、") else _EXAMPLE)


def _without_unit(body: str, unit: re.Pattern[str]) -> tuple[str, ...]:
    """十分 may be ten minutes, 3千 is no unit: first without what looks like a unit, then as it stands."""
    match = unit.search(body[-10:])
    if match is None:
        return (body,)
    return (body[: len(body) - len(match[0])].rstrip(), body)
