"""Real journeys of a territory in the ranking: a file read and tried, put in use, withdrawn; every engine follows.

The tables themselves are made by `marketplace.matching.releves`; here they are kept, dated and journaled.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.roles import Acteur
from marketplace.config import RACINE
from marketplace.contexte import Classeur, Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.journal.services import journaliser
from marketplace.territoire.models import GenreReleve, ReleveTrajets, Territoire

if TYPE_CHECKING:
    from marketplace.matching.releves import Lu

REFERENTIELS = RACINE / "seeds" / "referentiels"
LIBELLES: Mapping[GenreReleve, str] = {
    GenreReleve.ROUTES: "Trajets en voiture",
    GenreReleve.HORAIRES: "Horaires des transports en commun",
}


@dataclass(frozen=True, slots=True)
class ReleveVu:
    """A file of journeys as the pages show it."""

    id: int
    genre: GenreReleve
    numero: int
    nom_fichier: str
    source: str
    auteur: str
    lu_le: datetime
    en_service_le: datetime | None
    retire_le: datetime | None
    en_usage: bool
    resume: Mapping[str, Any]

    @property
    def libelle(self) -> str:
        """« Trajets en voiture, version 2 »."""
        return f"{LIBELLES[self.genre]}, version {self.numero}"

    @property
    def etat(self) -> str:
        """Where it stands, in one or two words."""
        if self.en_usage:
            return "Utilisé"
        if self.retire_le is not None:
            return "Retiré"
        return "Remplacé" if self.en_service_le is not None else "À l'essai"


@dataclass(frozen=True, slots=True)
class LectureDeTrajets:
    """What a file gives: a kept trial, or nothing and why."""

    genre: GenreReleve
    releve_id: int | None
    resume: Mapping[str, Any]
    problemes: tuple[Mapping[str, Any], ...]
    tus: int


def genre_du_fichier(contenu: bytes) -> GenreReleve:
    """A ZIP is a timetable, anything else rows of car times."""
    return GenreReleve.HORAIRES if contenu[:2] == b"PK" else GenreReleve.ROUTES


@lru_cache(maxsize=1)
def _communes() -> Any:
    from marketplace.matching.referentiels import lire_communes  # scikit-learn: only those who import pay

    return lire_communes(REFERENTIELS)


def _lire(contenu: bytes, nom: str, departements: tuple[str, ...]) -> Lu:
    from marketplace.matching.releves import lire_gtfs, lire_reperes
    from marketplace.matching.trajets import Trajets

    trajets = Trajets(_communes())
    if genre_du_fichier(contenu) is GenreReleve.HORAIRES:
        return lire_gtfs(contenu, trajets, departements, nom)
    return lire_reperes(contenu, trajets, nom)


def lire_trajets(
    ctx: Contexte, acteur: Acteur, *, nom: str, contenu: bytes, source: str, garder: bool = True
) -> LectureDeTrajets:
    """Read a file of journeys and measure it; a readable one is kept as a trial unless `garder` is false.

    Raises RegleViolee: no source, the very file already kept. What is wrong in the file is told line by line.
    """
    exiger(acteur, Action.REGLER_TERRITOIRE, Portee(acteur.territoire_id))
    if not source.strip():
        raise RegleViolee("Dites d'où viennent ces trajets, et leur licence.", champ="source")
    with ctx.lecture() as s:
        departements = tuple(s.get_one(Territoire, acteur.territoire_id).departements)
    genre, empreinte = genre_du_fichier(contenu), hashlib.sha256(contenu).hexdigest()
    lu = _lire(contenu, nom, departements)  # seconds of computation: outside any transaction
    problemes = tuple(asdict(p) for p in lu.problemes)
    if lu.releve is None or lu.bloque or not garder:
        return LectureDeTrajets(genre, None, lu.resume, problemes, lu.tus)
    with ctx.transaction() as s:
        deja = s.scalar(
            select(ReleveTrajets.numero).where(
                ReleveTrajets.territoire_id == acteur.territoire_id,
                ReleveTrajets.empreinte == empreinte,
                ReleveTrajets.retire_le.is_(None),
            )
        )
        if deja is not None:
            raise RegleViolee(f"Ce fichier est déjà là : c'est la version {deja}.", champ="fichier")
        numero = s.scalar(
            select(func.max(ReleveTrajets.numero)).where(
                ReleveTrajets.territoire_id == acteur.territoire_id, ReleveTrajets.genre == genre
            )
        )
        releve = ReleveTrajets(
            territoire_id=acteur.territoire_id,
            genre=genre,
            numero=(numero or 0) + 1,
            nom_fichier=nom,
            source=source.strip(),
            empreinte=empreinte,
            resume={**lu.resume, "problemes": list(problemes), "tus": lu.tus},
            tableaux=lu.releve.en_octets(),
            auteur_id=acteur.utilisateur_id,
            auteur_nom=acteur.nom,
            lu_le=ctx.horloge(),
        )
        s.add(releve)
        resume = f"a lu {nom} : {LIBELLES[genre].lower()}, version {releve.numero}, à l'essai"
        journaliser(s, ctx.horloge(), acteur, "lire_trajets", releve, resume)
        return LectureDeTrajets(genre, releve.id, lu.resume, problemes, lu.tus)


def _charger(s: Session, acteur: Acteur, releve_id: int) -> ReleveTrajets:
    releve = s.get(ReleveTrajets, releve_id)
    if releve is None or releve.territoire_id != acteur.territoire_id:
        raise Introuvable()
    return releve


def utiliser_trajets(ctx: Contexte, acteur: Acteur, releve_id: int) -> None:
    """Put a trial in use: rankings of every process take it at once. Raises RegleViolee when it is no trial."""
    with ctx.transaction() as s:
        exiger(acteur, Action.REGLER_TERRITOIRE, Portee(acteur.territoire_id))
        releve = _charger(s, acteur, releve_id)
        if releve.en_service_le is not None or releve.retire_le is not None:
            raise RegleViolee("Cette version a déjà servi : importez de nouveau le fichier.")
        releve.en_service_le = ctx.horloge()
        resume = f"a mis en service {LIBELLES[releve.genre].lower()}, version {releve.numero}"
        journaliser(s, ctx.horloge(), acteur, "utiliser_trajets", releve, resume)


def retirer_trajets(ctx: Contexte, acteur: Acteur, releve_id: int) -> None:
    """Withdraw a version: the one before comes back, or the estimates. Raises RegleViolee when already withdrawn."""
    with ctx.transaction() as s:
        exiger(acteur, Action.REGLER_TERRITOIRE, Portee(acteur.territoire_id))
        releve = _charger(s, acteur, releve_id)
        if releve.retire_le is not None:
            raise RegleViolee("Cette version est déjà retirée.")
        releve.retire_le = ctx.horloge()
        resume = f"a retiré {LIBELLES[releve.genre].lower()}, version {releve.numero}"
        journaliser(s, ctx.horloge(), acteur, "retirer_trajets", releve, resume)


def _en_usage(s: Session) -> dict[tuple[int, GenreReleve], int]:
    """Id of the version that counts, by territory and kind."""
    lignes = s.execute(
        select(ReleveTrajets.territoire_id, ReleveTrajets.genre, ReleveTrajets.id)
        .where(ReleveTrajets.en_service_le.is_not(None), ReleveTrajets.retire_le.is_(None))
        .order_by(ReleveTrajets.en_service_le, ReleveTrajets.id)
    )
    return {(territoire, genre): i for territoire, genre, i in lignes}


def releves_du_territoire(s: Session, territoire_id: int) -> tuple[ReleveVu, ...]:
    """Every version, the last read first."""
    en_usage = set(_en_usage(s).values())
    lus = s.scalars(
        select(ReleveTrajets)
        .where(ReleveTrajets.territoire_id == territoire_id)
        .options(defer(ReleveTrajets.tableaux))
        .order_by(ReleveTrajets.id.desc())
    )
    return tuple(
        ReleveVu(
            r.id,
            r.genre,
            r.numero,
            r.nom_fichier,
            r.source,
            r.auteur_nom,
            r.lu_le,
            r.en_service_le,
            r.retire_le,
            r.id in en_usage,
            r.resume,
        )
        for r in lus
    )


def suivre_les_trajets(s: Session, ranker: Classeur, tenus: tuple[int, ...]) -> tuple[int, ...]:
    """Give the engine the versions in use when they are no longer those it holds; the versions it holds now."""
    voulus = tuple(sorted(_en_usage(s).values()))
    if voulus == tenus:
        return tenus
    from marketplace.matching.releves import Releve  # only those who rank pay

    octets = s.scalars(select(ReleveTrajets.tableaux).where(ReleveTrajets.id.in_(voulus)).order_by(ReleveTrajets.id))
    ranker.recevoir_trajets([Releve.depuis(o) for o in octets])
    return voulus
