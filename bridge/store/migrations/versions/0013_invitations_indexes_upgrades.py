"""Whose invitations people want, which templates are lacking, which rooms of groups were upgraded, how
many people members have."""

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
    op.create_table('template_lacking',
    sa.Column('server', sa.Text(), nullable=False),
    sa.Column('marks', sa.JSON(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('asked', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('server', name=op.f('pk_template_lacking')),
    comment='templates that a member hands on and that are not here; when it was asked for them'
    )
    op.create_table('template_told',
    sa.Column('server', sa.Text(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('server', name=op.f('pk_template_told')),
    comment='whom we told which templates we hand on, and when'
    )
    op.create_table('group_upgrade',
    sa.Column('group_id', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('before', sa.Text(), nullable=False),
    sa.Column('room_id', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('group_id', 'key', name=op.f('pk_group_upgrade')),
    comment='rooms of groups that our own Kairan made and upgraded, until everybody was told'
    )
    op.add_column('municipality', sa.Column('population', sa.BigInteger(), server_default='0', nullable=False))
