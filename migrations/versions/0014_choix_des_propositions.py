"""A proposition keeps its place in the list and why it was chosen; a structure may propose its own salarié."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ENTIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Three columns of proposition, one of passage_classement."""
    with op.batch_alter_table("proposition") as lot:
        lot.add_column(sa.Column("rang", ENTIER, nullable=True))
        lot.add_column(sa.Column("motif_choix", sa.String(length=40), nullable=True))
        lot.add_column(sa.Column("presentee_par_id", ENTIER, nullable=True))
        lot.create_foreign_key(op.f("fk_proposition_presentee_par_id"), "organisation", ["presentee_par_id"], ["id"])
        lot.create_index(op.f("ix_proposition_presentee_par_id"), ["presentee_par_id"])
    with op.batch_alter_table("passage_classement") as lot:
        lot.add_column(sa.Column("choix", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
    with op.batch_alter_table("passage_classement") as lot:
        lot.alter_column("choix", server_default=None)


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("passage_classement") as lot:
        lot.drop_column("choix")
    with op.batch_alter_table("proposition") as lot:
        lot.drop_index(op.f("ix_proposition_presentee_par_id"))
        lot.drop_constraint(op.f("fk_proposition_presentee_par_id"), type_="foreignkey")
        lot.drop_column("presentee_par_id")
        lot.drop_column("motif_choix")
        lot.drop_column("rang")
