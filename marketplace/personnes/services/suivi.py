"""Who follows whom, from a day to a day. Ending a suivi closes the file the same day (R89)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action
from marketplace.comptes.models import Affectation, Utilisateur
from marketplace.comptes.roles import Acteur, Role
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.journal.services import journaliser, notifier
from marketplace.personnes.models import Personne, RoleSuivi, Suivi
from marketplace.personnes.portee import personne_du_perimetre, roles_de_suivi, suivi_en_cours
from marketplace.personnes.rules.suivis import ROLES, exiger_referent, refuser_prise_en_vivier
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


def inscrire_suivi(s: Session, personne: Personne, utilisateur_id: int, jour: date, role: RoleSuivi) -> bool:
    """Open a suivi, inside the caller's transaction; whether anything changed.

    Somebody who already follows the person in another role ends that one today and opens the new one.
    """
    actuels = s.scalars(
        select(Suivi).where(Suivi.personne_id == personne.id, Suivi.referent_id == utilisateur_id, suivi_en_cours(jour))
    ).all()
    if any(suivi.role is role for suivi in actuels):
        return False
    for suivi in actuels:
        suivi.jusqu_au = jour
    organisation = _organisation_du_referent(s, personne.territoire_id, utilisateur_id, jour)
    s.add(
        Suivi(personne_id=personne.id, referent_id=utilisateur_id, organisation_id=organisation, role=role, depuis=jour)
    )
    return True


def annoncer_suivi(s: Session, quand: datetime, personne: Personne, utilisateur_id: int, jour: date) -> None:
    """Tell somebody that a person is now in her caseload. No name in the message (N21)."""
    notifier(
        s,
        quand,
        utilisateur_id=utilisateur_id,
        cle=f"suivi-{personne.ref}-{utilisateur_id}-{jour.isoformat()}",
        texte="Une personne vous est confiée.",
        lien=f"/referent/personnes/{personne.ref}",
    )


def _controler_role(role: str) -> RoleSuivi:
    if role not in ROLES:
        raise RegleViolee("Dites à quel titre : référent ou conseiller emploi.", champ="role")
    return RoleSuivi(role)


def _exiger_main(s: Session, acteur: Acteur, personne: Personne, utilisateur_id: int, jour: date) -> None:
    """The actor may decide who follows her, and `utilisateur_id` may be given to. Raises RegleViolee."""
    siens = roles_de_suivi(s, personne.id, acteur.referent_id, jour)
    exiger_referent(siens, facilitateur=acteur.est_facilitateur)
    autres = s.scalars(
        select(Suivi.referent_id).where(
            Suivi.personne_id == personne.id, Suivi.referent_id != acteur.utilisateur_id, suivi_en_cours(jour)
        )
    )
    refuser_prise_en_vivier(
        facilitateur=acteur.est_facilitateur or acteur.pour_le_compte_de is not None,
        pour_elle=utilisateur_id == acteur.utilisateur_id,
        suivie_par_un_autre=bool(autres.all()),
    )


def suivre(ctx: Contexte, acteur: Acteur, ref: str, utilisateur_id: int, role: str = RoleSuivi.REFERENT.value) -> None:
    """Give the person one more référent, or a co-référent « conseiller emploi ».

    Raises Introuvable; RegleViolee: unknown role, already followed so, asked by a co-référent, taken by a
    facilitateur from a référent.
    """
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    titre = _controler_role(role)
    with ctx.transaction() as s:
        personne = personne_du_perimetre(s, acteur, Action.SUIVRE_PERSONNE, ref, jour)
        _exiger_main(s, acteur, personne, utilisateur_id, jour)
        if not inscrire_suivi(s, personne, utilisateur_id, jour, titre):
            raise RegleViolee("Ce référent suit déjà cette personne.", champ="referent")
        noter_changement(s, quand, personne.id)
        journaliser(s, quand, acteur, "suivre", personne, f"{ROLES[titre]} de plus", referent=utilisateur_id)
        annoncer_suivi(s, quand, personne, utilisateur_id, jour)


def transferer(
    ctx: Contexte, acteur: Acteur, ref: str, utilisateur_id: int, *, depuis_utilisateur_id: int | None = None
) -> None:
    """Hand the person over to another référent: the former access closes today, the history stays.

    A référent hands over her own suivi; a facilitateur ends that of every référent, or of `depuis_utilisateur_id`
    alone. Co-référents stay. Raises Introuvable, RegleViolee as `suivre`.
    """
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    with ctx.transaction() as s:
        personne = personne_du_perimetre(s, acteur, Action.SUIVRE_PERSONNE, ref, jour)
        _exiger_main(s, acteur, personne, utilisateur_id, jour)
        quitte = depuis_utilisateur_id if acteur.est_facilitateur else acteur.referent_id
        if quitte == utilisateur_id:
            raise RegleViolee("Ce référent suit déjà cette personne.", champ="referent")
        fermes = 0
        for suivi in s.scalars(select(Suivi).where(Suivi.personne_id == personne.id, suivi_en_cours(jour))):
            if suivi.referent_id == utilisateur_id or suivi.role is not RoleSuivi.REFERENT:
                continue
            if quitte is None or suivi.referent_id == quitte:
                suivi.jusqu_au = jour
                fermes += 1
        s.flush()
        if not inscrire_suivi(s, personne, utilisateur_id, jour, RoleSuivi.REFERENT) and not fermes:
            raise RegleViolee("Ce référent suit déjà cette personne.", champ="referent")
        noter_changement(s, quand, personne.id)
        journaliser(s, quand, acteur, "transferer", personne, "Suivi transmis", referent=utilisateur_id)
        annoncer_suivi(s, quand, personne, utilisateur_id, jour)


def fin_de_suivi(ctx: Contexte, acteur: Acteur, ref: str, utilisateur_id: int) -> None:
    """A référent or a facilitateur ends the suivi of a co-référent. Raises Introuvable, RegleViolee."""
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    with ctx.transaction() as s:
        personne = personne_du_perimetre(s, acteur, Action.SUIVRE_PERSONNE, ref, jour)
        siens = roles_de_suivi(s, personne.id, acteur.referent_id, jour)
        exiger_referent(siens, facilitateur=acteur.est_facilitateur)
        suivi = s.scalar(
            select(Suivi).where(
                Suivi.personne_id == personne.id,
                Suivi.referent_id == utilisateur_id,
                Suivi.role == RoleSuivi.CONSEILLER_EMPLOI,
                suivi_en_cours(jour),
            )
        )
        if suivi is None:
            raise RegleViolee("Ce co-référent ne suit plus cette personne.")
        suivi.jusqu_au = jour
        noter_changement(s, quand, personne.id)
        journaliser(
            s, quand, acteur, "fin_de_suivi", personne, "Fin du suivi d'un co-référent", referent=utilisateur_id
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
