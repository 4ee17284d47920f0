"""Tranches, periods of reconduction and bons de commande: noted, decided, corrected, removed, always in the journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.journal.services import journaliser
from marketplace.marches.alertes import reconcilier_marche
from marketplace.marches.models import Composante, FormeMarche, Intervenant, Marche
from marketplace.marches.portee import charger_marche
from marketplace.marches.rules.formes import (
    COMPTEE_QUAND,
    ETATS_DU_GENRE,
    LIBELLES_GENRE,
    Forme,
    GenreComposante,
    heures_du_bon,
    verifier_composante,
    verifier_suite,
)
from marketplace.marches.services.saisie import lire_commune_saisie, toucher, trouver_organisation

G = GenreComposante


@dataclass(frozen=True, slots=True)
class SaisieComposante:
    """What is typed of a part of a contract. `compte_le`: the day it was firmed up, renewed or ordered."""

    numero: str = ""
    libelle: str = ""
    debut: date | None = None
    fin: date | None = None
    montant_ht: Decimal | None = None
    heures: Decimal | None = None
    compte_le: date | None = None
    lieu: str = ""
    titulaire: str = ""


def ajouter_composante(
    ctx: Contexte, acteur: Acteur, ref: str, genre: GenreComposante, saisie: SaisieComposante
) -> int:
    """Note a tranche, a period or an order; its id. An order without hours takes them from the ratio (R19).

    Raises RegleViolee next to the field that does not fit, or when the form or the state of the marché refuses it.
    """
    with ctx.transaction() as s:
        marche = charger_marche(s, acteur, Action.GERER_MARCHE, ref)
        ligne = Composante(marche_id=marche.id, genre=genre, auteur_id=acteur.utilisateur_id, cree_le=ctx.horloge())
        _ecrire(s, ctx, acteur, marche, ligne, saisie)
        s.add(ligne)
        s.flush()
        _noter(s, ctx, acteur, marche, "ajouter_composante", f"a noté : {_dire(ligne)}")
        return ligne.id


def modifier_composante(ctx: Contexte, acteur: Acteur, ref: str, composante_id: int, saisie: SaisieComposante) -> None:
    """Correct a part, or decide it by giving its `compte_le`. Raises RegleViolee as `ajouter_composante`."""
    with ctx.transaction() as s:
        marche, ligne = _charger(s, acteur, ref, composante_id)
        avant = _dire(ligne)
        _ecrire(s, ctx, acteur, marche, ligne, saisie)
        apres = _dire(ligne)
        if avant != apres:
            _noter(s, ctx, acteur, marche, "modifier_composante", f"a corrigé : {avant} devient {apres}")


def retirer_composante(ctx: Contexte, acteur: Acteur, ref: str, composante_id: int) -> None:
    """Remove a part entered by mistake. Raises RegleViolee once the marché is closed."""
    with ctx.transaction() as s:
        marche, ligne = _charger(s, acteur, ref, composante_id)
        if marche.etat not in ETATS_DU_GENRE[ligne.genre]:
            raise RegleViolee("Ce marché est clos : ses engagements ne se retirent plus.")
        if ligne.genre is G.RECONDUCTION and ligne.debut and ligne.fin and marche.date_fin == ligne.fin:
            marche.date_fin = max(ligne.debut - timedelta(days=1), marche.date_debut or date.min)
        s.delete(ligne)
        resume = f"a retiré : {_dire(ligne)}"
        _noter(s, ctx, acteur, marche, "retirer_composante", resume)


def _charger(s: Session, acteur: Acteur, ref: str, composante_id: int) -> tuple[Marche, Composante]:
    marche = charger_marche(s, acteur, Action.GERER_MARCHE, ref)
    ligne = s.scalar(select(Composante).where(Composante.id == composante_id, Composante.marche_id == marche.id))
    if ligne is None or ligne.genre is G.TRANSFERT:
        raise Introuvable()
    return marche, ligne


def _ecrire(
    s: Session, ctx: Contexte, acteur: Acteur, marche: Marche, ligne: Composante, saisie: SaisieComposante
) -> None:
    """Check what was typed and write it on the row. Raises RegleViolee next to the field."""
    contrat = s.get(FormeMarche, marche.id)
    forme = None if contrat is None else contrat.forme
    genre = ligne.genre
    autres = list(
        s.scalars(
            select(Composante).where(
                Composante.marche_id == marche.id, Composante.genre == genre, Composante.id != (ligne.id or 0)
            )
        )
    )
    verifier_composante(
        genre,
        forme,
        marche.etat,
        heures=saisie.heures or Decimal(0),
        debut=saisie.debut,
        fin=saisie.fin,
        montant_ht=saisie.montant_ht,
        compte_le=saisie.compte_le,
        notification=marche.date_notification,
        aujourdhui=ctx.aujourdhui(),
    )
    if genre is G.RECONDUCTION:
        verifier_suite([(a.debut, a.fin) for a in autres], saisie.debut)
    numero = saisie.numero.strip() or _numero_suivant(autres)
    if any(a.numero == numero for a in autres):
        raise RegleViolee(f"Le numéro {numero} est déjà pris : donnez-en un autre.", champ="numero")
    if len(numero) > 40:
        raise RegleViolee("Un numéro tient en 40 caractères.", champ="numero")
    ligne.heures = _heures(contrat, genre, saisie)
    ligne.numero, ligne.libelle = numero, saisie.libelle.strip()[:200]
    ligne.debut, ligne.fin, ligne.montant_ht = saisie.debut, saisie.fin, saisie.montant_ht
    ligne.compte_le = saisie.compte_le
    ligne.code_insee = lire_commune_saisie(s, acteur.territoire_id, saisie.lieu, champ="lieu")
    ligne.titulaire_id = _titulaire(s, acteur, marche, saisie.titulaire)
    if genre is G.RECONDUCTION and ligne.compte_le and ligne.fin and (marche.date_fin or date.min) < ligne.fin:
        marche.date_fin = ligne.fin


def _heures(contrat: FormeMarche | None, genre: GenreComposante, saisie: SaisieComposante) -> Decimal:
    """Hours typed, else what the ratio gives for an order."""
    if saisie.heures is not None:
        return saisie.heures
    if genre is G.BON_DE_COMMANDE and contrat is not None and contrat.forme is Forme.BONS_DE_COMMANDE:
        if contrat.heures_par_millier is None:
            raise RegleViolee("Donnez les heures, ou fixez d'abord les heures par 1 000 €.", champ="heures")
        if saisie.montant_ht is None:
            raise RegleViolee("Donnez le montant HT : les heures se calculent dessus.", champ="montant_ht")
        return heures_du_bon(saisie.montant_ht, contrat.heures_par_millier)
    raise RegleViolee("Donnez les heures d'insertion, 0 s'il n'y en a pas.", champ="heures")


def _titulaire(s: Session, acteur: Acteur, marche: Marche, texte: str) -> int | None:
    """The holder an order goes to: one of those of the accord-cadre. Raises RegleViolee next to its field."""
    if not texte.strip():
        return None
    trouve = trouver_organisation(s, acteur.territoire_id, texte)
    presents = select(Intervenant.organisation_id).where(Intervenant.marche_id == marche.id)
    titulaires = {marche.titulaire_id, *s.scalars(presents)}
    if trouve is None or trouve.id not in titulaires:
        raise RegleViolee("Cette entreprise ne tient pas cet accord-cadre : ajoutez-la d'abord.", champ="titulaire")
    return trouve.id


def _numero_suivant(autres: list[Composante]) -> str:
    pris = [int(a.numero) for a in autres if a.numero.isdigit()]
    return str(max(pris, default=0) + 1)


def _dire(c: Composante) -> str:
    """« bon de commande n° 3, 12 h, émis le 02/03/2026 »."""
    heures = format(c.heures.normalize(), "f").replace(".", ",")
    quand = f", {COMPTEE_QUAND[c.genre]} le {c.compte_le:%d/%m/%Y}" if c.compte_le else ""
    return f"{LIBELLES_GENRE[c.genre]} n° {c.numero}, {heures} h{quand}"


def _noter(s: Session, ctx: Contexte, acteur: Acteur, marche: Marche, acte: str, resume: str) -> None:
    toucher(ctx, marche)
    journaliser(s, ctx.horloge(), acteur, acte, marche, resume)
    reconcilier_marche(s, ctx.horloge(), marche.territoire_id, marche.id, ctx.aujourdhui())
