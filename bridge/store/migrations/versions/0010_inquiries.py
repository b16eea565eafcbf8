"""Inquiries to other municipalities and from them."""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('inquiry',
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('asker', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('deadline', sa.BigInteger(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('closed_at', sa.BigInteger(), nullable=True),
    sa.Column('author', sa.Text(), nullable=True),
    sa.Column('room_id', sa.Text(), nullable=True),
    sa.Column('wake', sa.BigInteger(), nullable=True),
    sa.Column('wakes', sa.Integer(), nullable=False),
    sa.Column('generation', sa.Integer(), nullable=False),
    sa.Column('edits', sa.Integer(), nullable=False),
    sa.Column('stale', sa.Boolean(), nullable=False),
    sa.Column('not_before', sa.BigInteger(), nullable=True),
    sa.Column('told', sa.Text(), nullable=True),
    sa.Column('said', sa.Integer(), nullable=False),
    sa.Column('accepted', sa.Boolean(), nullable=False),
    sa.Column('publication', sa.Text(), nullable=True),
    sa.Column('last', sa.JSON(), nullable=True),
    sa.Column('past', sa.JSON(), nullable=True),
    sa.Column('draft', sa.JSON(), nullable=True),
    sa.Column('draft_truth', sa.JSON(), nullable=True),
    sa.Column('draft_by', sa.Text(), nullable=True),
    sa.Column('pleaded_at', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_inquiry')),
    sa.UniqueConstraint('asker', 'id', name=op.f('uq_inquiry_asker_id')),
    comment='what this municipality asked others, and was asked by them'
    )
    op.create_index(op.f('ix_inquiry_stale_not_before'), 'inquiry', ['stale', 'not_before'], unique=False)
    op.create_table('inquiry_body',
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('server', sa.Text(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('told', sa.Text(), nullable=False),
    sa.Column('said', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('asked', sa.Integer(), nullable=True),
    sa.Column('released', sa.JSON(), nullable=True),
    sa.Column('released_at', sa.BigInteger(), nullable=True),
    sa.Column('seal', sa.Text(), nullable=False),
    sa.Column('warning', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('number', 'server', name=op.f('pk_inquiry_body')),
    comment='how far each municipality is that we asked'
    )
    op.create_table('inquiry_release',
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('server', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('raw', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('number', 'server', 'version', name=op.f('pk_inquiry_release')),
    comment='releases as they were signed: to be checked for good'
    )


def downgrade() -> None:
    for name in ('inquiry_release', 'inquiry_body', 'inquiry'):
        op.drop_table(name)
