"""What each hat may do, in one table. `exiger` is the first line of every act (matrix M of the rules)."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from marketplace.comptes.roles import Acteur, Role
from marketplace.erreurs import Interdit


class Action(enum.StrEnum):
    """What can be asked of the product."""

    GERER_MARCHE = "gerer_marche"
    PROPOSER_MARCHE = "proposer_marche"
    IMPORTER_MARCHES = "importer_marches"
    VOIR_MARCHE = "voir_marche"
    NOTER_RELANCE = "noter_relance"
    DEPOSER_AU_MARCHE = "deposer_au_marche"
    PUBLIER_OFFRE = "publier_offre"
    CLASSER_POUR_OFFRE = "classer_pour_offre"
    VOIR_PERSONNE = "voir_personne"
    SUIVRE_PERSONNE = "suivre_personne"
    VOIR_STATUT = "voir_statut"
    RATTACHER = "rattacher"
    PROPOSER = "proposer"
    PREPARER_SUITE = "preparer_suite"
    REPONDRE_PROPOSITION = "repondre_proposition"
    DEMANDER_VALIDATION = "demander_validation"
    VALIDER_PERSONNE = "valider_personne"
    EMBAUCHER = "embaucher"
    DECLARER_HEURES = "declarer_heures"
    NOMMER_DELEGUE = "nommer_delegue"
    VALIDER_HEURES = "valider_heures"
    ADMINISTRER = "administrer"
    REGLER_TERRITOIRE = "regler_territoire"
    AGIR_POUR = "agir_pour"
    VOIR_BILAN = "voir_bilan"
    PUBLIER_BILAN = "publier_bilan"


@dataclass(frozen=True, slots=True)
class Portee:
    """The reach of one object: its territory, the organisations it belongs to, the users who follow it."""

    territoire_id: int
    organisations: frozenset[int] = field(default_factory=frozenset)
    referents: frozenset[int] = field(default_factory=frozenset)


class Etendue(enum.Enum):
    """How far a right goes."""

    TERRITOIRE = "territoire"
    ORGANISATION = "organisation"
    FILE_ACTIVE = "file active"


_T, _O, _F = Etendue.TERRITOIRE, Etendue.ORGANISATION, Etendue.FILE_ACTIVE

DROITS: dict[Action, dict[Role, Etendue]] = {
    Action.GERER_MARCHE: {Role.FACILITATEUR: _T},
    Action.PROPOSER_MARCHE: {Role.FACILITATEUR: _T, Role.ACHETEUR: _O},
    Action.IMPORTER_MARCHES: {Role.FACILITATEUR: _T, Role.ADMINISTRATEUR: _T},
    Action.VOIR_MARCHE: {Role.FACILITATEUR: _T, Role.EMPLOYEUR: _O, Role.ACHETEUR: _O},
    Action.NOTER_RELANCE: {Role.FACILITATEUR: _T},
    Action.DEPOSER_AU_MARCHE: {Role.ACHETEUR: _O},
    Action.PUBLIER_OFFRE: {Role.FACILITATEUR: _T, Role.EMPLOYEUR: _O},
    Action.CLASSER_POUR_OFFRE: {Role.FACILITATEUR: _T, Role.EMPLOYEUR: _O, Role.REFERENT: _T},
    Action.VOIR_PERSONNE: {Role.FACILITATEUR: _T, Role.REFERENT: _F},
    Action.SUIVRE_PERSONNE: {Role.FACILITATEUR: _T, Role.REFERENT: _F},
    Action.VOIR_STATUT: {Role.FACILITATEUR: _T, Role.REFERENT: _F},
    Action.RATTACHER: {Role.FACILITATEUR: _T, Role.ADMINISTRATEUR: _T},
    Action.PROPOSER: {Role.FACILITATEUR: _T, Role.REFERENT: _F},
    Action.PREPARER_SUITE: {Role.EMPLOYEUR: _O},
    Action.REPONDRE_PROPOSITION: {Role.FACILITATEUR: _T, Role.EMPLOYEUR: _O},
    Action.DEMANDER_VALIDATION: {Role.FACILITATEUR: _T, Role.EMPLOYEUR: _O},
    Action.VALIDER_PERSONNE: {Role.FACILITATEUR: _T},
    Action.EMBAUCHER: {Role.FACILITATEUR: _T, Role.EMPLOYEUR: _O},
    Action.DECLARER_HEURES: {Role.FACILITATEUR: _T, Role.EMPLOYEUR: _O},
    Action.NOMMER_DELEGUE: {Role.FACILITATEUR: _T, Role.EMPLOYEUR: _O},
    Action.VALIDER_HEURES: {Role.FACILITATEUR: _T},
    Action.ADMINISTRER: {Role.ADMINISTRATEUR: _T},
    Action.REGLER_TERRITOIRE: {Role.ADMINISTRATEUR: _T},
    Action.AGIR_POUR: {Role.FACILITATEUR: _T},
    Action.VOIR_BILAN: {Role.FACILITATEUR: _T, Role.ADMINISTRATEUR: _T, Role.ACHETEUR: _O},
    Action.PUBLIER_BILAN: {Role.FACILITATEUR: _T},
}

# What shows people: closed to an organisation that nobody has verified yet (R10, R111).
TOUCHE_AUX_PERSONNES = frozenset(
    {
        Action.CLASSER_POUR_OFFRE,
        Action.VOIR_PERSONNE,
        Action.SUIVRE_PERSONNE,
        Action.VOIR_STATUT,
        Action.RATTACHER,
        Action.PROPOSER,
        Action.PREPARER_SUITE,
        Action.REPONDRE_PROPOSITION,
        Action.DEMANDER_VALIDATION,
        Action.VALIDER_PERSONNE,
        Action.EMBAUCHER,
        Action.DECLARER_HEURES,
        Action.NOMMER_DELEGUE,
        Action.VALIDER_HEURES,
    }
)


def autorise(acteur: Acteur, action: Action, portee: Portee) -> bool:
    """Whether this hat may do this to an object of that reach. A link of a mail only lets one declare hours."""
    if acteur.par_lien is not None and action is not Action.DECLARER_HEURES:
        return False
    etendue = DROITS[action].get(acteur.role)
    if etendue is None or acteur.territoire_id != portee.territoire_id:
        return False
    if action in TOUCHE_AUX_PERSONNES and not acteur.organisation_verifiee:
        return False
    if etendue is Etendue.TERRITOIRE:
        return True
    if etendue is Etendue.ORGANISATION:
        return acteur.organisation_id in portee.organisations
    return acteur.referent_id in portee.referents


def exiger(acteur: Acteur, action: Action, portee: Portee) -> None:
    """Raises Interdit (shown as not found) unless `autorise`."""
    if not autorise(acteur, action, portee):
        raise Interdit()
