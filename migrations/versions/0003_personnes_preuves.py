"""Proofs by one-time link, reasoned opinions, IAE and GEIQ criteria, PASS dates, next steps, situations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import marketplace.db

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ENTIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = marketplace.db.Instant(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "critere_parcours",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("personne_id", ENTIER, nullable=False),
        sa.Column(
            "dispositif",
            sa.Enum("iae", "geiq", name="dispositif", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("preuve_le", sa.Date(), nullable=True),
        sa.Column("vue_par_id", ENTIER, nullable=True),
        sa.Column("vue_le", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["personne_id"], ["personne.id"], name=op.f("fk_critere_parcours_personne_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_critere_parcours")),
        sa.UniqueConstraint("personne_id", "dispositif", "code", name="uq_critere_parcours_code"),
    )
    op.create_table(
        "pass_iae",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("personne_id", ENTIER, nullable=False),
        sa.Column("numero", sa.String(length=12), nullable=False),
        sa.Column("debut", sa.Date(), nullable=False),
        sa.Column("fin", sa.Date(), nullable=False),
        sa.Column("releve_le", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("note_par_id", ENTIER, nullable=True),
        sa.Column("note_le", INSTANT, nullable=False),
        sa.CheckConstraint("fin >= debut", name=op.f("ck_pass_iae_dates")),
        sa.ForeignKeyConstraint(["personne_id"], ["personne.id"], name=op.f("fk_pass_iae_personne_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pass_iae")),
    )
    with op.batch_alter_table("pass_iae", schema=None) as batch_op:
        batch_op.create_index("ix_pass_iae_personne", ["personne_id", "releve_le"], unique=False)

    op.create_table(
        "suite_prevue",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("personne_id", ENTIER, nullable=False),
        sa.Column("objet", sa.String(length=20), nullable=False),
        sa.Column("echeance", sa.Date(), nullable=False),
        sa.Column("decision", sa.String(length=40), nullable=False),
        sa.Column("prevue_le", sa.Date(), nullable=True),
        sa.Column("notee_par_id", ENTIER, nullable=True),
        sa.Column("notee_le", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["personne_id"], ["personne.id"], name=op.f("fk_suite_prevue_personne_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suite_prevue")),
    )
    with op.batch_alter_table("suite_prevue", schema=None) as batch_op:
        batch_op.create_index("ix_suite_prevue_personne", ["personne_id", "objet", "echeance"], unique=False)

    op.create_table(
        "avis_motive",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("statut_id", ENTIER, nullable=False),
        sa.Column("auteur", sa.String(length=200), nullable=False),
        sa.Column("organisme", sa.String(length=40), nullable=False),
        sa.Column("rendu_le", sa.Date(), nullable=False),
        sa.Column("texte", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["statut_id"], ["statut.id"], name=op.f("fk_avis_motive_statut_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_avis_motive")),
        sa.UniqueConstraint("statut_id", name=op.f("uq_avis_motive_statut_id")),
    )
    op.create_table(
        "suspension_pass",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("pass_id", ENTIER, nullable=False),
        sa.Column("debut", sa.Date(), nullable=False),
        sa.Column("fin", sa.Date(), nullable=False),
        sa.CheckConstraint("fin >= debut", name=op.f("ck_suspension_pass_dates")),
        sa.ForeignKeyConstraint(
            ["pass_id"], ["pass_iae.id"], name=op.f("fk_suspension_pass_pass_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspension_pass")),
    )
    with op.batch_alter_table("suspension_pass", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_suspension_pass_pass_id"), ["pass_id"], unique=False)

    op.create_table(
        "demande_preuve",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("territoire_id", ENTIER, nullable=False),
        sa.Column("personne_id", ENTIER, nullable=False),
        sa.Column("validation_id", ENTIER, nullable=True),
        sa.Column("grain", sa.String(length=32), nullable=False),
        sa.Column("empreinte", sa.String(length=64), nullable=False),
        sa.Column(
            "voie",
            sa.Enum(
                "courriel",
                "sms",
                "courrier",
                "referent",
                name="voiepreuve",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("creee_le", INSTANT, nullable=False),
        sa.Column("creee_par_id", ENTIER, nullable=True),
        sa.Column("expire_le", INSTANT, nullable=False),
        sa.Column("repondue_le", INSTANT, nullable=True),
        sa.Column("preuve_type", sa.String(length=40), nullable=True),
        sa.Column("preuve_le", sa.Date(), nullable=True),
        sa.Column(
            "remise",
            sa.Enum(
                "facilitateur",
                "referent",
                "courrier",
                "fichier",
                name="remise",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("telephone", sa.String(length=30), nullable=False),
        sa.Column("fichier", sa.String(length=80), nullable=True),
        sa.Column("close_le", INSTANT, nullable=True),
        sa.Column("vue_par_id", ENTIER, nullable=True),
        sa.Column("vue_le", sa.Date(), nullable=True),
        sa.CheckConstraint("preuve_type IS NULL OR repondue_le IS NOT NULL", name=op.f("ck_demande_preuve_reponse")),
        sa.CheckConstraint("vue_le IS NULL OR close_le IS NOT NULL", name=op.f("ck_demande_preuve_vue")),
        sa.ForeignKeyConstraint(["personne_id"], ["personne.id"], name=op.f("fk_demande_preuve_personne_id")),
        sa.ForeignKeyConstraint(["territoire_id"], ["territoire.id"], name=op.f("fk_demande_preuve_territoire_id")),
        sa.ForeignKeyConstraint(["validation_id"], ["validation.id"], name=op.f("fk_demande_preuve_validation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demande_preuve")),
        sa.UniqueConstraint("empreinte", name=op.f("uq_demande_preuve_empreinte")),
    )
    with op.batch_alter_table("demande_preuve", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_demande_preuve_personne_id"), ["personne_id"], unique=False)
        batch_op.create_index("ix_demande_preuve_territoire", ["territoire_id", "close_le"], unique=False)
        batch_op.create_index(batch_op.f("ix_demande_preuve_validation_id"), ["validation_id"], unique=False)

    op.create_table(
        "point_de_suivi",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("territoire_id", ENTIER, nullable=False),
        sa.Column("contrat_id", ENTIER, nullable=False),
        sa.Column(
            "moment",
            sa.Enum("en_poste", "apres_la_fin", name="moment", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("mois", ENTIER, nullable=False),
        sa.Column("echeance", sa.Date(), nullable=False),
        sa.Column("situation", sa.String(length=40), nullable=True),
        sa.Column("duree", sa.String(length=20), nullable=True),
        sa.Column("constatee_le", sa.Date(), nullable=True),
        sa.Column("repondu_le", INSTANT, nullable=True),
        sa.Column("repondu_par_id", ENTIER, nullable=True),
        sa.Column("source", sa.String(length=20), nullable=True),
        sa.Column("definition", sa.String(length=60), nullable=True),
        sa.CheckConstraint("(situation IS NULL) = (repondu_le IS NULL)", name=op.f("ck_point_de_suivi_reponse")),
        sa.CheckConstraint("mois >= 0", name=op.f("ck_point_de_suivi_mois")),
        sa.ForeignKeyConstraint(["contrat_id"], ["contrat.id"], name=op.f("fk_point_de_suivi_contrat_id")),
        sa.ForeignKeyConstraint(["territoire_id"], ["territoire.id"], name=op.f("fk_point_de_suivi_territoire_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point_de_suivi")),
        sa.UniqueConstraint("contrat_id", "moment", "mois", name="uq_point_de_suivi_contrat"),
    )
    with op.batch_alter_table("point_de_suivi", schema=None) as batch_op:
        batch_op.create_index("ix_point_de_suivi_echeance", ["territoire_id", "repondu_le", "echeance"], unique=False)


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("point_de_suivi", schema=None) as batch_op:
        batch_op.drop_index("ix_point_de_suivi_echeance")

    op.drop_table("point_de_suivi")
    with op.batch_alter_table("demande_preuve", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_demande_preuve_validation_id"))
        batch_op.drop_index("ix_demande_preuve_territoire")
        batch_op.drop_index(batch_op.f("ix_demande_preuve_personne_id"))

    op.drop_table("demande_preuve")
    with op.batch_alter_table("suspension_pass", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_suspension_pass_pass_id"))

    op.drop_table("suspension_pass")
    op.drop_table("avis_motive")
    with op.batch_alter_table("suite_prevue", schema=None) as batch_op:
        batch_op.drop_index("ix_suite_prevue_personne")

    op.drop_table("suite_prevue")
    with op.batch_alter_table("pass_iae", schema=None) as batch_op:
        batch_op.drop_index("ix_pass_iae_personne")

    op.drop_table("pass_iae")
    op.drop_table("critere_parcours")
