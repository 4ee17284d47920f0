"""What is ticked and dated on a marché: its checklist, its interventions foreseen, its order to start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.journal.services import journaliser
from marketplace.marches.alertes import reconcilier_marche
from marketplace.marches.models import EtapeFaite, EtatMarche, InterventionPrevue, Marche
from marketplace.marches.portee import charger_marche
from marketplace.marches.rules.etapes import ETAPES
from marketplace.marches.rules.interventions import heures_prevues, verifier_intervention
from marketplace.marches.services.etats import dater_le_suivi
from marketplace.marches.services.saisie import lire_metier_saisi, toucher

_LIBELLES = {e.code: e.libelle for e in ETAPES}


def cocher_etape(ctx: Contexte, acteur: Acteur, ref: str, code: str, jour: date | None = None, note: str = "") -> None:
    """Tick a point of the checklist for a day. Raises RegleViolee for a day to come, Introuvable for no such point."""
    with ctx.transaction() as s:
        marche = charger_marche(s, acteur, Action.GERER_MARCHE, ref)
        if code not in _LIBELLES:
            raise Introuvable()
        jour = jour or ctx.aujourdhui()
        if jour > ctx.aujourdhui():
            raise RegleViolee("Cochez une étape quand elle est faite, pas avant.", champ="jour")
        faite = s.scalar(select(EtapeFaite).where(EtapeFaite.marche_id == marche.id, EtapeFaite.code == code))
        if faite is None:
            faite = EtapeFaite(marche_id=marche.id, code=code, cree_le=ctx.horloge())
            s.add(faite)
        faite.faite_le, faite.note = jour, note.strip()[:200]
        faite.auteur_id, faite.auteur_nom = acteur.utilisateur_id, acteur.nom
        suite = f" : {note.strip()}" if note.strip() else ""
        _noter(s, ctx, acteur, marche, "cocher_etape", f"a coché « {_LIBELLES[code]} », le {jour:%d/%m/%Y}{suite}")


def decocher_etape(ctx: Contexte, acteur: Acteur, ref: str, code: str) -> None:
    """Take back a point ticked by mistake."""
    with ctx.transaction() as s:
        marche = charger_marche(s, acteur, Action.GERER_MARCHE, ref)
        faite = s.scalar(select(EtapeFaite).where(EtapeFaite.marche_id == marche.id, EtapeFaite.code == code))
        if faite is None:
            raise Introuvable()
        s.delete(faite)
        _noter(s, ctx, acteur, marche, "decocher_etape", f"a décoché « {_LIBELLES.get(code, code)} »")


@dataclass(frozen=True, slots=True)
class SaisieIntervention:
    """What is typed of an intervention: when, which trade, how many people, how many hours in all."""

    debut: date
    fin: date
    personnes: int = 1
    heures: Decimal | None = None
    metier: str = ""
    note: str = ""


def prevoir_intervention(
    ctx: Contexte, acteur: Acteur, ref: str, saisie: SaisieIntervention, *, intervention_id: int | None = None
) -> None:
    """Foresee an intervention, or correct one. Without hours: 35 h a week for each person.

    Raises RegleViolee when its dates leave the marché or its figures do not hold.
    """
    with ctx.transaction() as s:
        marche = charger_marche(s, acteur, Action.GERER_MARCHE, ref)
        verifier_intervention(
            saisie.debut,
            saisie.fin,
            saisie.personnes,
            saisie.heures,
            debut_marche=marche.date_debut,
            fin_marche=marche.date_fin,
        )
        if intervention_id is None:
            ligne = InterventionPrevue(marche_id=marche.id, cree_le=ctx.horloge())
        else:
            ligne = _intervention(s, marche, intervention_id)
        ligne.debut, ligne.fin, ligne.personnes = saisie.debut, saisie.fin, saisie.personnes
        ligne.heures = saisie.heures or heures_prevues(saisie.debut, saisie.fin, saisie.personnes)
        ligne.code_rome = lire_metier_saisi(s, saisie.metier)
        ligne.note, ligne.auteur_id = saisie.note.strip()[:200], acteur.utilisateur_id
        s.add(ligne)
        verbe = "a prévu" if intervention_id is None else "a corrigé"
        heures = format(ligne.heures.normalize(), "f").replace(".", ",")
        resume = f"{verbe} une intervention du {ligne.debut:%d/%m/%Y} au {ligne.fin:%d/%m/%Y} : {heures} h"
        _noter(s, ctx, acteur, marche, "prevoir_intervention", resume)


def retirer_intervention(ctx: Contexte, acteur: Acteur, ref: str, intervention_id: int) -> None:
    """Remove an intervention foreseen."""
    with ctx.transaction() as s:
        marche = charger_marche(s, acteur, Action.GERER_MARCHE, ref)
        ligne = _intervention(s, marche, intervention_id)
        s.delete(ligne)
        resume = f"a retiré l'intervention du {ligne.debut:%d/%m/%Y} au {ligne.fin:%d/%m/%Y}"
        _noter(s, ctx, acteur, marche, "retirer_intervention", resume)


def _intervention(s: Session, marche: Marche, intervention_id: int) -> InterventionPrevue:
    ligne = s.scalar(
        select(InterventionPrevue).where(
            InterventionPrevue.id == intervention_id, InterventionPrevue.marche_id == marche.id
        )
    )
    if ligne is None:
        raise Introuvable()
    return ligne


def ordonner_demarrage(ctx: Contexte, acteur: Acteur, ref: str, jour: date, debut: date | None = None) -> None:
    """Note the order to start the works, received on `jour`: the marché starts on `debut`, that day unless told.

    Once that day has come, a notified marché is in progress. Raises RegleViolee for dates out of order, or before
    the notification.
    """
    debut = debut or jour
    with ctx.transaction() as s:
        marche = charger_marche(s, acteur, Action.GERER_MARCHE, ref)
        if marche.etat not in (EtatMarche.NOTIFIE, EtatMarche.EN_COURS):
            raise RegleViolee("L'ordre de démarrage se note sur un marché notifié ou en cours.", champ="jour")
        if marche.date_notification is not None and jour < marche.date_notification:
            raise RegleViolee("L'ordre de démarrage précède la notification.", champ="jour")
        if debut < jour:
            raise RegleViolee("Le début précède l'ordre de démarrage.", champ="debut")
        if marche.date_fin is not None and debut > marche.date_fin:
            raise RegleViolee("Le début suit la fin du marché : prolongez-le d'abord.", champ="debut")
        ancien, marche.date_debut, marche.ordre_demarrage_le = marche.date_debut, debut, jour
        if marche.etat is EtatMarche.NOTIFIE and debut <= ctx.aujourdhui():
            marche.etat = EtatMarche.EN_COURS
            dater_le_suivi(marche, EtatMarche.EN_COURS, debut)
        _noter(
            s,
            ctx,
            acteur,
            marche,
            "ordonner_demarrage",
            f"a noté l'ordre de démarrage du {jour:%d/%m/%Y}, début le {debut:%d/%m/%Y}",
            debut_avant=None if ancien is None else ancien.isoformat(),
        )


def _noter(
    s: Session, ctx: Contexte, acteur: Acteur, marche: Marche, acte: str, resume: str, **details: str | None
) -> None:
    toucher(ctx, marche)
    journaliser(s, ctx.horloge(), acteur, acte, marche, resume, **details)
    reconcilier_marche(s, ctx.horloge(), marche.territoire_id, marche.id, ctx.aujourdhui())
