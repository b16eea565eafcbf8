"""Whose invitations people want."""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('let_in',
    sa.Column('user_id', sa.Text(), nullable=False),
    sa.Column('whom', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('user_id', 'whom', name=op.f('pk_let_in')),
    comment='whose invitations our people want, beside those that come because the directory shows them'
    )
