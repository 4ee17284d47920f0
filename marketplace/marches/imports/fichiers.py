"""Reading a file that somebody gives: size, encoding, nothing half-read."""

from __future__ import annotations

from pathlib import Path

from marketplace.erreurs import FichierRefuse

TAILLE_MAX = 200_000_000
"""Bytes. Above, the file is refused before it is read."""


def lire_fichier(chemin: Path) -> bytes:
    """The bytes of a file. Raises FichierRefuse in French when it is absent, unreadable or too large."""
    try:
        if chemin.stat().st_size >= TAILLE_MAX:
            raise FichierRefuse(f"{chemin} pèse 200 Mo ou plus : découpez-le, puis recommencez.")
        return chemin.read_bytes()
    except OSError as panne:
        raise FichierRefuse(
            f"Impossible de lire {chemin} ({panne.strerror or 'erreur de lecture'}) : vérifiez son nom et ses droits."
        ) from None


def decoder(contenu: bytes) -> str:
    """Text of a file, whatever its encoding: UTF-8 with or without its mark, UTF-16, else Windows Latin-1."""
    if contenu.startswith((b"\xff\xfe", b"\xfe\xff")):
        return contenu.decode("utf-16", errors="replace")
    try:
        return contenu.decode("utf-8-sig")
    except UnicodeDecodeError:
        return contenu.decode("cp1252", errors="replace")
