"""The form of a workbook being taken over: what it shows for each value and column, and what was answered."""

from __future__ import annotations

import json
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


def lire_saisie(formulaire: MultiDict[str, str], examen: Examen | None) -> Reponses:
    """The answers of the form, added to those given before. Raises FichierRefuse when they were tampered with."""
    try:
        avant = lire_reponses(json.loads(formulaire.get("reponses") or "{}"))
    except ValueError:
        raise FichierRefuse("Les réponses n'ont pas été comprises : recommencez avec le fichier.") from None
    if examen is None:
        return avant
    genres, colonnes = _feuilles(formulaire, examen, avant)
    valeurs = {c: dict(v) for c, v in avant.valeurs.items()}
    for champ, faits in examen.valeurs.rapprochements.items():
        for n, r in enumerate(faits):
            nom = f"valeur-{champ}-{n}"
            cible = _cible(champ, formulaire[nom].strip(), r, faits) if nom in formulaire else None
            if cible is not None and (r.a_decider or cible != r.cible):
                valeurs.setdefault(champ, {})[cle(r.valeur)[:200]] = cible
    try:
        solde_au = lire_jour_source(formulaire.get("solde_au", ""))
    except RegleViolee as refus:
        raise FichierRefuse(f"Date des heures : {refus.message}") from None
    if solde_au == examen.solde_au and avant.solde_au is None:
        solde_au = None
    return Reponses(genres, colonnes, valeurs, solde_au)


def _feuilles(
    formulaire: MultiDict[str, str], examen: Examen, avant: Reponses
) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """The kinds of sheets and the columns that were changed, added to those changed before."""
    genres, colonnes = dict(avant.genres), {g: dict(c) for g, c in avant.colonnes.items()}
    permis = {g: {"", *(c for c, _ in champs)} for g, champs in champs_possibles().items()}
    for i, grille in enumerate(examen.grilles):
        genre = formulaire.get(f"genre-{i}", grille.genre)
        if genre != grille.genre and genre in (MARCHES, PERSONNES, IGNOREE):
            genres[grille.nom] = genre
            continue
        for colonne in grille.colonnes:
            champ = formulaire.get(f"colonne-{i}-{colonne.rang}", colonne.champ)
            if champ != colonne.champ and champ in permis.get(grille.genre, ()) and cle(colonne.entete):
                colonnes.setdefault(grille.genre, {})[cle(colonne.entete)] = champ
    return genres, colonnes


def _cible(champ: str, texte: str, r: Rapprochement, faits: Sequence[Rapprochement]) -> str | None:
    """The target an answer names: a code of a closed list, a name already seen, a new name to make; None if unknown."""
    if champ in FERMEES:
        return texte if texte in {c.code for c in FERMEES[champ]} | {""} else None
    if not texte:
        return ""
    connus = {cle(c.libelle): c.code for f in faits for c in f.suggestions}
    connus |= {cle(f.libelle): f.cible for f in faits if f.libelle and f.cible}
    connus |= {cle(r.libelle): r.cible} if r.libelle else {}
    if cle(texte) in connus:
        return connus[cle(texte)]
    return f"{CREER}{texte[:190]}" if champ in ("acheteur", "entreprise", "operation") else None


def en_json(reponses: Reponses) -> str:
    """The answers as the form carries them from one page to the next."""
    return json.dumps(reponses.en_dict(), ensure_ascii=False)


def resumer(examen: Examen) -> dict[str, Any]:
    """The figures at the top of the page."""
    plan = examen.plan
    return {
        "marches": len(plan.nouveaux),
        "connus": len(plan.marches) - len(plan.nouveaux),
        "heures": plan.heures,
        "personnes": len(plan.a_inscrire),
        "refuses": len(examen.refuses),
    }
