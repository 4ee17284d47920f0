"""What the columns of a workbook may be called, and what each becomes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from marketplace.reprise.rules.cellules import Mois, lire_periode
from marketplace.valeurs import cle

SEUIL = 90
"""Likeness (0 to 100) from which a header is taken for a word we know."""

MARCHES, PERSONNES, IGNOREE = "marches", "personnes", ""

LIBELLES: Mapping[str, str] = {
    "acheteur": "Acheteur",
    "gestionnaire": "Gestionnaire",
    "operation": "Opération",
    "numero": "Numéro du marché",
    "lot": "Lot",
    "intitule": "Intitulé du marché",
    "titulaire": "Titulaire",
    "siret": "SIRET du titulaire",
    "secteur": "Secteur",
    "metier": "Métier",
    "nature": "Nature (travaux, services)",
    "commune": "Commune",
    "etat": "État du marché",
    "montant_ht": "Montant HT",
    "date_notification": "Date de notification",
    "date_debut": "Date de début",
    "date_fin": "Date de fin",
    "heures_prevues": "Heures prévues",
    "heures_faites": "Heures faites",
    "nom": "Nom",
    "prenom": "Prénom",
    "nom_prenom": "Nom et prénom",
    "date_naissance": "Date de naissance",
    "sexe": "Sexe",
    "telephone": "Téléphone",
    "courriel": "Courriel",
    "qpv": "Quartier prioritaire",
    "categorie": "Catégorie de public",
    "employeur": "Employeur",
    "modalite": "Modalité",
    "mois": "Mois",
}

_COMMUNS: Mapping[str, tuple[str, ...]] = {
    "acheteur": (
        "acheteur", "maitre d ouvrage", "maitre ouvrage", "moa", "mo", "donneur d ordre", "pouvoir adjudicateur",
        "maitrise d ouvrage", "collectivite", "acheteur public",
    ),
    "operation": ("operation", "nom de l operation", "projet", "chantier", "programme", "libelle operation"),
    "numero": (
        "n marche", "numero marche", "numero de marche", "ref marche", "reference", "reference marche", "ref",
        "n du marche", "no marche", "code marche", "numero du marche",
    ),
    "lot": ("lot", "n lot", "numero lot", "n de lot", "no lot", "numero de lot", "n du lot"),
    "intitule": (
        "intitule", "marche", "intitule du marche", "objet", "objet du marche", "libelle", "libelle du marche",
        "intitule du lot", "libelle lot", "designation", "nature des travaux", "intitule lot", "marche lot",
    ),
    "commune": ("commune", "ville", "lieu", "localisation", "lieu d execution", "localite"),
    "metier": ("metier", "poste", "emploi", "poste occupe", "qualification", "fonction", "emploi occupe"),
    "date_debut": (
        "date debut", "debut", "date de debut", "demarrage", "date demarrage", "debut travaux", "os",
        "date os", "ordre de service", "date de demarrage", "debut contrat", "date entree", "date d embauche",
    ),
    "date_fin": (
        "date fin", "fin", "date de fin", "fin travaux", "fin previsionnelle", "date fin previsionnelle",
        "fin prevue", "echeance", "fin contrat", "date sortie", "reception",
    ),
}  # fmt: skip
COLONNES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    MARCHES: {
        **_COMMUNS,
        "gestionnaire": ("gestionnaire", "sdi", "service gestionnaire", "territoire", "service"),
        "titulaire": (
            "titulaire", "entreprise", "entreprise titulaire", "attributaire", "entreprise attributaire", "societe",
            "nom entreprise", "titulaire du marche", "raison sociale",
        ),
        "siret": ("siret", "n siret", "siret titulaire", "numero siret", "siret entreprise"),
        "secteur": (
            "secteur", "secteur d activite", "activite", "corps d etat", "domaine", "domaine d activite",
            "type de travaux", "famille", "secteur activite",
        ),
        "nature": ("nature", "nature du marche", "type de marche", "type marche"),
        "etat": ("etat", "statut", "situation", "etat d avancement", "etat du marche", "statut du marche", "phase"),
        "montant_ht": ("montant", "montant ht", "montant du marche", "montant marche ht", "montant ht en euros"),
        "date_notification": ("notification", "date notification", "date de notification", "notifie le", "attribution"),
    },
    PERSONNES: {
        **_COMMUNS,
        "nom": ("nom", "nom de famille", "nom usuel", "nom du salarie", "nom salarie"),
        "prenom": ("prenom", "prenoms", "prenom du salarie", "prenom salarie"),
        "nom_prenom": (
            "nom prenom", "nom et prenom", "salarie", "participant", "beneficiaire", "prenom nom", "personne",
            "nom prenom du salarie", "salarie en insertion",
        ),
        "date_naissance": ("date de naissance", "naissance", "date naissance", "ne le", "nee le", "ddn", "ne e le"),
        "sexe": ("sexe", "genre", "civilite", "h f", "f h"),
        "telephone": ("telephone", "tel", "portable", "mobile", "tel portable", "telephone portable"),
        "courriel": ("courriel", "email", "mail", "e mail", "adresse mail"),
        "qpv": ("qpv", "quartier prioritaire", "resident qpv", "habitant qpv"),
        "categorie": (
            "statut", "categorie", "critere", "public", "criteres d eligibilite", "statut eligibilite", "eligibilite",
            "statut d eligibilite", "critere d eligibilite", "categorie de public",
        ),
        "employeur": (
            "employeur", "structure", "structure employeuse", "structure porteuse", "siae", "structure d insertion",
            "entreprise", "titulaire", "entreprise employeuse",
        ),
        "modalite": (
            "modalite", "modalite d embauche", "type d embauche", "mode d embauche", "modalite de realisation",
            "modalite de mise en oeuvre",
        ),
        "mois": ("mois", "periode", "mois travaille"),
    },
}  # fmt: skip

_SANTE = re.compile(
    r"\b(sante|handicap|rqth|maladies?|medical\w*|restrictions?|pathologies?|invalidite|aptitude|inaptitude|traitement)\b"
)
_PREVUES = re.compile(
    r"\b(prevu\w*|objectif\w*|contractuel\w*|dues?|a realiser|a faire|clause\w*|engagement|volume|minimum|imposees?|"
    r"programmees?|demandees?)\b"
)
_FAITES = re.compile(r"\b(realis\w*|effectu\w*|fait\w*|valid\w*|cumul\w*|comptabilis\w*|travaillees?|execut\w*)\b")
_CALCULEES = re.compile(r"\b(reste\w*|restant\w*|solde|ecart|delta|taux|pourcentage|pct|avancement|etp|penalite\w*)\b")
_SEULES = frozenset({"realise", "realisees", "realisees a ce jour", "cumul", "effectuees", "faites", "validees"})
_HEURES = re.compile(r"\b(h|hrs?|heures?|volume horaire|nbh|h insertion|hi)\b")


@dataclass(frozen=True, slots=True)
class Colonne:
    """What one column holds: its rank, its header as written, the field (empty: left out), the months it covers.

    `sensible` names why a column is never read: « nir » or « sante ».
    """

    rang: int
    entete: str
    champ: str
    periode: Mois | None = None
    sensible: str = ""


def champs_de(genre: str) -> tuple[str, ...]:
    """The fields a sheet of this kind may hold, in the order of the screens."""
    heures = ("heures_prevues", "heures_faites") if genre == MARCHES else ("heures_faites",)
    connus = {*COLONNES[genre], *heures}
    return tuple(c for c in LIBELLES if c in connus)


def est_sante(entete: str) -> bool:
    """Whether a header announces health: such a column is never read (R107)."""
    return bool(_SANTE.search(cle(entete)))


def champ_d_heures(variantes: Sequence[str], genre: str, annee: int | None = None) -> tuple[str, Mois | None] | None:
    """The field of hours that a header names, with its months; ("", None) for a computed column; None if not hours."""
    lus = (_heures_de(texte, genre, annee) for texte in variantes)
    return next((lu for lu in lus if lu is not None), None)


@lru_cache(maxsize=8192)
def _heures_de(texte: str, genre: str, annee: int | None) -> tuple[str, Mois | None] | None:
    plat = cle(texte)
    heures, faites = bool(_HEURES.search(plat)), bool(_FAITES.search(plat))
    periode = lire_periode(texte, annee)
    court = len(plat.split()) <= 3
    lu: tuple[str, Mois | None] | None = None
    if not plat:
        return None
    if (_CALCULEES.search(plat) or "%" in texte) and (heures or "%" in texte or not faites):
        lu = "", None
    elif (heures or plat in _SEULES) and faites:
        lu = "heures_faites", _annuelle(plat, periode)
    elif genre == MARCHES and _PREVUES.search(plat) and (heures or court):
        lu = "heures_prevues", None
    elif periode is not None and court:
        lu = "heures_faites", periode
    elif heures and court:
        lu = ("heures_prevues" if genre == MARCHES else "heures_faites"), None
    return lu


def _annuelle(plat: str, periode: Mois | None) -> Mois | None:
    """« heures réalisées au 31/12/2020 » is a running total, « heures réalisées 2020 » is a year."""
    return None if re.search(r"\b(au|cumul\w*|total\w*|depuis)\b", plat) else periode


def reconnaitre(
    variantes: Sequence[Sequence[str]], genre: str, imposees: Mapping[str, str] | None = None, annee: int | None = None
) -> tuple[Colonne, ...]:
    """What each column of a sheet of this kind holds; `variantes` gives, for each, its header and longer readings.

    `imposees` (folded header → field, empty to leave out) settles what somebody decided. A field other than hours is
    taken by one column only: exact names first, then near ones.
    """
    imposees = imposees or {}
    trouvees: dict[int, tuple[str, Mois | None]] = {}
    prises: set[str] = set()
    for rang, lues in enumerate(variantes):
        choix = next((imposees[cle(v)] for v in lues if cle(v) in imposees), None)
        if choix is not None:
            trouvees[rang] = choix, _periode_d_heures(lues, choix, annee)
            prises.add(choix)
    for exact in (True, False):
        for rang, lues in enumerate(variantes):
            if rang in trouvees:
                continue
            champ = _champ(lues, genre, prises, exact=exact)
            if champ:
                trouvees[rang] = champ, None
                prises.add(champ)
            elif exact and (heures := champ_d_heures(lues, genre, annee)) is not None:
                trouvees[rang] = heures
    return tuple(
        Colonne(rang, lues[0] if lues else "", *trouvees.get(rang, ("", None))) for rang, lues in enumerate(variantes)
    )


def _periode_d_heures(lues: Sequence[str], champ: str, annee: int | None) -> Mois | None:
    if champ != "heures_faites":
        return None
    return next((p for v in lues if (p := _annuelle(cle(v), lire_periode(v, annee))) is not None), None)


def _champ(lues: Sequence[str], genre: str, prises: set[str], *, exact: bool) -> str:
    for texte in lues:
        notes = {champ: note for champ, note in _notes(texte, genre, exact).items() if champ not in prises}
        if notes:
            return max(notes, key=lambda c: notes[c])
    return ""


@lru_cache(maxsize=8192)
def _notes(texte: str, genre: str, exact: bool) -> Mapping[str, float]:
    """How much a header is each field, for the fields it may be. Kept: the top of a sheet is read many times over."""
    plat = cle(texte)
    notes = {}
    for champ, mots in COLONNES[genre].items() if plat else ():
        proche = process.extractOne(plat, mots, scorer=fuzz.ratio, score_cutoff=100 if exact else SEUIL)
        if proche is not None and (exact or len(plat) > 3):
            notes[champ] = proche[1]
    return notes
