"""The report as a workbook: a sheet by table, exact values, totals that recompute, charts."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from marketplace.bilans.exports.cachet import Cachet
from marketplace.bilans.vue import BilanVu, TableauVu

LONGUEUR_ONGLET = 31
GRAPHIQUES = frozenset({"acheteur", "gestionnaire", "secteur", "age", "qpv", "statut", "modalite", "nature"})
PREMIERE = 3
"""Row of the headings: a title and a note stand above."""


def classeur(vu: BilanVu, cachet: Cachet) -> bytes:
    """The workbook as bytes. Numbers are numbers, rounded by their format alone."""
    sortie = io.BytesIO()
    livre = xlsxwriter.Workbook(sortie, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    livre.set_properties({"title": vu.titre, "subject": "Clauses sociales d'insertion", "company": cachet.territoire})
    styles = _styles(livre)
    _a_propos(livre, vu, cachet, styles)
    pris: set[str] = set()
    for t in vu.tableaux:
        _tableau(livre, t, styles, _onglet(t.titre, pris))
    livre.close()
    return sortie.getvalue()


def _styles(livre: Any) -> dict[str, Any]:
    return {
        "titre": livre.add_format({"bold": True, "font_size": 14}),
        "entete": livre.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "total": livre.add_format({"bold": True, "top": 1}),
        "note": livre.add_format({"italic": True, "text_wrap": False}),
        "texte": livre.add_format({"text_wrap": True, "valign": "top"}),
    }


def _nombre(livre: Any, styles: dict[str, Any], pas: Decimal, *, gras: bool) -> Any:
    decimales = max(0, -int(pas.normalize().as_tuple().exponent))
    cle = f"n{decimales}{gras}"
    if cle not in styles:
        motif = "#,##0" + ("." + "0" * decimales if decimales else "")
        styles[cle] = livre.add_format({"num_format": motif, "bold": gras, **({"top": 1} if gras else {})})
    return styles[cle]


def _onglet(titre: str, pris: set[str]) -> str:
    """A sheet name that a spreadsheet accepts, once."""
    base = re.sub(r"[\[\]:*?/\\']", " ", titre)[:LONGUEUR_ONGLET].strip()
    nom, n = base, 2
    while nom.lower() in pris:
        nom = f"{base[: LONGUEUR_ONGLET - 3]} {n}"
        n += 1
    pris.add(nom.lower())
    return nom


def _a_propos(livre: Any, vu: BilanVu, cachet: Cachet, styles: dict[str, Any]) -> None:
    feuille = livre.add_worksheet("À propos")
    feuille.set_column(0, 0, 26)
    feuille.set_column(1, 1, 100, styles["texte"])
    feuille.write_string(0, 0, vu.titre, styles["titre"])
    for n, (rubrique, valeur) in enumerate(cachet.lignes(), 2):
        feuille.write_string(n, 0, rubrique, styles["entete"])
        feuille.write_string(n, 1, valeur, styles["texte"])
    for n, phrase in enumerate(vu.phrases, 11):
        feuille.write_string(n, 1, phrase, styles["texte"])


def _tableau(livre: Any, t: TableauVu, styles: dict[str, Any], onglet: str) -> None:
    feuille = livre.add_worksheet(onglet)
    feuille.set_column(0, 0, 46)
    feuille.set_column(1, len(t.colonnes), 16)
    feuille.write_string(0, 0, t.titre, styles["titre"])
    if t.note:
        feuille.write_string(1, 0, t.note, styles["note"])
    feuille.write_string(PREMIERE - 1, 0, t.entete, styles["entete"])
    for j, c in enumerate(t.colonnes, 1):
        feuille.write_string(PREMIERE - 1, j, c.entete, styles["entete"])
    for i, ligne in enumerate(t.lignes, PREMIERE):
        feuille.write_string(i, 0, ligne.libelle)
        for j, (c, valeur) in enumerate(zip(t.colonnes, ligne.cases, strict=True), 1):
            _case(feuille, (i, j), valeur, _nombre(livre, styles, ligne.pas_de(j - 1, c.pas), gras=False), t.vide)
    fin = PREMIERE + len(t.lignes) - 1
    if t.total is not None:
        feuille.write_string(fin + 1, 0, "Total", styles["total"])
        for j, (c, valeur) in enumerate(zip(t.colonnes, t.total, strict=True), 1):
            _total(feuille, (fin + 1, j), t, valeur, _nombre(livre, styles, c.pas, gras=True))
    feuille.freeze_panes(PREMIERE, 1)
    feuille.fit_to_pages(1, 0)
    feuille.set_landscape()
    feuille.repeat_rows(PREMIERE - 1)
    if t.code in GRAPHIQUES and t.lignes:
        _graphique(livre, feuille, t, onglet, fin)


def _case(feuille: Any, place: tuple[int, int], valeur: Decimal | None, style: Any, vide: str) -> None:
    i, j = place
    if valeur is None:
        feuille.write_string(i, j, vide)
    else:
        feuille.write_number(i, j, float(valeur), style)


def _total(feuille: Any, place: tuple[int, int], t: TableauVu, valeur: Decimal | None, style: Any) -> None:
    """A sum that recomputes; a plain number where the rows do not add up to it, as when one stands apart."""
    i, j = place
    cases = [ligne.cases[j - 1] for ligne in t.lignes]
    if valeur is None:
        feuille.write_string(i, j, t.vide, style)
    elif cases and all(c is not None for c in cases) and sum(c for c in cases if c is not None) == valeur:
        haut, bas = xl_rowcol_to_cell(PREMIERE, j), xl_rowcol_to_cell(PREMIERE + len(cases) - 1, j)
        feuille.write_formula(i, j, f"=SUM({haut}:{bas})", style, float(valeur))
    else:
        feuille.write_number(i, j, float(valeur), style)


def _graphique(livre: Any, feuille: Any, t: TableauVu, onglet: str, fin: int) -> None:
    colonne = next((j for j, c in enumerate(t.colonnes, 1) if c.mesure == "heures" and c.rang == 0), None)
    if colonne is None:
        return
    graphique = livre.add_chart({"type": "bar"})
    graphique.add_series(
        {
            "name": "Heures",
            "categories": [onglet, PREMIERE, 0, fin, 0],
            "values": [onglet, PREMIERE, colonne, fin, colonne],
            "fill": {"color": "#1f4e6b"},
            "data_labels": {"value": True, "num_format": "#,##0"},
        }
    )
    graphique.set_title({"name": f"{t.titre} : heures"})
    graphique.set_legend({"none": True})
    graphique.set_y_axis({"reverse": True})
    description = f"Barres : heures, {t.titre.lower()}. Les valeurs sont dans le tableau de cette feuille."
    feuille.insert_chart(fin + 4, 0, graphique, {"description": description, "x_scale": 1.4})
