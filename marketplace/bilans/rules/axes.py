"""The columns of the ledger by name: what each table of the report counts by (annexe 9, R99)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from marketplace.bilans.rules.definitions import GENRES, NON_RENSEIGNE, QPV
from marketplace.bilans.rules.registre import ContratLu, MarcheLu
from marketplace.bilans.rules.tableaux import Axe, Registre
from marketplace.comptes.effectifs import EFFECTIFS
from marketplace.erreurs import RegleViolee
from marketplace.personnes.rules.saisie import NIVEAUX

NATURES: Mapping[str, str] = {
    "travaux": "Travaux",
    "fournitures": "Fournitures",
    "services": "Services",
    "concession": "Concession ou délégation",
}
SANS_OPERATION = "Marchés sans opération"
TYPES_EMPLOYEUR: Mapping[str, str] = {
    "entreprise": "Entreprise",
    "ei": "EI",
    "etti": "ETTI",
    "ai": "AI",
    "aci": "ACI",
    "eiti": "EITI",
    "geiq": "GEIQ",
    "ea": "Entreprise adaptée",
    "eatt": "EATT",
    "esat": "ESAT",
    "regie": "Régie de quartier",
    "sep": "Atelier en détention",
    "ett": "ETT",
}
TYPES_CONTRAT: Mapping[str, str] = {
    "cdi": "CDI",
    "cdi_inclusion": "CDI inclusion",
    "cdd": "CDD",
    "cddi": "CDDI",
    "cdd_usage": "CDD d'usage",
    "cdd_tremplin": "CDD tremplin",
    "mission": "Mission d'intérim",
    "professionnalisation": "Contrat de professionnalisation",
    "apprentissage": "Apprentissage",
    "contrat_esat": "Accompagnement en ESAT",
}


def _operation(registre: Registre, m: MarcheLu) -> str:
    return registre.faits.operations.get(m.operation_id or 0, SANS_OPERATION)


def _nature(_registre: Registre, m: MarcheLu) -> str:
    return NATURES.get(m.nature, NON_RENSEIGNE)


NOMS_DES_MARCHES: Mapping[str, Callable[[Registre, MarcheLu], str]] = {
    "acheteur": Registre.nom_acheteur,
    "gestionnaire": Registre.nom_gestionnaire,
    "secteur": Registre.nom_secteur,
    "nature": _nature,
    "operation": _operation,
}


def _genre(registre: Registre) -> Axe:
    personnes = registre.faits.personnes
    return registre.par_personne(
        lambda i: GENRES.get((personnes[i].sexe or "") if i in personnes else "", NON_RENSEIGNE)
    )


def _employeur(registre: Registre, c: ContratLu, champ: str) -> str:
    organisation = registre.faits.organisations.get(c.employeur_id)
    return (getattr(organisation, champ) or "") if organisation else ""


def _prescripteur(registre: Registre, c: ContratLu) -> str:
    organisation = registre.faits.organisations.get(c.prescripteur_id or 0)
    return NON_RENSEIGNE if organisation is None else organisation.nom


NOMS_DES_CONTRATS: Mapping[str, Callable[[Registre, ContratLu], str]] = {
    "public_principal": Registre.public_principal,
    "qpv": lambda _, c: QPV.get(c.qpv or "", NON_RENSEIGNE),
    "niveau": lambda _, c: NIVEAUX.get(c.niveau or "", NON_RENSEIGNE),
    "epci": lambda r, c: r.faits.epci.get(c.code_insee or "", NON_RENSEIGNE),
    "prescripteur": _prescripteur,
    "type_contrat": lambda _, c: TYPES_CONTRAT.get(c.type_contrat, c.type_contrat),
    "taille": lambda r, c: EFFECTIFS.get(_employeur(r, c, "effectif"), NON_RENSEIGNE),
    "employeur": lambda r, c: TYPES_EMPLOYEUR.get(_employeur(r, c, "type"), NON_RENSEIGNE),
}


def axe(registre: Registre, code: str) -> Axe:
    """The column of the ledger that a table counts by. Raises RegleViolee for an unknown table."""
    if code in NOMS_DES_MARCHES:
        return registre.par_marche(lambda m: NOMS_DES_MARCHES[code](registre, m))
    if code in NOMS_DES_CONTRATS:
        return registre.par_contrat(lambda c: NOMS_DES_CONTRATS[code](registre, c))
    autres: Mapping[str, Callable[[], Axe]] = {
        "genre": lambda: _genre(registre),
        "age": registre.axe_age,
        "statut": registre.axe_statut,
        "modalite": registre.axe_modalite,
    }
    if code not in autres:
        raise RegleViolee("Ce tableau n'existe pas dans le bilan.", champ="tableau")
    return autres[code]()
