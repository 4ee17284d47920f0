"""When an offre may be published, what it yields in hours, and when it stops being believed (N13, N39)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from marketplace.erreurs import RegleViolee
from marketplace.valeurs import CENTIEME, ajouter_mois, arrondir

SEMAINES_PAR_AN = Decimal(52)
HEURES_HEBDO_MAX = Decimal(48)
MOIS_MAX_COMPTES = 12
PLACES_MAX = 50
DUREE_MAX_MOIS = 60
RAPPEL_JOURS = 7
FERMETURE_JOURS = 28
RETARD_DEBUT_JOURS = 45


@dataclass(frozen=True, slots=True)
class ContenuOffre:
    """What is said of an offre before it is published; hours a week, months, dates of start."""

    intitule: str
    code_insee: str | None
    heures_hebdo: Decimal | None
    type_contrat: str | None
    sans_terme: bool
    debut: date | None
    duree_mois: int | None
    places: int | None
    prerequis: str


def _exiger_heures(heures_hebdo: Decimal | None) -> None:
    if heures_hebdo is None or heures_hebdo <= 0:
        raise RegleViolee(
            "Indiquez les heures par semaine : sans elles, personne ne sait si le poste convient.",
            champ="heures_hebdo",
        )
    if heures_hebdo > HEURES_HEBDO_MAX:
        raise RegleViolee("48 h par semaine au plus : vérifiez les heures par semaine.", champ="heures_hebdo")


def _exiger_dates(contenu: ContenuOffre, jour: date) -> None:
    if contenu.debut is None:
        raise RegleViolee("Indiquez le premier jour de travail.", champ="debut")
    if contenu.debut < jour:
        raise RegleViolee("Le premier jour de travail est passé : donnez une date à venir.", champ="debut")
    if contenu.debut > ajouter_mois(jour, 24):
        raise RegleViolee("Le premier jour de travail est à plus de deux ans : vérifiez l'année.", champ="debut")
    if not contenu.sans_terme and (contenu.duree_mois is None or contenu.duree_mois < 1):
        raise RegleViolee("Indiquez la durée du contrat, en mois.", champ="duree_mois")
    if contenu.duree_mois is not None and contenu.duree_mois > DUREE_MAX_MOIS:
        raise RegleViolee(f"{DUREE_MAX_MOIS} mois au plus : vérifiez la durée.", champ="duree_mois")


def exiger_publiable(contenu: ContenuOffre, jour: date) -> None:
    """Raises RegleViolee, naming the field, unless everything a person must know is said (N13, N39)."""
    if not contenu.intitule.strip():
        raise RegleViolee("Donnez le nom du poste, par exemple « maçon ».", champ="intitule")
    if not contenu.code_insee:
        raise RegleViolee("Choisissez la commune où l'on travaille.", champ="commune")
    _exiger_heures(contenu.heures_hebdo)
    if contenu.type_contrat is None:
        raise RegleViolee("Choisissez le type de contrat.", champ="type_contrat")
    _exiger_dates(contenu, jour)
    if contenu.places is None or not 1 <= contenu.places <= PLACES_MAX:
        raise RegleViolee(f"Indiquez le nombre de places, de 1 à {PLACES_MAX}.", champ="places")
    if not contenu.prerequis.strip():
        raise RegleViolee(
            "Dites ce qu'il faut savoir ou avoir pour ce poste. S'il ne faut rien, écrivez « aucun ».",
            champ="prerequis",
        )


def heures_apportees(
    heures_hebdo: Decimal, places: int, debut: date, duree_mois: int | None, fin_marche: date | None
) -> Decimal:
    """Whole hours an offre would yield to a clause: weeks worked until the contract or the marché ends.

    A contract without a term is counted for twelve months at most.
    """
    fin = ajouter_mois(debut, min(duree_mois or MOIS_MAX_COMPTES, MOIS_MAX_COMPTES if duree_mois is None else 60))
    if fin_marche is not None:
        fin = min(fin, fin_marche + timedelta(days=1))
    jours = max(0, (fin - debut).days)
    semaines = Decimal(jours) / Decimal(365) * SEMAINES_PAR_AN
    return arrondir(heures_hebdo * semaines * places).quantize(CENTIEME)


def a_confirmer(confirmee_le: date | None, publiee_le: date | None, jour: date) -> bool:
    """Whether « toujours d'actualité ? » is due: a week since the last word on this offre."""
    dernier = confirmee_le or publiee_le
    return dernier is None or (jour - dernier).days >= RAPPEL_JOURS


def perimee(confirmee_le: date | None, publiee_le: date | None, debut: date, jour: date) -> str | None:
    """Why an offre closes by itself today: nobody confirmed it, or its start is long past. None: it stays."""
    dernier = confirmee_le or publiee_le
    if dernier is not None and (jour - dernier).days > FERMETURE_JOURS:
        return "sans réponse à « toujours d'actualité ? » depuis 4 semaines"
    if (jour - debut).days > RETARD_DEBUT_JOURS:
        return "le premier jour de travail est passé depuis plus de 6 semaines"
    return None
