"""Messages have a family and a rhythm each user chooses; a facilitateur opens one path to another until a day (N3)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import marketplace.db

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ENTIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = marketplace.db.Instant(timezone=True)
FAMILLES = {
    "offres": ("offre:%", "offres-%"),
    "propositions": ("proposition%", "souhait%", "plan%"),
    "marches": ("depot%",),
}


def upgrade() -> None:
    """Two tables, two columns of notification."""
    op.create_table(
        "choix_de_message",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("utilisateur_id", ENTIER, nullable=False),
        sa.Column("famille", sa.String(length=20), nullable=False),
        sa.Column("rythme", sa.String(length=20), nullable=False),
        sa.Column("choisi_le", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_choix_de_message")),
        sa.UniqueConstraint("utilisateur_id", "famille", name=op.f("uq_choix_de_message_utilisateur_id_famille")),
    )
    with op.batch_alter_table("notification") as lot:
        lot.add_column(sa.Column("famille", sa.String(length=20), nullable=False, server_default="personnes"))
        lot.add_column(sa.Column("recapitulee_le", INSTANT, nullable=True))
    for famille, motifs in FAMILLES.items():
        for motif in motifs:
            op.execute(
                sa.text("UPDATE notification SET famille = :famille WHERE cle LIKE :motif").bindparams(
                    famille=famille, motif=motif
                )
            )
    with op.batch_alter_table("notification") as lot:
        lot.alter_column("famille", server_default=None)
    op.create_table(
        "partage_parcours",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("territoire_id", ENTIER, nullable=False),
        sa.Column("personne_id", ENTIER, nullable=False),
        sa.Column("auteur_id", ENTIER, nullable=False),
        sa.Column("beneficiaire_id", ENTIER, nullable=False),
        sa.Column("beneficiaire_territoire_id", ENTIER, nullable=False),
        sa.Column("finalite", sa.Text(), nullable=False),
        sa.Column("accord_le", sa.Date(), nullable=False),
        sa.Column("accord_canal", sa.String(length=40), nullable=False),
        sa.Column("depuis", sa.Date(), nullable=False),
        sa.Column("jusqu_au", sa.Date(), nullable=False),
        sa.Column("arrete_le", INSTANT, nullable=True),
        sa.Column("cree_le", INSTANT, nullable=False),
        sa.CheckConstraint("jusqu_au >= depuis", name=op.f("ck_partage_parcours_dates")),
        sa.ForeignKeyConstraint(["territoire_id"], ["territoire.id"], name=op.f("fk_partage_parcours_territoire_id")),
        sa.ForeignKeyConstraint(["personne_id"], ["personne.id"], name=op.f("fk_partage_parcours_personne_id")),
        sa.ForeignKeyConstraint(["auteur_id"], ["utilisateur.id"], name=op.f("fk_partage_parcours_auteur_id")),
        sa.ForeignKeyConstraint(
            ["beneficiaire_id"], ["utilisateur.id"], name=op.f("fk_partage_parcours_beneficiaire_id")
        ),
        sa.ForeignKeyConstraint(
            ["beneficiaire_territoire_id"],
            ["territoire.id"],
            name=op.f("fk_partage_parcours_beneficiaire_territoire_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partage_parcours")),
    )
    op.create_index("ix_partage_parcours_personne_id", "partage_parcours", ["personne_id"], unique=False)
    op.create_index("ix_partage_parcours_beneficiaire_id", "partage_parcours", ["beneficiaire_id"], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_table("partage_parcours")
    with op.batch_alter_table("notification") as lot:
        lot.drop_column("recapitulee_le")
        lot.drop_column("famille")
    op.drop_table("choix_de_message")
