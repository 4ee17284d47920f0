"""Model arrays on disk: an .npz and a .json beside it (format, version, date, data hash, digest, measures).

Never a pickle. An array whose digest does not match, or of another format, is refused with one French line.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marketplace.matching.valeurs import ErreurMatching

FORMAT = 1
CONSEIL = "Relancez « marketplace train » ou reprenez les fichiers d'origine."


@dataclass(frozen=True)
class Artefact:
    """Arrays read back with their description."""

    tableaux: Mapping[str, NDArray[Any]]
    fiche: Mapping[str, Any]


def empreinte(contenu: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(contenu).hexdigest()


def empreinte_fichiers(chemins: list[Path]) -> str:
    """One digest for several files, in the order given."""
    total = hashlib.sha256()
    for chemin in chemins:
        total.update(chemin.name.encode())
        total.update(chemin.read_bytes())
    return total.hexdigest()[:16]


def enregistrer(
    dossier: Path,
    nom: str,
    tableaux: Mapping[str, NDArray[Any]],
    *,
    version: str,
    le: date,
    donnees: str,
    mesures: Mapping[str, Any],
) -> Path:
    """Write both files, the description last, so that a half-written model is refused."""
    dossier.mkdir(parents=True, exist_ok=True)
    tampon = io.BytesIO()
    np.savez_compressed(tampon, **dict(tableaux))  # type: ignore[arg-type]
    contenu = tampon.getvalue()
    chemin = dossier / f"{nom}.npz"
    chemin.write_bytes(contenu)
    fiche = {
        "nom": nom,
        "format": FORMAT,
        "version": version,
        "date": le.isoformat(),
        "donnees": donnees,
        "empreinte": empreinte(contenu),
        "octets": len(contenu),
        "tableaux": {k: [str(v.dtype), list(v.shape)] for k, v in tableaux.items()},
        "mesures": dict(mesures),
    }
    (dossier / f"{nom}.json").write_text(json.dumps(fiche, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return chemin


@contextmanager
def lecture_prudente(nom: str) -> Iterator[None]:
    """Around the use of the arrays of a model: whatever does not fit is said, never a crash further on."""
    try:
        yield
    except ErreurMatching:
        raise
    except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as erreur:
        raise ErreurMatching(f"Modèle « {nom} » fait pour une autre version du logiciel. {CONSEIL}") from erreur


def charger(dossier: Path, nom: str) -> Artefact:
    """Read a model back; ErreurMatching when missing, altered, of another format, carrying objects or no number."""
    chemin, fiche_chemin = dossier / f"{nom}.npz", dossier / f"{nom}.json"
    try:
        fiche = json.loads(fiche_chemin.read_text(encoding="utf-8"))
        contenu = chemin.read_bytes()
    except FileNotFoundError as erreur:
        raise ErreurMatching(f"Modèle absent : {erreur.filename}. {CONSEIL}") from erreur
    except (OSError, ValueError) as erreur:
        raise ErreurMatching(f"Modèle « {nom} » illisible. {CONSEIL}") from erreur
    if not isinstance(fiche, dict) or fiche.get("format") != FORMAT:
        raise ErreurMatching(f"Modèle « {nom} » d'une autre version du logiciel. {CONSEIL}")
    if fiche.get("empreinte") != empreinte(contenu):
        raise ErreurMatching(f"Modèle « {nom} » modifié depuis son entraînement : empreinte différente. {CONSEIL}")
    try:
        with np.load(io.BytesIO(contenu), allow_pickle=False) as brut:
            tableaux = {k: brut[k] for k in brut.files}
    except (ValueError, OSError, KeyError, EOFError, zipfile.BadZipFile) as erreur:
        raise ErreurMatching(f"Modèle « {nom} » illisible : {erreur}. {CONSEIL}") from erreur
    for cle, (dtype, forme) in fiche.get("tableaux", {}).items():
        if cle not in tableaux or str(tableaux[cle].dtype) != dtype or list(tableaux[cle].shape) != forme:
            raise ErreurMatching(f"Modèle « {nom} » : tableau « {cle} » inattendu. {CONSEIL}")
    for cle, tableau in tableaux.items():
        if tableau.dtype.kind == "f" and not np.isfinite(tableau).all():
            raise ErreurMatching(f"Modèle « {nom} » : tableau « {cle} » avec des valeurs impossibles. {CONSEIL}")
    return Artefact(tableaux, fiche)
