"""D1 and D8 as they are shown: what a category and a proof are called. A proof is never a file here (R134)."""

from __future__ import annotations

from collections.abc import Mapping

from marketplace.personnes.rules.eligibilite import Categorie

LIBELLES_CATEGORIES: Mapping[str, str] = {
    Categorie.RSA: "Allocataire du RSA",
    Categorie.DELD: "Demandeur d'emploi depuis plus d'un an",
    Categorie.DETLD: "Demandeur d'emploi depuis deux ans ou plus",
    Categorie.ASS: "Allocataire de l'ASS",
    Categorie.AAH: "Allocataire de l'AAH",
    Categorie.TH: "Travailleur handicapé",
    Categorie.INVALIDITE: "Pension d'invalidité",
    Categorie.JEUNE_SQ: "Moins de 26 ans, peu ou pas qualifié",
    Categorie.JEUNE_DIPLOME: "Moins de 26 ans, diplômé sans emploi depuis six mois",
    Categorie.SENIOR: "50 ans et plus",
    Categorie.QPV: "Habite un quartier prioritaire",
    Categorie.FRR_ZRR: "Habite une zone France ruralités revitalisation",
    Categorie.PLIE: "Suivi par un PLIE",
    Categorie.PACEA_CEJ: "Suivi par la mission locale (contrat d'engagement)",
    Categorie.SMA_SMV: "Service militaire adapté ou volontaire",
    Categorie.E2C_EPIDE: "École de la 2e chance ou EPIDE",
    Categorie.REFUGIE_PROTECTION: "Réfugié ou protection subsidiaire",
    Categorie.JUSTICE: "Suivi par la justice",
    Categorie.PARENT_ISOLE: "Parent isolé",
    Categorie.ASE: "Sortant de l'aide sociale à l'enfance",
    Categorie.HEBERGEMENT: "Hébergé ou sans hébergement",
    Categorie.FLE: "Maîtrise du français inférieure à A1",
    Categorie.IAE: "PASS IAE, salarié d'une structure d'insertion",
    Categorie.GEIQ: "Salarié en parcours d'un GEIQ",
    Categorie.EA_EATT: "Salarié d'une entreprise adaptée",
    Categorie.ESAT: "Usager d'un ESAT",
    Categorie.REGIE: "Salarié d'une régie de quartier",
    Categorie.AVIS_MOTIVE: "Autre situation, sur avis motivé",
    Categorie.SUITE_PARCOURS: "Suite d'un premier contrat sous clause",
}

CATEGORIES_SENSIBLES = frozenset({Categorie.JUSTICE.value})
"""Named to the validating facilitateur and the référent alone; « autre public » elsewhere (R107)."""

PIECES: Mapping[str, str] = {
    "attestation_rsa": "Attestation de la CAF ou de la MSA",
    "avis_situation_ft": "Avis de situation de France Travail",
    "rqth_boeth": "Décision RQTH ou obligation d'emploi",
    "piece_identite": "Pièce d'identité",
    "diplome_ou_honneur": "Diplôme ou attestation sur l'honneur",
    "justif_domicile": "Justificatif de domicile",
    "attest_plie_ml": "Attestation du PLIE ou de la mission locale",
    "titre_sejour": "Titre de séjour",
    "attest_spip_pjj": "Attestation du service qui suit la personne",
    "pass_iae": "PASS IAE",
    "attest_structure": "Attestation de la structure",
    "avis_motive": "Avis motivé, signé et daté",
    "contrat_travail": "Contrat de travail précédent",
}
"""The part of D8 that proves a status."""


def libelle_categorie(code: str) -> str:
    """What a category is called, whatever the case of its code; the code itself when unknown."""
    return LIBELLES_CATEGORIES.get(code.lower(), code)


def libelle_piece(code: str | None) -> str:
    """What a proof is called; « non précisée » without one."""
    return PIECES.get((code or "").lower(), "non précisée")
