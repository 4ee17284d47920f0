"""The checklist of a marché, phase by phase, and the delays of the first weeks after the award.

What is checked is practice, not law: a table of (point, valid from), so that a marché begun before a point was added
is never asked for it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from marketplace.marches.rules.etats import EtatMarche

E = EtatMarche


class Phase(StrEnum):
    """The times of a marché, as a facilitateur speaks of them."""

    PREPARATION = "preparation"
    CONSULTATION = "consultation"
    DEMARRAGE = "demarrage"
    EXECUTION = "execution"
    CLOTURE = "cloture"


LIBELLES_PHASE = {
    Phase.PREPARATION: "Avant la consultation",
    Phase.CONSULTATION: "Consultation",
    Phase.DEMARRAGE: "Premières semaines",
    Phase.EXECUTION: "En cours de route",
    Phase.CLOTURE: "Fin du marché",
}

PHASE_DE_L_ETAT = {
    E.A_ETUDIER: Phase.PREPARATION,
    E.ETUDIE: Phase.PREPARATION,
    E.PROGRAMME: Phase.PREPARATION,
    E.EN_CONSULTATION: Phase.CONSULTATION,
    E.INFRUCTUEUX: Phase.CONSULTATION,
    E.SANS_SUITE: Phase.CONSULTATION,
    E.NOTIFIE: Phase.DEMARRAGE,
    E.EN_COURS: Phase.EXECUTION,
    E.SUSPENDU: Phase.EXECUTION,
    E.TRANSFERE: Phase.CLOTURE,
    E.RESILIE: Phase.CLOTURE,
    E.TERMINE: Phase.CLOTURE,
    E.SOLDE: Phase.CLOTURE,
}


class Delai(StrEnum):
    """A delay after the notification: a setting of the territory."""

    CONTACT = "contact"
    MODALITE = "modalite"
    EMBAUCHE = "embauche"


@dataclass(frozen=True, slots=True)
class DelaisDemarrage:
    """Days after the notification by which the first weeks are done, as the territory has it."""

    contact: int = 14
    modalite: int = 30
    embauche: int = 60

    def jours(self, delai: Delai) -> int:
        """Days of one of them."""
        return {Delai.CONTACT: self.contact, Delai.MODALITE: self.modalite, Delai.EMBAUCHE: self.embauche}[delai]


DELAIS = DelaisDemarrage()


@dataclass(frozen=True, slots=True)
class Etape:
    """A point to check. `delai`: which delay after the notification holds for it, in the first weeks."""

    code: str
    phase: Phase
    libelle: str
    delai: Delai | None = None
    depuis: date = date(2026, 1, 1)
    jusqu_au: date | None = None


TITULAIRE_CONTACTE = "titulaire_contacte"
MODALITE_ANNONCEE = "modalite_annoncee"
PREMIERE_EMBAUCHE = "premiere_embauche"
REGIME_DECIDE = "regime_decide"
OBJECTIF_CALIBRE = "objectif_calibre"

JOURS_OUBLIES = 90
"""Beyond, the first weeks are past: the marché was taken over already running, or is followed otherwise."""

P = Phase
ETAPES: tuple[Etape, ...] = (
    Etape("besoin_vu", P.PREPARATION, "Besoin vu avec l'acheteur"),
    Etape(OBJECTIF_CALIBRE, P.PREPARATION, "Objectif calibré avec les chiffres du marché"),
    Etape("faisabilite_vue", P.PREPARATION, "Faisabilité vue avec les structures du secteur"),
    Etape(REGIME_DECIDE, P.PREPARATION, "Régime légal décidé"),
    Etape("clause_relue", P.CONSULTATION, "Clause relue dans les pièces du marché"),
    Etape("annexe_jointe", P.CONSULTATION, "Annexe à l'acte d'engagement jointe"),
    Etape("contact_publie", P.CONSULTATION, "Contact du facilitateur donné aux candidats"),
    Etape(TITULAIRE_CONTACTE, P.DEMARRAGE, "Titulaire contacté", Delai.CONTACT),
    Etape(MODALITE_ANNONCEE, P.DEMARRAGE, "Modalité annoncée par le titulaire", Delai.MODALITE),
    Etape("correspondant_nomme", P.DEMARRAGE, "Correspondant du titulaire nommé", Delai.MODALITE),
    Etape(PREMIERE_EMBAUCHE, P.DEMARRAGE, "Première embauche", Delai.EMBAUCHE),
    Etape("mi_parcours", P.EXECUTION, "Point à mi-parcours avec l'acheteur et le titulaire"),
    Etape("suites_preparees", P.EXECUTION, "Suites de parcours préparées avec les personnes"),
    Etape("heures_arretees", P.CLOTURE, "Heures arrêtées avec le titulaire"),
    Etape("bilan_envoye", P.CLOTURE, "Bilan envoyé à l'acheteur avant le solde"),
    Etape("attestation_remise", P.CLOTURE, "Attestation de fin remise au titulaire"),
)
CODES = frozenset(e.code for e in ETAPES)


def etapes_au(le: date) -> tuple[Etape, ...]:
    """The points that are asked on a day."""
    return tuple(e for e in ETAPES if e.depuis <= le and (e.jusqu_au is None or le <= e.jusqu_au))


@dataclass(frozen=True, slots=True)
class PointEtape:
    """A point of the checklist of one marché: done on a day, or due by one."""

    etape: Etape
    faite_le: date | None
    note: str
    auteur: str
    a_cocher: bool
    echeance: date | None
    en_retard: bool


def echeance(etape: Etape, notification: date | None, delais: DelaisDemarrage = DELAIS) -> date | None:
    """The day by which a point of the first weeks must be done; None without a delay or a notification."""
    if etape.delai is None or notification is None:
        return None
    return notification + timedelta(days=delais.jours(etape.delai))


def points(
    faites: dict[str, tuple[date, str, str]],
    constatees: Collection[str],
    *,
    le: date,
    notification: date | None,
    delais: DelaisDemarrage = DELAIS,
) -> tuple[PointEtape, ...]:
    """The checklist of a marché. `constatees`: points the ledger itself shows done (a clause sized, a call noted…).

    A point already seen done by the ledger is not to be ticked by hand.
    """
    lus: list[PointEtape] = []
    for etape in etapes_au(le):
        faite, note, auteur = faites.get(etape.code, (None, "", ""))
        vue = etape.code in constatees
        limite = echeance(etape, notification, delais)
        retard = False
        if limite is not None and notification is not None and faite is None and not vue:
            retard = limite < le <= notification + timedelta(days=JOURS_OUBLIES)
        lus.append(PointEtape(etape, faite, note, auteur, faite is None and not vue, limite, retard))
    return tuple(lus)
