"""User groups and the directory of colleagues."""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('group_deed',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('group_id', sa.Text(), nullable=False),
    sa.Column('n', sa.BigInteger(), nullable=False),
    sa.Column('signer', sa.Text(), nullable=False),
    sa.Column('raw', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_group_deed')),
    comment='every group\'s log: signed, never changed, the same at every member'
    )
    op.create_index(op.f('ix_group_deed_group_id'), 'group_deed', ['group_id'])
    op.create_table('group_place',
    sa.Column('group_id', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('room_id', sa.Text(), nullable=False),
    sa.Column('by', sa.Text()),
    sa.PrimaryKeyConstraint('group_id', 'key', name=op.f('pk_group_place')),
    comment='which room is which, of groups'
    )
    op.create_table('group_task',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('group_id', sa.Text(), nullable=False),
    sa.Column('work', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('target', sa.Text(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_try', sa.BigInteger()),
    sa.Column('since', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_group_task')),
    comment='what our Kairan has to do in the rooms of groups'
    )
    op.create_index(op.f('ix_group_task_state_next_try'), 'group_task', ['state', 'next_try'])
    op.create_table('colleague',
    sa.Column('user_id', sa.Text(), nullable=False),
    sa.Column('n', sa.BigInteger(), nullable=False),
    sa.Column('shown', sa.Boolean(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('kana', sa.Text(), nullable=False),
    sa.Column('department', sa.Text(), nullable=False),
    sa.Column('duties', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_colleague')),
    comment='the directory: the newest that each colleague\'s municipality publishes'
    )
    op.create_table('neighbour',
    sa.Column('server', sa.Text(), nullable=False),
    sa.Column('heard', sa.BigInteger()),
    sa.Column('greeted', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('server', name=op.f('pk_neighbour')),
    comment='when another member\'s Kairan gave its last sign of life, and whether it has what we publish'
    )
    op.create_table('paced',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_paced')),
    comment='what may happen only so often'
    )
    op.create_index(op.f('ix_paced_what_at'), 'paced', ['what', 'at'])


def downgrade() -> None:
    for name in ('paced', 'neighbour', 'colleague', 'group_task', 'group_place', 'group_deed'):
        op.drop_table(name)
