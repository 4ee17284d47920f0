"""The layer in force in a territory, the layers learned so far, and the decisions that may teach."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.erreurs import Introuvable
from marketplace.propositions.decisions.models import CoucheApprise, DecisionClassement, EtatCouche, OrigineDecision
from marketplace.propositions.models import Proposition
from marketplace.propositions.rules import EtatProposition

journal = logging.getLogger(__name__)

ACCEPTES = frozenset({EtatProposition.ACCEPTEE, EtatProposition.EMBAUCHEE, EtatProposition.PRE_EMBAUCHE})
"""Answers that say yes to the person for the job. A meeting or « plus tard » says nothing yet."""

AVIS_DU_METIER = "competences"
"""The one reason of a référent's word on a rank that may teach (R128)."""

LIBELLES_ETAT = {
    EtatCouche.A_EXAMINER: "À examiner",
    EtatCouche.APPROUVEE: "Approuvée, elle compte",
    EtatCouche.REFUSEE: "Refusée",
    EtatCouche.ETEINTE: "Éteinte",
    EtatCouche.REMPLACEE: "Remplacée",
}


@dataclass(frozen=True, slots=True)
class CoucheEnVigueur:
    """The approved layer of a territory, as the engine takes it."""

    ref: str
    approuvee_le: datetime | None
    couche: Any


@dataclass(frozen=True, slots=True)
class CoucheVue:
    """One learned layer, with its card."""

    ref: str
    etat: EtatCouche
    etat_libelle: str
    nombre: int
    poids: Mapping[str, Any]
    mesures: Mapping[str, Any]
    donnees: str
    version_modele: str
    rapport_id: int | None
    apprise_le: datetime
    decidee_le: datetime | None
    decideur: str
    mot: str
    eteinte_le: datetime | None
    version: int
    lisible: bool


@dataclass(frozen=True, slots=True)
class DecisionsLues:
    """What a territory's layer may learn from, and what was left out, in numbers."""

    decisions: tuple[Any, ...]
    empreinte: str
    oui: int
    refus_du_metier: int
    refus_tus: int
    en_attente: int

    @property
    def retenues(self) -> int:
        """How many teach."""
        return self.oui + self.refus_du_metier


def charger_couche(couche: CoucheApprise) -> Any:
    """The layer as the engine takes it, switched off. Raises ErreurMatching when it was altered."""
    from marketplace.matching.decision import lire_couche  # scipy: only those who rank pay

    return lire_couche(couche.poids, couche.empreinte, nombre=couche.nombre, ece=couche.mesures.get("ece"))


def couche_en_vigueur(s: Session, territoire_id: int) -> CoucheEnVigueur | None:
    """The approved layer of a territory; none when there is none, or when what is kept was altered."""
    from marketplace.matching import ErreurMatching  # scipy: only those who rank pay

    ligne = s.scalar(
        select(CoucheApprise)
        .where(CoucheApprise.territoire_id == territoire_id, CoucheApprise.etat == EtatCouche.APPROUVEE)
        .order_by(CoucheApprise.id.desc())
        .limit(1)
    )
    if ligne is None or ligne.rapport_id is None:
        return None
    try:
        couche = charger_couche(ligne).approuver(f"rapport {ligne.rapport_id}")
    except ErreurMatching as erreur:
        journal.error("couche %s laissée de côté : %s", ligne.ref, erreur)
        return None
    return CoucheEnVigueur(ligne.ref, ligne.decidee_le, couche)


def couches(s: Session, territoire_id: int) -> tuple[CoucheVue, ...]:
    """Every layer learned in a territory, the last one first."""
    lignes = s.scalars(
        select(CoucheApprise).where(CoucheApprise.territoire_id == territoire_id).order_by(CoucheApprise.id.desc())
    )
    return tuple(_vue(x) for x in lignes)


def couche(s: Session, territoire_id: int, ref: str) -> CoucheVue:
    """One layer of the territory. Raises Introuvable."""
    return _vue(ligne_de_couche(s, territoire_id, ref))


def ligne_de_couche(s: Session, territoire_id: int, ref: str) -> CoucheApprise:
    """The row of one layer of the territory. Raises Introuvable."""
    ligne = s.scalar(
        select(CoucheApprise).where(CoucheApprise.ref == ref, CoucheApprise.territoire_id == territoire_id)
    )
    if ligne is None:
        raise Introuvable()
    return ligne


def _vue(x: CoucheApprise) -> CoucheVue:
    from marketplace.matching import ErreurMatching  # scipy: only those who rank pay

    try:
        charger_couche(x)
        lisible = True
    except ErreurMatching:
        lisible = False
    return CoucheVue(
        ref=x.ref,
        etat=x.etat,
        etat_libelle=LIBELLES_ETAT[x.etat],
        nombre=x.nombre,
        poids=x.poids,
        mesures=x.mesures,
        donnees=x.donnees,
        version_modele=x.version_modele,
        rapport_id=x.rapport_id,
        apprise_le=x.apprise_le,
        decidee_le=x.decidee_le,
        decideur=x.decideur,
        mot=x.mot,
        eteinte_le=x.eteinte_le,
        version=x.version,
        lisible=lisible,
    )


def decisions_du_territoire(s: Session, territoire_id: int) -> DecisionsLues:
    """Decisions taken so far, in the order they were recorded; reasons that may not teach leave no trace here.

    A yes, or a refusal for what the job asks, becomes a Decision. Every other refusal is only counted (R128).
    """
    from marketplace.matching.decision import Decision, retenues  # scipy: only those who rank pay

    lues: list[Any] = []
    refus = attente = tus = 0
    for d, etat, motif in s.execute(
        select(DecisionClassement, Proposition.etat, Proposition.motif)
        .outerjoin(Proposition, Proposition.id == DecisionClassement.proposition_id)
        .where(DecisionClassement.territoire_id == territoire_id)
        .order_by(DecisionClassement.id)
    ):
        if d.origine is OrigineDecision.AVIS:
            verdict, raison = d.favorable, d.motif
            if raison != AVIS_DU_METIER:  # a journey or anything else teaches nothing, either way
                tus += 1
                continue
        else:
            verdict, raison = _verdict(etat), motif
        if verdict is None:
            attente += 1
            continue
        refus += not verdict
        lues.append(Decision(d.pertinence, d.ecart_heures, d.retard_semaines, bool(verdict), raison))
    utiles = retenues(lues)
    # The reason itself goes no further: only that the job was said not to fit.
    gardees = tuple(
        Decision(x.pertinence, x.ecart_heures, x.retard_semaines, x.acceptee, None if x.acceptee else "competences")
        for x in utiles
    )
    oui = sum(x.acceptee for x in gardees)
    return DecisionsLues(
        gardees, _empreinte(gardees), oui, len(gardees) - oui, refus - (len(gardees) - oui) + tus, attente
    )


def _verdict(etat: EtatProposition) -> bool | None:
    if etat in ACCEPTES:
        return True
    return False if etat is EtatProposition.DECLINEE else None


def _empreinte(decisions: Sequence[Any]) -> str:
    """SHA-256 of what was learned from: the same decisions, the same layer."""
    brut = json.dumps([[d.pertinence, d.ecart_heures, d.retard_semaines, d.acceptee] for d in decisions])
    return hashlib.sha256(brut.encode()).hexdigest()


def nombre_d_avis(s: Session, territoire_id: int) -> dict[str, int]:
    """Référents' words on ranks, by coded reason, for aggregates only."""
    lues = s.execute(
        select(DecisionClassement.motif, func.count())
        .where(DecisionClassement.territoire_id == territoire_id, DecisionClassement.origine == OrigineDecision.AVIS)
        .group_by(DecisionClassement.motif)
    )
    return {str(motif): int(nombre) for motif, nombre in lues}
