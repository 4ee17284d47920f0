"""Finished contrats that her journey does not tell yet: the ranking reads the journey, not the contrats."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.heures.models import Contrat
from marketplace.metiers.queries import libelles_metiers
from marketplace.personnes.models import Experience
from marketplace.personnes.rules.parcours import ecrire_experience
from marketplace.valeurs import cle

JOURS_PAR_MOIS = 30.44


@dataclass(frozen=True, slots=True)
class ExperienceAAjouter:
    """A past job as the contrat tells it; `mois` is at least one."""

    contrat_ref: str
    intitule: str
    code_rome: str | None
    mois: int

    @property
    def texte(self) -> str:
        """« Électricien bâtiment, 3 mois »."""
        return ecrire_experience(self.intitule, self.mois)


def experiences_a_ajouter(s: Session, personne_id: int, jour: date) -> tuple[ExperienceAAjouter, ...]:
    """Her finished contrats whose métier, or wording, is not in her journey; one by métier, the newest."""
    siennes = s.execute(
        select(Experience.code_rome, Experience.intitule).where(Experience.personne_id == personne_id)
    ).all()
    connus = {code for code, _ in siennes if code} | {cle(intitule) for _, intitule in siennes}
    contrats = s.scalars(
        select(Contrat)
        .where(Contrat.personne_id == personne_id, Contrat.fin < jour)
        .order_by(Contrat.debut.desc(), Contrat.id.desc())
    ).all()
    metiers = libelles_metiers(s, [c.code_rome for c in contrats if c.code_rome])
    vues = []
    for c in contrats:
        intitule = c.poste.strip() or metiers.get(c.code_rome or "", "")
        marques = {m for m in (c.code_rome, cle(intitule)) if m}
        if intitule and c.fin is not None and not marques & connus:
            connus |= marques
            mois = max(1, round(((c.fin - c.debut).days + 1) / JOURS_PAR_MOIS))
            vues.append(ExperienceAAjouter(c.ref, intitule, c.code_rome, mois))
    return tuple(vues)
