"""What a person says of a contrat once it is over: the question on one side, her answer, without her, on the other."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ENTIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Two tables that no key joins."""
    op.create_table(
        "questionnaire_fin",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("territoire_id", ENTIER, nullable=False),
        sa.Column("contrat_id", ENTIER, nullable=False),
        sa.Column("empreinte", sa.String(length=64), nullable=True),
        sa.Column("cree_le", sa.Date(), nullable=False),
        sa.Column("expire_le", sa.Date(), nullable=False),
        sa.Column("remis_le", sa.Date(), nullable=True),
        sa.Column("repondu", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["territoire_id"], ["territoire.id"], name=op.f("fk_questionnaire_fin_territoire_id")),
        sa.ForeignKeyConstraint(["contrat_id"], ["contrat.id"], name=op.f("fk_questionnaire_fin_contrat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questionnaire_fin")),
        sa.UniqueConstraint("contrat_id", name=op.f("uq_questionnaire_fin_contrat_id")),
        sa.UniqueConstraint("empreinte", name=op.f("uq_questionnaire_fin_empreinte")),
    )
    op.create_index(
        "ix_questionnaire_fin_ouvert", "questionnaire_fin", ["territoire_id", "repondu", "expire_le"], unique=False
    )
    op.create_table(
        "reponse_fin",
        sa.Column("cle", sa.String(length=64), nullable=False),
        sa.Column("territoire_id", ENTIER, nullable=False),
        sa.Column("employeur_id", ENTIER, nullable=False),
        sa.Column("marche_id", ENTIER, nullable=True),
        sa.Column("mois", sa.Date(), nullable=False),
        sa.Column("edition", sa.String(length=20), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("mots", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["territoire_id"], ["territoire.id"], name=op.f("fk_reponse_fin_territoire_id")),
        sa.ForeignKeyConstraint(["employeur_id"], ["organisation.id"], name=op.f("fk_reponse_fin_employeur_id")),
        sa.ForeignKeyConstraint(["marche_id"], ["marche.id"], name=op.f("fk_reponse_fin_marche_id")),
        sa.PrimaryKeyConstraint("cle", name=op.f("pk_reponse_fin")),
        # Rows are kept by their random key, never in the order in which people answered.
        sqlite_with_rowid=False,
    )
    op.create_index("ix_reponse_fin_territoire", "reponse_fin", ["territoire_id", "mois"], unique=False)


def downgrade() -> None:
    """Drop both."""
    op.drop_table("reponse_fin")
    op.drop_table("questionnaire_fin")
