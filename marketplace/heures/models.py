"""Contrats, declarations and the append-only ledger of hours. Totals are computed, never stored."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, DecimalFixe, Heures, choix
from marketplace.heures.rules.declaration import EtatDeclaration
from marketplace.heures.rules.ligne import EtatLigne
from marketplace.heures.rules.modalites import Modalite

__all__ = ["Contrat", "DecisionLigne", "Declaration", "EtatDeclaration", "EtatLigne", "LigneHeures", "Modalite"]


class Contrat(Base):
    """A salarié en insertion at work: who carries the contract, for which marché, in which modality.

    `statuts` is the photograph of the categories at entry: kept for the bilan, never rewritten (R34).
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
    modalite: Mapped[Modalite] = mapped_column(choix(Modalite))
    type_contrat: Mapped[str] = mapped_column(String(40))
    poste: Mapped[str] = mapped_column(default="")
    code_rome: Mapped[str | None] = mapped_column(ForeignKey("metier.code_rome"))
    debut: Mapped[date]
    fin: Mapped[date | None]
    motif_fin: Mapped[str | None] = mapped_column(String(40))
    heures_hebdo: Mapped[Decimal] = mapped_column(Heures())
    statuts: Mapped[list[str]] = mapped_column(default=list)
    cree_le: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Declaration(Base):
    """What one employer declares for one marché and one month."""

    __tablename__ = "declaration"
    __table_args__ = (
        UniqueConstraint("employeur_id", "marche_id", "mois"),
        Index("ix_declaration_etat", "territoire_id", "etat"),
        CheckConstraint("etat IN ('a_faire', 'brouillon') OR signee_le IS NOT NULL", name="signee"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    employeur_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    marche_id: Mapped[int] = mapped_column(ForeignKey("marche.id"), index=True)
    mois: Mapped[date]
    etat: Mapped[EtatDeclaration] = mapped_column(choix(EtatDeclaration), default=EtatDeclaration.A_FAIRE)
    brouillon: Mapped[dict[str, Any]] = mapped_column(default=dict)
    aucune_heure: Mapped[bool] = mapped_column(default=False)
    ouverte_le: Mapped[datetime]
    signee_le: Mapped[datetime | None]
    signataire: Mapped[str] = mapped_column(default="")
    source: Mapped[str | None] = mapped_column(String(20))
    motif_correction: Mapped[str] = mapped_column(Text, default="")
    validee_le: Mapped[datetime | None]
    validee_par_id: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


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
