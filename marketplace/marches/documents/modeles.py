"""The models shipped with the product: plain Word documents with named fields, made with real styles.

A territory that wants its own letterhead or words downloads one, changes it, and uploads it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from marketplace.marches.documents.remplissage import sceller
from marketplace.marches.documents.textes import TEXTES, Bloc
from marketplace.marches.models.document import GenreDocument

VERSION = "2026-1"
_FONCE = RGBColor(0x1B, 0x3A, 0x5C)
_NAISSANCE = datetime(2026, 1, 1)  # noqa: DTZ001 — the file format holds no zone, and the same model gives the same bytes


@dataclass(frozen=True, slots=True)
class Genre:
    """How a paper is called, and its file."""

    libelle: str
    fichier: str
    pour_qui: str


GENRES: dict[GenreDocument, Genre] = {
    GenreDocument.NOTE: Genre(
        "Note de calibrage", "note-de-calibrage", "Explique à l'acheteur d'où viennent les heures."
    ),
    GenreDocument.CCAP: Genre(
        "Article du CCAP", "article-ccap", "À insérer dans le cahier des clauses administratives particulières."
    ),
    GenreDocument.REGLEMENT: Genre(
        "Paragraphe du règlement de la consultation", "paragraphe-reglement", "Informe les candidats de la clause."
    ),
    GenreDocument.ANNEXE: Genre(
        "Annexe à l'acte d'engagement", "annexe-acte-engagement", "Signée par le candidat avec son offre."
    ),
}


@cache
def modele_par_defaut(genre: GenreDocument) -> bytes:
    """The product's model of this paper; the same bytes each time."""
    doc = Document()
    _preparer(doc, GENRES[genre].libelle)
    for bloc in TEXTES[genre]:
        _ecrire(doc, bloc)
    sortie = io.BytesIO()
    doc.save(sortie)
    return sceller(sortie.getvalue())


def _preparer(doc: Any, titre: str) -> None:
    """Page, language, styles, header and footer: French and accessible."""
    section = doc.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.3)
    section.top_margin = section.bottom_margin = Cm(2.2)
    proprietes = doc.core_properties
    proprietes.title, proprietes.language, proprietes.author = titre, "fr-FR", "La Place des clauses"
    proprietes.created = proprietes.modified = _NAISSANCE
    proprietes.last_modified_by, proprietes.revision, proprietes.comments = "", 1, ""
    normal = doc.styles["Normal"]
    normal.font.name, normal.font.size = "Arial", Pt(10.5)
    normal.paragraph_format.space_after = Pt(6)
    normal.paragraph_format.line_spacing = 1.15
    polices = normal.element.get_or_add_rPr().get_or_add_rFonts()
    for attribut in ("w:eastAsia", "w:cs"):
        polices.set(qn(attribut), "Arial")
    for nom, taille, avant in (("Title", 20, 0), ("Heading 1", 13, 14), ("Heading 2", 11, 8)):
        style = doc.styles[nom]
        style.font.name, style.font.size, style.font.color.rgb = "Arial", Pt(taille), _FONCE
        style.font.bold = True
        rpr = style.element.get_or_add_rPr()
        for attribut in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            rpr.get_or_add_rFonts().attrib.pop(qn(attribut), None)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(avant), Pt(4)
        style.paragraph_format.keep_with_next = True
    for langue in doc.styles.element.iter(qn("w:lang")):
        langue.set(qn("w:val"), "fr-FR")
    _pied(section)


def _pied(section: Any) -> None:
    p = section.footer.paragraphs[0]
    p.add_run("{{ marche }} · {{ date }} · page ")
    for genre, texte in (("begin", None), (None, "PAGE"), ("end", None)):
        course = p.add_run()
        noeud = OxmlElement("w:instrText" if texte else "w:fldChar")
        if texte:
            noeud.text = texte
        else:
            noeud.set(qn("w:fldCharType"), genre)
        course._r.append(noeud)  # noqa: SLF001 — python-docx has no public way to write a page number
    for course in p.runs:
        course.font.size = Pt(8.5)


def _ecrire(doc: Any, bloc: Bloc) -> None:
    if bloc.genre == "tableau":
        _tableau(doc, bloc.lignes, bloc.largeurs)
        return
    styles = {"titre": "Title", "h1": "Heading 1", "h2": "Heading 2", "puce": "List Bullet"}
    p = doc.add_paragraph(style=styles.get(bloc.genre, "Normal"))
    for rang, morceau in enumerate(bloc.texte.split("**")):
        # « **gras** » : every other piece.
        if morceau:
            p.add_run(morceau).bold = True if rang % 2 else None


def _tableau(doc: Any, lignes: Sequence[Sequence[str]], largeurs: Sequence[float]) -> None:
    """A table whose first row is a header, repeated on each page and said to screen readers."""
    table = doc.add_table(rows=0, cols=len(lignes[0]))
    table.style, table.alignment = "Table Grid", WD_TABLE_ALIGNMENT.LEFT
    table.autofit = False
    for rang, ligne in enumerate(lignes):
        cellules = table.add_row().cells
        for cellule, texte, largeur in zip(cellules, ligne, largeurs, strict=True):
            cellule.width = Cm(largeur)
            p = cellule.paragraphs[0]
            p.paragraph_format.space_after = Pt(2)
            p.add_run(texte).bold = rang == 0
            if rang == 0:
                fond = OxmlElement("w:shd")
                for attribut, valeur in (("w:val", "clear"), ("w:color", "auto"), ("w:fill", "E8EEF4")):
                    fond.set(qn(attribut), valeur)
                cellule._tc.get_or_add_tcPr().append(fond)  # noqa: SLF001 — no public way to shade a cell
    entete = OxmlElement("w:tblHeader")
    entete.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(entete)  # noqa: SLF001 — no public way to mark a header row
    for ligne_ in table.rows:
        insecable = OxmlElement("w:cantSplit")
        ligne_._tr.get_or_add_trPr().append(insecable)  # noqa: SLF001 — same reason
    doc.add_paragraph().paragraph_format.space_after = Pt(0)
