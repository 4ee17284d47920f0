"""Avenants: the only way a contract changes after its notification, each with its date and its document (R12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, ModifieEntreTemps, RegleViolee
from marketplace.journal.services import journaliser
from marketplace.marches.alertes import reconcilier_marche
from marketplace.marches.models import Avenant, Clause, Marche
from marketplace.marches.portee import charger_marche
from marketplace.marches.rules import avenants as regles
from marketplace.marches.rules.avenants import EffetHeures
from marketplace.marches.rules.etats import AVANT_NOTIFICATION, EtatMarche
from marketplace.marches.services.saisie import toucher
from marketplace.territoire.reglages import reglages_au

CLOS = frozenset({EtatMarche.TRANSFERE, EtatMarche.RESILIE, EtatMarche.SOLDE})


@dataclass(frozen=True, slots=True)
class SaisieAvenant:
    """What an avenant says: new amount, hours (by `effet`), new end; each only when it changes."""

    signe_le: date
    document: str
    effet: EffetHeures = EffetHeures.MUET
    objet: str = ""
    montant_apres: Decimal | None = None
    heures: Decimal | None = None
    fin_apres: date | None = None


def signer_avenant(
    ctx: Contexte, acteur: Acteur, ref: str, saisie: SaisieAvenant, *, version: int | None = None
) -> str:
    """Record an avenant and apply it: amount, end, and a new version of the clause when its hours move (R20, T5).

    The sentence to show when the amount changes and nothing is said of the hours, else an empty one. Raises
    RegleViolee before the notification, once the contract is closed, without document, for a date out of order.
    """
    with ctx.transaction() as s:
        marche = charger_marche(s, acteur, Action.GERER_MARCHE, ref)
        if version is not None and marche.version != version:
            raise ModifieEntreTemps()
        _verifier(s, ctx, marche, saisie)
        avenant = regles.Avenant(
            saisie.signe_le, saisie.document, saisie.effet, marche.montant_ht, saisie.montant_apres, saisie.heures
        )
        if saisie.effet is EffetHeures.MUET and saisie.montant_apres is None:
            avenant = regles.Avenant(saisie.signe_le, saisie.document, saisie.effet)
        regles.verifier_avenant(avenant, ctx.aujourdhui())
        rien = saisie.montant_apres is None and saisie.fin_apres is None and saisie.effet is EffetHeures.MUET
        if rien and not saisie.objet.strip():
            raise RegleViolee("Dites ce que cet avenant change.", champ="objet")
        clause = s.scalar(select(Clause).where(Clause.marche_id == marche.id, Clause.remplacee_le.is_(None)))
        if clause is None and saisie.effet is not EffetHeures.MUET:
            raise RegleViolee("Ce marché n'a pas encore d'objectif : fixez-le d'abord.", champ="effet")
        r = reglages_au(s, marche.territoire_id, ctx.aujourdhui())
        revision = regles.reviser(
            clause.heures_prevues if clause else Decimal(0),
            avenant,
            arrondi_pas=r.arrondi_pas,
            arrondi_mode=r.arrondi_mode,
        )
        numero = (s.scalar(select(func.max(Avenant.numero)).where(Avenant.marche_id == marche.id)) or 0) + 1
        ligne = Avenant(
            marche_id=marche.id,
            numero=numero,
            signe_le=saisie.signe_le,
            document=saisie.document.strip()[:200],
            objet=saisie.objet.strip(),
            effet=saisie.effet,
            montant_avant=marche.montant_ht,
            montant_apres=saisie.montant_apres,
            heures_avant=clause.heures_prevues if clause else None,
            heures_apres=revision.apres if clause else None,
            fin_avant=marche.date_fin,
            fin_apres=saisie.fin_apres,
            auteur_id=acteur.utilisateur_id,
            cree_le=ctx.horloge(),
        )
        s.add(ligne)
        if clause is not None and revision.apres != revision.avant:
            motif = f"Avenant n° {numero} du {saisie.signe_le:%d/%m/%Y} : {ligne.document}"
            ligne.clause_numero = remplacer(s, ctx, acteur, clause, revision.apres, saisie.signe_le, motif)
        if saisie.montant_apres is not None:
            marche.montant_ht = saisie.montant_apres
        if saisie.fin_apres is not None:
            marche.date_fin = saisie.fin_apres
        _noter(s, ctx, acteur, marche, "signer_avenant", f"a noté l'avenant n° {numero} : {_effets(ligne)}")
        return revision.alerte if saisie.montant_apres is not None else ""


def _verifier(s: Session, ctx: Contexte, marche: Marche, saisie: SaisieAvenant) -> None:
    if marche.etat in AVANT_NOTIFICATION:
        raise RegleViolee("Un avenant change un contrat notifié : corrigez plutôt le marché.")
    if marche.etat in CLOS:
        raise RegleViolee("Ce contrat est clos : il ne reçoit plus d'avenant.")
    if marche.date_notification is not None and saisie.signe_le < marche.date_notification:
        raise RegleViolee("L'avenant précède la notification : vérifiez la date.", champ="signe_le")
    if saisie.fin_apres is not None and marche.date_debut is not None and saisie.fin_apres < marche.date_debut:
        raise RegleViolee("La nouvelle fin précède le début du marché.", champ="fin_apres")
    dernier = s.scalar(select(func.max(Avenant.signe_le)).where(Avenant.marche_id == marche.id))
    if dernier is not None and saisie.signe_le < dernier:
        raise RegleViolee(f"Un avenant plus récent existe (le {dernier:%d/%m/%Y}).", champ="signe_le")


def remplacer(
    s: Session, ctx: Contexte, acteur: Acteur, clause: Clause, heures: Decimal, jour: date, motif: str
) -> int:
    """A new version of the clause from that day, the old one kept; its number. Inside the caller's transaction."""
    if jour < clause.a_partir_du:
        raise RegleViolee("Cette date précède la version de l'objectif en vigueur.", champ="signe_le")
    clause.remplacee_le = jour
    s.add(
        Clause(
            marche_id=clause.marche_id,
            numero=clause.numero + 1,
            heures_prevues=heures,
            lien_objet=clause.lien_objet,
            publics=list(clause.publics),
            calcul=clause.calcul,
            a_partir_du=jour,
            motif=motif[:200],
            auteur_id=acteur.utilisateur_id,
            cree_le=ctx.horloge(),
        )
    )
    return clause.numero + 1


def retirer_avenant(ctx: Contexte, acteur: Acteur, ref: str, avenant_id: int) -> None:
    """Take back the last avenant, entered by mistake: amount, end and hours return to what they were before it.

    Raises RegleViolee when a later avenant or a later version of the clause stands on it.
    """
    with ctx.transaction() as s:
        marche = charger_marche(s, acteur, Action.GERER_MARCHE, ref)
        ligne = s.scalar(select(Avenant).where(Avenant.id == avenant_id, Avenant.marche_id == marche.id))
        if ligne is None:
            raise Introuvable()
        if marche.etat in CLOS:
            raise RegleViolee("Ce contrat est clos : ses avenants ne se retirent plus.")
        if s.scalar(select(Avenant.id).where(Avenant.marche_id == marche.id, Avenant.numero > ligne.numero).limit(1)):
            raise RegleViolee("Seul le dernier avenant se retire : les suivants reposent sur lui.")
        clause = s.scalar(select(Clause).where(Clause.marche_id == marche.id, Clause.remplacee_le.is_(None)))
        if ligne.clause_numero is not None and clause is not None and ligne.heures_avant is not None:
            if clause.numero != ligne.clause_numero:
                raise RegleViolee("L'objectif a changé depuis cet avenant : corrigez l'objectif.")
            motif = f"Avenant n° {ligne.numero} retiré : saisi par erreur"
            remplacer(s, ctx, acteur, clause, ligne.heures_avant, max(ctx.aujourdhui(), clause.a_partir_du), motif)
        if ligne.montant_apres is not None:
            marche.montant_ht = ligne.montant_avant
        if ligne.fin_apres is not None:
            marche.date_fin = ligne.fin_avant
        s.delete(ligne)
        _noter(s, ctx, acteur, marche, "retirer_avenant", f"a retiré l'avenant n° {ligne.numero} : {_effets(ligne)}")


def _effets(a: Avenant) -> str:
    """What an avenant changed, in words."""
    parts = [a.document]
    if a.montant_apres is not None:
        parts.append(f"montant {a.montant_apres:,.2f} € HT".replace(",", "\u202f").replace(".", ","))
    if a.heures_apres is not None and a.heures_apres != a.heures_avant:
        parts.append(f"objectif de la clause {_h(a.heures_avant)} devient {_h(a.heures_apres)}")
    if a.fin_apres is not None:
        parts.append(f"fin le {a.fin_apres:%d/%m/%Y}")
    return ", ".join(parts)


def _h(heures: Decimal | None) -> str:
    return "–" if heures is None else f"{format(heures.normalize(), 'f').replace('.', ',')} h"


def _noter(s: Session, ctx: Contexte, acteur: Acteur, marche: Marche, acte: str, resume: str) -> None:
    toucher(ctx, marche)
    journaliser(s, ctx.horloge(), acteur, acte, marche, resume)
    reconcilier_marche(s, ctx.horloge(), marche.territoire_id, marche.id, ctx.aujourdhui())
