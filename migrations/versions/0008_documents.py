"""The documents of a clause: models of a territory, and what was made from them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import marketplace.db

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ENTIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
GENRES = ("note_calibrage", "article_ccap", "paragraphe_reglement", "annexe_acte_engagement")


def upgrade() -> None:
    """Two tables, nothing altered."""
    op.create_table(
        "modele_document",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("territoire_id", ENTIER, nullable=False),
        sa.Column(
            "genre",
            sa.Enum(*GENRES, name="genredocument", native_enum=False, length=40, create_constraint=True),
            nullable=False,
        ),
        sa.Column("numero", ENTIER, nullable=False),
        sa.Column("depose", sa.Boolean(), nullable=False),
        sa.Column("nom_fichier", sa.String(length=200), nullable=False),
        sa.Column("contenu", sa.LargeBinary(), nullable=False),
        sa.Column("empreinte", sa.String(length=64), nullable=False),
        sa.Column("auteur_id", ENTIER, nullable=True),
        sa.Column("auteur_nom", sa.String(length=200), nullable=False),
        sa.Column("cree_le", marketplace.db.Instant(timezone=True), nullable=False),
        sa.Column("abandonne_le", marketplace.db.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["territoire_id"], ["territoire.id"], name=op.f("fk_modele_document_territoire_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_modele_document")),
        sa.UniqueConstraint(
            "territoire_id", "genre", "numero", name=op.f("uq_modele_document_territoire_id_genre_numero")
        ),
    )
    op.create_table(
        "document_produit",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("territoire_id", ENTIER, nullable=False),
        sa.Column("marche_id", ENTIER, nullable=False),
        sa.Column("modele_id", ENTIER, nullable=False),
        sa.Column(
            "genre",
            sa.Enum(*GENRES, name="genredocumentproduit", native_enum=False, length=40, create_constraint=True),
            nullable=False,
        ),
        sa.Column("clause_numero", ENTIER, nullable=False),
        sa.Column("champs", sa.JSON(), nullable=False),
        sa.Column("empreinte", sa.String(length=64), nullable=False),
        sa.Column("auteur_id", ENTIER, nullable=True),
        sa.Column("auteur_nom", sa.String(length=200), nullable=False),
        sa.Column("cree_le", marketplace.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["marche_id"], ["marche.id"], name=op.f("fk_document_produit_marche_id")),
        sa.ForeignKeyConstraint(["modele_id"], ["modele_document.id"], name=op.f("fk_document_produit_modele_id")),
        sa.ForeignKeyConstraint(["territoire_id"], ["territoire.id"], name=op.f("fk_document_produit_territoire_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_produit")),
    )
    op.create_index("ix_document_produit_marche", "document_produit", ["marche_id"])


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_document_produit_marche", table_name="document_produit")
    op.drop_table("document_produit")
    op.drop_table("modele_document")
