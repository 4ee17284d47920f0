"""The calendar of deadlines that a phone or a mail program follows, by a secret address that can be revoked.

The address is shown once, when it is made: only its hash is kept (SHA-256, as for the other tokens).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Calendar, Event
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.comptes.models import Affectation
from marketplace.comptes.roles import Acteur
from marketplace.comptes.services.acces import acteur_du_chapeau
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.journal.services import journaliser
from marketplace.recherche.echeances import ROLES, Echeance, echeances
from marketplace.recherche.models import LienAgenda

PRODUIT = "-//La Place des clauses//Echeances//FR"


@dataclass(frozen=True, slots=True)
class LienVu:
    """The link in force of a hat: when it was made, when a calendar last read it."""

    cree_le: datetime
    lu_le: datetime | None


def _empreinte(jeton: str) -> str:
    return hashlib.sha256(jeton.encode()).hexdigest()


def lien_en_vigueur(s: Session, affectation_id: int) -> LienVu | None:
    """The link of this hat; None when it has none."""
    lien = s.scalar(
        select(LienAgenda).where(LienAgenda.affectation_id == affectation_id, LienAgenda.revoque_le.is_(None))
    )
    return None if lien is None else LienVu(lien.cree_le, lien.lu_le)


def _le_mien(s: Session, acteur: Acteur, affectation_id: int) -> Affectation:
    """The hat, when it is one's own. A facilitateur acting for somebody makes no link in their name."""
    affectation = s.get(Affectation, affectation_id)
    if affectation is None or affectation.utilisateur_id != acteur.utilisateur_id:
        raise Introuvable()
    if acteur.pour_le_compte_de is not None:
        raise RegleViolee("Revenez à votre rôle : un agenda ne se crée pas pour le compte d'un autre.")
    if acteur.role not in ROLES:
        raise RegleViolee("Votre rôle n'a pas d'échéances de marché : il n'y a pas d'agenda à suivre.")
    return affectation


def _revoquer(s: Session, affectation_id: int, quand: datetime) -> None:
    s.execute(
        update(LienAgenda)
        .where(LienAgenda.affectation_id == affectation_id, LienAgenda.revoque_le.is_(None))
        .values(revoque_le=quand)
    )


def creer_lien(ctx: Contexte, acteur: Acteur, affectation_id: int) -> str:
    """A new secret for this hat's calendar, in place of the old one, which answers no more. Returned once."""
    with ctx.transaction() as s:
        affectation = _le_mien(s, acteur, affectation_id)
        _revoquer(s, affectation_id, ctx.horloge())
        jeton = secrets.token_urlsafe(32)
        lien = LienAgenda(empreinte=_empreinte(jeton), affectation_id=affectation_id, cree_le=ctx.horloge())
        s.add(lien)
        s.flush()
        journaliser(s, ctx.horloge(), acteur, "creer_lien_agenda", affectation, "Adresse d'agenda créée.")
    return jeton


def revoquer_lien(ctx: Contexte, acteur: Acteur, affectation_id: int) -> None:
    """The address of this hat's calendar answers no more."""
    with ctx.transaction() as s:
        affectation = _le_mien(s, acteur, affectation_id)
        _revoquer(s, affectation_id, ctx.horloge())
        journaliser(s, ctx.horloge(), acteur, "revoquer_lien_agenda", affectation, "Adresse d'agenda coupée.")


def lire_agenda(ctx: Contexte, jeton: str) -> bytes:
    """The calendar behind a secret. Raises Introuvable when it is unknown or revoked, or its hat no longer worn."""
    maintenant = ctx.horloge()
    with ctx.transaction() as s:
        lien = s.scalar(select(LienAgenda).where(LienAgenda.empreinte == _empreinte(jeton)))
        if lien is None or lien.revoque_le is not None:
            raise Introuvable()
        acteur = acteur_du_chapeau(ctx, s, lien.affectation_id)
        if acteur is None:
            raise Introuvable()
        if lien.lu_le is None or maintenant - lien.lu_le >= timedelta(days=1):
            lien.lu_le = maintenant  # once a day is enough to know whether the link still serves
        lues = echeances(s, acteur, ctx.aujourdhui())
    return calendrier(lues, ctx.config.adresse_publique, maintenant)


def calendrier(lues: Iterable[Echeance], racine: str, quand: datetime) -> bytes:
    """Deadlines as an iCalendar file: whole days, that leave one free."""
    agenda = Calendar()
    agenda.add("prodid", PRODUIT)
    agenda.add("version", "2.0")
    agenda.add("method", "PUBLISH")
    agenda.add("x-wr-calname", "Échéances des clauses")
    agenda.add("refresh-interval", timedelta(hours=12), parameters={"value": "DURATION"})
    for e in lues:
        evenement = Event()
        evenement.add("uid", f"{e.cle}@place-des-clauses")
        evenement.add("dtstamp", quand)
        evenement.add("dtstart", e.jour)
        evenement.add("dtend", e.jour + timedelta(days=1))
        evenement.add("summary", e.titre)
        evenement.add("description", e.detail)
        evenement.add("url", racine + e.lien)
        evenement.add("transp", "TRANSPARENT")
        agenda.add_component(evenement)
    contenu: bytes = agenda.to_ical()
    return contenu
