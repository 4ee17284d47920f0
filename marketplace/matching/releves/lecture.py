"""What reading a file gives: a table or none, and what is wrong, line by line."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from marketplace.matching.releves.table import Releve

PROBLEMES_MAX = 50
OCTETS_MAX = 200 * 1024 * 1024  # uncompressed: a département's feed holds in a quarter of it


@dataclass(frozen=True, slots=True)
class Probleme:
    """One thing wrong: where, and what to do. `bloquant` says whether the file is refused for it."""

    fichier: str
    ligne: int | None
    texte: str
    bloquant: bool = True


@dataclass(slots=True)
class Lu:
    """A file read: the table once nothing blocks, what was counted and measured, what is wrong."""

    releve: Releve | None = None
    resume: dict[str, float | int | str] = field(default_factory=dict)
    problemes: list[Probleme] = field(default_factory=list)
    tus: int = 0

    def noter(self, fichier: str, ligne: int | None, texte: str, bloquant: bool = True) -> None:
        """Add one problem; beyond PROBLEMES_MAX they are only counted, but a blocking one still blocks."""
        if len(self.problemes) < PROBLEMES_MAX or (bloquant and not self.bloque):
            self.problemes.append(Probleme(fichier, ligne, texte, bloquant))
        else:
            self.tus += 1

    @property
    def bloque(self) -> bool:
        """Whether the file is refused."""
        return any(p.bloquant for p in self.problemes)


def decompresser(contenu: bytes) -> bytes:
    """Bytes of a plain or gzipped file. Raises ValueError (in French) when too big or unreadable."""
    if contenu[:2] != b"\x1f\x8b":
        return contenu
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(contenu)) as flux:
            brut = flux.read(OCTETS_MAX + 1)
    except (OSError, EOFError) as erreur:
        raise ValueError("Le fichier compressé est abîmé : refaites-le, ou donnez-le non compressé.") from erreur
    if len(brut) > OCTETS_MAX:
        raise ValueError("Le fichier est trop gros : 200 Mo au plus une fois décompressé.")
    return brut


def texte_de(contenu: bytes) -> str:
    """Text of a CSV, in UTF-8 or as an old spreadsheet writes it."""
    try:
        return contenu.decode("utf-8-sig")
    except UnicodeDecodeError:
        return contenu.decode("cp1252", "replace")


def lignes_csv(texte: str) -> Iterator[tuple[int, list[str]]]:
    """(line number, cells) of a CSV, separator guessed on the first line; empty lines left out."""
    premiere = texte.split("\n", 1)[0]
    separateur = max(",;\t", key=premiere.count)
    lecteur = csv.reader(io.StringIO(texte, newline=""), delimiter=separateur)
    for cellules in lecteur:
        if any(c.strip() for c in cellules):
            yield lecteur.line_num, [c.strip() for c in cellules]
