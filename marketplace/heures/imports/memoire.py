"""What an employer's choices leave for next month: its columns, our clients, our people. Nothing of the others."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.contexte import Contexte
from marketplace.heures.imports.constats import Lecture
from marketplace.heures.imports.correspondance import SELON_CONTRAT, TOUT_LE_RESTE, Correspondance
from marketplace.heures.imports.lecture import PERSONNE
from marketplace.heures.imports.tableau import Tableau
from marketplace.heures.models import CorrespondanceHeures, SorteCorrespondance
from marketplace.marches.models import Marche
from marketplace.personnes.rules.proteges import contient_nir
from marketplace.valeurs import cle

AUTRES_CLIENTS, AUTRES_PERSONNES, MINUTES = "autres_clients", "autres_personnes", "minutes"
OUI, NON = "oui", "non"
TEXTE_MAX = 200


def se_souvenir(s: Session, employeur_id: int) -> Correspondance:
    """The choices this employer made last time."""
    souvenir = Correspondance()
    requete = (
        select(CorrespondanceHeures, Marche.ref)
        .outerjoin(Marche, Marche.id == CorrespondanceHeures.marche_id)
        .where(CorrespondanceHeures.employeur_id == employeur_id)
        .order_by(CorrespondanceHeures.id)
    )
    for c, marche_ref in s.execute(requete):
        if c.sorte is SorteCorrespondance.COLONNE:
            souvenir.colonnes[c.texte] = c.cible
        elif c.sorte is SorteCorrespondance.CHANTIER:
            souvenir.chantiers[c.texte] = marche_ref or SELON_CONTRAT
        elif c.sorte is SorteCorrespondance.PERSONNE:
            souvenir.personnes[c.texte] = f"{PERSONNE}{c.personne_id}"
        elif c.sorte is SorteCorrespondance.RUBRIQUE:
            souvenir.rubriques[c.texte] = c.cible
        elif c.texte == MINUTES:
            souvenir.minutes = c.cible == OUI
        elif c.texte == AUTRES_CLIENTS:
            souvenir.autres_clients = c.cible == OUI
        elif c.texte == AUTRES_PERSONNES:
            souvenir.autres_personnes = c.cible == OUI
    return souvenir


def retenir(
    s: Session, ctx: Contexte, employeur_id: int, choix: Correspondance, tableau: Tableau, lecture: Lecture
) -> None:
    """Keep what a written file taught. What was set aside leaves no trace, but that the rest was (R106)."""
    marches = {ref: id_ for id_, ref in s.execute(select(Marche.id, Marche.ref).where(Marche.ref.in_(_refs(lecture))))}
    dus: dict[tuple[SorteCorrespondance, str], tuple[str, int | None, int | None]] = {}
    for role, entete in choix.colonnes.items():
        if not entete or entete in tableau.colonnes.values():
            dus[SorteCorrespondance.COLONNE, role] = (entete, None, None)
    for texte, (_, ref) in lecture.lieux_reconnus.items():
        dus[SorteCorrespondance.CHANTIER, texte] = ("", marches.get(ref), None)
    for texte, designee in lecture.designees.items():
        dus[SorteCorrespondance.PERSONNE, texte] = ("", None, designee)
    for texte, nature in choix.rubriques.items():
        dus[SorteCorrespondance.RUBRIQUE, cle(texte)] = (nature, None, None)
    for texte, valeur in _regles(choix).items():
        dus[SorteCorrespondance.REGLE, texte] = (valeur, None, None)
    connues = {
        (c.sorte, c.texte): c
        for c in s.scalars(select(CorrespondanceHeures).where(CorrespondanceHeures.employeur_id == employeur_id))
    }
    for (sorte, texte), (cible, marche_id, personne_id) in dus.items():
        if not texte or len(texte) > TEXTE_MAX or len(cible) > TEXTE_MAX or contient_nir(texte):
            continue
        ligne = connues.get((sorte, texte))
        if ligne is None:
            ligne = CorrespondanceHeures(employeur_id=employeur_id, sorte=sorte, texte=texte)
            s.add(ligne)
        elif (ligne.cible, ligne.marche_id, ligne.personne_id) == (cible, marche_id, personne_id):
            continue
        ligne.cible, ligne.marche_id, ligne.personne_id = cible, marche_id, personne_id
        ligne.retenue_le = ctx.horloge()


def _refs(lecture: Lecture) -> set[str]:
    return {ref for _, ref in lecture.lieux_reconnus.values()}


def _regles(choix: Correspondance) -> Mapping[str, str]:
    regles = {}
    if TOUT_LE_RESTE in choix.chantiers:
        regles[AUTRES_CLIENTS] = OUI
    if TOUT_LE_RESTE in choix.personnes:
        regles[AUTRES_PERSONNES] = OUI
    if choix.minutes is not None:
        regles[MINUTES] = OUI if choix.minutes else NON
    return regles
