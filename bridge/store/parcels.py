"""What other municipalities send: put together from its parts, checked, and heard once."""

import logging
from datetime import datetime, timedelta

import sqlalchemy as sa

from bots.events import Delivered, Signed
from bridge.alliance.parcel import Parcel, joined, opened, read_envelope
from bridge.alliance.signing import NotCanonical, verify
from bridge.store.alliance_tables import delivered, parcel
from bridge.store.desk import Municipality
from bridge.store.engine import insert_new, upsert
from bridge.store.members import member_at

log = logging.getLogger(__name__)

MOST_OPEN = 200
"""Parts of one sender that may wait for others."""
PATIENCE = timedelta(days=7)


def unpack(connection: sa.Connection, town: Municipality, part: Parcel) -> Delivered | None:
    """The document, with its last part; None before that, and for what is not signed by its sender or was heard."""
    raw = _complete(connection, part)
    signed = None if raw is None else _checked(connection, town, part, raw)
    if signed is None:
        return None
    if connection.execute(sa.select(delivered.c.id).where(delivered.c.id == signed.id)).first() is not None:
        return None
    insert_new(connection, delivered, {"id": signed.id, "at": part.at})
    return Delivered(id=part.id, room=part.room, sender=part.sender, at=part.at, direct=part.direct, signed=signed)


def _complete(connection: sa.Connection, part: Parcel) -> str | None:
    pieces = {part.part: part.data}
    if part.of > 1:
        _keep(connection, part)
        here = (parcel.c.sender == part.sender) & (parcel.c.name == part.name) & (parcel.c.part < part.of)
        pieces = dict(connection.execute(sa.select(parcel.c.part, parcel.c.data).where(here)).all())
        if len(pieces) < part.of:
            return None
        connection.execute(sa.delete(parcel).where(here))
    try:
        return joined([pieces[n] for n in sorted(pieces)])
    except NotCanonical as wrong:
        log.warning("a parcel cannot be unpacked: %s", wrong)
        return None


def _keep(connection: sa.Connection, part: Parcel) -> None:
    """A sender who never completes anything loses the oldest of it."""
    theirs = sa.select(sa.func.count()).select_from(parcel).where(parcel.c.sender == part.sender)
    if connection.execute(theirs).scalar_one() >= MOST_OPEN:
        oldest = sa.select(parcel.c.name).where(parcel.c.sender == part.sender).order_by(parcel.c.at).limit(1)
        first = connection.execute(oldest).scalar_one()
        connection.execute(sa.delete(parcel).where(parcel.c.sender == part.sender, parcel.c.name == first))
    row = {"sender": part.sender, "name": part.name, "part": part.part, "data": part.data, "at": part.at}
    upsert(connection, parcel, row)


def _checked(connection: sa.Connection, town: Municipality, part: Parcel, raw: str) -> Signed | None:
    """Signed by the Kairan that sent it, a member now, and meant for us."""
    try:
        signed, envelope = read_envelope(raw), opened(raw)
    except NotCanonical as wrong:
        log.warning("a parcel makes no sense: %s", wrong)
        return None
    found = member_at(connection, signed.signer)
    if found is None or found[0].bot != part.sender or not verify(envelope, signed.signer, found[1]):
        log.warning("a parcel was not signed by the member that sent it")
        return None
    return signed if envelope.get("to", town.server) == town.server else None


def forget_old(connection: sa.Connection, now: datetime) -> None:
    """Parts whose others never came."""
    connection.execute(sa.delete(parcel).where(parcel.c.at < now - PATIENCE))
