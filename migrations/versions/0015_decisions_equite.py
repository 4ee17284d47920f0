"""Decisions the second layer learns from, the layers learned, the reports of fairness."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import marketplace.db

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ENTIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = marketplace.db.Instant(timezone=True)


def _choix(nom: str, *valeurs: str) -> sa.Enum:
    return sa.Enum(*valeurs, name=nom, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    """Three tables."""
    op.create_table(
        "rapport_equite",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("territoire_id", ENTIER, nullable=False),
        sa.Column("genre", _choix("genrerapport", "mensuel", "couche"), nullable=False),
        sa.Column("cle", sa.String(length=60), nullable=False),
        sa.Column("jour", sa.Date(), nullable=False),
        sa.Column("version_modele", sa.String(length=60), nullable=False),
        sa.Column("alerte", sa.Boolean(), nullable=False),
        sa.Column("contenu", sa.JSON(), nullable=False),
        sa.Column("cree_le", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["territoire_id"], ["territoire.id"], name=op.f("fk_rapport_equite_territoire_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rapport_equite")),
        sa.UniqueConstraint("cle", name=op.f("uq_rapport_equite_cle")),
    )
    op.create_index("ix_rapport_equite_jour", "rapport_equite", ["territoire_id", "jour"])
    op.create_table(
        "couche_apprise",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("ref", sa.String(length=30), nullable=False),
        sa.Column("territoire_id", ENTIER, nullable=False),
        sa.Column(
            "etat",
            _choix("etatcouche", "a_examiner", "approuvee", "refusee", "eteinte", "remplacee"),
            nullable=False,
        ),
        sa.Column("poids", sa.JSON(), nullable=False),
        sa.Column("empreinte", sa.String(length=64), nullable=False),
        sa.Column("nombre", ENTIER, nullable=False),
        sa.Column("donnees", sa.String(length=64), nullable=False),
        sa.Column("mesures", sa.JSON(), nullable=False),
        sa.Column("version_modele", sa.String(length=60), nullable=False),
        sa.Column("rapport_id", ENTIER, nullable=True),
        sa.Column("apprise_le", INSTANT, nullable=False),
        sa.Column("decidee_le", INSTANT, nullable=True),
        sa.Column("decidee_par_id", ENTIER, nullable=True),
        sa.Column("decideur", sa.String(length=200), nullable=False),
        sa.Column("mot", sa.Text(), nullable=False),
        sa.Column("eteinte_le", INSTANT, nullable=True),
        sa.Column("eteinte_par_id", ENTIER, nullable=True),
        sa.Column("version", ENTIER, nullable=False),
        sa.ForeignKeyConstraint(["territoire_id"], ["territoire.id"], name=op.f("fk_couche_apprise_territoire_id")),
        sa.ForeignKeyConstraint(["rapport_id"], ["rapport_equite.id"], name=op.f("fk_couche_apprise_rapport_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_couche_apprise")),
        sa.UniqueConstraint("ref", name=op.f("uq_couche_apprise_ref")),
    )
    op.create_index("ix_couche_apprise_etat", "couche_apprise", ["territoire_id", "etat"])
    op.create_table(
        "decision_classement",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("territoire_id", ENTIER, nullable=False),
        sa.Column("origine", _choix("originedecision", "proposition", "avis"), nullable=False),
        sa.Column("offre_id", ENTIER, nullable=False),
        sa.Column("personne_id", ENTIER, nullable=False),
        sa.Column("proposition_id", ENTIER, nullable=True),
        sa.Column("auteur_id", ENTIER, nullable=True),
        sa.Column("favorable", sa.Boolean(), nullable=True),
        sa.Column("motif", sa.String(length=40), nullable=True),
        sa.Column("pertinence", sa.Float(), nullable=False),
        sa.Column("ecart_heures", sa.Float(), nullable=False),
        sa.Column("retard_semaines", sa.Float(), nullable=False),
        sa.Column("version_modele", sa.String(length=60), nullable=False),
        sa.Column("quand", INSTANT, nullable=False),
        sa.CheckConstraint("pertinence BETWEEN 0 AND 1", name=op.f("ck_decision_classement_pertinence")),
        sa.CheckConstraint(
            "(origine = 'avis') = (favorable IS NOT NULL)", name=op.f("ck_decision_classement_favorable")
        ),
        sa.CheckConstraint(
            "(origine = 'proposition') = (proposition_id IS NOT NULL)",
            name=op.f("ck_decision_classement_proposition"),
        ),
        sa.ForeignKeyConstraint(
            ["territoire_id"], ["territoire.id"], name=op.f("fk_decision_classement_territoire_id")
        ),
        sa.ForeignKeyConstraint(["offre_id"], ["offre.id"], name=op.f("fk_decision_classement_offre_id")),
        sa.ForeignKeyConstraint(["personne_id"], ["personne.id"], name=op.f("fk_decision_classement_personne_id")),
        sa.ForeignKeyConstraint(
            ["proposition_id"], ["proposition.id"], name=op.f("fk_decision_classement_proposition_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_classement")),
        sa.UniqueConstraint(
            "origine", "offre_id", "personne_id", name=op.f("uq_decision_classement_origine_offre_id_personne_id")
        ),
    )
    op.create_index(op.f("ix_decision_classement_personne_id"), "decision_classement", ["personne_id"])
    op.create_index(op.f("ix_decision_classement_proposition_id"), "decision_classement", ["proposition_id"])
    op.create_index("ix_decision_classement_territoire", "decision_classement", ["territoire_id", "origine"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("decision_classement")
    op.drop_table("couche_apprise")
    op.drop_table("rapport_equite")
