"""Opening the path of a person to another facilitateur, until a day, and reading one that was opened (N3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.models import Affectation, Organisation, Utilisateur
from marketplace.comptes.roles import Acteur, Role
from marketplace.comptes.services.connexion import normaliser_courriel
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.heures.models import PartageParcours
from marketplace.heures.queries.parcours import (
    PartageVu,
    partages_de_la_personne,
    partages_donnes,
    partages_recus,
)
from marketplace.heures.queries.personne import ContratDePersonne, contrats_de_la_personne
from marketplace.heures.rules.parcours import FINALITES, controler_partage
from marketplace.journal.messages import avertir
from marketplace.journal.services import journaliser, noter_lectures
from marketplace.personnes.models import Personne
from marketplace.personnes.portee import personne_du_perimetre
from marketplace.personnes.queries.fiches import FichePersonne, fiche
from marketplace.personnes.services.information import CANAUX

FINALITE_LECTURE = "Parcours partagé par un autre facilitateur"


@dataclass(frozen=True, slots=True)
class ParcoursPartage:
    """What the grantee reads: the path, whether the person counts, never why."""

    partage: PartageVu
    fiche: FichePersonne
    contrats: tuple[ContratDePersonne, ...]


@dataclass(frozen=True, slots=True)
class PartagesVus:
    """Paths others opened to me, and those of my territory that others may read."""

    recus: tuple[PartageVu, ...]
    donnes: tuple[PartageVu, ...]


def partager_parcours(
    ctx: Contexte,
    acteur: Acteur,
    ref: str,
    *,
    courriel: str,
    finalite: str,
    accord_le: date | None,
    accord_canal: str,
    jusqu_au: date | None,
) -> None:
    """Let one facilitateur of another territory read a path, with the person's agreement, until a day.

    Opening it again to the same one moves the end. Raises Introuvable, RegleViolee with its field.
    """
    jour = ctx.aujourdhui()
    accord, fin = controler_partage(finalite, accord_le, jusqu_au, jour)
    if accord_canal not in {c.value for c in CANAUX}:
        raise RegleViolee("Dites comment la personne a donné son accord.", champ="accord_canal")
    with ctx.transaction() as s:
        personne = personne_du_perimetre(s, acteur, Action.VALIDER_PERSONNE, ref, jour)
        if personne.retiree_le is not None:
            raise RegleViolee("Cette personne s'est retirée : son parcours ne se partage pas.")
        if personne.information_le is None:
            raise RegleViolee("Informez d'abord la personne de ses droits, puis partagez son parcours.")
        beneficiaire, affectation = _beneficiaire(s, acteur, courriel, jour)
        for ancien in s.scalars(
            select(PartageParcours).where(
                PartageParcours.personne_id == personne.id,
                PartageParcours.beneficiaire_id == beneficiaire.id,
                PartageParcours.arrete_le.is_(None),
            )
        ):
            ancien.arrete_le = ctx.horloge()
        partage = PartageParcours(
            territoire_id=acteur.territoire_id,
            personne_id=personne.id,
            auteur_id=acteur.utilisateur_id,
            beneficiaire_id=beneficiaire.id,
            beneficiaire_territoire_id=affectation.territoire_id,
            finalite=finalite,
            accord_le=accord,
            accord_canal=accord_canal,
            depuis=jour,
            jusqu_au=fin,
            cree_le=ctx.horloge(),
        )
        s.add(partage)
        organisation = s.get_one(Organisation, affectation.organisation_id).nom
        resume = (
            f"Parcours partagé avec {beneficiaire.prenom} {beneficiaire.nom}, {organisation}, "
            f"jusqu'au {fin:%d/%m/%Y} : {FINALITES[finalite].lower()}"
        )
        journaliser(s, ctx.horloge(), acteur, "partager_parcours", personne, resume)
        avertir(
            s,
            ctx,
            utilisateur_id=beneficiaire.id,
            courriel=beneficiaire.courriel,
            cle=f"parcours-partage-{partage.id}",
            texte=f"{acteur.nom} vous ouvre un parcours, jusqu'au {fin:%d/%m/%Y}.",
            lien=f"/facilitateur/parcours/{partage.id}",
        )


def _beneficiaire(s: Session, acteur: Acteur, courriel: str, jour: date) -> tuple[Utilisateur, Affectation]:
    """The facilitateur of that address, in a verified organisation of another territory."""
    ligne = s.execute(
        select(Utilisateur, Affectation)
        .join(Affectation, Affectation.utilisateur_id == Utilisateur.id)
        .join(Organisation, Organisation.id == Affectation.organisation_id)
        .where(
            Utilisateur.courriel == normaliser_courriel(courriel),
            Utilisateur.desactive_le.is_(None),
            Affectation.role == Role.FACILITATEUR,
            Affectation.depuis <= jour,
            or_(Affectation.jusqu_au.is_(None), Affectation.jusqu_au >= jour),
            Organisation.verifiee_le.is_not(None),
        )
        .order_by(Affectation.territoire_id == acteur.territoire_id, Affectation.id)
    ).first()
    if ligne is None:
        raise RegleViolee("Aucun facilitateur n'a cette adresse ici : vérifiez-la avec lui.", champ="courriel")
    utilisateur, affectation = ligne
    if affectation.territoire_id == acteur.territoire_id:
        raise RegleViolee("Ce facilitateur est de votre territoire : il voit déjà ce parcours.", champ="courriel")
    return utilisateur, affectation


def arreter_partage(ctx: Contexte, acteur: Acteur, numero: int) -> str:
    """Close a share at once; a second time does nothing. Returns the reference of the person. Raises Introuvable."""
    jour = ctx.aujourdhui()
    with ctx.transaction() as s:
        ligne = s.execute(
            select(PartageParcours, Personne.ref)
            .join(Personne, Personne.id == PartageParcours.personne_id)
            .where(PartageParcours.id == numero, PartageParcours.territoire_id == acteur.territoire_id)
        ).first()
        if ligne is None:
            raise Introuvable()
        partage, ref = ligne
        personne = personne_du_perimetre(s, acteur, Action.VALIDER_PERSONNE, ref, jour)
        if partage.arrete_le is None:
            partage.arrete_le = ctx.horloge()
            journaliser(s, ctx.horloge(), acteur, "arreter_partage", personne, "Partage du parcours arrêté")
    return str(ref)


def lire_partages(ctx: Contexte, acteur: Acteur) -> PartagesVus:
    """Both lists of a facilitateur; each name shown is noted as read."""
    exiger(acteur, Action.VALIDER_PERSONNE, Portee(acteur.territoire_id))
    jour = ctx.aujourdhui()
    with ctx.transaction() as s:
        vus = PartagesVus(
            partages_recus(s, acteur.utilisateur_id, acteur.territoire_id, jour),
            partages_donnes(s, acteur.territoire_id, jour),
        )
        lues = [x.personne_id for x in (*vus.recus, *vus.donnes)]
        noter_lectures(s, ctx.horloge(), acteur, lues, "Parcours partagés")
    return vus


def lire_partages_de(ctx: Contexte, acteur: Acteur, ref: str) -> tuple[str, tuple[PartageVu, ...]]:
    """(name, shares) of one person of the territory; noted as read. Raises Introuvable."""
    jour = ctx.aujourdhui()
    with ctx.transaction() as s:
        personne = personne_du_perimetre(s, acteur, Action.VALIDER_PERSONNE, ref, jour)
        noter_lectures(s, ctx.horloge(), acteur, [personne.id], "Parcours partagés")
        return f"{personne.prenom} {personne.nom}", partages_de_la_personne(s, personne.id, jour)


def lire_parcours_partage(ctx: Contexte, acteur: Acteur, numero: int) -> ParcoursPartage:
    """A path somebody else opened to this very facilitateur, read and noted. Raises Introuvable once it is closed.

    Statuses stay closed: yes or no, and the window of a validation.
    """
    exiger(acteur, Action.VALIDER_PERSONNE, Portee(acteur.territoire_id))
    jour = ctx.aujourdhui()
    with ctx.transaction() as s:
        recus = partages_recus(s, acteur.utilisateur_id, acteur.territoire_id, jour)
        partage = next((x for x in recus if x.id == numero), None)
        if partage is None:
            raise Introuvable()
        personne = s.get_one(Personne, partage.personne_id)
        noter_lectures(s, ctx.horloge(), acteur, [personne.id], FINALITE_LECTURE)
        return ParcoursPartage(
            partage,
            fiche(s, personne, jour, statuts_ouverts=False),
            contrats_de_la_personne(s, personne.id, jour),
        )
