"""The mobility of a person: licence as a dated state, vehicle, aids under way, hours of her day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ENTIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ETATS = sa.Enum("aucun", "en_cours", "obtenu", name="etatpermis", native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    """One table, nothing altered."""
    op.create_table(
        "mobilite_personne",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("personne_id", ENTIER, nullable=False),
        sa.Column("permis_etat", ETATS, nullable=False),
        sa.Column("permis_le", sa.Date(), nullable=True),
        sa.Column("vehicule", sa.Boolean(), nullable=False),
        sa.Column("aides", sa.JSON(), nullable=False),
        sa.Column("creneaux", sa.JSON(), nullable=False),
        sa.Column("notee_le", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "permis_etat = 'aucun' OR permis_le IS NOT NULL", name=op.f("ck_mobilite_personne_permis_date")
        ),
        sa.ForeignKeyConstraint(["personne_id"], ["personne.id"], name=op.f("fk_mobilite_personne_personne_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mobilite_personne")),
        sa.UniqueConstraint("personne_id", name=op.f("uq_mobilite_personne_personne_id")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("mobilite_personne")
