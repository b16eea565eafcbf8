"""A room that was upgraded: when the old and the new one agree, everything that pointed at the old one follows."""

import sqlalchemy as sa

from bridge.store import groups, outbox, rooms
from bridge.store.tables import digest, direct, fact, live, publication, reminder, room


def replaced(connection: sa.Connection, old: str, new: str) -> None:
    """The old room says that it goes on in the new one: believed where the new one, once entered, says so too."""
    connection.execute(sa.update(room).where(room.c.room_id == old).values(successor=new))
    if rooms.is_in(connection, new) and rooms.facts(connection).get(f"predecessor:{new}") == old:
        _moved(connection, old, new)


def succeed(connection: sa.Connection, new: str, old: object) -> None:
    """The new room says that it continues the old one: believed where the old one said so too."""
    if not isinstance(old, str):
        return
    rooms.set_fact(connection, f"predecessor:{new}", old)
    said = connection.execute(sa.select(room.c.successor).where(room.c.room_id == old)).scalar()
    if said == new:
        _moved(connection, old, new)


def _moved(connection: sa.Connection, old: str, new: str) -> None:
    """Everything that pointed at the old room follows; a group's room where its log says so."""
    groups.upgraded(connection, old, new)
    outbox.move(connection, old, new)
    # What was said in the old room cannot be edited from the new one: the live message begins anew.
    connection.execute(
        sa.update(live).where(live.c.room_id == old).values(generation=live.c.generation + 1, edits=0, stale=True)
    )
    for table in (publication, reminder, live):
        connection.execute(sa.update(table).where(table.c.room_id == old).values(room_id=new))
    if connection.execute(sa.select(digest.c.room_id).where(digest.c.room_id == new)).first() is None:
        connection.execute(sa.update(digest).where(digest.c.room_id == old).values(room_id=new))
    connection.execute(sa.update(direct).where(direct.c.room_id == old).values(room_id=new))
    connection.execute(sa.update(fact).where(fact.c.name.like("room:%"), fact.c.value == old).values(value=new))
