"""The tables of templates: what came from members and ourselves, what was adopted, and how often."""

import sqlalchemy as sa

from bridge.store.columns import Moment, Words, metadata

template = sa.Table(
    "template",
    metadata,
    sa.Column("server", Words, primary_key=True),
    sa.Column("name", Words, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("id", Words, nullable=False),
    sa.Column("raw", Words, nullable=False),  # as it was signed: what is handed on, and checked again before use
    sa.Column("at", Moment, nullable=False),
    sa.Column("ja", Words, nullable=False),
    sa.Column("en", Words, nullable=False),
    sa.Column("found_by", Words, nullable=False),  # all its words, in one spelling
    sa.Column("newest", sa.Boolean, nullable=False),
    sa.Column("refused", sa.JSON),  # why it cannot be used, in both languages
    sa.Index(None, "newest"),
    comment="templates of all members, as they were signed",
)

withdrawn = sa.Table(
    "template_withdrawn",
    metadata,
    sa.Column("server", Words, primary_key=True),
    sa.Column("name", Words, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    comment="templates that their author took back, up to this version",
)

adoption = sa.Table(
    "adoption",
    metadata,
    sa.Column("form", Words, primary_key=True),
    sa.Column("server", Words, nullable=False),
    sa.Column("name", Words, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("who", Words, nullable=False),
    sa.Index(None, "server", "name"),
    comment="which form was made from which template, and by whom: who hears of a new version",
)

merging = sa.Table(
    "merging",
    metadata,
    sa.Column("user_id", Words, primary_key=True),
    sa.Column("form", Words, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),  # of the template, taken in
    sa.Column("choices", sa.JSON, nullable=False),  # what of it was decided: key → mine | theirs
    comment="an editor is being asked, conflict by conflict; which is next follows from the choices",
)

use = sa.Table(
    "template_use",
    metadata,
    sa.Column("name", Words, primary_key=True),
    sa.Column("mark", Words, primary_key=True),
    comment="that somebody uses a template of ours: a mark under our key, so that each counts once and none is named",
)

users = sa.Table(
    "template_users",
    metadata,
    sa.Column("server", Words, primary_key=True),
    sa.Column("name", Words, primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("at", Moment, nullable=False),
    comment="how many use a template, as its author says",
)

asking = sa.Table(
    "template_asking",
    metadata,
    sa.Column("server", Words, primary_key=True),
    sa.Column("who", Words, primary_key=True),  # whom to tell; empty where that member asked us
    sa.Column("at", Moment, nullable=False),
    comment="which members were asked for the templates that they keep, and which asked us",
)

lacking = sa.Table(
    "template_lacking",
    metadata,
    sa.Column("server", Words, primary_key=True),
    sa.Column("marks", sa.JSON, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("asked", Moment),
    comment="templates that a member hands on and that are not here; when it was asked for them",
)

told = sa.Table(
    "template_told",
    metadata,
    sa.Column("server", Words, primary_key=True),  # empty: all members
    sa.Column("at", Moment, nullable=False),
    comment="whom we told which templates we hand on, and when",
)
