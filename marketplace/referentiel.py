"""Loading reference tables from committed files: rooms say their lots, one mechanism brings the base level.

A lot is loaded only when its files changed since the last time (their sha256 is kept), so loading again costs
the reading of the files and nothing more.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import String, Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from marketplace.contexte import Contexte
from marketplace.db import Base
from marketplace.erreurs import ErreurExploitation

Ligne = dict[str, Any]
Progression = Callable[[str, int, int], None]
"""Told (name of the lot, rows done, rows in all) as loading goes."""

PAQUET = 5_000


class ReferentielCharge(Base):
    """The state of one lot in this base: fingerprint of the files it was read from, rows, when."""

    __tablename__ = "referentiel_charge"

    nom: Mapped[str] = mapped_column(String(60), primary_key=True)
    empreinte: Mapped[str] = mapped_column(String(64))
    lignes: Mapped[int]
    charge_le: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Lot:
    """One table filled from files. `cles` is its natural key.

    `remplacable`: nothing points to its rows, so those that left the files are deleted; otherwise they stay,
    since people, marchés and offres may refer to them.
    """

    nom: str
    table: type[Base]
    cles: tuple[str, ...]
    fichiers: tuple[str, ...]
    lignes: Callable[[Path], Iterable[Ligne]]
    remplacable: bool = False
    version: int = 1


def lire_csv(chemin: Path) -> Iterator[dict[str, str]]:
    """Rows of a committed CSV (UTF-8, gzip when its name says so), every value as text."""
    brut = chemin.read_bytes()
    texte = (gzip.decompress(brut) if chemin.suffix == ".gz" else brut).decode("utf-8")
    yield from csv.DictReader(io.StringIO(texte, newline=""), strict=True)


def _empreinte(lot: Lot, dossier: Path) -> str:
    somme = hashlib.sha256(f"{lot.nom}:{lot.version}".encode())
    for fichier in lot.fichiers:
        try:
            somme.update((dossier / fichier).read_bytes())
        except OSError as erreur:
            raise ErreurExploitation(
                f"Le fichier de référence {fichier} est illisible ({erreur.strerror}) : "
                "récupérez-le depuis le dépôt, puis recommencez."
            ) from None
    return somme.hexdigest()


def _lire(lot: Lot, dossier: Path) -> list[Ligne]:
    try:
        return list(lot.lignes(dossier))
    except (OSError, EOFError, csv.Error, KeyError, TypeError, ValueError) as erreur:
        raise ErreurExploitation(
            f"Le fichier de référence {lot.fichiers[0]} est abîmé ({type(erreur).__name__} : {erreur}) : "
            "récupérez-le depuis le dépôt, puis recommencez."
        ) from None


def _paquets(lignes: Sequence[Ligne]) -> Iterator[Sequence[Ligne]]:
    for debut in range(0, len(lignes), PAQUET):
        yield lignes[debut : debut + PAQUET]


def _niveler(s: Session, lot: Lot, voulues: list[Ligne], avance: Callable[[int], None]) -> None:
    """Insert what is new, update what changed, delete what left a replaceable table."""
    table = lot.table.__table__
    assert isinstance(table, Table)
    champs = list(voulues[0]) if voulues else list(lot.cles)
    colonnes = [table.c[champ] for champ in champs]
    connues = {
        tuple(r[c] for c in lot.cles): dict(zip(champs, r.values(), strict=True))
        for r in s.execute(select(*colonnes)).mappings()
    }
    vues: set[tuple[Any, ...]] = set()
    nouvelles: list[Ligne] = []
    changees: list[Ligne] = []
    for ligne in voulues:
        cle = tuple(ligne[c] for c in lot.cles)
        if cle in vues:
            raise ErreurExploitation(f"{lot.fichiers[0]} porte deux fois {' '.join(map(str, cle))}.")
        vues.add(cle)
        connue = connues.get(cle)
        if connue is None:
            nouvelles.append(ligne)
        elif connue != ligne:
            changees.append(ligne)
    avance(len(voulues) - len(nouvelles) - len(changees))
    for paquet in _paquets(nouvelles):
        s.execute(insert(table), list(paquet))
        avance(len(paquet))
    ou = [table.c[c] == bindparam(f"k_{c}") for c in lot.cles]
    for paquet in _paquets(changees):
        modifies = [
            {
                **{f"k_{c}": li[c] for c in lot.cles},
                **{f"v_{c}": v for c, v in li.items() if c not in lot.cles},
            }
            for li in paquet
        ]
        s.connection().execute(
            update(table).where(*ou).values({c: bindparam(f"v_{c}") for c in champs if c not in lot.cles}),
            modifies,
        )
        avance(len(paquet))
    perdues = [dict(zip((f"k_{c}" for c in lot.cles), cle, strict=True)) for cle in connues if cle not in vues]
    if lot.remplacable and perdues:
        s.connection().execute(delete(table).where(*ou), perdues)


def charger_lots(
    ctx: Contexte, lots: Sequence[Lot], dossier: Path, progression: Progression | None = None
) -> dict[str, int]:
    """Bring every lot level with its files, in one transaction; rows written per lot (0 when it was level).

    Raises ErreurExploitation, with nothing written, when a file is missing or broken.
    """
    ecrites: dict[str, int] = {}
    empreintes = {lot.nom: _empreinte(lot, dossier) for lot in lots}
    with ctx.transaction() as s:
        for lot in lots:
            etat = s.get(ReferentielCharge, lot.nom)
            if etat is not None and etat.empreinte == empreintes[lot.nom]:
                ecrites[lot.nom] = 0
                continue
            lignes = _lire(lot, dossier)
            fait = 0

            def avance(nombre: int, nom: str = lot.nom, total: int = len(lignes)) -> None:
                nonlocal fait
                fait += nombre
                if progression is not None:
                    progression(nom, fait, total)

            _niveler(s, lot, lignes, avance)
            if etat is None:
                etat = ReferentielCharge(nom=lot.nom)
                s.add(etat)
            etat.empreinte, etat.lignes, etat.charge_le = empreintes[lot.nom], len(lignes), ctx.horloge()
            s.flush()
            ecrites[lot.nom] = len(lignes)
    return ecrites


def referentiels_charges(s: Session, noms: Iterable[str]) -> bool:
    """Whether every lot of that list was loaded in this base."""
    attendus = set(noms)
    charges = set(s.scalars(select(ReferentielCharge.nom).where(ReferentielCharge.nom.in_(attendus))))
    return charges == attendus
