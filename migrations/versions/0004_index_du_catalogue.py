"""index du catalogue."""

from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

COLONNES = ['territoire_id', 'id', 'etat', 'cle', 'acheteur_id', 'code_insee', 'code_rome', 'secteur', 'date_fin']


def upgrade() -> None:
    with op.batch_alter_table('marche', schema=None) as batch_op:
        batch_op.create_index('ix_marche_catalogue', COLONNES, unique=False)
        batch_op.create_index('ix_marche_territoire_maj', ['territoire_id', 'maj_le'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('marche', schema=None) as batch_op:
        batch_op.drop_index('ix_marche_territoire_maj')
        batch_op.drop_index('ix_marche_catalogue')
