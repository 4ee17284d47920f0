"""How far clauses have come, computed from validated lines in a constant number of queries.

Nothing is stored: the hours are Σ of the decisions in force on the counted lines of validated declarations.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from marketplace.heures.models import (
    DecisionLigne,
    Declaration,
    EtatDeclaration,
    EtatLigne,
    LigneHeures,
)
from marketplace.heures.reglages import pour_avancement
from marketplace.heures.rules.avancement import EtatAvancement, Suivi, avancer
from marketplace.heures.rules.declaration import ETATS_EN_ATTENTE_FACILITATEUR, Rythme, dernier_jour_declare
from marketplace.heures.rules.ligne import Periode
from marketplace.marches.models import Arret, Clause, Marche
from marketplace.marches.rules.etats import EtatMarche
from marketplace.territoire.reglages import Reglages, reglages_au
from marketplace.valeurs import mois_entre, somme

ZERO = Decimal("0.00")
LOT = 10_000
"""How many marchés one round of queries takes: more would exceed what an engine binds."""

SANS_OBJET = "sans_objet"
"""State of a marché that has no clause in force or no dates: there is nothing to follow."""

ETATS_CLOS = frozenset({EtatMarche.TERMINE, EtatMarche.SOLDE, EtatMarche.RESILIE, EtatMarche.TRANSFERE})
ETATS_SIGNES = tuple(EtatDeclaration(e.value) for e in ETATS_EN_ATTENTE_FACILITATEUR)
"""Signed by the employer, not validated yet."""


@dataclass(frozen=True, slots=True)
class Avancement:
    """Progress of the clause of one marché on a day. Hours are decimals; `pourcentage` is in percent.

    `validees` counts towards the clause (coefficients applied, R41); `reelles` is what was really worked and
    trained; `malgre_tout` the part of it that the facilitateur credited against a rule. `manque` is what
    would lack at term at the present pace, `reste` what lacks today. `etat` is one of the five of the
    screens, or « sans_objet » (no clause in force, no dates).
    """

    marche_id: int
    objectif: Decimal
    validees: Decimal
    reelles: Decimal
    formation: Decimal
    malgre_tout: Decimal
    declarees: Decimal
    prevues_a_terme: Decimal
    prevues_bas: Decimal
    prevues_haut: Decimal
    manque: Decimal
    reste: Decimal
    rythme: Decimal
    besoin_par_mois: Decimal | None
    pourcentage: Decimal
    pourcentage_attendu: Decimal
    etat: str
    raison: str
    phrase: str
    par_mois: tuple[tuple[date, Decimal], ...]
    debut: date | None
    fin: date | None


def _lots(ids: Iterable[int]) -> Iterator[list[int]]:
    suite = iter(dict.fromkeys(ids))
    while lot := list(islice(suite, LOT)):
        yield lot


def avancements(s: Session, marche_ids: Iterable[int], jour: date) -> dict[int, Avancement]:
    """Progress of each marché on `jour`, by its id. Unknown ids are left out.

    Five queries whatever the number of marchés (per ten thousand), plus one per territory for its settings.
    """
    resultat: dict[int, Avancement] = {}
    reglages: dict[int, Reglages] = {}
    for lot in _lots(marche_ids):
        resultat.update(_avancements_du_lot(s, lot, jour, reglages))
    return resultat


def _avancements_du_lot(
    s: Session, ids: Sequence[int], jour: date, reglages: dict[int, Reglages]
) -> Iterator[tuple[int, Avancement]]:
    marches = s.execute(
        select(
            Marche.id,
            Marche.territoire_id,
            Marche.etat,
            Marche.date_notification,
            Marche.date_debut,
            Marche.date_fin,
        ).where(Marche.id.in_(ids))
    ).all()
    objectifs = objectifs_au(s, ids, jour)
    arrets: dict[int, list[Periode]] = defaultdict(list)
    for marche_id, debut, fin in s.execute(
        select(Arret.marche_id, Arret.debut, Arret.fin).where(Arret.marche_id.in_(ids))
    ):
        arrets[marche_id].append(Periode(debut, fin))
    heures = heures_validees(s, ids)
    declarees = heures_declarees(s, ids)
    for marche in marches:
        if marche.territoire_id not in reglages:
            reglages[marche.territoire_id] = reglages_au(s, marche.territoire_id, jour)
        yield (
            marche.id,
            _avancement(
                marche,
                objectif=objectifs.get(marche.id),
                arrets=tuple(arrets.get(marche.id, ())),
                heures=heures.get(marche.id, {}),
                declarees=declarees.get(marche.id, ZERO),
                jour=jour,
                reglages=reglages[marche.territoire_id],
            ),
        )


def objectifs_au(s: Session, ids: Sequence[int], jour: date) -> dict[int, Decimal]:
    """Hours of the clause in force on `jour`, by marché; the first to come when none has started."""
    requete = (
        select(Clause.marche_id, Clause.heures_prevues, Clause.a_partir_du)
        .where(Clause.marche_id.in_(ids), or_(Clause.remplacee_le.is_(None), Clause.remplacee_le > jour))
        .order_by(Clause.marche_id, Clause.numero)
    )
    objectifs: dict[int, Decimal] = {}
    for marche_id, heures, a_partir_du in s.execute(requete):
        if a_partir_du <= jour or marche_id not in objectifs:
            objectifs[marche_id] = heures
    return objectifs


@dataclass(frozen=True, slots=True)
class HeuresDuMois:
    """What was validated for one marché and one month."""

    valorisees: Decimal
    reelles: Decimal
    formation: Decimal
    malgre_tout: Decimal


def heures_validees(s: Session, ids: Sequence[int]) -> dict[int, dict[date, HeuresDuMois]]:
    """Validated hours by marché and month (R56): one GROUP BY over the decisions in force."""
    requete = (
        select(
            LigneHeures.marche_id,
            LigneHeures.mois,
            DecisionLigne.malgre_tout,
            func.sum(DecisionLigne.valorisees),
            func.sum(DecisionLigne.creditees),
            func.sum(DecisionLigne.formation),
        )
        .join(DecisionLigne, DecisionLigne.ligne_id == LigneHeures.id)
        .join(Declaration, Declaration.id == LigneHeures.declaration_id)
        .where(
            LigneHeures.marche_id.in_(ids),
            DecisionLigne.en_vigueur.is_(True),
            DecisionLigne.etat == EtatLigne.COMPTEE,
            Declaration.etat == EtatDeclaration.VALIDEE,
        )
        .group_by(LigneHeures.marche_id, LigneHeures.mois, DecisionLigne.malgre_tout)
    )
    resultat: dict[int, dict[date, HeuresDuMois]] = defaultdict(dict)
    for marche_id, mois, malgre_tout, valorisees, reelles, formation in s.execute(requete):
        avant = resultat[marche_id].get(mois, HeuresDuMois(ZERO, ZERO, ZERO, ZERO))
        resultat[marche_id][mois] = HeuresDuMois(
            avant.valorisees + valorisees,
            avant.reelles + reelles,
            avant.formation + formation,
            avant.malgre_tout + (reelles if malgre_tout else ZERO),
        )
    return resultat


def heures_declarees(s: Session, ids: Sequence[int]) -> dict[int, Decimal]:
    """Hours signed by employers and not validated yet, by marché; a corrected line leaves its place."""
    suite = aliased(LigneHeures)
    requete = (
        select(LigneHeures.marche_id, func.sum(LigneHeures.travaillees), func.sum(LigneHeures.formation))
        .join(Declaration, Declaration.id == LigneHeures.declaration_id)
        .where(
            LigneHeures.marche_id.in_(ids),
            Declaration.etat.in_(ETATS_SIGNES),
            ~select(suite.id).where(suite.corrige_id == LigneHeures.id).exists(),
        )
        .group_by(LigneHeures.marche_id)
    )
    return {marche_id: travaillees + formation for marche_id, travaillees, formation in s.execute(requete)}


def _avancement(
    marche: Any,
    *,
    objectif: Decimal | None,
    arrets: tuple[Periode, ...],
    heures: dict[date, HeuresDuMois],
    declarees: Decimal,
    jour: date,
    reglages: Reglages,
) -> Avancement:
    validees = somme(h.valorisees for h in heures.values())
    communs: dict[str, Any] = {
        "marche_id": marche.id,
        "objectif": objectif or ZERO,
        "validees": validees,
        "reelles": somme(h.reelles for h in heures.values()),
        "formation": somme(h.formation for h in heures.values()),
        "malgre_tout": somme(h.malgre_tout for h in heures.values()),
        "declarees": declarees,
        "reste": max(ZERO, (objectif or ZERO) - validees),
    }
    debut = marche.date_debut or marche.date_notification
    fin = marche.date_fin
    if objectif is None or debut is None or fin is None or fin < debut:
        phrase = (
            "Aucune clause en vigueur."
            if objectif is None
            else "Indiquez le début et la fin du marché pour suivre ses heures."
        )
        return Avancement(
            **communs,
            prevues_a_terme=validees,
            prevues_bas=validees,
            prevues_haut=validees,
            manque=ZERO,
            rythme=ZERO,
            besoin_par_mois=None,
            pourcentage=ZERO,
            pourcentage_attendu=ZERO,
            etat=SANS_OBJET,
            raison=phrase,
            phrase=phrase,
            par_mois=tuple((m, h.valorisees) for m, h in sorted(heures.items())),
            debut=debut,
            fin=fin,
        )
    mesure = dernier_jour_declare(jour, Rythme(reglages.rythme_declaration), reglages.jour_echeance)
    connu = min(mesure, fin) if mesure is not None else None
    mois = mois_entre(debut, connu) if connu is not None else sorted(heures)
    serie = tuple((m, heures[m].valorisees if m in heures else ZERO) for m in mois)
    connus = set(mois)
    recents = tuple((m, h.valorisees) for m, h in sorted(heures.items()) if m not in connus)
    calcul = avancer(
        Suivi(
            objectif=objectif,
            validees=validees,
            debut=debut,
            fin=fin,
            par_mois=tuple(h for _, h in serie),
            arrets=arrets,
            clos=marche.etat in ETATS_CLOS,
            mesure=mesure if mesure is not None else debut,
            recentes=somme(h for m, h in recents if connu is not None and m > connu),
        ),
        jour,
        pour_avancement(reglages),
    )
    prevision = calcul.prevision
    termine = calcul.etat == EtatAvancement.TERMINE
    return Avancement(
        **communs,
        prevues_a_terme=validees if termine else prevision.a_terme,
        prevues_bas=validees if termine else prevision.bas,
        prevues_haut=validees if termine else prevision.haut,
        manque=communs["reste"] if termine else prevision.manque,
        rythme=prevision.rythme,
        besoin_par_mois=prevision.besoin_par_mois,
        pourcentage=calcul.pourcentage,
        pourcentage_attendu=calcul.pourcentage_attendu,
        etat=calcul.etat.value,
        raison=calcul.raison,
        phrase=calcul.phrase,
        par_mois=serie + recents,
        debut=debut,
        fin=fin,
    )
