"""Who declares for a firm without an account: the delegate it names, and the link that opens the page."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base


class Delegation(Base):
    """A firm lets somebody (accountant, site manager) declare its hours: for one marché, or for all (`marche_id`
    empty), from a day to a day, until it takes it back.
    """

    __tablename__ = "delegation"
    __table_args__ = (
        Index("ix_delegation_organisation", "organisation_id", "courriel"),
        CheckConstraint("jusqu_au IS NULL OR jusqu_au >= depuis", name="dates"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    marche_id: Mapped[int | None] = mapped_column(ForeignKey("marche.id"))
    courriel: Mapped[str]
    nom: Mapped[str]
    fonction: Mapped[str] = mapped_column(default="")
    depuis: Mapped[date]
    jusqu_au: Mapped[date | None]
    auteur_id: Mapped[int | None]
    cree_le: Mapped[datetime]
    revoquee_le: Mapped[datetime | None]


class LienDeclaration(Base):
    """A link sent to one address, to declare the hours of one firm and nothing else.

    Only hashes are kept: of the link, of the short code sent to the same address, of the session a right code opens.
    """

    __tablename__ = "lien_declaration"
    __table_args__ = (
        UniqueConstraint("empreinte"),
        UniqueConstraint("session_empreinte"),
        Index("ix_lien_declaration_organisation", "organisation_id", "courriel"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    courriel: Mapped[str]
    empreinte: Mapped[str] = mapped_column(String(64))
    cree_le: Mapped[datetime]
    expire_le: Mapped[datetime]
    revoque_le: Mapped[datetime | None]
    code_empreinte: Mapped[str | None] = mapped_column(String(64))
    code_expire_le: Mapped[datetime | None]
    code_essais: Mapped[int] = mapped_column(default=0)
    session_empreinte: Mapped[str | None] = mapped_column(String(64))
    session_expire_le: Mapped[datetime | None]
