"""From a notice, read and confirmed by a person, to its marchés « à étudier » with their clause."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.journal.services import journaliser
from marketplace.marches.avis.valeurs import LIBELLES_GENRE, Genre
from marketplace.marches.models import Marche, Operation, RegimeMarche, TypeAcheteur
from marketplace.marches.rules.considerations import Levier
from marketplace.marches.rules.etats import EtatMarche
from marketplace.marches.rules.regime import NatureMarche, Reservation
from marketplace.marches.services.marches import inscrire_marche
from marketplace.marches.services.saisie import (
    SaisieClause,
    SaisieMarche,
    lire_acheteur,
    lire_commune_saisie,
    ref_provisoire,
)


@dataclass(frozen=True, slots=True)
class LotConfirme:
    """One lot as the person confirmed it; `heures` is None when the notice states none."""

    numero: str
    intitule: str
    heures: Decimal | None


@dataclass(frozen=True, slots=True)
class AvisConfirme:
    """A notice after correction: what it is about, what it says, its lots (at least one)."""

    intitule: str
    acheteur: str
    secteur: str
    nature: NatureMarche
    commune: str
    clause: bool
    genre: Genre
    reservation: Reservation | None
    extrait: str
    taux: str
    lots: tuple[LotConfirme, ...]
    type_acheteur: TypeAcheteur = TypeAcheteur.AUTRE_POUVOIR


def creer_marches_de_l_avis(ctx: Contexte, acteur: Acteur, avis: AvisConfirme) -> list[str]:
    """Enter the marchés of a notice, all or none; their references. Several lots are grouped in an opération.

    A facilitateur enters those of her territory, a buyer its own. Raises Interdit for another hat, RegleViolee next
    to the field that does not fit.
    """
    with ctx.transaction() as s:
        acheteur = lire_acheteur(s, acteur, avis.acheteur)
        exiger(acteur, Action.PROPOSER_MARCHE, Portee(acteur.territoire_id, frozenset({acheteur.id})))
        if not avis.clause and any(lot.heures for lot in avis.lots):
            raise RegleViolee("Vous avez répondu qu'il n'y a pas de clause : retirez les heures.", champ="clause")
        if not avis.lots:
            raise RegleViolee("Gardez au moins un lot, même sans numéro.", champ="lots")
        numeros = [lot.numero for lot in avis.lots if lot.numero]
        if len(numeros) != len(set(numeros)):
            raise RegleViolee("Deux lots portent le même numéro.", champ="lots")
        operation = _operation(s, ctx, acteur, avis, acheteur.id) if len(avis.lots) > 1 else None
        refs = []
        for lot in avis.lots:
            saisie = SaisieMarche(
                intitule=_intitule(avis, lot),
                acheteur=acheteur.ref,
                secteur=avis.secteur,
                nature=avis.nature,
                objet=avis.intitule,
                operation=operation.ref if operation else "",
                numero_lot=lot.numero,
                commune=avis.commune,
            )
            calcul = {"source": "avis", "extrait": avis.extrait[:600], "taux": avis.taux[:200]}
            clause = SaisieClause(lot.heures) if lot.heures is not None else None
            marche = inscrire_marche(
                s, ctx, acteur, saisie, etat=EtatMarche.A_ETUDIER, clause=clause, calcul=calcul if clause else None
            )
            _regime(s, ctx, acteur, avis, marche)
            resume = f"vient d'un avis lu : « {LIBELLES_GENRE[avis.genre]} »"
            journaliser(
                s, ctx.horloge(), acteur, "lire_avis", marche, resume, extrait=avis.extrait[:600], taux=avis.taux[:200]
            )
            refs.append(marche.ref)
        return refs


def _intitule(avis: AvisConfirme, lot: LotConfirme) -> str:
    if lot.intitule:
        return lot.intitule
    return f"{avis.intitule} (lot {lot.numero})" if lot.numero and len(avis.lots) > 1 else avis.intitule


def _operation(s: Session, ctx: Contexte, acteur: Acteur, avis: AvisConfirme, acheteur_id: int) -> Operation:
    """The consultation groups its lots before award."""
    operation = Operation(
        ref=ref_provisoire(),
        territoire_id=acteur.territoire_id,
        intitule=" ".join(avis.intitule.split())[:200],
        acheteur_id=acheteur_id,
        code_insee=lire_commune_saisie(s, acteur.territoire_id, avis.commune),
        fictive=False,
        cree_le=ctx.horloge(),
    )
    s.add(operation)
    s.flush()
    operation.ref = f"OP-{operation.id:06d}"
    resume = f"a ouvert l'opération « {operation.intitule} »"
    journaliser(s, ctx.horloge(), acteur, "creer_operation", operation, resume)
    return operation


def _regime(s: Session, ctx: Contexte, acteur: Acteur, avis: AvisConfirme, marche: Marche) -> None:
    """The social levers that the notice announces (R4); none when it announces none."""
    leviers = [
        levier
        for levier, dit in (
            (Levier.CONDITION_EXECUTION, avis.clause),
            (Levier.CRITERE_ATTRIBUTION, avis.genre is Genre.CRITERE),
            (Levier.MARCHE_RESERVE, avis.reservation is not None),
        )
        if dit
    ]
    if leviers:
        s.add(
            RegimeMarche(
                marche_id=marche.id,
                type_acheteur=avis.type_acheteur,
                leviers=[levier.value for levier in leviers],
                reservation=avis.reservation,
                decide_le=ctx.aujourdhui(),
                auteur_id=acteur.utilisateur_id,
            )
        )
