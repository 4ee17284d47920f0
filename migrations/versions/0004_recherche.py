"""finding: the sequence of changes, named views, calendar links, capacity of structures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import marketplace.db

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ENTIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "changement_recherche",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column(
            "genre",
            sa.Enum(
                "marche",
                "offre",
                "structure",
                "tout",
                name="genre",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("objet_id", ENTIER, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changement_recherche")),
    )
    op.create_table(
        "vue_enregistree",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("utilisateur_id", ENTIER, nullable=False),
        sa.Column("liste", sa.String(length=60), nullable=False),
        sa.Column("nom", sa.String(length=60), nullable=False),
        sa.Column("filtres", sa.Text(), nullable=False),
        sa.Column("par_defaut", sa.Boolean(), nullable=False),
        sa.Column("cree_le", marketplace.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["utilisateur_id"], ["utilisateur.id"], name=op.f("fk_vue_enregistree_utilisateur_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vue_enregistree")),
        sa.UniqueConstraint("utilisateur_id", "liste", "nom", name=op.f("uq_vue_enregistree_utilisateur_id_liste_nom")),
    )
    op.create_table(
        "lien_agenda",
        sa.Column("id", ENTIER, nullable=False),
        sa.Column("empreinte", sa.String(length=64), nullable=False),
        sa.Column("affectation_id", ENTIER, nullable=False),
        sa.Column("cree_le", marketplace.db.Instant(timezone=True), nullable=False),
        sa.Column("revoque_le", marketplace.db.Instant(timezone=True), nullable=True),
        sa.Column("lu_le", marketplace.db.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["affectation_id"], ["affectation.id"], name=op.f("fk_lien_agenda_affectation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lien_agenda")),
        sa.UniqueConstraint("empreinte", name=op.f("uq_lien_agenda_empreinte")),
    )
    op.create_index("ix_lien_agenda_affectation", "lien_agenda", ["affectation_id"], unique=False)
    op.add_column("organisation", sa.Column("capacite", ENTIER, nullable=True))
    op.drop_index("ix_marche_catalogue", table_name="marche")


def downgrade() -> None:
    """Undo."""
    op.create_index(
        "ix_marche_catalogue",
        "marche",
        ["territoire_id", "id", "etat", "cle", "acheteur_id", "code_insee", "code_rome", "secteur", "date_fin"],
        unique=False,
    )
    op.drop_column("organisation", "capacite")
    op.drop_table("lien_agenda")
    op.drop_table("vue_enregistree")
    op.drop_table("changement_recherche")
