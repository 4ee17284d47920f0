"""Who follows a person, and what each may do: the référent, and the co-référent « conseiller emploi » (R89).

Both read her journey, rank, propose and note a contact. Her situation, her other followers and the end of her file
stay with the référent: what is not needed to find a job is not shown (R105).
"""

from __future__ import annotations

from collections.abc import Mapping

from marketplace.erreurs import RegleViolee

REFERENT = "referent"
CONSEILLER_EMPLOI = "conseiller_emploi"

ROLES: Mapping[str, str] = {
    REFERENT: "Référent",
    CONSEILLER_EMPLOI: "Co-référent conseiller emploi",
}
CE_QUE_PEUT: Mapping[str, str] = {
    REFERENT: "lit et écrit toute la fiche, situation comprise.",
    CONSEILLER_EMPLOI: "complète le parcours, propose des offres, note un contact. "
    "Sa situation se lit par oui ou non, comme pour un facilitateur.",
}


def exiger_referent(roles: frozenset[str], *, facilitateur: bool) -> None:
    """Only a référent of the person, or a facilitateur, may do this. Raises RegleViolee for a co-référent."""
    if not facilitateur and REFERENT not in roles:
        raise RegleViolee("Seul son référent peut le faire : demandez-le-lui, ou au facilitateur.")


def refuser_prise_en_vivier(*, facilitateur: bool, pour_elle: bool, suivie_par_un_autre: bool) -> None:
    """A facilitateur takes in her own vivier only people nobody follows: it opens their situation to her.

    Raises RegleViolee otherwise.
    """
    if facilitateur and pour_elle and suivie_par_un_autre:
        raise RegleViolee(
            "Cette personne a un référent : c'est à lui de vous la confier, avec son accord.", champ="referent"
        )
