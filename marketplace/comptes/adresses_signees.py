"""The last part of an address sent by mail: numbers and a mark that only this house can make."""

from __future__ import annotations

import hashlib
import hmac


def _marque(cle_secrete: str, objet: str, nombres: tuple[int, ...]) -> str:
    texte = ":".join((objet, *map(str, nombres))).encode()
    return hmac.new(cle_secrete.encode(), texte, hashlib.sha256).hexdigest()[:32]


def signer(cle_secrete: str, objet: str, *nombres: int) -> str:
    """« 12-7-739000-<mark> ». `objet` keeps an address made for one page from opening another."""
    return "-".join((*map(str, nombres), _marque(cle_secrete, objet, nombres)))


def lire(cle_secrete: str, objet: str, jeton: str, nombre: int) -> tuple[int, ...] | None:
    """The `nombre` numbers of a signed address; None when it was tampered with."""
    *brut, marque = jeton.split("-")
    if len(brut) != nombre or not all(b.isascii() and b.isdigit() and len(b) < 16 for b in brut):
        return None
    nombres = tuple(int(b) for b in brut)
    attendue = _marque(cle_secrete, objet, nombres)
    return nombres if hmac.compare_digest(marque.encode(), attendue.encode()) else None
