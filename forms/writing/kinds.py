"""What the kinds are called: the words that name one when a form is written by talking."""

import re
import unicodedata
from collections.abc import Mapping
from typing import get_args

from forms.questions import Question
from forms.text import Text

KINDS: Mapping[str, type] = {get_args(kind.model_fields["kind"].annotation)[0]: kind for kind in get_args(Question)}
"""Every kind that is asked, by its word in documents."""
WRITTEN = frozenset({*KINDS, "matrix"})
"""The kinds that can be made by talking: those that are asked, and a table of them."""

TITLES = {
    "choice": Text(ja="択一", en="one choice"),
    "choices": Text(ja="複数選択", en="several choices"),
    "yesno": Text(ja="はい・いいえ", en="yes or no"),
    "lookup": Text(ja="検索して選択", en="search and choose"),
    "rank": Text(ja="順位付け", en="ranking"),
    "scale": Text(ja="段階評価", en="scale"),
    "matrix": Text(ja="表形式", en="table"),
    "consent": Text(ja="同意", en="consent"),
    "integer": Text(ja="整数", en="whole number"),
    "number": Text(ja="数値", en="decimal number"),
    "money": Text(ja="金額", en="money"),
    "percentage": Text(ja="割合", en="percentage"),
    "date": Text(ja="日付", en="date"),
    "time": Text(ja="時刻", en="time"),
    "datetime": Text(ja="日時", en="date and time"),
    "month": Text(ja="年月", en="month"),
    "fiscal-year": Text(ja="年度", en="fiscal year"),
    "period": Text(ja="期間", en="period"),
    "text": Text(ja="文字", en="text"),
    "name": Text(ja="氏名", en="name"),
    "kana": Text(ja="ふりがな", en="kana"),
    "phone": Text(ja="電話番号", en="phone number"),
    "email": Text(ja="メールアドレス", en="e-mail address"),
    "postal": Text(ja="郵便番号", en="postal code"),
    "address": Text(ja="住所", en="address"),
    "place": Text(ja="場所", en="place"),
    "url": Text(ja="URL", en="web address"),
    "photo": Text(ja="写真", en="photo"),
    "file": Text(ja="ファイル", en="file"),
    "audio": Text(ja="音声", en="recording"),
    "signature": Text(ja="署名", en="signature"),
}
_SPELLINGS = {
    "choice": "択一 一つ選ぶ 単一選択 選択 選択式 choice choose single",
    "choices": "複数選択 複数 複数回答 いくつでも choices several multiple",
    "lookup": "検索 検索して選ぶ 絞り込み lookup search",
    "rank": "順位 順位づけ 順番 順番付け 並べ替え ランキング rank order",
    "scale": "段階 段階評価 評価 尺度 スケール rating likert",
    "matrix": "表 一覧表 表組み 行列 マトリクス マトリックス matrix grid",
    "consent": "同意書 同意確認 同意する agreement agree",
    "fiscal-year": "会計年度 fiscal-year fy",
    "period": "期間 いつからいつまで from-to span",
    "place": "位置 位置情報 地図 地点 location map",
    "audio": "録音 音声 ボイスメモ audio voice",
    "signature": "サイン 自署 sign",
    "yesno": "はい・いいえ はいいいえ はいかいいえ 有無 yesno yes/no yes-no",
    "integer": "整数 人数 数 個数 integer number count",
    "number": "小数 数値 実数 decimal",
    "money": "金額 円 money yen amount",
    "percentage": "割合 パーセント 率 percentage percent",
    "date": "日付 日 月日 年月日 date day",
    "time": "時刻 時間 time",
    "datetime": "日時 日付と時刻 datetime",
    "month": "年月 月 month",
    "text": "文字 文章 自由記述 自由 記述 テキスト text words free",
    "name": "氏名 名前 name",
    "kana": "ふりがな フリガナ カナ kana",
    "phone": "電話 電話番号 phone telephone",
    "email": "メール メールアドレス email e-mail",
    "postal": "郵便番号 postal zip",
    "address": "住所 address",
    "url": "url リンク",
    "photo": "写真 画像 photo picture",
    "file": "ファイル 添付 file",
}
SPELLINGS: Mapping[str, frozenset[str]] = {
    kind: frozenset({*_SPELLINGS[kind].split(), title.ja.casefold(), "".join(title.en.casefold().split())})
    for kind, title in TITLES.items()
}
"""The words for each kind, as people are told them and as they say them; without spaces."""
_BY_WORD = {word: kind for kind, words in SPELLINGS.items() for word in words}
_STEPS = re.compile(r"[0-9]{1,2}(?:段階(?:評価)?|[-‐]?pointscale)")
_BARE = frozenset(
    {"choice", "choices", "yesno", "integer", "number", "date", "time", "datetime", "text", "rank", "scale", "matrix"}
)
_RATHER_TITLES = frozenset(
    ["人数", "数", "個数", "日", "月日", "年月日", "時間", "count", "day", "time", "words", "選択",
     "順位", "順番", "評価", "段階", "order", "rating", "表", "一覧表", "行列", "table"]
)  # fmt: skip
CHOOSING = frozenset({"choice", "choices", "lookup", "rank"})
"""The kinds that need options."""


def kind_named(said: str) -> str | None:
    """The kind that `said` names, as a whole."""
    if len(said) > 40:
        return None
    words = unicodedata.normalize("NFKC", said).casefold().strip(" 。.!").removesuffix("です").removesuffix("型")
    bare = "".join(words.split())
    return "scale" if _STEPS.fullmatch(bare) else _BY_WORD.get(bare)


def kind_alone(said: str) -> str | None:
    """The kind that `said` names where it is no question's title by itself: 氏名, 金額 and 人数 rather are."""
    kind = kind_named(said)
    return kind if kind in _BARE and said.strip() not in _RATHER_TITLES else None


def kind_title(kind: str) -> Text:
    """What people call it."""
    return TITLES[kind]
