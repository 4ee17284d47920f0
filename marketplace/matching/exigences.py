"""Licences and CACES as bits, so that hard requirements are one comparison a person."""

from __future__ import annotations

from collections.abc import Callable

from marketplace.matching.valeurs import ErreurMatching, Heures, Poste, Profil

PREMIER_BIT = 2
"""The two bits below are those of night and week-end work."""
PLEIN_SERVICE = 10
"""Hour from which a first shift closes no line of public transport."""
CRENEAUX = {
    "avant_7h": (0, 7 * 60),
    "7h_9h": (7 * 60, 9 * 60),
    "9h_16h30": (9 * 60, 16 * 60 + 30),
    "16h30_19h": (16 * 60 + 30, 19 * 60),
    "apres_19h": (19 * 60, 24 * 60),
}
"""Hours of the day a person may say she is free at, in minutes; other wishes (a weekday, holidays) bind nothing."""
PERMIS_IMPLIQUES = {
    "CE": ("C", "B"),
    "C": ("B",),
    "DE": ("D", "B"),
    "D": ("B",),
    "BE": ("B",),
    "C1": ("B",),
    "D1": ("B",),
}


def premiere_arrivee(poste: Poste) -> int | None:
    """Minute of the day by which to be there; None when not said, or so late that every line runs."""
    if poste.heure_debut is None or poste.heure_debut.hour >= PLEIN_SERVICE:
        return None
    return poste.heure_debut.hour * 60 + poste.heure_debut.minute


def quarts(heures: Heures, arrondi: Callable[[float], int]) -> int:
    """Hours as quarters of an hour on one byte (63 h 45 at most)."""
    return max(0, min(255, arrondi(float(heures) * 4)))


class Exigences:
    """Names of licences and CACES as bits; names met later take the next free bit."""

    def __init__(self) -> None:
        self.bits: dict[str, int] = {}

    def bit(self, nom: str) -> int:
        """The bit of a name, a new one if never met."""
        numero = self.bits.get(nom)
        if numero is None:
            numero = len(self.bits) + PREMIER_BIT
            if numero > 62:
                raise ErreurMatching("Trop de permis et de CACES différents : 60 au plus.")
            self.bits[nom] = numero
        return 1 << numero

    def de(self, profil: Profil | Poste) -> tuple[int, int]:
        """(bits of licences, bits of CACES) written on a profile or an offre."""
        permis = caces = 0
        for p in profil.permis:
            permis |= self.bit("P" + p.strip().upper())
        for c in profil.caces:
            caces |= self.bit("C" + c.strip().upper())
        return permis, caces

    def detenus(self, profil: Profil) -> int:
        """What a person holds, heavier licences including lighter ones."""
        permis, caces = self.de(profil)
        for p in profil.permis:
            for implique in PERMIS_IMPLIQUES.get(p.strip().upper(), ()):
                permis |= self.bit("P" + implique)
        return permis | caces

    def creneaux(self, profil: Profil) -> int:
        """Bits of the hours she may start at: those she said, all when she said none."""
        dits = [c for c in CRENEAUX if c in profil.creneaux] or list(CRENEAUX)
        return sum(self.bit("H" + c) for c in dits)

    def creneau(self, poste: Poste) -> int:
        """Bit of the hours in which the first shift begins; 0 when the offre does not say."""
        if poste.heure_debut is None:
            return 0
        minute = poste.heure_debut.hour * 60 + poste.heure_debut.minute
        return next(self.bit("H" + c) for c, (debut, fin) in CRENEAUX.items() if debut <= minute < fin)
