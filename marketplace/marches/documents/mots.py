"""Words of the papers: the fields a model may hold, publics, ways of doing the hours, names of the figures."""

from __future__ import annotations

from collections.abc import Mapping

from marketplace.marches.rules.regime import NatureMarche

A_COMPLETER = "[à compléter]"

CHAMPS: Mapping[str, str] = {
    "acheteur": "Nom de l'acheteur",
    "marche": "Intitulé du marché, avec son lot",
    "reference": "Référence du marché dans le registre",
    "objet": "Objet du marché",
    "nature": "Travaux, fournitures, services ou concession",
    "commune": "Commune où le marché s'exécute",
    "procedure": "Procédure",
    "montant": "Montant HT du marché, en euros",
    "duree": "Durée du marché",
    "heures": "Objectif, en heures (le nombre seul)",
    "engagement": "L'engagement en une phrase, selon le calcul : heures, ou heures pour 1 000 € commandés",
    "precisions": "Liste : tranches, parts d'un groupement, commandes. Vide pour un marché simple",
    "fondement": "Articles du code de la commande publique qui fondent la clause",
    "lien_objet": "Lien de la clause avec l'objet du marché",
    "critere": "Phrase : la clause est-elle aussi un critère d'attribution ?",
    "reservation": "Phrase : le marché est-il réservé ?",
    "publics": "Liste : publics éligibles",
    "modalites": "Liste : façons de réaliser les heures",
    "duree_validation": "Durée pendant laquelle les heures d'une personne comptent",
    "plafond_formation": "Part de l'objectif qui peut se faire en formation, en %",
    "rythme_declaration": "Rythme des déclarations d'heures",
    "jour_echeance": "Jour limite de la déclaration",
    "penalite": "Montant de la pénalité, par heure non réalisée",
    "penalite_plafond": "Phrase : plafond de la pénalité",
    "preavis": "Délai après mise en demeure, en jours",
    "facilitateur": "Organisme ou équipe des facilitateurs",
    "facilitateur_contact": "Téléphone et courriel du facilitateur",
    "cas_de_calcul": "Ce qui a été calculé",
    "donnee": "Liste : nom de chaque donnée du calcul",
    "valeur": "Liste : valeur de chaque donnée du calcul",
    "formule": "La formule en clair",
    "exact": "Résultat avant arrondi",
    "arrondi": "Règle d'arrondi du territoire",
    "version_formule": "Version de la formule",
    "faisabilite": "Liste : ce qui a été vérifié avant de fixer la clause",
    "date": "Date du document",
    "auteur": "Qui a fait le document",
    "territoire": "Nom du territoire",
}
"""Name → what it holds. Those said « Liste » repeat their paragraph, or their row of a table."""

PUBLICS: Mapping[str, str] = {
    "rsa": "bénéficiaires du revenu de solidarité active (RSA), et leurs ayants droit",
    "deld": "demandeurs d'emploi de longue durée",
    "detld": "demandeurs d'emploi de très longue durée (24 mois et plus)",
    "ass": "bénéficiaires de l'allocation de solidarité spécifique (ASS)",
    "aah": "bénéficiaires de l'allocation aux adultes handicapés (AAH)",
    "th": "travailleurs handicapés, au sens de l'article L. 5212-13 du code du travail",
    "invalidite": "titulaires d'une pension d'invalidité",
    "jeune_sq": "jeunes de moins de 26 ans sans qualification, sortis du système scolaire depuis au moins six mois",
    "jeune_diplome": "jeunes de moins de 26 ans, diplômés, à la recherche d'un emploi depuis au moins six mois",
    "senior": "demandeurs d'emploi de 50 ans et plus",
    "qpv": "habitants d'un quartier prioritaire de la politique de la ville",
    "frr_zrr": "habitants d'une zone France ruralités revitalisation",
    "plie": "personnes suivies par un plan local pour l'insertion et l'emploi (PLIE)",
    "pacea_cej": "jeunes suivis par une mission locale",
    "sma_smv": "jeunes du service militaire adapté ou volontaire",
    "e2c_epide": "jeunes d'une école de la deuxième chance ou d'un EPIDE",
    "refugie_protection": "réfugiés et bénéficiaires d'une protection",
    "justice": "personnes placées sous main de justice",
    "parent_isole": "parents isolés sans emploi",
    "ase": "personnes sorties de l'aide sociale à l'enfance",
    "hebergement": "personnes sans domicile ou hébergées",
    "fle": "personnes qui maîtrisent mal le français",
    "iae": "salariés d'une structure d'insertion par l'activité économique (EI, ETTI, AI, ACI)",
    "geiq": "salariés en parcours dans un groupement d'employeurs pour l'insertion et la qualification (GEIQ)",
    "ea_eatt": "salariés d'une entreprise adaptée",
    "esat": "usagers d'un établissement ou service d'accompagnement par le travail (ESAT)",
    "regie": "salariés d'une régie de quartier ou de territoire",
    "avis_motive": "autres personnes éloignées de l'emploi, sur avis motivé d'un organisme d'insertion",
}
"""Categories as a contract names them (R44 to R46); « suite de parcours » is a matter of follow-up, not of contract."""

MODALITES: tuple[str, ...] = (
    "l'embauche directe : contrat à durée déterminée ou indéterminée, apprentissage, contrat de professionnalisation",
    (
        "la mise à disposition de personnel : entreprise de travail temporaire d'insertion (ETTI), association "
        "intermédiaire (AI), GEIQ, entreprise adaptée de travail temporaire (EATT)"
    ),
    (
        "la sous-traitance ou la cotraitance : entreprise d'insertion (EI), atelier et chantier d'insertion (ACI), "
        "entreprise adaptée (EA), ESAT, régie de quartier"
    ),
)
MODALITE_RESERVEE = "l'emploi de ses propres salariés en insertion ou en situation de handicap"
"""Where the contract is reserved: those who hold it employ such people already."""
NATURES: Mapping[NatureMarche, str] = {
    NatureMarche.TRAVAUX: "travaux",
    NatureMarche.FOURNITURES: "fournitures",
    NatureMarche.SERVICES: "services",
    NatureMarche.CONCESSION: "concession",
}
RYTHMES = {
    "mensuel": "chaque mois",
    "trimestriel": "chaque trimestre",
    "fin": "en une fois, à la fin du marché",
}
LIBELLES_ENTREES: Mapping[str, str] = {
    "montant": "Montant HT",
    "part": "Part de main d'œuvre",
    "taux": "Taux d'effort d'insertion",
    "cout": "Coût horaire chargé",
    "duree": "Durée du marché",
    "heures": "Heures de départ",
    "repris": "Part du personnel repris",
    "volet": "Volet",
    "nouveau": "Montant HT après l'avenant",
}
UNITES = {
    "montant": "€ HT",
    "part": "%",
    "taux": "%",
    "cout": "€ par heure",
    "duree": "mois",
    "heures": "h",
    "repris": "%",
    "nouveau": "€ HT",
}
