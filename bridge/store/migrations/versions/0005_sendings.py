"""Sendings are numbered; totals are kept."""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('total',
    sa.Column('publication', sa.Text(), nullable=False),
    sa.Column('server', sa.Text(), nullable=False),
    sa.Column('question', sa.Text(), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('n', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('publication', 'server', 'question', 'what', 'value', name=op.f('pk_total')),
    comment='results, kept up to date response by response; made anew from the responses where they disagree'
    )
    with op.batch_alter_table('response', schema=None) as batch_op:
        batch_op.add_column(sa.Column('sending', sa.BigInteger(), nullable=True))
    # What was sent before is numbered in the order in which it was sent.
    op.execute("""
        UPDATE response SET sending = (
            SELECT count(*) FROM response AS former WHERE former.sent_at IS NOT NULL AND (
                former.sent_at < response.sent_at OR (former.sent_at = response.sent_at AND former.id <= response.id)))
        WHERE sent_at IS NOT NULL
    """)
    op.execute("""
        INSERT INTO fact (name, value)
        SELECT 'sendings', CAST(max(sending) AS TEXT) FROM response HAVING max(sending) IS NOT NULL
    """)


def downgrade() -> None:
    with op.batch_alter_table('response', schema=None) as batch_op:
        batch_op.drop_column('sending')
    op.drop_table('total')
    op.execute("DELETE FROM fact WHERE name = 'sendings'")
