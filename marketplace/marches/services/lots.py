"""An opération entered at once with its lots, and lots that go on together: the consultation groups them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.marches.models import Marche, Operation
from marketplace.marches.portee import charger_operation
from marketplace.marches.rules.calculs import Cas, nombre_simple
from marketplace.marches.rules.dimensionnement import ReglagesDimensionnement, dimensionner
from marketplace.marches.rules.etats import EtatMarche
from marketplace.marches.rules.lots import Lot, part_du_lot, reporter, titre_du_marche
from marketplace.marches.rules.regime import NatureMarche
from marketplace.marches.services.etats import passer_etat
from marketplace.marches.services.marches import inscrire_marche
from marketplace.marches.services.operations import inscrire_operation
from marketplace.marches.services.saisie import SaisieClause, SaisieMarche
from marketplace.territoire.reglages import Reglages, reglages_au

LOTS_MAX = 60


@dataclass(frozen=True, slots=True)
class SaisieOperation:
    """An opération and what its lots share. `taux` and `cout` size the lots whose hours are left empty."""

    intitule: str
    acheteur: str
    commune: str = ""
    secteur: str = ""
    nature: NatureMarche = NatureMarche.TRAVAUX
    etat: EtatMarche = EtatMarche.A_ETUDIER
    debut: date | None = None
    fin: date | None = None
    procedure: str = ""
    lien_objet: str = ""
    taux: Decimal | None = None
    cout: Decimal | None = None


def creer_operation_avec_lots(
    ctx: Contexte, acteur: Acteur, saisie: SaisieOperation, lots: Sequence[Lot]
) -> tuple[str, int]:
    """Enter an opération and every lot typed, all or nothing; its reference and the number of lots.

    A lot's hours are those typed, else sized from its amount (R13, R17); a lot with neither has no clause. Raises
    RegleViolee on the field, named « lots-2-montant_ht » for the third row.
    """
    with ctx.transaction() as s:
        exiger(acteur, Action.GERER_MARCHE, Portee(acteur.territoire_id))
        if len(lots) > LOTS_MAX:
            raise RegleViolee(f"Saisissez {LOTS_MAX} lots au plus à la fois, puis ajoutez les autres.")
        operation = inscrire_operation(
            s, ctx, acteur, intitule=saisie.intitule, acheteur=saisie.acheteur, commune=saisie.commune
        )
        reglages = reglages_au(s, acteur.territoire_id, ctx.aujourdhui())
        depart = Lot(secteur=saisie.secteur, commune=saisie.commune, debut=saisie.debut, fin=saisie.fin)
        nombre = 0
        for rang, lot in enumerate(reporter(lots, depart)):
            if lot.vide:
                continue
            nombre += 1
            try:
                _inscrire_lot(s, ctx, acteur, operation, saisie, lot, nombre, reglages)
            except RegleViolee as refus:
                champs = {"heures_prevues": "heures", "date_debut": "debut", "date_fin": "fin"}
                champ = champs.get(refus.champ or "", refus.champ)
                communs = {"acheteur", "etat", "cout", "taux", "nature"}
                nom = champ if champ in communs else f"lots-{rang}-{champ or 'intitule'}"
                raise RegleViolee(f"Lot {nombre} : {refus.message}", champ=nom) from None
        return operation.ref, nombre


def _inscrire_lot(
    s: Session,
    ctx: Contexte,
    acteur: Acteur,
    operation: Operation,
    saisie: SaisieOperation,
    lot: Lot,
    numero: int,
    r: Reglages,
) -> None:
    if not lot.intitule.strip():
        raise RegleViolee("Donnez un nom au lot.", champ="intitule")
    heures, calcul = lot.heures, None
    if heures is None and lot.montant_ht is not None:
        heures, calcul = _calibrer(ctx, saisie, lot, r)
    clause = None if heures is None else SaisieClause(heures, saisie.lien_objet)
    inscrire_marche(
        s,
        ctx,
        acteur,
        SaisieMarche(
            intitule=titre_du_marche(lot.intitule, operation.intitule),
            acheteur=saisie.acheteur,
            secteur=lot.secteur,
            nature=saisie.nature,
            titulaire=lot.titulaire,
            operation=operation.ref,
            numero_lot=str(numero),
            commune=lot.commune,
            procedure=saisie.procedure,
            montant_ht=lot.montant_ht,
            date_notification=ctx.aujourdhui() if saisie.etat is EtatMarche.NOTIFIE else None,
            date_debut=lot.debut,
            date_fin=lot.fin,
        ),
        etat=saisie.etat,
        clause=clause,
        calcul=calcul,
    )


def _calibrer(ctx: Contexte, saisie: SaisieOperation, lot: Lot, r: Reglages) -> tuple[Decimal, dict[str, Any]]:
    """Hours of a lot by R13, with the inputs to keep beside them."""
    if lot.montant_ht is None:
        raise RegleViolee("Donnez le montant HT, ou les heures.", champ="montant_ht")
    taux = Decimal(r.taux_effort[0]) / 100 if saisie.taux is None else saisie.taux
    cout = r.cout_horaire if saisie.cout is None else saisie.cout
    arrondi = ReglagesDimensionnement(arrondi_pas=r.arrondi_pas, arrondi_mode=r.arrondi_mode)
    part = part_du_lot(lot.intitule, lot.secteur, r.parts_main_oeuvre)
    try:
        c = dimensionner(lot.montant_ht, part, taux, cout, ctx.aujourdhui(), arrondi)
    except RegleViolee as refus:
        champs = {"cout_horaire": "cout", "taux_effort": "taux"}
        raise RegleViolee(refus.message, champ=champs.get(refus.champ or "", refus.champ)) from None
    entrees = {"montant": lot.montant_ht, "part": part * 100, "taux": taux * 100, "cout": cout}
    return c.heures, {
        "cas": Cas.MARCHE.value,
        "entrees": {nom: nombre_simple(v) for nom, v in entrees.items()},
        "montant_ht": str(c.montant_ht),
        "part_main_oeuvre": str(c.part_main_oeuvre),
        "taux_effort": str(c.taux_effort),
        "cout_horaire": str(c.cout_horaire),
        "exact": str(c.exact),
        "heures": str(c.heures),
        "version": c.version,
    }


def avancer_les_lots(
    ctx: Contexte,
    acteur: Acteur,
    ref: str,
    marche_refs: Sequence[str],
    vers: EtatMarche,
    *,
    jour: date | None = None,
    motif: str = "",
) -> int:
    """Move several lots of an opération together, all or none: launching a consultation groups them. How many.

    Raises RegleViolee naming the lot that cannot go there, and when none was chosen.
    """
    with ctx.transaction() as s:
        operation = charger_operation(s, acteur, Action.GERER_MARCHE, ref)
        if not marche_refs:
            raise RegleViolee("Cochez au moins un lot.", champ="marches")
        lots = s.scalars(
            select(Marche).where(Marche.operation_id == operation.id, Marche.ref.in_(marche_refs)).order_by(Marche.id)
        ).all()
        if len(lots) != len(set(marche_refs)):
            raise RegleViolee("Un de ces lots n'est plus dans l'opération : relisez la liste.", champ="marches")
        for marche in lots:
            try:
                passer_etat(s, ctx, acteur, marche, vers, jour or ctx.aujourdhui(), motif)
            except RegleViolee as refus:
                champ = "motif" if refus.champ == "motif" else "etat"
                raise RegleViolee(f"{marche.intitule} : {refus.message}", champ=champ) from None
        return len(lots)
