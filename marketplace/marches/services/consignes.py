"""The act of changing how the hours of a marché are declared."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from marketplace.comptes.droits import Action
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.journal.services import journaliser
from marketplace.marches.models import ConsigneDeclaration
from marketplace.marches.portee import charger_marche
from marketplace.marches.rules.consignes import LIBELLES_PIECES, LIBELLES_RYTHME, ModePieces, Rythme
from marketplace.valeurs import premier_du_mois


def regler_declarations(
    ctx: Contexte,
    acteur: Acteur,
    marche_ref: str,
    *,
    rythme: str,
    pieces: str,
    a_partir_du: date,
) -> None:
    """Say how often and with which piece the hours are declared, from a month on. Empty: what the territory asks.

    A month that is over keeps what it was asked (R53): raises RegleViolee for a month before the current one.
    """
    with ctx.transaction() as s:
        marche = charger_marche(s, acteur, Action.GERER_MARCHE, marche_ref)
        mois = premier_du_mois(a_partir_du)
        if mois < premier_du_mois(ctx.aujourdhui()):
            raise RegleViolee("Un mois passé garde sa règle : choisissez ce mois-ci ou un mois à venir.", champ="mois")
        try:
            nouveau = Rythme(rythme) if rythme else None
            nouvelles = ModePieces(pieces) if pieces else None
        except ValueError:
            raise RegleViolee("Choisissez dans la liste.", champ="rythme") from None
        consigne = s.scalar(
            select(ConsigneDeclaration).where(
                ConsigneDeclaration.marche_id == marche.id, ConsigneDeclaration.a_partir_du == mois
            )
        )
        if consigne is None:
            consigne = ConsigneDeclaration(marche_id=marche.id, a_partir_du=mois)
            s.add(consigne)
        consigne.rythme, consigne.pieces = nouveau, nouvelles
        consigne.auteur_id, consigne.cree_le = acteur.utilisateur_id, ctx.horloge()
        dit = LIBELLES_RYTHME[nouveau].lower() if nouveau else "rythme du territoire"
        piece = LIBELLES_PIECES[nouvelles].lower() if nouvelles else "pièces du territoire"
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "regler_declarations",
            marche,
            f"Déclarations à partir de {mois:%m/%Y} : {dit}, {piece}",
        )
