"""The window in which the hours of a validated person count (R33, R34, R35, R36, R50)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from marketplace.erreurs import RegleViolee
from marketplace.valeurs import ajouter_mois

UN_JOUR = timedelta(days=1)

CONTRATS_CDI = frozenset({"cdi", "cdi_inclusion", "cdi_interimaire"})
CONTRATS_ALTERNANCE = frozenset({"professionnalisation", "apprentissage"})
STRUCTURES_IAE = frozenset({"ei", "etti", "ai", "aci", "eiti"})


@dataclass(frozen=True)
class ReglagesFenetre:
    """Territory settings of the window; defaults of regles.md §3 (months, days)."""

    mois_cdd: int = 24
    mois_cdi: int = 36
    coupure_mois: int = 6
    redemarre_nouveau_marche: bool = False
    delai_regularisation_jours: int = 30
    anteriorite_mois: int = 6


@dataclass(frozen=True)
class Fenetre:
    """First and last credited days, both inclusive."""

    debut: date
    fin: date

    def __post_init__(self) -> None:
        if self.fin < self.debut:
            raise RegleViolee("La fenêtre de validation finit avant de commencer.", champ="fin")

    def contient(self, jour: date) -> bool:
        """True when an hour worked that day may count."""
        return self.debut <= jour <= self.fin


def fin_de_fenetre(debut: date, mois: int) -> date:
    """Last credited day: debut + `mois` months − 1 day, clamped to the end of a short month (R33, T10, T11).

    29 Feb 2028 + 12 months clamps to 28 Feb 2029, hence 27 Feb 2029: the clamp comes before the minus one.
    Raises RegleViolee when `mois` is not positive.
    """
    if mois <= 0:
        raise RegleViolee("La durée de la fenêtre compte au moins un mois.", champ="mois")
    return ajouter_mois(debut, mois) - UN_JOUR


def ouvrir_fenetre(
    premiere_embauche: date,
    type_contrat: str,
    reglages: ReglagesFenetre,
    *,
    type_structure: str = "entreprise",
    fin_contrat: date | None = None,
    fin_pass: date | None = None,
) -> Fenetre:
    """Window opened by the first hire under a clause (R33).

    Alternance lasts as long as its contract, staff of an IAE structure as long as the PASS IAE when its end
    is known; otherwise the territory's months for a CDI or for everything else apply.
    """
    if type_contrat in CONTRATS_ALTERNANCE and fin_contrat is not None:
        return Fenetre(premiere_embauche, fin_contrat)
    if type_structure in STRUCTURES_IAE and fin_pass is not None:
        if fin_pass < premiere_embauche:
            raise RegleViolee("Le PASS IAE était déjà terminé le jour de l'embauche.", champ="fin_pass")
        return Fenetre(premiere_embauche, fin_pass)
    mois = reglages.mois_cdi if type_contrat in CONTRATS_CDI else reglages.mois_cdd
    return Fenetre(premiere_embauche, fin_de_fenetre(premiere_embauche, mois))


def fenetre_retenue(existante: Fenetre | None, nouvelle: Fenetre, reglages: ReglagesFenetre) -> Fenetre:
    """Window that applies to a new contract of someone who already has one (R33, R50).

    Inside the open window a new contract or marché neither restarts it nor needs a new validation, unless the
    territory says so. After it, a break of `coupure_mois` is required: RegleViolee before that.
    """
    if existante is None:
        return nouvelle
    if existante.contient(nouvelle.debut):
        return nouvelle if reglages.redemarre_nouveau_marche else existante
    if nouvelle.debut < existante.debut:
        return nouvelle
    retour = retour_possible_le(existante, reglages)
    if nouvelle.debut < retour:
        raise RegleViolee(
            f"Cette personne peut être validée de nouveau à partir du {retour:%d/%m/%Y}, "
            f"après {reglages.coupure_mois} mois de coupure.",
            champ="debut",
        )
    return nouvelle


def retour_possible_le(fenetre: Fenetre, reglages: ReglagesFenetre) -> date:
    """First day a new validation may start once the window is over (R50)."""
    return ajouter_mois(fenetre.fin + UN_JOUR, reglages.coupure_mois)


def premier_jour_credite(
    embauche: date, validee_le: date, preuve_valable_a_l_embauche: bool, reglages: ReglagesFenetre
) -> date:
    """First day whose hours count, given when the person was validated (R34, R35).

    Validated before work starts: the hire date. Validated late: still the hire date when validation comes
    within the grace period and the proof was valid at the hire date; else the validation day.
    """
    if validee_le <= embauche:
        return embauche
    limite = embauche + timedelta(days=reglages.delai_regularisation_jours)
    if validee_le <= limite and preuve_valable_a_l_embauche:
        return embauche
    return validee_le


def embauche_anterieure_admise(embauche: date, notification: date, reglages: ReglagesFenetre) -> bool:
    """True when someone hired before the marché may count: at most `anteriorite_mois` months earlier
    (R36).
    """
    return embauche >= notification or ajouter_mois(embauche, reglages.anteriorite_mois) >= notification
