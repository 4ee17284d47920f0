"""How many hours each marché should show today, and how many places that makes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from marketplace.marches.models import Marche
from marketplace.marches.rules.etats import EtatMarche
from marketplace.valeurs import ajouter_mois, dernier_du_mois, mois_entre, premier_du_mois
from seeds.demo.atelier import Atelier

HEURES_PAR_MOIS = 100
"""What one person gives in a month, all contracts together: sizes the number of people."""

PARTS_VOULUES = {
    "avance": (-0.30, -0.20),
    "temps": (-0.08, 0.01),
    "surveiller": (0.11, 0.16),
    "retard": (0.34, 0.60),
}
"""Share of the target by which each profile runs behind the calendar (ahead when negative)."""


@dataclass(frozen=True, slots=True)
class Besoin:
    """Hours wanted on a marché by the end of the last month that had to be declared."""

    marche: Marche
    mois: tuple[date, ...]
    heures: Decimal


def dernier_mois(a: Atelier) -> date:
    """First day of the last finished month."""
    return ajouter_mois(premier_du_mois(a.le), -1)


def besoins(a: Atelier) -> list[Besoin]:
    """What each marché that has started should show, by its profile."""
    fin_connue = dernier_du_mois(dernier_mois(a))
    liste = []
    for marche in a.marches:
        if marche.date_debut is None or marche.date_fin is None or marche.date_debut > fin_connue:
            continue
        if marche.etat in {EtatMarche.EN_CONSULTATION, EtatMarche.PROGRAMME}:
            continue
        fin = min(marche.date_fin, fin_connue)
        ecoule = ((fin - marche.date_debut).days + 1) / ((marche.date_fin - marche.date_debut).days + 1)
        if marche.etat in {EtatMarche.TERMINE, EtatMarche.SOLDE}:
            part = a.rng.choice((0.86, 0.97, 1.0, 1.02, 1.05, 1.08))
        elif marche.etat is EtatMarche.EN_COURS:
            part = ecoule - a.rng.uniform(*PARTS_VOULUES[a.profils[marche.id]])
        else:
            part = ecoule * 0.7
        mois = tuple(mois_entre(marche.date_debut, fin))
        if part > 0.02 and mois:
            heures = a.clauses[marche.id].heures_prevues * Decimal(str(round(min(part, 1.1), 4)))
            liste.append(Besoin(marche, mois, heures))
    return liste


def places(a: Atelier, besoin: Besoin) -> list[tuple[date, date]]:
    """Runs of months, one a place to fill, that hold the hours wanted."""
    nombre_mois = len(besoin.mois)
    mois_personne = float(besoin.heures) / HEURES_PAR_MOIS
    pleines = int(mois_personne // nombre_mois)
    places = [(besoin.mois[0], besoin.mois[-1])] * pleines
    reste = round(mois_personne - pleines * nombre_mois)
    if reste or not places:
        reste = max(1, reste)
        vivant = besoin.marche.etat is EtatMarche.EN_COURS
        debut = nombre_mois - reste if vivant or a.rng.random() < 0.4 else a.rng.randint(0, nombre_mois - reste)
        places.append((besoin.mois[debut], besoin.mois[debut + reste - 1]))
    return places
