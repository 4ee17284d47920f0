"""Work contracts of the IAE, of alternance and of the adapted sector: R60, R72 to R74, R77, R79."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from marketplace.erreurs import RegleViolee
from marketplace.heures.rules.phrases import heures_en_texte, jour_en_texte
from marketplace.valeurs import ajouter_mois

UN_JOUR = timedelta(days=1)


class Gravite(StrEnum):
    """An error refuses the contract; a warning is shown and journaled."""

    ERREUR = "erreur"
    AVERTISSEMENT = "avertissement"


class MotifFin(StrEnum):
    """D7: why the hours of a person end; mandatory (R60)."""

    FIN_DE_CONTRAT = "fin_de_contrat"
    RUPTURE_ESSAI = "rupture_essai"
    DEMISSION = "demission"
    LICENCIEMENT = "licenciement"
    ABANDON = "abandon"
    FIN_DE_CHANTIER = "fin_de_chantier"
    EMBAUCHE_DURABLE = "embauche_durable"
    FIN_DE_FENETRE = "fin_de_fenetre"
    AUTRE = "autre"


class MotifProlongation(StrEnum):
    """Why a CDDI may run beyond 24 months (Code du travail L5132-5, -11-1, -15-1)."""

    FORMATION = "formation"
    SENIOR = "senior"
    RQTH = "rqth"
    DIFFICULTES = "difficultes"


@dataclass(frozen=True)
class Constat:
    """One remark on a contract: how serious, the sentence, the field it belongs to, the rule."""

    gravite: Gravite
    phrase: str
    champ: str
    regle: str


@dataclass(frozen=True)
class Contrat:
    """What the rules need to know. `heures_semaine` is the weekly duration; `cumul_mois` the months of
    earlier
    contracts of the same kind with the same structure, this one excluded.
    """

    type_contrat: str
    type_structure: str
    debut: date
    fin: date | None
    heures_semaine: Decimal | None = None
    cumul_mois: int = 0
    motif_prolongation: MotifProlongation | None = None
    amenagement_peine: bool = False
    derogation_temps_partiel: bool = False
    age: int | None = None
    debut_parcours: date | None = None
    heures_formation: Decimal | None = None
    public_prioritaire: bool = False


@dataclass(frozen=True)
class ReglagesContrats:
    """Numbers of the Code du travail that a law may change (months, hours, years)."""

    cddi_mois_min: int = 4
    cddi_mois_max: int = 24
    cddi_mois_max_prolonge: int = 60
    cddi_heures_min: Decimal = Decimal(20)
    semaine_legale: Decimal = Decimal(35)
    cdi_inclusion_age: int = 57
    cdi_inclusion_mois: int = 12
    etti_mois_max: int = 24
    pro_mois_min: int = 6
    pro_mois_max: int = 12
    pro_mois_max_prioritaire: int = 36
    pro_formation_min: Decimal = Decimal("0.15")
    pro_formation_max: Decimal = Decimal("0.25")
    pro_formation_heures: Decimal = Decimal(150)
    tremplin_mois_max: int = 24
    ea_part_min: Decimal = Decimal("0.55")


def duree_au_moins(debut: date, fin: date, mois: int) -> bool:
    """True when [debut, fin] lasts `mois` full months or more, date to date."""
    return fin >= ajouter_mois(debut, mois) - UN_JOUR


def duree_au_plus(debut: date, fin: date, mois: int) -> bool:
    """True when [debut, fin] does not go beyond `mois` full months."""
    return fin <= ajouter_mois(debut, mois) - UN_JOUR


def examiner(contrat: Contrat, reglages: ReglagesContrats) -> tuple[Constat, ...]:
    """Every remark of the law on this contract, errors first; empty when all is well. Raises RegleViolee when
    the contract ends before it starts.
    """
    if contrat.fin is not None and contrat.fin < contrat.debut:
        raise RegleViolee("Le contrat finit avant de commencer.", champ="fin")
    examens = {
        "cddi": _cddi,
        "cdi_inclusion": _cdi_inclusion,
        "mission": _mission,
        "cdd_tremplin": _tremplin,
        "professionnalisation": _professionnalisation,
    }
    examen = examens.get(contrat.type_contrat)
    constats = examen(contrat, reglages) if examen else []
    return tuple(sorted(constats, key=lambda c: c.gravite is Gravite.AVERTISSEMENT))


def _erreur(phrase: str, champ: str, regle: str) -> Constat:
    return Constat(Gravite.ERREUR, phrase, champ, regle)


def _avertissement(phrase: str, champ: str, regle: str) -> Constat:
    return Constat(Gravite.AVERTISSEMENT, phrase, champ, regle)


def _cddi(contrat: Contrat, reglages: ReglagesContrats) -> list[Constat]:
    constats: list[Constat] = []
    if contrat.type_structure not in {"ei", "ai", "aci"}:
        constats.append(_erreur("Seuls une EI, une AI ou un ACI signent un CDDI.", "type_contrat", "R72 (L5132-5)"))
    if contrat.fin is None:
        constats.append(_erreur("Un CDDI a une date de fin.", "fin", "R72"))
    else:
        court = not duree_au_moins(contrat.debut, contrat.fin, reglages.cddi_mois_min)
        if court and contrat.cumul_mois == 0 and not contrat.amenagement_peine:
            constats.append(
                _erreur(
                    f"Un CDDI dure au moins {reglages.cddi_mois_min} mois.",
                    "fin",
                    "R72 (L5132-11-1, L5132-15-1)",
                )
            )
        constats.extend(_duree_cddi(contrat, contrat.fin, reglages))
    if contrat.heures_semaine is not None:
        if contrat.heures_semaine > reglages.semaine_legale:
            constats.append(
                _erreur(
                    f"Un CDDI ne dépasse pas {heures_en_texte(reglages.semaine_legale)} par semaine.",
                    "heures_semaine",
                    "R72",
                )
            )
        elif contrat.heures_semaine < reglages.cddi_heures_min and not contrat.derogation_temps_partiel:
            constats.append(
                _avertissement(
                    f"Moins de {heures_en_texte(reglages.cddi_heures_min)} par semaine : "
                    "il faut une dérogation ou un cumul de contrats.",
                    "heures_semaine",
                    "R72 (D5132-10-5-3)",
                )
            )
    return constats


def _duree_cddi(contrat: Contrat, fin: date, reglages: ReglagesContrats) -> list[Constat]:
    if duree_au_plus(contrat.debut, fin, reglages.cddi_mois_max - contrat.cumul_mois):
        return []
    motif = contrat.motif_prolongation
    if motif is None:
        phrase = f"Au-delà de {reglages.cddi_mois_max} mois de CDDI, il faut un motif de prolongation."
        return [_erreur(phrase, "fin", "R72 (L5132-5)")]
    if motif == MotifProlongation.DIFFICULTES:
        if contrat.type_structure not in {"ai", "aci"}:
            phrase = "Les difficultés exceptionnelles ne prolongent un CDDI que dans une AI ou un ACI."
            return [_erreur(phrase, "motif_prolongation", "R72 (L5132-15-1)")]
        if not duree_au_plus(contrat.debut, fin, reglages.cddi_mois_max_prolonge - contrat.cumul_mois):
            phrase = f"Même prolongé, ce CDDI ne dépasse pas {reglages.cddi_mois_max_prolonge} mois."
            return [_erreur(phrase, "fin", "R72")]
    if motif == MotifProlongation.SENIOR and contrat.age is not None and contrat.age < 50:
        return [_erreur("Cette prolongation demande d'avoir 50 ans.", "motif_prolongation", "R72")]
    return []


def _cdi_inclusion(contrat: Contrat, reglages: ReglagesContrats) -> list[Constat]:
    constats: list[Constat] = []
    regle = "R73 (L5132-5-1, L5132-14-1, L5132-15-1-1)"
    if contrat.type_structure not in {"ei", "ai", "aci"}:
        constats.append(_erreur("Seuls une EI, une AI ou un ACI signent un CDI d'inclusion.", "type_contrat", regle))
    if contrat.age is not None and contrat.age < reglages.cdi_inclusion_age:
        constats.append(
            _erreur(f"CDI d'inclusion : à partir de {reglages.cdi_inclusion_age} ans.", "type_contrat", regle)
        )
    if contrat.debut_parcours is not None:
        possible = ajouter_mois(contrat.debut_parcours, reglages.cdi_inclusion_mois)
        if contrat.debut < possible:
            constats.append(_erreur(f"CDI d'inclusion possible à partir du {jour_en_texte(possible)}.", "debut", regle))
    return constats


def _mission(contrat: Contrat, reglages: ReglagesContrats) -> list[Constat]:
    regle = "R79 (L5213-13-3)" if contrat.type_structure == "eatt" else "R74 (L5132-6)"
    constats: list[Constat] = []
    if contrat.type_structure not in {"etti", "eatt", "ett"}:
        phrase = "Seule une entreprise de travail temporaire signe un contrat de mission."
        constats.append(_erreur(phrase, "type_contrat", regle))
    plafond = reglages.etti_mois_max - contrat.cumul_mois
    if (
        contrat.type_structure in {"etti", "eatt"}
        and contrat.fin is not None
        and not duree_au_plus(contrat.debut, contrat.fin, plafond)
    ):
        phrase = f"Les missions ne dépassent pas {reglages.etti_mois_max} mois, renouvellements compris."
        constats.append(_erreur(phrase, "fin", regle))
    return constats


def _tremplin(contrat: Contrat, reglages: ReglagesContrats) -> list[Constat]:
    regle = "R79 (L5213-13-2)"
    constats: list[Constat] = []
    if contrat.type_structure != "ea":
        constats.append(_erreur("Seule une entreprise adaptée signe un CDD tremplin.", "type_contrat", regle))
    plafond = reglages.tremplin_mois_max
    if contrat.motif_prolongation is not None:
        plafond = reglages.cddi_mois_max_prolonge
    reste = plafond - contrat.cumul_mois
    if contrat.fin is not None and not duree_au_plus(contrat.debut, contrat.fin, reste):
        constats.append(_erreur(f"Un CDD tremplin ne dépasse pas {plafond} mois.", "fin", regle))
    return constats


def part_formation(duree_heures: Decimal, reglages: ReglagesContrats) -> tuple[Decimal, Decimal]:
    """Least and most training hours of a contrat de professionnalisation of that length (R31, L6325-13)."""
    minimum = max(duree_heures * reglages.pro_formation_min, reglages.pro_formation_heures)
    return minimum, max(minimum, duree_heures * reglages.pro_formation_max)


def controler_formation(
    duree_heures: Decimal, heures_formation: Decimal, reglages: ReglagesContrats
) -> tuple[Constat, ...]:
    """Warn when training is out of the range of L6325-13; `duree_heures` is the length of the action
    (T17).
    """
    minimum, maximum = part_formation(duree_heures, reglages)
    if heures_formation < minimum:
        phrase = f"Un contrat de cette durée prévoit au moins {heures_en_texte(minimum)} de formation."
        return (_avertissement(phrase, "heures_formation", "R31 (L6325-13)"),)
    if heures_formation > maximum:
        phrase = f"Formation au-delà d'un quart du contrat ({heures_en_texte(maximum)}) : à vérifier."
        return (_avertissement(phrase, "heures_formation", "R31 (L6325-14)"),)
    return ()


def _professionnalisation(contrat: Contrat, reglages: ReglagesContrats) -> list[Constat]:
    constats: list[Constat] = []
    if contrat.fin is None:
        return constats
    if not duree_au_moins(contrat.debut, contrat.fin, reglages.pro_mois_min):
        phrase = f"Un contrat de professionnalisation dure au moins {reglages.pro_mois_min} mois."
        constats.append(_erreur(phrase, "fin", "R77 (L6325-11)"))
    plafond = reglages.pro_mois_max_prioritaire if contrat.public_prioritaire else reglages.pro_mois_max
    if not duree_au_plus(contrat.debut, contrat.fin, plafond):
        phrase = f"Pour cette personne, le contrat dure au plus {plafond} mois."
        constats.append(_erreur(phrase, "fin", "R77 (L6325-11)"))
    if contrat.heures_formation is not None and contrat.heures_semaine is not None:
        semaines = Decimal((contrat.fin - contrat.debut).days + 1) / 7
        constats.extend(controler_formation(semaines * contrat.heures_semaine, contrat.heures_formation, reglages))
    return constats


def part_handicap_admise(part: Decimal, reglages: ReglagesContrats) -> bool:
    """True when the share of disabled workers suits an entreprise adaptée, 55 to 100 % (R79, D5213-63)."""
    return reglages.ea_part_min <= part <= 1


def verifier_fin(motif: str) -> MotifFin:
    """The coded reason of an end, mandatory (R60). Raises RegleViolee when empty or unknown."""
    try:
        return MotifFin(motif)
    except ValueError:
        raise RegleViolee("Dites pourquoi la personne est partie.", champ="motif_fin") from None
