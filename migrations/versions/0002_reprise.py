"""The takeover of a workbook: its batches, the hours done before, the values it remembers, the objects it made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import marketplace.db

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ENTIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MODALITES = (
    "embauche_directe",
    "mad_etti",
    "mad_ai",
    "mad_geiq",
    "mad_eatt",
    "mad_ea_esat",
    "ett",
    "sous_traitance",
    "cotraitance",
    "marche_reserve",
)


def upgrade() -> None:
    """Four tables, nothing altered."""
    op.create_table(
        "reprise",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("ref", sa.String(length=30), nullable=False),
        sa.Column("territoire_id", ENTIER, nullable=False),
        sa.Column("fichier", sa.String(length=200), nullable=False),
        sa.Column("empreinte", sa.String(length=64), nullable=False),
        sa.Column("faite_le", marketplace.db.Instant(timezone=True), nullable=False),
        sa.Column("auteur_id", ENTIER, nullable=True),
        sa.Column("auteur_nom", sa.String(length=200), nullable=False),
        sa.Column("correspondance", sa.JSON(), nullable=False),
        sa.Column("totaux", sa.JSON(), nullable=False),
        sa.Column("annulee_le", marketplace.db.Instant(timezone=True), nullable=True),
        sa.Column("annulee_par", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["auteur_id"], ["utilisateur.id"], name=op.f("fk_reprise_auteur_id")),
        sa.ForeignKeyConstraint(["territoire_id"], ["territoire.id"], name=op.f("fk_reprise_territoire_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reprise")),
        sa.UniqueConstraint("ref", name=op.f("uq_reprise_ref")),
    )
    op.create_index("ix_reprise_territoire", "reprise", ["territoire_id", "faite_le"])
    op.create_table(
        "ligne_reprise",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("territoire_id", ENTIER, nullable=False),
        sa.Column("marche_id", ENTIER, nullable=True),
        sa.Column("personne_id", ENTIER, nullable=True),
        sa.Column("employeur_id", ENTIER, nullable=True),
        sa.Column(
            "modalite",
            sa.Enum(*MODALITES, name="modalite_reprise", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("code_rome", sa.String(length=5), nullable=True),
        sa.Column("mois", sa.Date(), nullable=False),
        sa.Column("depuis", sa.Date(), nullable=True),
        sa.Column("heures", marketplace.db.DecimalFixe(decimales=2), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reprise_id", ENTIER, nullable=True),
        sa.Column("annulee", sa.Boolean(), nullable=False),
        sa.Column("cree_le", marketplace.db.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("heures > 0", name=op.f("ck_ligne_reprise_heures")),
        sa.CheckConstraint("depuis IS NULL OR depuis <= mois", name=op.f("ck_ligne_reprise_periode")),
        sa.CheckConstraint("annulee OR marche_id IS NOT NULL", name=op.f("ck_ligne_reprise_marche")),
        sa.ForeignKeyConstraint(["code_rome"], ["metier.code_rome"], name=op.f("fk_ligne_reprise_code_rome")),
        sa.ForeignKeyConstraint(["employeur_id"], ["organisation.id"], name=op.f("fk_ligne_reprise_employeur_id")),
        sa.ForeignKeyConstraint(["marche_id"], ["marche.id"], name=op.f("fk_ligne_reprise_marche_id")),
        sa.ForeignKeyConstraint(["personne_id"], ["personne.id"], name=op.f("fk_ligne_reprise_personne_id")),
        sa.ForeignKeyConstraint(["reprise_id"], ["reprise.id"], name=op.f("fk_ligne_reprise_reprise_id")),
        sa.ForeignKeyConstraint(["territoire_id"], ["territoire.id"], name=op.f("fk_ligne_reprise_territoire_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ligne_reprise")),
    )
    op.create_index(op.f("ix_ligne_reprise_employeur_id"), "ligne_reprise", ["employeur_id"])
    op.create_index("ix_ligne_reprise_marche_mois", "ligne_reprise", ["marche_id", "mois"])
    op.create_index(op.f("ix_ligne_reprise_personne_id"), "ligne_reprise", ["personne_id"])
    op.create_index(op.f("ix_ligne_reprise_reprise_id"), "ligne_reprise", ["reprise_id"])
    op.create_table(
        "correspondance_reprise",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("territoire_id", ENTIER, nullable=False),
        sa.Column("champ", sa.String(length=40), nullable=False),
        sa.Column("cle", sa.String(length=200), nullable=False),
        sa.Column("valeur", sa.Text(), nullable=False),
        sa.Column("cible", sa.String(length=200), nullable=False),
        sa.Column("auteur_id", ENTIER, nullable=True),
        sa.Column("maj_le", marketplace.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["territoire_id"], ["territoire.id"], name=op.f("fk_correspondance_reprise_territoire_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correspondance_reprise")),
        sa.UniqueConstraint(
            "territoire_id", "champ", "cle", name=op.f("uq_correspondance_reprise_territoire_id_champ_cle")
        ),
    )
    op.create_table(
        "objet_repris",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("territoire_id", ENTIER, nullable=False),
        sa.Column("reprise_id", ENTIER, nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("objet_id", ENTIER, nullable=False),
        sa.Column("cle", sa.Text(), nullable=False),
        sa.Column("version", ENTIER, nullable=True),
        sa.ForeignKeyConstraint(["reprise_id"], ["reprise.id"], name=op.f("fk_objet_repris_reprise_id")),
        sa.ForeignKeyConstraint(["territoire_id"], ["territoire.id"], name=op.f("fk_objet_repris_territoire_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objet_repris")),
        sa.UniqueConstraint("reprise_id", "type", "objet_id", name=op.f("uq_objet_repris_reprise_id_type_objet_id")),
    )
    op.create_index("ix_objet_repris_cle", "objet_repris", ["territoire_id", "type", "cle"])


def downgrade() -> None:
    """Drop the four tables."""
    for table in ("objet_repris", "correspondance_reprise", "ligne_reprise", "reprise"):
        op.drop_table(table)
