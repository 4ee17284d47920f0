"""The model card (R122), written from the files themselves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from marketplace.matching.artefacts import charger
from marketplace.matching.decision import MOTIFS_EXCLUS, POIDS_A_LA_MAIN, TRAITS
from marketplace.matching.trajets import Coefficients
from marketplace.matching.valeurs import Reglages

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


def _tableau(entete: list[str], lignes: list[list[Any]]) -> str:
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
            f"4. Le trajet retire au plus {r.part_trajet:.0%} du score, et il est montré à part.\n"
            "5. À égalité, l'ordre suit une clé neutre propre à chaque offre."
        ),
        "Un profil vide ou illisible reçoit une valeur neutre et la marque « à compléter ».",
        "## Apprendre des décisions",
        (
            f"Une seconde couche ({', '.join(TRAITS)}) part de poids posés à la main "
            f"({', '.join(str(p).replace('.', ',') for p in POIDS_A_LA_MAIN)}) et y reste attachée. "
            f"Elle est éteinte tant "
            "que son rapport d'équité n'est pas approuvé. Les refus pour ces motifs ne l'atteignent jamais : "
            + ", ".join(sorted(m.replace("_", " ") for m in MOTIFS_EXCLUS))
            + "."
        ),
        "## Trajets",
        (
            f"Voiture : exp({c.constante}) × km^{c.distance} × 10^({c.densite} × d), d la moyenne du logarithme de la "
            "densité aux deux bouts, ajustée sur des trajets calculés de l'Isère (OpenStreetMap). Deux-roues : "
            f"× {c.deux_roues}. Transports : × {c.transports_facteur} + {c.transports_attente:.0f} min, entre communes "
            f"denses, et pas avant 6 h (hypothèse). Vélo {c.velo_kmh:.0f} km/h, marche {c.marche_kmh} km/h, détour × "
            f"{c.detour}. Ce sont des estimations, et c'est écrit à l'écran."
        ),
        "## Fichiers",
        _tableau(
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
    ]
    return "\n\n".join(morceaux) + "\n"


def _section(titre: str, contenu: Any) -> str:
    if isinstance(contenu, list) and contenu and isinstance(contenu[0], dict):
        entete = list(contenu[0])
        return f"### {titre}\n\n" + _tableau(entete, [[ligne.get(k, "") for k in entete] for ligne in contenu])
    return f"### {titre}\n\n{contenu}"
