"""Acts on what the préfet lifts for an AI: note it, remove one noted by mistake."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.heures.models import LeveePlafond
from marketplace.heures.rules.derogations import verifier_levee
from marketplace.heures.rules.ligne import Periode
from marketplace.journal.services import journaliser


def noter_levee_plafond(
    ctx: Contexte, acteur: Acteur, employeur_ref: str, *, debut: date, fin: date, motif: str
) -> None:
    """Say that the préfet lifted the 480 h of this AI from a day to another (R75). Hours validated before do not move.

    Raises RegleViolee with its field, Introuvable out of reach.
    """
    with ctx.transaction() as s:
        ai = _association(s, acteur, employeur_ref)
        autres = s.execute(select(LeveePlafond.debut, LeveePlafond.fin).where(LeveePlafond.employeur_id == ai.id)).all()
        verifier_levee(debut, fin, motif, [Periode(d, f) for d, f in autres])
        levee = LeveePlafond(
            territoire_id=acteur.territoire_id,
            employeur_id=ai.id,
            debut=debut,
            fin=fin,
            motif=motif.strip()[:500],
            auteur_id=acteur.utilisateur_id,
            cree_le=ctx.horloge(),
        )
        s.add(levee)
        s.flush()
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "lever_plafond",
            levee,
            f"Plafond de 480 heures de {ai.nom} levé du {debut:%d/%m/%Y} au {fin:%d/%m/%Y}",
            motif=levee.motif,
        )


def retirer_levee_plafond(ctx: Contexte, acteur: Acteur, employeur_ref: str, levee_id: int) -> None:
    """Remove a lifting noted by mistake; the journal keeps it. Raises Introuvable out of reach."""
    with ctx.transaction() as s:
        ai = _association(s, acteur, employeur_ref)
        levee = s.scalar(select(LeveePlafond).where(LeveePlafond.id == levee_id, LeveePlafond.employeur_id == ai.id))
        if levee is None:
            raise Introuvable()
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "retirer_levee_plafond",
            levee,
            f"Levée du plafond de {ai.nom} retirée",
            debut=levee.debut.isoformat(),
            fin=levee.fin.isoformat(),
            motif=levee.motif,
        )
        s.delete(levee)


def _association(s: Session, acteur: Acteur, ref: str) -> Organisation:
    exiger(acteur, Action.VALIDER_HEURES, Portee(acteur.territoire_id))
    ai = s.scalar(
        select(Organisation).where(Organisation.ref == ref, Organisation.territoire_id == acteur.territoire_id)
    )
    if ai is None:
        raise Introuvable()
    if ai.type is not TypeOrganisation.AI:
        raise RegleViolee("Ce plafond ne concerne que les associations intermédiaires.")
    return ai
