"""Yes and no, and the polite words that mean either."""

import re

from forms.mistake import Asked
from forms.reading.words import folded, plain, quote, unread
from forms.text import Text

_SAID_YES = (
    "おります やります ぜひ ぜひおねがいします ぜひお願いします はいはい はい はーい はあい うん ええ いえす "
    "yes y yeah yep ok okay おーけー おっけー おけ true t 1 一 1番 ○ ◯ 〇 ◎ まる ⭕ ✓ ✔ ☑ ✅ 👍 🙆 そう "
    "そうだ そのとおり その通り もちろん よい 良い もちろんはい おねがいします お願いします "
    "おねがいいたします お願いいたします はいお願いします はいそう はいあります はいできます はいもちろん "
    "はいよろこんで 喜んで yesplease yesido 同意 承諾 了承 了解 承知 賛成 参加 出席 希望 あります ある あり "
    "有 有り ございます います いる する します しました できます できる 必要 要 要る いります 要ります 可 "
    "可能 参加可 参加可能 出席可 出席可能 該当 該当あり 行きます 行く 行けます 来ます 持っています 持ってる "
    "持っている 知っています 知っている 受けます 受けました 済 済み 済んでいます"
)
_SAID_NO = (
    "いいえ いーえ いえ いや ううん のー no n nope nah false f 2 二 2番 × ✕ ✖ ❌ ✗ ✘ x ばつ ばってん 👎 🙅 "
    "ちがう 違う 違います ちがいます だめ 駄目 不可 不可能 参加不可 出席不可 同意なし 不同意 不参加 不賛成 "
    "欠席 欠席します 反対 反対します 辞退 辞退します 拒否 拒否します お断りします 断ります いやだ いやいや "
    "ありません ない なし 無 無し ございません いません いない しません しない しませんでした できません "
    "できない 不要 必要ない 必要ありません 必要なし いりません いらない 要りません 要らない nothanks "
    "nothankyou idont 該当なし 非該当 否 ng 無理 特になし 特にない 特にありません おりません 居ません "
    "やりません 希望なし 行きません 行かない 行けません 来ません 持っていません 持っていない 持ってない "
    "知りません 知らない 受けません 受けていません 受けていない いいえありません いいえできません いいえ結構 "
    "いいえけっこう いえ結構 いえけっこう いいえ大丈夫 いえ大丈夫 いいえいりません いいえ不要 いいえ違います "
    "いいえちがいます 済んでいません まだしていません"
)
_MAY_BE_EITHER = (
    "けっこう 結構 いい いいよ 大丈夫 だいじょうぶ 遠慮 遠慮します まあ fine どちらでも どちらでもいい "
    "どちらとも言えない どちらともいえない たぶん 多分 おそらく △ 未定 検討中 わからない 分からない "
    "わかりません 分かりません まだ 条件付き すみません わかりました 分かりました 間違いありません "
    "相違ありません 問題ありません 問題ない 問題なし 差し支えありません かまいません 構いません 異議なし "
    "異議ありません"
)
_YES, _NO = frozenset(_SAID_YES.split()), frozenset(_SAID_NO.split())
_EITHER = frozenset(_MAY_BE_EITHER.split())
_DONE = (
    "同意|承諾|承知|了承|了解|許可|承認|希望|参加|出席|賛成|確認|申請|申し込み|申込み?|利用|該当|受診|受講|接種|加入|所有|保有|"
    "使用|提出|登録|回答|同席|対応|協力|公開|記入|持参|居住|勤務|飼育|喫煙|飲酒|通院|服薬|妊娠|購入|見学|宿泊|来庁|送付|返却"
)
_AFFIRMED = (
    "する|したい|させていただきます|します|しました|いたします|いたしました|できます|できる|できました|しています|している|"
    "してます|済み?|可能?|あり"
)
_NEGATED = (
    "しない|したくない|したくありません|せず|すること[はが]でき(?:ない|ません)|しません|しませんでした|できない|できません|"
    "いたしません|は?しません|して(?:い)?(?:ません|ない)|(?:いた)?しかねます|できかねます|なし|不可|不可能"
)
_VERB = re.compile(rf"(?:{_DONE})(?:を|は|に)?(?:(?P<yes>|{_AFFIRMED})|(?P<no>{_NEGATED}))")
_HOW = Text(ja="「はい」か「いいえ」で答えてください。", en="Please answer yes or no.")
_POLITE = Text(
    ja="「{said}」は、はい・いいえのどちらにもとれます。「はい」か「いいえ」で答えてください。",
    en="“{said}” may mean yes or no. Please answer yes or no.",
)


def read_yes(said: str) -> bool:
    """Whether the person said yes. Raises Asked where it is neither, or may be either."""
    words = folded(plain(said).replace("\ufe0f", "").replace("\u20e3", ""))
    words = _STOPS.sub("", words).replace("出来", "でき").replace("致し", "いたし")
    words = words.removeprefix("もちろん") if len(words) > 4 else words
    bare = words.removesuffix("です")
    for spelt in (words, bare):
        if spelt in _YES or spelt in _NO:
            return spelt in _YES
    if match := _VERB.fullmatch(words.removeprefix("はい").removeprefix("いいえ")):
        return _agreeing(words, said, yes=match["yes"] is not None)
    if bare in _EITHER:
        raise Asked(_POLITE.fill(said=quote(said)))
    raise unread(said, _HOW)


_STOPS = re.compile(r"[、,.!。・\s♪]")


def _agreeing(words: str, said: str, *, yes: bool) -> bool:
    """はい、同意できません says both."""
    if words.startswith("いいえ" if yes else "はい"):
        raise Asked(_POLITE.fill(said=quote(said)))
    return yes
