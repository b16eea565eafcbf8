"""bots.ports_health: what was seen of the other members when they were looked at last; one fact."""

import json
from datetime import datetime

import sqlalchemy as sa

from bots.roles import Role
from bridge.store import rooms
from bridge.store.desk import Desk
from bridge.store.tables import fact
from forms.text import Text

_NAME = "federation:health"


class HealthDesk:
    """bots.ports_health.Healths."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._db = desk, desk.connection

    def last(self) -> tuple[datetime, Text] | None:
        self._desk.need(Role.STAFF)
        kept = self._db.execute(sa.select(fact.c.value).where(fact.c.name == _NAME)).scalar()
        if kept is None:
            return None
        found = json.loads(kept)
        return datetime.fromisoformat(found["at"]), Text(ja=found["ja"], en=found["en"])


def keep_health(connection: sa.Connection, at: datetime, words: Text) -> None:
    """In the place of what was seen before."""
    kept = json.dumps({"at": at.isoformat(), "ja": words.ja, "en": words.en}, ensure_ascii=False)
    rooms.set_fact(connection, _NAME, kept)
