"""offres d'ailleurs."""

import sqlalchemy as sa
from alembic import op

import marketplace.db

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('offre_externe',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('territoire_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('identifiant', sa.String(length=60), nullable=False),
    sa.Column('offre_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('empreinte', sa.String(length=64), nullable=False),
    sa.Column('vue_le', marketplace.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['offre_id'], ['offre.id'], name=op.f('fk_offre_externe_offre_id')),
    sa.ForeignKeyConstraint(['territoire_id'], ['territoire.id'], name=op.f('fk_offre_externe_territoire_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_offre_externe')),
    sa.UniqueConstraint('offre_id', name=op.f('uq_offre_externe_offre_id')),
    sa.UniqueConstraint('territoire_id', 'source', 'identifiant', name=op.f('uq_offre_externe_territoire_id_source_identifiant'))
    )


def downgrade() -> None:
    op.drop_table('offre_externe')
