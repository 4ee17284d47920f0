"""The append-only ledger of hours and the decisions on its lines."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, DecimalFixe, Heures, choix
from marketplace.heures.rules.ligne import EtatLigne


class LigneHeures(Base):
    """Hours of one contrat, one month, one marché. Appended, never overwritten: a correction is a new line.

    `creditees` (real hours that count) and `valorisees` (after coefficients, R41) are set when the
    declaration is validated, in the decision row below; the line itself is what was declared.
    """

    __tablename__ = "ligne_heures"
    __table_args__ = (
        UniqueConstraint("empreinte"),
        UniqueConstraint("marche_id", "empreinte_precedente"),
        Index("ix_ligne_heures_marche_mois", "marche_id", "mois"),
        Index("ix_ligne_heures_contrat_mois", "contrat_id", "mois"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), index=True)
    contrat_id: Mapped[int] = mapped_column(ForeignKey("contrat.id"))
    marche_id: Mapped[int] = mapped_column(ForeignKey("marche.id"))
    mois: Mapped[date]
    travaillees: Mapped[Decimal] = mapped_column(Heures())
    formation: Mapped[Decimal] = mapped_column(Heures(), default=Decimal(0))
    corrige_id: Mapped[int | None] = mapped_column(ForeignKey("ligne_heures.id"), index=True)
    motif: Mapped[str] = mapped_column(Text, default="")
    auteur_id: Mapped[int | None]
    cree_le: Mapped[datetime]
    empreinte_precedente: Mapped[str] = mapped_column(String(64))
    empreinte: Mapped[str] = mapped_column(String(64))


class DecisionLigne(Base):
    """What was decided on a line, with the rule that applied. None is erased: what is replaced is no longer
    `en_vigueur`.

    In force together: the decision of the rules and, if the facilitateur credited refused hours all the same
    (`malgre_tout`, with a written `motif`), a second one for those hours alone. `formation` is the part of
    `creditees` that was training.
    """

    __tablename__ = "decision_ligne"
    __table_args__ = (
        Index("ix_decision_ligne_ligne", "ligne_id", "en_vigueur"),
        CheckConstraint("creditees >= 0 AND formation >= 0 AND formation <= creditees", name="creditees"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ligne_id: Mapped[int] = mapped_column(ForeignKey("ligne_heures.id"))
    en_vigueur: Mapped[bool] = mapped_column(default=True)
    etat: Mapped[EtatLigne] = mapped_column(choix(EtatLigne))
    code: Mapped[str | None] = mapped_column(String(40))
    explication: Mapped[str] = mapped_column(Text, default="")
    creditees: Mapped[Decimal] = mapped_column(Heures())
    formation: Mapped[Decimal] = mapped_column(Heures(), default=Decimal(0))
    coefficient: Mapped[Decimal] = mapped_column(DecimalFixe(2), default=Decimal(1))
    valorisees: Mapped[Decimal] = mapped_column(Heures())
    malgre_tout: Mapped[bool] = mapped_column(default=False)
    motif: Mapped[str] = mapped_column(Text, default="")
    auteur_id: Mapped[int | None]
    quand: Mapped[datetime]
