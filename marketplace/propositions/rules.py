"""Life of a proposition as one table, and what it takes to propose or to hire (R109, R118, R128, D7).

Adapted from the candidatures of les-emplois: a proposition carries the agreement of the person for that offre,
a declined one tells its référent nothing but that it goes no further, and no path reaches a hire without
eligibility, information and agreement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from statistics import median

from marketplace.erreurs import RegleViolee


class EtatProposition(StrEnum):
    """States of a proposition; values of the table's column."""

    PROPOSEE = "proposee"
    ETUDE = "etude"
    RENCONTRE = "rencontre"
    PRE_EMBAUCHE = "pre_embauche"
    ACCEPTEE = "acceptee"
    EMBAUCHEE = "embauchee"
    DECLINEE = "declinee"
    ANNULEE = "annulee"
    OBSOLETE = "obsolete"
    VIVIER = "vivier"
    SANS_SUITE = "sans_suite"


class Transition(StrEnum):
    """What can happen to a proposition."""

    ETUDIER = "etudier"
    RENCONTRER = "rencontrer"
    PRE_EMBAUCHER = "pre_embaucher"
    ACCEPTER = "accepter"
    DECLINER = "decliner"
    METTRE_AU_VIVIER = "mettre_au_vivier"
    EMBAUCHER = "embaucher"
    ANNULER = "annuler"
    RENDRE_OBSOLETE = "rendre_obsolete"
    CLORE = "clore"
    REPROPOSER = "reproposer"


class Partie(StrEnum):
    """Who moves a proposition."""

    EMPLOYEUR = "employeur"
    PROPOSANT = "proposant"
    PRODUIT = "produit"


_E = EtatProposition
EN_ATTENTE = frozenset({_E.PROPOSEE, _E.ETUDE, _E.RENCONTRE, _E.PRE_EMBAUCHE, _E.VIVIER})
OUVERTS = EN_ATTENTE | {_E.ACCEPTEE}
A_REPONDRE = frozenset({_E.PROPOSEE, _E.ETUDE})


@dataclass(frozen=True, slots=True)
class _Passage:
    depuis: frozenset[EtatProposition]
    vers: EtatProposition
    parties: frozenset[Partie]


_EMPLOYEUR = frozenset({Partie.EMPLOYEUR})
_PROPOSANT = frozenset({Partie.PROPOSANT})
_PRODUIT = frozenset({Partie.PRODUIT})

TRANSITIONS: dict[Transition, _Passage] = {
    Transition.ETUDIER: _Passage(
        frozenset({_E.PROPOSEE, _E.PRE_EMBAUCHE, _E.VIVIER, _E.DECLINEE}), _E.ETUDE, _EMPLOYEUR
    ),
    Transition.RENCONTRER: _Passage(
        frozenset({_E.PROPOSEE, _E.ETUDE, _E.RENCONTRE, _E.VIVIER}), _E.RENCONTRE, _EMPLOYEUR
    ),
    Transition.PRE_EMBAUCHER: _Passage(
        frozenset({_E.PROPOSEE, _E.ETUDE, _E.RENCONTRE, _E.VIVIER}), _E.PRE_EMBAUCHE, _EMPLOYEUR
    ),
    Transition.ACCEPTER: _Passage(EN_ATTENTE, _E.ACCEPTEE, _EMPLOYEUR),
    Transition.DECLINER: _Passage(OUVERTS, _E.DECLINEE, _EMPLOYEUR),
    Transition.METTRE_AU_VIVIER: _Passage(
        frozenset({_E.PROPOSEE, _E.ETUDE, _E.RENCONTRE, _E.PRE_EMBAUCHE}), _E.VIVIER, _EMPLOYEUR
    ),
    Transition.EMBAUCHER: _Passage(frozenset({_E.ACCEPTEE}), _E.EMBAUCHEE, _EMPLOYEUR),
    Transition.ANNULER: _Passage(OUVERTS, _E.ANNULEE, _PROPOSANT),
    Transition.RENDRE_OBSOLETE: _Passage(OUVERTS, _E.OBSOLETE, _PRODUIT),
    Transition.CLORE: _Passage(A_REPONDRE, _E.SANS_SUITE, _PRODUIT),
    Transition.REPROPOSER: _Passage(frozenset({_E.ANNULEE, _E.OBSOLETE, _E.SANS_SUITE}), _E.PROPOSEE, _PROPOSANT),
}

MOTIFS = {
    "plus_de_poste": "Le poste n'est plus à pourvoir",
    "competences_manquantes": "Il manque des compétences pour ce poste",
    "mobilite": "Le trajet ou les horaires ne conviennent pas",
    "non_joignable": "La personne n'a pas pu être jointe",
    "absent": "La rencontre n'a pas eu lieu",
    "non_interesse": "La personne préfère un autre poste",
    "en_emploi": "La personne travaille déjà ailleurs",
    "en_formation": "La personne est en formation",
    "non_eligible": "Cette embauche ne compterait pas pour le marché",
    "doublon": "Déjà en contact par ailleurs",
    "autre": "Autre raison",
}
"""D7. Kept for aggregates: no référent reads them; only « competences_manquantes » may ever teach (R88, R128)."""


def suivant(etat: EtatProposition, transition: Transition, partie: Partie) -> EtatProposition:
    """The state after a transition. Raises RegleViolee when this party may not, or not from that state."""
    passage = TRANSITIONS[transition]
    if partie not in passage.parties:
        raise RegleViolee("Cette réponse ne vous revient pas.")
    if etat not in passage.depuis:
        raise RegleViolee("Cette proposition a changé d'état entre-temps : relisez-la, puis recommencez.")
    return passage.vers


def possibles(etat: EtatProposition, partie: Partie) -> tuple[Transition, ...]:
    """What a party may do from a state, in the order of the table."""
    return tuple(t for t, p in TRANSITIONS.items() if etat in p.depuis and partie in p.parties)


def exiger_motif(motif: str | None) -> str:
    """The coded reason of an answer that declines. Raises RegleViolee when there is none, or an unknown one."""
    if motif not in MOTIFS:
        raise RegleViolee("Choisissez une raison dans la liste.", champ="motif")
    return motif


def echeance(jour: date, delai_jours: int) -> date:
    """The day an answer is due."""
    return jour + timedelta(days=delai_jours)


def en_retard(etat: EtatProposition, echeance_le: date, jour: date) -> bool:
    """Whether an answer is overdue; a meeting agreed or a later step stops the delay by itself."""
    return etat in A_REPONDRE and jour > echeance_le


@dataclass(frozen=True, slots=True)
class Conditions:
    """What must hold for a person to be proposed, then hired."""

    informee: bool
    eligible: bool
    accord_le: date | None
    accord_canal: str


GRACE_JOURS = 15
"""Days after the due day before an unanswered proposition closes by itself; its links close with it."""

OFFRE_NATIONALE = "Cette structure recrute sur la plateforme nationale : signalez-lui la personne par ce chemin."
OFFRE_FERMEE = "Cette offre n'est plus ouverte : choisissez-en une autre."


def exiger_proposable(c: Conditions, *, offre_ouverte: bool, jour: date, nationale: bool = False) -> None:
    """Raises RegleViolee unless the offre is open here, and the person informed, eligible and agreed to this offre.

    A post of the national platform (`nationale`) takes its candidatures there: never two for one person.
    """
    if nationale:
        raise RegleViolee(OFFRE_NATIONALE)
    if not offre_ouverte:
        raise RegleViolee(OFFRE_FERMEE)
    _exiger_conditions(c, jour)


def _exiger_conditions(c: Conditions, jour: date) -> None:
    if not c.informee:
        raise RegleViolee("Informez d'abord la personne, puis notez la date et le moyen sur sa fiche.")
    if not c.eligible:
        raise RegleViolee("Son éligibilité n'est pas encore prouvée : complétez sa fiche ou demandez une validation.")
    if c.accord_le is None or not c.accord_canal.strip():
        raise RegleViolee("Notez comment la personne a donné son accord pour cette offre.", champ="accord_canal")
    if c.accord_le > jour:
        raise RegleViolee("L'accord ne peut pas être daté d'un jour à venir.", champ="accord_le")


def exiger_embauchable(etat: EtatProposition, c: Conditions, *, jour: date) -> None:
    """Raises RegleViolee unless an accepted proposition still has information, eligibility and agreement."""
    suivant(etat, Transition.EMBAUCHER, Partie.EMPLOYEUR)
    _exiger_conditions(c, jour)


LIBELLES_EMPLOYEUR = {
    _E.PROPOSEE: "Nouvelle",
    _E.ETUDE: "À l'étude",
    _E.RENCONTRE: "Rencontre prévue",
    _E.PRE_EMBAUCHE: "Immersion en vue",
    _E.ACCEPTEE: "Acceptée",
    _E.EMBAUCHEE: "Embauchée",
    _E.DECLINEE: "Déclinée",
    _E.ANNULEE: "Retirée par son référent",
    _E.OBSOLETE: "Close",
    _E.VIVIER: "Gardée pour plus tard",
    _E.SANS_SUITE: "Close, restée sans réponse",
}

LIBELLES_PROPOSANT = {
    _E.PROPOSEE: "Envoyée, réponse attendue",
    _E.ETUDE: "À l'étude chez l'employeur",
    _E.RENCONTRE: "Rencontre prévue",
    _E.PRE_EMBAUCHE: "Immersion en vue",
    _E.ACCEPTEE: "Acceptée, contrat à venir",
    _E.EMBAUCHEE: "Embauchée",
    _E.DECLINEE: "Sans suite, à revoir avec la personne",
    _E.ANNULEE: "Retirée",
    _E.OBSOLETE: "Close : poste pourvu ou personne embauchée",
    _E.VIVIER: "Gardée pour plus tard par l'employeur",
    _E.SANS_SUITE: "Sans suite, à revoir avec la personne",
}
"""What a référent reads: never a reason, never a no-show (R88)."""


def mediane(valeurs: Sequence[float], minimum: int) -> float | None:
    """The middle value, to one decimal; None when there are fewer than `minimum`."""
    if len(valeurs) < minimum or not valeurs:
        return None
    return round(float(median(valeurs)), 1)
