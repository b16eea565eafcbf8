"""Templates: those of all members, what was adopted, how often."""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('template',
    sa.Column('server', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('raw', sa.Text(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('ja', sa.Text(), nullable=False),
    sa.Column('en', sa.Text(), nullable=False),
    sa.Column('found_by', sa.Text(), nullable=False),
    sa.Column('newest', sa.Boolean(), nullable=False),
    sa.Column('refused', sa.JSON(), nullable=True),
    sa.PrimaryKeyConstraint('server', 'name', 'version', name=op.f('pk_template')),
    comment='templates of all members, as they were signed'
    )
    op.create_index(op.f('ix_template_newest'), 'template', ['newest'], unique=False)
    op.create_table('template_withdrawn',
    sa.Column('server', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('server', 'name', name=op.f('pk_template_withdrawn')),
    comment='templates that their author took back, up to this version'
    )
    op.create_table('adoption',
    sa.Column('form', sa.Text(), nullable=False),
    sa.Column('server', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('who', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('form', name=op.f('pk_adoption')),
    comment='which form was made from which template, and by whom: who hears of a new version'
    )
    op.create_index(op.f('ix_adoption_server_name'), 'adoption', ['server', 'name'], unique=False)
    op.create_table('merging',
    sa.Column('user_id', sa.Text(), nullable=False),
    sa.Column('form', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('choices', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_merging')),
    comment='an editor is being asked, conflict by conflict; which is next follows from the choices'
    )
    op.create_table('template_use',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('mark', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('name', 'mark', name=op.f('pk_template_use')),
    comment='that somebody uses a template of ours: a mark under our key, so that each counts once and none is named'
    )
    op.create_table('template_users',
    sa.Column('server', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('server', 'name', name=op.f('pk_template_users')),
    comment='how many use a template, as its author says'
    )
    op.create_table('template_asking',
    sa.Column('server', sa.Text(), nullable=False),
    sa.Column('who', sa.Text(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('server', 'who', name=op.f('pk_template_asking')),
    comment='which members were asked for the templates that they keep, and which asked us'
    )


def downgrade() -> None:
    for name in ('template_asking', 'template_users', 'template_use', 'merging', 'adoption', 'template_withdrawn',
                 'template'):
        op.drop_table(name)
