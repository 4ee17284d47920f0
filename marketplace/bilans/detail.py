"""What makes a cell: the contrats and marchés whose hours fall in it. No person is named here."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from sqlalchemy.orm import Session

from marketplace.bilans.correspondances import definitions_au
from marketplace.bilans.perimetre import Perimetre
from marketplace.bilans.queries import lire_faits
from marketplace.bilans.rules.axes import NOMS_DES_MARCHES, axe
from marketplace.bilans.rules.periode import Periode
from marketplace.bilans.rules.tableaux import Registre, heures


@dataclass(frozen=True, slots=True)
class LigneDeCellule:
    """Hours of one contrat on one marché; no contrat for hours taken over, no hours for a marché only followed."""

    marche_ref: str
    marche: str
    contrat_ref: str | None
    modalite: str
    heures: Decimal


def lignes_de_la_cellule(
    s: Session, perimetre: Perimetre, periode: Periode, tableau: str, libelle: str
) -> tuple[LigneDeCellule, ...]:
    """The lines behind one row of a table, largest first; their hours sum to the cell.

    Raises RegleViolee for a table that does not exist; a row that holds nothing gives an empty tuple.
    """
    faits = lire_faits(s, perimetre, periode)
    registre = Registre(faits, definitions_au(s, perimetre.territoire_id, faits.periodes))
    colonne = axe(registre, tableau)
    if libelle in colonne.libelles:
        dedans = colonne.codes == colonne.libelles.index(libelle)
        indices = colonne.paires[dedans] if colonne.paires is not None else np.flatnonzero(dedans)
    else:
        indices = np.zeros(0, dtype=np.int64)
    indices = indices[faits.rang[indices] == 0]
    lignes = []
    for i in indices.tolist():
        marche = faits.marches.get(int(faits.marche[i]))
        contrat = faits.contrats.get(int(faits.contrat[i]))
        lignes.append(
            LigneDeCellule(
                marche.ref if marche else "",
                marche.intitule if marche else "Sans marché",
                contrat.ref if contrat else None,
                registre.nom_modalite(faits.modalite[i]),
                heures(int(faits.heures[i])),
            )
        )
    if tableau in NOMS_DES_MARCHES:
        actifs = {li.marche_ref for li in lignes}
        lignes += [
            LigneDeCellule(m.ref, m.intitule, None, "", Decimal("0.00"))
            for m in registre.suivis[0]
            if NOMS_DES_MARCHES[tableau](registre, m) == libelle and m.ref not in actifs
        ]
    return tuple(sorted(lignes, key=lambda li: (-li.heures, li.marche_ref, li.contrat_ref or "")))
