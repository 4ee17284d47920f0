"""PMSMP: immersions of a person at one host (R78). They never produce insertion hours (R43)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from marketplace.erreurs import RegleViolee
from marketplace.heures.rules.phrases import jour_en_texte
from marketplace.valeurs import ajouter_mois

UN_JOUR = timedelta(days=1)


# -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Immersion:
    """One PMSMP agreement of a person with one host, both days inclusive; a renewal has the same `objet`."""

    debut: date
    fin: date
    objet: str

    @property
    def jours(self) -> int:
        """Calendar days, both ends counted."""
        return (self.fin - self.debut).days + 1


@dataclass(frozen=True)
class ReglagesImmersion:
    """Numbers of D5135-3: days and purposes at one host over 12 months."""

    jours_max: int = 60
    objets_max: int = 2


def verifier_immersion(nouvelle: Immersion, precedentes: Sequence[Immersion], reglages: ReglagesImmersion) -> None:
    """Refuse an immersion the Code does not allow with the same host (R78, D5135-3, T18). Raises RegleViolee.

    One month date to date, renewable once for the same purpose, two purposes and 60 days at most in 12
    months.
    """
    if nouvelle.fin < nouvelle.debut:
        raise RegleViolee("L'immersion finit avant de commencer.", champ="fin")
    if nouvelle.fin > ajouter_mois(nouvelle.debut, 1) - UN_JOUR:
        limite = ajouter_mois(nouvelle.debut, 1) - UN_JOUR
        raise RegleViolee(f"Une immersion dure au plus un mois : jusqu'au {jour_en_texte(limite)}.", champ="fin")
    depuis = ajouter_mois(nouvelle.fin, -12) + UN_JOUR
    recentes = [i for i in precedentes if i.fin >= depuis and i.debut <= nouvelle.fin]
    if sum(i.objet == nouvelle.objet for i in recentes) >= 2:
        raise RegleViolee("Une immersion se renouvelle une seule fois pour le même objet.", champ="objet")
    if len({i.objet for i in recentes} | {nouvelle.objet}) > reglages.objets_max:
        raise RegleViolee(
            f"Chez le même accueil, {reglages.objets_max} immersions au plus en 12 mois.",
            champ="objet",
        )
    total = nouvelle.jours + sum((i.fin - max(i.debut, depuis)).days + 1 for i in recentes)
    if total > reglages.jours_max:
        raise RegleViolee(
            f"{total} jours chez le même accueil en 12 mois : le maximum est {reglages.jours_max}.",
            champ="fin",
        )
