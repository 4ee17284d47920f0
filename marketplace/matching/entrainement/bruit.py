"""Noise of informal French, written for this project: abbreviations, phonetic spelling, typing, filler.

Everything is drawn from a seeded generator; nothing is copied from an evaluation set.
"""

from __future__ import annotations

import random
import re
from functools import lru_cache

ABREGES = {
    "agent": ["agt", "agent"],
    "employé": ["emp", "empl", "employe"],
    "employée": ["emp", "employee"],
    "conducteur": ["cond", "conduct", "chauffeur"],
    "conductrice": ["cond", "chauffeuse"],
    "technicien": ["tech", "techn"],
    "technicienne": ["tech", "techn"],
    "assistant": ["asst", "assist", "ass"],
    "assistante": ["asst", "assist", "ass"],
    "responsable": ["resp", "chef"],
    "animateur": ["anim", "animat"],
    "animatrice": ["anim", "animat"],
    "préparateur": ["prépa", "prep"],
    "préparatrice": ["prépa", "prep"],
    "préparation": ["prépa", "prep"],
    "opérateur": ["op", "opé", "oper"],
    "opératrice": ["op", "opé"],
    "maintenance": ["maint", "entretien"],
    "bâtiment": ["bat", "bât", "btp", "batiment"],
    "industriel": ["indus", "ind"],
    "industrielle": ["indus", "ind"],
    "industrie": ["indus", "usine"],
    "production": ["prod"],
    "restauration": ["resto", "restau", "rest"],
    "restaurant": ["resto", "restau"],
    "commercial": ["cial", "com", "comm"],
    "commerciale": ["ciale", "com"],
    "administratif": ["admin", "adm"],
    "administrative": ["admin", "adm"],
    "logistique": ["log", "logist"],
    "électricien": ["élec", "elec"],
    "électricienne": ["élec", "elec"],
    "électrique": ["élec", "elec"],
    "mécanicien": ["méca", "mécano", "meca"],
    "mécanicienne": ["méca", "mécano"],
    "secrétaire": ["secr", "secrét"],
    "collectivité": ["coll", "collect"],
    "sécurité": ["sécu", "secu"],
    "véhicules": ["véh", "vehicules", "voitures"],
    "véhicule": ["véh", "voiture"],
    "commandes": ["cdes", "cmd", "commande"],
    "magasinier": ["mag", "magas"],
    "polyvalent": ["poly", "polyv"],
    "polyvalente": ["poly", "polyv"],
    "ouvrier": ["ouv", "ouvr"],
    "ouvrière": ["ouv", "ouvr"],
    "spécialisé": ["spé", "spec"],
    "auxiliaire": ["aux", "auxi"],
    "éducateur": ["éduc", "educ"],
    "éducatrice": ["éduc", "educ"],
    "moniteur": ["monit", "mono"],
    "informatique": ["info", "informat"],
    "ordinateur": ["ordi", "pc"],
    "manutentionnaire": ["manut", "manutent"],
    "manutention": ["manut"],
    "poids": ["p"],
    "lourd": ["l", "lourds"],
    "exploitation": ["exploit"],
    "vendeur": ["vend", "vente"],
    "vendeuse": ["vend", "vente"],
    "cuisinier": ["cuis", "cuisto"],
    "installation": ["instal", "install"],
    "réception": ["récep", "recep"],
    "professionnel": ["pro", "prof"],
    "professionnelle": ["pro"],
    "nettoyage": ["nett", "net"],
    "qualité": ["qual"],
    "développement": ["dev", "dvpt"],
    "gestion": ["gest"],
    "comptable": ["compta"],
    "service": ["serv", "sce"],
    "général": ["gal", "gén"],
    "personnes": ["pers"],
    "domicile": ["dom", "domic"],
    "transport": ["transp", "tpt"],
    "livraison": ["livr"],
    "espaces": ["esp"],
    "verts": ["verts"],
    "hospitalier": ["hosp", "hopital"],
    "travaux": ["tvx", "travo"],
    "publics": ["pub", "pu"],
    "chantier": ["chant", "chantié"],
    "équipe": ["éq", "equip"],
    "machines": ["mach", "machine"],
    "automobile": ["auto", "voiture"],
    "construction": ["constr", "const"],
    "alimentaire": ["alim", "agro"],
    "agricole": ["agri", "agric"],
    "accompagnateur": ["accomp"],
    "surveillant": ["surv"],
    "distribution": ["distri", "distrib"],
    "conditionnement": ["condit", "conditio"],
    "fabrication": ["fab", "fabric"],
    "menuisier": ["menui"],
    "climatisation": ["clim"],
    "paysagiste": ["paysag", "jardinier"],
    "esthéticienne": ["esthé", "esthet"],
    "documents": ["docs", "papiers"],
    "clients": ["client", "clientèle"],
    "matériel": ["matos", "mat"],
    "matériaux": ["mat", "matos"],
    "marchandises": ["march", "marchandise"],
    "produits": ["prod", "produit"],
}

SYNONYMES = {
    "réaliser": ["faire", "effectuer"],
    "effectuer": ["faire", "réaliser"],
    "entretenir": ["nettoyer", "entretien de"],
    "assurer": ["faire", "s'occuper de"],
    "contrôler": ["vérifier", "regarder"],
    "vérifier": ["contrôler", "verif"],
    "véhicule": ["camion", "voiture"],
    "locaux": ["bureaux", "pièces"],
    "préparer": ["faire", "prépa"],
    "repas": ["manger", "plats"],
    "aliments": ["nourriture", "produits alimentaires"],
    "enfant": ["petit", "gamin"],
    "enfants": ["petits", "gosses"],
    "animaux": ["bêtes"],
    "végétaux": ["plantes"],
    "arbres": ["arbustes"],
    "équipements": ["matériel", "machines"],
    "équipement": ["matériel"],
    "clientèle": ["clients"],
    "client": ["gens", "clientèle"],
    "usagers": ["gens", "public"],
    "personne": ["gens"],
    "personnes": ["gens"],
    "déchets": ["poubelles", "ordures"],
    "surfaces": ["sols"],
    "mur": ["murs"],
    "charges": ["trucs lourds", "cartons"],
    "marchandises": ["colis", "palettes", "cartons"],
    "conduire": ["conduite de", "rouler avec"],
    "vente": ["magasin"],
    "linge": ["vêtements"],
    "vêtements": ["habits"],
    "dossiers": ["papiers"],
    "courrier": ["lettres"],
    "outils": ["outillage", "matériel"],
    "éliminer": ["enlever"],
    "installer": ["poser", "monter"],
    "réparer": ["dépanner"],
    "encaisser": ["caisse", "faire payer"],
    "accueillir": ["recevoir", "accueil"],
    "surveiller": ["garder", "surveillance"],
    "ranger": ["rangement"],
    "découper": ["couper"],
    "charger": ["chargement"],
    "utiliser": ["se servir de", "manier"],
    "respecter": ["suivre", "appliquer"],
    "fonctionnement": ["marche"],
    "anomalies": ["problèmes", "pannes"],
    "dysfonctionnements": ["pannes", "soucis"],
}

NOMS_VERBES = {
    "accueillir": "accueil",
    "accompagner": "accompagnement",
    "acheter": "achat",
    "aider": "aide",
    "analyser": "analyse",
    "animer": "animation",
    "appliquer": "application",
    "approvisionner": "approvisionnement",
    "assembler": "assemblage",
    "assister": "assistance",
    "charger": "chargement",
    "collecter": "collecte",
    "concevoir": "conception",
    "conditionner": "conditionnement",
    "conduire": "conduite",
    "conseiller": "conseil",
    "construire": "construction",
    "contrôler": "contrôle",
    "coordonner": "coordination",
    "couper": "coupe",
    "cuire": "cuisson",
    "découper": "découpe",
    "décharger": "déchargement",
    "démonter": "démontage",
    "dresser": "dressage",
    "développer": "développement",
    "distribuer": "distribution",
    "effectuer": "",
    "élaborer": "élaboration",
    "emballer": "emballage",
    "encadrer": "encadrement",
    "encaisser": "encaissement",
    "enregistrer": "enregistrement",
    "entretenir": "entretien",
    "établir": "établissement",
    "étudier": "étude",
    "évaluer": "évaluation",
    "fabriquer": "fabrication",
    "gérer": "gestion",
    "identifier": "identification",
    "implanter": "implantation",
    "informer": "information",
    "installer": "installation",
    "laver": "lavage",
    "livrer": "livraison",
    "maintenir": "maintien",
    "manipuler": "manipulation",
    "mesurer": "mesure",
    "mettre": "mise",
    "monter": "montage",
    "nettoyer": "nettoyage",
    "optimiser": "optimisation",
    "organiser": "organisation",
    "planifier": "planification",
    "planter": "plantation",
    "poser": "pose",
    "préparer": "préparation",
    "présenter": "présentation",
    "prévenir": "prévention",
    "proposer": "proposition",
    "ranger": "rangement",
    "réaliser": "",
    "récolter": "récolte",
    "réceptionner": "réception",
    "rédiger": "rédaction",
    "régler": "réglage",
    "remplacer": "remplacement",
    "renseigner": "renseignement",
    "réparer": "réparation",
    "respecter": "respect",
    "scier": "sciage",
    "sélectionner": "sélection",
    "servir": "service",
    "signaler": "signalement",
    "souder": "soudure",
    "stocker": "stockage",
    "suivre": "suivi",
    "superviser": "supervision",
    "surveiller": "surveillance",
    "tailler": "taille",
    "traiter": "traitement",
    "transporter": "transport",
    "trier": "tri",
    "usiner": "usinage",
    "utiliser": "utilisation",
    "vendre": "vente",
    "vérifier": "vérification",
}

AVANT = [
    "stage",
    "stage de",
    "intérim",
    "cdd",
    "cdi",
    "contrat aidé",
    "remplacement",
    "poste de",
    "expérience de",
    "expérience en",
    "expérience comme",
    "j'ai été",
    "j'étais",
    "j'ai travaillé comme",
    "j'ai fait",
    "travail de",
    "emploi de",
    "métier",
    "saison",
    "ancien",
    "recherche",
    "je cherche",
    "apprenti",
    "alternance",
    "mission",
    "bénévole",
    "job de",
    "un peu de",
    "aide",
    "cherche",
    "nous recrutons",
    "urgent",
    "embauche",
    "jeune",
    "petit boulot",
    "missions de",
    "travaillé en",
]
APRES = [
    "polyvalent",
    "polyvalente",
    "débutant",
    "confirmé",
    "qualifié",
    "en intérim",
    "en insertion",
    "saisonnier",
    "remplaçant",
    "h f",
    "2 ans",
    "6 mois",
    "chez un particulier",
    "dans une entreprise",
    "pendant 3 ans",
    "à mi-temps",
    "temps partiel",
    "en cdd",
    "au noir",
    "en famille",
    "bénévole",
    "à domicile",
    "n2",
    "n3p2",
    "de nuit",
    "à mon compte",
    "en atelier",
    "au pays",
    "à l'étranger",
    "à l'armée",
    "pour une association",
    "à la mairie",
    "en stage",
    "en usine",
    "sur chantier",
    "plusieurs années",
    "en esat",
]

_PHONETIQUE = [
    ("ph", "f"),
    ("qu", "k"),
    ("eaux", "o"),
    ("eau", "o"),
    ("aux", "o"),
    ("au", "o"),
    ("ai", "é"),
    ("ei", "é"),
    ("ss", "s"),
    ("ç", "s"),
    ("ci", "si"),
    ("ce", "se"),
    ("c", "k"),
    ("ge", "je"),
    ("gi", "ji"),
    ("tion", "sion"),
    ("er", "é"),
    ("ez", "é"),
    ("ent", "ant"),
    ("en", "an"),
    ("an", "en"),
    ("em", "am"),
    ("in", "ain"),
    ("ain", "in"),
    ("ill", "y"),
    ("gn", "ni"),
    ("y", "i"),
    ("h", ""),
    ("ll", "l"),
    ("tt", "t"),
    ("nn", "n"),
    ("mm", "m"),
    ("rr", "r"),
    ("ff", "f"),
    ("pp", "p"),
    ("cc", "c"),
    ("z", "s"),
    ("s", "z"),
    ("oi", "oua"),
    ("th", "t"),
    ("ch", "sh"),
    ("x", "s"),
    ("ier", "ié"),
    ("eur", "eure"),
    ("ique", "ik"),
    ("l", "ll"),
    ("n", "nn"),
    ("t", "tt"),
    ("r", "rr"),
    ("eu", "e"),
    ("e", "eu"),
    ("ou", "u"),
    ("d", "t"),
    ("b", "p"),
    ("g", "gu"),
]
_VOISINS_CLAVIER = dict(
    zip(
        "azertyuiopqsdfghjklmwxcvbn",
        ["zq", "aes", "zrd", "etf", "ryg", "tuh", "yij", "uok", "ipl", "om", "asw", "qdzx", "sfec", "dgrv", "fhtb",
         "gjyn", "hku", "jli", "kmo", "lp", "xs", "wcd", "xvf", "cbg", "vnh", "bhj"],
        strict=True,
    )
)  # fmt: skip
_MOTS = re.compile(r"[\w'-]+", re.UNICODE)
PETITS = {"de", "du", "des", "d", "la", "le", "les", "l", "un", "une", "et", "en", "a", "à", "au", "aux", "ou", "sur"}


@lru_cache(maxsize=100_000)
def mots(texte: str) -> tuple[str, ...]:
    """Words of a label, apostrophes opened."""
    return tuple(m for m in _MOTS.findall(texte.lower().replace("'", " ").replace("’", " ")) if m != "-")


def faute(mot: str, hasard: random.Random) -> str:
    """One typing slip in a word of at least four letters."""
    if len(mot) < 4:
        return mot
    i = hasard.randrange(len(mot) - 1) if hasard.random() < 0.4 else hasard.randrange(1, len(mot) - 1)
    quoi = hasard.random()
    if quoi < 0.3:
        return mot[:i] + mot[i + 1 :]
    if quoi < 0.5:
        return mot[:i] + mot[i + 1] + mot[i] + mot[i + 2 :]
    if quoi < 0.7:
        return mot[:i] + mot[i] + mot[i:]
    return mot[:i] + hasard.choice(_VOISINS_CLAVIER.get(mot[i], "e")) + mot[i + 1 :]


def phonetique(mot: str, hasard: random.Random) -> str:
    """One to three spellings by ear."""
    for _ in range(hasard.choice((1, 1, 1, 2, 2, 3))):
        a, b = hasard.choice(_PHONETIQUE)
        ou = [m.start() for m in re.finditer(re.escape(a), mot)]
        if ou:
            i = hasard.choice(ou)
            mot = mot[:i] + b + mot[i + len(a) :]
    if len(mot) > 4 and mot[-1] in "ester" and hasard.random() < 0.25:
        mot = mot[:-1]
    return mot


def _tronque(mot: str, hasard: random.Random) -> str:
    return mot[: hasard.randint(3, max(3, min(6, len(mot) - 2)))] if len(mot) >= 6 else mot


def _reformuler(mot: str, force: float, hasard: random.Random) -> str:
    """A word, its abbreviation, another word for it, or its beginning."""
    tirage = hasard.random()
    if tirage < 0.16 * force + 0.03 and mot in ABREGES:
        return hasard.choice(ABREGES[mot])
    if tirage < 0.10 * force and mot in SYNONYMES:
        return hasard.choice(SYNONYMES[mot])
    if tirage > 1 - 0.06 * force:
        return _tronque(mot, hasard)
    return mot


def bruiter(morceaux: list[str], force: float, hasard: random.Random) -> list[str]:
    """Words as somebody hurried types them; `force` from 0 (clean) to 1 (hard to read)."""
    sortie: list[str] = []
    for mot in morceaux:
        if mot in PETITS:
            if hasard.random() >= 0.35 + 0.3 * force:
                sortie.append(mot)
            continue
        lu = _reformuler(mot, force, hasard)
        if hasard.random() < 0.22 * force:
            lu = phonetique(lu, hasard)
        if hasard.random() < 0.20 * force:
            lu = faute(lu, hasard)
        sortie.append(lu)
    if len(sortie) >= 3 and hasard.random() < 0.12 * force:
        i = hasard.randrange(len(sortie) - 1)
        sortie[i], sortie[i + 1] = sortie[i + 1], sortie[i]
    if len(sortie) >= 2 and hasard.random() < 0.04 * force:
        i = hasard.randrange(len(sortie) - 1)
        sortie[i : i + 2] = [sortie[i] + sortie[i + 1]]
    return sortie


def titre(libelle: str, hasard: random.Random, force: float) -> str:
    """A job title as typed: words lost, filler around, noise."""
    m = list(mots(libelle))
    pleins = [i for i, x in enumerate(m) if x not in PETITS]
    if len(pleins) > 1:
        perte = hasard.random()
        if perte < 0.30 * (0.4 + force) and len(pleins) > 2:
            coupe = pleins[hasard.randint(1, len(pleins) - 1)]
            m = m[:coupe]
        elif perte < 0.45 * (0.4 + force):
            oubli = hasard.choice(pleins[1:] if hasard.random() < 0.75 else pleins)
            m = [x for i, x in enumerate(m) if i != oubli]
    m = bruiter(m, force, hasard)
    if hasard.random() < 0.16:
        m = hasard.choice(AVANT).split() + m
    if hasard.random() < 0.14:
        m += hasard.choice(APRES).split()
    return " ".join(m)


@lru_cache(maxsize=20_000)
def _substantif(verbe: str) -> str | None:
    if verbe in NOMS_VERBES:
        return NOMS_VERBES[verbe]
    return None


def tache(libelle: str, hasard: random.Random, force: float, court: bool) -> str:
    """A task or a skill as told: verb turned into a noun, a fragment kept, reworded, noise."""
    m = list(mots(libelle))
    if m:
        nom = _substantif(m[0])
        tirage = hasard.random()
        if nom is not None and tirage < 0.55:
            m = ([nom] if nom else []) + m[1:]
        elif m[0].endswith(("er", "ir")) and tirage < 0.75:
            m = m[1:] if hasard.random() < 0.5 else [m[0][:-2] + hasard.choice(["é", "age", "ation"]), *m[1:]]
    if len(m) > 3:
        longueur = hasard.randint(2, 5) if court else hasard.randint(2, len(m))
        depart = 0 if hasard.random() < 0.55 else hasard.randrange(max(1, len(m) - longueur + 1))
        m = m[depart : depart + longueur]
    if len(m) > 2 and hasard.random() < 0.3 * force + 0.1:
        m.pop(hasard.randrange(len(m)))
    if len(m) > 1 and hasard.random() < 0.08:
        m = [hasard.choice(m)]
    m = bruiter(m, force, hasard)
    if hasard.random() < (0.14 if court else 0.08):
        m = hasard.choice(AVANT).split() + m
    return " ".join(m)
