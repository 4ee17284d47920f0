"""The hats of the product, and the actor who wears one."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Role(enum.StrEnum):
    """A hat. The same user may wear several, one at a time."""

    FACILITATEUR = "facilitateur"
    EMPLOYEUR = "employeur"
    REFERENT = "referent"
    ACHETEUR = "acheteur"
    ADMINISTRATEUR = "administrateur"


LIBELLES = {
    Role.FACILITATEUR: "Facilitateur",
    Role.EMPLOYEUR: "Employeur",
    Role.REFERENT: "Référent",
    Role.ACHETEUR: "Acheteur",
    Role.ADMINISTRATEUR: "Administrateur",
}


class Source(enum.StrEnum):
    """Where an act done for somebody else comes from."""

    PAPIER = "papier"
    COURRIEL = "courriel"
    TELEPHONE = "telephone"


LIBELLES_SOURCE = {Source.PAPIER: "papier", Source.COURRIEL: "courriel", Source.TELEPHONE: "téléphone"}


@dataclass(frozen=True, slots=True)
class Acteur:
    """Who acts, under which hat.

    A facilitateur acting for somebody else wears that hat: `role` and `organisation_id` are those of the one acted
    for, `utilisateur_id` and `nom` stay the facilitateur's, `pour_le_compte_de` names the organisation, `source` says
    where the act comes from (paper, e-mail, phone), and `pour_referent_id` the référent, if it is one.

    Somebody who came by the link of a mail (`par_lien`, its id) declares hours and does nothing else; `marches` then
    holds the only marchés in reach, when the firm named some.
    """

    utilisateur_id: int | None
    nom: str
    role: Role
    organisation_id: int | None
    territoire_id: int
    organisation_verifiee: bool = True
    organisation_nom: str = ""
    pour_le_compte_de: int | None = None
    pour_referent_id: int | None = None
    source: Source | None = None
    par_lien: int | None = None
    marches: frozenset[int] | None = None

    @property
    def est_facilitateur(self) -> bool:
        """Whether the hat worn is the facilitateur's."""
        return self.role is Role.FACILITATEUR

    @property
    def referent_id(self) -> int | None:
        """The user whose caseload is in reach: the one acted for, else oneself."""
        return self.pour_referent_id or self.utilisateur_id


def systeme(territoire_id: int) -> Acteur:
    """The product itself, for scheduled jobs and the command line."""
    return Acteur(None, "La Place des clauses", Role.ADMINISTRATEUR, None, territoire_id)
