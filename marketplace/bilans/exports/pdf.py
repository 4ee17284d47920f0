"""Tagged PDF (PDF/UA-1) from the models of this folder: the data goes in as JSON, a typed text is never an instruction.

The compiler refuses to write the standard when one of its rules fails.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

from marketplace.bilans.exports.cachet import Cachet
from marketplace.bilans.vue import BilanVu

DOSSIER = Path(__file__).resolve().parent / "modeles"


_HORS_POLICE = re.compile(r"[^\u0000-\u052f\u1e00-\u206f\u20a0-\u20bf]")
"""Beyond Latin, Greek, Cyrillic and punctuation."""


def _compiler(modele: str, donnees: str) -> object:
    return typst.compile(
        str(DOSSIER / modele), sys_inputs={"donnees": donnees}, pdf_standards="ua-1", ignore_system_fonts=True
    )


def composer(modele: str, donnees: Mapping[str, Any]) -> bytes:
    """The PDF of a model. `donnees` are plain JSON values; lang and title come from the model.

    What the font cannot draw (emoji, other scripts) becomes « ? ».
    """
    texte = json.dumps(donnees, ensure_ascii=False)
    try:
        pdf = _compiler(modele, texte)
    except typst.TypstError as refus:
        if "could not be displayed" not in str(refus):
            raise
        # A drawing or a script that the font does not hold: the standard refuses it, the rest is still due.
        pdf = _compiler(modele, _HORS_POLICE.sub("?", texte))
    if not isinstance(pdf, bytes):
        raise TypeError("the compiler gave several files")
    return pdf


def bilan_pdf(vu: BilanVu, cachet: Cachet) -> bytes:
    """The whole report, its sentences first, then each table with its bars."""
    tableaux = []
    for t in vu.tableaux:
        colonne = next((j for j, c in enumerate(t.colonnes) if c.mesure == "heures" and c.rang == 0), None)
        plus = max((float(li.cases[colonne] or 0) for li in t.lignes), default=0.0) if colonne is not None else 0.0
        tableaux.append(
            {
                "titre": t.titre,
                "note": t.note,
                "entetes": [t.entete, *(c.libelle for c in t.colonnes)],
                "lignes": [
                    {
                        "libelle": li.libelle,
                        "cases": [t.texte(li, j) for j in range(len(t.colonnes))],
                        "barre": round(float(li.cases[colonne] or 0) / plus, 4) if colonne is not None and plus else 0,
                    }
                    for li in t.lignes
                ],
                "total": None if t.total is None else [t.texte(None, j) for j in range(len(t.colonnes))],
            }
        )
    return composer(
        "bilan.typ",
        {
            "titre": vu.titre,
            "sous_titre": f"Clauses sociales d'insertion, {cachet.territoire}",
            "phrases": list(vu.phrases),
            "tableaux": tableaux,
            "cachet": [list(ligne) for ligne in cachet.lignes()],
        },
    )
