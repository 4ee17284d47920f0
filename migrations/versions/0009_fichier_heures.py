"""An employer's file of hours: the choices remembered, what each file wrote, what the undo gives back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import marketplace.db

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ENTIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SORTES = ("colonne", "chantier", "personne", "rubrique", "regle")
ETATS = (
    "a_faire",
    "brouillon",
    "declaree",
    "confirmee",
    "contestee",
    "non_contestee",
    "validee",
    "a_corriger",
)


def upgrade() -> None:
    """Four tables, nothing altered."""
    op.create_table(
        "correspondance_heures",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("employeur_id", ENTIER, nullable=False),
        sa.Column(
            "sorte",
            sa.Enum(*SORTES, name="sortecorrespondance", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("texte", sa.String(length=200), nullable=False),
        sa.Column("cible", sa.String(length=200), nullable=False),
        sa.Column("marche_id", ENTIER, nullable=True),
        sa.Column("personne_id", ENTIER, nullable=True),
        sa.Column("retenue_le", marketplace.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["employeur_id"], ["organisation.id"], name=op.f("fk_correspondance_heures_employeur_id")
        ),
        sa.ForeignKeyConstraint(["marche_id"], ["marche.id"], name=op.f("fk_correspondance_heures_marche_id")),
        sa.ForeignKeyConstraint(["personne_id"], ["personne.id"], name=op.f("fk_correspondance_heures_personne_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correspondance_heures")),
        sa.UniqueConstraint(
            "employeur_id", "sorte", "texte", name=op.f("uq_correspondance_heures_employeur_id_sorte_texte")
        ),
    )
    op.create_index(op.f("ix_correspondance_heures_personne_id"), "correspondance_heures", ["personne_id"])
    op.create_table(
        "fichier_heures",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("territoire_id", ENTIER, nullable=False),
        sa.Column("employeur_id", ENTIER, nullable=False),
        sa.Column("ecrit_le", marketplace.db.Instant(timezone=True), nullable=False),
        sa.Column("ecrit_par_id", ENTIER, nullable=True),
        sa.Column("source", sa.String(length=20), nullable=True),
        sa.Column("lues", ENTIER, nullable=False),
        sa.Column("retenues", ENTIER, nullable=False),
        sa.Column("ecartees", ENTIER, nullable=False),
        sa.Column("heures", marketplace.db.DecimalFixe(decimales=2), nullable=False),
        sa.Column("formation", marketplace.db.DecimalFixe(decimales=2), nullable=False),
        sa.Column("signe", sa.Boolean(), nullable=False),
        sa.Column("annule_le", marketplace.db.Instant(timezone=True), nullable=True),
        sa.Column("annule_par_id", ENTIER, nullable=True),
        sa.ForeignKeyConstraint(["employeur_id"], ["organisation.id"], name=op.f("fk_fichier_heures_employeur_id")),
        sa.ForeignKeyConstraint(["territoire_id"], ["territoire.id"], name=op.f("fk_fichier_heures_territoire_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fichier_heures")),
    )
    op.create_index("ix_fichier_heures_employeur", "fichier_heures", ["employeur_id", "ecrit_le"])
    op.create_table(
        "ligne_fichier_heures",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("fichier_id", ENTIER, nullable=False),
        sa.Column("contrat_id", ENTIER, nullable=False),
        sa.Column("mois", sa.Date(), nullable=False),
        sa.Column("du", sa.Date(), nullable=False),
        sa.Column("au", sa.Date(), nullable=False),
        sa.Column("travaillees", marketplace.db.DecimalFixe(decimales=2), nullable=False),
        sa.Column("formation", marketplace.db.DecimalFixe(decimales=2), nullable=False),
        sa.ForeignKeyConstraint(["contrat_id"], ["contrat.id"], name=op.f("fk_ligne_fichier_heures_contrat_id")),
        sa.ForeignKeyConstraint(["fichier_id"], ["fichier_heures.id"], name=op.f("fk_ligne_fichier_heures_fichier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ligne_fichier_heures")),
    )
    op.create_index(op.f("ix_ligne_fichier_heures_fichier_id"), "ligne_fichier_heures", ["fichier_id"])
    op.create_index("ix_ligne_fichier_heures_contrat", "ligne_fichier_heures", ["contrat_id", "mois"])
    op.create_table(
        "declaration_remplie",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("fichier_id", ENTIER, nullable=False),
        sa.Column("declaration_id", ENTIER, nullable=False),
        sa.Column(
            "etat_avant",
            sa.Enum(*ETATS, name="etat_avant", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("brouillon_avant", sa.JSON(), nullable=False),
        sa.Column("brouillon_apres", sa.JSON(), nullable=False),
        sa.Column("motif_avant", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_declaration_remplie_declaration_id")
        ),
        sa.ForeignKeyConstraint(["fichier_id"], ["fichier_heures.id"], name=op.f("fk_declaration_remplie_fichier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration_remplie")),
    )
    op.create_index(op.f("ix_declaration_remplie_declaration_id"), "declaration_remplie", ["declaration_id"])
    op.create_index(op.f("ix_declaration_remplie_fichier_id"), "declaration_remplie", ["fichier_id"])


def downgrade() -> None:
    """Undo, dependants first."""
    for table in ("declaration_remplie", "ligne_fichier_heures", "fichier_heures", "correspondance_heures"):
        op.drop_table(table)
