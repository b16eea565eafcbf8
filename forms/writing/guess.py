"""Which kind of question is meant, from its wording alone. A guess: it is always said, and one word corrects it."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from forms.reading.words import clean
from forms.writing.listed import listed_options
from forms.writing.scales import Scaled, labelled, points_shown, scale_in
from forms.writing.tables import table_in

LONGEST_TITLE = 1000


@dataclass(frozen=True, slots=True)
class Guess:
    """`options` are labels in the order written; empty where none were. `required` is None where nothing was said.

    `rows` are those of a table, whose columns are the options; `fields` what else a document says of such a kind.
    """

    title: str
    kind: str
    options: tuple[str, ...] = ()
    required: bool | None = None
    rows: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)


_NUMBERING = re.compile(r"^\s*(?:(?:質問|設問|問|Q|q)\s*[0-9]{1,3}|\(?[0-9]{1,2}[.)])\s*[.:、)]?\s*(?=\S)")
_NEED = re.compile(r"\s*[(\[【]\s*(?P<word>必須|任意|required|optional)\s*[)\]】]\s*", re.IGNORECASE)
_ASIDE = re.compile(
    r"[(\[【]\s*(?:複数(?:回答|選択)?可?|いくつでも|すべて選択|一つ選択|1つ選択|択一|単一選択)\s*[)\]】]"
)
_COLON = re.compile(r"^(?P<title>.{2,}?)\s*(?:(?<![0-9]):|:(?![0-9]))\s*(?P<options>\S.*)$", re.DOTALL)
_BRACKET = re.compile(r"^(?P<title>.{2,}?)\s*\(\s*(?P<options>[^()]{3,})\)\s*(?P<tail>[?？。]?)$", re.DOTALL)
_SLASHED = re.compile(r"^(?P<title>.{2,}?)[\s、?]\s*(?P<options>[^\s/]+(?:\s?/\s?[^\s/]+){1,20})$")
_CUT_IN_BRACKET = re.compile(r"\s*[、,/|・;]\s*")
_NO_OPTION = re.compile(r"^(?:[0-9.\s]+|例.*|単位.*|必須|任意|複数.*|自由記述|西暦|和暦|税込|税抜|円|人|名|件)$")
_SEVERAL = re.compile(
    "複数|すべて|全て|いくつでも|当てはまるもの|あてはまるもの|all that apply|select all|any of|which ones",
    re.IGNORECASE,
)
_ASKING = re.compile(
    "何(?!か)|なに(?!か)|いつ(?![もか])|どこ(?!か)|(?<!な)どの|どれ|どちら|どんな|どう|だれ(?!か)|誰(?!か)|いくつ|いくら|なぜ|どなた|幾"
)
_YESNO = re.compile(
    r"(?:ます|ました|ません|です|でした|ある|ない|済み?|必要|可能|よい|良い|いい|た|る)か$|(?:有無|可否|要否|是非|適否|諾否|出欠)$"
    r"|はい\s*[・/か、]\s*いいえ|yes\s*(?:/|or)\s*no"
)
_YESNO_EN = re.compile(
    r"^(?:do|does|did|is|are|was|were|have|has|had|can|could|will|would|should|may|shall)\b(?!.*\b(?:or|which|what)\b)",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"何月何日|何年何月何日|何日(?![間数])|いつ(?!も)|年月日|月日|期日|日付|〜月〜日|[0-9xX〇○_]*月[0-9xX〇○_]*日(?:は|$)"
    r"|(?<![平休祝毎連終半当前翌後曜火水木金土本])日(?:は(?:いつ.*)?)?$"
    r"|\bwhen\b|\bdate\b|\bwhat day\b|\bbirthday\b|\bdeadline\b"
)
_CLOCK = re.compile(r"何時(?!間)|時刻|\bwhat time\b")
_BOTH = re.compile(r"日時|\bdate and time\b")
_MONEY = re.compile(
    r"金額|費用|料金|予算|価格|単価|月額|年額|給付額|補助額|申請額|請求額|購入額|[一-龥]額(?:は|$)|いくら|何円|\(円\)|円$"
    r"|\bhow much (?:money|does|did|is|was|do)\b|\bcost\b|\bprice\b|\bamount of money\b|\byen\b|\bbudget\b"
)
_COUNTERS = (
    "人|名|件|個|台|枚|回|世帯|歳|才|カ所|か所|ヶ所|箇所|ヵ所|棟|頭|匹|羽|冊|本|部|室|食|年間?|時間|分|日間|泊|組|社|校|戸|着|袋|箱|"
    "セット|口|班|ページ|問|種類|週間?|か月|カ月|ヶ月|ヵ月|点"
)
_COUNT = re.compile(
    rf"何(?:{_COUNTERS})|いくつ|幾つ|[一-龥の](?<!係)(?<!関)(?<!複)数(?:は|を|\(|$)|数量|年齢|定員|\((?:{_COUNTERS})\)|ページ数|か所数"
    r"|\bhow many\b|\bnumber of\b|\bcount\b|\bquantity\b|\bhow old\b|\bage\b|\bheadcount\b"
)
_NOT_A_COUNT = re.compile("番号|何名様のお名前")
_SHARE = re.compile(r"割合|何パーセント|何%|パーセント|\(%\)|[達進回普参加出稼充]率|\bpercent|\brate\b")
_MEASURE = re.compile(
    r"体温|気温|温度|水温|何度(?!目)|面積|長さ|重さ|体重|身長|距離|高さ|水位|雨量|降水量|濃度|何(?:キロ|メートル|センチ|リットル|グラム|トン|㎡|平方)|"
    r"\((?:km|m|cm|mm|kg|g|l|℃|°c|㎡|m2|ha|度)\)|\btemperature\b|\blength\b|\bweight\b|\bheight\b|\barea\b|\bdistance\b",
    re.IGNORECASE,
)
_PICK = re.compile(
    r"選んで|選択|お選び|どれ|次のうち|以下のうち|\bchoose\b|\bselect\b|\bwhich of\b|\bwhich one\b|\bpick\b",
    re.IGNORECASE,
)
_OTHERS = (
    (re.compile(r"電話|携帯番号|\bphone\b|\btelephone\b", re.IGNORECASE), "phone"),
    (re.compile(r"メールアドレス|Eメール|\be-?mail\b", re.IGNORECASE), "email"),
    (re.compile(r"郵便番号|\b(?:postal|zip) ?code\b", re.IGNORECASE), "postal"),
    (re.compile(r"ふりがな|フリガナ|ふり仮名"), "kana"),
)
_RANKED = re.compile(
    r"優先順|優先度の?(?:高い)?順|順位(?:を|付け|づけ|$)|ランキング|並べ(?:替|か)え"
    r"|順番に(?:、|:|$|並べ|お?選|番号|答え|回答|挙げ|あげ)|順に(?:、|:|$|並べ|お?選|番号|答え|回答|挙げ|あげ)"
    r"|(?:希望|重要|大切|必要|好き|多い|高い)な?順(?:に|で|$)|第[1一]希望から"
    r"|\brank\b|\bin order of\b|\border of (?:preference|priority|importance)\b|\bmost important first\b",
    re.IGNORECASE,
)
_EACH = re.compile(r"それぞれ|項目|各(?!種)|\beach\b|\bfollowing\b")
_TOP = re.compile(r"上位\s*(?P<n>[0-9]{1,2})\s*(?:つ|個|位|件|項目)|\btop (?P<en>[0-9]{1,2})\b", re.IGNORECASE)
_LEVELS = frozenset(
    [
        "高",
        "中",
        "低",
        "高い",
        "低い",
        "普通",
        "ふつう",
        "最優先",
        "緊急",
        "high",
        "medium",
        "middle",
        "normal",
        "low",
        "urgent",
    ]
)
_YES_WORDS = frozenset({"はい", "yes", "いいえ", "no"})


def guess(said: str) -> Guess:
    """What `said` asks for: a title, on the lines below it (or behind a colon, in brackets, with slashes) options."""
    first, _, below = clean(said[: 64 * 1024]).partition("\n")
    title, required = _need(" ".join(first.split()))
    table = table_in(below)
    if table.sure:
        return Guess(_bare(title), "matrix", table.columns, required, table.rows)
    listed = listed_options(below)
    if (rated := _rated(title, listed)) is not None:
        return Guess(_bare(rated.title), "matrix", points_shown(rated.fields), required, listed)
    if scaled := _scaled(title, below, listed):
        return Guess(_bare(scaled.title), "scale", (), required, fields=scaled.fields)
    title, inline = (title, ()) if listed else _inline(title)
    options = listed or inline
    title = _bare(title)
    kind = _kind(_plain(title), options)
    return Guess(title, kind, options, required, fields=_places(title, options) if kind == "rank" else {})


def _bare(title: str) -> str:
    return _NUMBERING.sub("", title).strip(" 　:：")[:LONGEST_TITLE] or title


def _scaled(title: str, below: str, listed: tuple[str, ...]) -> Scaled | None:
    """With words for the points below it, as many as there are; 「5段階で測りましたか」 asks for yes or no."""
    words = _plain(title)
    if _YESNO.search(words) and not _ASKING.search(words):
        return None
    found = scale_in(title, below)
    if found is None or not listed or any(name in found.fields for name in ("labels", "lowest", "highest")):
        return found
    return replace(found, fields=labelled(listed)) if len(listed) == found.fields["points"] else None


def _rated(title: str, listed: tuple[str, ...]) -> Scaled | None:
    """「次の項目を5段階で」 above what is to be rated: the points are the columns of a table."""
    return scale_in(title) if len(listed) > 1 and _EACH.search(_plain(title)) else None


def _places(title: str, options: tuple[str, ...]) -> dict[str, Any]:
    """How many places of a ranking are to be given, where not all."""
    match = _TOP.search(_plain(title))
    top = int(match["n"] or match["en"]) if match else 0
    return {"top": top} if 0 < top < (len(options) or top + 1) else {}


def _plain(words: str) -> str:
    """As patterns see it: half-width, lower case, no closing mark; どうか politenesses cut."""
    plain = unicodedata.normalize("NFKC", words).casefold().strip()
    plain = re.sub(r"[?。.!\s]+$", "", plain)
    return re.sub(
        r"(?:を|は|について)?(?:教えて|記入して|入力して|書いて|回答して|お答え|ご記入|ご入力)(?:く?ださい|下さい)?$",
        "",
        plain,
    )


def _need(title: str) -> tuple[str, bool | None]:
    match = _NEED.search(unicodedata.normalize("NFKC", title))
    if match is None:
        return title, None
    bare = re.sub(r"\s*[（(\[【]\s*(?:必須|任意|required|optional)\s*[）)\]】]\s*", " ", title, flags=re.IGNORECASE)
    return bare.strip(), match["word"].casefold() in ("必須", "required")


def _inline(title: str) -> tuple[str, tuple[str, ...]]:
    half = title.translate(str.maketrans("：（）／，｜？", ":()/,|?"))
    half = _ASIDE.sub(lambda m: " " * len(m[0]), half)
    for shape, cut in ((_COLON, _CUT_IN_BRACKET), (_BRACKET, _CUT_IN_BRACKET), (_SLASHED, re.compile(r"\s?/\s?"))):
        match = shape.match(half)
        if match is None:
            continue
        parts = tuple(dict.fromkeys(p.strip(" 「」『』") for p in cut.split(match["options"]) if p.strip(" 「」『』")))
        counted = shape is _BRACKET and _COUNT.search(_plain(match["title"]))
        if (
            len(parts) >= 2
            and not counted
            and not all(map(_NO_OPTION.match, parts))
            and all(len(p) <= 60 for p in parts)
        ):
            return title[: match.start("options")].rstrip(" 　:：(（、"), parts
    return title, ()


def _kind(words: str, options: tuple[str, ...]) -> str:
    several = _SEVERAL.search(words) is not None
    if _ranked(words, options):
        return "rank"
    if options:
        if len(options) == 2 and {option.casefold() for option in options} <= _YES_WORDS:
            return "yesno"
        return "choices" if several else "choice"
    asks = _ASKING.search(words) is not None
    if _PICK.search(words) and (asks or not _YESNO.search(words)):
        return "choices" if several else "choice"
    if (_YESNO.search(words) and not asks) or _YESNO_EN.search(words):
        return "yesno"
    return _measured(words) or next((kind for shape, kind in _OTHERS if shape.search(words)), "text")


def _ranked(words: str, options: tuple[str, ...]) -> bool:
    if not _RANKED.search(words) or (not options and _YESNO.search(words) and not _ASKING.search(words)):
        return False
    return len(options) != 1 and not (options and {option.casefold() for option in options} <= _LEVELS)


def _measured(words: str) -> str | None:
    """Dates and numbers."""
    if _BOTH.search(words):
        return "datetime"
    if _CLOCK.search(words):
        return "time"
    if _NOT_A_COUNT.search(words):
        return None
    shapes = ((_MONEY, "money"), (_SHARE, "percentage"), (_MEASURE, "number"), (_COUNT, "integer"), (_WHEN, "date"))
    return next((kind for shape, kind in shapes if shape.search(words)), None)
