"""The committee's pack: aggregates alone. Small counts stay hidden and cannot be found again (R98, N30)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from marketplace.bilans.correspondances import definitions_au
from marketplace.bilans.perimetre import Perimetre
from marketplace.bilans.queries import lire_faits
from marketplace.bilans.rules.axes import axe
from marketplace.bilans.rules.bilan import dresser
from marketplace.bilans.rules.masquage import Somme, masquer
from marketplace.bilans.rules.periode import Periode
from marketplace.bilans.rules.tableaux import Registre
from marketplace.bilans.vue import BilanVu, TableauVu, presenter
from marketplace.erreurs import RegleViolee

MASQUE = "secret"
INTERDITS = frozenset({"operation", "prescripteur"})
"""Too fine for a committee: one firm or one service would be read through them."""
HORS_PERSONNES = frozenset({"totaux", "reserves", "reserves_secteurs"})
TOTAL = "\0total"
"""No row may be called so."""
PERSONNES = frozenset({"salaries", "contrats"})


def pack_comite(s: Session, perimetre: Perimetre, periode: Periode, _jour: date) -> BilanVu:
    """The report with every row of 1 to 4 people hidden, and as many others as it takes.

    Raises RegleViolee when there is nothing to report.
    """
    faits = lire_faits(s, perimetre, periode)
    definitions = definitions_au(s, perimetre.territoire_id, faits.periodes)
    bilan = dresser(faits, definitions)
    if bilan.vide:
        raise RegleViolee(f"Aucun marché suivi ni aucune heure sur {periode.libelle}.", champ="annee")
    registre = Registre(faits, definitions)
    vu = presenter(
        bilan,
        titre=f"Dossier du comité {periode.libelle}",
        debut=periode.debut.isoformat(),
        fin=periode.fin.isoformat(),
        perimetre="Agrégats sans nom",
    )
    seuil = definitions.petit_effectif
    effectifs = {
        t.code: _effectifs(registre, t.code)
        for t in vu.tableaux
        if t.code not in HORS_PERSONNES and t.code not in INTERDITS
    }
    # When a table cannot protect its rows while its total is known, that year's total is secret everywhere.
    rangs = {
        r for par_rang in effectifs.values() for r, lignes in par_rang.items() if lignes_secretes(lignes, seuil)[1]
    }
    tableaux = []
    for t in vu.tableaux:
        if t.code in INTERDITS:
            continue
        masque = masquer_tableau_vu(t, effectifs[t.code], seuil) if t.code in effectifs else t
        tableaux.append(_sans_totaux(masque, rangs) if rangs else masque)
    phrase = (
        f"Une ligne de moins de {seuil} personnes est marquée « {MASQUE} », "
        "et d'autres avec elle quand il le faut pour qu'on ne puisse pas la retrouver."
    )
    return replace(vu, tableaux=tuple(tableaux), phrases=(*vu.phrases, phrase))


def _sans_totaux(t: TableauVu, rangs: Collection[int]) -> TableauVu:
    """The table without the number of people, and of contrats, of those years."""

    def cache(cle: str, mesure: str, rang: int) -> bool:
        return rang in rangs and (mesure in PERSONNES or cle in PERSONNES)

    total = t.total
    if total is not None:
        total = tuple(None if cache("", c.mesure, c.rang) else v for c, v in zip(t.colonnes, total, strict=True))
    lignes = t.lignes
    if t.code == "totaux":
        lignes = tuple(
            replace(
                li,
                cases=tuple(
                    None if cache(li.cle, "", c.rang) else v for c, v in zip(t.colonnes, li.cases, strict=True)
                ),
            )
            for li in t.lignes
        )
    return replace(t, lignes=lignes, total=total, vide=MASQUE)


def _effectifs(registre: Registre, code: str) -> Mapping[int, dict[str, int]]:
    """People by row, by rank of period."""
    par_rang: dict[int, dict[str, int]] = {}
    for (libelle, rang), nombre in registre.distincts_par(axe(registre, code), "personne").items():
        par_rang.setdefault(rang, {})[libelle] = int(nombre)
    return par_rang


def lignes_secretes(effectifs: Mapping[str, int], seuil: int) -> tuple[frozenset[str], bool]:
    """Rows to hide: small ones, and enough others that no sum gives one away; and whether the total must go with them.

    The rows are tied by their sum even where people overlap: hours do add up, and would betray the same row.
    """
    cellules = {**effectifs, TOTAL: sum(effectifs.values())}
    masquees = masquer(cellules, [Somme(TOTAL, tuple(effectifs))], seuil)
    return masquees - {TOTAL}, TOTAL in masquees


def masquer_tableau_vu(t: TableauVu, effectifs: Mapping[int, dict[str, int]], seuil: int) -> TableauVu:
    """The table with its secret rows hidden, column by column of each period; what has no one in it stays shown."""
    secrets: dict[int, frozenset[str]] = {}
    for rang in {c.rang for c in t.colonnes}:
        presents = {li.libelle: effectifs.get(rang, {}).get(li.libelle, 0) for li in t.lignes}
        secrets[rang], _ = lignes_secretes(presents, seuil)
    visibles = {"marches", "operations"}

    def cases(libelle: str, valeurs: tuple[Decimal | None, ...]) -> tuple[Decimal | None, ...]:
        return tuple(
            None if libelle in secrets[c.rang] and c.mesure not in visibles else v
            for c, v in zip(t.colonnes, valeurs, strict=True)
        )

    lignes = tuple(replace(li, cases=cases(li.libelle, li.cases)) for li in t.lignes)
    return replace(t, lignes=lignes, vide=MASQUE)
