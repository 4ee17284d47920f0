"""How many hours a clause asks for (R13 to R19, R21 to R24). Money in € HT, hours as Decimal, shares in ]0;1]."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal

from marketplace.erreurs import RegleViolee
from marketplace.valeurs import CENTIEME, Bareme, Valeur, arrondir, somme

ZERO = Decimal(0)
UN = Decimal(1)
MILLE = Decimal(1000)

VERSION_FORMULE = "2026-1"
"""Kept with each result (R13): what was computed can be computed again."""

SMIC_HORAIRE: Bareme[Decimal] = Bareme(
    Valeur(Decimal("11.65"), date(2024, 1, 1), "décret du 20 décembre 2023"),
    Valeur(Decimal("11.88"), date(2024, 11, 1), "décret du 23 octobre 2024"),
    Valeur(Decimal("12.02"), date(2026, 1, 1), "SMIC horaire brut au 1er janvier 2026"),
)
"""Gross hourly minimum wage: a loaded cost under it is a typing error."""

TAUX_ANRU: Mapping[str, Decimal] = {
    "travaux": Decimal("0.05"),
    "ingenierie": Decimal("0.05"),
    "gestion_urbaine": Decimal("0.10"),
}
"""Charter of the NPNRU (R18): least share of the hours worked, to be checked against the version in force."""


@dataclass(frozen=True)
class ReglagesDimensionnement:
    """Territory settings: rounding of the target, floors under which a clause is not advised (hours, months)."""

    arrondi_pas: Decimal = UN
    arrondi_mode: str = "demi_superieur"
    plancher_heures: Decimal = Decimal(70)
    plancher_mois: int = 2
    heures_par_etp: Decimal = Decimal(1600)


@dataclass(frozen=True)
class Calibrage:
    """Inputs of a sizing and its result: `exact` to the hundredth, `heures` rounded as the territory does."""

    montant_ht: Decimal
    part_main_oeuvre: Decimal
    taux_effort: Decimal
    cout_horaire: Decimal
    exact: Decimal
    heures: Decimal
    version: str = VERSION_FORMULE


def _part(valeur: Decimal, champ: str, nom: str) -> Decimal:
    if not ZERO < valeur <= UN:
        raise RegleViolee(f"{nom} va de 0 à 100 %, 0 exclu.", champ=champ)
    return valeur


def _verifier_cout(cout_horaire: Decimal, le: date) -> None:
    smic = SMIC_HORAIRE.au(le)
    if cout_horaire < smic:
        texte = f"{smic:.2f}".replace(".", ",")
        raise RegleViolee(
            f"Le coût horaire chargé ne peut pas être sous le SMIC ({texte} € brut).", champ="cout_horaire"
        )


def dimensionner(
    montant_ht: Decimal,
    part_main_oeuvre: Decimal,
    taux_effort: Decimal,
    cout_horaire: Decimal,
    le: date,
    reglages: ReglagesDimensionnement,
) -> Calibrage:
    """Amount × labour share × effort rate ÷ loaded hourly cost (R13, T1 to T3).

    Raises RegleViolee, naming the field, for an amount that is not positive, a share outside ]0;1] or a cost under
    the minimum wage of that day.
    """
    if montant_ht <= 0:
        raise RegleViolee("Le montant hors taxes doit être positif.", champ="montant_ht")
    _part(part_main_oeuvre, "part_main_oeuvre", "La part de main d'œuvre")
    _part(taux_effort, "taux_effort", "Le taux d'effort")
    _verifier_cout(cout_horaire, le)
    brut = montant_ht * part_main_oeuvre * taux_effort / cout_horaire
    return Calibrage(
        montant_ht,
        part_main_oeuvre,
        taux_effort,
        cout_horaire,
        arrondir(brut, CENTIEME),
        arrondir(brut, reglages.arrondi_pas, reglages.arrondi_mode),
    )


def objectif_operation(lots: Iterable[Decimal]) -> Decimal:
    """Target of an opération: the sum of those of its marchés, nil ones included (R17)."""
    return somme(lots)


# --- other ways of asking --------------------------------------------------------------------------------------


def ratio_bons_de_commande(part_main_oeuvre: Decimal, taux_effort: Decimal, cout_horaire: Decimal, le: date) -> Decimal:
    """Hours due per 1 000 € ordered, to four decimals (R19)."""
    _part(part_main_oeuvre, "part_main_oeuvre", "La part de main d'œuvre")
    _part(taux_effort, "taux_effort", "Le taux d'effort")
    _verifier_cout(cout_horaire, le)
    return arrondir(MILLE * part_main_oeuvre * taux_effort / cout_horaire, Decimal("0.0001"))


def objectif_bons_de_commande(
    ratio: Decimal, commandes: Iterable[Decimal], reglages: ReglagesDimensionnement
) -> Decimal:
    """Target of a framework: the ratio applied to what was ordered so far; it moves with each order (R19, T4)."""
    total = somme(commandes)
    if ratio < 0 or total < 0:
        raise RegleViolee("Le ratio et les montants commandés ne peuvent pas être négatifs.", champ="ratio")
    return arrondir(ratio * total / MILLE, reglages.arrondi_pas, reglages.arrondi_mode)


def objectif_anru(heures_travaillees: Decimal, volet: str, reglages: ReglagesDimensionnement) -> Decimal:
    """Least hours for inhabitants of QPV in an ANRU operation, counted apart from the target (R18, T7)."""
    taux = TAUX_ANRU.get(volet)
    if taux is None:
        raise RegleViolee("Choisissez travaux, ingénierie ou gestion urbaine de proximité.", champ="volet")
    return arrondir(heures_travaillees * taux, reglages.arrondi_pas, reglages.arrondi_mode)


def objectif_reprise_personnel(
    heures_totales: Decimal, part_reprise: Decimal, taux_effort: Decimal, reglages: ReglagesDimensionnement
) -> Decimal:
    """Target where staff must be taken over: the effort bears on newly assigned hours only (R23, T6)."""
    if not ZERO <= part_reprise <= UN:
        raise RegleViolee("La part de personnel repris va de 0 à 100 %.", champ="part_reprise")
    _part(taux_effort, "taux_effort", "Le taux d'effort")
    nouvelles = heures_totales * (UN - part_reprise)
    return arrondir(nouvelles * taux_effort, reglages.arrondi_pas, reglages.arrondi_mode)


@dataclass(frozen=True)
class Tranche:
    """A part of a marché: firm, or optional until the buyer firms it up."""

    heures: Decimal
    optionnelle: bool = False
    affermie_le: date | None = None


def objectif_tranches(tranches: Sequence[Tranche], le: date) -> Decimal:
    """Hours of the firm tranches and of the optional ones firmed up by that day (R21)."""
    return somme(t.heures for t in tranches if not t.optionnelle or (t.affermie_le is not None and t.affermie_le <= le))


def verifier_groupement(objectif: Decimal, parts: Mapping[str, Decimal]) -> None:
    """Refuse shares of the members that do not make the target (R22). Raises RegleViolee."""
    if any(part < 0 for part in parts.values()):
        raise RegleViolee("Une part d'heures ne peut pas être négative.", champ="parts")
    ecart = objectif - somme(parts.values())
    if ecart:
        sens = "manque" if ecart > 0 else "y a en trop"
        nombre = f"{abs(ecart).normalize():f}".replace(".", ",")
        raise RegleViolee(f"Les parts du groupement doivent faire l'objectif : il {sens} {nombre} h.", champ="parts")


# --- feasibility -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Faisabilite:
    """ETP needed over the marché, people to find (whole), and sentences that advise against; none when feasible.

    `vivier`: people in reach for that trade, None when unknown.
    """

    etp: Decimal
    reserves: tuple[str, ...]
    personnes: int = 0
    vivier: int | None = None

    @property
    def phrase(self) -> str:
        """« 14 personnes à portée, il en faut 3 »."""
        besoin = "il en faut une" if self.personnes == 1 else f"il en faut {self.personnes}"
        if self.vivier is None:
            pluriel = "s" if self.personnes > 1 else ""
            return f"Il faut {self.personnes} personne{pluriel} à temps plein"
        if self.vivier == 0:
            return f"Personne à portée pour ce métier, {besoin}"
        return f"{self.vivier} personne{'s' if self.vivier > 1 else ''} à portée, {besoin}"


def etudier_faisabilite(
    heures: Decimal, duree_mois: int, vivier: int | None, reglages: ReglagesDimensionnement
) -> Faisabilite:
    """What to look at before the clause is fixed (R24). `vivier`: people in reach for that trade, None if unknown.

    ETP = hours ÷ (hours of an ETP a year × years of the marché).
    """
    if duree_mois <= 0:
        raise RegleViolee("La durée compte au moins un mois.", champ="duree_mois")
    etp = arrondir(heures * 12 / (reglages.heures_par_etp * duree_mois), CENTIEME)
    reserves: list[str] = []
    if heures < reglages.plancher_heures:
        reserves.append(f"Moins de {reglages.plancher_heures:f} h : une clause apporte peu, pensez à un autre levier.")
    if duree_mois < reglages.plancher_mois:
        reserves.append(f"Moins de {reglages.plancher_mois} mois : trop court pour recruter, pensez à un autre levier.")
    if vivier is not None and Decimal(vivier) < etp:
        reserves.append("Il y a moins de personnes à portée que de postes à temps plein à pourvoir.")
    personnes = max(1, int(etp.to_integral_value(ROUND_CEILING))) if heures > 0 else 0
    return Faisabilite(etp, tuple(reserves), personnes, vivier)
