"""Acts on organisations: enter them, correct them, verify them before they see anybody (R10, R111)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, autorise, exiger
from marketplace.comptes.effectifs import EFFECTIFS
from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.comptes.roles import Acteur
from marketplace.comptes.services.membres import organisation_du_territoire
from marketplace.contexte import Contexte
from marketplace.erreurs import Interdit, RegleViolee
from marketplace.journal.services import journaliser
from marketplace.territoire.models import Commune
from marketplace.valeurs import cle, lire_siret

# Those who see people's situations are opened by an administrator alone.
RESERVEES_A_L_ADMINISTRATEUR = frozenset({TypeOrganisation.OPCS, TypeOrganisation.PRESCRIPTEUR})


def _exiger_gestion(acteur: Acteur, type_: TypeOrganisation) -> None:
    """An administrator enters and verifies any organisation; a facilitateur those she works with."""
    portee = Portee(acteur.territoire_id)
    if autorise(acteur, Action.ADMINISTRER, portee):
        return
    exiger(acteur, Action.GERER_MARCHE, portee)
    if type_ in RESERVEES_A_L_ADMINISTRATEUR:
        raise Interdit()


def ajouter_organisation(
    s: Session,
    ctx: Contexte,
    acteur: Acteur,
    *,
    type_: TypeOrganisation,
    nom: str,
    siret: str = "",
    code_insee: str | None = None,
    adresse: str = "",
    telephone: str = "",
    courriel: str = "",
    site: str = "",
    activites: str = "",
    source: str = "",
    source_le: date | None = None,
    fictive: bool = False,
) -> Organisation:
    """Enter an organisation of the actor's territory inside the caller's transaction; unverified.

    Raises Interdit; RegleViolee: no name, SIRET unreadable or already entered in this territory, unknown commune.
    """
    _exiger_gestion(acteur, type_)
    if not nom.strip():
        raise RegleViolee("Donnez le nom de l'organisation.", champ="nom")
    numero = lire_siret(siret, champ="siret") if siret.strip() else None
    if numero is not None:
        deja = s.scalar(
            select(Organisation).where(
                Organisation.siret == numero,
                Organisation.territoire_id == acteur.territoire_id,
                Organisation.type == type_,
            )
        )
        if deja is not None:
            raise RegleViolee(f"Ce SIRET est déjà celui de {deja.nom} ({deja.ref}).", champ="siret")
    commune = None
    if code_insee:
        commune = s.get(Commune, code_insee)
        if commune is None:
            raise RegleViolee("Commune inconnue : choisissez-la dans la liste.", champ="commune")
    organisation = Organisation(
        ref="",
        territoire_id=acteur.territoire_id,
        type=type_,
        nom=nom.strip(),
        cle=cle(nom)[:200],
        siret=numero,
        code_insee=code_insee or None,
        lat=commune.lat if commune else None,
        lon=commune.lon if commune else None,
        adresse=adresse.strip(),
        telephone=telephone.strip(),
        courriel=courriel.strip(),
        site=site.strip(),
        activites=activites.strip(),
        source=source,
        source_le=source_le,
        fictive=fictive,
        cree_le=ctx.horloge(),
    )
    organisation.ref = f"ORG-attente-{id(organisation):x}"
    s.add(organisation)
    s.flush()
    organisation.ref = f"ORG-{organisation.id:06d}"
    journaliser(
        s, ctx.horloge(), acteur, "creer_organisation", organisation, f"{acteur.nom} inscrit {organisation.nom}"
    )
    return organisation


def creer_organisation(ctx: Contexte, acteur: Acteur, **fiche: Any) -> str:
    """Enter an organisation; its ref. Takes what `ajouter_organisation` takes, and raises as it does."""
    with ctx.transaction() as s:
        return ajouter_organisation(s, ctx, acteur, **fiche).ref


def modifier_organisation(
    ctx: Contexte,
    acteur: Acteur,
    ref: str,
    *,
    nom: str,
    adresse: str,
    telephone: str,
    courriel: str,
    site: str,
    activites: str,
) -> None:
    """Correct what the directory says. Raises Interdit, Introuvable, RegleViolee."""
    with ctx.transaction() as s:
        organisation = organisation_du_territoire(s, acteur.territoire_id, ref)
        _exiger_gestion(acteur, organisation.type)
        if not nom.strip():
            raise RegleViolee("Donnez le nom de l'organisation.", champ="nom")
        organisation.nom, organisation.cle = nom.strip(), cle(nom)[:200]
        organisation.adresse, organisation.telephone = adresse.strip(), telephone.strip()
        organisation.courriel, organisation.site = courriel.strip(), site.strip()
        organisation.activites = activites.strip()
        journaliser(
            s, ctx.horloge(), acteur, "modifier_organisation", organisation, f"{acteur.nom} corrige {organisation.nom}"
        )


def tenir_annuaire(
    ctx: Contexte,
    acteur: Acteur,
    ref: str,
    *,
    activites: str,
    adresse: str,
    telephone: str,
    courriel: str,
    site: str,
    capacite: int | None,
    effectif: str | None = None,
) -> None:
    """Correct what the directory says of an organisation and date it of today: somebody has just asked (N35).

    A verified organisation is verified again; the others stay closed to people (R111), their source becomes the
    team. Raises Interdit, Introuvable; RegleViolee when the capacity is not between 0 and 10 000.
    """
    with ctx.transaction() as s:
        organisation = organisation_du_territoire(s, acteur.territoire_id, ref)
        _exiger_gestion(acteur, organisation.type)
        if capacite is not None and not 0 <= capacite <= 10_000:
            raise RegleViolee("La capacité va de 0 à 10 000 places.", champ="capacite")
        if effectif and effectif not in EFFECTIFS:
            raise RegleViolee("Choisissez une taille de la liste.", champ="effectif")
        organisation.activites, organisation.adresse = activites.strip(), adresse.strip()
        organisation.telephone, organisation.courriel = telephone.strip(), courriel.strip()
        organisation.site, organisation.capacite = site.strip(), capacite
        if effectif is not None:
            organisation.effectif = effectif or None
        if organisation.verifiee_le is not None:
            organisation.verifiee_le, organisation.verifiee_par_id = ctx.horloge(), acteur.utilisateur_id
        else:
            organisation.source, organisation.source_le = "équipe des facilitateurs", ctx.aujourdhui()
        resume = f"{acteur.nom} tient à jour la fiche d'annuaire de {organisation.nom}"
        journaliser(s, ctx.horloge(), acteur, "tenir_annuaire", organisation, resume)


def verifier_organisation(ctx: Contexte, acteur: Acteur, ref: str, *, verifiee: bool = True) -> None:
    """Say that an organisation was checked (identity, and the agreement of R111), or take it back.

    Until then its members see no person. Raises Interdit, Introuvable; RegleViolee for one's own organisation.
    """
    with ctx.transaction() as s:
        organisation = organisation_du_territoire(s, acteur.territoire_id, ref)
        _exiger_gestion(acteur, organisation.type)
        if not verifiee and organisation.id == acteur.organisation_id:
            raise RegleViolee("Vous ne pouvez pas fermer votre propre organisation.")
        if verifiee is (organisation.verifiee_le is not None):
            return
        organisation.verifiee_le = ctx.horloge() if verifiee else None
        organisation.verifiee_par_id = acteur.utilisateur_id if verifiee else None
        verbe = "vérifie" if verifiee else "suspend"
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "verifier_organisation",
            organisation,
            f"{acteur.nom} {verbe} {organisation.nom}",
        )
