"""A file sent on one page and used on the next ones: kept out of the web and of the database, for its sender alone.

It is erased once used, or when its time is over; notes (choices made so far) go with it.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable

DUREE_SECONDES = 3600
_JETON = re.compile(r"[A-Za-z0-9_-]{20,60}")
_NOTES = ".notes"


class Deposant(Protocol):
    """Whose file it is: the person, and the organisation acted for."""

    @property
    def utilisateur_id(self) -> int | None:
        """The person."""

    @property
    def organisation_id(self) -> int | None:
        """The organisation."""


def _dossier(ctx: Contexte) -> Path:
    dossier = ctx.config.dossier_var / "depots"
    dossier.mkdir(parents=True, exist_ok=True, mode=0o700)
    return dossier


def _maintenant(ctx: Contexte) -> int:
    return int(ctx.horloge().timestamp())


def _perimes(ctx: Contexte) -> Iterator[Path]:
    """Files whose name, which starts with the instant they expire, says they are over."""
    for fichier in _dossier(ctx).iterdir():
        jusqu_a = fichier.name.partition("-")[0]
        if not jusqu_a.isdigit() or int(jusqu_a) < _maintenant(ctx):
            yield fichier


def _marque(deposant: Deposant, jeton: str) -> str:
    return f"{deposant.utilisateur_id}-{deposant.organisation_id}-{jeton}"


def _ecrire(cible: Path, contenu: bytes) -> None:
    cible.touch(mode=0o600)
    cible.write_bytes(contenu)


def _trouver(ctx: Contexte, deposant: Deposant, jeton: str) -> Path:
    """The file of this token. Raises Introuvable: unknown, somebody else's, or too old."""
    if _JETON.fullmatch(jeton):
        for fichier in _dossier(ctx).glob(f"*-{_marque(deposant, jeton)}"):
            if int(fichier.name.partition("-")[0]) >= _maintenant(ctx):
                return fichier
    raise Introuvable()


def deposer(ctx: Contexte, deposant: Deposant, contenu: bytes, *, duree: int = DUREE_SECONDES) -> str:
    """Keep these bytes for `duree` seconds; the token to take them back. What is over is erased on the way."""
    for fichier in _perimes(ctx):
        fichier.unlink(missing_ok=True)
    jeton = secrets.token_urlsafe(24)
    _ecrire(_dossier(ctx) / f"{_maintenant(ctx) + duree}-{_marque(deposant, jeton)}", contenu)
    return jeton


def relire(ctx: Contexte, deposant: Deposant, jeton: str) -> bytes:
    """The bytes, left where they are. Raises Introuvable."""
    return _trouver(ctx, deposant, jeton).read_bytes()


def reprendre(ctx: Contexte, deposant: Deposant, jeton: str) -> bytes:
    """The bytes, once: the file is erased. Raises Introuvable."""
    contenu = relire(ctx, deposant, jeton)
    effacer(ctx, deposant, jeton)
    return contenu


def noter(ctx: Contexte, deposant: Deposant, jeton: str, notes: dict[str, Any]) -> None:
    """Keep these notes beside the file, for as long as it lives. Raises Introuvable."""
    fichier = _trouver(ctx, deposant, jeton)
    _ecrire(fichier.with_name(fichier.name + _NOTES), json.dumps(notes, ensure_ascii=False).encode())


def notes_de(ctx: Contexte, deposant: Deposant, jeton: str) -> dict[str, Any]:
    """The notes kept beside the file; nothing when there are none. Raises Introuvable."""
    fichier = _trouver(ctx, deposant, jeton)
    notes = fichier.with_name(fichier.name + _NOTES)
    return dict(json.loads(notes.read_bytes())) if notes.exists() else {}


def en_attente(ctx: Contexte, deposant: Deposant) -> list[tuple[str, dict[str, Any]]]:
    """(token, notes) of the files this person may come back to, latest first; those without notes are not told."""
    debut = _marque(deposant, "")
    trouves = []
    for fichier in sorted(_dossier(ctx).glob(f"*-{debut}*{_NOTES}"), reverse=True):
        jusqu_a, _, reste = fichier.name.removesuffix(_NOTES).partition("-")
        if jusqu_a.isdigit() and int(jusqu_a) >= _maintenant(ctx) and reste.startswith(debut):
            trouves.append((reste.removeprefix(debut), dict(json.loads(fichier.read_bytes()))))
    return trouves


def effacer(ctx: Contexte, deposant: Deposant, jeton: str) -> None:
    """Erase the file and its notes. Raises Introuvable."""
    fichier = _trouver(ctx, deposant, jeton)
    fichier.with_name(fichier.name + _NOTES).unlink(missing_ok=True)
    fichier.unlink(missing_ok=True)


def effacer_depots(ctx: Contexte, le: date, *, dry_run: bool = False) -> dict[str, Any]:
    """Job: erase the files nobody came back for. Returns {"effaces"}: how many, notes included."""
    perimes = list(_perimes(ctx))
    if not dry_run:
        for fichier in perimes:
            fichier.unlink(missing_ok=True)
    return {"effaces": len(perimes)}
