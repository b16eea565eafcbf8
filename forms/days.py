"""Which day people mean by counting from today: 明後日, 来週の火曜, 4営業日後, 来月末; it asks where two are meant."""

import re
from collections.abc import Callable, Iterable
from datetime import date

from forms.business_days import after_long_holiday, business_days_after, is_open
from forms.calendar import (
    agreed,
    days_on,
    fiscal_year,
    in_fiscal_year,
    last_of_month,
    make_day,
    months_on,
    nearest,
    nth_open_day,
    nth_weekday,
    same_day_in,
    which,
)
from forms.mistake import Asked
from forms.text import Text

DayReader = Callable[[re.Match[str], date], date]

_WEEK = {c: n for n, c in enumerate("月火水木金土日")}
_WEEK_EN = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEK |= {name[:length]: n for length in (3, 9) for n, name in enumerate(_WEEK_EN)}
WEEKDAY = r"(?P<weekday>[月火水木金土日])曜日?"
WEEKDAY_EN = r"(?P<weekday>" + "|".join(d for d in _WEEK if d.isascii()) + r")"
_NAMED = {
    **dict.fromkeys(("一昨々日", "一昨昨日", "さきおととい"), -3),
    **dict.fromkeys(("一昨日", "おととい", "おとつい", "the day before yesterday"), -2),
    **dict.fromkeys(("昨日", "きのう", "さくじつ", "yesterday"), -1),
    **dict.fromkeys(("今日", "本日", "きょう", "ほんじつ", "today", "tonight"), 0),
    **dict.fromkeys(("明日", "あした", "あす", "みょうにち", "翌日", "tomorrow"), 1),
    **dict.fromkeys(("明後日", "あさって", "翌々日", "the day after tomorrow"), 2),
    **dict.fromkeys(("しあさって", "明々後日", "明明後日"), 3),
}
_WEEKS = {"先々週": -2, "先週": -1, "今週": 0, "この週": 0, "来週": 1, "翌週": 1, "再来週": 2, "翌々週": 2}
_WEEKS |= {"this": 0}
_MONTHS = {"先々月": -2, "先月": -1, "前月": -1, "今月": 0, "当月": 0, "来月": 1, "翌月": 1, "再来月": 2, "翌々月": 2}
YEARS = {"一昨年": -2, "おととし": -2, "昨年": -1, "去年": -1, "前年": -1, "今年": 0, "本年": 0, "当年": 0}
YEARS |= {"来年": 1, "翌年": 1, "再来年": 2}
FISCAL_YEARS = {
    **dict.fromkeys(("一昨年度", "前々年度"), -2),
    **dict.fromkeys(("昨年度", "前年度", "去年度"), -1),
    **dict.fromkeys(("今年度", "本年度", "当年度"), 0),
    **dict.fromkeys(("来年度", "翌年度", "次年度"), 1),
    **dict.fromkeys(("再来年度", "翌々年度"), 2),
}
NTH = r"(?:第(?P<nth>[1-5])|(?P<last>最終|最後の|第?1番最後の))の?"
_NTH_OPEN = r"(?:第(?P<nth>\d{1,2})|(?P<first>最初の|初)|(?P<last>最終|最後の|末の?|月末の?|月末最終))の?"


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_MONTH = rf"(?P<months>{_any(_MONTHS)})の?"


def _named(match: re.Match[str], today: date) -> date:
    return days_on(today, _NAMED[match[0]])


def _weekday_of_week(match: re.Match[str], today: date) -> date:
    """Weeks begin on Monday for some and on Sunday for others: only a day on which both agree is taken."""
    wanted, ahead = _WEEK[match["weekday"]], 7 * _WEEKS[match["week"]]
    monday_first = days_on(today, ahead + wanted - today.weekday())
    sunday_first = days_on(today, ahead + (wanted + 1) % 7 - (today.weekday() + 1) % 7)
    return agreed(monday_first, sunday_first)


def _next_weekday(match: re.Match[str], today: date) -> date:
    """次の金曜 said on a Tuesday is this week's Friday for some, next week's for others."""
    wanted = _WEEK[match["weekday"]]
    soonest = days_on(today, (wanted - today.weekday() - 1) % 7 + 1)
    return agreed(soonest, days_on(today, wanted - today.weekday() + 7))


def _last_weekday(match: re.Match[str], today: date) -> date:
    wanted = _WEEK[match["weekday"]]
    latest = days_on(today, -((today.weekday() - wanted - 1) % 7 + 1))
    return agreed(latest, days_on(today, wanted - today.weekday() - 7))


def _week_begins(_match: re.Match[str], today: date) -> date:
    """週明け is Monday; where that is a holiday, some mean the day after it."""
    monday = days_on(today, 7 - today.weekday())
    return agreed(monday, monday if is_open(monday) else business_days_after(monday, 1))


def business_days_on(day: date, count: int) -> date:
    """So many business days on, or back; the day itself is not counted."""
    if count >= 0:
        return business_days_after(day, count)
    for _ in range(min(-count, 250)):
        day = nearest(day, is_open, step=-1)
    return day


def _business_days(match: re.Match[str], today: date) -> date:
    return business_days_on(today, -int(match["count"]) if match.groupdict().get("ago") else int(match["count"]))


def _next_business_day(_match: re.Match[str], today: date) -> date:
    return business_days_after(today, 1)


def _second_business_day(_match: re.Match[str], today: date) -> date:
    return business_days_after(today, 2)


def _last_business_day(_match: re.Match[str], today: date) -> date:
    return business_days_on(today, -1)


def _after_long_holiday(_match: re.Match[str], today: date) -> date:
    return after_long_holiday(today)


def _first_of_work(_match: re.Match[str], today: date) -> date:
    """仕事始め: the first open day of the year to come."""
    first = nth_open_day(today.year, 1, 1)
    return first if first > today else nth_open_day(today.year + 1, 1, 1)


def _last_of_work(_match: re.Match[str], today: date) -> date:
    """仕事納め: the last open day of this year, or of the next where that is past."""
    last = nth_open_day(today.year, 12, -1)
    return last if last >= today else nth_open_day(today.year + 1, 12, -1)


def _days_on(match: re.Match[str], today: date) -> date:
    return days_on(today, _count(match))


def _weeks_on(match: re.Match[str], today: date) -> date:
    return days_on(today, 7 * _count(match))


def _months_later(match: re.Match[str], today: date) -> date:
    return same_day_in(today, _count(match))


def _years_later(match: re.Match[str], today: date) -> date:
    return same_day_in(today, 12 * _count(match))


def _half_year(match: re.Match[str], today: date) -> date:
    return same_day_in(today, -6 if match["ago"] else 6)


def _count(match: re.Match[str]) -> int:
    count = int(match["count"]) if match["count"].isdigit() else 1
    return -count if match.groupdict().get("ago") else count


def _day_of_month(match: re.Match[str], today: date) -> date:
    return make_day(*months_on(today, _MONTHS[match["months"]]), int(match["day"]))


def _month_end(match: re.Match[str], today: date) -> date:
    return last_of_month(*months_on(today, _MONTHS[match["months"] or "今月"]))


def _nth_weekday(match: re.Match[str], today: date) -> date:
    year, month = months_on(today, _MONTHS[match["months"]])
    return nth_weekday(year, month, weekday=_WEEK[match["weekday"]], nth=nth(match))


def _nth_open_day(match: re.Match[str], today: date) -> date:
    return nth_open_day(*months_on(today, _MONTHS[match["months"] or "今月"]), nth(match))


def nth(match: re.Match[str]) -> int:
    """第2 → 2, 最終 → -1."""
    if match["last"]:
        return -1
    return 1 if match.groupdict().get("first") else int(match["nth"])


def _fiscal_year_end(match: re.Match[str], today: date) -> date:
    return date(fiscal_year(today) + FISCAL_YEARS.get(match["year"], 0) + 1, 3, 31)


def _in_fiscal_year(match: re.Match[str], today: date) -> date:
    year = fiscal_year(today) + FISCAL_YEARS[match["year"]]
    return in_fiscal_year(year, int(match["month"]), int(match["day"]))


def _vague(_match: re.Match[str], _today: date) -> date:
    raise Asked(
        Text(
            ja="どの日のことか一つに決まりません。「2026/12/1」のように入力してください。",
            en="That may be several days. Please write the date.",
        )
    )


def _two_weekdays(match: re.Match[str], today: date) -> date:
    wanted = _WEEK[match["weekday"]]
    soonest = days_on(today, (wanted - today.weekday()) % 7)
    raise which(soonest, days_on(soonest, 7))


_LATER = r"(?:後|(?P<ago>前)|先)"
ELAPSED: tuple[tuple[str, DayReader], ...] = (
    (rf"(?P<count>\d{{1,4}})日間?{_LATER}", _days_on),
    (rf"(?P<count>\d{{1,3}})週間?{_LATER}", _weeks_on),
    (rf"(?P<count>\d{{1,2}})か月{_LATER}", _months_later),
    (rf"(?P<count>\d{{1,2}})年{_LATER}", _years_later),
    (rf"半年{_LATER}", _half_year),
    (r"in (?P<count>\d{1,4}|an?|one) days?", _days_on),
    (r"in (?P<count>\d{1,3}|an?|one) weeks?", _weeks_on),
    (r"in (?P<count>\d{1,2}|an?|one) months?", _months_later),
    (r"(?P<count>\d{1,4}|an?|one) days? (?P<ago>ago)", _days_on),
    (r"(?P<count>\d{1,3}|an?|one) weeks? (?P<ago>ago)", _weeks_on),
)
"""Days counted from now: without a time of day they mean the same time of day as now."""

DAYS: tuple[tuple[str, DayReader], ...] = (
    (_any(_NAMED), _named),
    (rf"(?P<week>{_any(_WEEKS)})の?(?P<weekday>[月火水木金土日](?=曜)|[火水木金土])(?:曜日?)?", _weekday_of_week),
    (rf"(?P<week>this) {WEEKDAY_EN}", _weekday_of_week),
    (rf"(?:次|今度|つぎ|こんど)の?{WEEKDAY}", _next_weekday),
    (rf"next {WEEKDAY_EN}", _next_weekday),
    (rf"(?:この)?(?:前|まえ)の?{WEEKDAY}", _last_weekday),
    (rf"last {WEEKDAY_EN}", _last_weekday),
    (r"(?:来週の)?週明け", _week_begins),
    (r"(?P<count>\d{1,4})営業日(?:後|(?P<ago>前))", _business_days),
    (r"(?:in )?(?P<count>\d{1,4}) business days?(?: later)?", _business_days),
    (r"(?:次|翌|つぎ)の?営業日|明営業日|next business day|the next business day", _next_business_day),
    (r"翌々営業日", _second_business_day),
    (r"(?:直前|前|前の)の?営業日", _last_business_day),
    (r"(?:大型)?連休明け|after the (?:long )?holidays", _after_long_holiday),
    (r"仕事始め|御用始め|年明け最初の営業日|年始の営業日|年明けの?最初の営業日", _first_of_work),
    (r"仕事納め|御用納め|年内最終営業日|年内最後の営業日", _last_of_work),
    (rf"{_MONTH}(?P<day>\d{{1,2}})日", _day_of_month),
    (rf"(?P<months>{_any(_MONTHS)})の?(?:月?末日?|最終日)", _month_end),
    (r"(?P<months>)(?:月末日?|月の末日?|末日)", _month_end),
    (rf"{_MONTH}{NTH}{WEEKDAY}", _nth_weekday),
    (rf"(?:{_MONTH})?{_NTH_OPEN}営業日", _nth_open_day),
    (rf"(?P<year>{_any(FISCAL_YEARS)}|年度)の?末日?", _fiscal_year_end),
    (rf"(?P<year>{_any(FISCAL_YEARS)})の?(?P<month>\d{{1,2}})月(?P<day>\d{{1,2}})日", _in_fiscal_year),
    (
        r"[今来翌先再々前]*週(?:末|中|初め|前半|後半)?|週末|[今来翌先再々前]*月(?:中|初め|中旬|上旬|下旬|前半|後半)?",
        _vague,
    ),
    (
        r"年末|年始|年末年始|年明け|年度(?:初め|始め|当初)|お盆|正月|春|夏|秋|冬|後日|近日中?|そのうち|いつか|至急",
        _vague,
    ),
    (r"next week|this week|next month|this month|weekend|the weekend", _vague),
    *ELAPSED,
)
"""How a day may be counted from today, and who reads it: the first pattern that fits decides."""
