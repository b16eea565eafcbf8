"""The one moment that words begin with: 「明日 9:00 会議の資料」. What comes again is refused, with its next time."""

import re
from collections.abc import Sequence
from datetime import datetime

from bots.call import Call
from forms.mistake import Mistake
from forms.reading.coming import read_coming
from forms.spoken import Unclear
from forms.text import Text
from forms.when import split_when

_ONLY_ONCE = Text(
    ja="くり返しのお知らせはできません。次の1回を「{when} 会議」のように日時で書いてください。",
    en="Reminders do not repeat: please give the next one by its date and time, e.g. “{when} meeting”.",
)
_AGAIN = re.compile(r"毎|隔週|隔月|平日|every|each|daily|weekly|monthly", re.IGNORECASE)
_LONGEST = 6  # words: 「every first monday at 9 am」


def first_moment(words: Sequence[str], call: Call) -> tuple[datetime, int]:
    """The moment, and how many of the words say it. Raises Mistake."""
    try:
        moment, rest = split_when(" ".join(words), call.at.astimezone(call.zone), call.zone)
    except Unclear:
        _refuse_again(words, call)
        raise
    return moment, len(words) - len(rest.split())


def _refuse_again(words: Sequence[str], call: Call) -> None:
    for count in range(min(len(words), _LONGEST), 0, -1):
        coming = read_coming(" ".join(words[:count]), now=call.at, zone=call.zone)
        if coming.every and coming.at:
            at = coming.at.astimezone(call.zone)
            when = Text(ja=f"{at.month}月{at.day}日 {at.hour}:{at:%M}", en=f"{at:%Y-%m-%d} {at.hour}:{at:%M}")
            raise Mistake(_ONLY_ONCE.fill(when=when))
    if _AGAIN.match(words[0]):
        raise Mistake(_ONLY_ONCE.fill(when=Text(ja="明日 9:00", en="tomorrow 9am")))
