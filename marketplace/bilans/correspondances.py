"""The definitions of a territory's report on one day: its dated correspondances over the default rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.bilans.models import CorrespondanceBilan, DimensionBilan
from marketplace.bilans.rules.definitions import MODALITES, STATUTS, Definitions
from marketplace.bilans.rules.periode import Periode
from marketplace.bilans.rules.sorties import DefinitionSorties
from marketplace.comptes.models import Organisation
from marketplace.territoire.reglages import reglages_au


def definitions_au(s: Session, territoire_id: int, periodes: Sequence[Periode]) -> Definitions:
    """The rows in force at the end of the period asked for; the divisor of an ETP at the end of each.

    One query for the correspondances, one for the buyers they name, one by period for the settings.
    """
    fin = periodes[0].fin
    requete = (
        select(CorrespondanceBilan)
        .where(CorrespondanceBilan.territoire_id == territoire_id, CorrespondanceBilan.a_partir_du <= fin)
        .order_by(CorrespondanceBilan.a_partir_du, CorrespondanceBilan.id)
    )
    lignes: dict[DimensionBilan, dict[str, str]] = {d: {} for d in DimensionBilan}
    principal = ""
    for c in s.scalars(requete):
        lignes[c.dimension][c.valeur] = c.libelle
        if c.principal:
            principal = c.libelle
    refs = lignes[DimensionBilan.ACHETEUR]
    acheteurs: dict[int, str] = {}
    if refs:
        trouves = s.execute(
            select(Organisation.id, Organisation.ref).where(
                Organisation.territoire_id == territoire_id, Organisation.ref.in_(refs)
            )
        )
        acheteurs = {identifiant: refs[ref] for identifiant, ref in trouves}
    etp = []
    for p in periodes:
        reglages = reglages_au(s, territoire_id, p.fin)
        etp.append((reglages.heures_par_etp, reglages.etp_decimales))
    definitions = Definitions(
        acheteurs=acheteurs,
        principal=principal,
        statuts={**STATUTS, **lignes[DimensionBilan.STATUT]},
        modalites={**MODALITES, **lignes[DimensionBilan.MODALITE]},
        secteurs=lignes[DimensionBilan.SECTEUR],
        etp=tuple(etp),
    )
    actuels = reglages_au(s, territoire_id, fin)
    return replace(
        definitions,
        sorties=DefinitionSorties(mois_durable=actuels.sortie_durable_mois),
        petit_effectif=actuels.petit_effectif,
        priorite=actuels.priorite_categories,
    )
