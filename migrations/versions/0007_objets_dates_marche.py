"""Dated objects of a contract: form, parts, avenants, transfer, interventions, NPNRU counter, study, checklist."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import marketplace.db

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ENTIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = marketplace.db.Instant(timezone=True)
DEUX = marketplace.db.DecimalFixe(decimales=2)
QUATRE = marketplace.db.DecimalFixe(decimales=4)
TAUX = marketplace.db.DecimalFixe(decimales=6)
ROLES = ("cotraitant", "sous_traitant", "mise_a_disposition")


def _roles(*roles: str) -> None:
    """The closed list of roles of an intervenant. SQLite drops the old CHECK by itself when it remakes the table.

    The rows point at one another: their links are set aside while SQLite replaces the table they point at.
    """
    lien, table = op.get_bind(), sa.table("intervenant", sa.column("id", ENTIER), sa.column("parent_id", ENTIER))
    liens = lien.execute(sa.select(table.c.id, table.c.parent_id).where(table.c.parent_id.isnot(None))).all()
    if _sqlite():
        lien.execute(sa.update(table).values(parent_id=None))
    liste = ", ".join(f"'{r}'" for r in roles)
    with op.batch_alter_table("intervenant", recreate="always" if _sqlite() else "never") as batch_op:
        if not _sqlite():
            batch_op.drop_constraint(op.f("ck_intervenant_roleintervenant"), type_="check")
        batch_op.create_check_constraint(op.f("ck_intervenant_roleintervenant"), f"role IN ({liste})")
    if _sqlite():
        for ligne, parent in liens:
            lien.execute(sa.update(table).where(table.c.id == ligne).values(parent_id=parent))


def _sqlite() -> bool:
    return bool(op.get_bind().dialect.name == "sqlite")


def upgrade() -> None:
    """Two columns on `marche`, one on `regime_marche`, a role, eight tables."""
    op.add_column("marche", sa.Column("montant_ttc", DEUX, nullable=True))
    op.add_column("marche", sa.Column("ordre_demarrage_le", sa.Date(), nullable=True))
    op.add_column("regime_marche", sa.Column("part_publics", TAUX, nullable=True))
    _roles(*ROLES, "titulaire")
    op.create_table(
        "avenant",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("marche_id", ENTIER, nullable=False),
        sa.Column("numero", ENTIER, nullable=False),
        sa.Column("signe_le", sa.Date(), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("objet", sa.Text(), nullable=False),
        sa.Column(
            "effet",
            sa.Enum(
                "muet", "prorata", "fixe", name="effetheures", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("montant_avant", DEUX, nullable=True),
        sa.Column("montant_apres", DEUX, nullable=True),
        sa.Column("heures_avant", DEUX, nullable=True),
        sa.Column("heures_apres", DEUX, nullable=True),
        sa.Column("fin_avant", sa.Date(), nullable=True),
        sa.Column("fin_apres", sa.Date(), nullable=True),
        sa.Column("clause_numero", ENTIER, nullable=True),
        sa.Column("auteur_id", ENTIER, nullable=True),
        sa.Column("cree_le", INSTANT, nullable=False),
        sa.CheckConstraint("heures_apres IS NULL OR heures_apres >= 0", name=op.f("ck_avenant_heures_apres")),
        sa.CheckConstraint("heures_avant IS NULL OR heures_avant >= 0", name=op.f("ck_avenant_heures_avant")),
        sa.ForeignKeyConstraint(["marche_id"], ["marche.id"], name=op.f("fk_avenant_marche_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_avenant")),
        sa.UniqueConstraint("marche_id", "numero", name=op.f("uq_avenant_marche_id_numero")),
    )
    op.create_table(
        "composante",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("marche_id", ENTIER, nullable=False),
        sa.Column(
            "genre",
            sa.Enum(
                "tranche",
                "reconduction",
                "bon_de_commande",
                "transfert",
                name="genrecomposante",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("numero", sa.String(length=40), nullable=False),
        sa.Column("libelle", sa.String(length=200), nullable=False),
        sa.Column("debut", sa.Date(), nullable=True),
        sa.Column("fin", sa.Date(), nullable=True),
        sa.Column("montant_ht", DEUX, nullable=True),
        sa.Column("heures", DEUX, nullable=False),
        sa.Column("compte_le", sa.Date(), nullable=True),
        sa.Column("code_insee", sa.String(length=5), nullable=True),
        sa.Column("titulaire_id", ENTIER, nullable=True),
        sa.Column("auteur_id", ENTIER, nullable=True),
        sa.Column("cree_le", INSTANT, nullable=False),
        sa.CheckConstraint("heures >= 0 OR genre = 'transfert'", name=op.f("ck_composante_heures")),
        sa.CheckConstraint("fin IS NULL OR debut IS NULL OR fin >= debut", name=op.f("ck_composante_dates")),
        sa.CheckConstraint("montant_ht IS NULL OR montant_ht >= 0", name=op.f("ck_composante_montant")),
        sa.ForeignKeyConstraint(["code_insee"], ["commune.code_insee"], name=op.f("fk_composante_code_insee")),
        sa.ForeignKeyConstraint(["marche_id"], ["marche.id"], name=op.f("fk_composante_marche_id")),
        sa.ForeignKeyConstraint(["titulaire_id"], ["organisation.id"], name=op.f("fk_composante_titulaire_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_composante")),
        sa.UniqueConstraint("marche_id", "genre", "numero", name=op.f("uq_composante_marche_id_genre_numero")),
    )
    op.create_table(
        "compteur_npnru",
        sa.Column("marche_id", ENTIER, nullable=False),
        sa.Column(
            "volet",
            sa.Enum(
                "travaux",
                "ingenierie",
                "gestion_urbaine",
                name="voletnpnru",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("heures_travaillees", DEUX, nullable=False),
        sa.Column("heures", DEUX, nullable=False),
        sa.Column("fixe_le", sa.Date(), nullable=False),
        sa.Column("auteur_id", ENTIER, nullable=True),
        sa.CheckConstraint("heures >= 0", name=op.f("ck_compteur_npnru_heures")),
        sa.CheckConstraint("heures_travaillees >= 0", name=op.f("ck_compteur_npnru_travaillees")),
        sa.ForeignKeyConstraint(["marche_id"], ["marche.id"], name=op.f("fk_compteur_npnru_marche_id")),
        sa.PrimaryKeyConstraint("marche_id", name=op.f("pk_compteur_npnru")),
    )
    op.create_table(
        "etape_faite",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("marche_id", ENTIER, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("faite_le", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("auteur_id", ENTIER, nullable=True),
        sa.Column("auteur_nom", sa.String(length=200), nullable=False),
        sa.Column("cree_le", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["marche_id"], ["marche.id"], name=op.f("fk_etape_faite_marche_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_etape_faite")),
        sa.UniqueConstraint("marche_id", "code", name=op.f("uq_etape_faite_marche_id_code")),
    )
    op.create_table(
        "etude",
        sa.Column("marche_id", ENTIER, nullable=False),
        sa.Column("clausable", sa.Boolean(), nullable=False),
        sa.Column("motif", sa.Text(), nullable=False),
        sa.Column("decidee_le", sa.Date(), nullable=False),
        sa.Column("auteur_id", ENTIER, nullable=True),
        sa.CheckConstraint("motif <> ''", name=op.f("ck_etude_motif")),
        sa.ForeignKeyConstraint(["marche_id"], ["marche.id"], name=op.f("fk_etude_marche_id")),
        sa.PrimaryKeyConstraint("marche_id", name=op.f("pk_etude")),
    )
    op.create_table(
        "forme_marche",
        sa.Column("marche_id", ENTIER, nullable=False),
        sa.Column(
            "forme",
            sa.Enum(
                "bons_de_commande",
                "marches_subsequents",
                "marche_subsequent",
                "achat_direct",
                name="forme",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("accord_cadre_id", ENTIER, nullable=True),
        sa.Column("heures_par_millier", QUATRE, nullable=True),
        sa.CheckConstraint(
            "(accord_cadre_id IS NULL) = (forme <> 'marche_subsequent')", name=op.f("ck_forme_marche_accord_cadre")
        ),
        sa.CheckConstraint("heures_par_millier IS NULL OR heures_par_millier >= 0", name=op.f("ck_forme_marche_ratio")),
        sa.ForeignKeyConstraint(["accord_cadre_id"], ["marche.id"], name=op.f("fk_forme_marche_accord_cadre_id")),
        sa.ForeignKeyConstraint(["marche_id"], ["marche.id"], name=op.f("fk_forme_marche_marche_id")),
        sa.PrimaryKeyConstraint("marche_id", name=op.f("pk_forme_marche")),
    )
    op.create_index(op.f("ix_forme_marche_accord_cadre_id"), "forme_marche", ["accord_cadre_id"], unique=False)
    op.create_table(
        "intervention_prevue",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("marche_id", ENTIER, nullable=False),
        sa.Column("debut", sa.Date(), nullable=False),
        sa.Column("fin", sa.Date(), nullable=False),
        sa.Column("code_rome", sa.String(length=5), nullable=True),
        sa.Column("personnes", ENTIER, nullable=False),
        sa.Column("heures", DEUX, nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("auteur_id", ENTIER, nullable=True),
        sa.Column("cree_le", INSTANT, nullable=False),
        sa.CheckConstraint("fin >= debut", name=op.f("ck_intervention_prevue_dates")),
        sa.CheckConstraint("heures > 0", name=op.f("ck_intervention_prevue_heures")),
        sa.CheckConstraint("personnes >= 1", name=op.f("ck_intervention_prevue_personnes")),
        sa.ForeignKeyConstraint(["code_rome"], ["metier.code_rome"], name=op.f("fk_intervention_prevue_code_rome")),
        sa.ForeignKeyConstraint(["marche_id"], ["marche.id"], name=op.f("fk_intervention_prevue_marche_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intervention_prevue")),
    )
    op.create_index(op.f("ix_intervention_prevue_marche_id"), "intervention_prevue", ["marche_id"], unique=False)
    op.create_table(
        "transfert",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("marche_id", ENTIER, nullable=False),
        sa.Column("vers_id", ENTIER, nullable=False),
        sa.Column("jour", sa.Date(), nullable=False),
        sa.Column(
            "cause",
            sa.Enum(
                "cession", "liquidation", name="causetransfert", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("heures", DEUX, nullable=False),
        sa.Column("auteur_id", ENTIER, nullable=True),
        sa.Column("cree_le", INSTANT, nullable=False),
        sa.CheckConstraint("heures >= 0", name=op.f("ck_transfert_heures")),
        sa.ForeignKeyConstraint(["marche_id"], ["marche.id"], name=op.f("fk_transfert_marche_id")),
        sa.ForeignKeyConstraint(["vers_id"], ["marche.id"], name=op.f("fk_transfert_vers_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfert")),
        sa.UniqueConstraint("marche_id", name=op.f("uq_transfert_marche_id")),
        sa.UniqueConstraint("vers_id", name=op.f("uq_transfert_vers_id")),
    )


def downgrade() -> None:
    """Drop what was added; the other titulaires of an accord-cadre become cotraitants."""
    for table in (
        "etape_faite",
        "etude",
        "compteur_npnru",
        "intervention_prevue",
        "transfert",
        "avenant",
        "composante",
        "forme_marche",
    ):
        op.drop_table(table)
    op.execute("UPDATE intervenant SET role = 'cotraitant' WHERE role = 'titulaire'")
    _roles(*ROLES)
    op.drop_column("regime_marche", "part_publics")
    op.drop_column("marche", "ordre_demarrage_le")
    op.drop_column("marche", "montant_ttc")
