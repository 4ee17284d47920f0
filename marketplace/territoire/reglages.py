"""The settings of a territory as in force on one day: dated rows, a default where nothing was ever set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.erreurs import RegleViolee
from marketplace.territoire.models import Reglage
from marketplace.territoire.parametres import PAR_CLE, PARAMETRES, Parametre


@dataclass(frozen=True, slots=True)
class Reglages:
    """Every setting of a territory, as in force on one day. One field per entry of PARAMETRES."""

    cout_horaire: Decimal
    parts_main_oeuvre: Mapping[str, Decimal]
    couts_par_corps: Mapping[str, Decimal] | None
    taux_effort: tuple[int, ...]
    arrondi_pas: Decimal
    arrondi_mode: str
    heures_par_etp: Decimal
    etp_decimales: int
    deld_mois: int
    deld_strict: bool
    categories_actives: tuple[str, ...]
    priorite_categories: tuple[str, ...]
    ages_preuve: Mapping[str, int]
    fenetre_mois_cdd: int
    fenetre_mois_cdi: int
    fenetre_redemarre: bool
    coupure_mois: int
    anteriorite_mois: int
    delai_regularisation_jours: int
    coef_formation: Decimal
    plafond_formation: Decimal
    coef_valorisation: Decimal
    plafond_ai: Decimal
    ai_refuse: bool
    ecart_missions_jours: int
    parcours_ai: Decimal
    parcours_etti: Decimal
    ett_admise: bool
    eiti_admise: bool
    prison_admise: bool
    tolerance_marche_jours: int
    heures_jour_max: Decimal
    heures_semaine_max: Decimal
    heures_mois_max: Decimal
    rythme_declaration: str
    pieces_declaration: str
    pieces_conservation_mois: int
    liens_jours: int
    jour_echeance: int
    relances_jours: tuple[int, ...]
    silence_titulaire_jours: int
    contact_jours: int
    modalite_jours: int
    embauche_jours: int
    penalite_unitaire: Decimal | None
    penalite_plafond: Decimal | None
    penalite_preavis_jours: int
    alerte_orange_points: int
    alerte_rouge_points: int
    sortie_durable_mois: int
    definition_sorties: str
    suivis_sortie_mois: tuple[int, ...]
    suivis_embauche_mois: tuple[int, ...]
    fins_sous_jours: int
    lien_preuve_jours: int
    preuves_fichiers: bool
    petit_effectif: int
    plancher_heures: Decimal
    plancher_mois: int
    conservation_jours: int
    part_trajet_max: Decimal
    poids_a_la_main: bool
    poids_metier_proche: Decimal
    poids_metier_voisin: Decimal
    personnes_montrees: int
    equite_alerte: Decimal
    delai_reponse_jours: int
    offre_sans_proposition_jours: int
    catalogue_detaille: bool


def _decimal(p: Parametre, brut: Any) -> Decimal:
    try:
        valeur = Decimal(str(brut))
    except InvalidOperation:
        raise RegleViolee(f"{p.libelle} : « {brut} » n'est pas un nombre.", champ=p.cle) from None
    if not valeur.is_finite():
        raise RegleViolee(f"{p.libelle} : « {brut} » n'est pas un nombre.", champ=p.cle)
    if (p.mini is not None and valeur < p.mini) or (p.maxi is not None and valeur > p.maxi):
        raise RegleViolee(
            f"{p.libelle} : entre {p.mini} et {p.maxi} {p.unite}".strip().replace(".", ",") + ".", champ=p.cle
        )
    return valeur


def _entier(p: Parametre, brut: Any) -> int:
    valeur = _decimal(p, brut)
    if valeur != valeur.to_integral_value():
        raise RegleViolee(f"{p.libelle} : donnez un nombre entier.", champ=p.cle)
    return int(valeur)


def _parmi(p: Parametre, brut: Any) -> str:
    if brut not in p.choix:
        raise RegleViolee(f"{p.libelle} : « {brut} » n'est pas un choix possible.", champ=p.cle)
    return str(brut)


def _oui_non(p: Parametre, brut: Any) -> bool:
    if not isinstance(brut, bool):
        raise RegleViolee(f"{p.libelle} : répondez oui ou non.", champ=p.cle)
    return brut


def _liste(p: Parametre, brut: Any) -> tuple[Any, ...]:
    if isinstance(brut, str) or not brut:
        raise RegleViolee(f"{p.libelle} : donnez au moins une valeur.", champ=p.cle)
    return tuple(_parmi(p, b) if p.choix else _entier(p, b) for b in brut)


def _table(p: Parametre, brut: Any) -> dict[str, Any]:
    if not isinstance(brut, Mapping) or not brut:
        raise RegleViolee(f"{p.libelle} : donnez au moins une ligne.", champ=p.cle)
    lire = _entier if p.entiers else _decimal
    return {str(nom): lire(p, valeur) for nom, valeur in brut.items()}


_LECTEURS: Mapping[str, Callable[[Parametre, Any], Any]] = {
    "decimal": _decimal,
    "entier": _entier,
    "oui_non": _oui_non,
    "choix": _parmi,
    "liste": _liste,
    "table": _table,
}


def lire_valeur(p: Parametre, brut: Any) -> Any:
    """The value of a setting from what a form or the base holds. Raises RegleViolee when it does not fit."""
    if brut is None or brut == "":
        if p.vide_permis:
            return None
        raise RegleViolee(f"{p.libelle} : donnez une valeur.", champ=p.cle)
    return _LECTEURS[p.nature](p, brut)


def ecrire_valeur(valeur: Any) -> Any:
    """How a value is kept in the JSON column: decimals as text, so that none loses a digit."""
    if isinstance(valeur, Decimal):
        return str(valeur)
    if isinstance(valeur, Mapping):
        return {nom: ecrire_valeur(v) for nom, v in valeur.items()}
    return list(valeur) if isinstance(valeur, tuple) else valeur


DEFAUTS = Reglages(**{p.cle: p.defaut for p in PARAMETRES})


def reglages_au(s: Session, territoire_id: int, jour: date) -> Reglages:
    """The settings of a territory in force on `jour`; one query."""
    requete = (
        select(Reglage.cle, Reglage.valeur)
        .where(Reglage.territoire_id == territoire_id, Reglage.a_partir_du <= jour)
        .order_by(Reglage.a_partir_du, Reglage.id)
    )
    poses = {cle: valeur for cle, valeur in s.execute(requete) if cle in PAR_CLE}
    valeurs = {p.cle: lire_valeur(p, poses[p.cle]) if p.cle in poses else p.defaut for p in PARAMETRES}
    return Reglages(**valeurs)
