"""French words of an offre, and which contract each kind of structure may offer."""

from __future__ import annotations

from marketplace.comptes.models import TypeOrganisation
from marketplace.offres.models import EtatOffre, TypeContrat

CONTRATS = {
    TypeContrat.CDI: "CDI",
    TypeContrat.CDI_INCLUSION: "CDI d'inclusion",
    TypeContrat.CDD: "CDD",
    TypeContrat.CDDI: "CDD d'insertion (CDDI)",
    TypeContrat.CDD_USAGE: "CDD d'usage",
    TypeContrat.CDD_TREMPLIN: "CDD tremplin",
    TypeContrat.MISSION: "Mission d'intérim",
    TypeContrat.PROFESSIONNALISATION: "Contrat de professionnalisation",
    TypeContrat.APPRENTISSAGE: "Contrat d'apprentissage",
    TypeContrat.CONTRAT_ESAT: "Contrat de soutien et d'aide par le travail",
}

ETATS = {
    EtatOffre.BROUILLON: "Brouillon",
    EtatOffre.PUBLIEE: "Publiée",
    EtatOffre.POURVUE: "Pourvue",
    EtatOffre.FERMEE: "Fermée",
}

SANS_TERME = frozenset({TypeContrat.CDI, TypeContrat.CDI_INCLUSION, TypeContrat.CONTRAT_ESAT})

_COMMUNS = (TypeContrat.CDI, TypeContrat.CDD)
_ALTERNANCE = (TypeContrat.PROFESSIONNALISATION, TypeContrat.APPRENTISSAGE)
_PAR_STRUCTURE = {
    TypeOrganisation.EI: (TypeContrat.CDDI, TypeContrat.CDI_INCLUSION, *_COMMUNS),
    TypeOrganisation.ACI: (TypeContrat.CDDI, TypeContrat.CDI_INCLUSION, *_COMMUNS),
    TypeOrganisation.ETTI: (TypeContrat.MISSION, TypeContrat.CDI_INCLUSION),
    TypeOrganisation.AI: (TypeContrat.CDD_USAGE, TypeContrat.CDDI, TypeContrat.CDI_INCLUSION),
    TypeOrganisation.GEIQ: (*_ALTERNANCE, *_COMMUNS),
    TypeOrganisation.EA: (TypeContrat.CDD_TREMPLIN, *_COMMUNS),
    TypeOrganisation.EATT: (TypeContrat.MISSION, TypeContrat.CDD_TREMPLIN),
    TypeOrganisation.ESAT: (TypeContrat.CONTRAT_ESAT,),
    TypeOrganisation.ETT: (TypeContrat.MISSION,),
}


def contrats_possibles(type_organisation: TypeOrganisation) -> tuple[TypeContrat, ...]:
    """The contracts a structure of this kind may offer; a firm offers the ordinary ones."""
    return _PAR_STRUCTURE.get(type_organisation, (*_COMMUNS, *_ALTERNANCE, TypeContrat.CDD_USAGE))
