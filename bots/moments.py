"""How a moment is said: in both languages, on the reader's own clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

from forms.text import Text
from forms.when import show_when


def day(at: datetime, zone: ZoneInfo) -> Text:
    """Only the day."""
    shown = moment(at, zone, at)
    return Text(ja=shown.ja.partition("）")[0] + "）", en=shown.en.partition(",")[0])


def moment(at: datetime, zone: ZoneInfo, now: datetime) -> Text:
    """`at` as people in `zone` say it; the year only where it is not this one."""
    return Text(ja=show_when(at, zone, "ja", now=now), en=show_when(at, zone, "en", now=now))
