"""How far clauses have come, computed from validated lines in a constant number of queries.

Nothing is stored: the hours are Σ of the decisions in force on the counted lines of validated declarations,
plus the hours done before the product, as the source of their takeover gave them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Any

from sqlalchemy import Integer, case, func, select, type_coerce
from sqlalchemy.orm import Session, aliased

from marketplace.heures.models import (
    DecisionLigne,
    Declaration,
    EtatDeclaration,
    EtatLigne,
    LigneHeures,
    LigneReprise,
)
from marketplace.heures.reglages import pour_avancement
from marketplace.heures.rules.avancement import EtatAvancement, PeriodePrevue, ReglagesAvancement, Suivi, avancer
from marketplace.heures.rules.declaration import ETATS_EN_ATTENTE_FACILITATEUR, Rythme, dernier_jour_declare
from marketplace.heures.rules.ligne import Periode
from marketplace.marches.models import Arret, ConsigneDeclaration, Marche
from marketplace.marches.queries.objectifs import interventions_prevues, parmi
from marketplace.marches.queries.objectifs import objectifs as objectifs_au
from marketplace.marches.rules.etats import EtatMarche
from marketplace.territoire.reglages import reglages_au
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
    trained; `malgre_tout` the part of it that the facilitateur credited against a rule; `reprises` the part that was
    done before the product and taken over from a workbook, `reprises_au` its last month. `manque` is what
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
    interventions: tuple[PeriodePrevue, ...] = ()
    reprises: Decimal = ZERO
    reprises_au: date | None = None


def lots(ids: Iterable[int]) -> Iterator[list[int]]:
    """The ids, each once, by rounds of what an engine binds."""
    suite = iter(dict.fromkeys(ids))
    while lot := list(islice(suite, LOT)):
        yield lot


def avancements(s: Session, marche_ids: Iterable[int], jour: date) -> dict[int, Avancement]:
    """Progress of each marché on `jour`, by its id. Unknown ids are left out.

    Six queries whatever the number of marchés (per ten thousand), plus one per territory for its settings.
    """
    resultat: dict[int, Avancement] = {}
    territoires: dict[int, Mesure] = {}
    for lot in lots(marche_ids):
        for entree in entrees(s, lot, jour, territoires):
            resultat[entree.marche.id] = avancement_de(entree, jour)
    return resultat


@dataclass(frozen=True, slots=True)
class Mesure:
    """What a territory's settings say of a day: thresholds, and the last day hours had to be declared for."""

    regles: ReglagesAvancement
    mesure: date | None
    jour_echeance: int = 10


def _mesure(s: Session, territoire_id: int, jour: date) -> Mesure:
    reglages = reglages_au(s, territoire_id, jour)
    rythme, limite = Rythme(reglages.rythme_declaration), reglages.jour_echeance
    return Mesure(pour_avancement(reglages), dernier_jour_declare(jour, rythme, limite), limite)


def _rythmes(s: Session, ids: Sequence[int], jour: date) -> dict[int, Rythme]:
    """The rhythm of the marchés that have their own on that day."""
    consigne = ConsigneDeclaration
    requete = (
        select(consigne.marche_id, consigne.rythme)
        .where(parmi(consigne.marche_id, ids), consigne.a_partir_du <= jour)
        .order_by(consigne.a_partir_du)
    )
    return {marche_id: rythme for marche_id, rythme in s.execute(requete) if rythme is not None}


@dataclass(slots=True)
class Cumul:
    """Validated hours of one marché, in hundredths as the base keeps them: exact, and quicker than decimals."""

    par_mois: dict[date, int] = field(default_factory=dict)
    reelles: int = 0
    formation: int = 0
    malgre_tout: int = 0
    reprises: int = 0
    reprises_au: date | None = None


_AUCUN = Cumul()


@dataclass(frozen=True, slots=True)
class Entree:
    """What is read about one marché, before anything is computed: its row, its target, its stops, its hours."""

    marche: Any
    objectif: Decimal | None
    arrets: tuple[Periode, ...]
    interventions: tuple[PeriodePrevue, ...]
    cumul: Cumul
    declarees: Decimal
    territoire: Mesure


def entrees(s: Session, ids: Sequence[int], jour: date, territoires: dict[int, Mesure]) -> Iterator[Entree]:
    """What there is to know of these marchés, in a constant number of queries."""
    marches = s.execute(
        select(
            Marche.id,
            Marche.territoire_id,
            Marche.etat,
            Marche.date_notification,
            Marche.date_debut,
            Marche.date_fin,
        ).where(parmi(Marche.id, ids))
    ).all()
    objectifs = objectifs_au(s, ids, jour)
    arrets: dict[int, list[Periode]] = defaultdict(list)
    for marche_id, debut, fin in s.execute(
        select(Arret.marche_id, Arret.debut, Arret.fin).where(parmi(Arret.marche_id, ids))
    ):
        arrets[marche_id].append(Periode(debut, fin))
    prevues = interventions_prevues(s, ids)
    heures = _heures_validees(s, ids)
    _ajouter_reprises(s, ids, heures)
    declarees = _heures_declarees(s, ids)
    rythmes = _rythmes(s, ids, jour)
    voulus = set(ids)
    for marche in marches:
        if marche.id not in voulus:
            continue
        if marche.territoire_id not in territoires:
            territoires[marche.territoire_id] = _mesure(s, marche.territoire_id, jour)
        territoire = territoires[marche.territoire_id]
        if rythme := rythmes.get(marche.id):
            sienne = dernier_jour_declare(jour, rythme, territoire.jour_echeance)
            territoire = replace(territoire, mesure=sienne)
        yield Entree(
            marche,
            objectifs.get(marche.id),
            tuple(arrets.get(marche.id, ())),
            tuple(PeriodePrevue(i.debut, i.fin, i.heures) for i in prevues.get(marche.id, ())),
            heures.get(marche.id, _AUCUN),
            declarees.get(marche.id, ZERO),
            territoire,
        )


def _heures(centiemes: int) -> Decimal:
    return Decimal(centiemes).scaleb(-2)


def _centiemes(somme_sql: Any) -> Any:
    """A sum of hours read as the integer that is stored."""
    return type_coerce(somme_sql, Integer)


def _heures_validees(s: Session, ids: Sequence[int]) -> defaultdict[int, Cumul]:
    """Validated hours by marché and month (R56): one GROUP BY over the decisions in force."""
    derogation = case((DecisionLigne.malgre_tout.is_(True), DecisionLigne.creditees), else_=0)
    requete = (
        select(
            LigneHeures.marche_id,
            LigneHeures.mois,
            _centiemes(func.sum(DecisionLigne.valorisees)),
            _centiemes(func.sum(DecisionLigne.creditees)),
            _centiemes(func.sum(DecisionLigne.formation)),
            _centiemes(func.sum(derogation)),
        )
        .join(DecisionLigne, DecisionLigne.ligne_id == LigneHeures.id)
        .join(Declaration, Declaration.id == LigneHeures.declaration_id)
        .where(
            parmi(LigneHeures.marche_id, ids),
            DecisionLigne.en_vigueur.is_(True),
            DecisionLigne.etat == EtatLigne.COMPTEE,
            Declaration.etat == EtatDeclaration.VALIDEE,
        )
        .group_by(LigneHeures.marche_id, LigneHeures.mois)
    )
    cumuls: defaultdict[int, Cumul] = defaultdict(Cumul)
    for marche_id, mois, valorisees, reelles, formation, malgre_tout in s.execute(requete):
        cumul = cumuls[marche_id]
        cumul.par_mois[mois] = int(valorisees)
        cumul.reelles += int(reelles)
        cumul.formation += int(formation)
        cumul.malgre_tout += int(malgre_tout)
    return cumuls


def _ajouter_reprises(s: Session, ids: Sequence[int], cumuls: defaultdict[int, Cumul]) -> None:
    """Add the hours done before the product. A solde is spread evenly over its months, so that pace means something."""
    requete = (
        select(
            LigneReprise.marche_id,
            LigneReprise.depuis,
            LigneReprise.mois,
            _centiemes(func.sum(LigneReprise.heures)),
        )
        .where(parmi(LigneReprise.marche_id, ids), LigneReprise.annulee.is_(False))
        .group_by(LigneReprise.marche_id, LigneReprise.depuis, LigneReprise.mois)
    )
    for marche_id, depuis, dernier, heures in s.execute(requete):
        if marche_id is None:
            continue
        cumul, total = cumuls[marche_id], int(heures)
        cumul.reelles += total
        cumul.reprises += total
        cumul.reprises_au = max(cumul.reprises_au or dernier, dernier)
        mois = _mois(depuis or dernier, dernier)
        part, reste = divmod(total, len(mois))
        for rang, m in enumerate(mois):
            cumul.par_mois[m] = cumul.par_mois.get(m, 0) + part + (rang < reste)


@lru_cache(maxsize=4096)
def _mois(debut: date, fin: date) -> tuple[date, ...]:
    """The months of a period; many marchés share theirs."""
    return tuple(mois_entre(debut, fin))


def _heures_declarees(s: Session, ids: Sequence[int]) -> dict[int, Decimal]:
    """Hours signed by employers and not validated yet, by marché; a corrected line leaves its place."""
    suite = aliased(LigneHeures)
    requete = (
        select(LigneHeures.marche_id, func.sum(LigneHeures.travaillees), func.sum(LigneHeures.formation))
        .join(Declaration, Declaration.id == LigneHeures.declaration_id)
        .where(
            parmi(LigneHeures.marche_id, ids),
            Declaration.etat.in_(ETATS_SIGNES),
            ~select(suite.id).where(suite.corrige_id == LigneHeures.id).exists(),
        )
        .group_by(LigneHeures.marche_id)
    )
    return {marche_id: travaillees + formation for marche_id, travaillees, formation in s.execute(requete)}


def avancement_de(entree: Entree, jour: date) -> Avancement:
    """Progress of one marché, from what was read about it."""
    marche, objectif, cumul = entree.marche, entree.objectif, entree.cumul
    arrets, declarees, territoire = entree.arrets, entree.declarees, entree.territoire
    validees = _heures(sum(cumul.par_mois.values()))
    communs: dict[str, Any] = {
        "marche_id": marche.id,
        "objectif": objectif or ZERO,
        "validees": validees,
        "reelles": _heures(cumul.reelles),
        "formation": _heures(cumul.formation),
        "malgre_tout": _heures(cumul.malgre_tout),
        "reprises": _heures(cumul.reprises),
        "reprises_au": cumul.reprises_au,
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
            par_mois=tuple((m, _heures(h)) for m, h in sorted(cumul.par_mois.items())),
            debut=debut,
            fin=fin,
        )
    mesure = territoire.mesure
    connu = min(mesure, fin) if mesure is not None else None
    mois = _mois(debut, connu) if connu is not None else tuple(sorted(cumul.par_mois))
    par_mois = {m: _heures(h) for m, h in cumul.par_mois.items()}
    serie = tuple([(m, par_mois.get(m, ZERO)) for m in mois])
    recents = tuple([(m, par_mois[m]) for m in sorted(par_mois.keys() - set(mois))])
    calcul = avancer(
        Suivi(
            objectif=objectif,
            validees=validees,
            debut=debut,
            fin=fin,
            par_mois=tuple(h for _, h in serie),
            interventions=entree.interventions,
            arrets=arrets,
            clos=marche.etat in ETATS_CLOS,
            mesure=mesure if mesure is not None else debut,
            recentes=somme(h for m, h in recents if connu is not None and m > connu),
        ),
        jour,
        territoire.regles,
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
        interventions=entree.interventions,
    )
