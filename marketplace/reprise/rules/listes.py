"""The closed lists of the product and the words workbooks use for them: modalities, sectors, states, publics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from marketplace.heures.rules.modalites import Modalite, TypeStructure
from marketplace.marches.rules.etats import LIBELLES as LIBELLES_ETATS
from marketplace.marches.rules.etats import EtatMarche
from marketplace.marches.rules.regime import NatureMarche
from marketplace.marches.secteurs import SECTEURS
from marketplace.personnes.rules.eligibilite import Categorie
from marketplace.reprise.rules.rapprochement import Cible

_M, _C, _E, _N = Modalite, Categorie, EtatMarche, NatureMarche

MODALITES: Mapping[Modalite, tuple[str, ...]] = {
    _M.EMBAUCHE_DIRECTE: (
        "embauche directe", "direct", "embauche", "recrutement direct", "cdd", "cdi", "contrat pro", "alternance",
        "contrat de professionnalisation", "embauche en direct", "recrutement", "directe", "cdd cdi", "apprentissage",
    ),
    _M.MAD_ETTI: ("etti", "interim d insertion", "interim insertion", "mise a disposition etti", "mad etti"),
    _M.MAD_AI: ("ai", "association intermediaire", "mise a disposition ai", "mad ai"),
    _M.MAD_GEIQ: ("geiq", "mise a disposition geiq", "mad geiq", "groupement d employeurs", "geiq btp"),
    _M.MAD_EATT: ("eatt", "interim adapte", "mise a disposition eatt"),
    _M.MAD_EA_ESAT: ("ea", "esat", "entreprise adaptee", "mise a disposition ea", "secteur adapte", "ea esat"),
    _M.ETT: ("ett", "interim", "interim classique", "travail temporaire", "agence d interim"),
    _M.SOUS_TRAITANCE: (
        "sous traitance", "sous traitance iae", "st", "sous traitance ei", "sous traitance aci", "ei", "aci",
        "sous traitance co traitance", "sous traitance iae ou secteur adapte", "sous traitance insertion",
        "sous traitance co traitance iae ou secteur adapte",
    ),
    _M.COTRAITANCE: ("co traitance", "cotraitance", "groupement iae"),
    _M.MARCHE_RESERVE: ("marche reserve", "reserve", "lot reserve"),
}  # fmt: skip
LIBELLES_MODALITES: Mapping[Modalite, str] = {
    _M.EMBAUCHE_DIRECTE: "Embauche directe",
    _M.MAD_ETTI: "Mise à disposition par une ETTI",
    _M.MAD_AI: "Mise à disposition par une AI",
    _M.MAD_GEIQ: "Mise à disposition par un GEIQ",
    _M.MAD_EATT: "Mise à disposition par une EATT",
    _M.MAD_EA_ESAT: "Mise à disposition par une EA ou un ESAT",
    _M.ETT: "Intérim classique",
    _M.SOUS_TRAITANCE: "Sous-traitance",
    _M.COTRAITANCE: "Cotraitance",
    _M.MARCHE_RESERVE: "Marché réservé",
}
TYPES_PAR_MODALITE: Mapping[Modalite, TypeStructure] = {
    _M.MAD_ETTI: TypeStructure.ETTI,
    _M.MAD_AI: TypeStructure.AI,
    _M.MAD_GEIQ: TypeStructure.GEIQ,
    _M.MAD_EATT: TypeStructure.EATT,
    _M.MAD_EA_ESAT: TypeStructure.EA,
    _M.ETT: TypeStructure.ETT,
    _M.SOUS_TRAITANCE: TypeStructure.EI,
    _M.COTRAITANCE: TypeStructure.EI,
}
"""The kind of a structure met only under one modality: a first guess, corrected in the directory."""

_SECTEURS: Mapping[str, tuple[str, ...]] = {
    "Bâtiment": (
        "batiment", "bat", "batiment second oeuvre", "gros oeuvre", "second oeuvre", "construction", "rehabilitation",
        "peinture", "maconnerie", "electricite", "plomberie", "menuiserie", "cvc", "platrerie", "couverture", "btp",
    ),
    "Travaux publics": ("travaux publics", "tp", "t p", "vrd", "voirie", "terrassement", "genie civil", "routes"),
    "Travaux publics numériques": ("travaux publics numeriques", "tp numeriques", "thd", "fibre", "tres haut debit"),
    "Propreté": ("proprete", "nettoyage", "entretien des locaux", "menage"),
    "Espaces verts": ("espaces verts", "ev", "paysage", "entretien espaces verts", "debroussaillage"),
    "Restauration": ("restauration", "restauration collective", "traiteur", "repas"),
    "Gardiennage": ("gardiennage", "securite", "surveillance"),
    "Déchets": ("dechets", "collecte", "dechetterie", "tri", "recyclage"),
    "Transport": ("transport", "transports", "navette", "demenagement", "logistique"),
    "Conciergerie": ("conciergerie",),
    "Gestion documentaire": ("gestion documentaire", "archivage", "numerisation"),
    "Prestations intellectuelles": ("prestations intellectuelles", "pi", "etudes", "maitrise d oeuvre", "moe"),
    "Autres services": ("autres services", "services", "autre", "autres", "divers", "fournitures"),
}  # fmt: skip
_ETATS: Mapping[EtatMarche, tuple[str, ...]] = {
    _E.EN_COURS: ("en cours", "encours", "actif", "demarre", "en execution", "en cours d execution", "ouvert"),
    _E.TERMINE: ("termine", "fini", "acheve", "clos", "cloture", "realise", "ferme", "receptionne"),
    _E.SOLDE: ("solde", "archive"),
    _E.NOTIFIE: ("notifie", "attribue", "a demarrer", "non demarre", "pas commence"),
    _E.SUSPENDU: ("suspendu", "en pause", "arrete", "ajourne", "en suspens"),
    _E.PROGRAMME: ("programme", "a venir", "prevu", "previsionnel"),
    _E.EN_CONSULTATION: ("en consultation", "consultation", "dce", "publie", "appel d offres"),
    _E.RESILIE: ("resilie", "resiliation", "rompu"),
    _E.TRANSFERE: ("transfere", "cede"),
    _E.INFRUCTUEUX: ("infructueux",),
    _E.SANS_SUITE: ("sans suite", "abandonne", "annule"),
    _E.A_ETUDIER: ("a etudier", "a l etude", "en attente"),
}
_NATURES: Mapping[NatureMarche, tuple[str, ...]] = {
    _N.TRAVAUX: ("travaux", "tvx", "marche de travaux"),
    _N.SERVICES: ("services", "service", "prestations", "prestation", "marche de services"),
    _N.FOURNITURES: ("fournitures", "fourniture", "marche de fournitures"),
}
_CATEGORIES: Mapping[Categorie, tuple[str, ...]] = {
    _C.RSA: ("rsa", "beneficiaire rsa", "brsa", "allocataire rsa", "rmi"),
    _C.DELD: ("deld", "demandeur d emploi longue duree", "chomeur longue duree", "de longue duree"),
    _C.DETLD: ("detld",),
    _C.ASS: ("ass",),
    _C.AAH: ("aah",),
    _C.TH: ("th", "boeth", "travailleur handicape", "rqth"),
    _C.JEUNE_SQ: (
        "jeune",
        "jeunes eligibles",
        "jeune eligible",
        "jeune sans qualification",
        "moins de 26 ans",
        "26 ans",
    ),
    _C.JEUNE_DIPLOME: ("jeune diplome",),
    _C.SENIOR: ("senior", "plus de 50 ans", "50 ans", "50 ans et plus", "seniors"),
    _C.QPV: ("qpv", "zus", "quartier prioritaire"),
    _C.PLIE: ("plie",),
    _C.PACEA_CEJ: ("pacea", "cej", "garantie jeunes", "mission locale"),
    _C.REFUGIE_PROTECTION: ("refugie", "refugies", "protection internationale"),
    _C.JUSTICE: ("justice", "ppsmj", "sous main de justice"),
    _C.IAE: ("iae", "pass iae", "agrement iae", "salarie iae"),
    _C.GEIQ: ("geiq",),
    _C.AVIS_MOTIVE: ("avis motive", "autre", "autres"),
    _C.SUITE_PARCOURS: ("suite parcours", "suite de parcours", "parcours"),
}
LIBELLES_CATEGORIES: Mapping[Categorie, str] = {
    c: formes[0].capitalize() if len(formes[0]) > 4 else formes[0].upper() for c, formes in _CATEGORIES.items()
}


def _cibles(liste: Mapping[Any, tuple[str, ...]], libelles: Mapping[Any, str]) -> tuple[Cible, ...]:
    return tuple(Cible(str(c), libelles[c][:1].upper() + libelles[c][1:], formes) for c, formes in liste.items())


FERMEES: Mapping[str, tuple[Cible, ...]] = {
    "modalite": _cibles(MODALITES, LIBELLES_MODALITES),
    "secteur": tuple(Cible(s, s, _SECTEURS.get(s, ())) for s in SECTEURS),
    "etat": _cibles(_ETATS, LIBELLES_ETATS),
    "nature": _cibles(_NATURES, {n: n.value for n in NatureMarche}),
    "categorie": _cibles(_CATEGORIES, LIBELLES_CATEGORIES),
}
"""By field, what its values may mean."""

TITRES: Mapping[str, str] = {
    "acheteur": "Acheteurs",
    "entreprise": "Entreprises et structures",
    "operation": "Opérations",
    "commune": "Communes",
    "metier": "Métiers",
    "modalite": "Modalités",
    "secteur": "Secteurs",
    "etat": "États des marchés",
    "nature": "Natures",
    "categorie": "Catégories de public",
    "marche": "Marchés des personnes",
}
"""The groups of values, in the order they are decided."""


def secteur_vers_nature(secteur: str) -> NatureMarche:
    """The nature of a marché that does not say it."""
    return _N.TRAVAUX if secteur.startswith(("Bâtiment", "Travaux")) else _N.SERVICES


def etat_par_defaut(debut: date | None, fin: date | None, attribue: bool, jour: date) -> EtatMarche:
    """The state of a marché that does not say it, from its dates and whether somebody holds it."""
    if fin is not None and fin < jour:
        return _E.TERMINE
    if not attribue:
        return _E.A_ETUDIER
    return _E.NOTIFIE if debut is not None and debut > jour else _E.EN_COURS


def decouper(texte: str, separateurs: Sequence[str] = ("/", "+", ";", ",", " et ")) -> list[str]:
    """The several values one cell may hold: « RSA / DELD »."""
    parts = [texte]
    for separateur in separateurs:
        parts = [p for part in parts for p in part.split(separateur)]
    return [p.strip() for p in parts if p.strip()]
