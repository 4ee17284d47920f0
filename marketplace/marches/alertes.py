"""The alertes of the ledger itself: first weeks after the award, a start to note, a marché to close."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from marketplace.journal.models import Gravite, Relance
from marketplace.journal.services import AlerteDue, reconcilier_alertes
from marketplace.marches.models import Clause, Marche
from marketplace.marches.rules.etats import EtatMarche

TITULAIRE_A_CONTACTER = "titulaire_a_contacter"
DEMARRAGE_A_NOTER = "demarrage_a_noter"
MARCHE_A_CLORE = "marche_a_clore"
TYPES = (TITULAIRE_A_CONTACTER, DEMARRAGE_A_NOTER, MARCHE_A_CLORE)

JOURS_CONTACT = 14
"""Days after notification by which somebody called the titulaire."""
JOURS_CONTACT_OUBLIE = 90
"""Beyond, the marché was taken over already running: its first weeks are past."""
JOURS_CLOTURE = 15

ETATS_SUIVIS = (EtatMarche.NOTIFIE, EtatMarche.EN_COURS, EtatMarche.SUSPENDU)


def dues(s: Session, territoire_id: int, jour: date, *, marche_ids: Collection[int] | None = None) -> list[AlerteDue]:
    """Every alerte of the ledger due in a territory, or for some of its marchés. Two queries."""
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
            Clause.heures_prevues,
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
    return [a for m in marches for a in _du_marche(m, derniers.get(m.id), territoire_id, jour)]


def _du_marche(m: Any, dernier_appel: datetime | None, territoire_id: int, jour: date) -> Iterator[AlerteDue]:
    def alerte(type_: str, gravite: Gravite, message: str, action: str, lien: str) -> AlerteDue:
        return AlerteDue(
            cle=f"{type_}:{m.id}",
            territoire_id=territoire_id,
            type=type_,
            objet_type="marche",
            objet_id=m.id,
            objet_ref=m.ref,
            gravite=gravite,
            message=f"{m.intitule} : {message}",
            action=action,
            lien=lien,
            proprietaire_id=m.facilitateur_id,
        )

    fiche = f"/facilitateur/marches/{m.ref}"
    if m.date_notification is not None and m.heures_prevues:
        depuis = (jour - m.date_notification).days
        appele = dernier_appel is not None and dernier_appel.date() >= m.date_notification
        if JOURS_CONTACT <= depuis <= JOURS_CONTACT_OUBLIE and not appele:
            yield alerte(
                TITULAIRE_A_CONTACTER,
                Gravite.ORANGE,
                f"notifié il y a {depuis} jours, aucun appel noté au titulaire.",
                "Noter l'appel",
                f"/facilitateur/relances/marche/{m.ref}",
            )
    if m.etat is EtatMarche.NOTIFIE and m.date_debut is not None and m.date_debut < jour:
        yield alerte(
            DEMARRAGE_A_NOTER,
            Gravite.INFO,
            f"il devait démarrer le {m.date_debut:%d/%m/%Y}.",
            "Dire s'il a démarré",
            f"{fiche}/etat?vers=en_cours",
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
