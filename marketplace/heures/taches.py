"""Jobs on hours: open the month, remind, follow every clause. Idempotent for a date; each returns a summary."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from marketplace.comptes.roles import systeme
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.heures import alertes
from marketplace.heures.destinataires import prevenir_employeurs
from marketplace.heures.models import (
    DecisionLigne,
    Declaration,
    EtatDeclaration,
    EtatLigne,
    LigneHeures,
)
from marketplace.heures.rules import declaration as regles
from marketplace.heures.rules.phrases import de_periode_en_texte, jour_en_texte
from marketplace.heures.services import confirmation as services_confirmation
from marketplace.heures.services import declarations as services
from marketplace.heures.services import pieces as services_pieces
from marketplace.heures.services.liens import effacer_liens
from marketplace.heures.services.validation import recrediter
from marketplace.marches.models import Marche
from marketplace.territoire.models import Territoire
from marketplace.territoire.reglages import reglages_au

LOT = 5000
"""Marchés followed in one transaction: memory stays flat, a failure costs one lot done again one by one."""

journal = logging.getLogger(__name__)


def ouvrir_declarations(ctx: Contexte, le: date, *, dry_run: bool = False) -> dict[str, Any]:
    """On the 1st: open the declarations whose period is over and tell those who declare."""
    return dict(services.ouvrir_declarations(ctx, le, dry_run=dry_run))


def constater_silences(ctx: Contexte, le: date, *, dry_run: bool = False) -> dict[str, Any]:
    """Every night: a titulaire's silence is no objection once its delay is over."""
    return dict(services_confirmation.constater_silences(ctx, le, dry_run=dry_run))


def effacer_acces_declaration(ctx: Contexte, le: date, *, dry_run: bool = False) -> dict[str, Any]:
    """Every night: erase the files of pieces that are kept no longer, and the links closed for a month."""
    pieces = services_pieces.effacer_pieces(ctx, le, dry_run=dry_run)
    return pieces | {"liens": effacer_liens(ctx, dry_run=dry_run)}


def _territoires(ctx: Contexte) -> Sequence[int]:
    with ctx.lecture() as s:
        return s.scalars(select(Territoire.id).order_by(Territoire.id)).all()


def relancer_declarations(ctx: Contexte, le: date, *, dry_run: bool = False) -> dict[str, Any]:
    """Remind late employers at the due day +5, +15 and +30 (R53): the last reminder due, once, by month.

    A firm late on several marchés, or on the months of a quarter, gets one mail. After an outage nobody gets three:
    only the last one leaves.
    """
    resume = {"vus": 0, "faits": 0}
    for territoire_id in _territoires(ctx):
        with ctx.transaction() as s:
            reglages = reglages_au(s, territoire_id, le)
            attendues = s.execute(
                select(
                    Declaration.employeur_id,
                    Declaration.marche_id,
                    Declaration.mois,
                    Declaration.etat,
                    Declaration.echeance,
                )
                .where(
                    Declaration.territoire_id == territoire_id,
                    Declaration.etat.in_([EtatDeclaration(e.value) for e in regles.ETATS_EN_ATTENTE_EMPLOYEUR]),
                )
                .order_by(Declaration.mois, Declaration.employeur_id)
            ).all()
            rappels: dict[tuple[int, date], tuple[int, list[date], set[int]]] = {}
            for employeur_id, marche_id, mois, etat, limite in attendues:
                dues = regles.relances_dues(regles.EtatDeclaration(etat.value), limite, le, reglages.relances_jours)
                if dues:
                    _, tous_les_mois, marches = rappels.setdefault((employeur_id, limite), (max(dues), [], set()))
                    tous_les_mois.append(mois)
                    marches.add(marche_id)
            resume["vus"] += len(rappels)
            if dry_run:
                continue
            for (employeur_id, limite), (delai, tous_les_mois, marches) in rappels.items():
                dit = de_periode_en_texte(tous_les_mois)
                resume["faits"] += prevenir_employeurs(
                    s,
                    ctx,
                    [employeur_id],
                    cle=f"declaration-relance:{max(tous_les_mois):%Y-%m}:{delai}",
                    sujet=f"Rappel : vos heures {dit} ne sont pas déclarées",
                    corps=(
                        f"Bonjour,\n\nLes heures {dit} étaient attendues "
                        f"le {jour_en_texte(limite)}. Une minute suffit : la page est déjà remplie.\n"
                        "Personne n'a travaillé ? Cochez « Aucune heure ce mois-ci »."
                    ),
                    marches={employeur_id: marches},
                )
    return resume


def suivre_clauses(ctx: Contexte, le: date, *, dry_run: bool = False) -> dict[str, Any]:
    """Every night: credit what was waiting for an answer, then raise, refresh and close the alertes of each clause.

    A marché that fails is counted in `refuses` and named, and the others go on.
    """
    resume: dict[str, Any] = {"vus": 0, "ouvertes": 0, "fermees": 0, "recalculees": 0, "refuses": []}
    for territoire_id in _territoires(ctx):
        if not dry_run:
            _reprendre_attentes(ctx, territoire_id, resume)
        for lot in _lots_de_marches(ctx, territoire_id):
            resume["vus"] += len(lot)
            _suivre(ctx, territoire_id, lot, le, resume, dry_run=dry_run)
    return resume


def _lots_de_marches(ctx: Contexte, territoire_id: int) -> Iterator[list[int]]:
    dernier = 0
    while True:
        with ctx.lecture() as s:
            lot = list(
                s.scalars(
                    select(Marche.id)
                    .where(
                        Marche.territoire_id == territoire_id,
                        Marche.id > dernier,
                        Marche.etat.in_(alertes.ETATS_SUIVIS),
                    )
                    .order_by(Marche.id)
                    .limit(LOT)
                )
            )
        if not lot:
            return
        yield lot
        dernier = lot[-1]


def _suivre(
    ctx: Contexte, territoire_id: int, lot: list[int], le: date, resume: dict[str, Any], *, dry_run: bool
) -> None:
    """One lot; when it fails, its marchés one by one, so that only the broken one is left aside."""
    try:
        if dry_run:
            with ctx.lecture() as s:
                resume["ouvertes"] += len(alertes.dues(s, territoire_id, le, marche_ids=lot))
            return
        with ctx.transaction() as s:
            fait = alertes.reconcilier_marches(s, ctx.horloge(), territoire_id, lot, le)
    except (SQLAlchemyError, RegleViolee, Introuvable, ValueError, ArithmeticError) as erreur:
        if len(lot) == 1:
            journal.exception("suivi d'un marché", exc_info=erreur)
            resume["refuses"].append({"marche": lot[0], "motif": str(erreur).splitlines()[0]})
            return
        for marche_id in lot:
            _suivre(ctx, territoire_id, [marche_id], le, resume, dry_run=dry_run)
        return
    resume["ouvertes"] += fait["ouvertes"]
    resume["fermees"] += fait["fermees"]


def _reprendre_attentes(ctx: Contexte, territoire_id: int, resume: dict[str, Any]) -> None:
    with ctx.lecture() as s:
        ids = s.scalars(
            select(LigneHeures.declaration_id)
            .join(DecisionLigne, DecisionLigne.ligne_id == LigneHeures.id)
            .join(Declaration, Declaration.id == LigneHeures.declaration_id)
            .where(
                Declaration.territoire_id == territoire_id,
                DecisionLigne.en_vigueur.is_(True),
                DecisionLigne.etat.in_((EtatLigne.ATTENTE_ELIGIBILITE, EtatLigne.ATTENTE_PIECE)),
            )
            .distinct()
            .order_by(LigneHeures.declaration_id)
        ).all()
    for id_ in ids:
        try:
            with ctx.transaction() as s:
                declaration = s.get_one(Declaration, id_)
                resume["recalculees"] += recrediter(s, ctx, systeme(territoire_id), declaration)
        except (SQLAlchemyError, RegleViolee, Introuvable, ValueError, ArithmeticError) as erreur:
            journal.exception("reprise d'une déclaration", exc_info=erreur)
            resume["refuses"].append({"declaration": id_, "motif": str(erreur).splitlines()[0]})
