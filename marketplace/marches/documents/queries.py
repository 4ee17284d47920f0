"""What the pages show of models and documents: names, versions and dates, never the bytes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.marches.documents.modeles import GENRES
from marketplace.marches.models import DocumentProduit, GenreDocument, ModeleDocument


@dataclass(frozen=True, slots=True)
class VersionModele:
    """One version of a model of the territory."""

    id: int
    numero: int
    nom_fichier: str
    auteur: str
    cree_le: datetime
    abandonne_le: datetime | None


@dataclass(frozen=True, slots=True)
class ModeleVu:
    """One kind of paper: the territory's version in use (None: the product's model) and those before."""

    genre: GenreDocument
    libelle: str
    pour_qui: str
    en_usage: VersionModele | None
    versions: tuple[VersionModele, ...]


@dataclass(frozen=True, slots=True)
class DocumentVu:
    """A paper made for a marché. `perime`: the hours changed since."""

    id: int
    genre: GenreDocument
    libelle: str
    auteur: str
    cree_le: datetime
    modele: str
    perime: bool


def modeles_du_territoire(s: Session, territoire_id: int) -> tuple[ModeleVu, ...]:
    """The four kinds of paper, with the versions the territory deposited, newest first. One query."""
    colonnes = (
        ModeleDocument.genre,
        ModeleDocument.id,
        ModeleDocument.numero,
        ModeleDocument.nom_fichier,
        ModeleDocument.auteur_nom,
        ModeleDocument.cree_le,
        ModeleDocument.abandonne_le,
    )
    par_genre: dict[GenreDocument, list[VersionModele]] = {genre: [] for genre in GENRES}
    requete = (
        select(*colonnes)
        .where(ModeleDocument.territoire_id == territoire_id, ModeleDocument.depose.is_(True))
        .order_by(ModeleDocument.numero.desc())
    )
    for m in s.execute(requete):
        par_genre[m.genre].append(VersionModele(m.id, m.numero, m.nom_fichier, m.auteur_nom, m.cree_le, m.abandonne_le))
    return tuple(
        ModeleVu(
            genre,
            GENRES[genre].libelle,
            GENRES[genre].pour_qui,
            next((v for v in versions if v.abandonne_le is None), None),
            tuple(versions),
        )
        for genre, versions in par_genre.items()
    )


def documents_du_marche(s: Session, marche_id: int, clause_numero: int | None) -> tuple[DocumentVu, ...]:
    """The papers made for a marché, newest first. One query."""
    requete = (
        select(
            DocumentProduit.id,
            DocumentProduit.genre,
            DocumentProduit.auteur_nom,
            DocumentProduit.cree_le,
            DocumentProduit.clause_numero,
            ModeleDocument.depose,
            ModeleDocument.numero,
        )
        .join(ModeleDocument, ModeleDocument.id == DocumentProduit.modele_id)
        .where(DocumentProduit.marche_id == marche_id)
        .order_by(DocumentProduit.cree_le.desc(), DocumentProduit.id.desc())
    )
    return tuple(
        DocumentVu(
            d.id,
            d.genre,
            GENRES[d.genre].libelle,
            d.auteur_nom,
            d.cree_le,
            f"modèle du territoire, version {d.numero}" if d.depose else "modèle du produit",
            d.clause_numero != clause_numero,
        )
        for d in s.execute(requete)
    )
