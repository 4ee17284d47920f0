"""Named fields of a Word model: read, checked, filled. A model is data: nothing in it is ever run.

A field is written {{ heures }}. A field that holds a list repeats its paragraph, or the row of the table it is in.
The same model and the same values always give the same file: entries in order, dates fixed.
"""

from __future__ import annotations

import copy
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from docx import Document
from docx.document import Document as DocumentWord
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from lxml import etree

from marketplace.erreurs import FichierRefuse

CHAMP = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
TAILLE_MAX = 5 * 1024 * 1024
"""Bytes of a model: a letterhead with its logo, not a brochure."""
TAILLE_DEPLIEE_MAX = 60 * 1024 * 1024
_EPOQUE = (2026, 1, 1, 0, 0, 0)
Valeur = str | Sequence[str]


def ouvrir(contenu: bytes) -> DocumentWord:
    """The Word document of these bytes. Raises FichierRefuse with the reason."""
    if len(contenu) > TAILLE_MAX:
        raise FichierRefuse("Ce fichier dépasse 5 Mo : retirez les images, puis recommencez.")
    try:
        with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
            noms = archive.namelist()
            if sum(i.file_size for i in archive.infolist()) > TAILLE_DEPLIEE_MAX:
                raise FichierRefuse("Ce fichier se déplie en plus de 60 Mo : il est refusé.")
            if any("vbaproject" in nom.lower() for nom in noms):
                raise FichierRefuse("Ce fichier contient des macros : enregistrez-le en .docx sans macro.")
            if "word/document.xml" not in noms:
                raise FichierRefuse("Ce fichier n'est pas un document Word (.docx).")
        return Document(io.BytesIO(contenu))
    except (zipfile.BadZipFile, OpcError, KeyError, ValueError, etree.XMLSyntaxError, EOFError, OSError) as panne:
        raise FichierRefuse("Ce fichier n'est pas un document Word (.docx) lisible : il semble abîmé.") from panne


def _racines(doc: DocumentWord) -> Iterator[Any]:
    """The XML of the body, headers, footers and notes: everything a reader sees."""
    yield doc.element
    genres = ("header", "footer", "footnotes", "endnotes")
    for partie in doc.part.package.iter_parts():
        nom = str(partie.partname).rpartition("/")[2]
        if nom.startswith(genres) and nom.endswith(".xml") and hasattr(partie, "element"):
            yield partie.element


def _texte(paragraphe: Any) -> str:
    return "".join(t.text or "" for t in _textes(paragraphe))


def _textes(paragraphe: Any) -> list[Any]:
    """The text nodes of a paragraph itself, not those of a text box anchored in it."""
    return [t for t in paragraphe.iter(qn("w:t")) if next(t.iterancestors(qn("w:p"))) is paragraphe]


def champs_de(doc: DocumentWord) -> tuple[str, ...]:
    """Names of the fields of a model, in reading order, each once."""
    noms: dict[str, None] = {}
    for racine in _racines(doc):
        for paragraphe in racine.iter(qn("w:p")):
            noms.update(dict.fromkeys(CHAMP.findall(_texte(paragraphe))))
    return tuple(noms)


def _accolades_seules(doc: DocumentWord) -> str:
    """The first text where braces do not make a field; empty when all is well."""
    for racine in _racines(doc):
        for paragraphe in racine.iter(qn("w:p")):
            reste = CHAMP.sub("", _texte(paragraphe))
            if "{{" in reste or "}}" in reste:
                return _texte(paragraphe)[:80]
    return ""


def verifier(doc: DocumentWord, connus: Mapping[str, Any]) -> tuple[str, ...]:
    """Fields of the model, all known. Raises FichierRefuse naming what does not fit."""
    casse = _accolades_seules(doc)
    if casse:
        raise FichierRefuse(f"Un champ est mal écrit dans « {casse} » : écrivez par exemple {{{{ heures }}}}.")
    noms = champs_de(doc)
    inconnus = [nom for nom in noms if nom not in connus]
    if inconnus:
        dits = ", ".join(f"« {nom or 'vide'} »" for nom in inconnus)
        mot = "Champ inconnu" if len(inconnus) == 1 else "Champs inconnus"
        raise FichierRefuse(f"{mot} : {dits}. Prenez les noms de la liste des champs.")
    return noms


def _remplacer(paragraphe: Any, valeurs: Mapping[str, str]) -> None:
    """Write values into the runs of a paragraph: each keeps the look of the run where its field begins."""
    textes = _textes(paragraphe)
    for m in reversed(list(CHAMP.finditer("".join(t.text or "" for t in textes)))):
        position = 0
        for noeud in textes:
            brut = noeud.text or ""
            gauche, droite = m.start() - position, m.end() - position
            position += len(brut)
            if droite <= 0 or gauche >= len(brut):
                continue
            noeud.text = brut[:gauche] + valeurs[m.group(1)] + brut[droite:] if gauche >= 0 else brut[droite:]
            noeud.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _liste_de(noms: Sequence[str], valeurs: Mapping[str, Valeur]) -> int | None:
    """How many times a block with these fields is repeated; None when none of them is a list."""
    longueurs = [len(valeurs[nom]) for nom in noms if not isinstance(valeurs[nom], str)]
    return max(longueurs) if longueurs else None


def _au_rang(noms: Sequence[str], valeurs: Mapping[str, Valeur], rang: int) -> dict[str, str]:
    lues: dict[str, str] = {}
    for nom in noms:
        valeur = valeurs[nom]
        lues[nom] = valeur if isinstance(valeur, str) else valeur[rang] if rang < len(valeur) else ""
    return lues


def _repeter(bloc: Any, valeurs: Mapping[str, Valeur], noms: Sequence[str], fois: int) -> None:
    """The block once per item of its lists; removed when they are empty (a lone paragraph of a cell is emptied)."""
    for rang in range(fois):
        copie = copy.deepcopy(bloc)
        bloc.addprevious(copie)
        lues = _au_rang(noms, valeurs, rang)
        paragraphes = [copie] if copie.tag == qn("w:p") else list(copie.iter(qn("w:p")))
        for paragraphe in paragraphes:
            _remplacer(paragraphe, lues)
    freres = [f for f in bloc.getparent() if f.tag == bloc.tag and f is not bloc]
    if bloc.tag == qn("w:p") and not freres:
        _remplacer(bloc, dict.fromkeys(noms, ""))
    else:
        bloc.getparent().remove(bloc)


def remplir(contenu: bytes, valeurs: Mapping[str, Valeur], *, titre: str) -> bytes:
    """The document made from a model. Raises FichierRefuse when the model holds a field that `valeurs` has not."""
    doc = ouvrir(contenu)
    verifier(doc, valeurs)
    for racine in _racines(doc):
        for ligne in list(racine.iter(qn("w:tr"))):
            noms = CHAMP.findall("".join(_texte(p) for p in ligne.iter(qn("w:p"))))
            fois = _liste_de(noms, valeurs)
            if fois is not None and not list(ligne.iter(qn("w:tbl"))):
                _repeter(ligne, valeurs, noms, fois)
        for paragraphe in list(racine.iter(qn("w:p"))):
            noms = CHAMP.findall(_texte(paragraphe))
            fois = _liste_de(noms, valeurs)
            if fois is not None:
                _repeter(paragraphe, valeurs, noms, fois)
            elif noms:
                _remplacer(paragraphe, _au_rang(noms, valeurs, 0))
    doc.core_properties.title = titre
    if not doc.core_properties.language:
        doc.core_properties.language = "fr-FR"
    sortie = io.BytesIO()
    doc.save(sortie)
    return sceller(sortie.getvalue())


def sceller(contenu: bytes) -> bytes:
    """The same archive with its entries in order and fixed dates: equal content, equal bytes."""
    sortie = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(contenu)) as source, zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as cible:
        # The list of types comes first: some readers ask for it.
        for nom in sorted(source.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            info = zipfile.ZipInfo(nom, _EPOQUE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            cible.writestr(info, source.read(nom))
    return sortie.getvalue()


def empreinte(contenu: bytes) -> str:
    """SHA-256 of what the archive holds, whatever compressed it."""
    resume = hashlib.sha256()
    with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
        for nom in sorted(archive.namelist()):
            donnees = archive.read(nom)
            resume.update(f"{nom}\0{len(donnees)}\0".encode())
            resume.update(donnees)
    return resume.hexdigest()


def texte_de(contenu: bytes) -> str:
    """Everything written in a document, one paragraph a line."""
    doc = ouvrir(contenu)
    return "\n".join(_texte(p) for racine in _racines(doc) for p in racine.iter(qn("w:p")))
