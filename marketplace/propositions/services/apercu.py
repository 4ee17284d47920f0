"""One person and one offre side by side, before she is proposed: reasons, gaps, and what still prevents it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.journal.services import noter_lectures
from marketplace.offres.models import EtatOffre, Offre
from marketplace.offres.queries import OffreVue, charger_offre
from marketplace.offres.queries import offre as lire_offre
from marketplace.personnes.models import Personne
from marketplace.personnes.portee import personne_du_perimetre
from marketplace.personnes.queries.classement import ids_eligibles, profils_de_classement
from marketplace.propositions import rules
from marketplace.propositions.creneaux import creneau_propose
from marketplace.propositions.models import EtatSouhait, Proposition, SouhaitRencontre
from marketplace.propositions.services.classer_offres import faits_pour
from marketplace.propositions.services.commun import est_nationale
from marketplace.propositions.services.rangs import DEPUIS_OFFRE, Places
from marketplace.propositions.vues import RaisonVue, raisons_de


@dataclass(frozen=True, slots=True)
class Apercu:
    """What is read before proposing."""

    offre: OffreVue
    personne_ref: str
    prenom: str
    nom: str
    proximite: str | None
    raisons: tuple[RaisonVue, ...]
    manques: tuple[str, ...]
    manque: str | None
    aide: str | None
    incomplet: bool
    empechement: str | None
    proposition_ref: str | None
    motif_a_dire: bool
    """The list did not put her among the first: a coded reason is asked (R120)."""
    creneau: datetime | None
    """A slot to offer, that no other person of this employer holds."""
    a_savoir: tuple[str, ...] = ()


def apercu(ctx: Contexte, acteur: Acteur, offre_ref: str, personne_ref: str, *, depuis: str = DEPUIS_OFFRE) -> Apercu:
    """A person of the caller's perimeter against an offre, chosen from the list `depuis`.

    Raises Introuvable outside of it.
    """
    return apercus(ctx, acteur, [(offre_ref, personne_ref)], depuis=depuis)[0]


def apercus(
    ctx: Contexte, acteur: Acteur, couples: Sequence[tuple[str, str]], *, depuis: str = DEPUIS_OFFRE
) -> tuple[Apercu, ...]:
    """The same for several (offre, person): no two are offered the same hour."""
    with ctx.transaction() as s:
        jour = ctx.aujourdhui()
        places, offerts = Places(ctx, s, acteur, jour), Offerts()
        vus = []
        for offre_ref, personne_ref in couples:
            personne = personne_du_perimetre(s, acteur, Action.PROPOSER, personne_ref, jour)
            offre = charger_offre(s, acteur.territoire_id, offre_ref)
            vus.append(lire_apercu(ctx, s, acteur, offre, personne, places, offerts, depuis))
        return tuple(vus)


@dataclass(slots=True)
class Offerts:
    """Hours already offered on the page being made, for one employer or to one person."""

    moments: set[datetime] = field(default_factory=set)


def lire_apercu(
    ctx: Contexte,
    s: Session,
    acteur: Acteur,
    offre: Offre,
    personne: Personne,
    places: Places,
    offerts: Offerts,
    depuis: str,
    *,
    raisons: Callable[[Any], tuple[RaisonVue, ...]] = raisons_de,
) -> Apercu:
    """One couple inside the caller's transaction, which checked the perimeter; the reading is recorded."""
    jour = ctx.aujourdhui()
    informee = bool(profils_de_classement(s, personne.territoire_id, [personne.id]))
    eligible = personne.id in ids_eligibles(s, personne.territoire_id, jour)
    empechement = None
    try:
        rules.exiger_proposable(
            rules.Conditions(informee, eligible, jour, "à noter"),
            offre_ouverte=offre.etat is EtatOffre.PUBLIEE,
            jour=jour,
            nationale=est_nationale(s, offre.id),
        )
    except RegleViolee as refus:
        empechement = refus.message
    place = places.place(offre, personne, depuis) if informee else None
    ligne, hors = (place.ligne, place.hors) if place else (None, None)
    existante = s.execute(
        select(Proposition.ref, Proposition.etat).where(
            Proposition.offre_id == offre.id, Proposition.personne_id == personne.id
        )
    ).first()
    deja = existante is not None and existante.etat not in rules.TRANSITIONS[rules.Transition.REPROPOSER].depuis
    pris = creneaux_pris(s, offre.organisation_id) | offerts.moments
    creneau = None if empechement or deja else creneau_propose(ctx.horloge(), offre.debut, pris)
    if creneau is not None:
        offerts.moments.add(creneau)
    noter_lectures(s, ctx.horloge(), acteur, [personne.id], f"Avant une proposition pour l'offre {offre.ref}")
    return Apercu(
        offre=lire_offre(s, acteur.territoire_id, offre.ref),
        personne_ref=personne.ref,
        prenom=personne.prenom,
        nom=personne.nom,
        proximite=ligne.proximite if ligne else None,
        raisons=raisons(ligne) if ligne else (),
        manques=ligne.manques if ligne else (),
        manque=hors.manque if hors else None,
        aide=hors.aide if hors else None,
        incomplet=ligne.incomplet if ligne else False,
        empechement=empechement,
        proposition_ref=existante.ref if existante is not None and deja else None,
        motif_a_dire=place is not None and not place.suggeree and not _souhaitee(s, offre, personne.id),
        creneau=creneau,
        a_savoir=faits_pour(s, acteur, personne.id),
    )


def _souhaitee(s: Session, offre: Offre, personne_id: int) -> bool:
    """Whether the employer asked to meet her: reason enough."""
    requete = select(SouhaitRencontre.id).where(
        SouhaitRencontre.offre_id == offre.id,
        SouhaitRencontre.personne_id == personne_id,
        SouhaitRencontre.etat == EtatSouhait.OUVERT,
    )
    return s.scalar(requete) is not None


def creneaux_pris(s: Session, organisation_id: int) -> frozenset[datetime]:
    """Hours this employer already holds for somebody."""
    lus = s.scalars(
        select(Proposition.creneau)
        .join(Offre, Offre.id == Proposition.offre_id)
        .where(
            Offre.organisation_id == organisation_id,
            Proposition.creneau.is_not(None),
            Proposition.etat.in_(list(rules.OUVERTS)),
        )
    )
    return frozenset(c for c in lus if c is not None)
