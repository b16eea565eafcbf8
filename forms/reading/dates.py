"""Dates as people write them: Western and Japanese years, full-width, kanji; a missing year is asked, never assumed."""

import re
from dataclasses import dataclass
from datetime import date

from forms.calendar import last_of_month, nth_open_day, nth_weekday
from forms.days import DAYS, NTH, WEEKDAY, YEARS
from forms.mistake import Asked, Mistake
from forms.printable import line
from forms.reading.eras import ERAS, LAST_YEAR, MONTHS, WEEK_EN, WEEK_JA, check_era
from forms.reading.words import plain, quote, unread
from forms.spoken import MAX_LENGTH, normal
from forms.text import Text


@dataclass(frozen=True, slots=True)
class ReadDate:
    """A day, and what was overlooked in reading it."""

    value: date
    note: Text | None = None


_MARK = r"[-/.,、・ ]"
_ERA = r"(?P<era>明治|大正|昭和|平成|令和|[明大昭平令mtshr])[.・ ]?(?P<of_era>元|[0-9]{1,3})"
_YEAR = rf"(?:{_ERA}|(?:西暦|ad ?)?(?P<year>[0-9]{{4}}))"
_EN_MONTH = "(?P<name>" + "|".join([*(f"{m}|{m[:3]}" for m in map(str.lower, MONTHS)), "sept"]) + ")"
_EN_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_MONTH = r"(?P<month>[0-9]{1,2})"
_FULL: tuple[re.Pattern[str], ...] = tuple(
    map(
        re.compile,
        (
            rf"{_YEAR}(?:年の?|{_MARK}){_MONTH}(?:月の?|{_MARK})(?P<day>[0-9]{{1,2}})日?",
            r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})",
            r"(?P<era>[mtshr]|明治|大正|昭和|平成|令和)(?P<of_era>[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})",
            rf"{_EN_DAY}[ -](?:of )?{_EN_MONTH}\.?[-, ]\s?(?P<year>[0-9]{{4}})",
            rf"{_EN_MONTH}\.? {_EN_DAY}[, ]\s?(?P<year>[0-9]{{4}})",
            rf"{_YEAR}(?:年の?|{_MARK}){_MONTH}月?の?(?P<end>末日?|月末)",
            rf"{_YEAR}年の?(?P<feast>元日|元旦|大晦日)",
            rf"{_YEAR}年度の?(?P<end_of_fiscal>末日?)",
            rf"{_YEAR}年度の?(?P<fiscal>{_MONTH}月の?(?P<day>[0-9]{{1,2}})日)",
            rf"{_YEAR}年の?{_MONTH}月の?{NTH}{WEEKDAY}",
            rf"{_YEAR}年の?{_MONTH}月の?(?:第(?P<open>[0-9]{{1,2}})|(?P<first>最初の|初)|(?P<final>最終|最後の))の?営業日",
        ),
    )
)
_FEASTS = {"元日": (1, 1), "元旦": (1, 1), "大晦日": (12, 31)}
_TWO_YEARS = re.compile(r"(?P<one>[^()]{1,9}?)年?\((?P<other>[^()]{1,9}?)年?\)[年/.-]?の?(?P<rest>[0-9].*)", re.DOTALL)
_BARE_YEAR = re.compile(_YEAR)
_BESIDE = re.compile(r"(?P<day>[^()]+)\((?P<beside>[^()]+)\)")
_WEEKDAY_AFTER = re.compile(rf"(?P<day>.+[0-9日])[ ,]?(?P<beside>[{WEEK_JA}]曜日?|[{WEEK_JA}](?<=日[^日]))")
_WEEKDAY = re.compile(rf"(?P<ja>[{WEEK_JA}])(?:曜日?)?|(?P<en>mon|tue|wed|thu|fri|sat|sun)(?:[a-z]{{0,4}}day)?")
_NAMED_YEAR = re.compile(r"(?P<year>" + "|".join(sorted(YEARS, key=len, reverse=True)) + r")の?(?=[0-9元大])")
_TAIL = re.compile(r"(?:の?予定|付け?|生まれ|生|現在|に|から|より|まで|までに|[ t]00?:00(?::00)?)\Z")

_EXAMPLE = Text(
    ja="「2026/4/1」や「令和8年4月1日」のように入力してください。",
    en="Please type it like 2026-04-01 (year, month, day).",
)
_NO_YEAR = Text(
    ja="「{said}」には年がありません。「2026/4/1」や「令和8年4月1日」のように、年から入力してください。",
    en="“{said}” has no year. Please type the year too, as in 2026-04-01.",
)
_SHORT_YEAR = Text(
    ja="「{said}」の年が西暦か元号か分かりません。「2026/4/1」や「令和8年4月1日」のように入力してください。",
    en="The year in “{said}” is unclear. Please type it with four digits, as in 2026-04-01.",
)
_YEAR_LAST = Text(
    ja="「{said}」はどれが月でどれが日か分かりません。「2026/4/1」のように、年・月・日の順に入力してください。",
    en="In “{said}” it is unclear which is the month. Please type year, month, day, as in 2026-04-01.",
)
_NO_DAY = Text(
    ja="「{said}」には日がありません。「2026/4/1」のように、日まで入力してください。",
    en="“{said}” has no day. Please type the day too, as in 2026-04-01.",
)
_INCOMPLETE = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        (rf"{_YEAR}年?度?|(?:今|来|先|再来)月|(?:{'|'.join(YEARS)})", _NO_DAY),
        (r"[0-9]{1,2}月|[0-9]{1,2}[-/.・][0-9]{1,2}|[0-9]{1,2}月[0-9]{1,2}日?|[0-9]{1,2}日|[0-9]{3,4}", _NO_YEAR),
        (r"[0-9]{1,2}月の?(?:末日?|月末|上旬|中旬|下旬|第.*)|元日|元旦|大晦日", _NO_YEAR),
        (rf"{_EN_MONTH}\.? {_EN_DAY}|{_EN_DAY.replace('day', 'd')} {_EN_MONTH.replace('name', 'n')}", _NO_YEAR),
        (r"'?[0-9]{1,2}([-/.])[0-9]{1,2}\1[0-9]{1,2}|'?[0-9]{1,2}年[0-9]{1,2}月[0-9]{1,2}日?|[0-9]{6}", _SHORT_YEAR),
        (r"'?[0-9]{1,2}年(?:度|[0-9]{1,2}月)?", _SHORT_YEAR),
        (r"[0-9]{1,2}([-/.])[0-9]{1,2}\1[0-9]{4}", _YEAR_LAST),
        (rf"{_YEAR}(?:年|{_MARK})[0-9]{{1,2}}月?(?:上旬|中旬|下旬|頃|ごろ)?", _NO_DAY),
    )
)
_YEARLESS = re.compile(r"(?P<month>[0-9]{1,2})月(?P<day>[0-9]{1,2})日?|(?P<month2>0?[1-9]|1[0-2])/(?P<day2>[0-9]{1,2})")
_NO_SUCH_DAY = Text(
    ja="「{said}」という日はありません。日付を確かめて、もう一度入力してください。",
    en="There is no such day as “{said}”. Please check the date and type it again.",
)
_WRONG_WEEKDAY = Text(
    ja="{shown}は{weekday}曜日です。日付か曜日のどちらかが違います。正しい日付を入力してください。",
    en="{shown} is a {weekday}. Either the date or the weekday is wrong; please type the right date.",
)
_DISAGREE = Text(
    ja="「{said}」の2つの日付が一致しません。正しい日付を一つ入力してください。",
    en="The two dates in “{said}” do not agree. Please type one date.",
)


def read_date(said: str, today: date) -> ReadDate:
    """The one day meant by `said`. Raises Mistake where there is none, Asked where something is missing or unclear."""
    words = bare_date(said, today)
    if not words or len(words) > MAX_LENGTH:
        raise unread(said, _EXAMPLE)
    return _beside(words, said, today)


def bare_date(said: str, today: date) -> str:
    """`said` made comparable, with 来年 as its year and without what may follow a date; "" where far too long."""
    words = normal(plain(line(said[:1000])) if len(said) <= 1000 else "")
    words = _NAMED_YEAR.sub(lambda m: f"{today.year + YEARS[m['year']]}年", words)
    return _TAIL.sub("", words)


def written_date(words: str, *, said: str) -> ReadDate | None:
    """A day with its year, in `words` that are `normal`; None where they are no such date. Raises Mistake."""
    if (match := _TWO_YEARS.fullmatch(words)) and all(_BARE_YEAR.fullmatch(match[g]) for g in ("one", "other")):
        one, other = (written_date(f"{match[g]}年{match['rest']}", said=said) for g in ("one", "other"))
        return _same(said, one, other) if one and other else None
    return next((_full(match, said) for pattern in _FULL if (match := pattern.fullmatch(words))), None)


def dated(words: str, *, said: str, today: date) -> ReadDate | None:
    """As `written_date`, also with its weekday or the date once more in brackets."""
    found = written_date(words, said=said)
    if found is None and (match := _BESIDE.fullmatch(words)) and written_date(match["day"].strip(), said=said):
        return _beside(words, said, today)
    return found


def _beside(words: str, said: str, today: date) -> ReadDate:
    """A date, and what stands beside it in brackets: its weekday, the date once more."""
    if (found := written_date(words, said=said) or _counted(words, today)) is not None:
        return found
    match = _BESIDE.fullmatch(words) or _WEEKDAY_AFTER.fullmatch(words)
    if match is None:
        return _one(words, said, today)
    found = _one(_TAIL.sub("", match["day"].strip(" ,")), said, today)
    for part in match["beside"].split("・"):
        weekday = _WEEKDAY.fullmatch(part.strip())
        if weekday is None and part not in ("祝", "祝日", "休", "休日", "仏滅", "大安"):
            _same(said, found, _one(part.strip(), said, today))
        elif weekday is not None:
            check_weekday(found.value, _weekday_number(weekday))
    return found


def check_weekday(day: date, weekday: int | None) -> None:
    """Asks where a weekday that was said (Monday is 0) is not that of the day."""
    if weekday is not None and day.weekday() != weekday:
        name = Text(ja=WEEK_JA[day.weekday()], en=f"{day:%A}")
        short = Text(ja=f"{day.year}年{day.month}月{day.day}日", en=f"{day:%Y-%m-%d}")
        raise Asked(_WRONG_WEEKDAY.fill(shown=short, weekday=name))


def _weekday_number(match: re.Match[str]) -> int:
    return WEEK_JA.index(match["ja"]) if match["ja"] else WEEK_EN.index(match["en"].title())


def _same(said: str, one: ReadDate, other: ReadDate) -> ReadDate:
    if one.value != other.value:
        raise Asked(_DISAGREE.fill(said=quote(said)))
    return one


def _one(words: str, said: str, today: date) -> ReadDate:
    if (found := written_date(words, said=said)) is not None:
        return found
    if (match := _YEARLESS.fullmatch(words)) is not None:
        _day(2000, int(match["month"] or match["month2"]), int(match["day"] or match["day2"]), said=said)
    for pattern, text in _INCOMPLETE:
        if pattern.fullmatch(words):
            raise Asked(text.fill(said=quote(said)))
    if (counted := _counted(words, today)) is not None:
        return counted
    raise unread(said, _EXAMPLE)


def _counted(words: str, today: date) -> ReadDate | None:
    for spelling, reader in DAYS:
        if match := re.fullmatch(spelling, words):
            return ReadDate(reader(match, today))
    return None


def _full(match: re.Match[str], said: str) -> ReadDate:
    groups = match.groupdict()
    era = next((e for e in ERAS if (groups.get("era") or "-") in (e.name, e.name[0], e.letter.lower())), None)
    if era is None:
        return ReadDate(_in_year(int(groups["year"]), groups, said=said))
    year = 1 if groups["of_era"] == "元" else int(groups["of_era"])
    day = _in_year(era.begin.year + year - 1 if 1 <= year <= LAST_YEAR else 0, groups, said=said)
    return ReadDate(day, check_era(era, day))


def _in_year(year: int, groups: dict[str, str | None], *, said: str) -> date:
    """The day that the rest of the words name in a year, or fiscal year."""
    month = int(groups.get("month") or 0) or _month_number(groups.get("name") or "")
    _day(year, month or 1, 1, said=said)
    if groups.get("feast"):
        return _day(year, *_FEASTS[str(groups["feast"])], said=said)
    if groups.get("end_of_fiscal"):
        return _day(year + 1, 3, 31, said=said)
    if groups.get("end"):
        return last_of_month(year, month)
    if groups.get("weekday"):
        nth = -1 if groups["last"] else int(groups["nth"] or 0)
        return nth_weekday(year, month, weekday=WEEK_JA.index(str(groups["weekday"])), nth=nth)
    if groups.get("open") or groups.get("first") or groups.get("final"):
        return nth_open_day(year, month, -1 if groups["final"] else int(groups["open"] or 1))
    if groups.get("fiscal") and month < 4:
        year += 1
    return _day(year, month, int(groups["day"] or 0), said=said)


def _month_number(name: str) -> int:
    return next((n for n, month in enumerate(MONTHS, 1) if name and month.lower().startswith(name[:3])), 0)


def _day(year: int, month: int, day: int, *, said: str) -> date:
    """Raises Mistake where the calendar has no such day; a year with leading zeros is a slip."""
    try:
        if year >= 1000:
            return date(year, month, day)
    except ValueError:
        pass
    raise Mistake(_NO_SUCH_DAY.fill(said=quote(said)))
