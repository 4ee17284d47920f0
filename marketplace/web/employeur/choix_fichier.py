"""What the pages of a file of hours send: the choices, as the engine takes them. Nothing typed is lost."""

from __future__ import annotations

from collections.abc import Mapping

from marketplace.heures.imports.colonnes import LIBELLES
from marketplace.heures.imports.constats import CORRIGIBLES, LigneFausse
from marketplace.heures.imports.correspondance import COMPTER, LAISSER, REPRENDRE, TOUT_LE_RESTE, Correspondance
from marketplace.heures.imports.resultat import Resultat
from marketplace.heures.imports.rubriques import Nature

PAS_A_NOUS = "non"
CLIENT, PERSONNE, RUBRIQUE, COLONNE, MOIS, LIGNE = "client:", "personne:", "rubrique:", "colonne:", "mois:", "ligne:"
CELLULE_MAX = 40


def lire_colonnes(formulaire: Mapping[str, str], resultat: Resultat) -> dict[str, str]:
    """Role → header. A role left empty is one that no column holds."""
    titres = {c.nom for c in resultat.tableau.toutes}
    return {
        role: texte
        for role in LIBELLES
        if (texte := formulaire.get(f"{COLONNE}{role}")) is not None and (texte in titres or not texte)
    }


def lire_correspondances(formulaire: Mapping[str, str], resultat: Resultat) -> Correspondance:
    """The answers about clients, people and codes, and the two ticks for all the rest."""
    choix = Correspondance()
    refs = {m.ref for m in resultat.annuaire.marches} | {"selon le contrat"}
    contrats = {k.ref for k in resultat.annuaire.contrats}
    for nom, valeur in formulaire.items():
        if nom.startswith(CLIENT) and (valeur in refs or valeur == PAS_A_NOUS):
            choix.chantiers[nom.removeprefix(CLIENT)] = None if valeur == PAS_A_NOUS else valeur
        elif nom.startswith(PERSONNE) and (valeur in contrats or valeur == PAS_A_NOUS):
            choix.personnes[nom.removeprefix(PERSONNE)] = None if valeur == PAS_A_NOUS else valeur
        elif nom.startswith(RUBRIQUE) and valeur in {*Nature}:
            choix.rubriques[nom.removeprefix(RUBRIQUE)] = valeur
    if formulaire.get("autres_clients"):
        choix.chantiers[TOUT_LE_RESTE] = None
    if formulaire.get("autres_personnes"):
        choix.personnes[TOUT_LE_RESTE] = None
    if formulaire.get("minutes") in {"oui", "non"}:
        choix.minutes = formulaire["minutes"] == "oui"
    return choix


def lire_corrections(formulaire: Mapping[str, str], resultat: Resultat) -> Correspondance:
    """The rows typed again or set aside, and the months left or taken back."""
    choix = Correspondance()
    for fausse in resultat.fausses:
        if fausse.mois:
            valeur = formulaire.get(f"{MOIS}{fausse.mois}", "")
            if valeur in {LAISSER, REPRENDRE}:
                choix.mois[fausse.mois] = valeur
            continue
        _lire_ligne(formulaire, fausse, choix)
    return choix


def _lire_ligne(formulaire: Mapping[str, str], fausse: LigneFausse, choix: Correspondance) -> None:
    numero = str(fausse.numero)
    sort = formulaire.get(f"{LIGNE}{numero}:sort", "")
    if sort == "ecarter":
        choix.lignes[numero] = None
        return
    lues = dict(fausse.cellules)
    correction = {
        role: texte.strip()[:CELLULE_MAX]
        for role in CORRIGIBLES
        if (texte := formulaire.get(f"{LIGNE}{numero}:{role}")) is not None and texte.strip() != lues.get(role, "")
    }
    if sort == COMPTER:
        correction["double"] = COMPTER
    if correction:
        choix.lignes[numero] = correction
