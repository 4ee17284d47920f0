"""A report ready to be read: the same tables for the page, the workbook, the CSV files and the PDF.

It can be kept as JSON and read back: values stay exact, each with the step it is rounded to when shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from marketplace.bilans.presentation import CENTIEME, DIXIEME
from marketplace.bilans.rules.bilan import COMPARES, Bilan
from marketplace.bilans.rules.definitions import FOCUS_IAE
from marketplace.bilans.rules.tableaux import MESURES, ZERO, Tableau
from marketplace.valeurs import arrondir

UN = Decimal(1)
PART = "part"
INSECABLE = "\u202f"


@dataclass(frozen=True, slots=True)
class Colonne:
    """One column of figures: its measure, its heading, the rank of its period, its unit and the step shown."""

    mesure: str
    libelle: str
    rang: int = 0
    unite: str = ""
    pas: Decimal = UN

    @property
    def entete(self) -> str:
        """In a spreadsheet: the label and its unit, once."""
        dite = not self.unite or self.unite in self.libelle.split()
        return self.libelle if dite else f"{self.libelle} ({self.unite})"


@dataclass(frozen=True, slots=True)
class LigneVue:
    """One row: exact values by column; None where there is none to show. `pas`, by column, overrides theirs."""

    cle: str
    libelle: str
    cases: tuple[Decimal | None, ...]
    pas: tuple[Decimal, ...] | None = None

    def pas_de(self, rang: int, defaut: Decimal) -> Decimal:
        """The step a cell is rounded to when shown."""
        return defaut if self.pas is None else self.pas[rang]


@dataclass(frozen=True, slots=True)
class TableauVu:
    """A table as it is shown. `total` is empty where rows overlap: their sum would be no total."""

    code: str
    titre: str
    entete: str
    colonnes: tuple[Colonne, ...]
    lignes: tuple[LigneVue, ...]
    total: tuple[Decimal | None, ...] | None = None
    note: str = ""
    vide: str = "–"

    def texte(self, ligne: LigneVue | None, rang: int) -> str:
        """A cell as it is read, in French; `vide` where there is nothing to show. None for the row of totals."""
        cases = self.total if ligne is None else ligne.cases
        valeur = None if cases is None else cases[rang]
        colonne = self.colonnes[rang]
        pas = colonne.pas if ligne is None else ligne.pas_de(rang, colonne.pas)
        return self.vide if valeur is None else ecrire_nombre(valeur, pas) + suffixe(colonne.unite)


@dataclass(frozen=True, slots=True)
class BilanVu:
    """A report as it is shown: what it covers, its sentences, its tables."""

    titre: str
    debut: str
    fin: str
    perimetre: str
    phrases: tuple[str, ...]
    tableaux: tuple[TableauVu, ...]

    def tableau(self, code: str) -> TableauVu | None:
        """The table of that code."""
        return next((t for t in self.tableaux if t.code == code), None)


def suffixe(unite: str) -> str:
    """The unit after a number."""
    return f"{INSECABLE}{unite}" if unite else ""


def ecrire_nombre(valeur: Decimal, pas: Decimal = UN) -> str:
    """Half up at the step, thousands apart: « 126 348 », « 78,6 »."""
    decimales = max(0, -int(pas.normalize().as_tuple().exponent))
    return f"{arrondir(valeur, pas):,.{decimales}f}".replace(",", INSECABLE).replace(".", ",")


def presenter(bilan: Bilan, *, titre: str, debut: str, fin: str, perimetre: str) -> BilanVu:
    """The report in the order it is read."""
    t = bilan.tableaux
    ordre = (
        ("acheteur", COMPARES, False),
        ("gestionnaire", 1, False),
        ("secteur", 1, True),
        ("nature", 1, True),
        ("genre", 2, True),
        ("age", 1, True),
        ("qpv", 1, True),
        ("statut", 1, True),
        ("niveau", 1, True),
        ("epci", 1, True),
        ("prescripteur", 1, True),
        ("modalite", 2, True),
        ("type_contrat", 1, True),
        ("taille", 1, True),
        ("employeur", 1, True),
        ("operation", 1, False),
    )
    tableaux = [_totaux(bilan)]
    tableaux += [_tableau(bilan, t[code], rangs, avec_part) for code, rangs, avec_part in ordre]
    tableaux += [_reserves(bilan.reserves.types), _reserves(bilan.reserves.secteurs)]
    gardes = tuple(x for x in tableaux if x.lignes)
    return BilanVu(titre, debut, fin, perimetre, _phrases(bilan), gardes)


def _totaux(bilan: Bilan) -> TableauVu:
    rangs = [r for r in range(COMPARES) if r == 0 or bilan.totaux[r].heures or bilan.totaux[r].marches]
    colonnes = tuple(Colonne("total", bilan.periodes[r], r) for r in rangs)
    champs = [
        ("operations", "Opérations"),
        ("marches", "Marchés suivis"),
        ("marches_actifs", "Marchés avec des heures validées"),
        ("heures", "Heures d'insertion"),
        ("formation", "dont heures de formation"),
        ("malgre_tout", "dont heures comptées malgré une règle, avec un motif écrit"),
        ("reprises", "dont heures reprises d'un autre outil"),
        ("salaries", "Salariés"),
        ("contrats", "Contrats"),
    ]
    if bilan.principal:
        champs.append(("nouveaux", f"Nouveaux marchés {bilan.principal} programmés"))
    toujours = {"operations", "marches", "heures", "salaries"}
    # Hours taken over name no contrat: a zero would read as a fact.
    sans_contrat = {r for r in rangs if bilan.totaux[r].reprises and not bilan.totaux[r].contrats}
    lignes = [
        LigneVue(
            champ,
            libelle,
            tuple(
                None if champ == "contrats" and r in sans_contrat else getattr(bilan.totaux[r], champ) for r in rangs
            ),
        )
        for champ, libelle in champs
        if champ in toujours or any(getattr(bilan.totaux[r], champ) for r in rangs)
    ]
    t = bilan.totaux[0]
    etp = LigneVue(
        "etp",
        f"Équivalents temps plein ({ecrire_nombre(t.etp_diviseur)} h par ETP)",
        tuple(bilan.totaux[r].etp for r in rangs),
        tuple(Decimal(1).scaleb(-bilan.totaux[r].etp_decimales) for r in rangs),
    )
    rang_heures = next(i for i, li in enumerate(lignes) if li.cle == "heures")
    lignes.insert(rang_heures + 1, etp)
    return TableauVu("totaux", "L'essentiel", "Indicateur", colonnes, tuple(lignes))


def _tableau(bilan: Bilan, tableau: Tableau, rangs: int, avec_part: bool) -> TableauVu:
    presents = [r for r in range(rangs) if r == 0 or bilan.totaux[r].heures or bilan.totaux[r].marches]
    colonnes = [
        Colonne(
            m,
            MESURES[m] if len(presents) == 1 else f"{MESURES[m]} {bilan.periodes[r]}",
            r,
            "h" if m == "heures" else "",
        )
        for m in tableau.mesures
        for r in reversed(presents)
        if r == 0 or m not in {"operations", "contrats"}
    ]
    if avec_part:
        suite = presents if tableau.code == "modalite" else presents[:1]
        colonnes += [
            Colonne(PART, f"% des heures {bilan.periodes[r]}" if len(suite) > 1 else "% des heures", r, "%", DIXIEME)
            for r in suite
        ]
    lignes = tuple(
        LigneVue(
            li.cle,
            li.libelle,
            tuple(_case(bilan, c, li.valeur(c.mesure, c.rang), li.valeur("heures", c.rang)) for c in colonnes),
        )
        for li in tableau.lignes
        if any(li.valeur(m, r) for m in tableau.mesures for r in presents)
    )
    total = None
    if not tableau.multivalue:
        total = tuple(
            _case(bilan, c, getattr(bilan.totaux[c.rang], c.mesure, ZERO), bilan.totaux[c.rang].heures)
            for c in colonnes
        )
    return TableauVu(tableau.code, tableau.titre, tableau.entete, tuple(colonnes), lignes, total, tableau.note)


def _case(bilan: Bilan, colonne: Colonne, valeur: Decimal, heures: Decimal) -> Decimal:
    if colonne.mesure != PART:
        return valeur
    total = bilan.totaux[colonne.rang].heures
    return heures * 100 / total if total else ZERO


def _reserves(tableau: Tableau) -> TableauVu:
    unites: Mapping[str, tuple[str, Decimal]] = {"montant_ttc": ("€ TTC", UN), "marches": ("", UN)}
    colonnes = tuple(
        Colonne(m, "Montant TTC" if m == "montant_ttc" else "Marchés", 0, unites[m][0]) for m in tableau.mesures
    )
    lignes = tuple(LigneVue(li.cle, li.libelle, tuple(li.valeur(c.mesure) for c in colonnes)) for li in tableau.lignes)
    total = tuple(sum((li.valeur(c.mesure) for li in tableau.lignes), ZERO) for c in colonnes)
    return TableauVu(tableau.code, tableau.titre, tableau.entete, colonnes, lignes, total)


def _phrases(bilan: Bilan) -> tuple[str, ...]:
    """What must be read beside the figures."""
    phrases = [
        f"{x.libelle} est une opération exceptionnelle : {ecrire_nombre(x.heures)} h, "
        f"soit {ecrire_nombre(x.part)} % des heures. Vous pouvez l'écarter pour voir le reste."
        for x in bilan.exceptionnelles
    ]
    total = bilan.totaux[0].heures
    if total and bilan.heures_iae:
        phrases.append(
            f"Insertion par l'activité économique ({', '.join(sorted(x for x in FOCUS_IAE if len(x) < 5))}, "
            f"sous-traitance et cotraitance) : {ecrire_nombre(bilan.heures_iae)} h, "
            f"soit {ecrire_nombre(bilan.heures_iae * 100 / total)} % des heures."
        )
    e = bilan.evolutions
    if e["marches_total"] is not None and e["heures_total_de_n1"] is not None:
        phrases.append(
            f"Marchés suivis : {_signe(e['marches_total'])} par rapport à {bilan.periodes[1]}. "
            f"Heures : {ecrire_nombre(e['heures_total_de_n1'], CENTIEME)} % de celles de {bilan.periodes[1]}."
        )
    if bilan.contrats_sans_statut:
        phrases.append(
            f"{bilan.contrats_sans_statut} contrats n'ont aucun statut renseigné : ils ont leur propre ligne."
        )
    return tuple(phrases)


def _signe(valeur: Decimal) -> str:
    texte = ecrire_nombre(abs(valeur), DIXIEME)
    return f"{'+' if valeur >= 0 else '−'}{texte} %"


def en_dict(vu: BilanVu) -> dict[str, Any]:
    """As JSON keeps it: decimals as text."""

    def cases(valeurs: tuple[Decimal | None, ...] | None) -> list[str | None] | None:
        return None if valeurs is None else [None if v is None else str(v) for v in valeurs]

    return {
        "titre": vu.titre,
        "debut": vu.debut,
        "fin": vu.fin,
        "perimetre": vu.perimetre,
        "phrases": list(vu.phrases),
        "tableaux": [
            {
                "code": t.code,
                "titre": t.titre,
                "entete": t.entete,
                "note": t.note,
                "colonnes": [[c.mesure, c.libelle, c.rang, c.unite, str(c.pas)] for c in t.colonnes],
                "lignes": [[li.cle, li.libelle, cases(li.cases), cases(li.pas)] for li in t.lignes],
                "total": cases(t.total),
                "vide": t.vide,
            }
            for t in vu.tableaux
        ],
    }


def de_dict(valeurs: Mapping[str, Any]) -> BilanVu:
    """The reverse of `en_dict`."""

    def cases(brutes: list[str | None]) -> tuple[Decimal | None, ...]:
        return tuple(None if v is None else Decimal(v) for v in brutes)

    return BilanVu(
        valeurs["titre"],
        valeurs["debut"],
        valeurs["fin"],
        valeurs["perimetre"],
        tuple(valeurs["phrases"]),
        tuple(
            TableauVu(
                t["code"],
                t["titre"],
                t["entete"],
                tuple(Colonne(m, lib, r, u, Decimal(p)) for m, lib, r, u, p in t["colonnes"]),
                tuple(
                    LigneVue(c, lib, cases(v), tuple(map(Decimal, p)) if p else None) for c, lib, v, p in t["lignes"]
                ),
                cases(t["total"]) if t["total"] is not None else None,
                t["note"],
                t["vide"],
            )
            for t in valeurs["tableaux"]
        ),
    )
