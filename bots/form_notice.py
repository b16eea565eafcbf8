"""When those who have not answered are reminded before a deadline, and what the editor is told of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bots.arguments import RemindAt
from bots.call import Call
from bots.moments import moment
from forms.form import Form
from forms.mistake import Mistake
from forms.schedule import reminder_times
from forms.text import Text

REMINDS = Text(ja="未回答の方へのお知らせ: {moments}", en="Those who have not answered are reminded: {moments}")
TOO_LATE = Text(
    ja="締切前のお知らせは、日時がもう過ぎているため送りません。いま知らせるときは「!form remind {name}」。",
    en="The moment for the reminder has passed, so there will be none. To remind now: !form remind {name}",
)
NO_DEADLINE = Text(
    ja="締切がないので「何時間前」では決められません。日時で書いてください。",
    en="There is no deadline to count from: give the reminder as a date and time.",
)


def notices(call: Call, form: Form, closes: datetime | None, asked: RemindAt | None) -> list[datetime]:
    """The moments, in order: as asked, or as the form has them. Raises Mistake where there is nothing to count from."""
    wanted: Iterable[datetime | timedelta] = form.reminders if asked is None else asked
    offsets = [w for w in wanted if isinstance(w, timedelta)]
    moments = [w for w in wanted if isinstance(w, datetime)]
    if offsets and closes is None:
        raise Mistake(NO_DEADLINE)
    before = reminder_times(closes, offsets, now=call.at, zone=call.zone, urgent=form.urgent) if closes else []
    return sorted({*before, *moments})


def noticed(call: Call, form: Form, times: Sequence[datetime], asked: RemindAt | None) -> tuple[Text, ...]:
    """A line about them. Nothing where nobody asked for any; a warning where what was asked for is past already."""
    if times:
        said = [moment(at, call.zone, call.at) for at in times]
        moments = Text(ja="、".join(m.ja for m in said), en="; ".join(m.en for m in said))
        return (REMINDS.fill(moments=moments),)
    return (TOO_LATE.fill(name=form.name),) if asked else ()
