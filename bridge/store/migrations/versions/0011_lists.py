"""Lists from CSV files."""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('list_content',
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('packed', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_list_content')),
    comment='lists of up to 50,000 rows by what is in them: forms and names share one'
    )
    op.create_table('list_version',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('author', sa.Text(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('name', 'number', name=op.f('pk_list_version')),
    comment='what is called so: the highest number is the list as it is now'
    )
    op.create_index(op.f('ix_list_version_sha256'), 'list_version', ['sha256'], unique=False)
