"""What every act receives: sessions, clock, ranker, mailer. Plain values; `app.py` plugs the real ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.orm.exc import StaleDataError

from marketplace.config import Config
from marketplace.erreurs import ModifieEntreTemps

PARIS = ZoneInfo("Europe/Paris")


class Messager(Protocol):
    """Hands one message to the mail relay; raises OSError (or a subclass) when it could not."""

    def envoyer(self, *, destinataire: str, sujet: str, corps: str, message_id: str) -> None:
        """Send one plain-text message."""


class Classeur(Protocol):
    """The ranking engine as the services see it (`marketplace.matching.Ranker`)."""

    version: str

    def rank(self, poste: Any, *, parmi: Any = None, limit: int = 10) -> Any: ...
    def rank_postes(self, profil: Any, postes: Any, *, parmi: Any = None, limit: int = 10) -> Any: ...
    def masque(self, refs: Any) -> Any: ...
    def sous(self, reglages: Any, couche: Any = None, version: str | None = None) -> Classeur: ...
    def charger(self, profils: Any) -> None: ...
    def appliquer(self, modifies: Any, retires: Any) -> None: ...
    def metiers(self, texte: str, limit: int = 5) -> Any: ...
    def competences(self, texte: str, limit: int = 5) -> Any: ...
    def recevoir_trajets(self, releves: Any) -> None: ...
    def trajet(self, commune_a: str, commune_b: str, mode: str) -> int | None: ...


@dataclass(slots=True)
class Contexte:
    """One per process. `horloge` is the only source of time."""

    config: Config
    sessions: sessionmaker[Session]
    horloge: Callable[[], datetime]
    messager: Messager
    obtenir_ranker: Callable[[], Classeur]

    @property
    def ranker(self) -> Classeur:
        """The ranking engine, opened at first use so that commands that rank nothing start at once."""
        return self.obtenir_ranker()

    def aujourdhui(self) -> date:
        """The date in Paris."""
        return self.horloge().astimezone(PARIS).date()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One act = one transaction: commits on leaving, rolls back on any error.

        Raises ModifieEntreTemps when a versioned row changed since it was read.
        """
        with self.sessions() as session:
            try:
                with session.begin():
                    yield session
            except StaleDataError:
                raise ModifieEntreTemps() from None

    @contextmanager
    def lecture(self) -> Iterator[Session]:
        """A session for reading only: closing it rolls back whatever it would write; rows read stay readable."""
        with self.sessions() as session:
            yield session
