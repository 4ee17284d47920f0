"""What the yearly report keeps, and the photograph of the person at entry."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import marketplace.db

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ENTIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = marketplace.db.Instant(timezone=True)


def _choix(nom: str, *valeurs: str) -> sa.Enum:
    return sa.Enum(*valeurs, name=nom, native_enum=False, create_constraint=True, length=40)


def _reference(table: str, colonne: str, vers: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([colonne], [f"{vers}.id"], name=op.f(f"fk_{table}_{colonne}"))


def upgrade() -> None:
    """Five tables; columns that may stay empty on four others."""
    op.create_table(
        "correspondance_bilan",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("territoire_id", ENTIER, nullable=False),
        sa.Column("dimension", _choix("dimensionbilan", "acheteur", "modalite", "secteur", "statut"), nullable=False),
        sa.Column("valeur", sa.String(60), nullable=False),
        sa.Column("libelle", sa.String(200), nullable=False),
        sa.Column("principal", sa.Boolean(), nullable=False),
        sa.Column("a_partir_du", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("auteur_id", ENTIER, nullable=True),
        sa.Column("cree_le", INSTANT, nullable=False),
        _reference("correspondance_bilan", "territoire_id", "territoire"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correspondance_bilan")),
        sa.UniqueConstraint(
            "territoire_id", "dimension", "valeur", "a_partir_du", name=op.f("uq_correspondance_bilan_valeur")
        ),
    )
    op.create_index("ix_correspondance_bilan_territoire_id", "correspondance_bilan", ["territoire_id"])
    op.create_table(
        "operation_exceptionnelle",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("operation_id", ENTIER, nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("libelle", sa.String(200), nullable=False),
        sa.Column("motif", sa.Text(), nullable=False),
        sa.Column("auteur_id", ENTIER, nullable=True),
        sa.Column("cree_le", INSTANT, nullable=False),
        _reference("operation_exceptionnelle", "operation_id", "operation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operation_exceptionnelle")),
        sa.UniqueConstraint("operation_id", name=op.f("uq_operation_exceptionnelle_operation_id")),
    )
    op.create_table(
        "bilan_arrete",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("ref", sa.String(30), nullable=False),
        sa.Column("territoire_id", ENTIER, nullable=False),
        sa.Column("debut", sa.Date(), nullable=False),
        sa.Column("fin", sa.Date(), nullable=False),
        sa.Column("perimetre", sa.JSON(), nullable=False),
        sa.Column("empreinte", sa.String(64), nullable=False),
        sa.Column("contenu", sa.JSON(), nullable=False),
        sa.Column("faits", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("arrete_le", INSTANT, nullable=False),
        sa.Column("arrete_par_id", ENTIER, nullable=True),
        sa.CheckConstraint("fin >= debut", name=op.f("ck_bilan_arrete_dates")),
        _reference("bilan_arrete", "territoire_id", "territoire"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bilan_arrete")),
        sa.UniqueConstraint("ref", name=op.f("uq_bilan_arrete_ref")),
    )
    op.create_index("ix_bilan_arrete_territoire", "bilan_arrete", ["territoire_id", "debut"])
    op.create_table(
        "photo_bilan",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("territoire_id", ENTIER, nullable=False),
        sa.Column("cle", sa.String(64), nullable=False),
        sa.Column("jalon", sa.String(64), nullable=False),
        sa.Column("contenu", sa.JSON(), nullable=False),
        sa.Column("calcule_le", INSTANT, nullable=False),
        _reference("photo_bilan", "territoire_id", "territoire"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo_bilan")),
        sa.UniqueConstraint("territoire_id", "cle", name=op.f("uq_photo_bilan_territoire_id_cle")),
    )
    op.create_table(
        "attestation",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("territoire_id", ENTIER, nullable=False),
        sa.Column(
            "type", _choix("typeattestation", "heures", "realisation", "achevement", "fiche_bilan"), nullable=False
        ),
        sa.Column("marche_id", ENTIER, nullable=True),
        sa.Column("personne_id", ENTIER, nullable=True),
        sa.Column("contenu", sa.JSON(), nullable=False),
        sa.Column("empreinte", sa.String(64), nullable=False),
        sa.Column("auteur_id", ENTIER, nullable=True),
        sa.Column("cree_le", INSTANT, nullable=False),
        _reference("attestation", "territoire_id", "territoire"),
        _reference("attestation", "marche_id", "marche"),
        _reference("attestation", "personne_id", "personne"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attestation")),
        sa.UniqueConstraint("code", name=op.f("uq_attestation_code")),
    )
    for colonne in ("territoire_id", "marche_id", "personne_id"):
        op.create_index(f"ix_attestation_{colonne}", "attestation", [colonne])
    with op.batch_alter_table("marche") as marche:
        marche.add_column(sa.Column("programme_le", sa.Date(), nullable=True))
        marche.add_column(sa.Column("fin_suivi", sa.Date(), nullable=True))
    with op.batch_alter_table("organisation") as organisation:
        organisation.add_column(sa.Column("effectif", sa.String(20), nullable=True))
        organisation.add_column(sa.Column("ess", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("organisation") as organisation:
        organisation.alter_column("ess", server_default=None)
    with op.batch_alter_table("personne") as personne:
        personne.add_column(sa.Column("niveau", sa.String(20), nullable=True))
    with op.batch_alter_table("contrat") as contrat:
        contrat.add_column(sa.Column("qpv", sa.String(20), nullable=True))
        contrat.add_column(sa.Column("code_insee", sa.String(5), nullable=True))
        contrat.add_column(sa.Column("niveau", sa.String(20), nullable=True))
        contrat.add_column(sa.Column("prescripteur_id", ENTIER, nullable=True))
        contrat.create_foreign_key("fk_contrat_code_insee", "commune", ["code_insee"], ["code_insee"])
        contrat.create_foreign_key("fk_contrat_prescripteur_id", "organisation", ["prescripteur_id"], ["id"])
    # A marché already closed was followed until its end; contrats of the past take what is known of the person.
    op.execute("UPDATE marche SET fin_suivi = date_fin WHERE etat IN ('termine', 'solde', 'resilie', 'transfere')")
    op.execute(
        "UPDATE contrat SET qpv = (SELECT p.qpv FROM personne p WHERE p.id = contrat.personne_id), "
        "code_insee = (SELECT p.code_insee FROM personne p WHERE p.id = contrat.personne_id)"
    )


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("contrat") as contrat:
        contrat.drop_constraint("fk_contrat_prescripteur_id", type_="foreignkey")
        contrat.drop_constraint("fk_contrat_code_insee", type_="foreignkey")
        for colonne in ("qpv", "code_insee", "niveau", "prescripteur_id"):
            contrat.drop_column(colonne)
    with op.batch_alter_table("personne") as personne:
        personne.drop_column("niveau")
    with op.batch_alter_table("organisation") as organisation:
        organisation.drop_column("ess")
        organisation.drop_column("effectif")
    with op.batch_alter_table("marche") as marche:
        marche.drop_column("fin_suivi")
        marche.drop_column("programme_le")
    for table in ("attestation", "photo_bilan", "bilan_arrete", "operation_exceptionnelle", "correspondance_bilan"):
        op.drop_table(table)
