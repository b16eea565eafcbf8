"""What the sheets and columns of a form are called: in XLSForm, in its older spellings, and in Japanese."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from forms.text import Text

SHEETS: Mapping[str, tuple[str, ...]] = {
    "survey": ("設問", "質問", "質問一覧", "設問一覧", "調査票", "フォーム"),
    "choices": ("select_choices", "選択肢", "選択肢一覧", "リスト"),
    "settings": ("設定", "基本設定"),
}
HELP_SHEETS = frozenset(("使い方", "種類の一覧", "見本", "help", "license"))
"""For people only: not even mentioned as unread."""

_SURVEY: Mapping[str, tuple[str, ...]] = {
    "type": ("command", "種類", "型", "タイプ", "質問の種類", "設問の種類", "回答形式", "形式"),
    "name": ("tag", "value", "項目名", "名前", "変数名", "項目", "id", "識別名", "項目id"),
    "label": ("caption", "質問文", "質問", "設問", "設問文", "ラベル", "見出し", "表示名", "文言", "質問内容"),
    "hint": ("ヒント", "補足", "説明", "入力例", "補足説明", "注意書き"),
    "guidance_hint": ("ガイダンス",),
    "required": ("bind:required", "必須", "必須項目", "回答必須", "必須か"),
    "required_message": ("requiredmsg", "bind:jr:requiredmsg", "必須メッセージ", "未入力時のメッセージ"),
    "relevant": ("bind:relevant", "relevance", "skip_logic", "表示条件", "条件", "表示する条件"),
    "constraint": ("bind:constraint", "制約", "制約条件", "入力条件", "入力規則", "入力チェック"),
    "constraint_message": (
        "constraining_message",
        "bind:jr:constraintmsg",
        "jr:constraintmsg",
        "制約メッセージ",
        "エラーメッセージ",
        "エラー文",
    ),
    "calculation": ("calculate", "bind:calculate", "計算", "計算式"),
    "default": ("既定値", "初期値", "デフォルト", "規定値"),
    "choice_filter": ("選択肢の絞り込み", "絞り込み", "選択肢フィルタ", "選択肢の条件"),
    "repeat_count": ("count", "jr:count", "繰り返し回数", "繰返し回数", "回数"),
    "options": ("選択肢", "選択項目"),
    "appearance": ("control:appearance", "body:appearance", "表示形式", "外観", "体裁"),
    "parameters": ("パラメータ", "パラメーター", "詳細設定"),
    "read_only": ("readonly", "bind:readonly", "読み取り専用", "読取専用"),
    "note": ("notes", "comment", "備考", "メモ", "コメント"),
}
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "list_name": ("list name", "リスト名", "一覧名", "選択肢リスト名", "リスト", "選択肢リスト"),
    "name": ("value", "値", "選択肢名", "名前", "項目名", "コード", "選択肢の値"),
    "label": ("caption", "ラベル", "選択肢", "表示", "表示名", "表示文", "文言", "選択肢の表示"),
}
_SETTINGS: Mapping[str, tuple[str, ...]] = {
    "form_title": ("title", "set_form_title", "タイトル", "フォームの題名", "題名", "表題", "件名"),
    "form_id": ("id_string", "set_form_id", "フォーム名", "フォームid", "フォームの名前"),
    "default_language": ("既定の言語", "言語"),
    "version": ("版", "バージョン"),
    "allow_choice_duplicates": (),
    "x_about": ("説明", "はじめに", "フォームの説明"),
    "x_privacy": ("回答の扱い", "記名"),
    "x_closes": ("締切", "回答の締切", "締め切り"),
    "x_remind": ("催促", "お知らせ"),
    "x_rooms": ("配布先", "部屋"),
    "x_results": ("結果の公開",),
    "x_urgent": ("緊急",),
}
MEDIA = ("image", "big-image", "audio", "video")
TRANSLATED = frozenset(
    ("label", "hint", "guidance_hint", "required_message", "constraint_message", "x_about", "x_another", *MEDIA)
)

_JA = frozenset(("ja", "jp", "jpn", "japanese", "日本語", "和文", "和", "日"))
_EN = frozenset(("en", "eng", "english", "英語", "英文", "英"))
_CODE = re.compile(r"\(([a-z]{2,3})(?:-[a-z]+)?\)\s*\Z")


@dataclass(frozen=True, slots=True)
class Heading:
    """`language`: ja, en, another one by its name, or "" where the column names none. `written` as people wrote it."""

    name: str
    language: str
    written: str


def normal(words: str) -> str:
    """Half-width, small, single-spaced; the spelling in which headings and types are compared."""
    return " ".join(unicodedata.normalize("NFKC", words[:200]).casefold().split())


def _table(names: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {_key(word): name for name, words in names.items() for word in (name, *words)}


def _key(words: str) -> str:
    return normal(words).replace(" ", "").replace("_", "").replace("-", "").replace("::", ":")


_TABLES = {"survey": _table(_SURVEY), "choices": _table(_CHOICES), "settings": _table(_SETTINGS)}
_SHEETS = _table(SHEETS)


def sheet_named(name: str) -> str | None:
    """survey, choices or settings, where a sheet is called so."""
    return _SHEETS.get(_key(name))


def names_a_sheet(words: str) -> bool:
    return sheet_named(words) is not None


def names_a_type(words: str) -> bool:
    """Whether this is the heading of the column of types."""
    return _TABLES["survey"].get(_key(words)) == "type"


def known(sheet: str) -> tuple[str, ...]:
    """The XLSForm names of a sheet's columns."""
    return tuple({"survey": _SURVEY, "choices": _CHOICES, "settings": _SETTINGS}[sheet])


def heading(sheet: str, written: str) -> Heading:
    """What a column is. An unknown one keeps its own name: it may be for choice filters."""
    table = _TABLES[sheet]
    words = written.strip()
    if (name := table.get(_key(words))) is not None:
        return Heading(name, "", words)
    base, language = _parted(words, table)
    name = table.get(_key(base), "")
    if not name:
        bare = normal(base).removeprefix("media:").strip(":")
        name = bare if bare in MEDIA or bare.startswith("x_") else ""
    if name and (not language or name in TRANSLATED):
        return Heading(name, language_of(language), words)
    return Heading(words, "", words)


def _parted(words: str, table: Mapping[str, str]) -> tuple[str, str]:
    """label::English (en) → (label, English (en)); 質問文（英語） → (質問文, 英語)."""
    words = words.removeprefix("media::").removeprefix("bind::") if words.startswith(("media::", "bind::")) else words
    base, colons, language = words.partition("::")
    if colons:
        return base, language.strip()
    base, colon, language = words.partition(":")
    if colon and (_key(base) in table or base.strip() in MEDIA):
        return base, language.strip()
    match = re.fullmatch(r"(.+?)\s*[(（［\[](.+)[)）］\]]", words)
    return (match[1], match[2]) if match and language_of(match[2]) in ("ja", "en") else (words, "")


def language_of(written: str) -> str:
    """ja, en, or the name of another language as it is written."""
    words = normal(written)
    match = _CODE.search(words)
    for known_, code in ((_JA, "ja"), (_EN, "en")):
        if words in known_ or (match and match[1] in known_):
            return code
    return written.strip()


SHEET_TITLES: Mapping[str, Text] = {
    "survey": Text(ja="survey（質問）", en="survey"),
    "choices": Text(ja="choices（選択肢）", en="choices"),
    "settings": Text(ja="settings（設定）", en="settings"),
}
