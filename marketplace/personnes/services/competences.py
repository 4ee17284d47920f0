"""Acts on skills: writing them in the person's words, saying which compétence of ROME each one is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from marketplace.comptes.droits import Action
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.journal.services import journaliser
from marketplace.metiers.models import Competence
from marketplace.personnes.models import BasePersonne, CompetencePersonne
from marketplace.personnes.portee import personne_du_perimetre
from marketplace.personnes.rules.bases import controler_bases
from marketplace.personnes.rules.saisie import CompetenceSaisie, controler_competences
from marketplace.personnes.services.profil import remplacer_competences
from marketplace.personnes.services.vivier import noter_changement


def poser_competences(ctx: Contexte, acteur: Acteur, ref: str, competences: Sequence[CompetenceSaisie]) -> None:
    """Replace the skills of the person, in her words or ticked from ROME. Raises Introuvable, RegleViolee."""
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    with ctx.transaction() as s:
        personne = personne_du_perimetre(s, acteur, Action.SUIVRE_PERSONNE, ref, jour)
        controler_competences(competences)
        remplacer_competences(s, personne.id, competences)
        noter_changement(s, quand, personne.id)
        journaliser(s, quand, acteur, "poser_competences", personne, "Compétences mises à jour")


def confirmer_competences(ctx: Contexte, acteur: Acteur, ref: str, choix: Mapping[int, str | None]) -> int:
    """Keep what the person said her skills are: skill id → code of ROME, None for « je ne sais pas ».

    Her words stay as she said them; the ranking reads the compétence. Number confirmed. Raises Introuvable,
    RegleViolee for an unknown code or a skill no longer there.
    """
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    with ctx.transaction() as s:
        personne = personne_du_perimetre(s, acteur, Action.SUIVRE_PERSONNE, ref, jour)
        siennes = {
            c.id: c for c in s.scalars(select(CompetencePersonne).where(CompetencePersonne.personne_id == personne.id))
        }
        voulus = {code for code in choix.values() if code}
        connus = set(s.scalars(select(Competence.code_ogr).where(Competence.code_ogr.in_(voulus))))
        if voulus - connus:
            raise RegleViolee("Cette compétence n'existe pas : choisissez dans la liste.")
        if set(choix) - set(siennes):
            raise RegleViolee("Ce savoir-faire n'est plus dans la fiche : rechargez la page.")
        for numero, code in choix.items():
            siennes[numero].code_ogr = code or None
        confirmees = sum(1 for code in choix.values() if code)
        noter_changement(s, quand, personne.id)
        journaliser(s, quand, acteur, "confirmer_competences", personne, f"Compétences confirmées : {confirmees}")
        return confirmees


def noter_bases(ctx: Contexte, acteur: Acteur, ref: str, reponses: Mapping[str, bool | None]) -> None:
    """Keep what she says of a language or a basic: she has it, works on it, or None to forget the answer.

    Raises Introuvable, RegleViolee.
    """
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    controler_bases({code: bool(acquise) for code, acquise in reponses.items()})
    with ctx.transaction() as s:
        personne = personne_du_perimetre(s, acteur, Action.SUIVRE_PERSONNE, ref, jour)
        connues = {b.code: b for b in s.scalars(select(BasePersonne).where(BasePersonne.personne_id == personne.id))}
        avant = {code: b.acquise for code, b in connues.items()}
        for code, acquise in reponses.items():
            if acquise is None:
                if code in connues:
                    s.delete(connues[code])
            elif code not in connues:
                s.add(BasePersonne(personne_id=personne.id, code=code, acquise=acquise, notee_le=jour))
            elif connues[code].acquise is not acquise:
                connues[code].acquise, connues[code].notee_le = acquise, jour
        if any(avant.get(code) is not acquise for code, acquise in reponses.items()):
            journaliser(s, quand, acteur, "noter_bases", personne, "Langues et savoirs de base mis à jour")
