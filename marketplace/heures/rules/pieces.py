"""Pieces that go with hours (R55, R134): which ones, and what a file must be. Never a payslip."""

from __future__ import annotations

import re
import zlib
from enum import StrEnum

from marketplace.erreurs import RegleViolee
from marketplace.valeurs import cle

TAILLE_MAX = 5 * 1024 * 1024
"""Bytes: a photo of a phone at its usual setting fits (choice of the product)."""


class TypePiece(StrEnum):
    """D8, without what is not ours to keep: no payslip, no proof of status."""

    CONTRAT = "contrat"
    MISSION = "mission"
    RELEVE = "releve"
    FACTURE = "facture"
    FIN_CONTRAT = "fin_contrat"


LIBELLES_PIECE = {
    TypePiece.RELEVE: "Relevé d'heures signé",
    TypePiece.CONTRAT: "Contrat de travail",
    TypePiece.MISSION: "Ordre de mission",
    TypePiece.FACTURE: "Facture ou état de la structure",
    TypePiece.FIN_CONTRAT: "Fin de contrat",
}

_PAIE = re.compile(
    r"\b(bulletins?|fiches?|feuilles?)( de)? (paie|paye|salaires?)\b|\b(paie|paye|payslip|bulletins?)\d*\b"
)
_JPEG, _PNG, _PDF = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"%PDF-"
_PNG_GARDES = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"sBIT"})
TYPES_MIME = {"jpg": "image/jpeg", "png": "image/png", "pdf": "application/pdf"}


def refuser_fiche_de_paie(nom: str) -> None:
    """Raises RegleViolee when a file says by its name that it is a payslip (R55)."""
    if _PAIE.search(cle(nom)):
        raise RegleViolee(
            "N'envoyez pas de fiche de paie : un relevé d'heures signé suffit, même en photo.", champ="fichier"
        )


def preparer_piece(contenu: bytes) -> tuple[str, bytes]:
    """(format, bytes to keep) of a file, known by its content: JPEG, PNG or PDF. A photo loses its metadata, place
    and camera included (R134). Raises RegleViolee: empty, too big, another format, damaged.
    """
    if not contenu:
        raise RegleViolee("Choisissez une photo ou un PDF.", champ="fichier")
    if len(contenu) > TAILLE_MAX:
        raise RegleViolee("Ce fichier dépasse 5 Mo : prenez une photo plus petite.", champ="fichier")
    if contenu.startswith(_JPEG):
        return "jpg", _jpeg_sans_metadonnees(contenu)
    if contenu.startswith(_PNG):
        return "png", _png_sans_metadonnees(contenu)
    if contenu.startswith(_PDF) and b"%%EOF" in contenu[-2048:]:
        return "pdf", contenu
    raise RegleViolee("Ce fichier n'est ni une photo (JPEG, PNG) ni un PDF.", champ="fichier")


def _abime() -> RegleViolee:
    return RegleViolee("Cette image est abîmée : reprenez la photo.", champ="fichier")


def _jpeg_sans_metadonnees(contenu: bytes) -> bytes:
    """The picture without its APP1 to APP15 segments and comments (EXIF, XMP, IPTC); APP0 is its format."""
    sortie, i = bytearray(contenu[:2]), 2
    while i + 4 <= len(contenu):
        if contenu[i] != 0xFF:
            raise _abime()
        marqueur = contenu[i + 1]
        if marqueur == 0xFF:  # fill byte
            i += 1
            continue
        longueur = int.from_bytes(contenu[i + 2 : i + 4], "big")
        fin = i + 2 + longueur
        if longueur < 2 or fin > len(contenu):
            raise _abime()
        if marqueur == 0xDA:  # start of scan: the picture itself, up to its last end marker
            dernier = contenu.rfind(b"\xff\xd9")
            if dernier < fin:
                raise _abime()
            return bytes(sortie + contenu[i : dernier + 2])
        # APP14 says how colours are coded: without it some pictures turn green.
        if not (0xE1 <= marqueur <= 0xEF and marqueur != 0xEE) and marqueur != 0xFE:
            sortie += contenu[i:fin]
        i = fin
    raise _abime()


def _png_sans_metadonnees(contenu: bytes) -> bytes:
    """The picture with the chunks that draw it, nothing else; each one's checksum must hold."""
    sortie, i = bytearray(_PNG), len(_PNG)
    while i + 12 <= len(contenu):
        longueur = int.from_bytes(contenu[i : i + 4], "big")
        nom, fin = contenu[i + 4 : i + 8], i + 12 + longueur
        if fin > len(contenu):
            break
        if zlib.crc32(contenu[i + 4 : fin - 4]) != int.from_bytes(contenu[fin - 4 : fin], "big"):
            break
        if nom in _PNG_GARDES:
            sortie += contenu[i:fin]
        if nom == b"IEND":
            return bytes(sortie)
        i = fin
    raise _abime()
