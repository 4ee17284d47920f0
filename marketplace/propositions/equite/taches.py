"""The monthly job of fairness: report, alerte, then what has passed its time is erased (R123, R124)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import delete, func, select

from marketplace.contexte import PARIS, Contexte
from marketplace.journal.models import Gravite
from marketplace.journal.services import AlerteDue, reconcilier_alertes
from marketplace.propositions.equite.models import RapportEquite
from marketplace.propositions.equite.services import rapport_du_planificateur
from marketplace.propositions.models import PassageClassement
from marketplace.territoire.queries import territoires
from marketplace.valeurs import Bareme, Valeur, ajouter_mois

EQUITE = "equite"
DUREE_PASSAGES = Bareme(Valeur(12, date(2021, 10, 14), "R123 : classements montrés, six à douze mois (CNIL)"))
"""In months; what is left of them is in the reports."""
DUREE_RAPPORTS = Bareme(Valeur(60, date(2008, 5, 28), "R123 : cinq ans, délai d'action en discrimination (L1134-5)"))
"""In months."""


def mesurer_equite(ctx: Contexte, le: date, *, dry_run: bool = False) -> dict[str, Any]:
    """Each month: report of every territory, alerte when a group is shown too little, runs and reports past their time.

    Returns {"vus", "faits", "alertes", "passages_effaces", "rapports_effaces"}. Idempotent for its month.
    """
    resume: dict[str, Any] = {"vus": 0, "faits": 0, "alertes": 0, "passages_effaces": 0, "rapports_effaces": 0}
    with ctx.lecture() as s:
        tous = [t.id for t in territoires(s)]
    for territoire_id in tous:
        resume["vus"] += 1
        if dry_run:
            continue
        rapport = rapport_du_planificateur(ctx, territoire_id, le)
        resume["faits"] += 1
        with ctx.transaction() as s:
            dues = alertes_de(rapport)
            reconcilier_alertes(s, ctx.horloge(), territoire_id, dues, (EQUITE,))
            resume["alertes"] += len(dues)
    resume |= _effacer(ctx, le, dry_run=dry_run)
    return resume


def alertes_de(rapport: RapportEquite) -> list[AlerteDue]:
    """One alerte for a report where a group is shown too little, none otherwise."""
    groupes = [e["groupe"] for e in rapport.contenu["ecarts"] if e["alerte"]]
    if not groupes:
        return []
    return [
        AlerteDue(
            cle=f"{EQUITE}:{rapport.territoire_id}",
            territoire_id=rapport.territoire_id,
            type=EQUITE,
            objet_type="rapport_equite",
            objet_id=rapport.id,
            objet_ref="",
            gravite=Gravite.ORANGE,
            message=f"Classement : moins montrés que les autres, au-delà du hasard : {', '.join(groupes)}.",
            action="Lire le rapport d'équité",
            lien="/facilitateur/equite",
        )
    ]


def _effacer(ctx: Contexte, le: date, *, dry_run: bool) -> dict[str, int]:
    avant_passages = datetime.combine(ajouter_mois(le, -DUREE_PASSAGES.au(le)), time(), tzinfo=PARIS)
    avant_rapports = ajouter_mois(le, -DUREE_RAPPORTS.au(le)) - timedelta(days=1)
    cibles: tuple[tuple[str, Any, Any], ...] = (
        ("passages_effaces", PassageClassement, PassageClassement.quand < avant_passages),
        ("rapports_effaces", RapportEquite, _oubliables(avant_rapports)),
    )
    comptes = {}
    with ctx.transaction() as s:
        for nom, table, condition in cibles:
            comptes[nom] = s.scalar(select(func.count()).select_from(table).where(condition)) or 0
            if comptes[nom] and not dry_run:
                s.execute(delete(table).where(condition))
    return comptes


def _oubliables(avant: date) -> Any:
    """Reports past their five years, those of a learned layer left: its card points to them."""
    from marketplace.propositions.decisions.models import CoucheApprise

    cites = select(CoucheApprise.rapport_id).where(CoucheApprise.rapport_id.is_not(None))
    return (RapportEquite.jour < avant) & RapportEquite.id.not_in(cites)
