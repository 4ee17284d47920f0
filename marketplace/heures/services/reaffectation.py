"""Validated hours that pass to another marché of the same titulaire, both buyers agreeing (R28, R62)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.heures.calcul import calculer
from marketplace.heures.inscription import situer
from marketplace.heures.models import Contrat, LigneHeures, Reaffectation
from marketplace.heures.registre import ajouter_lignes
from marketplace.heures.rules.phrases import de_mois_en_texte, heures_en_texte
from marketplace.heures.services.corrections import charger_ligne, decisions_de, exiger_motif
from marketplace.heures.services.validation import decision, reconcilier
from marketplace.journal.services import journaliser
from marketplace.marches.models import Marche
from marketplace.marches.rules.etats import EtatMarche
from marketplace.territoire.reglages import reglages_au

ZERO = Decimal("0.00")
FERMES = frozenset({EtatMarche.SOLDE, EtatMarche.RESILIE, EtatMarche.TRANSFERE})


@dataclass(frozen=True, slots=True)
class Accord:
    """Who agreed for a buyer, and when."""

    par: str
    le: date | None


def reaffecter(
    ctx: Contexte,
    acteur: Acteur,
    ligne_id: int,
    vers_ref: str,
    *,
    travaillees: Decimal,
    formation: Decimal = ZERO,
    accord_de: Accord,
    accord_vers: Accord,
    motif: str,
) -> int:
    """Move hours of a validated line to another marché of the same titulaire; the id of the Reaffectation.

    Two lines are appended: a correction of the source, down to what is left, and the hours moved, in the chain of the
    other marché. Both are credited by the rules at once: dates and caps of the other marché apply to what it receives.
    Raises RegleViolee: no reason, no agreement, another titulaire, more hours than the line has.
    """
    with ctx.transaction() as s:
        ligne, declaration = charger_ligne(s, acteur, ligne_id)
        raison = exiger_motif(motif)
        source = s.get_one(Marche, ligne.marche_id)
        cible = _cible(s, acteur, source, vers_ref)
        _verifier_accords(ctx, (accord_de, source, "accord_de"), (accord_vers, cible, "accord_vers"))
        if travaillees < 0 or formation < 0 or travaillees + formation == 0:
            raise RegleViolee("Indiquez les heures à réaffecter.", champ="travaillees")
        if travaillees > ligne.travaillees or formation > ligne.formation:
            raise RegleViolee(
                f"Cette ligne compte {heures_en_texte(ligne.travaillees)} travaillées et "
                f"{heures_en_texte(ligne.formation)} de formation : vous ne pouvez pas en déplacer plus.",
                champ="travaillees" if travaillees > ligne.travaillees else "formation",
            )
        contrat = s.get_one(Contrat, ligne.contrat_id)
        situer(s, cible, s.get_one(Organisation, contrat.employeur_id), contrat.modalite)
        communs = {
            "declaration_id": declaration.id,
            "contrat_id": contrat.id,
            "mois": ligne.mois,
            "auteur_id": acteur.utilisateur_id,
            "cree_le": ctx.horloge(),
        }
        deplacees = heures_en_texte(travaillees + formation)
        reste = LigneHeures(
            marche_id=source.id,
            travaillees=ligne.travaillees - travaillees,
            formation=ligne.formation - formation,
            corrige_id=ligne.id,
            motif=f"{deplacees} réaffectées à « {cible.intitule} » : {raison}",
            **communs,
        )
        recue = LigneHeures(
            marche_id=cible.id,
            travaillees=travaillees,
            formation=formation,
            motif=f"{deplacees} réaffectées depuis « {source.intitule} » : {raison}",
            **communs,
        )
        ajouter_lignes(s, [reste, recue])
        for ancienne in decisions_de(s, ligne.id):
            ancienne.en_vigueur = False
        jour = ctx.aujourdhui()
        reglages = reglages_au(s, declaration.territoire_id, jour)
        calculees = calculer(s, [reste, recue], reglages, jour, ignorees={ligne.id})
        s.add_all(decision(ctx, calculees[x.id], acteur.utilisateur_id, x.motif) for x in (reste, recue))
        declaration.validee_le = ctx.horloge()
        reaffectation = Reaffectation(
            territoire_id=declaration.territoire_id,
            de_marche_id=source.id,
            vers_marche_id=cible.id,
            correction_id=reste.id,
            ligne_id=recue.id,
            travaillees=travaillees,
            formation=formation,
            accord_de_par=accord_de.par.strip(),
            accord_de_le=accord_de.le,
            accord_vers_par=accord_vers.par.strip(),
            accord_vers_le=accord_vers.le,
            motif=raison,
            auteur_id=acteur.utilisateur_id,
            quand=ctx.horloge(),
        )
        s.add(reaffectation)
        s.flush()
        for marche in (source, cible):
            journaliser(
                s,
                ctx.horloge(),
                acteur,
                "reaffecter_heures",
                marche,
                f"{deplacees} {de_mois_en_texte(ligne.mois)} passées de « {source.intitule} » à "
                f"« {cible.intitule} » : {raison}",
                ligne=ligne.id,
                reaffectation=reaffectation.id,
            )
        reconcilier(s, ctx, declaration.territoire_id, [declaration], {source.id, cible.id})
        return reaffectation.id


def _cible(s: Session, acteur: Acteur, source: Marche, ref: str) -> Marche:
    cible = s.scalar(select(Marche).where(Marche.ref == ref, Marche.territoire_id == acteur.territoire_id))
    if cible is None:
        raise RegleViolee("Choisissez le marché qui reçoit ces heures.", champ="marche")
    if cible.id == source.id:
        raise RegleViolee("Ces heures sont déjà sur ce marché.", champ="marche")
    if source.titulaire_id is None or cible.titulaire_id != source.titulaire_id:
        raise RegleViolee("Des heures ne passent qu'entre deux marchés du même titulaire.", champ="marche")
    if cible.etat in FERMES:
        raise RegleViolee("Ce marché est clos : il ne reçoit plus d'heures.", champ="marche")
    return cible


def _verifier_accords(ctx: Contexte, *accords: tuple[Accord, Marche, str]) -> None:
    for accord, marche, champ in accords:
        if not accord.par.strip() or accord.le is None:
            raise RegleViolee(
                f"Il manque l'accord de l'acheteur de « {marche.intitule} » : qui, et quand.", champ=champ
            )
        if accord.le > ctx.aujourdhui():
            raise RegleViolee("La date d'un accord ne peut pas être à venir.", champ=f"{champ}_le")


@dataclass(frozen=True, slots=True)
class ReaffectationPossible:
    """What the page of a reallocation starts from."""

    ligne_id: int
    declaration_id: int
    contrat_ref: str
    mois: date
    travaillees: Decimal
    formation: Decimal
    marche_ref: str
    marche: str
    acheteur: str
    marches: tuple[tuple[str, str], ...]


def reaffectation_possible(ctx: Contexte, acteur: Acteur, ligne_id: int) -> ReaffectationPossible:
    """The line, and the other marchés of its titulaire. Raises Introuvable, or RegleViolee when it cannot move."""
    with ctx.lecture() as s:
        ligne, declaration = charger_ligne(s, acteur, ligne_id)
        source = s.get_one(Marche, ligne.marche_id)
        acheteur = s.get_one(Organisation, source.acheteur_id)
        contrat = s.get_one(Contrat, ligne.contrat_id)
        autres: Sequence[tuple[str, str, str]] = []
        if source.titulaire_id is not None:
            autres = [
                (ref, intitule, nom)
                for ref, intitule, nom in s.execute(
                    select(Marche.ref, Marche.intitule, Organisation.nom)
                    .join(Organisation, Organisation.id == Marche.acheteur_id)
                    .where(
                        Marche.titulaire_id == source.titulaire_id,
                        Marche.id != source.id,
                        Marche.territoire_id == acteur.territoire_id,
                        Marche.etat.not_in(FERMES),
                        Marche.date_notification.is_not(None),
                    )
                    .order_by(Marche.cle)
                )
            ]
        return ReaffectationPossible(
            ligne.id,
            declaration.id,
            contrat.ref,
            ligne.mois,
            ligne.travaillees,
            ligne.formation,
            source.ref,
            source.intitule,
            acheteur.nom,
            tuple((ref, f"{intitule} ({nom})") for ref, intitule, nom in autres),
        )
