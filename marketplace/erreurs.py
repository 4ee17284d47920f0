"""The few errors that cross rooms. Each carries a French message that is shown to the user as it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class RegleViolee(Exception):
    """A rule of the field forbids the act.

    `message` says in French what is wrong and what to do; `champ` names the form field it belongs to, if any.
    """

    def __init__(self, message: str, *, champ: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.champ = champ


class Introuvable(Exception):
    """The object does not exist, or lies outside the caller's perimeter: the same answer for both (HTTP 404).

    Not a `RegleViolee`: a page that shows a refusal beside its field never shows this one by mistake.
    """

    def __init__(self, message: str = "Cette page n'existe pas ou ne vous est pas ouverte.") -> None:
        super().__init__(message)
        self.message = message


class Interdit(Introuvable):
    """The actor may not do this. Shown as `Introuvable`, so that nothing tells what exists."""


class ModifieEntreTemps(RegleViolee):
    """Somebody else changed the object since it was read (HTTP 409)."""

    def __init__(
        self, message: str = "Modifié entre-temps par une autre personne : relisez, puis recommencez."
    ) -> None:
        super().__init__(message)


class ErreurExploitation(Exception):
    """Something the operator must fix (setting, database, file, port): one French line, exit code 1."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class LigneRefusee:
    """One refused line of a file: its number as a spreadsheet shows it, an identifier when there is one, why."""

    ligne: int
    id: str
    motif: str


class FichierRefuse(RegleViolee):
    """A file that cannot be taken: whole (`lignes` empty) or line by line."""

    def __init__(self, message: str, lignes: Sequence[LigneRefusee] = ()) -> None:
        super().__init__(message)
        self.lignes = tuple(lignes)
