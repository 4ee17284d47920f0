"""The figures of a territory that anyone may read: no lateness, nobody's name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import STRUCTURES_INSERTION, Organisation
from marketplace.marches.models import ETATS_OUVERTS_AUX_HEURES, Marche
from marketplace.marches.queries.fiche import clauses_en_vigueur
from marketplace.offres.models import EtatOffre, Offre
from marketplace.valeurs import somme


@dataclass(frozen=True, slots=True)
class MarcheRecent:
    """A marché lately entered, as the public sees it."""

    ref: str
    intitule: str
    acheteur: str
    heures: Decimal | None


@dataclass(frozen=True, slots=True)
class ChiffresPublics:
    """What the public home says of a territory."""

    marches: int
    heures: Decimal
    offres: int
    places: int
    structures: int
    recents: tuple[MarcheRecent, ...]


def chiffres_publics(s: Session, territoire_id: int, jour: date, recents: int = 5) -> ChiffresPublics:
    """Live marchés and their planned hours, openings, structures that can carry hours; the newest marchés."""
    vivants = [Marche.territoire_id == territoire_id, Marche.etat.in_(ETATS_OUVERTS_AUX_HEURES)]
    ids = list(s.scalars(select(Marche.id).where(*vivants)))
    clauses = clauses_en_vigueur(s, ids, jour)
    nombre, places = s.execute(
        select(func.count(), func.coalesce(func.sum(Offre.places), 0)).where(
            Offre.territoire_id == territoire_id, Offre.etat == EtatOffre.PUBLIEE
        )
    ).one()
    structures = s.scalar(
        select(func.count())
        .select_from(Organisation)
        .where(Organisation.territoire_id == territoire_id, Organisation.type.in_(STRUCTURES_INSERTION))
    )
    lignes = s.execute(
        select(Marche.id, Marche.ref, Marche.intitule, Organisation.nom)
        .join(Organisation, Organisation.id == Marche.acheteur_id)
        .where(*vivants, Marche.date_fin.is_(None) | (Marche.date_fin >= jour + timedelta(days=30)))
        .order_by(Marche.date_notification.desc().nulls_last(), Marche.id.desc())
        .limit(recents)
    )
    return ChiffresPublics(
        marches=len(ids),
        heures=somme(c.heures_prevues for c in clauses.values()),
        offres=nombre,
        places=int(places),
        structures=structures or 0,
        recents=tuple(
            MarcheRecent(ref, intitule, acheteur, clauses[i].heures_prevues if i in clauses else None)
            for i, ref, intitule, acheteur in lignes
        ),
    )
