"""A month of a year, and a fiscal year from April to March."""

import re
from datetime import date

from forms.calendar import fiscal_year, last_of_month, months_on
from forms.days import FISCAL_YEARS, YEARS
from forms.mistake import Asked, Mistake
from forms.reading.eras import ERAS, LAST_YEAR, MONTHS, Era, check_era, wareki
from forms.reading.taken import Given, Taken
from forms.reading.words import plain, quote, unread
from forms.spoken import normal
from forms.text import Text

_ERA = r"(?P<era>明治|大正|昭和|平成|令和|[明大昭平令mtshr])[.・ ]?(?P<of_era>元|[0-9]{1,3})"
_YEAR = rf"(?:{_ERA}|(?:西暦)?(?P<year>[0-9]{{4}}))"
_MONTH_EN = "(?P<name>" + "|".join([*(f"{m}|{m[:3]}" for m in map(str.lower, MONTHS)), "sept"]) + ")"
_MONTHS = tuple(
    map(
        re.compile,
        (
            rf"{_YEAR}(?:年の?|[-/.,、・ ])(?P<month>[0-9]{{1,2}})(?:月[分度]?)?",
            r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})",
            rf"{_YEAR}年度の?(?P<fiscal>(?P<month>[0-9]{{1,2}})月[分度]?)",
            rf"{_MONTH_EN}\.?,? (?P<year>[0-9]{{4}})",
            r"(?P<month>0?[1-9]|1[0-2])/(?P<year>[0-9]{4})",
        ),
    )
)
_RELATIVE = {"先々月": -2, "先月": -1, "前月": -1, "今月": 0, "当月": 0, "来月": 1, "翌月": 1, "再来月": 2, "翌々月": 2}
_LATER = re.compile(r"(?P<count>[0-9]{1,3})か月(?:後|(?P<ago>前))|(?P<half>半年)(?:後|(?P<half_ago>前))")
_NAMED_YEAR = re.compile("(?P<year>" + "|".join(sorted(YEARS, key=len, reverse=True)) + ")の?(?=[0-9])")
_NAMED_FISCAL = re.compile("(?P<year>" + "|".join(sorted(FISCAL_YEARS, key=len, reverse=True)) + ")(?:の?(?=[0-9]))?")
_TWO_YEARS = re.compile(r"(?P<one>[^()]{1,9}?)年?度?\((?P<other>[^()]{1,9}?)年?度?\)(?P<rest>.*)")
_NO_YEAR = Text(
    ja="「{said}」は何年か分かりません。「2026年4月」や「令和8年4月」のように入力してください。",
    en="It is unclear which year “{said}” is in. Please type it like 2026-04.",
)
_A_MONTH = Text(ja="「2026年4月」や「令和8年4月」のように入力してください。", en="Please type it like 2026-04.")
_YEARLESS = re.compile(r"(?P<month>[0-9]{1,2})月?[分度]?")
_SHORT = re.compile(r"'?[0-9]{1,2}(?:年|[-/.])[0-9]{1,2}月?[分度]?")
_NO_SUCH_MONTH = Text(ja="「{said}」という月はありません。", en="There is no such month as “{said}”.")
_FISCAL = tuple(map(re.compile, (rf"(?:fy ?)?{_YEAR}(?:年度?)?(?: ?fy)?",)))
_A_FISCAL_YEAR = Text(ja="「令和8年度」や「2026年度」のように入力してください。", en="Please type it like 2026.")
_SHORT_FISCAL = re.compile(r"(?:fy ?)?'?[0-9]{1,2}(?:年度?)?")
_WHICH_FISCAL = Text(
    ja="「{said}」は西暦か元号か分かりません。「令和8年度」や「2026年度」のように入力してください。",
    en="The year in “{said}” is unclear. Please type it with four digits, such as 2026.",
)
_CALENDAR_YEAR = Text(
    ja="「{said}」は{one}年度か{other}年度か分かりません。「{one}年度」のように入力してください。",
    en="Does “{said}” mean {one} or {other}? Please type the number.",
)
_DISAGREE = Text(ja="「{said}」の2つの年が一致しません。", en="The two years in “{said}” do not agree.")


def read_month(said: str, given: Given) -> Taken:
    """2026-04."""
    first, note = month_in(said, given.today)
    era = wareki(last_of_month(first.year, first.month)).partition("月")[0]
    western = f"{first.year}年{first.month}月"
    ja = western if era.startswith(str(first.year)) else f"{western}（{era}月）"
    return Taken(f"{first:%Y-%m}", Text(ja=ja, en=f"{MONTHS[first.month - 1]} {first.year}"), note)


def month_in(said: str, today: date) -> tuple[date, Text | None]:
    """The first day of the month meant, and what was overlooked. Raises Mistake."""
    words = _NAMED_YEAR.sub(lambda m: f"{today.year + YEARS[m['year']]}年", normal(plain(said)))
    words = _NAMED_FISCAL.sub(lambda m: f"{fiscal_year(today) + FISCAL_YEARS[m['year']]}年度", words)
    if words.removesuffix("分") in _RELATIVE:
        return date(*months_on(today, _RELATIVE[words.removesuffix("分")]), 1), None
    if match := _LATER.fullmatch(words):
        count = 6 if match["half"] else int(match["count"])
        return _later(today, -count if match["ago"] or match["half_ago"] else count), None
    if match := _TWO_YEARS.fullmatch(words):
        return _agreed_month(match, said)
    found = _month(words, said)
    if found is not None:
        return found
    if (match := _YEARLESS.fullmatch(words)) and not 1 <= int(match["month"]) <= 12:
        raise Mistake(_NO_SUCH_MONTH.fill(said=quote(said)))
    if _YEARLESS.fullmatch(words) or _SHORT.fullmatch(words):
        raise Asked(_NO_YEAR.fill(said=quote(said)))
    raise unread(said, _A_MONTH)


def _agreed_month(match: re.Match[str], said: str) -> tuple[date, Text | None]:
    """令和8年(2026年)4月 and 2026年4月(令和8年4月)."""
    rest = match["rest"].removeprefix("年")
    one, other = (_month(f"{match[g]}年{rest}" if rest else match[g], said) for g in ("one", "other"))
    if not (one and other):
        raise unread(said, _A_MONTH)
    if one[0] != other[0]:
        raise Asked(_DISAGREE.fill(said=quote(said)))
    return one


def _later(today: date, count: int) -> date:
    year, month = months_on(today, count)
    if not 1 <= year <= 9999:
        raise Mistake(_NO_SUCH_MONTH.fill(said=str(year)))
    return date(year, month, 1)


def _month(words: str, said: str) -> tuple[date, Text | None] | None:
    match = next((m for pattern in _MONTHS if (m := pattern.fullmatch(words))), None)
    if match is None:
        return None
    groups = match.groupdict()
    month = int(groups.get("month") or 0)
    if groups.get("name"):
        month = next(n for n, name in enumerate(MONTHS, 1) if name.lower().startswith(groups["name"][:3]))
    year = _western(groups, said)
    year += bool(groups.get("fiscal")) and month < 4
    if not (year >= 1000 and 1 <= month <= 12):
        raise Mistake(_NO_SUCH_MONTH.fill(said=quote(said)))
    first = date(year, month, 1)
    return first, _noted(_era(groups), first, last_of_month(year, month))


def _noted(era: Era | None, first: date, last: date) -> Text | None:
    """A note where the era had ended before it; raises Mistake where it had not begun by its end."""
    if era is None:
        return None
    if last < era.begin:
        return check_era(era, last)
    return check_era(era, first) if first >= era.end else None


def _era(groups: dict[str, str | None]) -> Era | None:
    said = groups.get("era") or "-"
    return next((e for e in ERAS if said in (e.name, e.name[0], e.letter.lower())), None)


def _western(groups: dict[str, str | None], said: str) -> int:
    era = _era(groups)
    if era is None:
        return int(groups["year"] or 0)
    count = 1 if groups["of_era"] == "元" else int(groups["of_era"] or 0)
    if not 1 <= count <= LAST_YEAR:
        raise Mistake(_NO_SUCH_MONTH.fill(said=quote(said)))
    return int(era.begin.year) + count - 1


def read_fiscal_year(said: str, given: Given) -> Taken:
    """2026, for April 2026 to March 2027."""
    year, note = fiscal_year_in(said, given.today)
    era = wareki(date(year, 12, 31)).partition("年")[0]
    ja = f"{year}年度" if era == str(year) else f"{era}年度（{year}年度）"
    return Taken(year, Text(ja=ja, en=f"fiscal year {year}"), note)


def fiscal_year_in(said: str, today: date) -> tuple[int, Text | None]:
    """The year in which it begins, and what was overlooked. Raises Mistake."""
    words = normal(plain(said)).removeprefix("fiscal year ")
    if words in FISCAL_YEARS:
        return fiscal_year(today) + FISCAL_YEARS[words], None
    if words in YEARS:
        return _agreed_year(today.year + YEARS[words], fiscal_year(today) + YEARS[words], said), None
    if match := _TWO_YEARS.fullmatch(words):
        one, other = (fiscal_year_in(match[g], today) for g in ("one", "other"))
        if match["rest"] not in ("", "年度", "度") or one[0] != other[0]:
            raise Asked(_DISAGREE.fill(said=quote(said)))
        return one
    match = next((m for pattern in _FISCAL if (m := pattern.fullmatch(words))), None)
    if match is None and _SHORT_FISCAL.fullmatch(words):
        raise Asked(_WHICH_FISCAL.fill(said=quote(said)))
    if match is None:
        raise unread(said, _A_FISCAL_YEAR)
    year = _western(match.groupdict(), said)
    if not 1000 <= year < 9999:
        raise Mistake(_NO_SUCH_MONTH.fill(said=quote(said)))
    return year, _noted(_era(match.groupdict()), date(year, 4, 1), date(year + 1, 3, 31))


def _agreed_year(one: int, other: int, said: str) -> int:
    if one != other:
        raise Asked(_CALENDAR_YEAR.fill(said=quote(said), one=other, other=one))
    return one
