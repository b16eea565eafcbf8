"""Members of the alliance, and what they send."""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('municipality',
    sa.Column('server', sa.Text(), nullable=False),
    sa.Column('bot', sa.Text(), nullable=False),
    sa.Column('ja', sa.Text(), nullable=False),
    sa.Column('en', sa.Text(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('contact', sa.Text(), nullable=False),
    sa.Column('keys', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('server', name=op.f('pk_municipality')),
    comment='the alliance, as the list in force has it'
    )
    op.create_table('known_key',
    sa.Column('server', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('public', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('server', 'id', name=op.f('pk_known_key')),
    comment='every key that a list in force ever named: what was signed with it can be checked for good'
    )
    op.create_table('delivered',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delivered')),
    comment='documents of other municipalities that were heard: each once'
    )
    op.create_table('parcel',
    sa.Column('sender', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('part', sa.Integer(), nullable=False),
    sa.Column('data', sa.Text(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('sender', 'name', 'part', name=op.f('pk_parcel')),
    comment='parts whose others have not come yet'
    )


def downgrade() -> None:
    for name in ('parcel', 'delivered', 'known_key', 'municipality'):
        op.drop_table(name)
