"""Opérations: what groups the marchés of one project."""

from __future__ import annotations

from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.journal.services import journaliser
from marketplace.marches.models import Operation
from marketplace.marches.portee import charger_operation
from marketplace.marches.services.saisie import lire_acheteur, lire_commune_saisie, ref_provisoire


def creer_operation(
    ctx: Contexte, acteur: Acteur, *, intitule: str, acheteur: str, commune: str = "", fictive: bool = False
) -> str:
    """Open an opération of a buyer; its reference. Raises RegleViolee next to the field that does not fit."""
    with ctx.transaction() as s:
        exiger(acteur, Action.GERER_MARCHE, Portee(acteur.territoire_id))
        return inscrire_operation(
            s, ctx, acteur, intitule=intitule, acheteur=acheteur, commune=commune, fictive=fictive
        ).ref


def inscrire_operation(
    s: Session,
    ctx: Contexte,
    acteur: Acteur,
    *,
    intitule: str,
    acheteur: str,
    commune: str = "",
    fictive: bool = False,
) -> Operation:
    """The same inside the caller's transaction, once its right is checked."""
    if not intitule.strip():
        raise RegleViolee("Donnez un intitulé à l'opération.", champ="intitule")
    operation = Operation(
        ref=ref_provisoire(),
        territoire_id=acteur.territoire_id,
        intitule=" ".join(intitule.split())[:200],
        acheteur_id=lire_acheteur(s, acteur, acheteur).id,
        code_insee=lire_commune_saisie(s, acteur.territoire_id, commune),
        fictive=fictive,
        cree_le=ctx.horloge(),
    )
    s.add(operation)
    s.flush()
    operation.ref = f"OP-{operation.id:06d}"
    resume = f"a ouvert l'opération « {operation.intitule} »"
    journaliser(s, ctx.horloge(), acteur, "creer_operation", operation, resume)
    return operation


def modifier_operation(
    ctx: Contexte, acteur: Acteur, ref: str, *, intitule: str, acheteur: str, commune: str = ""
) -> None:
    """Correct an opération. Raises RegleViolee next to the field that does not fit."""
    with ctx.transaction() as s:
        operation = charger_operation(s, acteur, Action.GERER_MARCHE, ref)
        if not intitule.strip():
            raise RegleViolee("Donnez un intitulé à l'opération.", champ="intitule")
        avant = operation.intitule
        operation.intitule = " ".join(intitule.split())[:200]
        operation.acheteur_id = lire_acheteur(s, acteur, acheteur).id
        operation.code_insee = lire_commune_saisie(s, acteur.territoire_id, commune)
        resume = f"a corrigé l'opération « {avant} »"
        journaliser(s, ctx.horloge(), acteur, "modifier_operation", operation, resume)
