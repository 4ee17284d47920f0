"""The curve of hours of a marché, drawn on the server: what was expected, what was validated, what is foreseen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Protocol

from babel.dates import format_date

from marketplace.heures.queries import Avancement
from marketplace.heures.rules.avancement import Suivi, courbe_attendue
from marketplace.heures.rules.ligne import Periode
from marketplace.valeurs import dernier_du_mois, mois_entre

LARGEUR, HAUTEUR = 720, 300
GAUCHE, DROITE, HAUT, BAS = 60, 96, 22, 34


class Arret(Protocol):
    """A stop of the works."""

    @property
    def debut(self) -> date: ...  # noqa: D102
    @property
    def fin(self) -> date | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Repere:
    """A labelled place of an axis."""

    position: float
    texte: str


@dataclass(frozen=True, slots=True)
class LigneCourbe:
    """One month of the table that says the same as the drawing."""

    mois: date
    heures: Decimal
    cumul: Decimal
    attendu: Decimal


@dataclass(frozen=True, slots=True)
class Courbe:
    """Points in pixels, ready for SVG; `lignes` is the table."""

    largeur: int
    hauteur: int
    gauche: int
    bas: float
    droite: float
    haut: float
    attendue: str
    validee: str
    prevision: str
    intervalle: str
    objectif_y: float
    aujourdhui_x: float | None
    fin_attendue: tuple[float, float]
    fin_validee: tuple[float, float] | None
    fin_prevision: tuple[float, float] | None
    abscisses: tuple[Repere, ...]
    ordonnees: tuple[Repere, ...]
    lignes: tuple[LigneCourbe, ...]


def pas_rond(maximum: Decimal) -> Decimal:
    """A round step that cuts the axis in three to six."""
    pas = Decimal(1)
    while True:
        for facteur in (1, 2, 5):
            if maximum / (pas * facteur) <= 6:
                return pas * facteur
        pas *= 10


def ecrire(points: Sequence[tuple[float, float]]) -> str:
    """Points of an SVG polyline."""
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def courbe_heures(a: Avancement, aujourdhui: date, arrets: Sequence[Arret] = ()) -> Courbe | None:
    """The drawing for one clause; None when it has no dates or no hours to follow."""
    if a.debut is None or a.fin is None or a.objectif <= 0 or a.fin <= a.debut:
        return None
    debut, fin = a.debut, a.fin
    dernier = max([fin, *(dernier_du_mois(m) for m, _ in a.par_mois)])
    jours = (dernier - debut).days or 1
    maximum = max(a.objectif, a.validees, a.prevues_haut if a.prevues_haut < a.objectif * 2 else a.prevues_a_terme)
    pas = pas_rond(maximum)
    plafond = float((maximum // pas + (1 if maximum % pas else 0)) * pas)

    def x(jour: date) -> float:
        return GAUCHE + (LARGEUR - GAUCHE - DROITE) * min(max((jour - debut).days, 0), jours) / jours

    def y(heures: Decimal) -> float:
        return HAUTEUR - BAS - (HAUTEUR - BAS - HAUT) * min(float(heures) / plafond, 1)

    suivi = Suivi(
        objectif=a.objectif,
        validees=a.validees,
        debut=debut,
        fin=fin,
        interventions=a.interventions,
        arrets=tuple(Periode(arret.debut, arret.fin) for arret in arrets),
    )
    fins = [min(dernier_du_mois(m), fin) for m in mois_entre(debut, fin)]
    attendus = dict(zip(fins, courbe_attendue(suivi, fins), strict=True))
    attendue = [(x(debut), y(Decimal(0))), *((x(jour), y(h)) for jour, h in attendus.items())]
    cumul, validee, lignes = Decimal(0), [(x(debut), y(Decimal(0)))], []
    for mois, heures in a.par_mois:
        cumul += heures
        jour = min(dernier_du_mois(mois), max(aujourdhui, debut))
        validee.append((x(jour), y(cumul)))
        attendu = attendus.get(min(dernier_du_mois(mois), fin), a.objectif)
        lignes.append(LigneCourbe(mois, heures, cumul, attendu))
    prevision, intervalle, fin_prevision = "", "", None
    if aujourdhui < fin and a.par_mois:
        depart = validee[-1]
        fin_prevision = (x(fin), y(a.prevues_a_terme))
        prevision = ecrire([depart, fin_prevision])
        intervalle = ecrire([depart, (x(fin), y(a.prevues_haut)), (x(fin), y(a.prevues_bas))])
    reperes = mois_entre(debut, dernier)
    tous_les = max(1, -(-len(reperes) // 6))
    abscisses = tuple(
        Repere(x(max(m, debut)), format_date(m, "MMM yy", locale="fr"))
        for rang, m in enumerate(reperes)
        if rang % tous_les == 0 and m + timedelta(days=20) <= dernier
    )
    graduations = int(plafond / float(pas))
    return Courbe(
        LARGEUR,
        HAUTEUR,
        GAUCHE,
        HAUTEUR - BAS,
        LARGEUR - DROITE,
        HAUT,
        ecrire(attendue),
        ecrire(validee) if len(validee) > 1 else "",
        prevision,
        intervalle,
        y(a.objectif),
        x(aujourdhui) if debut <= aujourdhui <= dernier else None,
        attendue[-1],
        validee[-1] if len(validee) > 1 else None,
        fin_prevision,
        abscisses,
        tuple(Repere(y(pas * i), f"{int(pas * i):,}".replace(",", "\u202f")) for i in range(graduations + 1)),
        tuple(lignes),
    )
