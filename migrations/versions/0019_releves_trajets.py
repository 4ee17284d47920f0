"""Real journeys of a territory: routed car rows, timetables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import marketplace.db

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ENTIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """One table, small rows apart from one blob."""
    op.create_table(
        "releve_trajets",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("territoire_id", ENTIER, nullable=False),
        sa.Column(
            "genre",
            sa.Enum("routes", "horaires", name="genrereleve", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("numero", ENTIER, nullable=False),
        sa.Column("nom_fichier", sa.String(length=200), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("empreinte", sa.String(length=64), nullable=False),
        sa.Column("resume", sa.JSON(), nullable=False),
        sa.Column("tableaux", sa.LargeBinary(), nullable=False),
        sa.Column("auteur_id", ENTIER, nullable=True),
        sa.Column("auteur_nom", sa.String(length=200), nullable=False),
        sa.Column("lu_le", marketplace.db.Instant(timezone=True), nullable=False),
        sa.Column("en_service_le", marketplace.db.Instant(timezone=True), nullable=True),
        sa.Column("retire_le", marketplace.db.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["territoire_id"], ["territoire.id"], name=op.f("fk_releve_trajets_territoire_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releve_trajets")),
        sa.UniqueConstraint(
            "territoire_id", "genre", "numero", name=op.f("uq_releve_trajets_territoire_id_genre_numero")
        ),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("releve_trajets")
