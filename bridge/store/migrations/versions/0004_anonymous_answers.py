"""Anonymous answers: sealed drafts, and an urn whose envelopes are opened together."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('response', schema=None) as batch_op:
        batch_op.add_column(sa.Column('sealed', sa.LargeBinary(), nullable=True))
    op.create_table('urn',
    sa.Column('publication', sa.Text(), nullable=False),
    sa.Column('lock', sa.LargeBinary(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('publication', name=op.f('pk_urn'))
    )
    op.create_table('envelope',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('publication', sa.Text(), nullable=False),
    sa.Column('box', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_envelope')),
    sqlite_with_rowid=False
    )
    with op.batch_alter_table('envelope', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_envelope_publication'), ['publication'], unique=False)
    op.create_table('ballot',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('publication', sa.Text(), nullable=False),
    sa.Column('answers', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ballot')),
    sqlite_with_rowid=False
    )
    with op.batch_alter_table('ballot', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_ballot_publication'), ['publication'], unique=False)


def downgrade() -> None:
    op.drop_table('ballot')
    op.drop_table('envelope')
    op.drop_table('urn')
    with op.batch_alter_table('response', schema=None) as batch_op:
        batch_op.drop_column('sealed')
