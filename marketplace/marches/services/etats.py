"""The life of a marché: its states, its stops and restarts."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, ModifieEntreTemps, RegleViolee
from marketplace.journal.services import journaliser
from marketplace.marches.alertes import reconcilier_marche
from marketplace.marches.models import ETATS_VIVANTS, Arret, Clause, Etude, Marche
from marketplace.marches.portee import charger_marche
from marketplace.marches.rules.etats import (
    LIBELLES,
    PAR_UN_AUTRE_ACTE,
    TRANSITIONS,
    EtatMarche,
    verifier_etude,
    verifier_transition,
)
from marketplace.marches.services.saisie import lire_entreprise, toucher


def changer_etat(
    ctx: Contexte,
    acteur: Acteur,
    ref: str,
    vers: EtatMarche,
    *,
    jour: date | None = None,
    motif: str = "",
    titulaire: str = "",
    clausable: bool | None = None,
    version: int | None = None,
) -> None:
    """Move a marché to another state of its life, on a day, with a reason where the rules ask for one.

    `titulaire`: who won it, for a notification; `clausable`: what a study concluded. Suspending opens a stop,
    resuming closes it. Raises RegleViolee when the move is not allowed, ModifieEntreTemps when `version` is no longer
    the stored one.
    """
    jour = jour or ctx.aujourdhui()
    with ctx.transaction() as s:
        marche = charger_marche(s, acteur, Action.GERER_MARCHE, ref)
        if version is not None and marche.version != version:
            raise ModifieEntreTemps()
        passer_etat(s, ctx, acteur, marche, vers, jour, motif, titulaire, clausable)


def passer_etat(
    s: Session,
    ctx: Contexte,
    acteur: Acteur,
    marche: Marche,
    vers: EtatMarche,
    jour: date,
    motif: str = "",
    titulaire: str = "",
    clausable: bool | None = None,
) -> None:
    """The same inside the caller's transaction, for one marché among several."""
    if vers in PAR_UN_AUTRE_ACTE and vers in TRANSITIONS[marche.etat]:
        raise RegleViolee(
            "Passez par « Transférer ce marché » : le reste de l'objectif passe au nouveau titulaire.", champ="etat"
        )
    if vers is EtatMarche.NOTIFIE and titulaire.strip():
        firme = lire_entreprise(s, ctx, acteur, titulaire)
        marche.titulaire_id = marche.titulaire_id if firme is None else firme.id
    if vers in (EtatMarche.NOTIFIE, EtatMarche.EN_COURS):
        if jour > ctx.aujourdhui():
            raise RegleViolee("Cette date est à venir : notez-la le jour où elle arrive.", champ="jour")
        if vers is EtatMarche.EN_COURS and marche.date_notification is not None and jour < marche.date_notification:
            raise RegleViolee("Le début précède la notification : vérifiez la date.", champ="jour")
    etude = s.get(Etude, marche.id)
    verifier_etude(vers, None if etude is None else etude.clausable)
    clause = s.scalar(select(Clause).where(Clause.marche_id == marche.id, Clause.remplacee_le.is_(None)))
    verifier_transition(
        marche.etat,
        vers,
        motif=motif,
        titulaire=marche.titulaire_id is not None,
        heures_prevues=None if clause is None else clause.heures_prevues,
        lien_objet="" if clause is None else clause.lien_objet,
    )
    de, marche.etat = marche.etat, vers
    toucher(ctx, marche)
    if vers is EtatMarche.NOTIFIE:
        marche.date_notification = marche.date_notification or jour
    if vers is EtatMarche.EN_COURS and marche.date_debut is None:
        marche.date_debut = jour
    dater_le_suivi(marche, vers, jour)
    if vers is EtatMarche.ETUDIE:
        _ecrire_etude(s, acteur, marche, jour, motif, True if clausable is None else clausable)
        quoi = "non clausable" if clausable is False else "clausable"
        motif = f"{quoi}, {motif.strip()}"
    if vers is EtatMarche.SUSPENDU:
        _ouvrir_arret(s, marche, jour, motif)
    elif de is EtatMarche.SUSPENDU:
        _fermer_arret(s, marche, jour)
    resume = f"a fait passer le marché de « {LIBELLES[de]} » à « {LIBELLES[vers]} »"
    if motif.strip():
        resume += f" : {motif.strip()}"
    journaliser(s, ctx.horloge(), acteur, "changer_etat", marche, resume, de=de, vers=vers, jour=jour.isoformat())
    reconcilier_marche(s, ctx.horloge(), marche.territoire_id, marche.id, ctx.aujourdhui())


def dater_le_suivi(marche: Marche, vers: EtatMarche, jour: date) -> None:
    """Keep what the report counts by: the day a clause was decided, and the last day it was followed (R96)."""
    if vers in {EtatMarche.PROGRAMME, EtatMarche.NOTIFIE}:
        marche.programme_le = marche.programme_le or jour
    if vers in {EtatMarche.TERMINE, EtatMarche.RESILIE, EtatMarche.TRANSFERE, EtatMarche.SOLDE}:
        marche.fin_suivi = marche.fin_suivi or jour
    elif vers in ETATS_VIVANTS:
        marche.fin_suivi = None


def _ecrire_etude(s: Session, acteur: Acteur, marche: Marche, jour: date, motif: str, clausable: bool) -> None:
    """What the study concluded, and why (N11)."""
    etude = s.get(Etude, marche.id)
    if etude is None:
        etude = Etude(marche_id=marche.id)
        s.add(etude)
    etude.clausable, etude.motif = clausable, motif.strip()
    etude.decidee_le, etude.auteur_id = jour, acteur.utilisateur_id


def _ouvrir_arret(s: Session, marche: Marche, jour: date, motif: str) -> None:
    ouvert = s.scalar(select(Arret).where(Arret.marche_id == marche.id, Arret.fin.is_(None)))
    if ouvert is None:
        s.add(Arret(marche_id=marche.id, debut=jour, motif=motif.strip()[:200]))


def _fermer_arret(s: Session, marche: Marche, jour: date) -> None:
    for ouvert in s.scalars(select(Arret).where(Arret.marche_id == marche.id, Arret.fin.is_(None))):
        ouvert.fin = max(jour, ouvert.debut)


def noter_arret(
    ctx: Contexte, acteur: Acteur, ref: str, debut: date, fin: date | None = None, *, motif: str = ""
) -> None:
    """Note a stop of the works, past or to come; without an end it lasts until `reprendre_apres_arret`.

    Raises RegleViolee when the dates are out of order, overlap another stop, or leave the marché.
    """
    with ctx.transaction() as s:
        marche = charger_marche(s, acteur, Action.GERER_MARCHE, ref)
        if fin is not None and fin < debut:
            raise RegleViolee("La reprise précède l'arrêt : vérifiez les dates.", champ="fin")
        if marche.date_debut is not None and debut < marche.date_debut:
            raise RegleViolee("L'arrêt précède le début du marché.", champ="debut")
        if marche.date_fin is not None and debut > marche.date_fin:
            raise RegleViolee("L'arrêt commence après la fin du marché.", champ="debut")
        for autre in s.scalars(select(Arret).where(Arret.marche_id == marche.id)):
            if debut <= (autre.fin or date.max) and autre.debut <= (fin or date.max):
                raise RegleViolee("Ces dates recoupent un arrêt déjà noté.", champ="debut")
        s.add(Arret(marche_id=marche.id, debut=debut, fin=fin, motif=motif.strip()[:200]))
        toucher(ctx, marche)
        jusqu = f" au {fin:%d/%m/%Y}" if fin else ""
        resume = f"a noté un arrêt du {debut:%d/%m/%Y}{jusqu}"
        journaliser(s, ctx.horloge(), acteur, "noter_arret", marche, resume, motif=motif.strip())


def retirer_arret(ctx: Contexte, acteur: Acteur, ref: str, arret_id: int) -> None:
    """Remove a stop noted by mistake. Raises RegleViolee for the one that suspends the marché today."""
    with ctx.transaction() as s:
        marche = charger_marche(s, acteur, Action.GERER_MARCHE, ref)
        arret = s.scalar(select(Arret).where(Arret.id == arret_id, Arret.marche_id == marche.id))
        if arret is None:
            raise Introuvable()
        if arret.fin is None and marche.etat is EtatMarche.SUSPENDU:
            raise RegleViolee("Le marché est suspendu : faites-le passer « en cours » pour clore cet arrêt.")
        s.delete(arret)
        toucher(ctx, marche)
        resume = f"a retiré l'arrêt du {arret.debut:%d/%m/%Y}"
        journaliser(s, ctx.horloge(), acteur, "retirer_arret", marche, resume)


def reprendre_apres_arret(ctx: Contexte, acteur: Acteur, ref: str, jour: date) -> None:
    """Close the open stop of a marché: `jour` is the last day stopped. Raises RegleViolee when none is open."""
    with ctx.transaction() as s:
        marche = charger_marche(s, acteur, Action.GERER_MARCHE, ref)
        ouvert = s.scalar(select(Arret).where(Arret.marche_id == marche.id, Arret.fin.is_(None)))
        if ouvert is None:
            raise RegleViolee("Aucun arrêt n'est en cours sur ce marché.")
        if jour < ouvert.debut:
            raise RegleViolee("La reprise précède l'arrêt : vérifiez la date.", champ="fin")
        ouvert.fin = jour
        toucher(ctx, marche)
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "reprendre_apres_arret",
            marche,
            f"a noté la reprise après le {jour:%d/%m/%Y}",
        )
