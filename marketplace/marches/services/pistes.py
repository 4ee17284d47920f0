"""Published marchés with a social clause: the facilitateur takes them into the ledger, or sets them aside (R103)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.comptes.roles import Acteur
from marketplace.comptes.services.organisations import ajouter_organisation
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.journal.services import journaliser
from marketplace.marches.models import EtatPiste, Marche, MarcheDecp
from marketplace.marches.rules.etats import EtatMarche
from marketplace.marches.rules.regime import NatureMarche
from marketplace.marches.secteurs import secteur_du_cpv
from marketplace.marches.services.saisie import ref_provisoire
from marketplace.territoire.models import Commune
from marketplace.valeurs import ajouter_mois, cle, siret_valide


def _charger(s: Session, acteur: Acteur, piste_id: int) -> MarcheDecp:
    """A piste still to qualify, in the actor's territory."""
    exiger(acteur, Action.GERER_MARCHE, Portee(acteur.territoire_id))
    piste = s.scalar(
        select(MarcheDecp).where(MarcheDecp.id == piste_id, MarcheDecp.territoire_id == acteur.territoire_id)
    )
    if piste is None or piste.piste is EtatPiste.AUCUNE:
        raise Introuvable()
    if piste.piste is not EtatPiste.A_QUALIFIER:
        raise RegleViolee("Cette piste est déjà traitée.")
    return piste


def _nature(piste: MarcheDecp) -> NatureMarche:
    if piste.nature.lower().startswith("concession"):
        return NatureMarche.CONCESSION
    division = (piste.cpv or "")[:2]
    if division == "45":
        return NatureMarche.TRAVAUX
    return NatureMarche.FOURNITURES if division and int(division) < 50 else NatureMarche.SERVICES


def _titulaire(s: Session, ctx: Contexte, acteur: Acteur, piste: MarcheDecp) -> Organisation | None:
    """The first holder: the firm of that SIRET, else a new one, named by its SIRET until somebody names it."""
    publie = next((t for t in piste.titulaires if t.get("id") or t.get("nom")), None)
    if publie is None:
        return None
    siret = publie["id"] if siret_valide(publie["id"]) else ""
    requete = select(Organisation).where(
        Organisation.territoire_id == acteur.territoire_id,
        Organisation.type.not_in((TypeOrganisation.ACHETEUR, TypeOrganisation.PRESCRIPTEUR, TypeOrganisation.OPCS)),
    )
    requete = requete.where(
        Organisation.siret == siret if siret else Organisation.cle == cle(publie["nom"] or publie["id"])
    )
    connue = s.scalars(requete.order_by(Organisation.id)).first()
    if connue is not None:
        return connue
    return ajouter_organisation(
        s,
        ctx,
        acteur,
        type_=TypeOrganisation.ENTREPRISE,
        nom=publie["nom"] or f"Entreprise {publie['id']}",
        siret=siret,
        source="données essentielles de la commande publique",
        source_le=ctx.aujourdhui(),
    )


def prendre_piste(ctx: Contexte, acteur: Acteur, piste_id: int) -> str:
    """Enter a published marché in the ledger, without hours: those come from the contract. Its reference.

    Raises RegleViolee when it was already dealt with, or when its buyer left the directory.
    """
    with ctx.transaction() as s:
        piste = _charger(s, acteur, piste_id)
        acheteur = s.scalars(
            select(Organisation)
            .where(
                Organisation.territoire_id == acteur.territoire_id,
                Organisation.type == TypeOrganisation.ACHETEUR,
                Organisation.siret.startswith(piste.acheteur_siret[:9]),
            )
            .order_by(Organisation.siret != piste.acheteur_siret, Organisation.id)
        ).first()
        if acheteur is None:
            raise RegleViolee("L'acheteur de cette piste n'est plus dans l'annuaire : ajoutez-le d'abord.")
        titulaire = _titulaire(s, ctx, acteur, piste)
        fin = None
        if piste.duree_mois:
            fin = ajouter_mois(piste.notifie_le, piste.duree_mois) - timedelta(days=1)
        commune = s.get(Commune, piste.lieu) if len(piste.lieu) == 5 else None
        maintenant = ctx.horloge()
        marche = Marche(
            ref=ref_provisoire(),
            territoire_id=acteur.territoire_id,
            intitule=piste.objet[:200],
            cle=cle(piste.objet)[:500],
            objet=piste.objet,
            acheteur_id=acheteur.id,
            titulaire_id=None if titulaire is None else titulaire.id,
            facilitateur_id=acteur.utilisateur_id,
            secteur=secteur_du_cpv(piste.cpv),
            cpv=piste.cpv,
            nature=_nature(piste),
            montant_ht=piste.montant,
            code_insee=None if commune is None else commune.code_insee,
            etat=EtatMarche.EN_CONSULTATION if titulaire is None else EtatMarche.NOTIFIE,
            date_notification=piste.notifie_le,
            date_debut=piste.notifie_le,
            date_fin=fin,
            maj_le=maintenant,
            cree_le=maintenant,
        )
        s.add(marche)
        s.flush()
        marche.ref = f"M-{marche.id:06d}"
        piste.piste, piste.marche_id = EtatPiste.PRISE, marche.id
        resume = f"a pris le marché publié {piste.identifiant} de {acheteur.nom}"
        journaliser(s, maintenant, acteur, "prendre_piste", marche, resume)
        return marche.ref


def ecarter_piste(ctx: Contexte, acteur: Acteur, piste_id: int, motif: str) -> None:
    """Set a published marché aside, with the reason. Raises RegleViolee without one, or when already dealt with."""
    with ctx.transaction() as s:
        piste = _charger(s, acteur, piste_id)
        if not motif.strip():
            raise RegleViolee("Dites pourquoi, en une ligne.", champ="motif")
        piste.piste, piste.motif = EtatPiste.ECARTEE, motif.strip()
        resume = f"a écarté le marché publié {piste.identifiant} : {piste.motif}"
        journaliser(s, ctx.horloge(), acteur, "ecarter_piste", piste, resume)
