"""What pages and other rooms ask of ROME, CPV and NAF."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from rapidfuzz import fuzz, process
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.metiers.models import (
    Appellation,
    Competence,
    ContexteTravail,
    Cpv,
    Metier,
    MetierCompetence,
    MetierContexte,
    Mobilite,
    Naf,
)
from marketplace.referentiel import ReferentielCharge
from marketplace.valeurs import cle

SEUIL = 72
"""Likeness (0 to 100) under which a title is no longer taken for a typo of an appellation."""


@dataclass(frozen=True, slots=True)
class CompetenceVue:
    """A compétence of a métier; `coeur` when ROME calls it a main one."""

    code_ogr: str
    libelle: str
    type: str
    coeur: bool


@dataclass(frozen=True, slots=True)
class MetierProche:
    """A métier near another, 1 being the nearest."""

    code_rome: str
    libelle: str
    rang: int


@dataclass(frozen=True, slots=True)
class FicheMetier:
    """A métier of ROME 4.0 with what a page shows of it."""

    code_rome: str
    libelle: str
    definition: str
    domaine: str
    grand_domaine: str
    appellations: tuple[str, ...]
    competences_coeur: tuple[CompetenceVue, ...]
    proches: tuple[MetierProche, ...]
    contextes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AppellationTrouvee:
    """One answer of the trade combobox; distinct métiers, best appellation of each."""

    code_ogr: str
    libelle: str
    code_rome: str
    libelle_metier: str


@dataclass(frozen=True, slots=True)
class CodeNomenclature:
    """A CPV or NAF code and its label."""

    code: str
    libelle: str


def metier(s: Session, code_rome: str) -> FicheMetier | None:
    """The métier of that code, with its appellations, core compétences, neighbours and contexts."""
    trouve = s.get(Metier, code_rome)
    if trouve is None:
        return None
    appellations = s.scalars(
        select(Appellation.libelle)
        .where(Appellation.code_rome == code_rome)
        .order_by(Appellation.principale.desc(), Appellation.cle)
    )
    proches = s.execute(
        select(Mobilite.code_rome_cible, Metier.libelle, Mobilite.rang)
        .join(Metier, Metier.code_rome == Mobilite.code_rome_cible)
        .where(Mobilite.code_rome == code_rome)
        .order_by(Mobilite.rang)
    )
    contextes = s.scalars(
        select(ContexteTravail.libelle)
        .join(MetierContexte, MetierContexte.code_ogr == ContexteTravail.code_ogr)
        .where(MetierContexte.code_rome == code_rome)
        .order_by(ContexteTravail.libelle)
    )
    return FicheMetier(
        trouve.code_rome,
        trouve.libelle,
        trouve.definition,
        trouve.domaine,
        trouve.grand_domaine,
        tuple(appellations),
        competences_coeur(s, code_rome),
        tuple(MetierProche(*ligne) for ligne in proches),
        tuple(contextes),
    )


def _competences(s: Session, code_rome: str, seulement_coeur: bool) -> tuple[CompetenceVue, ...]:
    requete = (
        select(Competence.code_ogr, Competence.libelle, Competence.type, MetierCompetence.coeur)
        .join(MetierCompetence, MetierCompetence.code_ogr == Competence.code_ogr)
        .where(MetierCompetence.code_rome == code_rome)
        .order_by(MetierCompetence.coeur.desc(), Competence.type, Competence.libelle)
    )
    if seulement_coeur:
        requete = requete.where(MetierCompetence.coeur.is_(True))
    return tuple(CompetenceVue(*ligne) for ligne in s.execute(requete))


def competences_coeur(s: Session, code_rome: str) -> tuple[CompetenceVue, ...]:
    """The main compétences of a métier."""
    return _competences(s, code_rome, seulement_coeur=True)


def competences_du_metier(s: Session, code_rome: str) -> tuple[CompetenceVue, ...]:
    """Every compétence of a métier, the main ones first."""
    return _competences(s, code_rome, seulement_coeur=False)


def libelles_metiers(s: Session, codes: Iterable[str]) -> dict[str, str]:
    """Labels of these métiers by code, for lists."""
    voulus = set(codes)
    if not voulus:
        return {}
    requete = select(Metier.code_rome, Metier.libelle).where(Metier.code_rome.in_(voulus))
    return {m.code_rome: m.libelle for m in s.execute(requete)}


class _Lexique:
    """Every appellation, held once per process for one state of the base."""

    def __init__(self, empreinte: str, lignes: Any) -> None:
        self.empreinte = empreinte
        self.lignes = [
            AppellationTrouvee(ogr, libelle, rome, libelle_metier)
            for ogr, libelle, _, _, rome, libelle_metier in lignes
        ]
        self.cles = [ligne[2] for ligne in lignes]
        self.principales = np.array([1.0 if ligne[3] else 0.0 for ligne in lignes])


_lexiques: WeakKeyDictionary[Any, _Lexique] = WeakKeyDictionary()


def _lexique(s: Session) -> _Lexique:
    moteur = s.get_bind().engine
    empreinte = s.scalar(select(ReferentielCharge.empreinte).where(ReferentielCharge.nom == "appellations")) or ""
    connu = _lexiques.get(moteur)
    if connu is None or connu.empreinte != empreinte:
        requete = (
            select(
                Appellation.code_ogr,
                Appellation.libelle,
                Appellation.cle,
                Appellation.principale,
                Appellation.code_rome,
                Metier.libelle,
            )
            .join(Metier, Metier.code_rome == Appellation.code_rome)
            .order_by(Appellation.code_ogr)
        )
        connu = _Lexique(empreinte, s.execute(requete).all())
        _lexiques[moteur] = connu
    return connu


def chercher_appellations(s: Session, texte: str, limite: int = 8) -> tuple[AppellationTrouvee, ...]:
    """Official job titles close to the text (accents and typos forgiven), one per métier, best first.

    A plain list to choose from; reading people's own words is matching's business.
    """
    cherche = cle(texte[:120])
    if len(cherche) < 2:
        return ()
    lexique = _lexique(s)
    if not lexique.cles:
        return ()
    entiers = process.cdist([cherche], lexique.cles, scorer=fuzz.token_set_ratio, dtype=np.float32)[0]
    fautes = process.cdist([cherche], lexique.cles, scorer=fuzz.partial_ratio, dtype=np.float32)[0]
    longueurs = np.array([len(c) for c in lexique.cles], dtype=np.float32)
    notes = np.maximum(entiers, fautes - 4) + lexique.principales - np.abs(longueurs - len(cherche)) / 60
    retenues: dict[str, AppellationTrouvee] = {}
    for i in np.argsort(-notes, kind="stable"):
        if notes[i] < SEUIL or len(retenues) == limite:
            break
        retenues.setdefault(lexique.lignes[i].code_rome, lexique.lignes[i])
    return tuple(retenues.values())


def _code_naf(brut: str) -> str:
    """« 8121Z » → « 81.21Z », as the NAF writes it."""
    return f"{brut[:2]}.{brut[2:]}" if len(brut) > 2 and "." not in brut else brut


def _chercher(s: Session, table: type[Cpv] | type[Naf], texte: str, limite: int) -> tuple[CodeNomenclature, ...]:
    """Codes that start so, or whose label holds every word; accents are folded in Python on both engines."""
    mots = cle(texte).split()
    if not mots:
        return ()
    if texte.strip()[:1].isdigit():
        debut = texte.strip().split("-")[0].upper()
        if table is Naf:
            debut = _code_naf(debut)
        requete = (
            select(table.code, table.libelle)
            .where(table.code.startswith(debut, autoescape=True))
            .order_by(table.code)
            .limit(limite)
        )
        return tuple(CodeNomenclature(*ligne) for ligne in s.execute(requete))
    trouves = [
        CodeNomenclature(code, libelle)
        for code, libelle in s.execute(
            select(table.code, table.libelle).order_by(func.length(table.libelle), table.code)
        )
        if all(mot in cle(libelle) for mot in mots)
    ]
    return tuple(trouves[:limite])


def cpv(s: Session, code: str) -> CodeNomenclature | None:
    """The CPV of that code, with or without its check digit."""
    trouve = s.get(Cpv, code.split("-", maxsplit=1)[0])
    return None if trouve is None else CodeNomenclature(trouve.code, trouve.libelle)


def chercher_cpv(s: Session, texte: str, limite: int = 10) -> tuple[CodeNomenclature, ...]:
    """CPV codes for a start of code or words of the label."""
    return _chercher(s, Cpv, texte, limite)


def naf(s: Session, code: str) -> CodeNomenclature | None:
    """The NAF of that code, with or without its dot (« 81.21Z », « 8121Z »)."""
    trouve = s.get(Naf, _code_naf(code.strip().upper()))
    return None if trouve is None else CodeNomenclature(trouve.code, trouve.libelle)


def chercher_naf(s: Session, texte: str, limite: int = 10) -> tuple[CodeNomenclature, ...]:
    """NAF codes for a start of code or words of the label."""
    return _chercher(s, Naf, texte, limite)
