"""A pool too large for one process, cut by département of residence and merged exactly.

Every part first gives its best first scores; the merge keeps the very people one process would have kept,
then only those are put into words. Parts are read by the workers from JSON lines: nothing is pickled but
file names and numbers. joblib's « loky » on one machine, « dask » across several.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import joblib
import numpy as np

from marketplace.matching.jeu import objet_de, profil_de
from marketplace.matching.noyau import PRESELECTION
from marketplace.matching.ranker import Ranker
from marketplace.matching.valeurs import Classement, ErreurMatching, HorsDePortee, LigneClassee, Poste, Profil

_OUVERTS: dict[tuple[str, str, str, int], Ranker] = {}
_VERROU = threading.Lock()  # the threads of one worker open a part once
_SOCLES: dict[tuple[str, str], Ranker] = {}  # tables and models, shared by the parts of one worker


@dataclass(frozen=True)
class Part:
    """One shard: the reference tables, the models and the people of some départements."""

    referentiels: str
    modeles: str
    personnes: str

    def ranker(self) -> Ranker:
        """The engine of this part, opened once a worker and a version of the file."""
        date_fichier = Path(self.personnes).stat().st_mtime_ns
        cle = (self.referentiels, self.modeles, self.personnes, date_fichier)
        with _VERROU:
            if cle not in _OUVERTS:
                _OUVERTS[cle] = self._ouvrir()
            return _OUVERTS[cle]

    def _ouvrir(self) -> Ranker:
        socle = (self.referentiels, self.modeles)
        if socle not in _SOCLES:
            _SOCLES[socle] = Ranker.ouvrir(Path(self.referentiels), Path(self.modeles))
        ranker = _SOCLES[socle].jumeau()
        with Path(self.personnes).open(encoding="utf-8") as flux:
            ranker.charger(profil_de(json.loads(ligne)) for ligne in flux)
        return ranker


def departement(profil: Profil) -> str:
    """Département of residence; unknown places share one part."""
    code = profil.code_insee or ""
    return code[:3] if code.startswith("97") else code[:2]


def partager(profils: Iterable[Profil], dossier: Path, referentiels: Path, modeles: Path) -> list[Part]:
    """Write one file a département and describe the parts."""
    dossier.mkdir(parents=True, exist_ok=True)
    par_departement: dict[str, list[Profil]] = {}
    for profil in profils:
        par_departement.setdefault(departement(profil), []).append(profil)
    parts = []
    for nom, gens in sorted(par_departement.items()):
        chemin = dossier / f"personnes_{nom or 'inconnu'}.jsonl"
        lignes = (json.dumps(objet_de(p), ensure_ascii=False) + "\n" for p in gens)
        chemin.write_text("".join(lignes), encoding="utf-8")
        parts.append(Part(str(referentiels), str(modeles), str(chemin)))
    return parts


@dataclass(frozen=True)
class _Demande:
    """What a part is asked. One object, not bare collections: dask would scatter those element by element."""

    poste: Poste
    refs: frozenset[str]
    limit: int


def _candidats(part: Part, demande: _Demande) -> dict[str, Any]:
    """First round: the best of a part but `refs`, with all that the merge compares."""
    ranker = part.ranker()
    masque = ~ranker.masque(demande.refs) if demande.refs else None
    return ranker.candidats(demande.poste, parmi=masque, nombre=max(PRESELECTION, demande.limit))


def _lignes(part: Part, demande: _Demande) -> tuple[tuple[LigneClassee, ...], tuple[HorsDePortee, ...]]:
    """Second round: the words, for the people the merge kept."""
    ranker = part.ranker()
    un = ranker.rank(demande.poste, parmi=ranker.masque(demande.refs), limit=demande.limit)
    return un.lignes, un.hors_de_portee


@contextmanager
def _ailleurs(backend: str, processus: int) -> Iterator[None]:
    """Where the parts are read. Raises ErreurMatching when dask is not installed or no cluster is open."""
    try:
        contexte = joblib.parallel_config(backend=backend, n_jobs=processus)
    except (ImportError, ValueError) as erreur:
        raise ErreurMatching(
            f"Pas de grappe « {backend} » : installez l'option « echelle » du paquet, puis ouvrez un Client dask."
        ) from erreur
    with contexte:
        yield


def classer(
    parts: Sequence[Part],
    poste: Poste,
    *,
    exclus: frozenset[str] = frozenset(),
    limit: int = 10,
    backend: str = "loky",
    processus: int = 2,
) -> Classement:
    """The ranking one process would give, from several parts; `exclus` may not be considered."""
    demande = _Demande(poste, exclus, limit)
    with _ailleurs(backend, processus):
        premiers = joblib.Parallel()(joblib.delayed(_candidats)(part, demande) for part in parts)
    rang_part = np.concatenate([np.full(len(c["refs"]), k) for k, c in enumerate(premiers)])
    refs = [r for c in premiers for r in c["refs"]]
    premier = np.concatenate([c["premiers"] for c in premiers])
    cles = np.concatenate([c["cles"] for c in premiers])
    scores = np.concatenate([c["scores"] for c in premiers])
    garde = np.lexsort((cles, -premier))[: max(PRESELECTION, limit)]
    ordre = garde[np.lexsort((cles[garde], -scores[garde]))][:limit]
    hors = sorted(
        ((h, k) for k, c in enumerate(premiers) for h in c["hors"]), key=lambda x: (-x[0]["premier"], x[0]["cle"])
    )
    hors = sorted(hors[: premiers[0]["hors_max"]], key=lambda x: (-round(x[0]["premier"], 6), x[0]["cle"]))
    par_part: dict[int, list[str]] = {}
    for i in ordre:
        par_part.setdefault(int(rang_part[i]), []).append(refs[i])
    for h, k in hors:
        par_part.setdefault(k, []).append(h["ref"])
    with _ailleurs(backend, processus):
        textes = joblib.Parallel()(
            joblib.delayed(_lignes)(parts[k], _Demande(poste, frozenset(r), len(r)))
            for k, r in sorted(par_part.items())
        )
    lignes = {x.ref: x for t in textes for x in t[0]}
    dehors = {x.ref: x for t in textes for x in t[1]}
    ecartes: dict[str, int] = {}
    for c in premiers:
        for motif, n in c["ecartes"].items():
            ecartes[motif] = ecartes.get(motif, 0) + n
    return Classement(
        poste_ref=poste.ref,
        code_rome=premiers[0]["code_rome"],
        metier=premiers[0]["metier"],
        lignes=tuple(replace(lignes[refs[i]], rang=rang) for rang, i in enumerate(ordre, 1)),
        hors_de_portee=tuple(dehors[h["ref"]] for h, _ in hors),
        ecartes=ecartes,
        version=premiers[0]["version"],
        consideres=sum(c["consideres"] for c in premiers),
    )
