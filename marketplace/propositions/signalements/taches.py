"""The job of signalements: a hire that began here is recognised."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation
from marketplace.comptes.roles import systeme
from marketplace.contexte import PARIS, Contexte
from marketplace.heures.models import Contrat
from marketplace.personnes.models import Personne
from marketplace.propositions.signalements import rules
from marketplace.propositions.signalements.croisements import clore_signalements_ailleurs
from marketplace.propositions.signalements.models import Signalement
from marketplace.propositions.signalements.rules import ResultatSignalement
from marketplace.propositions.signalements.services import consigner


def reconnaitre_embauches(ctx: Contexte, le: date, *, dry_run: bool = False) -> dict[str, Any]:
    """Every night: a contrat begun since with the structure a person was told of to is the hire it led to.

    A contrat written since with another one, whatever wrote it, closes what still waits. Idempotent.
    Returns {"vus", "faits", "refuses"}.
    """
    bilan: dict[str, Any] = {"vus": 0, "faits": 0, "refuses": []}
    with ctx.transaction() as s:
        ouverts = s.scalars(
            select(Signalement)
            .where(
                Signalement.contrat_id.is_(None),
                Signalement.resultat.in_([*rules.OUVERTS, ResultatSignalement.EMBAUCHE]),
            )
            .order_by(Signalement.id)
        ).all()
        for x in ouverts:
            bilan["vus"] += 1
            if dry_run:
                continue
            bilan["faits"] += _reconnaitre(s, ctx, x, le) or _clore(s, ctx, x, le)
    return bilan


def _reconnaitre(s: Session, ctx: Contexte, x: Signalement, le: date) -> bool:
    contrat = s.scalar(
        select(Contrat)
        .where(
            Contrat.personne_id == x.personne_id,
            Contrat.employeur_id == x.organisation_id,
            Contrat.debut >= x.signale_le.astimezone(PARIS).date(),
            Contrat.debut <= le,
        )
        .order_by(Contrat.debut, Contrat.id)
        .limit(1)
    )
    if contrat is None:
        return False
    x.resultat, x.resultat_le, x.contrat_id = ResultatSignalement.EMBAUCHE, contrat.debut, contrat.id
    personne = s.get_one(Personne, x.personne_id)
    organisation = s.get_one(Organisation, x.organisation_id)
    resume = f"Signalement à {organisation.nom} : embauche reconnue au contrat {contrat.ref}"
    consigner(s, ctx, systeme(x.territoire_id), "noter_resultat_signalement", personne, x, resume)
    return True


def _clore(s: Session, ctx: Contexte, x: Signalement, le: date) -> bool:
    ailleurs = s.scalar(
        select(Contrat.employeur_id)
        .where(
            Contrat.personne_id == x.personne_id,
            Contrat.cree_le >= x.signale_le,
            or_(Contrat.fin.is_(None), Contrat.fin >= le),
        )
        .order_by((Contrat.employeur_id == x.organisation_id).desc(), Contrat.id)
        .limit(1)
    )
    if ailleurs is None or ailleurs == x.organisation_id or x.resultat not in rules.OUVERTS:
        return False
    personne = s.get_one(Personne, x.personne_id)
    return clore_signalements_ailleurs(s, ctx, systeme(x.territoire_id), personne, ailleurs) > 0
