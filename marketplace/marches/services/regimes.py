"""The legal regime of a marché: what the law asks, what was decided, and the register of derogations (R2, R4, R5)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from marketplace.comptes.droits import Action
from marketplace.comptes.models import Organisation
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import ModifieEntreTemps, RegleViolee
from marketplace.journal.services import journaliser
from marketplace.marches.models import Clause, RegimeMarche
from marketplace.marches.portee import charger_marche
from marketplace.marches.rules.considerations import Levier
from marketplace.marches.rules.regime import (
    Derogation,
    NatureMarche,
    Regime,
    Reservation,
    TypeAcheteur,
    regime_applicable,
    verifier_regime,
    verifier_titulaire_reserve,
)
from marketplace.marches.services.saisie import toucher


@dataclass(frozen=True, slots=True)
class SaisieRegime:
    """What a facilitateur says of the regime of a marché."""

    type_acheteur: TypeAcheteur
    valeur_estimee_ht: Decimal | None = None
    consultation_le: date | None = None
    defense_securite: bool = False
    leviers: Collection[Levier] = ()
    reservation: Reservation | None = None
    derogation: Derogation | None = None
    motivation: str = ""
    part_publics: Decimal | None = None


@dataclass(frozen=True, slots=True)
class DecisionRegime:
    """Whether the marché must carry a social condition, and what to look at before awarding it."""

    regime: Regime | None
    avertissements: tuple[str, ...]


def decider_regime(
    ctx: Contexte, acteur: Acteur, ref: str, saisie: SaisieRegime, *, version: int | None = None
) -> DecisionRegime:
    """Record the regime of a marché and its answer. A clause with hours is a condition of execution by itself.

    Raises RegleViolee: mandatory without condition nor derogation, derogation that does not fit the nature or has no
    reason, a reserved marché without saying for whom; ModifieEntreTemps when `version` moved.
    """
    with ctx.transaction() as s:
        marche = charger_marche(s, acteur, Action.GERER_MARCHE, ref)
        if version is not None and marche.version != version:
            raise ModifieEntreTemps()
        if saisie.valeur_estimee_ht is not None and saisie.valeur_estimee_ht < 0:
            raise RegleViolee("Un montant ne peut pas être négatif.", champ="valeur_estimee_ht")
        if saisie.part_publics is not None and not 0 < saisie.part_publics <= 1:
            raise RegleViolee("Cette part va de 1 à 100 %.", champ="part_publics")
        leviers = set(saisie.leviers)
        if saisie.reservation is not None:
            leviers.add(Levier.MARCHE_RESERVE)
        elif Levier.MARCHE_RESERVE in leviers:
            raise RegleViolee("Dites pour qui le marché est réservé.", champ="reservation")
        heures = s.scalar(
            select(Clause.heures_prevues).where(Clause.marche_id == marche.id, Clause.remplacee_le.is_(None))
        )
        regime = _regime(saisie, marche.nature)
        verifier_regime(
            regime or Regime.FACULTATIF,
            marche.nature,
            a_une_condition_sociale=bool(leviers) or bool(heures),
            derogation=saisie.derogation,
            motivation=saisie.motivation,
        )
        type_titulaire = s.scalar(select(Organisation.type).where(Organisation.id == marche.titulaire_id))
        avertissements: tuple[str, ...] = ()
        if saisie.reservation is not None and type_titulaire is not None:
            avertissements = verifier_titulaire_reserve(saisie.reservation, type_titulaire.value, saisie.part_publics)
        ligne = s.get(RegimeMarche, marche.id)
        avant = None if ligne is None else ligne.derogation
        if ligne is None:
            ligne = RegimeMarche(marche_id=marche.id)
            s.add(ligne)
        ligne.type_acheteur = saisie.type_acheteur
        ligne.valeur_estimee_ht, ligne.consultation_le = saisie.valeur_estimee_ht, saisie.consultation_le
        ligne.defense_securite = saisie.defense_securite
        ligne.leviers = [levier.value for levier in Levier if levier in leviers]
        ligne.reservation, ligne.derogation = saisie.reservation, saisie.derogation
        ligne.motivation = saisie.motivation.strip()
        ligne.part_publics = saisie.part_publics if saisie.reservation is not None else None
        ligne.decide_le, ligne.auteur_id = ctx.aujourdhui(), acteur.utilisateur_id
        toucher(ctx, marche)
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "decider_regime",
            marche,
            _resume(regime, saisie.derogation),
            derogation_avant=avant,
            derogation=saisie.derogation,
            motivation=ligne.motivation,
            leviers=ligne.leviers,
        )
        return DecisionRegime(regime, avertissements)


def _regime(saisie: SaisieRegime, nature: NatureMarche) -> Regime | None:
    """The regime; None while the value or the day of the consultation is unknown."""
    if saisie.valeur_estimee_ht is None or saisie.consultation_le is None:
        return None
    return regime_applicable(
        saisie.type_acheteur,
        nature,
        saisie.valeur_estimee_ht,
        saisie.consultation_le,
        defense_securite=saisie.defense_securite,
    )


def _resume(regime: Regime | None, derogation: Derogation | None) -> str:
    quoi = {Regime.OBLIGATOIRE: "obligatoire", Regime.FACULTATIF: "facultative", None: "à préciser"}[regime]
    suite = ", avec une dérogation" if derogation is not None else ""
    return f"a décidé du régime : condition sociale {quoi}{suite}"
