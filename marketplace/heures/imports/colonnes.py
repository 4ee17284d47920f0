"""Which column of an employer's file holds what: by its name first, by its values when the name says nothing. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rapidfuzz import fuzz, process

from marketplace.erreurs import RegleViolee
from marketplace.heures.imports.formats import lire_duree, lire_jour, lire_mois
from marketplace.valeurs import cle

SEUIL = 88
"""Likeness (0 to 100) from which a column name is recognised."""
PART_DE_VALEURS = 0.8
"""Share of its values that must read as dates or hours for a column without a telling name."""

LIBELLES: Mapping[str, str] = {
    "client": "Client",
    "code_client": "Code du client",
    "chantier": "Chantier ou marché",
    "code_chantier": "Code du chantier",
    "matricule": "Matricule",
    "nom": "Nom, ou nom et prénom",
    "prenom": "Prénom",
    "du": "Début de la période ou de la semaine",
    "au": "Fin de la période",
    "jour": "Jour travaillé",
    "semaine": "Numéro de semaine",
    "mois": "Mois",
    "heures": "Heures travaillées",
    "formation": "Heures de formation",
    "rubrique": "Rubrique, nature des heures",
}
"""What a person may choose for a column, in the order of the list."""

COLONNES: Mapping[str, tuple[str, ...]] = {
    "code_chantier": (
        "code chantier",
        "code affaire",
        "numero de chantier",
        "numero chantier",
        "n chantier",
        "n affaire",
        "section analytique",
    ),
    "chantier": (
        "chantier",
        "affaire",
        "marche",
        "libelle chantier",
        "nom du chantier",
        "nom chantier",
        "lieu de mission",
        "lieu de travail",
        "site",
    ),
    "code_client": ("code client", "numero client", "n client", "code eu", "ref client", "reference client"),
    "client": (
        "client",
        "nom client",
        "nom du client",
        "raison sociale client",
        "raison sociale",
        "entreprise utilisatrice",
        "client utilisateur",
        "eu",
        "societe utilisatrice",
        "libelle client",
        "adherent",
        "societe",
    ),
    "matricule": (
        "matricule",
        "code salarie",
        "numero salarie",
        "id salarie",
        "code interimaire",
        "matricule salarie",
        "mat",
        "n salarie",
        "numero interimaire",
    ),
    "nom": (
        "nom",
        "nom du salarie",
        "nom prenom",
        "nom et prenom",
        "salarie",
        "interimaire",
        "personne",
        "nom salarie",
        "nom interimaire",
        "salarie nom",
        "intervenant",
    ),
    "prenom": ("prenom", "prenom du salarie", "prenom salarie", "salarie prenom", "prenom interimaire"),
    "jour": ("jour", "date", "date travaillee", "date du jour", "date de travail", "jour travaille"),
    "du": (
        "du",
        "date debut",
        "debut",
        "debut de semaine",
        "semaine du",
        "periode du",
        "date de debut",
        "debut periode",
        "debut mission",
    ),
    "au": ("au", "date fin", "fin", "fin de semaine", "periode au", "date de fin", "fin periode", "semaine au"),
    "semaine": ("semaine", "numero de semaine", "n semaine", "sem", "semaine n"),
    "mois": ("mois", "periode", "mois de paie", "mois travaille", "periode de paie", "mois annee"),
    "heures": (
        "heures travaillees",
        "heures",
        "nb heures",
        "nombre d heures",
        "nombre heures",
        "heures effectuees",
        "heures effectives",
        "heures realisees",
        "heures normales",
        "nb h",
        "nbre heures",
        "hn",
        "qte heures",
        "quantite",
        "qte",
        "total heures travaillees",
        "total heures",
        "heures total",
    ),
    "formation": ("formation", "heures formation", "heures de formation", "h formation", "dont formation"),
    "rubrique": (
        "rubrique",
        "libelle rubrique",
        "nature",
        "nature heures",
        "nature des heures",
        "type d heures",
        "type heures",
        "type",
        "motif absence",
        "libelle absence",
        "motif",
        "code rubrique",
        "code absence",
    ),
    "lun": ("lundi", "lun"),
    "mar": ("mardi",),
    "mer": ("mercredi", "mer"),
    "jeu": ("jeudi", "jeu"),
    "ven": ("vendredi", "ven"),
    "sam": ("samedi", "sam"),
    "dim": ("dimanche", "dim"),
}
LIEUX = ("code_client", "client", "code_chantier", "chantier")
"""Columns that say for whom the hours were worked."""
JOURS = ("lun", "mar", "mer", "jeu", "ven", "sam", "dim")

PLUSIEURS: Mapping[str, tuple[str, ...]] = {
    "sup": (
        "heures sup",
        "heures supplementaires",
        "heures supp",
        "hs",
        "hs 25",
        "hs 50",
        "hs25",
        "hs50",
        "h sup",
        "heures sup 25",
        "heures sup 50",
        "heures supplementaires 25",
        "heures supplementaires 50",
        "heures complementaires",
    ),
    "abs": (
        "conges",
        "conges payes",
        "cp",
        "maladie",
        "absence",
        "absences",
        "heures absence",
        "heures d absence",
        "feries",
        "ferie",
        "heures feriees",
        "intemperies",
        "activite partielle",
        "rtt",
        "accident du travail",
    ),
}
"""Roles that several columns may share: hours worked beyond the normal ones, and hours that never count."""

JAMAIS = frozenset(
    {
        "taux",
        "tarif",
        "prix",
        "montant",
        "salaire",
        "brut",
        "net",
        "cout",
        "facture",
        "facturees",
        "facturation",
        "ca",
        "coefficient",
        "coef",
        "prime",
        "panier",
        "km",
        "payees",
        "payee",
        "naissance",
        "contrat",
        "siret",
        "telephone",
        "adresse",
        "postal",
        "age",
        "anciennete",
    }
)
"""Words of a header whose numbers are never hours, nor its dates the days worked."""


def reconnaitre_noms(
    noms: Sequence[Sequence[str]], imposees: Mapping[str, str]
) -> tuple[dict[str, int], dict[str, tuple[int, ...]]]:
    """(role → column, shared role → columns) of a header, whose columns may each carry several names.

    Imposed names first (an empty one says that no column holds the role), then exact ones, then near ones. A column
    serves one role.
    """
    plats = [[cle(n) for n in colonne if n] for colonne in noms]
    roles: dict[str, int] = {}
    for role, nom in imposees.items():
        libres = [i for i, plat in enumerate(plats) if i not in roles.values() and cle(nom) in plat]
        if nom and libres:
            roles[role] = libres[0]
    pris = set(roles.values())
    partages: dict[str, list[int]] = {role: [] for role in PLUSIEURS}
    for seuil in (100, SEUIL):
        for role, mots in COLONNES.items():
            if role in roles or imposees.get(role) == "":
                continue
            rang = _meilleure(plats, mots, pris, seuil)
            if rang is not None:
                roles[role] = rang
                pris.add(rang)
        for role, mots in PLUSIEURS.items():
            while (rang := _meilleure(plats, mots, pris, seuil)) is not None:
                partages[role].append(rang)
                pris.add(rang)
    return roles, {role: tuple(sorted(rangs)) for role, rangs in partages.items() if rangs}


def _meilleure(plats: Sequence[Sequence[str]], mots: Sequence[str], pris: set[int], seuil: int) -> int | None:
    """The free column whose name comes first in the list of words (in any order), or is the likest."""
    candidats: list[tuple[float, int]] = []
    rangs = {" ".join(sorted(mot.split())): n for n, mot in reversed([*enumerate(mots)])}
    for rang, colonne in enumerate(plats):
        if rang in pris:
            continue
        for plat in colonne:
            if seuil == 100:
                trie = " ".join(sorted(plat.split()))
                if trie in rangs:
                    candidats.append((rangs[trie], rang))
            elif not JAMAIS & {*plat.split()}:
                proche = process.extractOne(plat, mots, scorer=fuzz.ratio, score_cutoff=seuil)
                if proche is not None:
                    candidats.append((-proche[1], rang))
    return min(candidats)[1] if candidats else None


def deviner(
    noms: Sequence[Sequence[str]],
    colonnes: Sequence[Sequence[str]],
    roles: Mapping[str, int],
    pris: set[int],
    connu: Callable[[str, str], bool],
) -> dict[str, int]:
    """Roles guessed from the values of the columns nobody named. `connu(role, value)` tells a client or a name of ours.

    A guess is made only when one column alone fits.
    """
    libres = [
        i
        for i, nom in enumerate(noms)
        if i not in pris and not JAMAIS & {mot for texte in nom for mot in cle(texte).split()}
    ]
    devines: dict[str, int] = {}

    def seule(condition: Callable[[int], bool]) -> int | None:
        trouvees = [i for i in libres if i not in devines.values() and condition(i)]
        return trouvees[0] if len(trouvees) == 1 else None

    if not {"du", "jour", "mois", "semaine"} & {*roles}:
        dates = [i for i in libres if _part(colonnes[i], lire_jour)]
        if len(dates) == 2:
            devines |= {"du": dates[0], "au": dates[1]}
        elif len(dates) == 1:
            devines["jour" if _jours_varies(colonnes[dates[0]]) else "du"] = dates[0]
        elif (rang := seule(lambda i: _part(colonnes[i], lire_mois))) is not None:
            devines["mois"] = rang
    if not {*LIEUX} & {*roles}:
        rang = seule(lambda i: any(connu("client", v) for v in dict.fromkeys(colonnes[i])))
        if rang is not None:
            devines["client"] = rang
    if not {"nom", "matricule"} & {*roles}:
        rang = seule(lambda i: any(connu("nom", v) for v in dict.fromkeys(colonnes[i])))
        if rang is not None:
            devines["nom"] = rang
    if "heures" not in roles:
        rang = seule(lambda i: _part(colonnes[i], _duree_plausible))
        if rang is not None:
            devines["heures"] = rang
    return devines


def _part(valeurs: Sequence[str], lire: Callable[[str], object]) -> bool:
    pleines = [v for v in valeurs if v][:300]
    if not pleines:
        return False
    lues = 0
    for valeur in pleines:
        try:
            lire(valeur)
            lues += 1
        except RegleViolee:
            continue
    return lues >= PART_DE_VALEURS * len(pleines)


def _duree_plausible(texte: str) -> None:
    if not 0 <= lire_duree(texte) <= 250:
        raise RegleViolee("hors d'un mois")


def _jours_varies(valeurs: Sequence[str]) -> bool:
    """Whether dates fall on many days of the week: one line a day, rather than one a week."""
    jours = set()
    for valeur in [v for v in valeurs if v][:300]:
        try:
            jours.add(lire_jour(valeur).weekday())
        except RegleViolee:
            continue
    return len(jours) >= 3


def manquantes(roles: Mapping[str, int]) -> tuple[str, ...]:
    """What the file does not tell and without which nothing can be read, in words."""
    manques = []
    if "heures" not in roles and not {*JOURS} & {*roles}:
        manques.append("les heures")
    if not {*LIEUX} & {*roles}:
        manques.append("le chantier ou le client")
    if not {"nom", "matricule"} & {*roles}:
        manques.append("le nom ou le matricule")
    if not {"mois", "du", "jour", "semaine"} & {*roles}:
        manques.append("le mois, ou les dates")
    return tuple(manques)
