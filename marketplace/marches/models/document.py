"""The documents of a clause: models of the territory, dated, and what was made from them."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, choix


class GenreDocument(enum.StrEnum):
    """The four papers that come out of a sizing."""

    NOTE = "note_calibrage"
    CCAP = "article_ccap"
    REGLEMENT = "paragraphe_reglement"
    ANNEXE = "annexe_acte_engagement"


class ModeleDocument(Base):
    """A version of a model, never changed. The territory uses the last one `deposee`, else the product's own.

    The product's model is kept too, the first time a document is made from it: an update of the product never
    rewrites a document already made.
    """

    __tablename__ = "modele_document"
    __table_args__ = (UniqueConstraint("territoire_id", "genre", "numero"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    genre: Mapped[GenreDocument] = mapped_column(choix(GenreDocument))
    numero: Mapped[int]
    depose: Mapped[bool]
    nom_fichier: Mapped[str]
    contenu: Mapped[bytes] = mapped_column(LargeBinary)
    empreinte: Mapped[str] = mapped_column(String(64))
    auteur_id: Mapped[int | None]
    auteur_nom: Mapped[str]
    cree_le: Mapped[datetime]
    abandonne_le: Mapped[datetime | None]


class DocumentProduit(Base):
    """A document made for a marché: the model and the values it was made from, so that it can be made again."""

    __tablename__ = "document_produit"
    __table_args__ = (Index("ix_document_produit_marche", "marche_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    marche_id: Mapped[int] = mapped_column(ForeignKey("marche.id"))
    modele_id: Mapped[int] = mapped_column(ForeignKey("modele_document.id"))
    genre: Mapped[GenreDocument] = mapped_column(choix(GenreDocument, "genredocumentproduit"))
    clause_numero: Mapped[int]
    champs: Mapped[dict[str, Any]]
    empreinte: Mapped[str] = mapped_column(String(64))
    auteur_id: Mapped[int | None]
    auteur_nom: Mapped[str]
    cree_le: Mapped[datetime]
