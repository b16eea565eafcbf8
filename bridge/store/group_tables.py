"""The tables of user groups: their signed logs, the work in their rooms, and the directory of colleagues."""

import sqlalchemy as sa

from bridge.store.columns import Moment, Words, metadata

group_deed = sa.Table(
    "group_deed",
    metadata,
    sa.Column("id", Words, primary_key=True),
    sa.Column("group_id", Words, nullable=False, index=True),
    sa.Column("n", sa.BigInteger, nullable=False),
    sa.Column("signer", Words, nullable=False),
    sa.Column("raw", Words, nullable=False),
    comment="every group's log: signed, never changed, the same at every member",
)

group_place = sa.Table(
    "group_place",
    metadata,
    sa.Column("group_id", Words, primary_key=True),
    sa.Column("key", Words, primary_key=True),  # "" is the space
    sa.Column("room_id", Words, nullable=False),
    sa.Column("by", Words),  # who asked for it; emptied when everybody was told
    comment="which room is which, of groups",
)

group_upgrade = sa.Table(
    "group_upgrade",
    metadata,
    sa.Column("group_id", Words, primary_key=True),
    sa.Column("key", Words, primary_key=True),
    sa.Column("before", Words, nullable=False),
    sa.Column("room_id", Words, nullable=False),
    comment="rooms of groups that our own Kairan made and upgraded, until everybody was told",
)

group_task = sa.Table(
    "group_task",
    metadata,
    sa.Column("id", Words, primary_key=True),
    sa.Column("group_id", Words, nullable=False),
    sa.Column("work", Words, nullable=False),
    sa.Column("key", Words, nullable=False),
    sa.Column("target", Words, nullable=False),
    sa.Column("by", Words, nullable=False),
    sa.Column("state", Words, nullable=False),  # wanted | done | refused
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_try", Moment),
    sa.Column("since", Moment, nullable=False),
    sa.Index(None, "state", "next_try"),
    comment="what our Kairan has to do in the rooms of groups",
)

colleague = sa.Table(
    "colleague",
    metadata,
    sa.Column("user_id", Words, primary_key=True),
    sa.Column("n", sa.BigInteger, nullable=False),
    sa.Column("shown", sa.Boolean, nullable=False),
    sa.Column("name", Words, nullable=False),
    sa.Column("kana", Words, nullable=False),
    sa.Column("department", Words, nullable=False),
    sa.Column("duties", Words, nullable=False),
    comment="the directory: the newest that each colleague's municipality publishes",
)

let_in = sa.Table(
    "let_in",
    metadata,
    sa.Column("user_id", Words, primary_key=True),
    sa.Column("whom", Words, primary_key=True),  # a server, or a person
    comment="whose invitations our people want, beside those that come because the directory shows them",
)

neighbour = sa.Table(
    "neighbour",
    metadata,
    sa.Column("server", Words, primary_key=True),
    sa.Column("heard", Moment),
    sa.Column("greeted", sa.Boolean, nullable=False),
    comment="when another member's Kairan gave its last sign of life, and whether it has what we publish",
)

paced = sa.Table(
    "paced",
    metadata,
    sa.Column("id", Words, primary_key=True),
    sa.Column("what", Words, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Index(None, "what", "at"),
    comment="what may happen only so often",
)
