"""The types of questions: as XLSForm writes them, as people write them in Japanese, and the kinds they become."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from forms.flaws import KINDS
from forms.xlsform.headings import normal

SELECTS = frozenset(("select_one", "select_multiple", "rank"))
SILENT = frozenset(
    (
        "start",
        "end",
        "today",
        "deviceid",
        "username",
        "email",
        "phonenumber",
        "simserial",
        "subscriberid",
        "audit",
        "start-geopoint",
        "background-audio",
        "background-geopoint",
        "osm",
        "xml-external",
        "csv-external",
    )
)
"""What ODK's app records by itself."""

_SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "text": ("string", "文字", "文字列", "テキスト", "記述", "自由記述", "自由回答", "短文", "長文", "文章"),
    "integer": ("int", "整数", "人数", "個数", "件数", "回数", "年齢"),
    "decimal": ("小数", "数値", "数", "数字", "実数"),
    "range": ("範囲", "スライダー"),
    "date": ("日付", "年月日", "月日", "日"),
    "time": ("時刻", "時間"),
    "datetime": ("date time", "日時", "日付と時刻"),
    "note": ("説明", "説明文", "注記", "案内", "お知らせ", "メモ", "文章のみ"),
    "calculate": ("計算", "計算値", "自動計算"),
    "hidden": ("非表示", "隠し", "隠し項目"),
    "yesno": ("yes/no", "はい・いいえ", "はい/いいえ", "はいいいえ", "有無", "二択"),
    "geopoint": ("location", "gps", "位置", "位置情報", "場所", "地点"),
    "geotrace": ("線", "経路"),
    "geoshape": ("範囲図形", "区域"),
    "image": ("photo", "写真", "画像"),
    "audio": ("音声", "録音"),
    "video": ("動画", "ビデオ"),
    "file": ("ファイル", "添付", "添付ファイル"),
    "barcode": ("バーコード", "qrコード"),
    "acknowledge": ("trigger", "同意", "確認", "了承"),
    "begin group": ("グループ開始", "グループ始まり", "グループはじめ", "グループ"),
    "end group": ("グループ終了", "グループ終わり", "グループおわり"),
    "begin repeat": ("looped group", "繰り返し開始", "繰返し開始", "くりかえし開始", "繰り返し", "繰返し"),
    "end repeat": ("end looped group", "繰り返し終了", "繰返し終了", "くりかえし終了", "繰り返し終わり"),
    "deviceid": ("imei", "device id"),
    "phonenumber": ("phone number",),
    "money": ("金額", "円"),
    "percentage": ("割合", "百分率", "パーセント"),
    "phone": ("電話", "電話番号"),
    "mail": ("メール", "メールアドレス", "電子メール"),
    "postal": ("郵便番号",),
    "address": ("住所",),
    "name": ("氏名", "お名前"),
    "kana": ("かな", "カナ", "ふりがな", "フリガナ", "読み仮名"),
    "month": ("年月", "月"),
    "fiscal": ("年度",),
    "url": ("リンク", "ホームページ"),
    "signature": ("署名", "サイン"),
}
_SELECT = re.compile(
    r"(?P<one>select[ _]one|select1|択一|単一選択|単数選択|1つ選択|一つ選択|ひとつ選択|選択|ラジオ(?:ボタン)?"
    r"|プルダウン)"
    r"|(?P<several>select[ _]multiple|select all that apply|複数選択|複数回答|多肢選択|チェック(?:ボックス)?)"
    r"|(?P<rank>rank|順位(?:付け)?|順番|並べ替え)"
)
_OTHER = re.compile(r"[ _]?(?:or[ _]other|or specify other|その他あり|\+?その他)\Z")
_CANDIDATES: Mapping[str, tuple[str, ...]] = {
    "text": ("text",),
    "barcode": ("text",),
    "integer": ("integer",),
    "decimal": ("number",),
    "range": ("number",),
    "date": ("date",),
    "time": ("time",),
    "datetime": ("datetime",),
    "note": ("note",),
    "calculate": ("calculated",),
    "hidden": ("hidden",),
    "yesno": ("yesno",),
    "acknowledge": ("yesno",),
    "geopoint": ("place", "location"),
    "image": ("photo", "image", "file"),
    "audio": ("audio", "file"),
    "video": ("file",),
    "file": ("file",),
    "select_one": ("choice",),
    "select_multiple": ("choices",),
    "rank": ("rank",),
    "begin group": ("group",),
    "begin repeat": ("repeat",),
    "money": ("money", "integer"),
    "percentage": ("percentage", "number"),
    "phone": ("phone", "text"),
    "mail": ("email", "text"),
    "postal": ("postal-code", "postal", "text"),
    "address": ("address", "text"),
    "name": ("name", "text"),
    "kana": ("kana", "text"),
    "month": ("month", "text"),
    "fiscal": ("fiscal-year", "text"),
    "url": ("url", "text"),
    "signature": ("signature", "text"),
}
_KIND: Mapping[str, str | None] = {
    type_: next((kind for kind in kinds if kind in KINDS), None) for type_, kinds in _CANDIDATES.items()
}
_NEAREST: Mapping[str, str] = {"time": "text", "datetime": "text", "geopoint": "text", "rank": "choices"}
"""What an answer may be written as meanwhile; a photo cannot be written."""


def _bare(words: str) -> str:
    return normal(words).replace("_", " ").replace("-", " ")


_TYPES = {_bare(word): type_ for type_, words in _SPELLINGS.items() for word in (type_, *words)} | {
    _bare(word): word for word in SILENT
}
KNOWN = (*_SPELLINGS, "select_one", "select_multiple", "rank", *sorted(SILENT))


@dataclass(frozen=True, slots=True)
class Type:
    """`list`: the name of the choices, or of the file that holds them."""

    name: str
    list: str = ""
    from_file: bool = False
    or_other: bool = False


def read_type(written: str) -> Type | None:
    """The type; None where there is none like it."""
    words = " ".join(written.replace("\u3000", " ").split())
    bare = _bare(words)
    if (name := _TYPES.get(_stripped(bare))) is not None:
        return Type(name)
    small = normal(words)
    match = _SELECT.match(small)
    return _select(words, small, match) if match else None


def _stripped(bare: str) -> str:
    """Without the words around a type that its first spellings had: “add text prompt”, “get start time”."""
    if bare.startswith("add ") and bare.endswith(" prompt"):
        bare = bare.removeprefix("add ").removesuffix(" prompt")
    bare = bare.removeprefix("q ").removeprefix("uri:")
    for before, after in (("get ", ""), ("begin lgroup", "begin repeat"), ("end lgroup", "end repeat")):
        bare = bare.replace(before, after) if bare.startswith(before) else bare
    return {"start time": "start", "end time": "end", "begin looped group": "begin repeat"}.get(bare, bare)


def _select(words: str, small: str, match: re.Match[str]) -> Type | None:
    kind = "select_one" if match["one"] else "select_multiple" if match["several"] else "rank"
    rest = words[match.end() :].strip() if len(words) == len(small) else small[match.end() :].strip()
    external = False
    for prefix in ("_from_file", "from file", "_external", "external"):
        if rest.casefold().startswith(prefix):
            external, rest = True, rest[len(prefix) :].strip()
    rest = rest[4:].strip() if rest.casefold().startswith("from") else rest
    other = _OTHER.search(normal(rest)) is not None
    if other:
        rest = rest[: len(rest) - len(_OTHER.search(rest.casefold())[0])] if _OTHER.search(rest.casefold()) else ""  # type: ignore[index]
    rest = rest.strip(" :：()（）「」")
    return None if " " in rest else Type(kind, rest, from_file=external, or_other=other)


def kind_for(type_: str) -> tuple[str | None, bool]:
    """(kind, whether it is what the type means). None where there is nothing to stand for it."""
    if kind := _KIND.get(type_):
        return kind, kind == _CANDIDATES[type_][0] or kind not in ("text", "integer", "number", "file")
    return _NEAREST.get(type_), False
