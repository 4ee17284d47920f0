"""What a buyer deposits on its marché: award, avenant, decision on a penalty."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import marketplace.db

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ENTIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = marketplace.db.Instant(timezone=True)
DEUX = marketplace.db.DecimalFixe(decimales=2)


def _choix(nom: str, *valeurs: str) -> sa.Enum:
    return sa.Enum(*valeurs, name=nom, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    """One table."""
    op.create_table(
        "depot_acheteur",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("marche_id", ENTIER, nullable=False),
        sa.Column("genre", _choix("genredepot", "attribution", "avenant", "penalite"), nullable=False),
        sa.Column("jour", sa.Date(), nullable=False),
        sa.Column("montant", DEUX, nullable=True),
        sa.Column("titulaire", sa.String(length=200), nullable=False),
        sa.Column("siret", sa.String(length=14), nullable=True),
        sa.Column("numero", ENTIER, nullable=True),
        sa.Column("heures", DEUX, nullable=True),
        sa.Column("decision", _choix("decisionpenalite", "maintenue", "reduite", "levee"), nullable=True),
        sa.Column("motif", sa.Text(), nullable=False),
        sa.Column("auteur_id", ENTIER, nullable=True),
        sa.Column("auteur_nom", sa.String(length=200), nullable=False),
        sa.Column("cree_le", INSTANT, nullable=False),
        sa.Column("pris_en_compte_le", INSTANT, nullable=True),
        sa.Column("pris_en_compte_par_id", ENTIER, nullable=True),
        sa.CheckConstraint("montant IS NULL OR montant >= 0", name=op.f("ck_depot_acheteur_montant")),
        sa.CheckConstraint("heures IS NULL OR heures >= 0", name=op.f("ck_depot_acheteur_heures")),
        sa.CheckConstraint("(genre = 'avenant') = (numero IS NOT NULL)", name=op.f("ck_depot_acheteur_numero")),
        sa.CheckConstraint("(genre = 'penalite') = (decision IS NOT NULL)", name=op.f("ck_depot_acheteur_decision")),
        sa.CheckConstraint("(genre = 'attribution') = (siret IS NOT NULL)", name=op.f("ck_depot_acheteur_siret")),
        sa.ForeignKeyConstraint(["marche_id"], ["marche.id"], name=op.f("fk_depot_acheteur_marche_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_depot_acheteur")),
        sa.UniqueConstraint("marche_id", "genre", "numero", name=op.f("uq_depot_acheteur_marche_id_genre_numero")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("depot_acheteur")
