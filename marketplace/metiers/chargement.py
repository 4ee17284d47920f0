"""The lots of ROME 4.0, CPV 2008 and NAF rév. 2: what is read from which file of `seeds/referentiels/`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from marketplace.metiers.models import (
    Appellation,
    Competence,
    ContexteTravail,
    Cpv,
    Metier,
    MetierCompetence,
    MetierContexte,
    Mobilite,
    Naf,
)
from marketplace.referentiel import Ligne, Lot, lire_csv
from marketplace.valeurs import cle

METIERS = "rome4_metiers.csv.gz"
APPELLATIONS = "rome4_appellations.csv.gz"
COMPETENCES = "rome4_competences.csv.gz"
METIER_COMPETENCES = "rome4_metier_competences.csv.gz"
MOBILITES = "rome4_mobilites.csv.gz"
CONTEXTES = "rome4_contextes_travail.csv"
METIER_CONTEXTES = "rome4_metier_contextes.csv.gz"
CPV = "cpv_2008_fr.csv.gz"
NAF = "naf_rev2.csv"


def metiers(dossier: Path) -> Iterator[Ligne]:
    """The 1 584 métiers."""
    for r in lire_csv(dossier / METIERS):
        yield {
            "code_rome": r["code_rome"],
            "libelle": r["libelle_rome"],
            "cle": cle(r["libelle_rome"]),
            "grand_domaine": r["libelle_grand_domaine"],
            "domaine": r["libelle_domaine"],
            "code_rome_parent": r["code_rome_parent"],
            "definition": r["definition"],
        }


def appellations(dossier: Path) -> Iterator[Ligne]:
    """Job titles of the métiers."""
    for r in lire_csv(dossier / APPELLATIONS):
        yield {
            "code_ogr": r["code_ogr"],
            "libelle": r["libelle_appellation_long"],
            "libelle_court": r["libelle_appellation_court"],
            "cle": cle(r["libelle_appellation_court"]),
            "code_rome": r["code_rome"],
            "principale": r["classification"] == "PRINCIPALE",
        }


def competences(dossier: Path) -> Iterator[Ligne]:
    """Savoir-faire, savoir-être and savoirs."""
    for r in lire_csv(dossier / COMPETENCES):
        yield {"code_ogr": r["code_ogr"], "libelle": r["libelle"], "type": r["type"]}


def metier_competences(dossier: Path) -> Iterator[Ligne]:
    """Compétences of each métier; the core ones are those ROME calls « Principale »."""
    for r in lire_csv(dossier / METIER_COMPETENCES):
        yield {
            "code_rome": r["code_rome"],
            "code_ogr": r["code_ogr"],
            "coeur": r["coeur_metier"] == "Principale",
        }


def mobilites(dossier: Path) -> Iterator[Ligne]:
    """Métiers near another, nearest first."""
    for r in lire_csv(dossier / MOBILITES):
        yield {
            "code_rome": r["code_rome"],
            "code_rome_cible": r["code_rome_cible"],
            "rang": int(r["numero_ordre"]),
        }


def contextes(dossier: Path) -> Iterator[Ligne]:
    """Working contexts."""
    for r in lire_csv(dossier / CONTEXTES):
        yield {"code_ogr": r["code_ogr"], "libelle": r["libelle"], "type": r["type_contexte"]}


def metier_contextes(dossier: Path) -> Iterator[Ligne]:
    """Working contexts usual in each métier."""
    for r in lire_csv(dossier / METIER_CONTEXTES):
        yield {"code_rome": r["code_rome"], "code_ogr": r["code_ogr"]}


def cpv(dossier: Path) -> Iterator[Ligne]:
    """CPV codes without their check digit."""
    for r in lire_csv(dossier / CPV):
        yield {"code": r["code8"], "libelle": r["libelle"], "niveau": int(r["niveau"])}


def naf(dossier: Path) -> Iterator[Ligne]:
    """NAF codes of every level."""
    for r in lire_csv(dossier / NAF):
        yield {"code": r["code"], "libelle": r["libelle"], "niveau": r["niveau"]}


LOTS = (
    Lot("métiers", Metier, ("code_rome",), (METIERS,), metiers),
    Lot("appellations", Appellation, ("code_ogr",), (APPELLATIONS,), appellations, True),
    Lot("compétences", Competence, ("code_ogr",), (COMPETENCES,), competences),
    Lot(
        "compétences des métiers",
        MetierCompetence,
        ("code_rome", "code_ogr"),
        (METIER_COMPETENCES,),
        metier_competences,
        True,
    ),
    Lot("métiers proches", Mobilite, ("code_rome", "code_rome_cible"), (MOBILITES,), mobilites, True),
    Lot("contextes de travail", ContexteTravail, ("code_ogr",), (CONTEXTES,), contextes),
    Lot(
        "contextes des métiers",
        MetierContexte,
        ("code_rome", "code_ogr"),
        (METIER_CONTEXTES,),
        metier_contextes,
        True,
    ),
    Lot("CPV", Cpv, ("code",), (CPV,), cpv, True),
    Lot("NAF", Naf, ("code",), (NAF,), naf, True),
)
