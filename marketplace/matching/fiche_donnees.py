"""The data sheet (R122): where each datum of the engine comes from, its date, what lacks, what labels are."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from marketplace.matching.artefacts import charger, empreinte_fichiers
from marketplace.matching.decision import MINIMUM_POURCENTAGE, PLIS, RETRECISSEMENT, TEMPS_PLEIN, TRAITS
from marketplace.matching.entrainement.tout import LEXIQUES, TABLES_ROME, Taille
from marketplace.matching.fiche import MODELES, nombre, tableau
from marketplace.matching.pertinence import NEUTRE
from marketplace.matching.referentiels import lire_communes, lire_rome


def fiche_de_donnees(referentiels: Path, modeles: Path) -> str:
    """The data sheet in Markdown, in French, written from the files themselves."""
    rome, communes, t = lire_rome(referentiels), lire_communes(referentiels), Taille()
    fiches = [charger(modeles, nom).fiche for nom in MODELES]
    morceaux = [
        "# Fiche des données du moteur",
        "Écrite par « marketplace model card » à partir des fichiers. Ne pas modifier à la main.",
        "## Ce qui est livré",
        "Aucune donnée de personne réelle n'a servi : ni parcours, ni décision, ni candidature.",
        tableau(
            ["fichier", "contenu", "producteur", "licence", "date", "empreinte"],
            [
                [s["fichier"], s["contenu"], s["producteur"], s["licence"], s["date"], _empreinte(referentiels, s)]
                for s in _sources(referentiels)
            ],
        ),
        f"Lu par le moteur : {rome.nombre} métiers ROME 4.0, {len(communes.rang)} communes.",
        "## Ce qui fut écrit à la main",
        tableau(
            ["fichier", "lignes", "empreinte"],
            [
                [nom, _lignes(modeles / nom), empreinte_fichiers([modeles / nom])]
                for nom in LEXIQUES
                if (modeles / nom).exists()
            ],
        ),
        (
            "Des mots familiers et des mots vagues, écrits pour ce produit. Ils reflètent l'usage de qui "
            "les a écrits : "
            "un mot d'un autre métier, d'une autre région ou d'une autre langue peut manquer."
        ),
        "## D'où viennent les étiquettes",
        (
            f"- Lire les mots : {_espace(t.exemples)} libellés tirés des appellations ROME, rendus "
            "familiers par un bruit "
            "écrit ici. L'étiquette est le métier de l'appellation d'origine.\n"
            f"- Pertinence : {_espace(t.personnes)} parcours fictifs et {_espace(t.offres)} offres "
            "fictives. L'étiquette "
            "est la relation ROME (même métier, proche, voisin). Aucune décision d'employeur (R127).\n"
            "- Seconde couche : les réponses des employeurs d'un territoire, et l'avis des référents sur "
            "un rang, dans sa "
            "seule base. Un oui, ou un refus qui parle du métier. Le reste n'entre pas (R128)."
        ),
        "## Ce que la seconde couche retient d'une décision",
        (
            f"{len(TRAITS)} nombres, tels que le moteur les voyait ce jour-là : la pertinence (0 à 1), les "
            "heures offertes "
            f"de moins que celles acceptées (au-delà de {nombre(TEMPS_PLEIN)} h, plus rien), les semaines de retard. "
            "Ni nom, ni commune, ni trajet, ni motif. Elle s'apprend avec un rappel vers les poids à la main "
            f"(force {nombre(RETRECISSEMENT)}), se mesure en {PLIS} parts jamais vues, et se dit en "
            "pourcentage à partir de "
            f"{MINIMUM_POURCENTAGE} décisions."
        ),
        "## Ce qui manque, et ce qu'on en fait",
        (
            f"- Parcours vide ou illisible : pertinence neutre ({nombre(NEUTRE)}), marque « à compléter ».\n"
            "- Commune ou moyen de transport inconnu : trajet neutre, jamais hors de portée.\n"
            "- Heures, horaires ou date non dits par l'offre : rien n'est filtré.\n"
            "- Transports en commun : temps supposés, tant que le territoire n'importe pas les siens.\n"
            "- Compétences absentes : le score suit le métier seul."
        ),
        "## Ce qui n'entre jamais",
        (
            "Sexe, âge, naissance, nationalité, nom, adresse, quartier, prestations, handicap, santé, "
            "famille, justice, "
            "photo, langue sans rapport avec le poste. Ces informations restent hors des valeurs que le "
            "moteur reçoit ; "
            "elles servent au seul rapport d'équité, par groupe d'au moins trente personnes."
        ),
        "## Combien de temps",
        (
            "Un classement montré est noté douze mois : qui, pour quoi, quelle version, quel ordre. "
            "Ensuite seuls restent "
            "les totaux. Un rapport d'équité est gardé cinq ans. Les décisions suivent la fiche de la personne."
        ),
        "## Les fichiers appris",
        tableau(
            ["fichier", "version", "date", "empreinte des données", "empreinte du fichier"],
            [[f["nom"], f["version"], f["date"], f["donnees"], f["empreinte"][:16]] for f in fiches],
        ),
    ]
    return "\n\n".join(morceaux) + "\n"


def _sources(referentiels: Path) -> list[dict[str, str]]:
    """The reference files the engine reads, as the product names them."""
    utiles = {*TABLES_ROME, "communes_france"}
    with (referentiels / "SOURCES.csv").open(encoding="utf-8", newline="") as fichier:
        return [ligne for ligne in csv.DictReader(fichier) if ligne["fichier"].split(".")[0] in utiles]


def _empreinte(referentiels: Path, source: dict[str, str]) -> Any:
    chemin = referentiels / source["fichier"]
    return empreinte_fichiers([chemin]) if chemin.exists() else "–"


def _lignes(chemin: Path) -> int:
    return sum(1 for ligne in chemin.read_text(encoding="utf-8").splitlines() if ligne.strip() and ligne[0] != "#")


def _espace(valeur: int) -> str:
    return f"{valeur:,}".replace(",", " ")
