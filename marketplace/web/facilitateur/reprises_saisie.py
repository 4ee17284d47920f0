"""The form of a workbook being taken over: what it shows for each value and column, and what was answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from marketplace.erreurs import FichierRefuse, RegleViolee
from marketplace.reprise.examen import Examen
from marketplace.reprise.reponses import Reponses, lire_reponses
from marketplace.reprise.rules.cellules import lire_jour_source
from marketplace.reprise.rules.champs import IGNOREE, LIBELLES, MARCHES, PERSONNES, champs_de
from marketplace.reprise.rules.listes import FERMEES, TITRES
from marketplace.reprise.rules.rapprochement import CREER, Rapprochement, Sorte
from marketplace.valeurs import cle

AFFICHEES = 300
"""Values shown in a group: more would make a page nobody reads."""
GENRES = ((MARCHES, "Des marchés"), (PERSONNES, "Des personnes et leurs heures"), (IGNOREE, "Rien à reprendre"))
SORTES: Mapping[Sorte, str] = {
    Sorte.RETENUE: "décidé",
    Sorte.IDENTIQUE: "reconnu",
    Sorte.PROCHE: "rapproché",
    Sorte.NOUVELLE: "nouveau",
    Sorte.IGNOREE: "laissé de côté",
    Sorte.A_DECIDER: "à décider",
}


@dataclass(frozen=True, slots=True)
class Groupe:
    """The values of one kind: questions, then the others; `choix`: a closed list, `connus`: names to pick from."""

    champ: str
    titre: str
    decisions: tuple[tuple[int, Rapprochement], ...]
    autres: tuple[tuple[int, Rapprochement], ...]
    choix: tuple[tuple[str, str], ...]
    connus: tuple[str, ...]
    creer: bool


def groupes(examen: Examen) -> tuple[Groupe, ...]:
    """The groups that hold something, in the order they are decided."""
    lus = []
    for champ, titre in TITRES.items():
        faits = examen.valeurs.rapprochements.get(champ, ())
        if not faits:
            continue
        numerotes = list(enumerate(faits))
        visibles = [(n, r) for n, r in numerotes if not r.a_decider]
        # What surprises comes first: brought together, set aside, then new, then plain.
        rang = {Sorte.PROCHE: 0, Sorte.IGNOREE: 1, Sorte.RETENUE: 2, Sorte.NOUVELLE: 3, Sorte.IDENTIQUE: 4}
        visibles.sort(key=lambda nr: rang[nr[1].sorte])
        lus.append(
            Groupe(
                champ,
                titre,
                tuple((n, r) for n, r in numerotes if r.a_decider),
                tuple(visibles[:AFFICHEES]),
                tuple((c.code, c.libelle) for c in FERMEES.get(champ, ())),
                tuple(_libelles(examen, champ)) if champ not in FERMEES else (),
                champ in ("acheteur", "entreprise", "operation"),
            )
        )
    return tuple(lus)


def _libelles(examen: Examen, champ: str) -> list[str]:
    """Names to pick from: those of the workbook first, then those proposed."""
    faits = examen.valeurs.rapprochements.get(champ, ())
    noms = [r.libelle for r in faits if r.libelle] + [c.libelle for r in faits for c in r.suggestions]
    return sorted(set(noms), key=cle)[:AFFICHEES]


def champs_possibles() -> dict[str, list[tuple[str, str]]]:
    """By kind of sheet, the fields a column may be given to."""
    return {g: [(c, LIBELLES[c]) for c in champs_de(g)] for g in (MARCHES, PERSONNES)}


def notes(examen: Examen) -> dict[str, Any]:
    """What reading the form again needs to know of the page that was shown: kept beside the file."""
    return {
        "reponses": examen.reponses.en_dict(),
        "solde_au": examen.solde_au.isoformat(),
        "feuilles": [
            {"nom": g.nom, "genre": g.genre, "colonnes": [[c.rang, c.entete, c.champ] for c in g.colonnes]}
            for g in examen.grilles
        ],
        "valeurs": {
            champ: [
                [r.valeur, r.cible, r.libelle, r.a_decider, [[c.code, c.libelle] for c in r.suggestions]] for r in faits
            ]
            for champ, faits in examen.valeurs.rapprochements.items()
        },
    }


def lire_saisie(formulaire: MultiDict[str, str], lues: Mapping[str, Any]) -> Reponses:
    """The answers of the form, added to those given before. Raises FichierRefuse for a date that is none."""
    avant = lire_reponses(lues.get("reponses", {}))
    genres, colonnes = _feuilles(formulaire, lues.get("feuilles", []), avant)
    valeurs = {c: dict(v) for c, v in avant.valeurs.items()}
    for champ, faits in lues.get("valeurs", {}).items():
        connus = {cle(libelle): code for r in faits for code, libelle in r[4]}
        connus |= {cle(r[2]): r[1] for r in faits if r[2] and r[1]}
        for n, (valeur, cible_avant, _, a_decider, _) in enumerate(faits):
            nom = f"valeur-{champ}-{n}"
            cible = _cible(champ, formulaire[nom].strip(), connus) if nom in formulaire else None
            if cible is not None and (a_decider or cible != cible_avant):
                valeurs.setdefault(champ, {})[cle(valeur)[:200]] = cible
    try:
        solde_au = lire_jour_source(formulaire.get("solde_au", ""))
    except RegleViolee as refus:
        raise FichierRefuse(f"Date des heures : {refus.message}") from None
    if solde_au is not None and solde_au.isoformat() == lues.get("solde_au") and avant.solde_au is None:
        solde_au = None
    return Reponses(genres, colonnes, valeurs, solde_au)


def _feuilles(
    formulaire: MultiDict[str, str], feuilles: Sequence[Mapping[str, Any]], avant: Reponses
) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """The kinds of sheets and the columns that were changed, added to those changed before."""
    genres, colonnes = dict(avant.genres), {g: dict(c) for g, c in avant.colonnes.items()}
    permis = {g: {"", *(c for c, _ in champs)} for g, champs in champs_possibles().items()}
    for i, feuille in enumerate(feuilles):
        genre = formulaire.get(f"genre-{i}", feuille["genre"])
        if genre != feuille["genre"] and genre in (MARCHES, PERSONNES, IGNOREE):
            genres[feuille["nom"]] = genre
            continue
        for rang, entete, champ_avant in feuille["colonnes"]:
            champ = formulaire.get(f"colonne-{i}-{rang}", champ_avant)
            if champ != champ_avant and champ in permis.get(genre, ()) and cle(entete):
                colonnes.setdefault(genre, {})[cle(entete)] = champ
    return genres, colonnes


def _cible(champ: str, texte: str, connus: Mapping[str, str]) -> str | None:
    """The target an answer names: a code of a closed list, a name already seen, a new name to make; None if unknown."""
    if champ in FERMEES:
        return texte if texte in {c.code for c in FERMEES[champ]} | {""} else None
    if not texte:
        return ""
    if cle(texte) in connus:
        return connus[cle(texte)]
    return f"{CREER}{texte[:190]}" if champ in ("acheteur", "entreprise", "operation") else None


def resumer(examen: Examen) -> dict[str, Any]:
    """The figures at the top of the page."""
    plan = examen.plan
    return {
        "marches": len(plan.nouveaux),
        "connus": len(plan.marches) - len(plan.nouveaux),
        "heures": plan.heures,
        "personnes": len(plan.a_inscrire),
        "connues": len(plan.personnes) - len(plan.a_inscrire),
        "refuses": len(examen.refuses),
    }
