"""A file sent on one page and used on the next: kept out of the web, for its sender alone, an hour at most."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable

DUREE_SECONDES = 3600
_JETON = re.compile(r"[A-Za-z0-9_-]{20,60}")


def _dossier(ctx: Contexte) -> Path:
    dossier = ctx.config.dossier_var / "depots"
    dossier.mkdir(parents=True, exist_ok=True, mode=0o700)
    return dossier


def deposer(ctx: Contexte, acteur: Acteur, contenu: bytes) -> str:
    """Keep these bytes; the token to take them back. Older deposits are erased on the way."""
    maintenant = int(ctx.horloge().timestamp())
    dossier = _dossier(ctx)
    for fichier in dossier.iterdir():
        depuis = fichier.name.partition("-")[0]
        if not depuis.isdigit() or int(depuis) < maintenant - DUREE_SECONDES:
            fichier.unlink(missing_ok=True)
    jeton = secrets.token_urlsafe(24)
    cible = dossier / f"{maintenant}-{acteur.utilisateur_id}-{jeton}"
    cible.touch(mode=0o600)
    cible.write_bytes(contenu)
    return jeton


def reprendre(ctx: Contexte, acteur: Acteur, jeton: str) -> bytes:
    """Take the bytes back, once. Raises Introuvable: unknown, somebody else's, or too old."""
    maintenant = int(ctx.horloge().timestamp())
    if _JETON.fullmatch(jeton):
        for fichier in _dossier(ctx).glob(f"*-{acteur.utilisateur_id}-{jeton}"):
            contenu = fichier.read_bytes()
            fichier.unlink(missing_ok=True)
            if int(fichier.name.partition("-")[0]) >= maintenant - DUREE_SECONDES:
                return contenu
    raise Introuvable()
