"""The tables of lists from CSV files: their content, once for each, and what the municipality calls them."""

import sqlalchemy as sa

from bridge.store.columns import Moment, Words, metadata

list_content = sa.Table(
    "list_content",
    metadata,
    sa.Column("sha256", Words, primary_key=True),
    sa.Column("facts", sa.JSON, nullable=False),  # forms.lists.table.Filed
    sa.Column("packed", sa.LargeBinary, nullable=False),  # zlib
    comment="lists of up to 50,000 rows by what is in them: forms and names share one",
)

list_version = sa.Table(
    "list_version",
    metadata,
    sa.Column("name", Words, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("sha256", Words, nullable=False),
    sa.Column("author", Words, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Index(None, "sha256"),
    comment="what is called so: the highest number is the list as it is now",
)
