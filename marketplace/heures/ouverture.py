"""Opening declarations: one per employer, marché and month that holds an active contrat."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from marketplace.contexte import Contexte
from marketplace.heures.models import Contrat, Declaration, EtatDeclaration
from marketplace.heures.rules.declaration import Rythme, echeance
from marketplace.marches.models import ETATS_OUVERTS_AUX_HEURES, Marche
from marketplace.marches.rules.etats import EtatMarche
from marketplace.territoire.reglages import Reglages
from marketplace.valeurs import ajouter_mois, dernier_du_mois, mois_entre, premier_du_mois

ETATS_A_DECLARER = tuple(ETATS_OUVERTS_AUX_HEURES | {EtatMarche.TERMINE})
"""A marché that has ended still owes the hours of its last months; one that is settled owes nothing."""


def fin_de_periode(mois: date, rythme: Rythme, fin_marche: date | None = None) -> date:
    """Last day of the period a month is declared with: the month, its quarter, or the marché."""
    if rythme is Rythme.TRIMESTRIEL:
        return dernier_du_mois(mois.replace(month=(mois.month - 1) // 3 * 3 + 3))
    if rythme is Rythme.FIN and fin_marche is not None:
        return max(dernier_du_mois(mois), fin_marche)
    return dernier_du_mois(mois)


def echeance_de(mois: date, reglages: Reglages, fin_marche: date | None = None) -> date:
    """Due day of the declaration of a month, by the rhythm of the territory (R53)."""
    rythme = Rythme(reglages.rythme_declaration)
    return echeance(fin_de_periode(mois, rythme, fin_marche), reglages.jour_echeance)


def actifs_au_mois(mois: date) -> tuple[ColumnElement[bool], ...]:
    """SQL conditions: the contrat touches that month and feeds a marché."""
    return (
        Contrat.marche_id.is_not(None),
        Contrat.debut <= dernier_du_mois(mois),
        or_(Contrat.fin.is_(None), Contrat.fin >= mois),
    )


def couples_a_ouvrir(s: Session, territoire_id: int, mois: date) -> list[tuple[int, int]]:
    """(employer, marché) that had a contrat in that month and have no declaration of it yet."""
    existe = (
        select(Declaration.id)
        .where(
            Declaration.employeur_id == Contrat.employeur_id,
            Declaration.marche_id == Contrat.marche_id,
            Declaration.mois == mois,
        )
        .exists()
    )
    requete = (
        select(Contrat.employeur_id, Contrat.marche_id)
        .join(Marche, Marche.id == Contrat.marche_id)
        .where(
            Contrat.territoire_id == territoire_id,
            *actifs_au_mois(mois),
            Marche.etat.in_(ETATS_A_DECLARER),
            ~existe,
        )
        .distinct()
        .order_by(Contrat.employeur_id, Contrat.marche_id)
    )
    return [(e, m) for e, m in s.execute(requete) if m is not None]


def ouvrir(s: Session, ctx: Contexte, territoire_id: int, mois: date, couples: Iterable[tuple[int, int]]) -> int:
    """Store the declarations of a month that has no such row yet; how many."""
    nouvelles = [
        Declaration(
            territoire_id=territoire_id,
            employeur_id=employeur_id,
            marche_id=marche_id,
            mois=mois,
            etat=EtatDeclaration.A_FAIRE,
            ouverte_le=ctx.horloge(),
        )
        for employeur_id, marche_id in couples
    ]
    s.add_all(nouvelles)
    s.flush()
    return len(nouvelles)


def ouvrir_mois_passes(s: Session, ctx: Contexte, contrat: Contrat) -> int:
    """Open the finished months of a contrat written late, so that its hours can be declared at once."""
    dernier = ajouter_mois(premier_du_mois(ctx.aujourdhui()), -1)
    fin = min(contrat.fin, dernier_du_mois(dernier)) if contrat.fin else dernier_du_mois(dernier)
    if contrat.marche_id is None or contrat.debut > fin:
        return 0
    connus = set(
        s.scalars(
            select(Declaration.mois).where(
                Declaration.employeur_id == contrat.employeur_id, Declaration.marche_id == contrat.marche_id
            )
        )
    )
    return sum(
        ouvrir(s, ctx, contrat.territoire_id, mois, [(contrat.employeur_id, contrat.marche_id)])
        for mois in mois_entre(contrat.debut, fin)
        if mois not in connus
    )
