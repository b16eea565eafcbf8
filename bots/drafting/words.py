"""The words that steer the writing of a form, and how they are told from the wording of a question."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from bots.filling.words import unquoted
from forms.writing.kinds import kind_alone, kind_named

LONGEST = 16 * 1024
_HALF = {0xFF01 + n: 0x21 + n for n in range(94)} | {0x3000: 0x20}  # one to one: places stay the same


class Word(Enum):
    ADD = auto()
    CHANGE = auto()
    KIND = auto()
    OPTIONS = auto()
    ROWS = auto()
    MOVE = auto()
    REMOVE = auto()
    COPY = auto()
    REQUIRED = auto()
    OPTIONAL = auto()
    HINT = auto()
    WHEN = auto()
    TRANSLATE = auto()
    TITLE = auto()
    ABOUT = auto()
    LIST = auto()
    PREVIEW = auto()
    UNDO = auto()
    REDO = auto()
    CHECK = auto()
    PUBLISH = auto()
    END = auto()
    HELP = auto()
    JAPANESE = auto()
    ENGLISH = auto()


ON_A_QUESTION = frozenset({
    Word.CHANGE, Word.KIND, Word.OPTIONS, Word.ROWS, Word.MOVE, Word.REMOVE, Word.COPY, Word.REQUIRED, Word.OPTIONAL,
    Word.HINT, Word.WHEN, Word.TRANSLATE,
})  # fmt: skip
"""Without a number they mean the question that was touched last."""


@dataclass(frozen=True, slots=True)
class Order:
    """`number` and `other` are places of questions (or how many steps); `text` what follows, `below` further lines."""

    word: Word
    number: int | None = None
    other: int | None = None
    text: str = ""
    below: str = ""


_N = r"(?:質問|設問|問|questions?\s*|q|no\.?\s*|#)?\s*(?P<n>[0-9]{1,3})(?![0-9])\s*(?:番目?|問目)?"
_M = r"(?:質問|設問|問|questions?\s*|q|no\.?\s*|#)?\s*(?P<m>[0-9]{1,3})(?![0-9])\s*(?:番目?|問目)?"
_TO = r"(?:\s*を|(?<!\s)(?:は(?!い)|に))?\s*[:、,]?\s*"  # ヒント 3 はじめに: the は belongs to the hint
_DO = r"(?:する|して|します)?(?:ください)?"
_NOT_A_SUBJECT = (
    r"(?!\s*(?:が|に|で|の|is\b|isn|[<>=!]|includes))"  # 条件 2がはいのとき: the 2 belongs to the condition
)
_TIMES = r"\s*(?:回|つ|手|steps?)?"
_SHAPES: tuple[tuple[Word, str], ...] = (
    (Word.MOVE, rf"(?:移動|move)\s*{_N}\s*(?:を|to|→|->|,|、|\s)\s*{_M}\s*(?:へ|に)?"),
    (Word.MOVE, rf"{_N}\s*を?\s*(?:→\s*)?{_M}\s*(?:へ|に|の前へ|の前に)\s*(?:移動|移す|移して|動かす){_DO}"),
    (Word.REMOVE, rf"(?:削除|消す|remove|delete)\s*{_N}"),
    (Word.REMOVE, rf"{_N}\s*を?\s*(?:削除|消す|消して){_DO}"),
    (Word.COPY, rf"(?:複製|コピー|copy|duplicate)\s*{_N}"),
    (Word.COPY, rf"{_N}\s*を?\s*(?:複製|コピー){_DO}"),
    (Word.REQUIRED, rf"(?:必須|required)(?:\s*{_N})?"),
    (Word.REQUIRED, rf"{_N}\s*(?:を|は)?\s*(?:必須)(?:に{_DO}|です)?"),
    (Word.OPTIONAL, rf"(?:任意|optional)(?:\s*{_N})?"),
    (Word.OPTIONAL, rf"{_N}\s*(?:を|は)?\s*(?:任意)(?:に{_DO}|です)?"),
    (Word.HINT, rf"(?:ヒント|hint)\s*{_N}{_TO}(?P<text>.*)"),
    (Word.HINT, r"(?:ヒント|hint)(?:\s*:\s*|\s+)(?P<text>\D.*)"),
    (Word.WHEN, rf"(?:条件|condition)\s*{_N}{_NOT_A_SUBJECT}\s*[:、,]?\s*は?\s*(?P<text>.*)"),
    (Word.WHEN, r"(?:条件|condition)(?:\s*[:、]\s*|\s+)(?P<text>.+)"),
    (Word.WHEN, rf"{_N}\s*(?:は[、,:]?|:|、|,)\s*(?P<text>.*(?:質問|問|q)?\s*[0-9].*(?:とき|場合)(?:だけ|のみ)?。?)"),
    (Word.WHEN, rf"(?:ask\s*)?{_N}\s*(?P<text>only (?:if|when)\b.+)"),
    (Word.WHEN, r"(?P<text>only (?:if|when)\b.+)"),
    (Word.WHEN, r"(?P<text>(?:質問|問)\s*[0-9]{1,3}\s*(?:が|に|で|の).*(?:とき|場合)(?:だけ|のみ)。?)"),
    (Word.KIND, rf"(?:種類|kind|type)\s*{_N}{_TO}(?P<text>.*)"),
    (Word.OPTIONS, rf"(?:選択肢|options|列|columns)\s*{_N}{_TO}(?P<text>.*)"),
    (Word.OPTIONS, r"(?:選択肢|options)(?:\s*:\s*|\s+|$)(?P<text>.*)"),
    (Word.OPTIONS, r"(?:列|columns)(?:\s*:\s*|$)(?P<text>.*)"),
    (Word.ROWS, rf"(?:行|rows)\s*{_N}{_TO}(?P<text>.*)"),
    (Word.ROWS, r"(?:行|rows)(?:\s*:\s*|$)(?P<text>.*)"),
    (Word.TRANSLATE, rf"(?:翻訳|英語|translate|english)\s*{_N}{_TO}(?P<text>.*)"),
    (Word.TRANSLATE, r"(?:翻訳|translate)(?:\s*:\s*|\s+|$)(?P<text>.*)"),
    (Word.CHANGE, rf"(?:変更|修正|change|edit)\s*{_N}\s*[:、,]?\s*(?:を|to\b)?\s*(?P<text>.*)"),
    (Word.CHANGE, rf"{_N}\s*を\s*(?P<text>.+?)\s*に\s*(?:変更|修正|直して|直す){_DO}"),
    (Word.CHANGE, rf"{_N}\s*を?\s*(?:変更|修正|直す){_DO}"),
    (Word.TITLE, r"(?:題名|タイトル|title)(?:\s*:\s*|\s+)(?P<text>.+)"),
    (Word.ABOUT, r"(?:案内文|about)(?:\s*:\s*|\s+)(?P<text>.+)"),
    (Word.ADD, r"(?:追加|add)(?:\s*:\s*|\s+)(?P<text>.+)"),
    (Word.UNDO, rf"(?:元に戻す|もとに戻す|元に戻して|取り消す|取消|undo)(?:\s*(?P<n>[0-9]{{1,3}}){_TIMES})?"),
    (Word.UNDO, r"(?P<n>[0-9]{1,3})\s*(?:回|つ|手)\s*(?:元に戻す|もとに戻す|戻す|戻して)"),
    (Word.REDO, r"(?:やり直す|やりなおす|redo)(?:\s*(?P<n>[0-9]{1,3})\s*(?:回|つ|手|steps?)?)?"),
    (Word.PUBLISH, r"(?:公開|配布|publish)(?:する|します)?(?:(?:\s*:\s*|\s+)(?P<text>.+))?"),
)  # fmt: skip
_COMPILED = tuple((word, re.compile(shape, re.IGNORECASE)) for word, shape in _SHAPES)
SPELLINGS: dict[Word, tuple[str, ...]] = {
    Word.LIST: ("一覧", "全体", "list"),
    Word.PREVIEW: ("プレビュー", "試す", "preview", "try"),
    Word.CHECK: ("確認", "チェック", "check"),
    Word.END: ("終わる", "終わり", "終了", "中断", "保存", "end", "stop", "pause", "save", "quit"),
    Word.HELP: ("ヘルプ", "使い方", "help", "?"),
    Word.JAPANESE: ("日本語", "japanese"),
    Word.ENGLISH: ("english", "英語"),
}
_BY_SPELLING = {spelling: word for word, spellings in SPELLINGS.items() for spelling in spellings}
_KIND = re.compile(rf"{_N}\s*(?:を|は)\s*(?P<text>[^\s、。]{{1,20}}?)(?:に{_DO}|です|で|型)?", re.IGNORECASE)
DRAFT = frozenset({"下書き", "下書きに戻る", "draft"})
NONE = frozenset({"なし", "無し", "ない", "いつも", "消す", "none", "always", "remove", "no condition"})


def plain(said: str) -> str:
    """The form in which words are compared."""
    return " ".join(said[:256].translate(_HALF).casefold().split()).rstrip("。.")


def order(said: str) -> Order | None:
    """The steering word that `said` is; None for the wording of a question."""
    first, _, below = said[:LONGEST].strip().partition("\n")
    first, below = first.strip(), below.strip()
    if not first or unquoted(said) is not None:
        return None
    if not below and (word := _BY_SPELLING.get(plain(first))):
        return Order(word)
    half = first.translate(_HALF)
    for word, shape in _COMPILED:
        match = shape.fullmatch(half)
        if match is not None:
            return _order(word, match, first, below)
    return _kind(half, below)


def _order(word: Word, match: re.Match[str], first: str, below: str) -> Order:
    groups = match.groupdict()
    text = first[match.start("text") : match.end("text")].strip() if groups.get("text") else ""
    number, other = (int(groups[name]) if groups.get(name) else None for name in ("n", "m"))
    return Order(word, number, other, unquoted(text) or text, below)


def _kind(half: str, below: str) -> Order | None:
    """A kind alone corrects the last guess; 「3を日付に」 that of question 3."""
    if kind_alone(half):
        return Order(Word.KIND, text=half, below=below)
    match = _KIND.fullmatch(half)
    if match is not None and kind_named(match["text"]):
        return Order(Word.KIND, int(match["n"]), text=match["text"], below=below)
    return None
