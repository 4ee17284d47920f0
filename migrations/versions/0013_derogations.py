"""Agreements out of the common rule: cap of an AI lifted by the préfet, way of working out of the matrix."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import marketplace.db

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ENTIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = marketplace.db.Instant(timezone=True)


def upgrade() -> None:
    """One table, one column of contrat."""
    op.create_table(
        "levee_plafond",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("territoire_id", ENTIER, nullable=False),
        sa.Column("employeur_id", ENTIER, nullable=False),
        sa.Column("debut", sa.Date(), nullable=False),
        sa.Column("fin", sa.Date(), nullable=False),
        sa.Column("motif", sa.Text(), nullable=False),
        sa.Column("auteur_id", ENTIER, nullable=True),
        sa.Column("cree_le", INSTANT, nullable=False),
        sa.CheckConstraint("fin >= debut", name=op.f("ck_levee_plafond_dates")),
        sa.ForeignKeyConstraint(["territoire_id"], ["territoire.id"], name=op.f("fk_levee_plafond_territoire_id")),
        sa.ForeignKeyConstraint(["employeur_id"], ["organisation.id"], name=op.f("fk_levee_plafond_employeur_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_levee_plafond")),
        sa.UniqueConstraint("employeur_id", "debut", name=op.f("uq_levee_plafond_employeur_id_debut")),
    )
    with op.batch_alter_table("contrat") as lot:
        lot.add_column(sa.Column("derogation_modalite", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("contrat") as lot:
        lot.alter_column("derogation_modalite", server_default=None)


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("contrat") as lot:
        lot.drop_column("derogation_modalite")
    op.drop_table("levee_plafond")
