"""Function accounts, and whose room a room is."""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('function',
    sa.Column('user_id', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('duties', sa.Text(), nullable=False),
    sa.Column('lines', sa.JSON(), nullable=False),
    sa.Column('chief', sa.Text(), nullable=False),
    sa.Column('signed', sa.Boolean(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('since', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_function')),
    sa.UniqueConstraint('key', name=op.f('uq_function_key')),
    comment="accounts that are an office's and nobody's own"
    )
    op.create_table('matter',
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('function', sa.Text(), nullable=False),
    sa.Column('person', sa.Text(), nullable=False),
    sa.Column('room_id', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('taker', sa.Text(), nullable=True),
    sa.Column('reached', sa.JSON(), nullable=False),
    sa.Column('waits', sa.BigInteger(), nullable=True),
    sa.Column('wake', sa.BigInteger(), nullable=True),
    sa.Column('held', sa.Boolean(), nullable=False),
    sa.Column('told', sa.BigInteger(), nullable=True),
    sa.Column('stopped', sa.BigInteger(), nullable=True),
    sa.Column('turn', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_matter')),
    comment='what one person wants of a function, until it is done'
    )
    op.create_index(op.f('ix_matter_state_wake'), 'matter', ['state', 'wake'], unique=False)
    op.create_index(op.f('ix_matter_function_person'), 'matter', ['function', 'person'], unique=False)
    op.create_table('note',
    sa.Column('matter', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('n', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=True),
    sa.Column('changed', sa.Boolean(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('matter', 'n', name=op.f('pk_note')),
    comment='what was written in a matter: thrown away when it is done'
    )
    op.add_column('room', sa.Column('speaker', sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column('room', 'speaker')
    for name in ('note', 'matter', 'function'):
        op.drop_table(name)
