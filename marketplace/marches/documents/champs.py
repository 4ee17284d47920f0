"""The named fields of the models, and their values from plain facts: pure, so that a paper can be made again.

Words of the contract follow R3, R9, R10, R22, R26, R28, R30, R31, R33, R34, R53, R58, R105 and R106.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from marketplace.erreurs import RegleViolee
from marketplace.marches.documents.mots import (
    A_COMPLETER,
    CHAMPS,
    LIBELLES_ENTREES,
    MODALITE_RESERVEE,
    MODALITES,
    NATURES,
    PUBLICS,
    RYTHMES,
    UNITES,
)
from marketplace.marches.rules.calculs import AVEC_FORMULE, LIBELLES_CAS, VOLETS, Cas, entrees_gardees
from marketplace.marches.rules.considerations import Levier
from marketplace.marches.rules.phrases import jour_en_texte, nombre_en_texte
from marketplace.marches.rules.regime import ARTICLES, NatureMarche, Reservation
from marketplace.valeurs import lire_decimal

_CONTROLES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Faits:
    """What is known of a marché, its clause and its territory, as plain values. Hours and money as Decimal."""

    territoire: str
    facilitateur: str
    facilitateur_contact: str
    auteur: str
    jour: date
    heures: Decimal
    calcul: Mapping[str, Any]
    publics: Sequence[str]
    reglages: Any
    acheteur: str = ""
    marche: str = ""
    reference: str = ""
    objet: str = ""
    nature: NatureMarche | None = None
    commune: str = ""
    procedure: str = ""
    montant_ht: Decimal | None = None
    duree_mois: int | None = None
    lien_objet: str = ""
    leviers: Sequence[str] = ()
    reservation: Reservation | None = None
    obligatoire: bool = False
    prive: bool = False
    faisabilite: Sequence[str] = ()


def valeurs(f: Faits) -> dict[str, str | list[str]]:
    """A value for each field. What nobody knows yet reads « [à compléter] », never a guess."""
    r = f.reglages
    cas, entrees = entrees_gardees(f.calcul)
    calcule = "cas" in f.calcul or "montant_ht" in f.calcul
    donnees = _donnees(cas, entrees) if calcule else []
    lues: dict[str, str | list[str]] = {
        "acheteur": f.acheteur or A_COMPLETER,
        "marche": f.marche or A_COMPLETER,
        "reference": f.reference or "–",
        "objet": f.objet or f.marche or A_COMPLETER,
        "nature": NATURES[f.nature] if f.nature else A_COMPLETER,
        "commune": f.commune or A_COMPLETER,
        "procedure": f.procedure or A_COMPLETER,
        "montant": A_COMPLETER if f.montant_ht is None else f"{nombre_en_texte(f.montant_ht)}\u00a0€ HT",
        "duree": A_COMPLETER if f.duree_mois is None else f"{f.duree_mois}\u00a0mois",
        "heures": nombre_en_texte(f.heures),
        "engagement": _engagement(cas, f),
        "precisions": _precisions(cas, f.calcul),
        "fondement": _fondement(f),
        "lien_objet": _sans_point(f.lien_objet) or A_COMPLETER,
        "critere": _critere(f.leviers),
        "reservation": _reservation(f.reservation),
        "publics": _publics(cas, f.publics),
        "modalites": [MODALITE_RESERVEE, *MODALITES] if f.reservation else list(MODALITES),
        "duree_validation": f"{r.fenetre_mois_cdd}\u00a0mois ({r.fenetre_mois_cdi}\u00a0mois pour un contrat à durée "
        "indéterminée)",
        "plafond_formation": nombre_en_texte(Decimal(r.plafond_formation) * 100),
        "rythme_declaration": RYTHMES[r.rythme_declaration],
        "jour_echeance": str(r.jour_echeance),
        "penalite": _penalite(r.penalite_unitaire),
        "penalite_plafond": _plafond(r.penalite_plafond),
        "preavis": str(r.penalite_preavis_jours),
        "facilitateur": f.facilitateur or A_COMPLETER,
        "facilitateur_contact": f.facilitateur_contact or A_COMPLETER,
        "cas_de_calcul": LIBELLES_CAS[cas] if calcule else "Objectif fixé sans calcul",
        "donnee": [nom for nom, _ in donnees],
        "valeur": [valeur for _, valeur in donnees],
        "formule": str(f.calcul.get("formule") or _formule_ancienne(f.calcul)),
        "exact": _heures(f.calcul["exact"]) if "exact" in f.calcul else _heures(f.heures),
        "arrondi": _arrondi(Decimal(r.arrondi_pas), r.arrondi_mode),
        "version_formule": str(f.calcul.get("version", "–")),
        "faisabilite": list(f.faisabilite) or ["Non étudiée."],
        "date": jour_en_texte(f.jour),
        "auteur": f.auteur,
        "territoire": f.territoire,
    }
    return {nom: _propre(v) if isinstance(v, str) else [_propre(x) for x in v] for nom, v in lues.items()}


def manquants(lues: Mapping[str, str | Sequence[str]], noms: Sequence[str]) -> tuple[str, ...]:
    """What each of these fields lacks, in words: shown before the document is made."""
    return tuple(CHAMPS[nom] for nom in noms if isinstance(lues[nom], str) and A_COMPLETER in lues[nom])


EXEMPLE_CALCUL: Mapping[str, Any] = {
    "cas": "marche",
    "entrees": {"montant": "1000000", "part": "50", "taux": "5", "cout": "30", "duree": "12"},
    "heures": "833",
    "exact": "833.33",
    "formule": "1\u202f000\u202f000\u00a0€ × 50\u00a0% × 5\u00a0% ÷ 30\u00a0€",
    "version": "2026-1",
}


def exemple(reglages: Any, territoire: str, jour: date) -> dict[str, str | list[str]]:
    """Values of a fictitious marché, to try a model."""
    return valeurs(
        Faits(
            territoire=territoire,
            facilitateur="Équipe des facilitateurs (exemple)",
            facilitateur_contact="04 00 00 00 00, clauses@exemple.invalid",
            auteur="Camille Exemple",
            jour=jour,
            heures=Decimal(833),
            calcul=EXEMPLE_CALCUL,
            publics=tuple(PUBLICS),
            reglages=reglages,
            acheteur="Commune d'Exempleville (fictive)",
            marche="Gros œuvre du groupe scolaire, lot 2 (fictif)",
            reference="M-000000",
            objet="Construction d'un groupe scolaire",
            nature=NatureMarche.TRAVAUX,
            commune="Exempleville",
            procedure="Procédure adaptée",
            montant_ht=Decimal(1_000_000),
            duree_mois=12,
            lien_objet="les travaux de maçonnerie se prêtent à l'accueil de personnes en insertion",
            faisabilite=("14 personnes à portée, il en faut une.",),
        )
    )


# --- sentences ---------------------------------------------------------------------------------------------------


def _propre(texte: str) -> str:
    return _CONTROLES.sub("", texte).replace("\n", " ").strip()


def _sans_point(texte: str) -> str:
    return texte.strip().rstrip(".")


def _heures(valeur: object) -> str:
    return f"{nombre_en_texte(Decimal(str(valeur)))}\u00a0heures"


def _engagement(cas: Cas, f: Faits) -> str:
    """What the titulaire owes, in one piece of sentence (R13, R18, R19, R21)."""
    heures = nombre_en_texte(f.heures)
    if cas is Cas.BONS and "ratio" in f.calcul:
        ratio = Decimal(f.calcul["ratio"])
        return (
            f"au moins {nombre_en_texte(ratio)}\u00a0heure{'s' if ratio >= 2 else ''} d'insertion pour "
            f"1\u202f000\u00a0€ HT commandés, soit {heures}\u00a0heures pour le montant estimé des commandes"
        )
    if cas is Cas.ANRU:
        return f"au moins {heures}\u00a0heures réservées aux habitants des quartiers prioritaires"
    return f"au moins {heures}\u00a0heures d'insertion"


def _precisions(cas: Cas, calcul: Mapping[str, Any]) -> list[str]:
    detail = [(str(nom), _heures(heures)) for nom, heures in calcul.get("detail", ())]
    if cas is Cas.TRANCHES:
        lignes = [f"{nom} : {heures}" for nom, heures in detail]
        return [*lignes, "Les heures d'une tranche optionnelle ne sont dues qu'à compter de son affermissement."]
    if cas is Cas.GROUPEMENT:
        return [f"{nom} : {heures}" for nom, heures in detail]
    if cas is Cas.BONS:
        return ["Les heures dues suivent le montant HT cumulé des bons de commande notifiés."]
    if cas is Cas.REPRISE:
        return ["L'effort d'insertion porte sur les seules heures nouvelles, hors personnel repris."]
    return []


def _publics(cas: Cas, codes: Sequence[str]) -> list[str]:
    if cas is Cas.ANRU:
        return [f"{PUBLICS['qpv']}, éloignés de l'emploi"]
    return [PUBLICS[code] for code in codes if code in PUBLICS]


def _fondement(f: Faits) -> str:
    """Articles of the code: a concession has its own, a private buyer has none (R2, R11)."""
    if f.prive:
        return "du contrat (acheteur privé, hors code de la commande publique)"
    article = "L. 3114-2" if f.nature is NatureMarche.CONCESSION else "L. 2112-2"
    if f.obligatoire:
        return f"des articles {article} et {article}-1 du code de la commande publique"
    return f"de l'article {article} du code de la commande publique"


def _critere(leviers: Sequence[str]) -> str:
    if Levier.CRITERE_ATTRIBUTION in leviers:
        return "La qualité de la réponse en matière d'insertion est aussi un critère d'attribution : elle est notée."
    return "Cette clause n'est pas un critère d'attribution : les offres ne sont pas notées sur ce point."


def _reservation(reservation: Reservation | None) -> str:
    if reservation is None:
        return "Le marché n'est pas réservé : toute entreprise peut répondre."
    article = ARTICLES[reservation].replace("L2113", "L. 2113")
    mot = "des articles" if " et " in article else "de l'article"
    return f"Le marché est réservé en application {mot} {article} du code de la commande publique."


def _penalite(montant: Decimal | None) -> str:
    if montant is None:
        return f"{A_COMPLETER} euros par heure"
    return f"{nombre_en_texte(montant)}\u00a0euros par heure"


def _plafond(part: Decimal | None) -> str:
    if part is None:
        return ""
    return f"Le total de ces pénalités ne dépasse pas {nombre_en_texte(Decimal(part) * 100)}\u00a0% du montant HT."


def _arrondi(pas: Decimal, mode: str) -> str:
    sens = "vers le bas" if mode == "plancher" else "au plus proche"
    return f"à {nombre_en_texte(pas)}\u00a0heure{'s' if pas >= 2 else ''}, {sens}"


def _donnees(cas: Cas, entrees: Mapping[str, str]) -> list[tuple[str, str]]:
    """Name and value of each entry of a sizing, in the order it was asked."""
    lignes = []
    for nom, texte in entrees.items():
        libelle = LIBELLES_ENTREES.get(nom) or _libelle_numerote(nom)
        if nom == "montant" and cas is Cas.TRANCHES:
            libelle = "Montant HT de la tranche ferme"
        if nom == "montant" and cas is Cas.BONS:
            libelle = "Montant HT des commandes"
        valeur = VOLETS.get(texte, texte) if nom == "volet" else _chiffre(texte)
        if nom.startswith("affermie"):
            valeur = "oui"
        unite = UNITES.get(nom, "€ HT" if nom.startswith("tranche") else "%" if nom.startswith("part") else "")
        lignes.append((libelle, f"{valeur}\u00a0{unite}".strip()))
    if cas in AVEC_FORMULE:
        ordre = {"Montant": 0, "Part": 1, "Taux": 2, "Coût": 3}
        lignes.sort(key=lambda ligne: ordre.get(ligne[0].split()[0], 4))
    return lignes


def _chiffre(texte: str) -> str:
    """A number as French writes it; any other text as it was typed."""
    try:
        return nombre_en_texte(lire_decimal(texte.rstrip("%€h ")))
    except RegleViolee:
        return texte


def _libelle_numerote(nom: str) -> str:
    base, rang = nom.rstrip("0123456789"), nom[len(nom.rstrip("0123456789")) :]
    noms = {
        "tranche": "Montant HT de la tranche optionnelle",
        "affermie": "Tranche optionnelle affermie :",
        "membre": "Membre",
        "part": "Part du membre",
    }
    return f"{noms.get(base, base)} {rang}".strip()


def _formule_ancienne(calcul: Mapping[str, Any]) -> str:
    """The formula of a sizing kept before formulas were."""
    if "montant_ht" not in calcul:
        return "Aucune : l'objectif a été fixé sans calcul"
    parts = [nombre_en_texte(Decimal(calcul[nom]) * 100) for nom in ("part_main_oeuvre", "taux_effort")]
    montant, cout = (nombre_en_texte(Decimal(calcul[nom])) for nom in ("montant_ht", "cout_horaire"))
    return f"{montant}\u00a0€ × {parts[0]}\u00a0% × {parts[1]}\u00a0% ÷ {cout}\u00a0€"
