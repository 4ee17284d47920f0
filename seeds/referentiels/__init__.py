"""The reference tables of the product: which lots, in which order, and the bar shown while they load."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

from marketplace.contexte import Contexte
from marketplace.metiers.chargement import LOTS as LOTS_METIERS
from marketplace.referentiel import Progression, charger_lots
from marketplace.territoire.chargement import LOTS as LOTS_TERRITOIRE

DOSSIER = Path(__file__).resolve().parent
LOTS = (*LOTS_TERRITOIRE, *LOTS_METIERS)
NOMS_DES_LOTS = tuple(lot.nom for lot in LOTS)


def charger_referentiels(
    ctx: Contexte, progression: Progression | None = None, *, dossier: Path = DOSSIER
) -> dict[str, int]:
    """Load every reference table, or only what changed since; rows written per lot.

    Raises ErreurExploitation, with nothing written, when a file is missing or broken.
    """
    return charger_lots(ctx, LOTS, dossier, progression)


@contextmanager
def barre_de_progression() -> Iterator[Progression]:
    """A tqdm bar on stderr, one lot after the other; silent when stderr is not a terminal."""
    with tqdm(total=0, unit=" lignes", unit_scale=True, disable=None, leave=False) as barre:
        courant = ""

        def avancer(nom: str, fait: int, total: int) -> None:
            nonlocal courant
            if nom != courant:
                courant = nom
                barre.set_description(nom)
                barre.reset(total)
            barre.update(fait - barre.n)

        yield avancer
