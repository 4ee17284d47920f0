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


@dataclass(frozen=True, slots=True)
class Acteur:
    """Who acts: a user under one hat, perhaps on behalf of an organisation (`pour_le_compte_de`, with `source`)."""

    utilisateur_id: int | None
    nom: str
    role: Role
    organisation_id: int | None
    territoire_id: int
    organisation_verifiee: bool = True
    organisation_nom: str = ""
    pour_le_compte_de: int | None = None
    source: Source | None = None

    @property
    def est_facilitateur(self) -> bool:
        """Whether the hat is the facilitateur's."""
        return self.role is Role.FACILITATEUR


def systeme(territoire_id: int) -> Acteur:
    """The product itself, for scheduled jobs and the command line."""
    return Acteur(None, "La Place des clauses", Role.ADMINISTRATEUR, None, territoire_id)
