"""The tables of inquiries. Of what people of other municipalities answered nothing is here: only what was released."""

import sqlalchemy as sa

from bridge.store.columns import Moment, Words, metadata

inquiry = sa.Table(
    "inquiry",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("asker", Words, nullable=False),  # a server, ours too
    sa.Column("id", Words, nullable=False),
    sa.Column("document", Words, nullable=False),
    sa.Column("kind", Words, nullable=False),  # totals | one
    sa.Column("deadline", Moment, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("closed_at", Moment),
    # of ours
    sa.Column("author", Words),
    sa.Column("room_id", Words),
    sa.Column("wake", Moment),
    sa.Column("wakes", sa.Integer, nullable=False, default=0),
    sa.Column("generation", sa.Integer, nullable=False, default=1),
    sa.Column("edits", sa.Integer, nullable=False, default=0),
    sa.Column("stale", sa.Boolean, nullable=False, default=False),
    sa.Column("not_before", Moment),
    # of theirs
    sa.Column("told", Words),
    sa.Column("said", sa.Integer, nullable=False, default=0),
    sa.Column("accepted", sa.Boolean, nullable=False, default=False),
    sa.Column("publication", Words),
    sa.Column("last", sa.JSON(none_as_null=True)),
    sa.Column("past", sa.JSON(none_as_null=True)),  # what was true behind releases: it never leaves
    sa.Column("draft", sa.JSON(none_as_null=True)),
    sa.Column("draft_truth", sa.JSON(none_as_null=True)),
    sa.Column("draft_by", Words),
    sa.Column("pleaded_at", Moment),
    sa.UniqueConstraint("asker", "id"),
    sa.Index(None, "stale", "not_before"),
    comment="what this municipality asked others, and was asked by them",
)

inquiry_body = sa.Table(
    "inquiry_body",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("server", Words, primary_key=True),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("told", Words, nullable=False),
    sa.Column("said", sa.Integer, nullable=False),
    sa.Column("reason", Words, nullable=False),
    sa.Column("asked", sa.Integer),
    sa.Column("released", sa.JSON(none_as_null=True)),
    sa.Column("released_at", Moment),
    sa.Column("seal", Words, nullable=False),
    sa.Column("warning", Words, nullable=False),
    comment="how far each municipality is that we asked",
)

inquiry_release = sa.Table(
    "inquiry_release",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("server", Words, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("raw", Words, nullable=False),
    comment="releases as they were signed: to be checked for good",
)
