"""The obligation of hours and its versions: the old value always stays (R12)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import ModifieEntreTemps, RegleViolee
from marketplace.journal.services import journaliser
from marketplace.marches.models import Clause, Marche
from marketplace.marches.portee import charger_marche
from marketplace.marches.rules.etats import AVANT_NOTIFICATION
from marketplace.marches.services.saisie import SaisieClause, toucher


def _verifier(heures: Decimal) -> None:
    if heures < 0:
        raise RegleViolee("Un objectif ne peut pas être négatif.", champ="heures_prevues")
    if heures > Decimal(10_000_000):
        raise RegleViolee("Cet objectif dépasse dix millions d'heures : vérifiez.", champ="heures_prevues")


def ecrire_premiere_clause(
    s: Session,
    ctx: Contexte,
    acteur: Acteur,
    marche: Marche,
    saisie: SaisieClause,
    calcul: dict[str, Any] | None = None,
) -> None:
    """Version 1, from the day the marché is notified, else from today. Inside the caller's transaction."""
    _verifier(saisie.heures_prevues)
    s.add(
        Clause(
            marche_id=marche.id,
            numero=1,
            heures_prevues=saisie.heures_prevues,
            lien_objet=saisie.lien_objet.strip(),
            publics=list(saisie.publics),
            calcul=calcul or {},
            a_partir_du=marche.date_notification or marche.date_debut or ctx.aujourdhui(),
            motif="",
            auteur_id=acteur.utilisateur_id,
            cree_le=ctx.horloge(),
        )
    )


def fixer_clause(
    ctx: Contexte,
    acteur: Acteur,
    ref: str,
    heures: Decimal,
    *,
    motif: str = "",
    a_partir_du: date | None = None,
    lien_objet: str | None = None,
    publics: tuple[str, ...] | None = None,
    calcul: dict[str, Any] | None = None,
    version: int | None = None,
) -> None:
    """Set the hours of a marché: a first version, or a new one that replaces the version in force (R12).

    Once the marché is notified the clause belongs to the contract: `motif` (the avenant, its date, its document)
    is then required. Raises ModifieEntreTemps when the marché's `version` moved, RegleViolee when nothing changes.
    """
    with ctx.transaction() as s:
        marche = charger_marche(s, acteur, Action.GERER_MARCHE, ref)
        if version is not None and marche.version != version:
            raise ModifieEntreTemps()
        _verifier(heures)
        jour = a_partir_du or ctx.aujourdhui()
        ancienne = s.scalar(select(Clause).where(Clause.marche_id == marche.id, Clause.remplacee_le.is_(None)))
        if ancienne is None:
            saisie = SaisieClause(heures, lien_objet or "", publics or ())
            ecrire_premiere_clause(s, ctx, acteur, marche, saisie, calcul)
            resume = f"a fixé l'objectif à {_h(heures)}"
        else:
            _verifier_changement(marche, ancienne, heures, motif, jour, lien_objet)
            ancienne.remplacee_le = jour
            s.add(
                Clause(
                    marche_id=marche.id,
                    numero=ancienne.numero + 1,
                    heures_prevues=heures,
                    lien_objet=ancienne.lien_objet if lien_objet is None else lien_objet.strip(),
                    publics=list(ancienne.publics if publics is None else publics),
                    calcul=ancienne.calcul if calcul is None else calcul,
                    a_partir_du=jour,
                    motif=motif.strip(),
                    auteur_id=acteur.utilisateur_id,
                    cree_le=ctx.horloge(),
                )
            )
            resume = f"a changé l'objectif : {_h(ancienne.heures_prevues)} devient {_h(heures)}"
            if motif.strip():
                resume += f" ({motif.strip()})"
        toucher(ctx, marche)
        journaliser(s, ctx.horloge(), acteur, "fixer_clause", marche, resume, heures=str(heures))


def _verifier_changement(
    marche: Marche, ancienne: Clause, heures: Decimal, motif: str, jour: date, lien_objet: str | None
) -> None:
    meme_lien = lien_objet is None or lien_objet.strip() == ancienne.lien_objet
    if heures == ancienne.heures_prevues and meme_lien:
        raise RegleViolee("L'objectif est déjà de ce nombre d'heures.", champ="heures_prevues")
    if marche.etat not in AVANT_NOTIFICATION and not motif.strip():
        raise RegleViolee(
            "Après la notification, l'objectif ne change que par avenant : dites lequel (date, document).",
            champ="motif",
        )
    if jour < ancienne.a_partir_du:
        raise RegleViolee(
            "Cette date précède la version en vigueur : choisissez une date plus récente.", champ="a_partir_du"
        )


def _h(heures: Decimal) -> str:
    entier = format(heures.normalize(), "f").replace(".", ",")
    return f"{entier} h"
