"""The lists that are in memory: few, by size; all others wait in the database until they are looked at."""

import zlib
from collections import OrderedDict

import sqlalchemy as sa

from bridge.store.engine import WORKING
from bridge.store.list_tables import list_content
from forms.form import ROLLS
from forms.lists.roll import Roll

MOST_BYTES = 16 * 1024 * 1024
"""Of all lists in memory together; the one that was looked at last stays, whatever its size."""


class Resident:
    """forms.lists.roll.Rolls. What is not in memory is fetched through the transaction that is at work just now.

    A hash has one content in every database: that several share this one does no harm.
    """

    def __init__(self) -> None:
        self._rolls: OrderedDict[str, Roll] = OrderedDict()

    def roll(self, sha256: str) -> Roll | None:
        found = self._rolls.pop(sha256, None) or _fetched(sha256)
        if found is None:
            return None
        self._rolls[sha256] = found
        while len(self._rolls) > 1 and sum(roll.size for roll in self._rolls.values()) > MOST_BYTES:
            self._rolls.popitem(last=False)
        return found

    def forget(self, sha256: str) -> None:
        """It is about to go."""
        self._rolls.pop(sha256, None)


def _fetched(sha256: str) -> Roll | None:
    connection = WORKING.get()
    if connection is None:
        return None
    row = connection.execute(sa.select(list_content).where(list_content.c.sha256 == sha256)).first()
    return None if row is None else Roll(zlib.decompress(bytes(row.packed)), value=row.facts["value"])


RESIDENT = Resident()
CONTEXT = {ROLLS: RESIDENT}
"""With which a form is read that is to find the rows of its lists."""
