"""Finding a commune from what somebody types: accents, typos, « St Jean », a postal code, a start of name."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from rapidfuzz import fuzz, process
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.referentiel import ReferentielCharge
from marketplace.territoire.models import Commune
from marketplace.valeurs import cle

SEUIL = 70
"""Likeness (0 to 100) under which a typo is no longer one."""

_ABREGES = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes", "s": "sur", "ss": "sous"}


@dataclass(frozen=True, slots=True)
class CommuneTrouvee:
    """One answer of the commune combobox."""

    code_insee: str
    nom: str
    code_departement: str
    codes_postaux: tuple[str, ...]

    @property
    def libelle(self) -> str:
        """« Lunel (34) »."""
        return f"{self.nom} ({self.code_departement})"


def _developper(plat: str) -> str:
    """A folded key with the abbreviations of place names spelt out."""
    mots = plat.split()
    return " ".join(_ABREGES.get(m, m) if len(mots) > 1 else m for m in mots)


class _Repertoire:
    """Every commune, sorted by key, held once per process for one state of the base."""

    def __init__(self, empreinte: str, lignes: Any) -> None:
        self.empreinte = empreinte
        communes = [
            (
                _developper(plat),
                CommuneTrouvee(code, nom, departement, tuple(postaux.split())),
                population or 0,
            )
            for code, nom, plat, departement, postaux, population in lignes
        ]
        communes.sort(key=lambda c: (c[0], c[1].code_insee))
        self.cles = [c[0] for c in communes]
        self.communes = [c[1] for c in communes]
        self.populations = [c[2] for c in communes]
        self.par_code = {c.code_insee: i for i, c in enumerate(self.communes)}
        self.mots: dict[str, list[int]] = {}
        self.postaux: dict[str, list[int]] = {}
        for i, commune in enumerate(self.communes):
            for mot in set(self.cles[i].split()[1:]):
                self.mots.setdefault(mot, []).append(i)
            for postal in commune.codes_postaux:
                self.postaux.setdefault(postal, []).append(i)
        self.mots_tries = sorted(self.mots)
        self.postaux_tries = sorted(self.postaux)

    def _prefixe(self, tries: list[str], debut: str) -> list[str]:
        i = bisect_left(tries, debut)
        j = i
        while j < len(tries) and tries[j].startswith(debut):
            j += 1
        return tries[i:j]

    def par_nombre(self, chiffres: str) -> list[int]:
        """Postal codes that start so, and the INSEE code."""
        rangs = [i for postal in self._prefixe(self.postaux_tries, chiffres) for i in self.postaux[postal]]
        if chiffres in self.par_code:
            rangs.append(self.par_code[chiffres])
        return rangs

    def par_debut(self, texte: str) -> list[int]:
        """Names that start so, then names with a later word that starts so."""
        debut = bisect_left(self.cles, texte)
        rangs = []
        for i in range(debut, len(self.cles)):
            if not self.cles[i].startswith(texte):
                break
            rangs.append(i)
        if " " not in texte and len(texte) > 2:
            rangs += [i for mot in self._prefixe(self.mots_tries, texte) for i in self.mots[mot]]
        return rangs

    def par_ressemblance(self, texte: str, nombre: int) -> list[tuple[int, float]]:
        """Names close to the text, or whose start is close to it; with their likeness."""
        entiers = process.cdist([texte], self.cles, scorer=fuzz.ratio, score_cutoff=SEUIL, dtype=np.uint8)[0]
        debuts = [c[: len(texte)] for c in self.cles]
        partiels = process.cdist([texte], debuts, scorer=fuzz.ratio, score_cutoff=SEUIL, dtype=np.uint8)[0]
        notes = np.maximum(entiers.astype(float), partiels.astype(float) - 6)
        retenus = np.flatnonzero(notes >= SEUIL)
        ordre = retenus[np.argsort(-notes[retenus], kind="stable")][:nombre]
        return [(int(i), float(notes[i])) for i in ordre]


_repertoires: WeakKeyDictionary[Any, _Repertoire] = WeakKeyDictionary()


def _repertoire(s: Session) -> _Repertoire:
    """The directory of this base, rebuilt when the reference data changed since (one small query to know)."""
    moteur = s.get_bind().engine
    empreinte = s.scalar(select(ReferentielCharge.empreinte).where(ReferentielCharge.nom == "communes")) or ""
    connu = _repertoires.get(moteur)
    if connu is None or connu.empreinte != empreinte:
        lignes = s.execute(
            select(
                Commune.code_insee,
                Commune.nom,
                Commune.cle,
                Commune.code_departement,
                Commune.codes_postaux,
                Commune.population,
            )
        ).all()
        connu = _Repertoire(empreinte, lignes)
        _repertoires[moteur] = connu
    return connu


def chercher_communes(
    s: Session, texte: str, limite: int = 8, *, departements: Collection[str] = ()
) -> tuple[CommuneTrouvee, ...]:
    """Communes for what was typed, best first; those of `departements` come before the others at equal merit.

    An exact name beats a start of name, which beats a likeness; then the larger population.
    """
    cherche = _developper(cle(texte[:80]))
    if not cherche:
        return ()
    repertoire = _repertoire(s)
    merites: dict[int, float] = {}
    if cherche.isdigit():
        merites = dict.fromkeys(repertoire.par_nombre(cherche), 100.0)
    else:
        for i in repertoire.par_debut(cherche):
            entier = repertoire.cles[i] == cherche
            merites[i] = 200.0 if entier else (150.0 if repertoire.cles[i].startswith(cherche) else 120.0)
        if len(merites) < limite:
            for i, note in repertoire.par_ressemblance(cherche, 4 * limite + 20):
                merites.setdefault(i, note)
    proches = set(departements)

    def ordre(i: int) -> tuple[float, float, str]:
        bonus = 60.0 if repertoire.communes[i].code_departement in proches else 0.0
        return -(merites[i] + bonus), -repertoire.populations[i], repertoire.communes[i].code_insee

    return tuple(repertoire.communes[i] for i in sorted(merites, key=ordre)[:limite])
