"""A salarié en insertion at work."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Heures, choix
from marketplace.heures.rules.modalites import Modalite


class Contrat(Base):
    """A salarié en insertion at work: who carries the contract, for which marché, in which modality.

    `statuts`, `qpv`, `code_insee`, `niveau` and `prescripteur_id` are the photograph of the person at entry: kept for
    the bilan, never rewritten (R34). `utilisatrice_id` is the firm where the person works, when an ETTI or an AI lends
    her: the contrat then is the unbroken series of her missions there. `derogation_modalite` is the written
    reason of the facilitateur for a pair structure × modality out of R26.
    """

    __tablename__ = "contrat"
    __table_args__ = (
        UniqueConstraint("ref"),
        UniqueConstraint("proposition_id"),
        CheckConstraint("fin IS NULL OR fin >= debut", name="dates"),
        CheckConstraint("heures_hebdo > 0", name="heures"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(30))
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"), index=True)
    personne_id: Mapped[int] = mapped_column(ForeignKey("personne.id"), index=True)
    employeur_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    marche_id: Mapped[int | None] = mapped_column(ForeignKey("marche.id"), index=True)
    validation_id: Mapped[int | None] = mapped_column(ForeignKey("validation.id"))
    proposition_id: Mapped[int | None]
    utilisatrice_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    modalite: Mapped[Modalite] = mapped_column(choix(Modalite))
    derogation_modalite: Mapped[str] = mapped_column(Text, default="")
    type_contrat: Mapped[str] = mapped_column(String(40))
    poste: Mapped[str] = mapped_column(default="")
    code_rome: Mapped[str | None] = mapped_column(ForeignKey("metier.code_rome"))
    debut: Mapped[date]
    fin: Mapped[date | None]
    motif_fin: Mapped[str | None] = mapped_column(String(40))
    heures_hebdo: Mapped[Decimal] = mapped_column(Heures())
    statuts: Mapped[list[str]] = mapped_column(default=list)
    qpv: Mapped[str | None] = mapped_column(String(20))
    code_insee: Mapped[str | None] = mapped_column(ForeignKey("commune.code_insee"))
    niveau: Mapped[str | None] = mapped_column(String(20))
    prescripteur_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    cree_le: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
