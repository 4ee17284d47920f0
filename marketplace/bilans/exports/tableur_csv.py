"""CSV files that a French spreadsheet opens right: semicolons, decimal commas, a byte-order mark, CRLF."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from marketplace.bilans.exports.cachet import Cachet
from marketplace.bilans.rules.axes import NOMS_DES_CONTRATS, NOMS_DES_MARCHES, axe
from marketplace.bilans.rules.tableaux import Registre, heures
from marketplace.bilans.vue import BilanVu

CENTIEME = Decimal("0.01")
DIX_MILLIEME = Decimal("0.0001")
_DANGEREUX = ("=", "+", "-", "@", "\t", "\r")


def cellule(valeur: Any) -> str:
    """A value as a French spreadsheet reads it; a text that would be taken for a formula is disarmed."""
    if valeur is None:
        return ""
    if isinstance(valeur, Decimal):
        exacte = valeur if valeur == valeur.quantize(CENTIEME) else valeur.quantize(DIX_MILLIEME)
        return f"{exacte:f}".replace(".", ",")
    texte = str(valeur)
    return f"'{texte}" if texte.startswith(_DANGEREUX) else texte


def ecrire(entetes: Sequence[str], lignes: Iterable[Sequence[Any]]) -> bytes:
    """One file."""
    sortie = io.StringIO()
    ecrivain = csv.writer(sortie, delimiter=";", lineterminator="\r\n")
    ecrivain.writerow(entetes)
    ecrivain.writerows([cellule(v) for v in ligne] for ligne in lignes)
    return b"\xef\xbb\xbf" + sortie.getvalue().encode()


def fichiers_csv(vu: BilanVu, cachet: Cachet) -> dict[str, bytes]:
    """One file by table, exact values, and what they cover; a masked cell says so."""
    fichiers = {"a-propos.csv": ecrire(("Rubrique", "Valeur"), cachet.lignes())}
    for t in vu.tableaux:
        lignes = [[li.libelle, *(t.vide if v is None else v for v in li.cases)] for li in t.lignes]
        if t.total is not None:
            lignes.append(["Total", *(t.vide if v is None else v for v in t.total)])
        entetes = [t.entete, *(c.entete for c in t.colonnes)]
        fichiers[f"{t.code}.csv"] = ecrire(entetes, lignes)
    return fichiers


def fichiers_du_registre(registre: Registre) -> Mapping[str, bytes]:
    """The lines that every table is made of, nobody named: for who wants to count again. Kept to facilitateurs.

    `heures.csv`: one row by period, contrat and marché. `marches.csv`: the marchés followed, period by period.
    """
    return {"heures.csv": _heures(registre), "marches.csv": _marches(registre)}


def _heures(registre: Registre) -> bytes:
    f = registre.faits
    codes = (*NOMS_DES_MARCHES, *NOMS_DES_CONTRATS, "genre", "age", "modalite")
    axes = {code: axe(registre, code) for code in codes}
    salaries = {p: n for n, p in enumerate(dict.fromkeys(f.personne.tolist()), 1)}
    lignes = []
    for i in range(len(f.rang)):
        marche = f.marches.get(int(f.marche[i]))
        contrat = f.contrats.get(int(f.contrat[i]))
        personne = int(f.personne[i])
        lignes.append(
            [
                f.periodes[int(f.rang[i])].libelle,
                contrat.ref if contrat else "",
                f"S{salaries[personne]}" if personne else "",
                marche.ref if marche else "",
                *(axes[code].libelles[int(axes[code].codes[i])] for code in codes),
                " | ".join(registre.statuts(contrat)) if contrat else "Non renseigné",
                heures(int(f.heures[i])),
            ]
        )
    return ecrire(("periode", "contrat", "salarie", "marche", *codes, "statuts", "heures"), lignes)


def _marches(registre: Registre) -> bytes:
    lignes = []
    for rang, suivis in enumerate(registre.suivis):
        lignes += [
            [
                registre.faits.periodes[rang].libelle,
                m.ref,
                *(nom(registre, m) for nom in NOMS_DES_MARCHES.values()),
                "oui" if m.operation_id is not None else "non",
            ]
            for m in suivis
        ]
    return ecrire(("periode", "marche", *NOMS_DES_MARCHES, "a_une_operation"), lignes)


def archive(fichiers: Mapping[str, bytes]) -> bytes:
    """All the files in one, to download."""
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as z:
        for nom, contenu in fichiers.items():
            z.writestr(nom, contenu)
    return sortie.getvalue()
