"""Who follows whom, from a day to a day. Ending a suivi closes the file the same day (R89)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action
from marketplace.comptes.models import Affectation, Utilisateur
from marketplace.comptes.roles import Acteur, Role
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.journal.services import journaliser, notifier
from marketplace.personnes.models import Personne, Suivi
from marketplace.personnes.portee import personne_du_perimetre, suivi_en_cours
from marketplace.personnes.services.vivier import noter_changement


def _organisation_du_referent(s: Session, territoire_id: int, utilisateur_id: int, jour: date) -> int:
    """Organisation where this user is référent (or facilitateur) of the territory.

    Raises RegleViolee when there is none.
    """
    organisation = s.scalar(
        select(Affectation.organisation_id)
        .join(Utilisateur, Utilisateur.id == Affectation.utilisateur_id)
        .where(
            Affectation.utilisateur_id == utilisateur_id,
            Affectation.territoire_id == territoire_id,
            Affectation.role.in_([Role.REFERENT, Role.FACILITATEUR]),
            Affectation.depuis <= jour,
            or_(Affectation.jusqu_au.is_(None), Affectation.jusqu_au >= jour),
            Utilisateur.desactive_le.is_(None),
        )
        .order_by(Affectation.role.desc(), Affectation.id)
    )
    if organisation is None:
        raise RegleViolee("Choisissez un référent de ce territoire.", champ="referent")
    return organisation


def _ouvrir(s: Session, personne: Personne, utilisateur_id: int, jour: date) -> bool:
    """Open a suivi unless one runs already; whether it was opened."""
    deja = s.scalar(
        select(Suivi.id).where(
            Suivi.personne_id == personne.id, Suivi.referent_id == utilisateur_id, suivi_en_cours(jour)
        )
    )
    if deja is not None:
        return False
    organisation = _organisation_du_referent(s, personne.territoire_id, utilisateur_id, jour)
    s.add(Suivi(personne_id=personne.id, referent_id=utilisateur_id, organisation_id=organisation, depuis=jour))
    return True


def suivre(ctx: Contexte, acteur: Acteur, ref: str, utilisateur_id: int) -> None:
    """Give the person one more référent (a co-référent « conseiller emploi », for instance)."""
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    with ctx.transaction() as s:
        personne = personne_du_perimetre(s, acteur, Action.SUIVRE_PERSONNE, ref, jour)
        if not _ouvrir(s, personne, utilisateur_id, jour):
            raise RegleViolee("Ce référent suit déjà cette personne.", champ="referent")
        journaliser(s, quand, acteur, "suivre", personne, "Un référent de plus", referent=utilisateur_id)
        notifier(
            s,
            quand,
            utilisateur_id=utilisateur_id,
            cle=f"suivi-{personne.ref}-{jour.isoformat()}",
            texte="Une personne vous est confiée.",
            lien=f"/referent/personnes/{personne.ref}",
        )


def transferer(
    ctx: Contexte, acteur: Acteur, ref: str, utilisateur_id: int, *, depuis_utilisateur_id: int | None = None
) -> None:
    """Hand the person over to another référent: the former access closes today, the history stays.

    A référent hands over her own suivi; a facilitateur may end everyone's, or that of
    `depuis_utilisateur_id` alone.
    """
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    with ctx.transaction() as s:
        personne = personne_du_perimetre(s, acteur, Action.SUIVRE_PERSONNE, ref, jour)
        quitte = depuis_utilisateur_id if acteur.est_facilitateur else acteur.referent_id
        if quitte == utilisateur_id:
            raise RegleViolee("Ce référent suit déjà cette personne.", champ="referent")
        fermes = 0
        for suivi in s.scalars(select(Suivi).where(Suivi.personne_id == personne.id, suivi_en_cours(jour))):
            if suivi.referent_id == utilisateur_id:
                continue
            if quitte is None or suivi.referent_id == quitte:
                suivi.jusqu_au = jour
                fermes += 1
        s.flush()
        if not _ouvrir(s, personne, utilisateur_id, jour) and not fermes:
            raise RegleViolee("Ce référent suit déjà cette personne.", champ="referent")
        noter_changement(s, quand, personne.id)
        journaliser(s, quand, acteur, "transferer", personne, "Suivi transmis", referent=utilisateur_id)
        notifier(
            s,
            quand,
            utilisateur_id=utilisateur_id,
            cle=f"suivi-{personne.ref}-{jour.isoformat()}",
            texte="Une personne vous est confiée.",
            lien=f"/referent/personnes/{personne.ref}",
        )


def cesser_suivi(ctx: Contexte, acteur: Acteur, ref: str) -> None:
    """Stop following the person: her file closes to this référent today."""
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    with ctx.transaction() as s:
        personne = personne_du_perimetre(s, acteur, Action.SUIVRE_PERSONNE, ref, jour)
        suivis = list(
            s.scalars(
                select(Suivi).where(
                    Suivi.personne_id == personne.id,
                    Suivi.referent_id == acteur.referent_id,
                    suivi_en_cours(jour),
                )
            )
        )
        if not suivis:
            raise RegleViolee("Vous ne suivez pas cette personne.")
        for suivi in suivis:
            suivi.jusqu_au = jour
        noter_changement(s, quand, personne.id)
        journaliser(s, quand, acteur, "cesser_suivi", personne, "Fin de suivi")
