"""Which clauses deserve a computation tonight: one GROUP BY for all, a glance at each, the rest left alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Select, case, cast, func, select, type_coerce, union
from sqlalchemy.orm import Session

from marketplace.heures.avancement import parmi
from marketplace.heures.models import (
    DecisionLigne,
    Declaration,
    EtatDeclaration,
    EtatLigne,
    LigneHeures,
    LigneReprise,
)
from marketplace.heures.reglages import pour_avancement
from marketplace.heures.rules.avancement import ReglagesAvancement
from marketplace.heures.rules.declaration import Rythme, dernier_jour_declare
from marketplace.heures.rules.vigilance import surement_calme
from marketplace.marches.models import Arret, ConsigneDeclaration, InterventionPrevue
from marketplace.marches.queries.objectifs import objectifs
from marketplace.territoire.reglages import reglages_au
from marketplace.valeurs import mois_entre


@dataclass(slots=True)
class Tri:
    """What a glance found: hours beyond the target by marché, and the marchés to compute in full."""

    depassements: dict[int, Decimal] = field(default_factory=dict)
    a_calculer: list[int] = field(default_factory=list)


def trier(s: Session, territoire_id: int, marches: Mapping[int, Any], jour: date) -> Tri:
    """Sort the marchés of one territory (rows with `date_debut`, `date_notification`, `date_fin`).

    A constant number of queries. A marché that is not in the result raises nothing by its hours today; whenever a
    glance cannot tell (stops, interventions, hours taken over, another rhythm), it is computed in full.
    """
    tri = Tri()
    ids = list(marches)
    reglages = reglages_au(s, territoire_id, jour)
    mesure = dernier_jour_declare(jour, Rythme(reglages.rythme_declaration), reglages.jour_echeance)
    seuils = pour_avancement(reglages)
    prevues = objectifs(s, ids, jour)
    particuliers = _particuliers(s, ids)
    heures: dict[int, Sequence[Any]] = {}
    if mesure is not None:
        heures = {ligne[0]: ligne for ligne in s.execute(_totaux(ids, mesure)).all()}
    for id_, marche in marches.items():
        objectif = prevues.get(id_)
        if not objectif:
            continue
        debut, fin = marche.date_debut or marche.date_notification, marche.date_fin
        if debut is None or fin is None or fin < debut:
            continue
        if mesure is None or id_ in particuliers:
            tri.a_calculer.append(id_)
            continue
        ligne = heures.get(id_)
        if ligne is None:
            tri.a_calculer.append(id_)
            continue
        _, validees, connues, meilleur, mois, premier = ligne
        voulu = int(objectif.scaleb(2))
        if validees > voulu:
            tri.depassements[id_] = Decimal(validees - voulu).scaleb(-2)
        elif premier < debut.replace(day=1) or not _calme(
            voulu, validees, connues, meilleur, mois, debut, fin, mesure, jour, seuils
        ):
            tri.a_calculer.append(id_)
    return tri


def _calme(
    objectif: int,
    validees: int,
    connues: int | None,
    meilleur: int | None,
    mois: int,
    debut: date,
    fin: date,
    mesure: date,
    jour: date,
    seuils: ReglagesAvancement,
) -> bool:
    if not connues or not meilleur:
        return False
    return surement_calme(
        objectif=objectif,
        validees=validees,
        recentes=validees - connues,
        # The mean of the three best months is at least the mean of all that have hours, and a third of the best one.
        meilleurs=max(connues / max(mois, 3), meilleur / 3),
        nombre_mois=_nombre_mois(debut, min(mesure, fin)),
        debut=debut,
        fin=fin,
        mesure=mesure,
        jour=jour,
        reglages=seuils,
    )


@lru_cache(maxsize=4096)
def _nombre_mois(debut: date, fin: date) -> int:
    return len(mois_entre(debut, fin))


def _totaux(ids: Sequence[int], mesure: date) -> Select[Any]:
    """Per marché: validated hundredths, those known at `mesure`, the best month, how many months, the first one."""
    ligne, decision, declaration = LigneHeures.__table__, DecisionLigne.__table__, Declaration.__table__
    par_mois = (
        select(ligne.c.marche_id, ligne.c.mois, func.sum(type_coerce(decision.c.valorisees, BigInteger)).label("h"))
        .join(decision, decision.c.ligne_id == ligne.c.id)
        .join(declaration, declaration.c.id == ligne.c.declaration_id)
        .where(
            parmi(ligne.c.marche_id, ids),
            decision.c.en_vigueur.is_(True),
            decision.c.etat == EtatLigne.COMPTEE,
            declaration.c.etat == EtatDeclaration.VALIDEE,
        )
        .group_by(ligne.c.marche_id, ligne.c.mois)
        .subquery()
    )
    m = par_mois.c
    connue = case((m.mois <= mesure, m.h))
    return select(
        m.marche_id,
        cast(func.sum(m.h), BigInteger),
        cast(func.sum(connue), BigInteger),
        cast(func.max(connue), BigInteger),
        func.count(connue),
        func.min(m.mois),
    ).group_by(m.marche_id)


def _particuliers(s: Session, ids: Sequence[int]) -> set[int]:
    """Marchés that are not plain: stopped, planned by interventions, with hours taken over or a rhythm of their own."""
    arrets = select(Arret.marche_id).where(parmi(Arret.marche_id, ids))
    prevues = select(InterventionPrevue.marche_id).where(parmi(InterventionPrevue.marche_id, ids))
    reprises = select(LigneReprise.marche_id).where(parmi(LigneReprise.marche_id, ids))
    consignes = select(ConsigneDeclaration.marche_id).where(parmi(ConsigneDeclaration.marche_id, ids))
    lignes: Any = s.execute(union(arrets, prevues, reprises, consignes))
    return {int(ligne[0]) for ligne in lignes if ligne[0] is not None}
