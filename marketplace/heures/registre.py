"""The ledger of hours: lines are appended to the chain of their marché, and nothing else ever happens to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC
from itertools import groupby

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.heures.models import LigneHeures
from marketplace.heures.rules.chaine import ORIGINE, Contenu, Maillon, empreinte, verifier
from marketplace.marches.models import Marche


def contenu(ligne: LigneHeures) -> Contenu:
    """What the fingerprint of a line covers: all of it but its id."""
    return {
        "declaration": ligne.declaration_id,
        "contrat": ligne.contrat_id,
        "marche": ligne.marche_id,
        "mois": ligne.mois,
        "travaillees": ligne.travaillees,
        "formation": ligne.formation,
        "corrige": ligne.corrige_id,
        "motif": ligne.motif,
        "auteur": ligne.auteur_id,
        "cree_le": ligne.cree_le.astimezone(UTC),
    }


def ajouter_lignes(s: Session, lignes: Sequence[LigneHeures]) -> None:
    """Append complete lines (all but the two fingerprints) to the chains of their marchés, in the order given.

    The marchés are locked where the engine knows how; elsewhere the unique key (marché, previous fingerprint)
    refuses a fork, so that two writers never share a link.
    """
    marches = sorted({ligne.marche_id for ligne in lignes})
    s.execute(select(Marche.id).where(Marche.id.in_(marches)).order_by(Marche.id).with_for_update())
    derniers = select(func.max(LigneHeures.id)).where(LigneHeures.marche_id.in_(marches))
    requete = select(LigneHeures.marche_id, LigneHeures.empreinte).where(
        LigneHeures.id.in_(derniers.group_by(LigneHeures.marche_id))
    )
    fins = {ligne.marche_id: ligne.empreinte for ligne in s.execute(requete)}
    for ligne in lignes:
        ligne.motif = ligne.motif or ""
        ligne.empreinte_precedente = fins.get(ligne.marche_id, ORIGINE)
        ligne.empreinte = empreinte(ligne.empreinte_precedente, contenu(ligne))
        fins[ligne.marche_id] = ligne.empreinte
        s.add(ligne)
        s.flush()


def verifier_chaine(s: Session) -> list[str]:
    """One French sentence for each line changed, removed or inserted since it was written; empty when all holds.

    Lines are streamed: memory does not grow with the ledger.
    """
    requete = (
        select(LigneHeures)
        .order_by(LigneHeures.marche_id, LigneHeures.id)
        .execution_options(yield_per=2000, populate_existing=True)
    )
    refs: dict[int, str] = {}
    phrases: list[str] = []
    for marche_id, lignes in groupby(s.scalars(requete), key=lambda ligne: ligne.marche_id):
        for rupture in verifier(_maillons(lignes)):
            if marche_id not in refs:
                refs[marche_id] = s.scalar(select(Marche.ref).where(Marche.id == marche_id)) or "?"
            phrases.append(f"Ligne d'heures {rupture.ref} du marché {refs[marche_id]} : {rupture.phrase}")
    return phrases


def _maillons(lignes: Iterator[LigneHeures]) -> Iterator[Maillon]:
    for ligne in lignes:
        yield Maillon(str(ligne.id), contenu(ligne), ligne.empreinte_precedente, ligne.empreinte)
