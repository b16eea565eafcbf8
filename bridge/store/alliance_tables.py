"""The tables of the alliance: who belongs to it, and what its members send one another."""

import sqlalchemy as sa

from bridge.store.columns import Moment, Words, metadata

municipality = sa.Table(
    "municipality",
    metadata,
    sa.Column("server", Words, primary_key=True),
    sa.Column("bot", Words, nullable=False),
    sa.Column("ja", Words, nullable=False),
    sa.Column("en", Words, nullable=False),
    sa.Column("code", Words, nullable=False),
    sa.Column("kind", Words, nullable=False),  # municipality | prefecture | partner
    sa.Column("contact", Words, nullable=False),
    sa.Column("population", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("keys", sa.JSON, nullable=False),
    comment="the alliance, as the list in force has it",
)

known_key = sa.Table(
    "known_key",
    metadata,
    sa.Column("server", Words, primary_key=True),
    sa.Column("id", Words, primary_key=True),
    sa.Column("public", Words, nullable=False),
    comment="every key that a list in force ever named: what was signed with it can be checked for good",
)

delivered = sa.Table(
    "delivered",
    metadata,
    sa.Column("id", Words, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    comment="documents of other municipalities that were heard: each once",
)

parcel = sa.Table(
    "parcel",
    metadata,
    sa.Column("sender", Words, primary_key=True),
    sa.Column("name", Words, primary_key=True),
    sa.Column("part", sa.Integer, primary_key=True),
    sa.Column("data", Words, nullable=False),
    sa.Column("at", Moment, nullable=False),
    comment="parts whose others have not come yet",
)

roll = sa.Table(
    "roll",
    metadata,
    sa.Column("version", sa.BigInteger, primary_key=True),
    sa.Column("id", Words, primary_key=True),
    sa.Column("state", Words, nullable=False),  # in force | past | rival
    sa.Column("raw", Words, nullable=False),
    sa.Column("at", Moment, nullable=False),
    comment="every list of the alliance that was ever in force here, and rivals of one",
)

motion = sa.Table(
    "motion",
    metadata,
    sa.Column("id", Words, primary_key=True),
    sa.Column("kind", Words, nullable=False),
    sa.Column("server", Words, nullable=False),  # whom it is about
    sa.Column("via", Words, nullable=False),  # who brought it
    sa.Column("state", Words, nullable=False),  # asked | checked | open | carried
    sa.Column("raw", Words, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("ready", Moment),  # since when it has enough votes
    sa.Column("next_try", Moment),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Index(None, "state"),
    comment="changes of the list that are, or were, voted on",
)

vote = sa.Table(
    "vote",
    metadata,
    sa.Column("motion", Words, primary_key=True),
    sa.Column("server", Words, primary_key=True),
    sa.Column("choice", Words, nullable=False),  # approve | refuse
    sa.Column("raw", Words, nullable=False),
    sa.Column("at", Moment, nullable=False),
    comment="members' signed votes",
)

attempt = sa.Table(
    "attempt",
    metadata,
    sa.Column("base", Words, primary_key=True),
    sa.Column("state", sa.JSON, nullable=False),
    comment="our part in agreeing on the list after this one",
)
