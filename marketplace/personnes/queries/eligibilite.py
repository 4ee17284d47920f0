"""From the rows of a person to the rules that decide: the settings of the territory, her statuses, the answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation
from marketplace.erreurs import RegleViolee
from marketplace.marches.models import Clause
from marketplace.personnes.models import EtatValidation, PassIAE, Personne, Statut, Validation
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

DEBUT = date.min
"""Before every day: what was never seen is older than anything."""

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


@dataclass(frozen=True, slots=True)
class ElementsDeValidation:
    """What decides one question: her statuses, her last window, the clause's list, who asks, the end of her PASS."""

    statuts: tuple[Statut, ...] = ()
    fenetre: Fenetre | None = None
    photographie: tuple[str, ...] = ()
    publics: tuple[str, ...] = ()
    type_structure: str = "entreprise"
    fin_pass: date | None = None


def elements_des_validations(s: Session, validations: Sequence[Validation]) -> dict[int, ElementsDeValidation]:
    """The elements of many questions at once, by validation id, in a constant number of queries."""
    personnes = {v.personne_id for v in validations}
    marches = {v.marche_id for v in validations if v.marche_id is not None}
    demandeurs = {v.demandeur_id for v in validations if v.demandeur_id is not None}
    statuts: dict[int, list[Statut]] = {}
    for statut in s.scalars(select(Statut).where(Statut.personne_id.in_(personnes)).order_by(Statut.id)):
        statuts.setdefault(statut.personne_id, []).append(statut)
    dernieres = {
        v.personne_id: v  # the last of the order wins
        for v in s.scalars(
            select(Validation)
            .where(Validation.personne_id.in_(personnes), Validation.etat == EtatValidation.OUI)
            .order_by(Validation.fenetre_fin, Validation.id)
        )
    }
    publics = {
        marche_id: tuple(liste or ())
        for marche_id, liste in s.execute(
            select(Clause.marche_id, Clause.publics)
            .where(Clause.marche_id.in_(marches), Clause.remplacee_le.is_(None))
            .order_by(Clause.numero)
        )
    }
    types = {
        numero: type_.value
        for numero, type_ in s.execute(
            select(Organisation.id, Organisation.type).where(Organisation.id.in_(demandeurs))
        )
    }
    passes = fins_de_pass(s, personnes)
    return {v.id: _elements(v, statuts, dernieres, publics, types, passes) for v in validations}


def _elements(
    v: Validation,
    statuts: Mapping[int, Sequence[Statut]],
    dernieres: Mapping[int, Validation],
    publics: Mapping[int, tuple[str, ...]],
    types: Mapping[int, str],
    passes: Mapping[int, date],
) -> ElementsDeValidation:
    derniere = dernieres.get(v.personne_id)
    ouverte = derniere is not None and derniere.fenetre_debut is not None and derniere.fenetre_fin is not None
    return ElementsDeValidation(
        statuts=tuple(statuts.get(v.personne_id, ())),
        fenetre=Fenetre(derniere.fenetre_debut, derniere.fenetre_fin) if ouverte else None,  # type: ignore[union-attr,arg-type]
        photographie=tuple(derniere.categories or ()) if derniere is not None else (),
        publics=publics.get(v.marche_id or 0, ()),
        type_structure=types.get(v.demandeur_id or 0, "entreprise"),
        fin_pass=passes.get(v.personne_id),
    )


def fins_de_pass(s: Session, personnes: Collection[int]) -> dict[int, date]:
    """Last day of each PASS, as last read on the national platform, never as computed (R67, R68)."""
    requete = (
        select(PassIAE.personne_id, PassIAE.fin)
        .where(PassIAE.personne_id.in_(personnes))
        .order_by(PassIAE.releve_le, PassIAE.id)
    )
    return {ligne.personne_id: ligne.fin for ligne in s.execute(requete)}


def fenetre_proposee(
    s: Session,
    validation: Validation,
    personne: Personne,
    jour: date,
    type_contrat: str = "cdd",
    fin_contrat: date | None = None,
) -> tuple[Fenetre, list[str]]:
    """The window a yes would open today, and the categories that found it.

    Raises RegleViolee when no proof holds on the first day, or when the break of R50 is not over.
    """
    elements = elements_des_validations(s, [validation])[validation.id]
    reglages = reglages_au(s, validation.territoire_id, jour)
    return fenetre_des_elements(
        elements,
        reglages,
        validation.debut_prevu or jour,
        personne.date_naissance,
        jour,
        type_contrat=type_contrat,
        fin_contrat=fin_contrat,
    )


def fenetre_des_elements(
    elements: ElementsDeValidation,
    reglages: Reglages,
    debut: date,
    naissance: date | None,
    jour: date,
    *,
    type_contrat: str = "cdd",
    fin_contrat: date | None = None,
) -> tuple[Fenetre, list[str]]:
    """Window and categories, from elements already read. Raises RegleViolee (R33, R47, R50)."""
    regles = regles_eligibilite(reglages)
    deja_ouverte = elements.fenetre is not None and elements.fenetre.contient(debut)
    statuts = elements.statuts
    if elements.fenetre is not None and debut > elements.fenetre.fin:
        # R50: after a window, a proof counts only if it was seen since.
        statuts = tuple(st for st in statuts if max(st.vue_le or DEBUT, st.preuve_le or DEBUT) > elements.fenetre.fin)
        if elements.statuts and not statuts:
            fenetre_retenue(elements.fenetre, Fenetre(debut, debut), regles_fenetre(reglages))
            raise RegleViolee(
                "Une nouvelle validation demande un justificatif vu depuis la fin de la première.", champ="categorie"
            )
    eligibilite = decider(statuts, naissance, debut, regles, elements.publics)
    if eligibilite.decision is not Decision.ELIGIBLE and not deja_ouverte:
        # A late question is judged with the proof in hand today as well: crediting settles the rest (R35).
        eligibilite = decider(statuts, naissance, max(debut, jour), regles, elements.publics)
        if eligibilite.decision is not Decision.ELIGIBLE:
            manques = [e.manque for e in eligibilite.examens if e.manque]
            raise RegleViolee(
                manques[0] if manques else "Aucun justificatif vu : notez-le d'abord, ou répondez non.",
                champ="categorie",
            )
    nouvelle = ouvrir_fenetre(
        debut,
        type_contrat,
        regles_fenetre(reglages),
        type_structure=elements.type_structure,
        fin_contrat=fin_contrat,
        fin_pass=elements.fin_pass,
    )
    fenetre = fenetre_retenue(elements.fenetre, nouvelle, regles_fenetre(reglages))
    return fenetre, [c.value for c in eligibilite.categories] or list(elements.photographie)
