"""A moment to come, or a rule with its first moment, as reminders name them: read, asked back or refused."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from forms.every import read_every
from forms.mistake import Asked, Mistake
from forms.reading.kinds import Status
from forms.reading.taken import JAPAN
from forms.text import Text
from forms.when import bare, noted_when, show_when


@dataclass(frozen=True, slots=True)
class Coming:
    """`at` is aware; `every` an RRULE for what comes again, whose first moment is `at`. None unless `ok`."""

    status: Status
    at: datetime | None = None
    every: str | None = None
    shown: Text | None = None
    note: Text | None = None


def read_coming(text: str, *, now: datetime, zone: ZoneInfo = JAPAN) -> Coming:
    """When `text`, said at `now` (aware), falls due."""
    try:
        rule = read_every(bare(text), now, zone)
        at, note = (rule.first, None) if rule else noted_when(text, now, zone)
    except Mistake as mistake:
        return Coming("ask" if isinstance(mistake, Asked) else "refused", note=mistake.text)
    at = at.replace(second=0, microsecond=0)
    shown = Text(ja=show_when(at, zone, "ja", now=now), en=show_when(at, zone, "en", now=now))
    if rule:
        again = Text(ja="くり返し（次は{at}）", en="again and again (next: {at})")
        shown = again.fill(at=shown)
    return Coming("ok", at, rule.rule if rule else None, shown, note)
