"""A file of proof: known by its content, weighed, and stripped of what a camera writes in it (R134)."""

from __future__ import annotations

from marketplace.erreurs import RegleViolee

TAILLE_MAX = 8 * 1024 * 1024
"""A photo of a phone weighs 3 to 6 MB."""

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_GARDES = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"pHYs"})
_JPEG_SANS_LONGUEUR = frozenset({0x01, *range(0xD0, 0xD8)})
_ILLISIBLE = "Ce fichier est abîmé : refaites la photo, ou montrez le document."


def type_de_fichier(contenu: bytes) -> str:
    """« pdf », « jpg » or « png », by content and never by name. Raises RegleViolee (champ `fichier`)."""
    if not contenu:
        raise RegleViolee("Ce fichier est vide.", champ="fichier")
    if len(contenu) > TAILLE_MAX:
        raise RegleViolee("Ce fichier est trop lourd : 8 Mo au plus.", champ="fichier")
    if contenu.startswith(b"%PDF-"):
        return "pdf"
    if contenu.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if contenu.startswith(_PNG):
        return "png"
    raise RegleViolee("Envoyez une photo (JPEG ou PNG) ou un PDF.", champ="fichier")


def sans_metadonnees(contenu: bytes, type_: str) -> bytes:
    """The same image without place, date or device. Raises RegleViolee when it cannot be read. A PDF is kept whole."""
    if type_ == "jpg":
        return _jpeg(contenu)
    if type_ == "png":
        return _png(contenu)
    return contenu


def _jpeg(contenu: bytes) -> bytes:
    """Keep every segment but APP1 to APP15 (Exif, XMP…) and comments; Adobe's APP14 says how colours are coded."""
    sortie, i = bytearray(contenu[:2]), 2
    while i + 4 <= len(contenu):
        if contenu[i] != 0xFF:
            raise RegleViolee(_ILLISIBLE, champ="fichier")
        marque = contenu[i + 1]
        if marque == 0xFF:
            i += 1
            continue
        if marque in _JPEG_SANS_LONGUEUR:
            sortie += contenu[i : i + 2]
            i += 2
            continue
        fin = i + 2 + int.from_bytes(contenu[i + 2 : i + 4])
        if fin > len(contenu) or fin < i + 4:
            raise RegleViolee(_ILLISIBLE, champ="fichier")
        if marque == 0xDA:  # the picture itself, to the end
            return bytes(sortie + contenu[i:])
        if not (0xE1 <= marque <= 0xEF and marque != 0xEE) and marque != 0xFE:
            sortie += contenu[i:fin]
        i = fin
    raise RegleViolee(_ILLISIBLE, champ="fichier")


def _png(contenu: bytes) -> bytes:
    """Keep the chunks that draw; text, time and Exif go."""
    sortie, i = bytearray(_PNG), len(_PNG)
    while i + 12 <= len(contenu):
        longueur = int.from_bytes(contenu[i : i + 4])
        nom, fin = contenu[i + 4 : i + 8], i + 12 + longueur
        if fin > len(contenu):
            break
        if nom in _PNG_GARDES:
            sortie += contenu[i:fin]
        if nom == b"IEND":
            return bytes(sortie)
        i = fin
    raise RegleViolee(_ILLISIBLE, champ="fichier")
