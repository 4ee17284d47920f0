"""Shares of the target in the tree of those who work on a marché (R22): nobody gives away more than it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from marketplace.erreurs import RegleViolee
from marketplace.valeurs import somme

UN = Decimal(1)


@dataclass(frozen=True, slots=True)
class Noeud:
    """A firm of the tree: whom it works for (None for the titulaire) and its share of the whole target."""

    id: int
    nom: str
    parent_id: int | None
    part: Decimal | None


def _effective(noeud: Noeud, enfants: Mapping[int | None, Sequence[Noeud]]) -> Decimal:
    """What a firm and those under it take: its own share, else the sum of theirs."""
    if noeud.part is not None:
        return noeud.part
    return somme(_effective(e, enfants) for e in enfants.get(noeud.id, ()))


def verifier_parts(noeuds: Sequence[Noeud]) -> None:
    """Refuse shares that do not hold over the whole tree. Raises RegleViolee next to the share.

    Each share is in ]0;1] of the marché's target. Those who work for a firm have together no more than its own
    share; those who work for the titulaire no more than the whole.
    """
    enfants: dict[int | None, list[Noeud]] = {}
    for noeud in noeuds:
        if noeud.part is not None and not 0 < noeud.part <= UN:
            raise RegleViolee("Une part va de 1 à 100 %.", champ="part")
        enfants.setdefault(noeud.parent_id, []).append(noeud)
    for noeud in noeuds:
        sous = somme(_effective(e, enfants) for e in enfants.get(noeud.id, ()))
        if noeud.part is not None and sous > noeud.part:
            part = f"{(noeud.part * 100).normalize():f}".replace(".", ",")
            raise RegleViolee(
                f"Les sous-traitants de {noeud.nom} dépasseraient sa part ({part} %) : vérifiez.", champ="part"
            )
    if somme(_effective(n, enfants) for n in enfants.get(None, ())) > UN:
        raise RegleViolee("Les parts dépassent 100 % de l'objectif : vérifiez.", champ="part")
