"""The notice given to the person, and her right to be in no list any more (R109, R110, N19)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.journal.services import journaliser
from marketplace.personnes.models import Personne, Suivi
from marketplace.personnes.portee import exiger_pour_les_siens, personne_du_perimetre, suivi_en_cours
from marketplace.personnes.rules.information import VERSION_NOTICE, VERSION_NOTICE_VALIDATION, Canal, noter_information
from marketplace.personnes.services.vivier import noter_changement

CANAUX = {
    Canal.ENTRETIEN: "En entretien",
    Canal.COURRIER: "Par courrier",
    Canal.COURRIEL: "Par courriel",
    Canal.TELEPHONE: "Par téléphone, lue à voix haute",
    Canal.LIEN: "Par un lien",
    Canal.EMPLOYEUR: "Remise par l'employeur",
}


def inscrire_information(
    personne: Personne, le: date, canal: str, aujourdhui: date, version: str = VERSION_NOTICE
) -> None:
    """Set date, channel and version of the notice on the row. Raises RegleViolee when they do not hold."""
    notee = noter_information(le, version, canal, aujourdhui)
    personne.information_le, personne.information_canal = notee.remise_le, notee.canal
    personne.information_version = notee.version


def informer(ctx: Contexte, acteur: Acteur, ref: str, *, canal: str, le: date | None = None) -> None:
    """Keep that the person was told of the ranking and of her rights: from now on she may be ranked."""
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    with ctx.transaction() as s:
        personne = personne_du_perimetre(s, acteur, Action.SUIVRE_PERSONNE, ref, jour)
        inscrire_information(personne, le or jour, canal, jour)
        noter_changement(s, quand, personne.id)
        journaliser(s, quand, acteur, "informer", personne, "Personne informée de ses droits", canal=canal)


def informer_plusieurs(
    ctx: Contexte, acteur: Acteur, refs: Sequence[str], *, canal: str, le: date | None = None
) -> int:
    """The same for several at once; how many were told. One wrong reference refuses all."""
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    with ctx.transaction() as s:
        for ref in dict.fromkeys(refs):
            personne = personne_du_perimetre(s, acteur, Action.SUIVRE_PERSONNE, ref, jour)
            inscrire_information(personne, le or jour, canal, jour)
            noter_changement(s, quand, personne.id)
            journaliser(s, quand, acteur, "informer", personne, "Personne informée de ses droits", canal=canal)
        return len(dict.fromkeys(refs))


def informer_tous(ctx: Contexte, acteur: Acteur, *, canal: str, le: date | None = None) -> int:
    """The same for everyone of one's caseload who was not told yet; how many. Withdrawn people are left alone."""
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    exiger_pour_les_siens(acteur, Action.SUIVRE_PERSONNE)
    with ctx.transaction() as s:
        siennes = select(Suivi.personne_id).where(Suivi.referent_id == acteur.referent_id, suivi_en_cours(jour))
        personnes = s.scalars(
            select(Personne).where(
                Personne.id.in_(siennes),
                Personne.territoire_id == acteur.territoire_id,
                Personne.anonymisee_le.is_(None),
                Personne.retiree_le.is_(None),
                or_(Personne.information_le.is_(None), Personne.information_version == VERSION_NOTICE_VALIDATION),
            )
        ).all()
        for personne in personnes:
            inscrire_information(personne, le or jour, canal, jour)
            noter_changement(s, quand, personne.id)
            journaliser(s, quand, acteur, "informer", personne, "Personne informée de ses droits", canal=canal)
        return len(personnes)


def inscrire_retrait(s: Session, ctx: Contexte, acteur: Acteur, ref: str) -> Personne:
    """Take the person out of every ranking, inside the caller's transaction, which closes her propositions too."""
    quand = ctx.horloge()
    personne = personne_du_perimetre(s, acteur, Action.SUIVRE_PERSONNE, ref, ctx.aujourdhui())
    if personne.retiree_le is not None:
        raise RegleViolee("Cette personne s'est déjà retirée des listes.")
    personne.retiree_le = quand
    noter_changement(s, quand, personne.id)
    journaliser(s, quand, acteur, "retirer", personne, "Personne retirée des listes à sa demande")
    return personne


def remettre(ctx: Contexte, acteur: Acteur, ref: str, *, canal: str) -> None:
    """The person asks to be proposed again: she is told anew of her rights."""
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    with ctx.transaction() as s:
        personne = personne_du_perimetre(s, acteur, Action.SUIVRE_PERSONNE, ref, jour)
        if personne.retiree_le is None:
            raise RegleViolee("Cette personne n'était pas retirée des listes.")
        personne.retiree_le = None
        inscrire_information(personne, jour, canal, jour)
        noter_changement(s, quand, personne.id)
        journaliser(s, quand, acteur, "remettre", personne, "Personne remise dans les listes à sa demande")
