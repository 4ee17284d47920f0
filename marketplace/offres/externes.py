"""Where a post or a structure stands on the national platform, les emplois de l'inclusion.

Forms of its addresses: `company/job_description/<number>/card` for a post, `search/employers/results` for the
structures of a commune (`city` is « nom-departement », `kinds` the kind of structure).
"""

from __future__ import annotations

from urllib.parse import urlencode

from marketplace.comptes.models import TypeOrganisation
from marketplace.valeurs import cle

PLATEFORME = "https://emplois.inclusion.beta.gouv.fr"
NOM_PLATEFORME = "Les emplois de l'inclusion"
PRESENTES = frozenset(
    {
        TypeOrganisation.ACI,
        TypeOrganisation.AI,
        TypeOrganisation.EI,
        TypeOrganisation.EITI,
        TypeOrganisation.ETTI,
        TypeOrganisation.GEIQ,
        TypeOrganisation.EA,
        TypeOrganisation.EATT,
    }
)
"""Kinds of structures that recruit there."""


def adresse_du_poste(identifiant: str) -> str:
    """The page of a post; the search of the platform when its number is not one."""
    if identifiant.isdigit():
        return f"{PLATEFORME}/company/job_description/{identifiant}/card"
    return f"{PLATEFORME}/search/employers"


def adresse_de_structure(type_: TypeOrganisation, commune: str, departement: str) -> str:
    """The structures of this kind around a commune: the API gives no page of its own to a structure."""
    if not commune or not departement:
        return f"{PLATEFORME}/search/employers"
    ville = cle(commune).replace(" ", "-")
    return f"{PLATEFORME}/search/employers/results?" + urlencode(
        {"city": f"{ville}-{departement}", "kinds": type_.value.upper()}
    )
