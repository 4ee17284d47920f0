"""When a marché is near its final account, and what is still to settle, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from marketplace.heures.rules.phrases import heures_en_texte
from marketplace.marches.rules.etats import EtatMarche

PREAVIS = timedelta(days=30)
EN_VIE = frozenset({EtatMarche.NOTIFIE, EtatMarche.EN_COURS, EtatMarche.SUSPENDU})


class GenrePoint(StrEnum):
    """What a point is about: it says where to settle it."""

    A_DECLARER = "a_declarer"
    A_VALIDER = "a_valider"
    CONTESTEES = "contestees"
    ELIGIBILITE = "eligibilite"
    PIECES = "pieces"
    A_VERIFIER = "a_verifier"
    MANQUE = "manque"
    DEPOTS = "depots"
    SUIVI = "suivi"


@dataclass(frozen=True, slots=True)
class PointDeSolde:
    """One thing to settle before the final account. `cible`: the declaration when it is the only one."""

    genre: GenrePoint
    texte: str
    cible: int | None = None


@dataclass(frozen=True, slots=True)
class Restant:
    """What a marché still holds. Declarations by their ids; hours are decimals; the others are counts."""

    a_declarer: Sequence[int] = ()
    a_valider: Sequence[int] = ()
    contestees: Sequence[int] = ()
    lignes_eligibilite: int = 0
    heures_eligibilite: Decimal = Decimal(0)
    lignes_piece: int = 0
    heures_piece: Decimal = Decimal(0)
    manque: Decimal = Decimal(0)
    depots: int = 0
    avenants: int = 0
    questions: int = 0


def solde_proche(etat: EtatMarche, fin: date | None, jour: date) -> bool:
    """Whether the final account comes: a marché that is done, or whose end is past or within 30 days."""
    if etat is EtatMarche.TERMINE:
        return True
    return etat in EN_VIE and fin is not None and fin <= jour + PREAVIS


def points(r: Restant, *, pour_tiers: bool) -> tuple[PointDeSolde, ...]:
    """What is left, in the order one settles it. For a third party, nothing tells why a line waits (R98)."""
    liste = [
        _declarations(
            GenrePoint.A_DECLARER, r.a_declarer, "déclaration attend son employeur", "attendent leur employeur"
        ),
        _declarations(GenrePoint.CONTESTEES, r.contestees, "déclaration est contestée", "sont contestées"),
        _declarations(GenrePoint.A_VALIDER, r.a_valider, "déclaration reste à valider", "restent à valider"),
    ]
    if pour_tiers:
        lignes, heures = r.lignes_eligibilite + r.lignes_piece, r.heures_eligibilite + r.heures_piece
        liste.append(_heures(GenrePoint.A_VERIFIER, lignes, heures, "attendent une vérification"))
    else:
        liste += [
            _heures(
                GenrePoint.ELIGIBILITE,
                r.lignes_eligibilite,
                r.heures_eligibilite,
                "attendent une validation de personne",
            ),
            _heures(GenrePoint.PIECES, r.lignes_piece, r.heures_piece, "attendent une pièce"),
        ]
    if r.manque > 0:
        liste.append(PointDeSolde(GenrePoint.MANQUE, f"Il manque {heures_en_texte(r.manque)}."))
    if r.depots:
        quoi = "dont un avenant " if r.avenants == 1 else f"dont {r.avenants} avenants " if r.avenants else ""
        debut = "Un dépôt de l'acheteur" if r.depots == 1 else f"{r.depots} dépôts de l'acheteur"
        if r.avenants == r.depots:
            debut = "Un avenant déposé" if r.depots == 1 else f"{r.depots} avenants déposés"
            quoi = ""
        verbe = "n'est pas pris en compte" if r.depots == 1 else "ne sont pas pris en compte"
        liste.append(PointDeSolde(GenrePoint.DEPOTS, f"{debut} {quoi}{verbe}."))
    if r.questions:
        texte = (
            "Une question de suivi est sans réponse."
            if r.questions == 1
            else f"{r.questions} questions de suivi sont sans réponse."
        )
        liste.append(PointDeSolde(GenrePoint.SUIVI, texte))
    return tuple(p for p in liste if p is not None)


def _declarations(genre: GenrePoint, ids: Sequence[int], une: str, plusieurs: str) -> PointDeSolde | None:
    if not ids:
        return None
    if len(ids) == 1:
        return PointDeSolde(genre, f"Une {une}.", ids[0])
    return PointDeSolde(genre, f"{len(ids)} déclarations {plusieurs}.")


def _heures(genre: GenrePoint, lignes: int, heures: Decimal, attendent: str) -> PointDeSolde | None:
    if not lignes:
        return None
    return PointDeSolde(genre, f"{heures_en_texte(heures)} {attendent}.")
