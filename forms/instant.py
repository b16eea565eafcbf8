"""What the clock on the wall means: from a wall time in a zone to the one moment it stands for."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


def instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, of a naive wall time: in a gap the first valid one after, in a fold the first of two."""
    moment = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall.replace(fold=0):
        return moment
    return _transition(wall.replace(tzinfo=zone, fold=1).astimezone(UTC), moment, zone=zone)


def wall_time(moment: datetime, zone: ZoneInfo) -> datetime:
    """The naive wall time of a moment."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def _transition(early: datetime, late: datetime, *, zone: ZoneInfo) -> datetime:
    """Where between two moments the clock jumps; zones change on whole seconds."""
    early, late = early.replace(microsecond=0), late.replace(microsecond=0)
    before = early.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late
