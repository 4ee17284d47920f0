"""What the pages of the report share, whoever reads it: the year asked for, the files, the bars."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask import Response, request
from sqlalchemy.orm import Session

from marketplace.bilans.exports import classeur, pdf, tableur_csv
from marketplace.bilans.exports.cachet import Cachet
from marketplace.bilans.lectures import Demande
from marketplace.bilans.queries import empreinte_registre
from marketplace.bilans.rules.periode import Periode, annee
from marketplace.bilans.vue import BilanVu, TableauVu
from marketplace.contexte import Contexte
from marketplace.territoire.models import Territoire

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "application/zip",
    "pdf": "application/pdf",
}
LIGNES_MONTREES = 12


@dataclass(frozen=True, slots=True)
class Barre:
    """One bar of a chart: its width out of 100; the table beside it says the figure."""

    libelle: str
    texte: str
    largeur: float


def annee_demandee(jour: date) -> int:
    """The year of the address, else this one."""
    brut = request.args.get("annee", "")
    if brut.isdigit() and 2000 <= int(brut) <= jour.year:
        return int(brut)
    return jour.year


def barres(tableau: TableauVu) -> list[Barre]:
    """The bars of the hours of a table, in its order; empty when there is nothing to compare."""
    rang = next((j for j, c in enumerate(tableau.colonnes) if c.mesure == "heures" and c.rang == 0), None)
    if rang is None or not 2 <= len(tableau.lignes) <= LIGNES_MONTREES:
        return []
    valeurs = [ligne.cases[rang] for ligne in tableau.lignes]
    plus = max((v for v in valeurs if v is not None), default=Decimal(0))
    if plus <= 0:
        return []
    return [
        Barre(ligne.libelle, tableau.texte(ligne, rang), float(max(v or Decimal(0), Decimal(0)) / plus * 100))
        for ligne, v in zip(tableau.lignes, valeurs, strict=True)
    ]


def cachet_de(ctx: Contexte, s: Session, d: Demande, periode: Periode) -> Cachet:
    """What a file made now carries."""
    return Cachet(
        s.get_one(Territoire, d.perimetre.territoire_id).nom,
        periode.libelle,
        d.libelle,
        periode.debut.isoformat(),
        periode.fin.isoformat(),
        d.filtre,
        ctx.horloge(),
        empreinte_registre(s, d.perimetre),
    )


def fichier(genre: str, vu: BilanVu, cachet: Cachet, autres: Mapping[str, bytes] | None = None) -> Response:
    """The report to download. `genre`: xlsx, csv (a zip of the tables and `autres`) or pdf."""
    fabriques: Mapping[str, Callable[[], bytes]] = {
        "xlsx": lambda: classeur.classeur(vu, cachet),
        "csv": lambda: tableur_csv.archive({**tableur_csv.fichiers_csv(vu, cachet), **(autres or {})}),
        "pdf": lambda: pdf.bilan_pdf(vu, cachet),
    }
    reponse = Response(fabriques[genre](), mimetype=TYPES[genre])
    suffixe = "zip" if genre == "csv" else genre
    nom = f"bilan-{cachet.debut[:4]}.{suffixe}" if cachet.debut[5:] == "01-01" else f"bilan-{cachet.debut}.{suffixe}"
    reponse.headers["Content-Disposition"] = f'attachment; filename="{nom}"'
    return reponse


def periode_demandee(jour: date) -> Periode:
    """The year of the address as a period."""
    return annee(annee_demandee(jour))
