"""The takeovers of a territory, as pages show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.roles import Acteur
from marketplace.erreurs import Introuvable
from marketplace.heures.models import LigneReprise, Reprise
from marketplace.marches.models import Marche, Operation
from marketplace.reprise.models import ObjetRepris
from marketplace.reprise.services.annulation import JOURS_ANNULATION


@dataclass(frozen=True, slots=True)
class RepriseVue:
    """One takeover: what it brought, until when it can be undone (None: it cannot any more)."""

    ref: str
    fichier: str
    faite_le: datetime
    auteur: str
    marches: int
    personnes: int
    heures: Decimal
    refuses: int
    annulee_le: datetime | None
    annulable_jusqu_au: datetime | None


@dataclass(frozen=True, slots=True)
class TotalVu:
    """One figure of the source beside what was written."""

    libelle: str
    annonce: Decimal | None
    lu: Decimal
    apres: Decimal
    heures: bool


@dataclass(frozen=True, slots=True)
class MarcheRepris:
    """A marché a takeover made, with its hours done."""

    ref: str
    intitule: str
    operation: str
    lot: str
    heures: Decimal


@dataclass(frozen=True, slots=True)
class FicheReprise:
    """The page of one takeover."""

    vue: RepriseVue
    totaux: tuple[TotalVu, ...]
    refuses: tuple[Mapping[str, Any], ...]
    avertissements: tuple[str, ...]
    marches: tuple[MarcheRepris, ...]
    annulee_par: str
    restent: tuple[Mapping[str, str], ...]
    retires: int


def _vue(r: Reprise, maintenant: datetime) -> RepriseVue:
    limite = r.faite_le + timedelta(days=JOURS_ANNULATION)
    t = r.totaux
    return RepriseVue(
        ref=r.ref,
        fichier=r.fichier,
        faite_le=r.faite_le,
        auteur=r.auteur_nom,
        marches=int(t.get("marches", 0)),
        personnes=int(t.get("personnes", 0)),
        heures=Decimal(t.get("heures", "0")),
        refuses=int(t.get("nombre_refus", 0)),
        annulee_le=r.annulee_le,
        annulable_jusqu_au=limite if r.annulee_le is None and maintenant <= limite else None,
    )


def reprises(s: Session, territoire_id: int, maintenant: datetime, limite: int = 50) -> tuple[RepriseVue, ...]:
    """The takeovers of a territory, newest first."""
    requete = select(Reprise).where(Reprise.territoire_id == territoire_id).order_by(Reprise.id.desc()).limit(limite)
    return tuple(_vue(r, maintenant) for r in s.scalars(requete))


def fiche_reprise(s: Session, acteur: Acteur, ref: str, maintenant: datetime, limite: int = 500) -> FicheReprise:
    """One takeover of the actor's territory. Raises Introuvable."""
    exiger(acteur, Action.GERER_MARCHE, Portee(acteur.territoire_id))
    r = s.scalar(select(Reprise).where(Reprise.ref == ref, Reprise.territoire_id == acteur.territoire_id))
    if r is None:
        raise Introuvable()
    heures = (
        select(LigneReprise.marche_id, func.sum(LigneReprise.heures).label("heures"))
        .where(LigneReprise.reprise_id == r.id, LigneReprise.annulee.is_(False))
        .group_by(LigneReprise.marche_id)
        .subquery()
    )
    marches = s.execute(
        select(Marche.ref, Marche.intitule, Operation.intitule, Marche.numero_lot, heures.c.heures)
        .join(ObjetRepris, (ObjetRepris.objet_id == Marche.id) & (ObjetRepris.type == "marche"))
        .outerjoin(Operation, Operation.id == Marche.operation_id)
        .outerjoin(heures, heures.c.marche_id == Marche.id)
        .where(ObjetRepris.reprise_id == r.id)
        .order_by(Marche.id)
        .limit(limite)
    )
    annulation = r.totaux.get("annulation", {})
    return FicheReprise(
        vue=_vue(r, maintenant),
        totaux=tuple(
            TotalVu(
                t["libelle"],
                None if t["annonce"] is None else Decimal(t["annonce"]),
                Decimal(t["lu"]),
                Decimal(t["apres"]),
                t["heures"],
            )
            for t in r.totaux.get("totaux", [])
        ),
        refuses=tuple(r.totaux.get("refuses", [])),
        avertissements=tuple(r.totaux.get("avertissements", [])),
        marches=tuple(MarcheRepris(r_, nom, o or "", lot or "", h or Decimal(0)) for r_, nom, o, lot, h in marches),
        annulee_par=r.annulee_par,
        restent=tuple(annulation.get("restent", [])),
        retires=int(annulation.get("marches", 0)),
    )
