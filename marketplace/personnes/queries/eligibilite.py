"""From the rows of a person to the rules that decide: the settings of the territory, her statuses, the answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.erreurs import RegleViolee
from marketplace.marches.models import Clause
from marketplace.personnes.models import EtatValidation, Personne, Statut, Validation
from marketplace.personnes.rules.eligibilite import (
    Categorie,
    Decision,
    Eligibilite,
    ReglagesEligibilite,
    examiner,
)
from marketplace.personnes.rules.eligibilite import Statut as StatutRegle
from marketplace.personnes.rules.fenetre import Fenetre, ReglagesFenetre, fenetre_retenue, ouvrir_fenetre
from marketplace.territoire.reglages import Reglages, reglages_au

_CODES = frozenset(c.value for c in Categorie)


def regles_eligibilite(reglages: Reglages) -> ReglagesEligibilite:
    """The eligibility rules of a territory, from its settings."""
    return ReglagesEligibilite(
        deld_mois=reglages.deld_mois,
        deld_strict=reglages.deld_strict,
        categories_actives=frozenset(reglages.categories_actives),
        ages_preuve=reglages.ages_preuve,
    )


def regles_du_territoire(s: Session, territoire_id: int, jour: date) -> ReglagesEligibilite:
    """The eligibility rules of a territory on `jour`."""
    return regles_eligibilite(reglages_au(s, territoire_id, jour))


def regles_fenetre(reglages: Reglages) -> ReglagesFenetre:
    """The window rules of a territory, from its settings."""
    return ReglagesFenetre(
        mois_cdd=reglages.fenetre_mois_cdd,
        mois_cdi=reglages.fenetre_mois_cdi,
        coupure_mois=reglages.coupure_mois,
        redemarre_nouveau_marche=reglages.fenetre_redemarre,
        delai_regularisation_jours=reglages.delai_regularisation_jours,
        anteriorite_mois=reglages.anteriorite_mois,
    )


def decider(
    statuts: Iterable[Statut],
    naissance: date | None,
    reference: date,
    regles: ReglagesEligibilite,
    publics: Sequence[str] = (),
) -> Eligibilite:
    """What the rules say of these rows on the reference day (R47)."""
    lus = [
        StatutRegle(Categorie(code), statut.depuis, statut.jusqu_au, statut.preuve_le)
        for statut in statuts
        if (code := statut.categorie.lower()) in _CODES
    ]
    return examiner(lus, naissance, reference, regles, publics_de_la_clause=[p.lower() for p in publics])


def fenetre_de_la_personne(s: Session, personne_id: int) -> Fenetre | None:
    """The last window given to this person, open or over; None when she was never validated."""
    derniere = s.execute(
        select(Validation.fenetre_debut, Validation.fenetre_fin)
        .where(Validation.personne_id == personne_id, Validation.etat == EtatValidation.OUI)
        .order_by(Validation.fenetre_fin.desc(), Validation.id.desc())
        .limit(1)
    ).first()
    if derniere is None or derniere[0] is None or derniere[1] is None:
        return None
    return Fenetre(derniere[0], derniere[1])


def fenetre_proposee(
    s: Session, validation: Validation, personne: Personne, jour: date, type_contrat: str = "cdd"
) -> tuple[Fenetre, list[str]]:
    """The window a yes would open today, and the categories that found it.

    Raises RegleViolee when no proof holds on the first day, or when the break of R50 is not over.
    """
    reglages = reglages_au(s, validation.territoire_id, jour)
    debut = validation.debut_prevu or jour
    existante = fenetre_de_la_personne(s, personne.id)
    statuts = list(s.scalars(select(Statut).where(Statut.personne_id == personne.id)))
    publics = _publics(s, validation.marche_id)
    eligibilite = decider(statuts, personne.date_naissance, debut, regles_eligibilite(reglages), publics)
    deja_ouverte = existante is not None and existante.contient(debut)
    if eligibilite.decision is not Decision.ELIGIBLE and not deja_ouverte:
        # A late question is judged with the proof in hand today as well: crediting settles the rest (R35).
        eligibilite = decider(statuts, personne.date_naissance, max(debut, jour), regles_eligibilite(reglages), publics)
        if eligibilite.decision is not Decision.ELIGIBLE:
            manques = [e.manque for e in eligibilite.examens if e.manque]
            raise RegleViolee(
                manques[0] if manques else "Aucun justificatif vu : notez-le d'abord, ou répondez non.",
                champ="categorie",
            )
    nouvelle = ouvrir_fenetre(debut, type_contrat, regles_fenetre(reglages))
    fenetre = fenetre_retenue(existante, nouvelle, regles_fenetre(reglages))
    categories = [c.value for c in eligibilite.categories]
    return fenetre, categories or _dernieres_categories(s, personne.id)


def _dernieres_categories(s: Session, personne_id: int) -> list[str]:
    """The photograph of the last yes: what found the window that still runs (R34)."""
    derniere = s.scalar(
        select(Validation.categories)
        .where(Validation.personne_id == personne_id, Validation.etat == EtatValidation.OUI)
        .order_by(Validation.fenetre_fin.desc())
        .limit(1)
    )
    return list(derniere or [])


def _publics(s: Session, marche_id: int | None) -> list[str]:
    """Categories that the clause in force on the marché admits; empty for all."""
    if marche_id is None:
        return []
    publics = s.scalar(
        select(Clause.publics)
        .where(Clause.marche_id == marche_id, Clause.remplacee_le.is_(None))
        .order_by(Clause.numero.desc())
        .limit(1)
    )
    return list(publics or [])
