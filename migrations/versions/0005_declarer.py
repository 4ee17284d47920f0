"""Declaring: rhythm and due day of each declaration, what a marché asks, links, delegates, pieces, controls."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from alembic import op

import marketplace.db

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ENTIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = marketplace.db.Instant(timezone=True)
RYTHMES = ("mensuel", "trimestriel", "fin")


def _choix(nom: str, *valeurs: str) -> sa.Enum:
    return sa.Enum(*valeurs, name=nom, native_enum=False, create_constraint=True, length=40)


def _echeances() -> None:
    """The due day of what was opened before: the 10th of the month after, as the product had it."""
    lien = op.get_bind()
    table = sa.table("declaration", sa.column("mois", sa.Date()), sa.column("echeance", sa.Date()))
    for (mois,) in lien.execute(sa.select(table.c.mois).distinct()).all():
        limite = date(mois.year + mois.month // 12, mois.month % 12 + 1, 10)
        lien.execute(sa.update(table).where(table.c.mois == mois).values(echeance=limite))


def upgrade() -> None:
    """Three columns on `declaration`, six tables."""
    with op.batch_alter_table("declaration") as batch_op:
        batch_op.add_column(sa.Column("rythme", sa.String(length=40), nullable=False, server_default="mensuel"))
        batch_op.add_column(sa.Column("echeance", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("derniere", sa.Boolean(), nullable=False, server_default=sa.false()))
    _echeances()
    with op.batch_alter_table("declaration") as batch_op:
        batch_op.alter_column("rythme", server_default=None)
        batch_op.alter_column("derniere", server_default=None)
        batch_op.alter_column("echeance", nullable=False)
        batch_op.create_check_constraint("rythme", "rythme IN ('mensuel', 'trimestriel', 'fin')")
    op.create_table(
        "consigne_declaration",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("marche_id", ENTIER, nullable=False),
        sa.Column("a_partir_du", sa.Date(), nullable=False),
        sa.Column("rythme", _choix("rythme", *RYTHMES), nullable=True),
        sa.Column("pieces", _choix("modepieces", "aucune", "vue", "fichier"), nullable=True),
        sa.Column("auteur_id", ENTIER, nullable=True),
        sa.Column("cree_le", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["marche_id"], ["marche.id"], name=op.f("fk_consigne_declaration_marche_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consigne_declaration")),
        sa.UniqueConstraint("marche_id", "a_partir_du", name=op.f("uq_consigne_declaration_marche_id_a_partir_du")),
    )
    op.create_table(
        "delegation",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("territoire_id", ENTIER, nullable=False),
        sa.Column("organisation_id", ENTIER, nullable=False),
        sa.Column("marche_id", ENTIER, nullable=True),
        sa.Column("courriel", sa.String(length=200), nullable=False),
        sa.Column("nom", sa.String(length=200), nullable=False),
        sa.Column("fonction", sa.String(length=200), nullable=False),
        sa.Column("depuis", sa.Date(), nullable=False),
        sa.Column("jusqu_au", sa.Date(), nullable=True),
        sa.Column("auteur_id", ENTIER, nullable=True),
        sa.Column("cree_le", INSTANT, nullable=False),
        sa.Column("revoquee_le", INSTANT, nullable=True),
        sa.CheckConstraint("jusqu_au IS NULL OR jusqu_au >= depuis", name=op.f("ck_delegation_dates")),
        sa.ForeignKeyConstraint(["marche_id"], ["marche.id"], name=op.f("fk_delegation_marche_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_delegation_organisation_id")),
        sa.ForeignKeyConstraint(["territoire_id"], ["territoire.id"], name=op.f("fk_delegation_territoire_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    op.create_index("ix_delegation_organisation", "delegation", ["organisation_id", "courriel"])
    op.create_table(
        "lien_declaration",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("territoire_id", ENTIER, nullable=False),
        sa.Column("organisation_id", ENTIER, nullable=False),
        sa.Column("courriel", sa.String(length=200), nullable=False),
        sa.Column("empreinte", sa.String(length=64), nullable=False),
        sa.Column("cree_le", INSTANT, nullable=False),
        sa.Column("expire_le", INSTANT, nullable=False),
        sa.Column("revoque_le", INSTANT, nullable=True),
        sa.Column("code_empreinte", sa.String(length=64), nullable=True),
        sa.Column("code_expire_le", INSTANT, nullable=True),
        sa.Column("code_essais", ENTIER, nullable=False),
        sa.Column("session_empreinte", sa.String(length=64), nullable=True),
        sa.Column("session_expire_le", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_lien_declaration_organisation_id")
        ),
        sa.ForeignKeyConstraint(["territoire_id"], ["territoire.id"], name=op.f("fk_lien_declaration_territoire_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lien_declaration")),
        sa.UniqueConstraint("empreinte", name=op.f("uq_lien_declaration_empreinte")),
        sa.UniqueConstraint("session_empreinte", name=op.f("uq_lien_declaration_session_empreinte")),
    )
    op.create_index("ix_lien_declaration_organisation", "lien_declaration", ["organisation_id", "courriel"])
    op.create_table(
        "piece_heures",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("declaration_id", ENTIER, nullable=False),
        sa.Column(
            "type", _choix("typepiece", "contrat", "mission", "releve", "facture", "fin_contrat"), nullable=False
        ),
        sa.Column("precision", sa.String(length=200), nullable=False),
        sa.Column("fichier", sa.String(length=64), nullable=True),
        sa.Column("format", sa.String(length=10), nullable=False),
        sa.Column("taille", ENTIER, nullable=False),
        sa.Column("depose_le", INSTANT, nullable=True),
        sa.Column("depose_par", sa.String(length=200), nullable=False),
        sa.Column("vue_le", INSTANT, nullable=True),
        sa.Column("vue_par_id", ENTIER, nullable=True),
        sa.Column("refusee_le", INSTANT, nullable=True),
        sa.Column("motif_refus", sa.String(length=200), nullable=False),
        sa.Column("efface_le", INSTANT, nullable=True),
        sa.CheckConstraint("vue_le IS NOT NULL OR depose_le IS NOT NULL", name=op.f("ck_piece_heures_origine")),
        sa.CheckConstraint("taille >= 0", name=op.f("ck_piece_heures_taille")),
        sa.ForeignKeyConstraint(["declaration_id"], ["declaration.id"], name=op.f("fk_piece_heures_declaration_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_piece_heures")),
    )
    op.create_index(op.f("ix_piece_heures_declaration_id"), "piece_heures", ["declaration_id"])
    op.create_table(
        "controle",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("ref", sa.String(length=30), nullable=False),
        sa.Column("territoire_id", ENTIER, nullable=False),
        sa.Column("debut", sa.Date(), nullable=False),
        sa.Column("fin", sa.Date(), nullable=False),
        sa.Column("graine", sa.String(length=64), nullable=False),
        sa.Column("methode", sa.String(length=20), nullable=False),
        sa.Column("taille", ENTIER, nullable=False),
        sa.Column("population", ENTIER, nullable=False),
        sa.Column("tire_le", INSTANT, nullable=False),
        sa.Column("auteur_id", ENTIER, nullable=True),
        sa.Column("auteur_nom", sa.String(length=200), nullable=False),
        sa.CheckConstraint("fin >= debut", name=op.f("ck_controle_mois")),
        sa.CheckConstraint("taille > 0 AND population >= taille", name=op.f("ck_controle_taille")),
        sa.ForeignKeyConstraint(["territoire_id"], ["territoire.id"], name=op.f("fk_controle_territoire_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_controle")),
        sa.UniqueConstraint("ref", name=op.f("uq_controle_ref")),
    )
    op.create_index(op.f("ix_controle_territoire_id"), "controle", ["territoire_id"])
    op.create_table(
        "ligne_controle",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("controle_id", ENTIER, nullable=False),
        sa.Column("rang", ENTIER, nullable=False),
        sa.Column("ligne_id", ENTIER, nullable=False),
        sa.Column("resultat", _choix("resultatcontrole", "conforme", "ecart", "non_justifiee"), nullable=True),
        sa.Column("constatees", marketplace.db.DecimalFixe(decimales=2), nullable=True),
        sa.Column("constat", sa.Text(), nullable=False),
        sa.Column("releve_le", INSTANT, nullable=True),
        sa.Column("releve_par_id", ENTIER, nullable=True),
        sa.Column("correction_id", ENTIER, nullable=True),
        sa.CheckConstraint("constatees IS NULL OR constatees >= 0", name=op.f("ck_ligne_controle_constatees")),
        sa.ForeignKeyConstraint(["controle_id"], ["controle.id"], name=op.f("fk_ligne_controle_controle_id")),
        sa.ForeignKeyConstraint(["correction_id"], ["ligne_heures.id"], name=op.f("fk_ligne_controle_correction_id")),
        sa.ForeignKeyConstraint(["ligne_id"], ["ligne_heures.id"], name=op.f("fk_ligne_controle_ligne_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ligne_controle")),
        sa.UniqueConstraint("controle_id", "rang", name=op.f("uq_ligne_controle_controle_id_rang")),
    )
    op.create_index(op.f("ix_ligne_controle_ligne_id"), "ligne_controle", ["ligne_id"])


def downgrade() -> None:
    """Drop the six tables and the three columns."""
    tables = (
        "ligne_controle",
        "controle",
        "piece_heures",
        "lien_declaration",
        "delegation",
        "consigne_declaration",
    )
    for table in tables:
        op.drop_table(table)
    with op.batch_alter_table("declaration") as batch_op:
        batch_op.drop_constraint("rythme", type_="check")
        for colonne in ("derniere", "echeance", "rythme"):
            batch_op.drop_column(colonne)
