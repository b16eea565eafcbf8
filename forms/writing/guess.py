"""Which kind of question is meant, from its wording alone. A guess: it is always said, and one word corrects it."""

import re
import unicodedata
from dataclasses import dataclass

from forms.reading.words import clean
from forms.writing.kinds import present

MOST_OPTIONS = 200
LONGEST_TITLE = 1000


@dataclass(frozen=True, slots=True)
class Guess:
    """`options` are labels in the order written; empty where none were. `required` is None where nothing was said."""

    title: str
    kind: str
    options: tuple[str, ...] = ()
    required: bool | None = None


_NUMBERING = re.compile(r"^\s*(?:(?:質問|設問|問|Q|q)\s*[0-9]{1,3}|\(?[0-9]{1,2}[.)])\s*[.:、)]?\s*(?=\S)")
_BULLET = re.compile(r"^\s*(?:[・･●○◯〇■□▪•*‐–—-]|\(?[0-9]{1,3}[.):、]|[a-zA-Z][.)]|[\u2460-\u2473])\s*(?=\S)")
_NEED = re.compile(r"\s*[(\[【]\s*(?P<word>必須|任意|required|optional)\s*[)\]】]\s*", re.IGNORECASE)
_ASIDE = re.compile(
    r"[(\[【]\s*(?:複数(?:回答|選択)?可?|いくつでも|すべて選択|一つ選択|1つ選択|択一|単一選択)\s*[)\]】]"
)
_COLON = re.compile(r"^(?P<title>.{2,}?)\s*(?:(?<![0-9]):|:(?![0-9]))\s*(?P<options>\S.*)$", re.DOTALL)
_BRACKET = re.compile(r"^(?P<title>.{2,}?)\s*\(\s*(?P<options>[^()]{3,})\)\s*(?P<tail>[?？。]?)$", re.DOTALL)
_SLASHED = re.compile(r"^(?P<title>.{2,}?)[\s、?]\s*(?P<options>[^\s/]+(?:\s?/\s?[^\s/]+){1,20})$")
_CUT = re.compile(r"\s*[、,/|;]\s*")
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
_YES_WORDS = frozenset({"はい", "yes", "いいえ", "no"})


def guess(said: str) -> Guess:
    """What `said` asks for: a title, on the lines below it (or behind a colon, in brackets, with slashes) options."""
    first, _, below = clean(said[: 64 * 1024]).partition("\n")
    title, required = _need(" ".join(first.split()))
    listed = listed_options(below)
    title, inline = (title, ()) if listed else _inline(title)
    options = listed or inline
    title = _NUMBERING.sub("", title).strip(" 　:：")[:LONGEST_TITLE] or title
    return Guess(title, _kind(_plain(title), options), options, required)


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


def listed_options(below: str) -> tuple[str, ...]:
    """Options pasted as lines; one line may hold several, with 、 between them."""
    rows = [_BULLET.sub("", row).strip() for row in below.split("\n")]
    rows = [row for row in rows if row]
    if len(rows) == 1:
        rows = split_options(rows[0])
    return tuple(dict.fromkeys(row[:200] for row in rows))[:MOST_OPTIONS]


def split_options(row: str) -> list[str]:
    """「A、B、C」, A / B / C."""
    half = row.translate(str.maketrans("，／｜；", ",/|;"))
    parts = [part.strip(' 　「」『』"') for part in _CUT.split(half)]
    if len(parts) < 2 and "・" in half:
        parts = [part.strip() for part in half.split("・")]
    return [part for part in parts if part]


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
    if options:
        if len(options) == 2 and {option.casefold() for option in options} <= _YES_WORDS:
            return "yesno"
        return "choices" if several else "choice"
    asks = _ASKING.search(words) is not None
    if _PICK.search(words) and (asks or not _YESNO.search(words)):
        return "choices" if several else "choice"
    if (_YESNO.search(words) and not asks) or _YESNO_EN.search(words):
        return "yesno"
    return _measured(words) or next((present(kind, "text") for shape, kind in _OTHERS if shape.search(words)), "text")


def _measured(words: str) -> str | None:
    """Dates and numbers."""
    if _BOTH.search(words):
        return present("datetime", "text")
    if _CLOCK.search(words):
        return present("time", "text")
    if _NOT_A_COUNT.search(words):
        return None
    for shape, kinds in (
        (_MONEY, ("money", "integer")),
        (_SHARE, ("percentage", "number")),
        (_MEASURE, ("number",)),
        (_COUNT, ("integer",)),
        (_WHEN, ("date",)),
    ):
        if shape.search(words):
            return present(*kinds)
    return None
