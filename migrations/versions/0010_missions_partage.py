"""Missions, user firm of a contrat, hours shared and moved between marchés, a clause as each month left it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import marketplace.db

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ENTIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = marketplace.db.Instant(timezone=True)
HEURES = marketplace.db.DecimalFixe(decimales=2)
TAUX = marketplace.db.DecimalFixe(decimales=6)


def _reference(table: str, colonne: str, vers: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([colonne], [f"{vers}.id"], name=op.f(f"fk_{table}_{colonne}"))


def _cle(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))


def _unique(table: str, *colonnes: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*colonnes, name=op.f(f"uq_{table}_{'_'.join(colonnes)}"))


def upgrade() -> None:
    """Five tables, one column of contrat."""
    op.create_table(
        "mission",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("contrat_id", ENTIER, nullable=False),
        sa.Column("debut", sa.Date(), nullable=False),
        sa.Column("fin", sa.Date(), nullable=False),
        sa.Column("numero", sa.String(40), nullable=False),
        sa.Column("source", sa.String(20), nullable=True),
        sa.Column("cree_le", INSTANT, nullable=False),
        sa.CheckConstraint("fin >= debut", name=op.f("ck_mission_dates")),
        _reference("mission", "contrat_id", "contrat"),
        _cle("mission"),
        _unique("mission", "contrat_id", "debut"),
    )
    op.create_table(
        "cle_partage",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("contrat_id", ENTIER, nullable=False),
        sa.Column("a_partir_du", sa.Date(), nullable=False),
        sa.Column("motif", sa.Text(), nullable=False),
        sa.Column("auteur_id", ENTIER, nullable=True),
        sa.Column("cree_le", INSTANT, nullable=False),
        _reference("cle_partage", "contrat_id", "contrat"),
        _cle("cle_partage"),
        _unique("cle_partage", "contrat_id", "a_partir_du"),
    )
    op.create_table(
        "part_cle",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("cle_id", ENTIER, nullable=False),
        sa.Column("marche_id", ENTIER, nullable=False),
        sa.Column("part", TAUX, nullable=False),
        sa.Column("accord_par", sa.String(200), nullable=False),
        sa.Column("accord_le", sa.Date(), nullable=False),
        sa.CheckConstraint("part > 0 AND part <= 1000000", name=op.f("ck_part_cle_part")),
        _reference("part_cle", "cle_id", "cle_partage"),
        _reference("part_cle", "marche_id", "marche"),
        _cle("part_cle"),
        _unique("part_cle", "cle_id", "marche_id"),
    )
    op.create_index("ix_part_cle_marche_id", "part_cle", ["marche_id"])
    op.create_table(
        "reaffectation",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("territoire_id", ENTIER, nullable=False),
        sa.Column("de_marche_id", ENTIER, nullable=False),
        sa.Column("vers_marche_id", ENTIER, nullable=False),
        sa.Column("correction_id", ENTIER, nullable=False),
        sa.Column("ligne_id", ENTIER, nullable=False),
        sa.Column("travaillees", HEURES, nullable=False),
        sa.Column("formation", HEURES, nullable=False),
        sa.Column("accord_de_par", sa.String(200), nullable=False),
        sa.Column("accord_de_le", sa.Date(), nullable=False),
        sa.Column("accord_vers_par", sa.String(200), nullable=False),
        sa.Column("accord_vers_le", sa.Date(), nullable=False),
        sa.Column("motif", sa.Text(), nullable=False),
        sa.Column("auteur_id", ENTIER, nullable=True),
        sa.Column("quand", INSTANT, nullable=False),
        sa.CheckConstraint(
            "travaillees >= 0 AND formation >= 0 AND travaillees + formation > 0",
            name=op.f("ck_reaffectation_heures"),
        ),
        sa.CheckConstraint("de_marche_id <> vers_marche_id", name=op.f("ck_reaffectation_marches")),
        _reference("reaffectation", "territoire_id", "territoire"),
        _reference("reaffectation", "de_marche_id", "marche"),
        _reference("reaffectation", "vers_marche_id", "marche"),
        _reference("reaffectation", "correction_id", "ligne_heures"),
        _reference("reaffectation", "ligne_id", "ligne_heures"),
        _cle("reaffectation"),
        _unique("reaffectation", "correction_id"),
        _unique("reaffectation", "ligne_id"),
    )
    op.create_index("ix_reaffectation_de_marche_id", "reaffectation", ["de_marche_id"])
    op.create_index("ix_reaffectation_vers_marche_id", "reaffectation", ["vers_marche_id"])
    op.create_table(
        "photographie",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("territoire_id", ENTIER, nullable=False),
        sa.Column("marche_id", ENTIER, nullable=False),
        sa.Column("mois", sa.Date(), nullable=False),
        sa.Column("jour", sa.Date(), nullable=False),
        sa.Column("objectif", HEURES, nullable=False),
        sa.Column("validees", HEURES, nullable=False),
        sa.Column("reelles", HEURES, nullable=False),
        sa.Column("declarees", HEURES, nullable=False),
        sa.Column("prevues_a_terme", HEURES, nullable=False),
        sa.Column("attendues", HEURES, nullable=False),
        sa.Column("etat", sa.String(20), nullable=False),
        sa.Column("empreinte", sa.String(64), nullable=False),
        sa.Column("prise_le", INSTANT, nullable=False),
        _reference("photographie", "territoire_id", "territoire"),
        _reference("photographie", "marche_id", "marche"),
        _cle("photographie"),
        _unique("photographie", "marche_id", "mois"),
    )
    op.create_index("ix_photographie_territoire_mois", "photographie", ["territoire_id", "mois"])
    with op.batch_alter_table("contrat") as contrat:
        contrat.add_column(sa.Column("utilisatrice_id", ENTIER, nullable=True))
        contrat.create_foreign_key("fk_contrat_utilisatrice_id", "organisation", ["utilisatrice_id"], ["id"])


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("contrat") as contrat:
        contrat.drop_constraint("fk_contrat_utilisatrice_id", type_="foreignkey")
        contrat.drop_column("utilisatrice_id")
    for table in ("photographie", "reaffectation", "part_cle", "cle_partage", "mission"):
        op.drop_table(table)
