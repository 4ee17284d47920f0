"""What a report covers: a whole territory, or some buyers, opérations or gestionnaires of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.elements import ColumnElement

from marketplace.bilans.models import OperationExceptionnelle
from marketplace.comptes.models import Organisation
from marketplace.comptes.roles import Acteur, Role
from marketplace.erreurs import Interdit, RegleViolee
from marketplace.marches.models import Marche, Operation


@dataclass(frozen=True, slots=True)
class Perimetre:
    """The marchés that count. Empty filters mean all; `sans_exceptionnelles` sets the named opérations aside (N41)."""

    territoire_id: int
    acheteurs: tuple[int, ...] = ()
    operations: tuple[int, ...] = ()
    marches: tuple[int, ...] = ()
    gestionnaires: tuple[str, ...] = ()
    sans_exceptionnelles: bool = False

    @property
    def entier(self) -> bool:
        """Whether nothing is left out."""
        return not (
            self.acheteurs or self.operations or self.marches or self.gestionnaires or self.sans_exceptionnelles
        )

    def conditions_marche(self, colonne: InstrumentedAttribute[Any]) -> tuple[ColumnElement[bool], ...]:
        """Conditions on a column that holds a marché's id; none for a whole territory."""
        if self.entier:
            return ()
        requete = select(Marche.id).where(Marche.territoire_id == self.territoire_id)
        if self.acheteurs:
            requete = requete.where(Marche.acheteur_id.in_(self.acheteurs))
        if self.operations:
            requete = requete.where(Marche.operation_id.in_(self.operations))
        if self.marches:
            requete = requete.where(Marche.id.in_(self.marches))
        if self.gestionnaires:
            requete = requete.where(Marche.gestionnaire.in_(self.gestionnaires))
        if self.sans_exceptionnelles:
            nommees = select(OperationExceptionnelle.operation_id)
            requete = requete.where(Marche.operation_id.is_(None) | Marche.operation_id.not_in(nommees))
        return (colonne.in_(requete),)

    def en_json(self) -> dict[str, Any]:
        """How it is kept with what was made from it."""
        return {nom: list(v) if isinstance(v, tuple) else v for nom, v in asdict(self).items()}


def perimetre_de_json(valeurs: dict[str, Any]) -> Perimetre:
    """The reverse of `en_json`."""
    return Perimetre(
        int(valeurs["territoire_id"]),
        tuple(valeurs.get("acheteurs", ())),
        tuple(valeurs.get("operations", ())),
        tuple(valeurs.get("marches", ())),
        tuple(valeurs.get("gestionnaires", ())),
        bool(valeurs.get("sans_exceptionnelles")),
    )


def perimetre_permis(acteur: Acteur, demande: Perimetre) -> Perimetre:
    """What this hat may count: a facilitateur or an administrator, its territory; a buyer, its own marchés alone.

    Raises Interdit (shown as not found) for any other, or for a perimeter beyond reach.
    """
    if demande.territoire_id != acteur.territoire_id:
        raise Interdit()
    if acteur.role in {Role.FACILITATEUR, Role.ADMINISTRATEUR}:
        return demande
    if acteur.role is Role.ACHETEUR and acteur.organisation_id is not None:
        if demande.acheteurs and set(demande.acheteurs) != {acteur.organisation_id}:
            raise Interdit()
        return replace(demande, acheteurs=(acteur.organisation_id,))
    raise Interdit()


_TABLES: dict[str, type[Organisation] | type[Operation] | type[Marche]] = {
    "acheteur": Organisation,
    "operation": Operation,
    "marche": Marche,
}


def lire_perimetre(s: Session, territoire_id: int, texte: str) -> Perimetre:
    """« tout », « sans-exceptionnelles », « acheteur:ORG-000012 », « operation:OP-000003 », « gestionnaire:SDI… ».

    Several are separated by commas. Raises RegleViolee for a word or a reference that is unknown.
    """
    valeurs: dict[str, list[Any]] = {"acheteurs": [], "operations": [], "marches": [], "gestionnaires": []}
    sans = False
    for mot in (m.strip() for m in texte.split(",") if m.strip()):
        if mot == "tout":
            continue
        if mot == "sans-exceptionnelles":
            sans = True
            continue
        genre, _, ref = mot.partition(":")
        if genre == "gestionnaire" and ref:
            valeurs["gestionnaires"].append(ref)
            continue
        trouve = None
        if genre in _TABLES:
            table = _TABLES[genre]
            trouve = s.scalar(select(table.id).where(table.ref == ref, table.territoire_id == territoire_id))
        if trouve is None:
            raise RegleViolee(
                f"Périmètre « {mot} » inconnu : écrivez par exemple acheteur:ORG-000012 ou sans-exceptionnelles.",
                champ="perimetre",
            )
        valeurs[f"{genre}s"].append(trouve)
    return perimetre_de_json({**valeurs, "territoire_id": territoire_id, "sans_exceptionnelles": sans})
