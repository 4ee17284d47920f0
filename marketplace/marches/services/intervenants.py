"""Firms that work on a marché beside its titulaire: cotraitants, tree of sous-traitants, lenders of staff."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select

from marketplace.comptes.droits import Action
from marketplace.comptes.models import Organisation
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.journal.services import journaliser
from marketplace.marches.models import Intervenant, RoleIntervenant
from marketplace.marches.portee import charger_marche
from marketplace.marches.rules.formes import ACCORDS_CADRES
from marketplace.marches.rules.parts import Noeud, verifier_parts
from marketplace.marches.services.formes import forme_de
from marketplace.marches.services.saisie import lire_entreprise, toucher

LIBELLES_ROLES = {
    RoleIntervenant.COTRAITANT: "cotraitant",
    RoleIntervenant.SOUS_TRAITANT: "sous-traitant",
    RoleIntervenant.MISE_A_DISPOSITION: "mise à disposition",
    RoleIntervenant.TITULAIRE: "autre titulaire de l'accord-cadre",
}


def ajouter_intervenant(
    ctx: Contexte,
    acteur: Acteur,
    ref: str,
    organisation: str,
    role: RoleIntervenant,
    *,
    parent_id: int | None = None,
    part: Decimal | None = None,
) -> None:
    """Add a firm to a marché, under another one when it is its sous-traitant. `part` is a share of hours in ]0;1].

    Raises RegleViolee: no such firm, already there, share out of bounds or shares over 100 %.
    """
    with ctx.transaction() as s:
        marche = charger_marche(s, acteur, Action.GERER_MARCHE, ref)
        firme = lire_entreprise(s, ctx, acteur, organisation, champ="organisation")
        if firme is None:
            raise RegleViolee("Écrivez le nom de l'entreprise ou de la structure.", champ="organisation")
        presents = s.scalars(select(Intervenant).where(Intervenant.marche_id == marche.id)).all()
        if firme.id == marche.titulaire_id or any(i.organisation_id == firme.id for i in presents):
            raise RegleViolee(f"{firme.nom} est déjà sur ce marché.", champ="organisation")
        if role is RoleIntervenant.TITULAIRE and forme_de(s, marche.id) not in ACCORDS_CADRES:
            raise RegleViolee("Seul un accord-cadre a plusieurs titulaires : dites sa forme d'abord.", champ="role")
        if parent_id is not None and all(i.id != parent_id for i in presents):
            raise RegleViolee("Ce donneur d'ordre n'est pas sur ce marché.", champ="parent_id")
        if parent_id is not None and role is not RoleIntervenant.SOUS_TRAITANT:
            raise RegleViolee("Seul un sous-traitant dépend d'un autre intervenant.", champ="parent_id")
        nommes = s.execute(
            select(Intervenant.id, Organisation.nom)
            .join(Organisation, Organisation.id == Intervenant.organisation_id)
            .where(Intervenant.marche_id == marche.id)
        )
        noms = {ligne[0]: ligne[1] for ligne in nommes}
        arbre = [Noeud(i.id, noms[i.id], i.parent_id, i.part) for i in presents]
        verifier_parts([*arbre, Noeud(0, firme.nom, parent_id, part)])
        s.add(Intervenant(marche_id=marche.id, organisation_id=firme.id, role=role, parent_id=parent_id, part=part))
        toucher(ctx, marche)
        resume = f"a ajouté {firme.nom} ({LIBELLES_ROLES[role]})"
        journaliser(s, ctx.horloge(), acteur, "ajouter_intervenant", marche, resume)


def retirer_intervenant(ctx: Contexte, acteur: Acteur, ref: str, intervenant_id: int) -> None:
    """Take a firm off a marché. Raises RegleViolee when others work under it."""
    with ctx.transaction() as s:
        marche = charger_marche(s, acteur, Action.GERER_MARCHE, ref)
        ligne = s.execute(
            select(Intervenant, Organisation.nom)
            .join(Organisation, Organisation.id == Intervenant.organisation_id)
            .where(Intervenant.id == intervenant_id, Intervenant.marche_id == marche.id)
        ).first()
        if ligne is None:
            raise Introuvable()
        intervenant, nom = ligne
        if s.scalar(select(Intervenant.id).where(Intervenant.parent_id == intervenant.id).limit(1)):
            raise RegleViolee(f"Des sous-traitants dépendent de {nom} : retirez-les d'abord.")
        s.delete(intervenant)
        toucher(ctx, marche)
        journaliser(s, ctx.horloge(), acteur, "retirer_intervenant", marche, f"a retiré {nom}")
