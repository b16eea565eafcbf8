"""The tables of function accounts: who they are, and what people outside want of them."""

import sqlalchemy as sa

from bridge.store.columns import Moment, Words, metadata

function = sa.Table(
    "function",
    metadata,
    sa.Column("user_id", Words, primary_key=True),
    sa.Column("name", Words, nullable=False),
    sa.Column("key", Words, nullable=False, unique=True),  # the name as names are compared
    sa.Column("duties", Words, nullable=False),
    sa.Column("lines", sa.JSON, nullable=False),
    sa.Column("chief", Words, nullable=False),
    sa.Column("signed", sa.Boolean, nullable=False),
    sa.Column("state", Words, nullable=False),  # open | closing | closed
    sa.Column("since", Moment, nullable=False),
    comment="accounts that are an office's and nobody's own",
)

matter = sa.Table(
    "matter",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("function", Words, nullable=False),
    sa.Column("person", Words, nullable=False),
    sa.Column("room_id", Words, nullable=False),
    sa.Column("state", Words, nullable=False),  # open | done
    sa.Column("taker", Words),
    sa.Column("reached", sa.JSON, nullable=False),
    sa.Column("waits", Moment),
    sa.Column("wake", Moment),
    sa.Column("held", sa.Boolean, nullable=False),
    sa.Column("told", Moment),
    sa.Column("stopped", Moment),  # when the person was last told to write more slowly
    sa.Column("turn", sa.Integer, nullable=False),
    sa.Index(None, "state", "wake"),
    sa.Index(None, "function", "person"),
    comment="what one person wants of a function, until it is done",
)

note = sa.Table(
    "note",
    metadata,
    sa.Column("matter", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("source", Words, nullable=False),
    sa.Column("by", Words, nullable=False),
    sa.Column("text", Words, nullable=False),
    sa.Column("name", Words, nullable=False),
    sa.Column("content", sa.LargeBinary),
    sa.Column("changed", sa.Boolean, nullable=False),
    sa.Column("at", Moment, nullable=False),
    comment="what was written in a matter: thrown away when it is done",
)
