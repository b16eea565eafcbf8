"""The patterns by which conditions are read as people say them."""

import re

from forms.writing.condition import Sign

HELD = re.compile(r"「([^「」]*)」|『([^『』]*)』|“([^“”]*)”|\"([^\"]*)\"|'([^']*)'")
MARK = "\ue000"  # stands for what was in quotation marks
_AFTER_NUMBER = (
    r"(?=\s*(?:の(?:回答|答え)|が|に|で(?!す)|は|を|=|!|<|>|≧|≦|≥|≤|≠|is\b|isn|was\b|includes|include|contains|has\b|equals|does|doesn"
    r"|at least|at most))"
)
REFERENCE = re.compile(
    r"(?:(?:質問|設問|問|questions?\s|question|\bq|\bno\.?|#)\s*(?P<number>[0-9]{1,3})(?![0-9])(?:番目?|問目)?"
    rf"|(?:^|(?<=[、,(（])|(?<=かつ)|(?<=または)|(?<=又は)|(?<=もしくは)|(?<=あるいは)|(?<=\band)|(?<=\bor)|(?<=\bif)|(?<=when))"
    rf"\s*(?:(?P<bare>[0-9]{{1,3}})(?:番目?|問目)?{_AFTER_NUMBER}"
    rf"|(?P<held>{MARK}[0-9]+;)\s*(?=の(?:回答|答え)|が|に|は|で|is\b|isn|=|includes|has\b))"
    r"|(?P<before>(?:前|直前|一つ前|1つ前|すぐ上|上)の質問|the (?:previous question|question before)))"
)
LEAD = re.compile(
    r"^(?:もし|ただし|条件は?|only|show|ask|this|it|question|if|when|where|the|that|is|and|asked|shown|答えが|、|,|:|\s)*$"
)
END = re.compile(
    r"(?:の|である|だった|な)?(?:とき|時|場合|ケース)?(?:に|は|には|にだけ|にのみ|)?(?:だけ|のみ|に限る|に限り|限定)?(?:この質問を?|)?"
    r"(?:、|)?(?:を)?(?:表示|聞く|尋ねる|出す|たずねる|質問する)?(?:する|します|してください|)?\s*$"
)
OR = re.compile(r"(?:、|,)?\s*(?:または|又は|もしくは|あるいは|\bor\b)\s*(?:if\s*|when\s*)?$")
AND = re.compile(r"(?:、|,|かつ|なおかつ|しかも|\band\b|\s|if$|when$)+$")
SAME = re.compile(
    r"(?:で|かつ|、|,|\band\b|\s)+(?=[^、,]*(?:以上|以下|未満|より|以降|以前|超|at least|at most|than|<|>))"
    r"|(?<=以上|以降)\s*(?=[0-9])"
)
SPLIT_VALUES = re.compile(r"\s*(?:または|又は|もしくは|あるいは|か(?=\ue000)|、|(?<![0-9]),|,(?![0-9])|/|・|\bor\b)\s*")
_V = r"(?P<v>.+?)"
_LACKED = "含ま(?:れ)?(?:ない|ず|ていない)|選んでいない|選ばれていない|選ばな(?:い|かった)|選択していない|入っていない"
_HAD = (
    "含(?:まれ(?:る|て(?:いる)?)?|む|んで(?:いる)?)|選んだ|選んで(?:いる)?|選ばれ(?:た|て(?:いる)?)"
    "|選択した|選択され(?:た|ている)|入って(?:いる)?"
)
_WRITTEN: tuple[tuple[Sign, str], ...] = (
    (">=", rf"(?:is\s*)?{_V}\s*(?:以上|以降|以後|か?それ以上|or (?:more|above|later|higher))(?:で|だ)?"),
    ("<=", rf"(?:is\s*)?{_V}\s*(?:以下|以内|以前|まで|or (?:less|below|earlier|fewer|lower))(?:で|だ)?"),
    (">", rf"{_V}\s*(?:より(?:大き|多|高|長)[いく]?|より(?:も)?後|を?超(?:え(?:る|て|た)?|過)?)(?:で|だ)?"),
    ("<", rf"{_V}\s*(?:未満|より(?:小さ|少な|低|短)[いく]?|より(?:も)?前|を?下回る)(?:で|だ)?"),
    ("!=", rf"(?:is not|isn't|isnt|was not|!=|≠|<>|not|does not equal)\s*{_V}"),
    ("lacks", rf"(?:does not|doesn't|doesnt)\s*(?:include|contain|have)\s*{_V}"),
    (">=", rf"(?:is\s*)?(?:at least|no less than|on or after|>=|≧|≥|=>)\s*{_V}"),
    ("<=", rf"(?:is\s*)?(?:at most|no more than|on or before|up to|<=|≦|≤|=<)\s*{_V}"),
    (">", rf"(?:is\s*)?(?:more than|greater than|over|above|after|later than|>)\s*{_V}"),
    ("<", rf"(?:is\s*)?(?:less than|fewer than|under|below|before|earlier than|<)\s*{_V}"),
    ("has", rf"(?:includes?|contains?|has)\s*{_V}"),
    ("lacks", rf"{_V}\s*(?:が|を|は)?\s*(?:{_LACKED})"),
    ("has", rf"{_V}\s*(?:が|を)\s*(?:{_HAD})"),
    ("!=", rf"{_V}\s*(?:で(?:は|も)?な(?:い|く|かった)|じゃな(?:い|く)|以外)(?:で|だ)?"),
    ("=", rf"(?:is|was|equals|==?)\s*{_V}"),
    ("=", rf"{_V}\s*(?:と(?:答えた|回答した|なっている)|を選んだ|に等しい|になった|だった|である|で|だ|なら)?"),
)  # fmt: skip
SHAPES = tuple((sign, re.compile(shape)) for sign, shape in _WRITTEN)
EMPTY = re.compile(
    r"(?:未回答|未記入|空欄?|回答(?:が|の)?な(?:い|し)|答え(?:が)?な(?:い|し)|答えていない|回答していない"
    r"|(?:is\s*)?(?:not answered|unanswered|empty|blank))(?:で|だ)?"
)
FILLED = re.compile(
    r"(?:回答済み?|回答(?:が|の)?あ(?:る|り)|答え(?:が)?あ(?:る|り)|答えた|答えている|回答した|回答している|記入済み?"
    r"|(?:is\s*)?(?:answered|not empty|filled in))(?:で|だ)?"
)
