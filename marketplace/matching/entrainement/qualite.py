"""Every measure of the model card, by one command (the data stay outside the repository).

Run: python -m marketplace.matching.entrainement.qualite --jeu DIR/standard --jeu DIR/dur
         [--familiers F.csv] [--anciens F.csv] [--trajets MATRICE.csv.gz] --sortie seeds/modeles/qualite.json
then « marketplace model card --sortie docs/modele.md ».
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path
from typing import Any

from marketplace.matching.entrainement.decoupes import SEMENCES, cinq_decoupes
from marketplace.matching.entrainement.trajets import decoupes as decoupes_trajets
from marketplace.matching.equite import rapport
from marketplace.matching.jeu import COEFFICIENTS_JEU, lire_jeu
from marketplace.matching.lexique import lire_lexique
from marketplace.matching.ranker import Ranker
from marketplace.matching.texte import cle, formes
from marketplace.matching.valeurs import Profil

DECOUPES = 5
ANNEE = 2026


def _lire(chemin: Path) -> list[dict[str, str]]:
    with chemin.open(encoding="utf-8", newline="") as flux:
        return list(csv.DictReader(flux))


def classement(jeux: list[Path]) -> list[dict[str, Any]]:
    """Rows of the five splits."""
    mesures = cinq_decoupes(jeux, DECOUPES)
    return [{"jeu": j, "offres": g} | m for j, genres in mesures.items() for g, m in genres.items()]


def mots(ranker: Ranker, familiers: Path | None, anciens: Path | None) -> list[dict[str, Any]]:
    """First and first five right, of official old labels and of familiar wordings; vague ones asked about."""
    lignes: list[dict[str, Any]] = []

    def ligne(nom: str, attendus: list[tuple[str, set[str]]]) -> None:
        codes = [[s.code_rome for s in ranker.metiers(t, 5).suggestions] for t, _ in attendus]
        paires = list(zip(codes, (a for _, a in attendus), strict=True))
        un, cinq = sum(bool(set(c[:1]) & a) for c, a in paires), sum(bool(set(c) & a) for c, a in paires)
        n = max(1, len(paires))
        lignes.append({"mesure": f"{nom} ({n})", "premier": round(un / n, 3), "cinq premiers": round(cinq / n, 3)})

    if anciens:
        ligne("anciens libellés officiels", [(x["libelle_ancien"], {x["code_rome4"]}) for x in _lire(anciens)])
    if familiers:
        connus = {cle(x) for _, x in lire_lexique(SEMENCES / "modeles").familiers}
        connus |= {cle(f) for a in ranker.rome.appellations for f in formes(a[0])}
        lues = _lire(familiers)
        clairs = [(x["libelle"], set(x["codes_acceptables"].split())) for x in lues if x["codes_acceptables"]]
        ligne("libellés familiers", clairs)
        ligne("libellés familiers hors lexique et hors libellés ROME", [x for x in clairs if cle(x[0]) not in connus])
        vagues = [x["libelle"] for x in lues if not x["codes_acceptables"]]
        for nom, textes in (("vagues questionnés", vagues), ("clairs questionnés à tort", [t for t, _ in clairs])):
            part = sum(ranker.metiers(t).vague for t in textes) / max(1, len(textes))
            lignes.append({"mesure": f"{nom} ({len(textes)})", "premier": round(part, 3), "cinq premiers": ""})
    return lignes


def _groupes(profils: list[Profil], proteges: Path) -> dict[str, dict[str, str]]:
    def tranche(naissance: str) -> str:
        age = ANNEE - int(naissance)
        return "moins de 26" if age < 26 else "26 à 49" if age < 50 else "50 et plus"

    lignes = _lire(proteges)
    groupes = {c: {x["id"]: x[c] for x in lignes} for c in ("sexe", "qpv", "rsa")}
    groupes["âge"] = {x["id"]: tranche(x["annee_naissance"]) for x in lignes}
    groupes["déplacement"] = {p.ref: "voiture" if "voiture" in p.modes else "sans voiture" for p in profils}
    return groupes


def equite(ranker: Ranker, jeu: Path) -> dict[str, Any]:
    """The fairness report of the shipped engine on one set, groups read apart."""
    profils, postes = lire_jeu(jeu)
    ranker.trajets.coefficients = COEFFICIENTS_JEU
    ranker.charger(profils)
    listes = [ranker.rank(p) for p in postes]
    lu = rapport(
        [[x.ref for x in c.lignes] for c in listes],
        [p.ref for p in profils],
        _groupes(profils, jeu / "proteges.csv"),
        hors_de_portee={h.ref for c in listes for h in c.hors_de_portee},
    )
    lignes = [
        {
            "critère": e.critere,
            "groupe": e.groupe,
            "effectif": e.effectif,
            "rapport de sélection": round(e.rapport_selection, 2),
            "hasard seul (95 %)": f"{e.intervalle_hasard[0]:.2f} – {e.intervalle_hasard[1]:.2f}",
            "rapport d'exposition": round(e.rapport_exposition, 2),
            "écart de rang": round(e.ecart_rang_moyen, 2),
            "alerte": "oui" if e.alerte else "non",
        }
        for e in lu.ecarts
    ]
    exposition = (
        f"Sur {lu.considerees} personnes et {lu.listes} listes de {lu.longueur}, {lu.jamais_montres} ne sont dans "
        f"aucune liste ; {lu.jamais_montres_hors_de_portee} d'entre elles sont nommées « pertinentes mais hors de "
        f"portée ». Concentration de l'exposition (Gini) : {lu.concentration:.2f}. La voiture décide presque tout : "
        "c'est l'aide à la mobilité, et non le classement, qui réduit cet écart."
    )
    return {f"Équité sur le jeu {jeu.name} (groupes fictifs)": lignes, "Exposition": exposition}


def main() -> int:
    """Write the measures as JSON."""
    lecteur = argparse.ArgumentParser(description="Mesures de la fiche du modèle")
    lecteur.add_argument("--jeu", action="append", required=True, type=Path)
    lecteur.add_argument("--familiers", type=Path)
    lecteur.add_argument("--anciens", type=Path)
    lecteur.add_argument("--trajets", type=Path)
    lecteur.add_argument("--sortie", required=True, type=Path)
    args = lecteur.parse_args()
    titre = f"Classement, moyennes de {DECOUPES} découpes par famille de métiers"
    sortie: dict[str, Any] = {titre: classement(args.jeu)}
    ranker = Ranker.ouvrir(SEMENCES / "referentiels", SEMENCES / "modeles")
    if args.familiers or args.anciens:
        sortie["Mots"] = mots(ranker, args.familiers, args.anciens)
    if args.trajets:
        mesures = decoupes_trajets(ranker.trajets, args.trajets)
        sortie["Trajets en voiture, moyenne de 5 découpes par commune"] = [
            {"modèle": k} | v for k, v in mesures.items()
        ]
    sortie |= equite(ranker, args.jeu[0])
    args.sortie.write_text(json.dumps(sortie, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sys.stderr.write(f"Mesures écrites dans {args.sortie}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
