"""The alertes of the ledger itself: first weeks after the award, a start to note, a marché to close."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from marketplace.journal.models import Gravite, Relance
from marketplace.journal.services import AlerteDue, reconcilier_alertes
from marketplace.marches.models import Avenant, Clause, Composante, EtapeFaite, GenreComposante, Marche
from marketplace.marches.queries.delais import delais_demarrage
from marketplace.marches.queries.objectifs import objectif_sql
from marketplace.marches.rules.avenants import EffetHeures
from marketplace.marches.rules.etapes import (
    JOURS_OUBLIES,
    MODALITE_ANNONCEE,
    TITULAIRE_CONTACTE,
    DelaisDemarrage,
)
from marketplace.marches.rules.etats import EtatMarche

TITULAIRE_A_CONTACTER = "titulaire_a_contacter"
DEMARRAGE_A_NOTER = "demarrage_a_noter"
MARCHE_A_CLORE = "marche_a_clore"
MODALITE_A_ANNONCER = "modalite_a_annoncer"
AVENANT_SANS_HEURES = "avenant_sans_heures"
RECONDUCTION_A_DECIDER = "reconduction_a_decider"
TYPES = (
    TITULAIRE_A_CONTACTER,
    MODALITE_A_ANNONCER,
    DEMARRAGE_A_NOTER,
    AVENANT_SANS_HEURES,
    RECONDUCTION_A_DECIDER,
    MARCHE_A_CLORE,
)

JOURS_AVENANT = 60
"""How long after its signature an avenant that says nothing of the hours is worth a look (R20)."""
JOURS_RECONDUCTION = 90
"""How long before a period that may be renewed the decision is asked for."""
JOURS_CLOTURE = 15

ETATS_SUIVIS = (EtatMarche.NOTIFIE, EtatMarche.EN_COURS, EtatMarche.SUSPENDU)


def dues(s: Session, territoire_id: int, jour: date, *, marche_ids: Collection[int] | None = None) -> list[AlerteDue]:
    """Every alerte of the ledger due in a territory, or for some of its marchés. Six queries."""
    requete = (
        select(
            Marche.id,
            Marche.ref,
            Marche.intitule,
            Marche.etat,
            Marche.facilitateur_id,
            Marche.date_notification,
            Marche.date_debut,
            Marche.date_fin,
            objectif_sql().label("heures_prevues"),
        )
        .outerjoin(Clause, and_(Clause.marche_id == Marche.id, Clause.remplacee_le.is_(None)))
        .where(Marche.territoire_id == territoire_id, Marche.etat.in_(ETATS_SUIVIS))
        .order_by(Marche.id)
    )
    if marche_ids is not None:
        requete = requete.where(Marche.id.in_(marche_ids))
    marches = s.execute(requete).all()
    appels = select(Relance.objet_id, func.max(Relance.quand)).where(
        Relance.territoire_id == territoire_id, Relance.objet_type == "marche"
    )
    if marche_ids is not None:
        appels = appels.where(Relance.objet_id.in_(marche_ids))
    derniers = {appel[0]: appel[1] for appel in s.execute(appels.group_by(Relance.objet_id))}
    cochees = _etapes_cochees(s, territoire_id, marche_ids)
    muets = _avenants_muets(s, territoire_id, marche_ids, jour)
    periodes = _periodes_a_decider(s, territoire_id, marche_ids, jour)
    delais = delais_demarrage(s, territoire_id, jour)
    return [
        a
        for m in marches
        for a in _du_marche(
            m,
            _Faits(derniers.get(m.id), cochees.get(m.id, frozenset()), muets.get(m.id), periodes.get(m.id)),
            territoire_id,
            jour,
            delais,
        )
    ]


@dataclass(frozen=True, slots=True)
class _Faits:
    """What is known of one marché beside its row: last call, points ticked, an avenant, a period to decide."""

    dernier_appel: datetime | None
    cochees: frozenset[str]
    avenant_muet: tuple[int, date] | None
    periode: tuple[str, date] | None


def _suivis(requete: Any, territoire_id: int, marche_ids: Collection[int] | None) -> Any:
    """Only marchés that are followed, or some of them."""
    requete = requete.where(Marche.territoire_id == territoire_id, Marche.etat.in_(ETATS_SUIVIS))
    return requete if marche_ids is None else requete.where(Marche.id.in_(marche_ids))


def _etapes_cochees(s: Session, territoire_id: int, ids: Collection[int] | None) -> dict[int, frozenset[str]]:
    requete = select(EtapeFaite.marche_id, EtapeFaite.code).join(Marche, Marche.id == EtapeFaite.marche_id)
    cochees: dict[int, set[str]] = defaultdict(set)
    for marche_id, code in s.execute(_suivis(requete, territoire_id, ids)):
        cochees[marche_id].add(code)
    return {marche_id: frozenset(codes) for marche_id, codes in cochees.items()}


def _avenants_muets(
    s: Session, territoire_id: int, ids: Collection[int] | None, jour: date
) -> dict[int, tuple[int, date]]:
    """The last avenant of a marché, when it moved the amount and said nothing of the hours (R20)."""
    requete = (
        select(Avenant.marche_id, Avenant.numero, Avenant.signe_le, Avenant.effet, Avenant.montant_apres)
        .join(Marche, Marche.id == Avenant.marche_id)
        .where(Avenant.signe_le > jour - timedelta(days=JOURS_AVENANT))
        .order_by(Avenant.marche_id, Avenant.numero)
    )
    derniers: dict[int, tuple[int, date]] = {}
    for marche_id, numero, signe_le, effet, montant in s.execute(_suivis(requete, territoire_id, ids)):
        derniers.pop(marche_id, None)
        if effet is EffetHeures.MUET and montant is not None:
            derniers[marche_id] = (numero, signe_le)
    return derniers


def _periodes_a_decider(
    s: Session, territoire_id: int, ids: Collection[int] | None, jour: date
) -> dict[int, tuple[str, date]]:
    """The next period of reconduction of a marché that starts soon and nobody decided."""
    requete = (
        select(Composante.marche_id, Composante.numero, Composante.debut)
        .join(Marche, Marche.id == Composante.marche_id)
        .where(
            Composante.genre == GenreComposante.RECONDUCTION,
            Composante.compte_le.is_(None),
            Composante.debut <= jour + timedelta(days=JOURS_RECONDUCTION),
        )
        .order_by(Composante.marche_id, Composante.debut.desc())
    )
    return {marche_id: (numero, debut) for marche_id, numero, debut in s.execute(_suivis(requete, territoire_id, ids))}


def alerte_de_marche(
    m: Any,
    territoire_id: int,
    type_: str,
    *,
    gravite: Gravite,
    message: str,
    action: str,
    lien: str,
    sur_id: int | None = None,
) -> AlerteDue:
    """An alerte read with its marché and owned by who follows it. `sur_id`: the row of it that is meant, if one is."""
    return AlerteDue(
        cle=f"{type_}:{m.id if sur_id is None else sur_id}",
        territoire_id=territoire_id,
        type=type_,
        objet_type="marche",
        objet_id=m.id,
        objet_ref=m.ref,
        gravite=gravite,
        message=message,
        action=action,
        lien=lien,
        proprietaire_id=m.facilitateur_id,
    )


def _du_marche(m: Any, faits: _Faits, territoire_id: int, jour: date, delais: DelaisDemarrage) -> Iterator[AlerteDue]:
    def alerte(type_: str, gravite: Gravite, message: str, action: str, lien: str) -> AlerteDue:
        return alerte_de_marche(
            m, territoire_id, type_, gravite=gravite, message=f"{m.intitule} : {message}", action=action, lien=lien
        )

    fiche = f"/facilitateur/marches/{m.ref}"
    if m.date_notification is not None and m.heures_prevues:
        depuis = (jour - m.date_notification).days
        appel = faits.dernier_appel
        appele = TITULAIRE_CONTACTE in faits.cochees or (appel is not None and appel.date() >= m.date_notification)
        if delais.contact <= depuis <= JOURS_OUBLIES and not appele:
            yield alerte(
                TITULAIRE_A_CONTACTER,
                Gravite.ORANGE,
                f"notifié il y a {depuis} jours, aucun appel noté au titulaire.",
                "Noter l'appel",
                f"/facilitateur/relances/marche/{m.ref}",
            )
        if delais.modalite <= depuis <= JOURS_OUBLIES and MODALITE_ANNONCEE not in faits.cochees:
            yield alerte(
                MODALITE_A_ANNONCER,
                Gravite.ORANGE,
                f"notifié il y a {depuis} jours, le titulaire n'a pas dit comment il fera ses heures.",
                "Noter la modalité",
                f"{fiche}/etapes#etape-{MODALITE_ANNONCEE}",
            )
    if m.etat is EtatMarche.NOTIFIE and m.date_debut is not None and m.date_debut < jour:
        yield alerte(
            DEMARRAGE_A_NOTER,
            Gravite.INFO,
            f"il devait démarrer le {m.date_debut:%d/%m/%Y}.",
            "Dire s'il a démarré",
            f"{fiche}/etat?vers=en_cours",
        )
    if faits.avenant_muet is not None:
        numero, signe_le = faits.avenant_muet
        yield alerte(
            AVENANT_SANS_HEURES,
            Gravite.INFO,
            f"l'avenant n° {numero} du {signe_le:%d/%m/%Y} change le montant sans rien dire des heures.",
            "Voir l'avenant",
            f"{fiche}#avenants",
        )
    if faits.periode is not None:
        numero_periode, debut = faits.periode
        yield alerte(
            RECONDUCTION_A_DECIDER,
            Gravite.INFO,
            f"la période {numero_periode} commence le {debut:%d/%m/%Y}, rien n'est décidé.",
            "Dire s'il est reconduit",
            f"{fiche}#engagements",
        )
    fini = m.date_fin is not None and m.date_fin + timedelta(days=JOURS_CLOTURE) < jour
    if fini and m.etat is not EtatMarche.NOTIFIE:
        yield alerte(
            MARCHE_A_CLORE,
            Gravite.INFO,
            f"fini depuis le {m.date_fin:%d/%m/%Y}, toujours ouvert.",
            "Clore ou prolonger",
            f"{fiche}/etat?vers=termine",
        )


def reconcilier_marche(s: Session, quand: datetime, territoire_id: int, marche_id: int, jour: date) -> None:
    """Open, refresh and close the alertes of the ledger of one marché, in the caller's transaction."""
    s.flush()
    reconcilier_alertes(
        s,
        quand,
        territoire_id,
        dues(s, territoire_id, jour, marche_ids=[marche_id]),
        TYPES,
        {("marche", marche_id)},
    )
