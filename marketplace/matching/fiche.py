"""The model card (R122), written from the files themselves."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from marketplace.matching.artefacts import charger
from marketplace.matching.decision import (
    ECE_MAX,
    MINIMUM_POURCENTAGE,
    MOTIFS_ADMIS,
    MOTIFS_EXCLUS,
    POIDS_A_LA_MAIN,
)
from marketplace.matching.entrainement.decisions import mesurer
from marketplace.matching.trajets import Coefficients
from marketplace.matching.valeurs import POIDS_DES_METIERS, Reglages

MODELES = ("lecteur", "pertinence")


def montrer(modeles: Path) -> list[dict[str, Any]]:
    """What each model file says of itself."""
    cles = ("nom", "version", "date", "donnees", "empreinte", "octets", "mesures", "tableaux")
    return [{c: charger(modeles, nom).fiche.get(c) for c in cles} for nom in MODELES]


def qualite(modeles: Path) -> Mapping[str, Any]:
    """Measures of the whole engine, kept beside the arrays by `entrainement.qualite`; empty when absent."""
    chemin = modeles / "qualite.json"
    if not chemin.exists():
        return {}
    lu: Mapping[str, Any] = json.loads(chemin.read_text(encoding="utf-8"))
    return lu


def tableau(entete: list[str], lignes: list[list[Any]]) -> str:
    """A Markdown table."""
    sortie = ["| " + " | ".join(entete) + " |", "|" + "---|" * len(entete)]
    sortie += ["| " + " | ".join(str(x) for x in ligne) + " |" for ligne in lignes]
    return "\n".join(sortie)


def carte(modeles: Path) -> str:
    """The model card in Markdown, in French."""
    c, r = Coefficients(), Reglages()
    fiches = montrer(modeles)
    mesures = qualite(modeles)
    morceaux = [
        "# Fiche du moteur de classement",
        "Écrite par « marketplace model card » à partir des fichiers du modèle. Ne pas modifier à la main.",
        "## À quoi il sert",
        (
            "Classer des personnes pour une offre, ou des offres pour une personne, et dire pourquoi. Il propose, une "
            "personne décide : rien n'est envoyé ni refusé automatiquement. Toute personne éligible reste visible."
        ),
        "## Ce qu'il lit, ce qu'il ne lit jamais",
        (
            "Il lit : les expériences et compétences dans les mots de la personne, les permis, CACES, horaires, "
            "disponibilité, commune et moyens de transport. Il ne lit jamais : sexe, âge, nationalité, "
            "nom, adresse, QPV, "
            "prestations, handicap, santé, famille. Ces informations n'existent pas dans les valeurs qu'il reçoit. "
            "L'éligibilité est un filtre appliqué avant lui."
        ),
        "## Comment il classe",
        (
            "1. Les exigences (permis, CACES, nuit, week-end, heures, disponibilité, trajet) écartent, "
            "et sont comptées.\n"
            "2. Les mots sont lus comme des métiers ROME 4.0, avec un degré de croyance ; un code confirmé par une "
            "personne est cru entièrement.\n"
            "3. La pertinence croît avec trois indices : même métier, métier proche (mobilités 1 à 3 ou même famille), "
            "métier voisin. Elle est apprise sur des carrières fictives bâties sur ROME, jamais sur "
            "des décisions passées.\n"
            f"4. Le trajet retire au plus {100 * r.part_trajet:.0f} % du score (réglage du territoire), et "
            "il est montré à part.\n"
            "5. À égalité, l'ordre suit une clé neutre propre à chaque offre.\n"
            "6. Un territoire peut remplacer ce qui est appris par des poids posés à la main : même métier "
            f"{nombre(POIDS_DES_METIERS[0])}, métier proche {nombre(POIDS_DES_METIERS[1], 2)}, métier voisin "
            f"{nombre(POIDS_DES_METIERS[2], 2)} au départ."
        ),
        (
            "Chaque ligne donne la part de chaque critère ; leur somme est le score. Ce qui changerait un rang est "
            "recalculé par le moteur lui-même, un changement à la fois."
        ),
        "Un profil vide ou illisible reçoit une valeur neutre et la marque « à compléter ».",
        "## Apprendre des décisions",
        (
            "Une seconde couche part de poids posés à la main et y reste attachée. Elle lit la pertinence ("
            + nombre(POIDS_A_LA_MAIN[0])
            + "), dix heures de moins par semaine que ce que la personne accepte ("
            + nombre(POIDS_A_LA_MAIN[1])
            + "), une semaine de retard ("
            + nombre(POIDS_A_LA_MAIN[2])
            + "). Elle s'apprend par territoire (`marketplace train decisions`), sur les oui et sur les "
            "seuls refus qui "
            "parlent du métier : "
            + ", ".join(_mots(MOTIFS_ADMIS - MOTIFS_EXCLUS))
            + ". Tout autre refus est laissé de côté avant l'apprentissage, et jamais rien n'entre pour : "
            + ", ".join(_mots(MOTIFS_EXCLUS))
            + "."
        ),
        (
            "Elle ne compte qu'une fois son rapport d'équité lu et approuvé par un administrateur, avec "
            "son nom, la date "
            "et son motif. Elle s'éteint en un clic. Ses poids sont gardés avec leur empreinte : changés, ils sont "
            f"laissés de côté. Le score se dit en mots ; en pourcentage à partir de {MINIMUM_POURCENTAGE} décisions et "
            f"d'une erreur de calibrage d'au plus {nombre(ECE_MAX)}, mesurée sur des décisions qu'elle "
            "n'avait pas vues."
        ),
        "### Sur des décisions simulées (moyennes de 5 tirages, 4 000 décisions à part)",
        tableau(
            [
                "décisions apprises",
                "erreur de prévision",
                "gain sur les poids à la main",
                "pire tirage",
                "calibrage (ECE)",
            ],
            [[m.decisions, nombre(m.perte), nombre(m.gain), nombre(m.gain_min), nombre(m.ece)] for m in mesurer()],
        ),
        "## Trajets",
        (
            f"Voiture : exp({c.constante}) × km^{c.distance} × 10^({c.densite} × d), d la moyenne du logarithme de la "
            f"densité autour des deux bouts (habitants à quelques kilomètres, écart type {c.voisinage_km:.0f} km, "
            "d'après les populations et les centres des communes), ajustée sur des trajets calculés de l'Isère "
            "(OpenStreetMap). Deux-roues : "
            f"× {c.deux_roues}. Transports : × {c.transports_facteur} + {c.transports_attente:.0f} min, entre communes "
            f"denses, et pas avant 6 h (hypothèse). Vélo {c.velo_kmh:.0f} km/h, marche {c.marche_kmh} km/h, détour × "
            f"{c.detour}. Ce sont des estimations, et c'est écrit à l'écran."
        ),
        "## Fichiers",
        tableau(
            ["fichier", "version", "date", "données", "octets", "mesures"],
            [
                [
                    f["nom"],
                    f["version"],
                    f["date"],
                    f["donnees"],
                    f["octets"],
                    ", ".join(f"{k} {v}" for k, v in (f["mesures"] or {}).items()) or "—",
                ]
                for f in fiches
            ],
        ),
    ]
    if mesures:
        morceaux += ["## Qualité mesurée", *(_section(k, v) for k, v in mesures.items())]
    morceaux += [
        "## Limites",
        (
            "Les personnes et les offres des jeux de mesure sont inventées : les chiffres disent « retrouve la "
            "relation ROME dans des mots hésitants », pas « prédit une embauche ». Les transports en "
            "commun sont supposés. Le lexique familier est écrit à la main. Aucun recruteur n'a jugé ces listes. Le "
            "score est montré en mots (très proche, proche, à rapprocher, éloigné) "
            "tant qu'il n'est pas calibré sur mille décisions."
        ),
        "Les données : docs/donnees-du-modele.md.",
    ]
    return "\n\n".join(morceaux) + "\n"


def nombre(valeur: float, decimales: int = 3) -> str:
    """A figure as written in French, without useless zeros: « 0,47 »."""
    return f"{valeur:.{decimales}f}".rstrip("0").rstrip(".").replace(".", ",") if valeur else "0"


def _mots(motifs: Iterable[str]) -> list[str]:
    return sorted(m.replace("_", " ") for m in motifs)


def _section(titre: str, contenu: Any) -> str:
    if isinstance(contenu, list) and contenu and isinstance(contenu[0], dict):
        entete = list(contenu[0])
        return f"### {titre}\n\n" + tableau(entete, [[ligne.get(k, "") for k in entete] for ligne in contenu])
    return f"### {titre}\n\n{contenu}"
