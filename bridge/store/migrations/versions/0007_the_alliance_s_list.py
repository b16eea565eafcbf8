"""The alliance's list, motions, votes, and the council's work."""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('roll',
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('raw', sa.Text(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('version', 'id', name=op.f('pk_roll')),
    comment='every list of the alliance that was ever in force here, and rivals of one'
    )
    op.create_table('motion',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('server', sa.Text(), nullable=False),
    sa.Column('via', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('raw', sa.Text(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('ready', sa.BigInteger(), nullable=True),
    sa.Column('next_try', sa.BigInteger(), nullable=True),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_motion')),
    comment='changes of the list that are, or were, voted on'
    )
    op.create_index(op.f('ix_motion_state'), 'motion', ['state'], unique=False)
    op.create_table('vote',
    sa.Column('motion', sa.Text(), nullable=False),
    sa.Column('server', sa.Text(), nullable=False),
    sa.Column('choice', sa.Text(), nullable=False),
    sa.Column('raw', sa.Text(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('motion', 'server', name=op.f('pk_vote')),
    comment="members' signed votes"
    )
    op.create_table('attempt',
    sa.Column('base', sa.Text(), nullable=False),
    sa.Column('state', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('base', name=op.f('pk_attempt')),
    comment='our part in agreeing on the list after this one'
    )


def downgrade() -> None:
    for name in ('attempt', 'vote', 'motion', 'roll'):
        op.drop_table(name)
