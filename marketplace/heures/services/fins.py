"""Ends that come: reading the list of one's people, and deciding the next step (N22)."""

from __future__ import annotations

from datetime import date

from marketplace.comptes.droits import Action
from marketplace.comptes.roles import Acteur, Role
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.heures.queries.fins import LIBELLES_FINS, FinProche, fins_a_preparer
from marketplace.journal.services import journaliser, noter_lectures, reconcilier_alertes
from marketplace.personnes import alertes
from marketplace.personnes.models import Personne, RoleSuivi, SuitePrevue
from marketplace.personnes.portee import exiger_pour_les_siens, personne_du_perimetre
from marketplace.personnes.queries import ids_suivies

DECISIONS = {
    "comite_suivi": "Comité de suivi",
    "nouveau_contrat": "Nouveau contrat en vue",
    "prolongation": "Prolongation demandée",
    "formation": "Formation",
    "sortie": "Sortie préparée",
    "rien": "Rien à prévoir",
}


def lire_fins(
    ctx: Contexte, acteur: Acteur, finalite: str = "Préparation d'une fin", *, montrees: int | None = None
) -> tuple[FinProche, ...]:
    """Ends of one's caseload (référent) or of the territory (facilitateur).

    A co-référent, or a facilitateur acting for a référent, reads no end that tells a situation. Each name shown is
    noted: the first `montrees`, or all.
    """
    exiger_pour_les_siens(acteur, Action.VOIR_PERSONNE)
    jour = ctx.aujourdhui()
    with ctx.transaction() as s:
        suivies, siennes = None, frozenset[int]()
        if acteur.role is Role.REFERENT:
            suivies = ids_suivies(s, acteur.territoire_id, acteur.referent_id or 0, jour)
        if acteur.role is Role.REFERENT and acteur.pour_le_compte_de is None:
            siennes = ids_suivies(s, acteur.territoire_id, acteur.utilisateur_id or 0, jour, RoleSuivi.REFERENT)
        fins = fins_a_preparer(s, acteur.territoire_id, jour, personne_ids=suivies, situation_lue=siennes)
        noter_lectures(s, ctx.horloge(), acteur, [f.personne_id for f in fins[:montrees]], finalite)
    return fins


def noter_suite(
    ctx: Contexte,
    acteur: Acteur,
    ref: str,
    *,
    objet: str,
    echeance: date | None,
    decision: str,
    prevue_le: date | None = None,
) -> None:
    """Decide the next step before an end: it leaves the list, and its alerte closes.

    Raises Introuvable, RegleViolee (unknown end or decision, a day already past).
    """
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    with ctx.transaction() as s:
        personne = personne_du_perimetre(s, acteur, Action.SUIVRE_PERSONNE, ref, jour)
        if objet not in LIBELLES_FINS or echeance is None:
            raise RegleViolee("Cette fin n'est plus dans la liste : rechargez la page.")
        if decision not in DECISIONS:
            raise RegleViolee("Choisissez la suite dans la liste.", champ="decision")
        if prevue_le is not None and prevue_le < jour:
            raise RegleViolee("La date de la suite est déjà passée.", champ="prevue_le")
        s.add(
            SuitePrevue(
                personne_id=personne.id,
                objet=objet,
                echeance=echeance,
                decision=decision,
                prevue_le=prevue_le,
                notee_par_id=acteur.utilisateur_id,
                notee_le=quand,
            )
        )
        suite = f"Suite prévue : {DECISIONS[decision].lower()}"
        journaliser(s, quand, acteur, "noter_suite", personne, suite)
        dues = [a for a in alertes.dues(s, personne.territoire_id, jour) if a.objet_id == personne.id]
        reconcilier_alertes(
            s,
            quand,
            personne.territoire_id,
            [a for a in dues if a.type == alertes.FIN_DE_PARCOURS],
            (alertes.FIN_DE_PARCOURS,),
            objets=[(Personne.__tablename__, personne.id)],
        )
