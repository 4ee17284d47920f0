"""The deadlines of a hat: ends of marchés, starts, reconductions to decide, calls to make, hours to declare.

Nothing here names a person: a calendar is read by phones and by whoever is handed its address.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.roles import Acteur, Role
from marketplace.heures.models import Declaration, EtatDeclaration
from marketplace.journal.models import Relance
from marketplace.marches.models import ETATS_OUVERTS_AUX_HEURES, Composante, Marche
from marketplace.marches.portee import a_portee_de
from marketplace.marches.rules.etats import EtatMarche
from marketplace.marches.rules.formes import GenreComposante

ROLES = frozenset({Role.FACILITATEUR, Role.EMPLOYEUR, Role.ACHETEUR})
PASSE = timedelta(days=62)
"""How far back a calendar still shows a deadline."""
A_DECLARER = (EtatDeclaration.A_FAIRE, EtatDeclaration.BROUILLON, EtatDeclaration.A_CORRIGER)
FICHES = {
    Role.FACILITATEUR: "/facilitateur/marches/",
    Role.EMPLOYEUR: "/employeur/marches/",
    Role.ACHETEUR: "/acheteur/marches/",
}


@dataclass(frozen=True, slots=True)
class Echeance:
    """One day to remember. `cle` stays the same when the day moves, so that calendars move it too."""

    cle: str
    jour: date
    titre: str
    detail: str
    lien: str


def echeances(s: Session, acteur: Acteur, jour: date) -> tuple[Echeance, ...]:
    """Deadlines of this hat from two months ago on, by day. Four queries at most; empty for a hat without marchés."""
    if acteur.role not in ROLES:
        return ()
    toutes = [*_marches(s, acteur), *_reconductions(s, acteur)]
    if acteur.role is Role.FACILITATEUR:
        toutes += _appels(s, acteur)
    if acteur.role is Role.EMPLOYEUR:
        toutes += _declarations(s, acteur)
    return tuple(sorted((e for e in toutes if e.jour >= jour - PASSE), key=lambda e: (e.jour, e.cle)))


def _les_siens(acteur: Acteur) -> tuple[Any, ...]:
    """Open marchés of the hat: those a facilitateur follows and those nobody follows; those of an organisation."""
    communes = (Marche.territoire_id == acteur.territoire_id, Marche.etat.in_(ETATS_OUVERTS_AUX_HEURES))
    if acteur.role is Role.FACILITATEUR:
        suivis = or_(Marche.facilitateur_id == acteur.utilisateur_id, Marche.facilitateur_id.is_(None))
        return (*communes, suivis)
    return (*communes, a_portee_de(acteur.organisation_id))


def _marches(s: Session, acteur: Acteur) -> Iterator[Echeance]:
    requete = select(Marche.id, Marche.ref, Marche.intitule, Marche.etat, Marche.date_debut, Marche.date_fin).where(
        *_les_siens(acteur)
    )
    for m in s.execute(requete):
        lien = FICHES[acteur.role] + m.ref
        if m.date_fin is not None:
            yield Echeance(f"fin-{m.id}", m.date_fin, f"Fin du marché {m.ref}", m.intitule, lien)
        if m.etat is EtatMarche.NOTIFIE and m.date_debut is not None:
            yield Echeance(f"debut-{m.id}", m.date_debut, f"Démarrage prévu du marché {m.ref}", m.intitule, lien)


def _reconductions(s: Session, acteur: Acteur) -> Iterator[Echeance]:
    """Periods not yet renewed: the day they would start is the day to have decided."""
    if acteur.role is Role.EMPLOYEUR:
        return
    requete = (
        select(Composante.id, Composante.numero, Composante.debut, Marche.ref, Marche.intitule)
        .join(Marche, Marche.id == Composante.marche_id)
        .where(
            Composante.genre == GenreComposante.RECONDUCTION,
            Composante.compte_le.is_(None),
            Composante.debut.is_not(None),
            *_les_siens(acteur),
        )
    )
    for c in s.execute(requete):
        titre = f"Reconduction {c.numero} à décider, marché {c.ref}"
        yield Echeance(f"reconduction-{c.id}", c.debut, titre, c.intitule, FICHES[acteur.role] + c.ref)


def _appels(s: Session, acteur: Acteur) -> Iterator[Echeance]:
    """Calls to make again. Who is to be called is not said, nor what was noted: it may name somebody."""
    requete = (
        select(Relance.id, Relance.prochaine_date, Marche.ref, Marche.intitule)
        .join(Marche, Marche.id == Relance.objet_id)
        .where(
            Relance.objet_type == "marche",
            Relance.faite_le.is_(None),
            Relance.prochaine_date.is_not(None),
            *_les_siens(acteur),
        )
    )
    for r in s.execute(requete):
        lien = FICHES[acteur.role] + r.ref
        yield Echeance(f"appel-{r.id}", r.prochaine_date, f"Rappeler, marché {r.ref}", r.intitule, lien)


def _declarations(s: Session, acteur: Acteur) -> Iterator[Echeance]:
    """Hours to declare, on their due day: one a marché and a day, whatever the months asked together."""
    requete = (
        select(Declaration.echeance, Declaration.mois, Marche.id, Marche.ref, Marche.intitule)
        .join(Marche, Marche.id == Declaration.marche_id)
        .where(
            Declaration.territoire_id == acteur.territoire_id,
            Declaration.employeur_id == acteur.organisation_id,
            Declaration.etat.in_(A_DECLARER),
        )
        .order_by(Declaration.mois)
    )
    vues: set[tuple[int, date]] = set()
    for d in s.execute(requete):
        if (d.id, d.echeance) in vues:
            continue
        vues.add((d.id, d.echeance))
        yield Echeance(
            f"declaration-{d.id}-{d.mois:%Y%m}",
            d.echeance,
            f"Heures de {d.mois:%m/%Y} à déclarer, marché {d.ref}",
            d.intitule,
            "/employeur/declarations",
        )
