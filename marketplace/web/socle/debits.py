"""Rate limits counted in the database: every web worker shares them, on both engines."""

from __future__ import annotations

from flask import current_app
from limits.storage import Storage
from sqlalchemy.exc import SQLAlchemyError

from marketplace.comptes import compteurs
from marketplace.comptes.services import debits
from marketplace.contexte import Contexte

ADRESSE = "place+base://"


class CompteursEnBase(Storage):
    """The storage of flask-limiter over the table `compteur_debit` of the current application."""

    STORAGE_SCHEME = ["place+base"]  # noqa: RUF012 - declared so by limits

    @property
    def base_exceptions(self) -> type[Exception]:
        """What the database raises."""
        return SQLAlchemyError

    @property
    def _ctx(self) -> Contexte:
        ctx: Contexte = current_app.extensions["contexte"]
        return ctx

    def _instant(self) -> float:
        return self._ctx.horloge().timestamp()

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count one more."""
        return debits.compter(self._ctx, key, expiry, amount)

    def get(self, key: str) -> int:
        """The count."""
        with self._ctx.lecture() as s:
            return compteurs.lire(s, key, self._instant())[0]

    def get_expiry(self, key: str) -> float:
        """When the count starts again."""
        with self._ctx.lecture() as s:
            return compteurs.lire(s, key, self._instant())[1]

    def check(self) -> bool:
        """Whether the base answers."""
        with self._ctx.lecture() as s:
            compteurs.lire(s, "", self._instant())
        return True

    def reset(self) -> int | None:
        """Drop the counts that ended."""
        return debits.purger(self._ctx)

    def clear(self, key: str) -> None:
        """Forget one count."""
        debits.oublier(self._ctx, key)
