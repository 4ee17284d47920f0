"""Files of proof: random names outside the web, readable by the house alone, erased in time (R108, R134)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection
from pathlib import Path

from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable
from marketplace.personnes.rules.fichiers import sans_metadonnees, type_de_fichier

TYPES_MIME = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}
_NOM = re.compile(r"[A-Za-z0-9_-]{20,60}\.(pdf|jpg|png)")


def _dossier(ctx: Contexte) -> Path:
    dossier = ctx.config.dossier_var / "justificatifs"
    dossier.mkdir(parents=True, exist_ok=True, mode=0o700)
    return dossier


def garder_fichier(ctx: Contexte, contenu: bytes) -> str:
    """Keep a file of proof; its random name. Raises RegleViolee (champ `fichier`) for what is not one."""
    type_ = type_de_fichier(contenu)
    propre = sans_metadonnees(contenu, type_)
    nom = f"{secrets.token_urlsafe(24)}.{type_}"
    cible = _dossier(ctx) / nom
    cible.touch(mode=0o600)
    cible.write_bytes(propre)
    return nom


def lire_fichier(ctx: Contexte, nom: str) -> tuple[bytes, str]:
    """Bytes and MIME type. Raises Introuvable."""
    cible = _dossier(ctx) / nom
    if not _NOM.fullmatch(nom) or not cible.is_file():
        raise Introuvable()
    return cible.read_bytes(), TYPES_MIME[nom.rpartition(".")[2]]


def effacer_fichier(ctx: Contexte, nom: str | None) -> None:
    """Erase it if it is there."""
    if nom and _NOM.fullmatch(nom):
        (_dossier(ctx) / nom).unlink(missing_ok=True)


def effacer_orphelins(ctx: Contexte, gardes: Collection[str], *, dry_run: bool = False) -> int:
    """Erase every file that no row names any more; how many."""
    connus, orphelins = set(gardes), 0
    for fichier in _dossier(ctx).iterdir():
        if fichier.name not in connus:
            orphelins += 1
            if not dry_run:
                fichier.unlink(missing_ok=True)
    return orphelins
