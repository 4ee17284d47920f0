"""The paths of the IAE and of the GEIQ as those who may read her situation read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Utilisateur
from marketplace.personnes.models import CritereParcours, Dispositif, PassIAE, SuspensionPass
from marketplace.personnes.rules import geiq
from marketplace.personnes.rules.criteres import (
    CRITERES_GEIQ,
    CRITERES_IAE,
    Critere,
    ReponseIAE,
    annexe_geiq,
    examiner_iae,
    niveau_iae,
    preuve_encore_bonne,
)
from marketplace.personnes.rules.pass_iae import DateAVerifier, Suspension, finit_bientot, nouveau_parcours_possible_le
from marketplace.personnes.rules.releves import SOURCES, fin_estimee


@dataclass(frozen=True, slots=True)
class CritereVu:
    """One criterion of a list, met or not, with its proof."""

    code: str
    libelle: str
    preuve: str
    groupe: str
    retenu: bool
    preuve_le: date | None
    vue_le: date | None
    vue_par: str
    bonne: bool
    age_mois: int | None


@dataclass(frozen=True, slots=True)
class SuspensionVue:
    """A stop of the path."""

    id: int
    debut: date
    fin: date
    jours: int


@dataclass(frozen=True, slots=True)
class PassVu:
    """The last reading of the PASS, and what the stops since would change, to be checked on the platform."""

    numero: str
    debut: date
    fin: date
    releve_le: date
    source: str
    suspensions: tuple[SuspensionVue, ...]
    fin_a_verifier: DateAVerifier | None
    nouveau_parcours: DateAVerifier
    finit_bientot: bool
    fini: bool
    anciens: tuple[tuple[date, date, date], ...]


@dataclass(frozen=True, slots=True)
class ParcoursVu:
    """IAE and GEIQ, each with its own list and its own answer; the PASS beside."""

    iae: tuple[CritereVu, ...]
    reponses_iae: tuple[ReponseIAE, ...]
    geiq: tuple[CritereVu, ...]
    aide_geiq: Decimal | None
    pass_iae: PassVu | None


def parcours_vu(s: Session, personne_id: int, jour: date, sous_jours: int = 90) -> ParcoursVu:
    """What is written of her paths on `jour`, in a constant number of queries."""
    ecrits = list(s.scalars(select(CritereParcours).where(CritereParcours.personne_id == personne_id)))
    noms = _noms(s, ecrits)
    iae = _criteres(ecrits, Dispositif.IAE, CRITERES_IAE, jour, noms)
    geiq_vus = _criteres(ecrits, Dispositif.GEIQ, CRITERES_GEIQ, jour, noms)
    retenus, prouves = [c.code for c in iae if c.retenu], [c.code for c in iae if c.retenu and c.bonne]
    prouves_geiq = [c.code for c in geiq_vus if c.retenu and c.bonne]
    return ParcoursVu(
        iae,
        examiner_iae(retenus, prouves) if retenus else (),
        geiq_vus,
        geiq.examiner(prouves_geiq, jour).aide if any(c.retenu for c in geiq_vus) else None,
        _pass(s, personne_id, jour, sous_jours),
    )


def _noms(s: Session, ecrits: Sequence[CritereParcours]) -> dict[int, str]:
    voyeurs = {c.vue_par_id for c in ecrits if c.vue_par_id is not None}
    if not voyeurs:
        return {}
    requete = select(Utilisateur.id, Utilisateur.prenom, Utilisateur.nom).where(Utilisateur.id.in_(voyeurs))
    return {numero: f"{prenom} {nom}" for numero, prenom, nom in s.execute(requete)}


def _criteres(
    ecrits: Sequence[CritereParcours],
    dispositif: Dispositif,
    catalogue: Mapping[str, Critere],
    jour: date,
    noms: Mapping[int, str],
) -> tuple[CritereVu, ...]:
    siens = {c.code: c for c in ecrits if c.dispositif is dispositif}
    groupe = niveau_iae if dispositif is Dispositif.IAE else annexe_geiq
    vus = []
    for code, critere in catalogue.items():
        ecrit = siens.get(code)
        vus.append(
            CritereVu(
                code,
                critere.libelle,
                critere.preuve,
                groupe(code),
                ecrit is not None,
                ecrit.preuve_le if ecrit else None,
                ecrit.vue_le if ecrit else None,
                noms.get(ecrit.vue_par_id or 0, "") if ecrit else "",
                ecrit is not None and preuve_encore_bonne(critere, ecrit.preuve_le, jour),
                critere.age_mois,
            )
        )
    return tuple(vus)


def _pass(s: Session, personne_id: int, jour: date, sous_jours: int) -> PassVu | None:
    lus = list(
        s.scalars(
            select(PassIAE)
            .where(PassIAE.personne_id == personne_id)
            .order_by(PassIAE.releve_le.desc(), PassIAE.id.desc())
        )
    )
    if not lus:
        return None
    lu = lus[0]
    suspensions = [
        SuspensionVue(x.id, x.debut, x.fin, Suspension(x.debut, x.fin).jours)
        for x in s.scalars(select(SuspensionPass).where(SuspensionPass.pass_id == lu.id).order_by(SuspensionPass.debut))
    ]
    estimee = fin_estimee(lu.fin, [Suspension(x.debut, x.fin) for x in suspensions])
    return PassVu(
        lu.numero,
        lu.debut,
        lu.fin,
        lu.releve_le,
        SOURCES.get(lu.source, lu.source),
        tuple(suspensions),
        estimee,
        nouveau_parcours_possible_le(estimee.jour if estimee else lu.fin),
        finit_bientot(lu.fin, jour, sous_jours),
        lu.fin < jour,
        tuple((x.releve_le, x.debut, x.fin) for x in lus[1:]),
    )
