"""The tables. Moments are whole microseconds since 1970 in UTC.

Answers live in `response` and nowhere else; those of an anonymous form never there, but sealed in `envelope` and, once
the urn is opened, in `ballot`.
"""

import sqlalchemy as sa

from bridge.store import (  # noqa: F401 - all tables are one schema
    alliance_tables,
    function_tables,
    group_tables,
    inquiry_tables,
    list_tables,
    template_tables,
)
from bridge.store.columns import Moment, Serial, Words, metadata

__all__ = ["metadata"]


fact = sa.Table(
    "fact",
    metadata,
    sa.Column("name", Words, primary_key=True),
    sa.Column("value", Words, nullable=False),
    comment="single values: the sync cursor, the rooms that give roles",
)

inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("seq", Serial, primary_key=True, autoincrement=True),
    sa.Column("event_id", Words, nullable=False, unique=True),
    sa.Column("room_id", Words, nullable=False),
    sa.Column("sender", Words, nullable=False),
    sa.Column("state", Words, nullable=False),  # new | waiting (for a key: its room waits) | late (no longer) | done
    sa.Column("session_id", Words),
    sa.Column("since", Moment, nullable=False),
    sa.Column("body", Words),  # the event as it came; emptied when it is done
    sa.Index(None, "state", "room_id", "seq"),
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("seq", Serial, primary_key=True, autoincrement=True),
    sa.Column("txn", Words, nullable=False, unique=True),
    sa.Column("lane", Words, nullable=False),  # a room id, or a user id while their direct room is not entered
    sa.Column("state", Words, nullable=False),  # ready | sent | dead
    sa.Column("owner", Words),  # private: may only go to a room of this person and the bot
    sa.Column("body", sa.JSON(none_as_null=True)),  # emptied when sent
    sa.Column("blob", Words),
    sa.Column("about", sa.JSON(none_as_null=True)),
    sa.Column("created", Moment, nullable=False),
    sa.Column("event_id", Words),
    sa.Index(None, "state", "lane", "seq"),
    sa.Index(None, "event_id"),
)

blob = sa.Table(
    "blob", metadata, sa.Column("hash", Words, primary_key=True), sa.Column("content", sa.LargeBinary, nullable=False)
)

room = sa.Table(
    "room",
    metadata,
    sa.Column("room_id", Words, primary_key=True),
    sa.Column("membership", Words, nullable=False),  # invited | joined | left: the bot's own
    sa.Column("inviter", Words),
    sa.Column("encrypted", sa.Boolean, nullable=False, default=False),
    sa.Column("name", Words),
    sa.Column("alias", Words),
    sa.Column("successor", Words),
    sa.Column("next_try", Moment),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("speaker", Words),  # the function account that is in it and speaks there; none: the bot
)

member = sa.Table(
    "member",
    metadata,
    sa.Column("room_id", Words, primary_key=True),
    sa.Column("user_id", Words, primary_key=True),
    sa.Column("membership", Words, nullable=False),  # join | invite
    sa.Column("name", Words),
    sa.Index(None, "user_id"),
)

direct = sa.Table(
    "direct",
    metadata,
    sa.Column("user_id", Words, primary_key=True),
    sa.Column("room_id", Words),
    sa.Column("state", Words, nullable=False),  # wanted | invited | joined | gone
    sa.Column("generation", sa.Integer, nullable=False, default=1),
    sa.Column("next_try", Moment),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("source", Words, nullable=False),  # the event that wanted it: what ids are derived from
    sa.Index(None, "state"),
    sa.Index(None, "room_id"),
)

person = sa.Table(
    "person",
    metadata,
    sa.Column("user_id", Words, primary_key=True),
    sa.Column("lang", Words),
    sa.Column("response", Words),  # the one they are in
)

form = sa.Table(
    "form",
    metadata,
    sa.Column("name", Words, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("document", Words, nullable=False),
    sa.Column("author", Words, nullable=False),
)

manuscript = sa.Table(
    "manuscript",
    metadata,
    sa.Column("name", Words, primary_key=True),
    sa.Column("step", sa.Integer, nullable=False),  # the one it stands at: after an undo, not the last
    sa.Column("given", sa.Integer, nullable=False),  # how many ids its questions were given
    sa.Column("version", sa.Integer, nullable=False),  # of the form, taken in or made last; 0 for none
)

manuscript_step = sa.Table(
    "manuscript_step",
    metadata,
    sa.Column("name", Words, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("after", sa.Integer, nullable=False),  # the step that it changed; 0 for the first
    sa.Column("author", Words, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("what", sa.JSON, nullable=False),
    sa.Column("document", Words, nullable=False),
)

drafting = sa.Table(
    "drafting",
    metadata,
    sa.Column("user_id", Words, primary_key=True),
    sa.Column("manuscript", Words, nullable=False),
    sa.Column("seen", sa.Integer, nullable=False),
    sa.Column("state", sa.JSON, nullable=False),
)

publication = sa.Table(
    "publication",
    metadata,
    sa.Column("id", Words, primary_key=True),
    sa.Column("form", Words, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("room_id", Words, nullable=False),
    sa.Column("author", Words, nullable=False),
    sa.Column("published_at", Moment, nullable=False),
    sa.Column("closes_at", Moment),
    sa.Column("closed_at", Moment),
    sa.UniqueConstraint("form", "number"),
    sa.Index(None, "room_id"),
    sa.Index(None, "closed_at", "closes_at"),
)

asked = sa.Table(
    "asked",
    metadata,
    sa.Column("publication", Words, primary_key=True),
    sa.Column("user_id", Words, primary_key=True),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("muted", sa.Boolean, nullable=False, default=False),
    sa.Column("unreachable", sa.Boolean, nullable=False, default=False),
    sa.Index(None, "user_id"),
)

response = sa.Table(
    "response",
    metadata,
    sa.Column("id", Words, primary_key=True),
    sa.Column("publication", Words),  # none: a preview
    sa.Column("form", Words, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("user_id", Words, nullable=False),
    sa.Column("receipt", Words, nullable=False),
    sa.Column("state", sa.JSON, nullable=False),
    sa.Column("sealed", sa.LargeBinary),  # the draft of an anonymous form; its key is not in this database
    sa.Column("sent", sa.JSON(none_as_null=True)),
    sa.Column("begun_at", Moment, nullable=False),
    sa.Column("sent_at", Moment),
    sa.Column("sending", sa.BigInteger),  # counts what was sent, in the order it was kept; never the same twice
    sa.UniqueConstraint("publication", "user_id"),
    sa.Index(None, "user_id"),
)

total = sa.Table(
    "total",
    metadata,
    sa.Column("publication", Words, primary_key=True),
    sa.Column("server", Words, primary_key=True),
    sa.Column("question", Words, primary_key=True),  # "": how many responses
    sa.Column("what", Words, primary_key=True),  # asked | answered | value
    sa.Column("value", Words, primary_key=True),  # as JSON
    sa.Column("n", sa.BigInteger, nullable=False),
    comment="results, kept up to date response by response; made anew from the responses where they disagree",
)

attachment = sa.Table(
    "attachment",
    metadata,
    sa.Column("response", Words, primary_key=True),
    sa.Column("key", Words, primary_key=True),  # of the answer
    sa.Column("sha256", Words, primary_key=True),
    sa.Column("name", Words, nullable=False),
    sa.Column("type", Words, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    comment="files that answer questions: they go when their response goes",
)

urn = sa.Table(
    "urn",
    metadata,
    sa.Column("publication", Words, primary_key=True),
    sa.Column("lock", sa.LargeBinary, nullable=False),  # closes envelopes; the key that opens them is not here
    sa.Column("state", Words, nullable=False),  # shut | open | lost (the key is gone)
)

# Their keys are random, and nothing else is in them: no time, no person, and with WITHOUT ROWID no order of coming.
envelope = sa.Table(
    "envelope",
    metadata,
    sa.Column("id", Words, primary_key=True),
    sa.Column("publication", Words, nullable=False),
    sa.Column("box", sa.LargeBinary, nullable=False),
    sa.Index(None, "publication"),
    sqlite_with_rowid=False,
)

ballot = sa.Table(
    "ballot",
    metadata,
    sa.Column("id", Words, primary_key=True),
    sa.Column("publication", Words, nullable=False),
    sa.Column("answers", sa.JSON, nullable=False),
    sa.Index(None, "publication"),
    sqlite_with_rowid=False,
)

reminder = sa.Table(
    "reminder",
    metadata,
    sa.Column("id", Words, primary_key=True),
    sa.Column("due", Moment, nullable=False),
    sa.Column("wall", Words, nullable=False),  # the wall time it was set for, and the zone of that wall
    sa.Column("zone", Words, nullable=False),
    sa.Column("state", Words, nullable=False),  # due | fired | cancelled
    sa.Column("publication", Words),
    sa.Column("room_id", Words),
    sa.Column("author", Words, nullable=False),
    sa.Column("text", Words, nullable=False),
    sa.Column("fired_at", Moment),
    sa.Index(None, "state", "due"),
)

digest = sa.Table(
    "digest",
    metadata,
    sa.Column("room_id", Words, primary_key=True),
    sa.Column("weekdays", Words, nullable=False),
    sa.Column("at", Words, nullable=False),
    sa.Column("next", Moment, nullable=False),
    sa.Column("since", Moment, nullable=False),
    sa.Column("author", Words, nullable=False),
)

live = sa.Table(
    "live",
    metadata,
    sa.Column("publication", Words, primary_key=True),
    sa.Column("room_id", Words, nullable=False),
    sa.Column("generation", sa.Integer, nullable=False),
    sa.Column("edits", sa.Integer, nullable=False),
    sa.Column("stale", sa.Boolean, nullable=False),
    sa.Column("not_before", Moment, nullable=False),
    sa.Index(None, "stale", "not_before"),
)

pending = sa.Table(
    "pending",
    metadata,
    sa.Column("room_id", Words, primary_key=True),
    sa.Column("user_id", Words, primary_key=True),
    sa.Column("command", Words, nullable=False),
    sa.Column("words", sa.JSON, nullable=False),
    sa.Column("until", Moment, nullable=False),
)
