"""Yes and no, and the polite words that mean either."""

import re

from forms.mistake import Mistake
from forms.reading.words import folded, plain, quote, unread
from forms.text import Text

_SAID_YES = (
    "はい ハイ うん ええ イエス yes y yeah yep ok okay オーケー true 1 一 1番 ○ ◯ 〇 ⭕ ✓ ✔ ☑ 👍 そう そうだ "
    "そのとおり その通り もちろん よい 良い もちろんはい はいお願いします はいそう 同意 賛成 参加 出席 "
    "あります ある あり 有 有り ございます います いる します する できます できる 必要 希望 可 可能"
)
_SAID_NO = (
    "いいえ いえ いや ううん ノー no n nope false 2 二 2番 × ✕ ✖ ❌ ✗ ✘ x 👎 ちがう 違う 違います ちがいます "
    "だめ ダメ 駄目 不可 同意なし 不同意 不参加 欠席 欠席します 反対 反対します いやだ ありません ない なし 無 "
    "無し ございません いません いない しません しない できません できない 不要"
)
_MAY_BE_EITHER = "けっこう 結構 いい いいよ 大丈夫 だいじょうぶ 遠慮 まあ fine"
_YES, _NO = frozenset(_SAID_YES.split()), frozenset(_SAID_NO.split())
_EITHER = frozenset(_MAY_BE_EITHER.split())
_VERB = re.compile(
    r"(?:同意|承諾|承知|了承|了解|希望|参加|出席|賛成|確認|申請|申し込み|利用|該当)"
    r"(?:(?P<yes>|する|します|しました|いたします|できます|できる)|(?P<no>しない|しません|できない|できません|いたしません|は?しません))"
)
_HOW = Text(ja="「はい」か「いいえ」で答えてください。", en="Please answer yes or no.")
_POLITE = Text(
    ja="「{said}」は、はい・いいえのどちらにもとれます。「はい」か「いいえ」で答えてください。",
    en="“{said}” may mean yes or no. Please answer yes or no.",
)


def read_yes(said: str) -> bool:
    """Whether the person said yes. Raises Mistake where it is neither, or may be either."""
    words = folded(plain(said).replace("\ufe0f", "").replace("\u20e3", "")).strip("、,.!。")
    if words in _YES or words in _NO:
        return words in _YES
    if match := _VERB.fullmatch(words.removeprefix("はい").removeprefix("いいえ").strip("、,")):
        return _agreeing(words, said, yes=match["yes"] is not None)
    if words.removesuffix("です") in _EITHER:
        raise Mistake(_POLITE.fill(said=quote(said)))
    raise unread(said, _HOW)


def _agreeing(words: str, said: str, *, yes: bool) -> bool:
    """はい、同意できません says both."""
    if words.startswith("いいえ" if yes else "はい"):
        raise Mistake(_POLITE.fill(said=quote(said)))
    return yes
