"""People told of to a structure on the national platform."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import marketplace.db

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

ENTIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = marketplace.db.Instant(timezone=True)
OUVERT = sa.text("resultat IN ('a_suivre', 'rencontre')")


def upgrade() -> None:
    """One table."""
    op.create_table(
        "signalement",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("ref", sa.String(length=30), nullable=False),
        sa.Column("territoire_id", ENTIER, nullable=False),
        sa.Column("personne_id", ENTIER, nullable=False),
        sa.Column("organisation_id", ENTIER, nullable=False),
        sa.Column("offre_id", ENTIER, nullable=True),
        sa.Column("auteur_id", ENTIER, nullable=True),
        sa.Column("accord_le", sa.Date(), nullable=False),
        sa.Column("accord_canal", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=True),
        sa.Column("signale_le", INSTANT, nullable=False),
        sa.Column(
            "resultat",
            sa.Enum(
                "a_suivre",
                "rencontre",
                "embauche",
                "sans_suite",
                name="resultatsignalement",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("resultat_le", sa.Date(), nullable=True),
        sa.Column("contrat_id", ENTIER, nullable=True),
        sa.Column("version", ENTIER, nullable=False),
        sa.CheckConstraint(
            "resultat_le IS NOT NULL OR resultat = 'a_suivre'", name=op.f("ck_signalement_resultat_date")
        ),
        sa.ForeignKeyConstraint(["territoire_id"], ["territoire.id"], name=op.f("fk_signalement_territoire_id")),
        sa.ForeignKeyConstraint(["personne_id"], ["personne.id"], name=op.f("fk_signalement_personne_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_signalement_organisation_id")),
        sa.ForeignKeyConstraint(["offre_id"], ["offre.id"], name=op.f("fk_signalement_offre_id")),
        sa.ForeignKeyConstraint(["auteur_id"], ["utilisateur.id"], name=op.f("fk_signalement_auteur_id")),
        sa.ForeignKeyConstraint(["contrat_id"], ["contrat.id"], name=op.f("fk_signalement_contrat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signalement")),
        sa.UniqueConstraint("ref", name=op.f("uq_signalement_ref")),
    )
    for colonne in ("territoire_id", "personne_id", "organisation_id", "offre_id"):
        op.create_index(op.f(f"ix_signalement_{colonne}"), "signalement", [colonne])
    op.create_index(
        "uq_signalement_ouvert",
        "signalement",
        ["personne_id", "organisation_id"],
        unique=True,
        sqlite_where=OUVERT,
        postgresql_where=OUVERT,
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("signalement")
