"""What a buyer deposits on its own marché, and the facilitateur's answer. The ledger moves by the usual acts alone."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action
from marketplace.comptes.models import Affectation
from marketplace.comptes.queries import en_vigueur
from marketplace.comptes.roles import Acteur, Role
from marketplace.contexte import Contexte
from marketplace.erreurs import Interdit, Introuvable, RegleViolee
from marketplace.journal.services import journaliser, notifier
from marketplace.marches.models import DepotAcheteur, GenreDepot, Marche
from marketplace.marches.portee import charger_marche
from marketplace.marches.rules.depots import LIBELLES_DEPOT, SaisieDepot, verifier_depot


def deposer(ctx: Contexte, acteur: Acteur, ref: str, saisie: SaisieDepot) -> int:
    """Keep what the buyer says of its marché and tell who follows it; the id of the deposit.

    Raises Introuvable for a marché the caller does not buy; RegleViolee by the rules, for an avenant already
    deposited, or while another award still waits.
    """
    with ctx.transaction() as s:
        marche = _marche_de_l_acheteur(s, acteur, ref)
        propre = verifier_depot(saisie, marche.etat, marche.date_notification, ctx.aujourdhui())
        _sans_double(s, marche, propre)
        depot = DepotAcheteur(
            marche_id=marche.id,
            genre=propre.genre,
            jour=propre.jour,
            montant=propre.montant,
            titulaire=propre.titulaire[:200],
            siret=propre.siret or None,
            numero=propre.numero,
            heures=propre.heures,
            decision=propre.decision,
            motif=propre.motif,
            auteur_id=acteur.utilisateur_id,
            auteur_nom=acteur.nom,
            cree_le=ctx.horloge(),
        )
        s.add(depot)
        journaliser(s, ctx.horloge(), acteur, "deposer_au_marche", marche, f"a déposé : {_titre(depot)}")
        for destinataire in _suiveurs(s, ctx, marche):
            notifier(
                s,
                ctx.horloge(),
                utilisateur_id=destinataire,
                cle=f"depot-{depot.id}",
                texte=f"L'acheteur a déposé une information sur « {marche.intitule[:120]} ».",
                lien=f"/facilitateur/marches/{marche.ref}#depots",
                famille="marches",
            )
        return depot.id


def retirer_depot(ctx: Contexte, acteur: Acteur, ref: str, depot_id: int) -> None:
    """Take back a deposit made by mistake. Raises RegleViolee once it was taken into account."""
    with ctx.transaction() as s:
        marche = _marche_de_l_acheteur(s, acteur, ref)
        depot = _depot(s, marche, depot_id)
        if depot.pris_en_compte_le is not None:
            raise RegleViolee("Ce dépôt est déjà pris en compte : appelez le facilitateur pour le corriger.")
        journaliser(s, ctx.horloge(), acteur, "retirer_depot", marche, f"a retiré son dépôt : {_titre(depot)}")
        s.delete(depot)


def prendre_en_compte(ctx: Contexte, acteur: Acteur, ref: str, depot_id: int) -> None:
    """Say that a deposit was dealt with, and tell the buyer. A second time does nothing."""
    with ctx.transaction() as s:
        marche = charger_marche(s, acteur, Action.GERER_MARCHE, ref)
        depot = _depot(s, marche, depot_id)
        if depot.pris_en_compte_le is not None:
            return
        depot.pris_en_compte_le, depot.pris_en_compte_par_id = ctx.horloge(), acteur.utilisateur_id
        resume = f"a pris en compte le dépôt de l'acheteur : {_titre(depot)}"
        journaliser(s, ctx.horloge(), acteur, "prendre_en_compte", marche, resume)
        if depot.auteur_id is not None:
            notifier(
                s,
                ctx.horloge(),
                utilisateur_id=depot.auteur_id,
                cle=f"depot-pris-{depot.id}",
                texte=f"Votre dépôt sur « {marche.intitule[:120]} » est pris en compte.",
                lien=f"/acheteur/marches/{marche.ref}#depots",
                famille="marches",
            )


def _marche_de_l_acheteur(s: Session, acteur: Acteur, ref: str) -> Marche:
    """The marché, if the caller's organisation is the one that buys it: working on it is not enough."""
    marche = charger_marche(s, acteur, Action.DEPOSER_AU_MARCHE, ref)
    if marche.acheteur_id != acteur.organisation_id:
        raise Interdit()
    return marche


def _depot(s: Session, marche: Marche, depot_id: int) -> DepotAcheteur:
    depot = s.scalar(select(DepotAcheteur).where(DepotAcheteur.id == depot_id, DepotAcheteur.marche_id == marche.id))
    if depot is None:
        raise Introuvable()
    return depot


def _sans_double(s: Session, marche: Marche, saisie: SaisieDepot) -> None:
    pareils = select(DepotAcheteur.id).where(DepotAcheteur.marche_id == marche.id, DepotAcheteur.genre == saisie.genre)
    if saisie.genre is GenreDepot.AVENANT:
        if s.scalar(pareils.where(DepotAcheteur.numero == saisie.numero).limit(1)) is not None:
            raise RegleViolee(f"L'avenant n° {saisie.numero} est déjà déposé.", champ="numero")
        return
    attend = s.scalar(pareils.where(DepotAcheteur.pris_en_compte_le.is_(None)).limit(1)) is not None
    if attend and saisie.genre is GenreDepot.ATTRIBUTION:
        raise RegleViolee("Une attribution déposée attend déjà : retirez-la pour la corriger.")


def _suiveurs(s: Session, ctx: Contexte, marche: Marche) -> list[int]:
    """Its facilitateur; every facilitateur of the territory when nobody follows it."""
    if marche.facilitateur_id is not None:
        return [marche.facilitateur_id]
    return list(
        s.scalars(
            select(Affectation.utilisateur_id)
            .where(
                Affectation.territoire_id == marche.territoire_id,
                Affectation.role == Role.FACILITATEUR,
                en_vigueur(ctx.aujourdhui()),
            )
            .distinct()
            .order_by(Affectation.utilisateur_id)
        )
    )


def _titre(depot: DepotAcheteur) -> str:
    """In the journal: the kind and the day, no amount and no reason."""
    numero = f" n° {depot.numero}" if depot.numero else ""
    return f"{LIBELLES_DEPOT[depot.genre].lower()}{numero} du {depot.jour:%d/%m/%Y}"
