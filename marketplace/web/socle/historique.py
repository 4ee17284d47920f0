"""The history of a clause, drawn from its monthly photographs: the target, the forecast, the validated hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from babel.dates import format_date

from marketplace.heures.photographies import PhotographieVue
from marketplace.web.socle.courbes import BAS, DROITE, GAUCHE, HAUT, HAUTEUR, LARGEUR, Repere, ecrire, pas_rond


@dataclass(frozen=True, slots=True)
class Historique:
    """Points in pixels, ready for SVG; `photos` is the table that says the same, latest first."""

    largeur: int
    hauteur: int
    gauche: int
    droite: float
    bas: float
    objectif: str
    prevues: str
    validees: str
    fins: tuple[Repere, ...]
    abscisses: tuple[Repere, ...]
    ordonnees: tuple[Repere, ...]
    photos: tuple[PhotographieVue, ...]


def historique(photos: Sequence[PhotographieVue]) -> Historique | None:
    """The drawing; None under two photographs, when there is no history to show yet."""
    if len(photos) < 2:
        return None
    maximum = max(max(p.objectif, p.validees, min(p.prevues_a_terme, p.objectif * 2)) for p in photos)
    pas = pas_rond(maximum)
    plafond = float((maximum // pas + (1 if maximum % pas else 0)) * pas)

    def x(rang: int) -> float:
        return GAUCHE + (LARGEUR - GAUCHE - DROITE) * rang / (len(photos) - 1)

    def y(heures: Decimal) -> float:
        return HAUTEUR - BAS - (HAUTEUR - BAS - HAUT) * min(float(heures) / plafond, 1)

    series = {
        "Objectif": [(x(i), y(p.objectif)) for i, p in enumerate(photos)],
        "Prévu": [(x(i), y(p.prevues_a_terme)) for i, p in enumerate(photos)],
        "Validées": [(x(i), y(p.validees)) for i, p in enumerate(photos)],
    }
    tous_les = max(1, -(-len(photos) // 6))
    return Historique(
        LARGEUR,
        HAUTEUR,
        GAUCHE,
        LARGEUR - DROITE,
        HAUTEUR - BAS,
        ecrire(series["Objectif"]),
        ecrire(series["Prévu"]),
        ecrire(series["Validées"]),
        _etiquettes([(nom, points[-1][1]) for nom, points in series.items()]),
        tuple(
            Repere(x(i), format_date(p.mois, "MMM yy", locale="fr")) for i, p in enumerate(photos) if i % tous_les == 0
        ),
        tuple(
            Repere(y(pas * i), f"{int(pas * i):,}".replace(",", "\u202f")) for i in range(int(plafond / float(pas)) + 1)
        ),
        tuple(reversed(photos)),
    )


def _etiquettes(fins: Sequence[tuple[str, float]]) -> tuple[Repere, ...]:
    """The names at the end of the lines, moved apart so that none covers another."""
    posees: list[Repere] = []
    for nom, position in sorted(fins, key=lambda f: f[1]):
        libre = position if not posees else max(position, posees[-1].position + 14)
        posees.append(Repere(libre, nom))
    return tuple(posees)
