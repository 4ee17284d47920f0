"""Evaluation sets: reading people and openings, writing rankings. Never reads the grades."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from marketplace.matching.ranker import Ranker
from marketplace.matching.trajets import Coefficients
from marketplace.matching.valeurs import ErreurMatching, Experience, Poste, Profil


def lire_jsonl(dossier: Path, nom: str) -> Iterator[dict[str, Any]]:
    """Objects of `nom`.jsonl or `nom`.jsonl.gz; ErreurMatching names the faulty line."""
    clair, serre = dossier / f"{nom}.jsonl", dossier / f"{nom}.jsonl.gz"
    if clair.exists():
        brut = clair.read_bytes()
    elif serre.exists():
        brut = gzip.decompress(serre.read_bytes())
    else:
        raise ErreurMatching(f"Fichier absent : {clair}.")
    for numero, ligne in enumerate(brut.split(b"\n"), 1):
        if ligne.strip():
            try:
                yield json.loads(ligne)
            except ValueError as erreur:
                raise ErreurMatching(f"{nom}.jsonl, ligne {numero} : JSON illisible ({erreur}).") from erreur


def _jour(texte: str | None) -> date | None:
    return date.fromisoformat(texte) if texte else None


def profil_de(o: dict[str, Any]) -> Profil:
    """A Profil from one line of profils.jsonl."""
    return Profil(
        ref=o["id"],
        experiences=tuple(
            Experience(e.get("intitule") or "", e.get("code_rome"), e.get("mois")) for e in o.get("experiences") or ()
        ),
        competences=tuple(o.get("competences") or ()),
        permis=frozenset(o.get("permis") or ()),
        caces=frozenset(o.get("caces") or ()),
        code_insee=o.get("code_insee"),
        modes=frozenset(o.get("modes") or ()),
        trajet_max_minutes=int(o.get("trajet_max_minutes") or 45),
        heures_min=o.get("heures_min") or 0,
        heures_max=o.get("heures_max") or 48,
        nuit=bool(o.get("nuit", True)),
        weekend=bool(o.get("weekend", True)),
        disponible_le=_jour(o.get("disponible_le")),
        limites=tuple(o.get("limites") or ()),
    )


def objet_de(p: Profil) -> dict[str, Any]:
    """The line of profils.jsonl of a Profil: `profil_de` gives it back."""
    return {
        "id": p.ref,
        "experiences": [{"intitule": e.intitule, "code_rome": e.code_rome, "mois": e.mois} for e in p.experiences],
        "competences": list(p.competences),
        "permis": sorted(p.permis),
        "caces": sorted(p.caces),
        "code_insee": p.code_insee,
        "modes": sorted(p.modes),
        "trajet_max_minutes": p.trajet_max_minutes,
        "heures_min": float(p.heures_min),
        "heures_max": float(p.heures_max),
        "nuit": p.nuit,
        "weekend": p.weekend,
        "disponible_le": p.disponible_le.isoformat() if p.disponible_le else None,
        "limites": list(p.limites),
    }


def poste_de(o: dict[str, Any]) -> Poste:
    """A Poste from one line of postes.jsonl."""
    return Poste(
        ref=o["id"],
        intitule=o.get("intitule") or "",
        code_rome=o.get("code_rome"),
        description=o.get("description") or "",
        competences_requises=tuple(o.get("competences_requises") or ()),
        permis=frozenset(o.get("permis") or ()),
        caces=frozenset(o.get("caces") or ()),
        code_insee=o.get("code_insee"),
        heures_hebdo=o.get("heures_hebdo"),
        nuit=bool(o.get("nuit")),
        weekend=bool(o.get("weekend")),
        debut=_jour(o.get("debut")),
    )


# The evaluation sets are worlds of their own: their README gives this formula, whose journeys by car are about
# 2.5 times quicker than the routed ones the product's coefficients are fitted on. Ranking a set uses its formula,
# on its density: the one of the commune itself.
COEFFICIENTS_JEU = Coefficients(constante=1.861, distance=0.719, densite=-0.245, voisinage_km=0.0)


def lire_jeu(dossier: Path) -> tuple[list[Profil], list[Poste]]:
    """People and openings of a set; ErreurMatching when a file is missing or malformed."""
    try:
        profils = [profil_de(o) for o in lire_jsonl(dossier, "profils")]
        postes = [poste_de(o) for o in lire_jsonl(dossier, "postes")]
    except (KeyError, TypeError, AttributeError, ValueError) as erreur:
        if isinstance(erreur, ErreurMatching):
            raise
        raise ErreurMatching(f"Jeu mal formé dans {dossier} : {erreur!r}.") from erreur
    return profils, postes


def classer_jeu(ranker: Ranker, dossier: Path, limit: int = 200) -> Iterator[tuple[str, list[str]]]:
    """(opening, people best first) for each opening of a set, under the set's own journey formula."""
    profils, postes = lire_jeu(dossier)
    avant = ranker.trajets.coefficients
    ranker.trajets.coefficients = COEFFICIENTS_JEU
    try:
        ranker.charger(profils)
        for poste in postes:
            yield poste.ref, ranker.ordonner(poste, limit=limit)
    finally:
        ranker.trajets.coefficients = avant
        ranker.charger(())
