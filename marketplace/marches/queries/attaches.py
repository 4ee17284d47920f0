"""What was built on a marché and keeps it from being removed, whatever the room it belongs to."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from marketplace.db import Base
from marketplace.marches.models import Marche

ATTACHES: Mapping[str, str] = {
    "ligne_heures.marche_id": "des heures",
    "ligne_reprise.marche_id": "des heures reprises",
    "declaration.marche_id": "des déclarations d'heures",
    "contrat.marche_id": "des contrats de travail",
    "validation.marche_id": "des personnes validées",
    "offre.marche_id": "des offres",
    "transfert.marche_id": "un transfert",
    "transfert.vers_id": "un transfert",
    "forme_marche.accord_cadre_id": "des marchés subséquents",
    "part_cle.marche_id": "un partage d'heures",
    "reaffectation.de_marche_id": "des heures réaffectées",
    "reaffectation.vers_marche_id": "des heures réaffectées",
    "attestation.marche_id": "des papiers remis",
    "delegation.marche_id": "un déclarant délégué",
    "consigne_declaration.marche_id": "des consignes de déclaration",
    "correspondance_heures.marche_id": "un nom appris d'un fichier d'heures",
    "depot_acheteur.marche_id": "un dépôt de l'acheteur",
    "reponse_fin.marche_id": "des avis de fin de contrat",
}
"""Column that points at a marché → how it is said. The store refuses the removal through the same columns."""


def ce_qui_retient(s: Session, marche_id: int) -> tuple[str, ...]:
    """What keeps a marché from being removed, in words, most telling first; empty when nothing does. One query."""
    presents = []
    for colonne in ATTACHES:
        table, champ = colonne.split(".")
        presents.append(exists().where(Base.metadata.tables[table].c[champ] == marche_id))
    ligne = s.execute(select(*presents)).one()
    trouves = [mot for mot, present in zip(ATTACHES.values(), ligne, strict=True) if present]
    return tuple(dict.fromkeys(trouves))


def colonnes_vers_un_marche() -> frozenset[str]:
    """Every column of the base that points at a marché."""
    return frozenset(
        f"{table.name}.{cle.parent.name}"
        for table in Base.metadata.sorted_tables
        for cle in table.foreign_keys
        if cle.column.table is Marche.__table__
    )
