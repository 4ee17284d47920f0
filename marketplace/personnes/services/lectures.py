"""Reading named people is an act: each one is noted with its purpose (N2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from marketplace.comptes.droits import Action, Portee, autorise, exiger
from marketplace.comptes.roles import Acteur, Role
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable
from marketplace.journal.services import noter_lectures
from marketplace.personnes.models import Personne
from marketplace.personnes.portee import exiger_pour_les_siens, personne_du_perimetre, portee_personne
from marketplace.personnes.queries.fiches import FichePersonne, fiche
from marketplace.personnes.queries.listes import PAR_PAGE, FiltresPersonnes, ListePersonnes, liste_personnes
from marketplace.personnes.queries.traces import FaitVu, LectureVue, historique, lectures_de
from marketplace.personnes.queries.validations import (
    ValidationATraiter,
    ValidationEmployeur,
    validations_a_traiter,
    validations_de_l_employeur,
)
from marketplace.personnes.services.statuts import statuts_ouverts


@dataclass(frozen=True, slots=True)
class DossierLu:
    """The file of a person with its history and its readers."""

    fiche: FichePersonne
    historique: tuple[FaitVu, ...]
    lectures: tuple[LectureVue, ...]


def lire_fiche(
    ctx: Contexte, acteur: Acteur, ref: str, finalite: str, *, accord_proposition: bool = False
) -> DossierLu:
    """The file of a person within reach; this reading is noted. Raises Introuvable.

    `accord_proposition`: whether she agreed to a proposition, which opens her statuses to a facilitateur.
    """
    jour = ctx.aujourdhui()
    with ctx.transaction() as s:
        personne = personne_du_perimetre(s, acteur, Action.VOIR_PERSONNE, ref, jour)
        ouverts = statuts_ouverts(s, acteur, personne, jour, accord_proposition=accord_proposition)
        noter_lectures(s, ctx.horloge(), acteur, [personne.id], finalite)
        s.flush()
        return DossierLu(
            fiche(s, personne, jour, statuts_ouverts=ouverts),
            historique(s, personne.id),
            lectures_de(s, personne.id),
        )


def lire_liste(
    ctx: Contexte, acteur: Acteur, filtres: FiltresPersonnes, finalite: str, *, par_page: int = PAR_PAGE
) -> ListePersonnes:
    """A page of the caseload (référent) or of the vivier (facilitateur); each name shown is noted.

    Raises Interdit for a hat that may see nobody, an unverified organisation included (R10, R111).
    """
    exiger_pour_les_siens(acteur, Action.VOIR_PERSONNE)
    if acteur.role is Role.REFERENT:
        filtres = replace(filtres, referent_id=acteur.referent_id)
    with ctx.transaction() as s:
        page = liste_personnes(s, acteur.territoire_id, filtres, ctx.aujourdhui(), par_page=par_page)
        noter_lectures(s, ctx.horloge(), acteur, [ligne.id for ligne in page.lignes], finalite)
    return page


def lire_validations(ctx: Contexte, acteur: Acteur, ref: str | None = None) -> tuple[ValidationATraiter, ...]:
    """The queue of people to validate, or one of them; each name shown is noted."""
    exiger(acteur, Action.VALIDER_PERSONNE, Portee(acteur.territoire_id))
    with ctx.transaction() as s:
        file = validations_a_traiter(s, acteur.territoire_id, ctx.aujourdhui(), ref=ref)
        noter_lectures(s, ctx.horloge(), acteur, [v.personne_id for v in file], "validation")
    return file


def lire_validations_demandees(ctx: Contexte, acteur: Acteur) -> tuple[ValidationEmployeur, ...]:
    """The questions this employer asked; each name shown is noted. Raises Introuvable for another hat."""
    if acteur.organisation_id is None:
        raise Introuvable()
    exiger(acteur, Action.DEMANDER_VALIDATION, Portee(acteur.territoire_id, frozenset({acteur.organisation_id})))
    with ctx.transaction() as s:
        vues = validations_de_l_employeur(s, acteur.organisation_id)
        noter_lectures(s, ctx.horloge(), acteur, [v.personne_id for v in vues], "Validations demandées")
    return vues


def lire_noms(ctx: Contexte, acteur: Acteur, ids: Sequence[int], finalite: str) -> dict[int, tuple[str, str]]:
    """(reference, full name) of these people, those within reach of this hat only; each is noted."""
    if not ids:
        return {}
    jour = ctx.aujourdhui()
    with ctx.transaction() as s:
        requete = select(Personne).where(
            Personne.id.in_(list(ids)),
            Personne.territoire_id == acteur.territoire_id,
            Personne.anonymisee_le.is_(None),
        )
        noms = {
            p.id: (p.ref, f"{p.prenom} {p.nom}")
            for p in s.scalars(requete)
            if autorise(acteur, Action.VOIR_PERSONNE, portee_personne(s, p, jour))
        }
        noter_lectures(s, ctx.horloge(), acteur, noms, finalite)
    return noms
