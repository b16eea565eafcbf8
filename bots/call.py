"""Who calls a bot, from where, and when: what every handler is given first."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bots.events import EventId, RoomId, UserId
from bots.roles import Role
from forms.text import Lang


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`at` is aware (UTC); `zone` is the reader's. `direct`: nobody else is in the room."""

    event: EventId
    who: UserId
    role: Role
    lang: Lang
    room: RoomId
    direct: bool
    at: datetime
    zone: ZoneInfo
    mine: bool = True
    """The caller is of this municipality's own homeserver."""
    rest: str = ""
    """What was typed after the command's name, as it was typed."""

    @property
    def today(self) -> date:
        """The date where the caller is."""
        return self.at.astimezone(self.zone).date()
