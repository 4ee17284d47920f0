"""Imports every table, so that the metadata is whole for migrations, checks and tests."""

from marketplace import referentiel
from marketplace.bilans import models as bilans
from marketplace.comptes import models as comptes
from marketplace.db import Base
from marketplace.heures import models as heures
from marketplace.journal import models as journal
from marketplace.marches import models as marches
from marketplace.metiers import models as metiers
from marketplace.offres import models as offres
from marketplace.personnes import models as personnes
from marketplace.propositions import models as propositions
from marketplace.propositions.decisions import models as decisions
from marketplace.propositions.equite import models as equite
from marketplace.propositions.signalements import models as signalements
from marketplace.recherche import models as recherche
from marketplace.reprise import models as reprise
from marketplace.territoire import models as territoire

metadata = Base.metadata

__all__ = [
    "bilans",
    "comptes",
    "decisions",
    "equite",
    "heures",
    "journal",
    "marches",
    "metadata",
    "metiers",
    "offres",
    "personnes",
    "propositions",
    "recherche",
    "referentiel",
    "reprise",
    "signalements",
    "territoire",
]
