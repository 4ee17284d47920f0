"""Role of each suivi, days and hours of each way of travelling, basics, requests to follow somebody already known."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import marketplace.db

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ENTIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = marketplace.db.Instant(timezone=True)
ROLES = sa.Enum("referent", "conseiller_emploi", name="rolesuivi", native_enum=False, create_constraint=True, length=40)
ETATS = sa.Enum(
    "a_traiter",
    "acceptee",
    "declinee",
    name="etatdemandesuivi",
    native_enum=False,
    create_constraint=True,
    length=40,
)


def upgrade() -> None:
    """Two tables, one column of suivi, two of mobilite_personne; what exists keeps its meaning."""
    with op.batch_alter_table("suivi") as lot:
        lot.add_column(sa.Column("role", ROLES, nullable=False, server_default="referent"))
    with op.batch_alter_table("suivi") as lot:
        lot.alter_column("role", server_default=None)
    with op.batch_alter_table("mobilite_personne") as lot:
        lot.add_column(sa.Column("jours", sa.JSON(), nullable=False, server_default="[]"))
        lot.add_column(sa.Column("horaires", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("mobilite_personne") as lot:
        lot.alter_column("jours", server_default=None)
        lot.alter_column("horaires", server_default=None)
    op.create_table(
        "base_personne",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("personne_id", ENTIER, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("acquise", sa.Boolean(), nullable=False),
        sa.Column("notee_le", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["personne_id"], ["personne.id"], name=op.f("fk_base_personne_personne_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_base_personne")),
        sa.UniqueConstraint("personne_id", "code", name=op.f("uq_base_personne_personne_id_code")),
    )
    op.create_table(
        "demande_suivi",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("territoire_id", ENTIER, nullable=False),
        sa.Column("personne_id", ENTIER, nullable=False),
        sa.Column("demandeur_id", ENTIER, nullable=False),
        sa.Column("organisation_id", ENTIER, nullable=False),
        sa.Column("role", ROLES, nullable=False),
        sa.Column("etat", ETATS, nullable=False),
        sa.Column("demandee_le", INSTANT, nullable=False),
        sa.Column("repondue_le", INSTANT, nullable=True),
        sa.Column("repondue_par_id", ENTIER, nullable=True),
        sa.CheckConstraint("etat = 'a_traiter' OR repondue_le IS NOT NULL", name=op.f("ck_demande_suivi_reponse")),
        sa.ForeignKeyConstraint(["territoire_id"], ["territoire.id"], name=op.f("fk_demande_suivi_territoire_id")),
        sa.ForeignKeyConstraint(["personne_id"], ["personne.id"], name=op.f("fk_demande_suivi_personne_id")),
        sa.ForeignKeyConstraint(["demandeur_id"], ["utilisateur.id"], name=op.f("fk_demande_suivi_demandeur_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_demande_suivi_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demande_suivi")),
    )
    with op.batch_alter_table("demande_suivi") as lot:
        lot.create_index("ix_demande_suivi_territoire", ["territoire_id", "etat"], unique=False)
        lot.create_index(op.f("ix_demande_suivi_personne_id"), ["personne_id"], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_table("demande_suivi")
    op.drop_table("base_personne")
    with op.batch_alter_table("mobilite_personne") as lot:
        lot.drop_column("horaires")
        lot.drop_column("jours")
    with op.batch_alter_table("suivi") as lot:
        lot.drop_constraint(op.f("ck_suivi_rolesuivi"), type_="check")
        lot.drop_column("role")
