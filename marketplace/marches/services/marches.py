"""Entering, correcting and removing a marché."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.roles import Acteur
from marketplace.contexte import PARIS, Contexte
from marketplace.db import Base
from marketplace.erreurs import ModifieEntreTemps, RegleViolee
from marketplace.journal.services import journaliser
from marketplace.marches.alertes import reconcilier_marche
from marketplace.marches.models import (
    Arret,
    Avenant,
    Clause,
    Composante,
    CompteurNpnru,
    DocumentProduit,
    EtapeFaite,
    EtatPiste,
    Etude,
    FormeMarche,
    Intervenant,
    InterventionPrevue,
    Marche,
    MarcheDecp,
    RegimeMarche,
)
from marketplace.marches.portee import charger_marche
from marketplace.marches.queries.reservations import verifier_reservation
from marketplace.marches.rules.etats import AVANT_NOTIFICATION, EtatMarche, verifier_dates
from marketplace.marches.rules.formes import verifier_montants
from marketplace.marches.services.clauses import ecrire_premiere_clause
from marketplace.marches.services.formes import ecrire_forme
from marketplace.marches.services.saisie import (
    ETATS_DE_DEPART,
    SaisieClause,
    SaisieMarche,
    lire_acheteur,
    lire_commune_saisie,
    lire_cpv,
    lire_entreprise,
    lire_metier_saisi,
    lire_operation,
    ref_provisoire,
    toucher,
)
from marketplace.valeurs import cle

_LIBELLES = {
    "intitule": "intitulé",
    "objet": "objet",
    "acheteur_id": "acheteur",
    "titulaire_id": "titulaire",
    "operation_id": "opération",
    "numero_lot": "lot",
    "secteur": "secteur",
    "nature": "nature",
    "code_rome": "métier",
    "cpv": "CPV",
    "procedure": "procédure",
    "montant_ht": "montant HT",
    "montant_ttc": "montant TTC",
    "code_insee": "commune",
    "date_notification": "notification",
    "date_debut": "début",
    "date_fin": "fin",
    "gestionnaire": "gestionnaire",
    "facilitateur_id": "facilitateur",
}


def _champs(s: Session, ctx: Contexte, acteur: Acteur, saisie: SaisieMarche) -> dict[str, Any]:
    """Columns of a marché from what was typed. Raises RegleViolee next to the first field that does not fit."""
    intitule = " ".join(saisie.intitule.split())
    if not intitule:
        raise RegleViolee("Donnez un intitulé au marché.", champ="intitule")
    if not saisie.secteur.strip():
        raise RegleViolee("Choisissez un secteur d'activité.", champ="secteur")
    verifier_montants(saisie.montant_ht, saisie.montant_ttc)
    verifier_dates(saisie.date_notification, saisie.date_debut, saisie.date_fin)
    titulaire = lire_entreprise(s, ctx, acteur, saisie.titulaire)
    operation = lire_operation(s, acteur, saisie.operation)
    return {
        "intitule": intitule[:200],
        "cle": cle(f"{intitule} {saisie.numero_lot}"),
        "objet": saisie.objet.strip(),
        "acheteur_id": lire_acheteur(s, acteur, saisie.acheteur).id,
        "titulaire_id": None if titulaire is None else titulaire.id,
        "operation_id": None if operation is None else operation.id,
        "numero_lot": saisie.numero_lot.strip() or None,
        "secteur": saisie.secteur.strip(),
        "nature": saisie.nature,
        "code_rome": lire_metier_saisi(s, saisie.metier),
        "cpv": lire_cpv(s, saisie.cpv),
        "procedure": saisie.procedure.strip(),
        "montant_ht": saisie.montant_ht,
        "montant_ttc": saisie.montant_ttc,
        "code_insee": lire_commune_saisie(s, acteur.territoire_id, saisie.commune),
        "date_notification": saisie.date_notification,
        "date_debut": saisie.date_debut,
        "date_fin": saisie.date_fin,
        "gestionnaire": saisie.gestionnaire.strip(),
        "facilitateur_id": saisie.facilitateur_id,
    }


def creer_marche(
    ctx: Contexte,
    acteur: Acteur,
    saisie: SaisieMarche,
    *,
    etat: EtatMarche = EtatMarche.A_ETUDIER,
    clause: SaisieClause | None = None,
    fictif: bool = False,
) -> str:
    """Enter a marché, with its clause when it has one; its reference.

    Raises Interdit for anyone but a facilitateur of the territory, RegleViolee next to the field that does not fit.
    """
    with ctx.transaction() as s:
        exiger(acteur, Action.GERER_MARCHE, Portee(acteur.territoire_id))
        return inscrire_marche(s, ctx, acteur, saisie, etat=etat, clause=clause, fictif=fictif).ref


def inscrire_marche(
    s: Session,
    ctx: Contexte,
    acteur: Acteur,
    saisie: SaisieMarche,
    *,
    etat: EtatMarche,
    clause: SaisieClause | None = None,
    calcul: dict[str, Any] | None = None,
    fictif: bool = False,
) -> Marche:
    """The same inside the caller's transaction, once its right is checked: one lot among several."""
    champs = _champs(s, ctx, acteur, saisie)
    if etat not in ETATS_DE_DEPART:
        raise RegleViolee("Un marché ne s'enregistre pas dans cet état.", champ="etat")
    if etat in (EtatMarche.NOTIFIE, EtatMarche.EN_COURS) and champs["titulaire_id"] is None:
        raise RegleViolee("Un marché notifié a un titulaire : écrivez son nom.", champ="titulaire")
    maintenant = ctx.horloge()
    marche = Marche(
        ref=ref_provisoire(),
        territoire_id=acteur.territoire_id,
        etat=etat,
        fictif=fictif,
        maj_le=maintenant,
        cree_le=maintenant,
        **champs,
    )
    if marche.facilitateur_id is None and acteur.est_facilitateur:
        marche.facilitateur_id = acteur.utilisateur_id
    s.add(marche)
    s.flush()
    marche.ref = f"M-{marche.id:06d}"
    if saisie.forme is not None:
        ecrire_forme(
            s,
            ctx,
            acteur,
            marche,
            saisie.forme,
            heures_par_millier=saisie.heures_par_millier,
            accord_cadre=saisie.accord_cadre,
        )
    if clause is not None:
        ecrire_premiere_clause(s, ctx, acteur, marche, clause, calcul)
    journaliser(s, maintenant, acteur, "creer_marche", marche, f"a enregistré le marché « {marche.intitule} »")
    return marche


def modifier_marche(ctx: Contexte, acteur: Acteur, ref: str, saisie: SaisieMarche, *, version: int) -> None:
    """Correct what describes a marché; each old value stays in the journal. Hours go through `fixer_clause`.

    Raises ModifieEntreTemps when `version` is no longer the stored one, RegleViolee as `creer_marche`, and when an
    amount or an end of a notified contract would move without an avenant.
    """
    with ctx.transaction() as s:
        marche = charger_marche(s, acteur, Action.GERER_MARCHE, ref)
        if marche.version != version:
            raise ModifieEntreTemps()
        champs = _champs(s, ctx, acteur, saisie)
        if saisie.facilitateur_id is None:
            del champs["facilitateur_id"]
        if marche.etat in (EtatMarche.NOTIFIE, EtatMarche.EN_COURS) and champs["titulaire_id"] is None:
            raise RegleViolee("Un marché notifié a un titulaire : écrivez son nom.", champ="titulaire")
        verifier_reservation(s, marche.id, champs["titulaire_id"])
        avant = {champ: getattr(marche, champ) for champ in champs}
        _verifier_contrat(ctx, marche, champs)
        changes = {c: (avant[c], v) for c, v in champs.items() if avant[c] != v and c != "cle"}
        if not changes:
            return
        for champ, valeur in champs.items():
            setattr(marche, champ, valeur)
        toucher(ctx, marche)
        quoi = ", ".join(_LIBELLES[c] for c in changes)
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "modifier_marche",
            marche,
            f"a corrigé : {quoi}",
            changements={c: [_ecrire(a), _ecrire(b)] for c, (a, b) in changes.items()},
        )
        reconcilier_marche(s, ctx.horloge(), marche.territoire_id, marche.id, ctx.aujourdhui())


PAR_AVENANT = {"montant_ht": "ce montant", "date_fin": "cette date"}
"""What a notified contract fixes. The TTC amount is not: an avenant says the HT one, the other follows it."""


def _verifier_contrat(ctx: Contexte, marche: Marche, champs: dict[str, Any]) -> None:
    """Refuse to move what the contract fixes once it is notified: an avenant does it, dated, with its paper (R12).

    A blank may be filled, and a slip put right on the day the marché was entered.
    """
    if marche.etat in AVANT_NOTIFICATION or marche.cree_le.astimezone(PARIS).date() == ctx.aujourdhui():
        return
    for champ, nom in PAR_AVENANT.items():
        avant = getattr(marche, champ)
        if avant is not None and champs[champ] != avant:
            raise RegleViolee(f"Le contrat est notifié : {nom} change par un avenant.", champ=champ)


def _ecrire(valeur: Any) -> str | None:
    """A value as the journal keeps it."""
    return None if valeur is None else str(valeur)


PROPRES = (
    DocumentProduit,
    RegimeMarche,
    Clause,
    Arret,
    Composante,
    Avenant,
    InterventionPrevue,
    CompteurNpnru,
    Etude,
    EtapeFaite,
    FormeMarche,
)
"""What belongs to a marché alone and goes with it. A transfer does not: both its marchés stay."""

RELEVES = ("photographie",)
"""Tables of higher rooms that only repeat, month after month, what the ledger says: they go with the marché too."""


def retirer_marche(s: Session, marche: Marche) -> None:
    """Take a marché out with what is its own, inside the caller's transaction; a piste waits again.

    The store raises IntegrityError when anything was built on it.
    """
    ordres: list[Any] = [
        update(MarcheDecp).where(MarcheDecp.marche_id == marche.id).values(marche_id=None, piste=EtatPiste.A_QUALIFIER)
    ]
    ordres += [delete(table).where(table.marche_id == marche.id) for table in PROPRES]
    releves = (Base.metadata.tables[nom] for nom in RELEVES)
    ordres += [delete(table).where(table.c.marche_id == marche.id) for table in releves]
    ordres.append(delete(Intervenant).where(Intervenant.marche_id == marche.id, Intervenant.parent_id.isnot(None)))
    ordres.append(delete(Intervenant).where(Intervenant.marche_id == marche.id))
    for ordre in ordres:
        # Nothing of it is read again: looking for it in the session would cost more than removing it.
        s.execute(ordre, execution_options={"synchronize_session": False})
    s.delete(marche)
    s.flush()


def supprimer_marche(ctx: Contexte, acteur: Acteur, ref: str) -> None:
    """Remove a marché entered by mistake, with its clause versions, stops and intervenants; a piste waits again.

    Raises RegleViolee when anything was built on it (hours, declarations, contracts, offres): those never vanish.
    The store itself refuses, by its foreign keys, whatever room the row belongs to.
    """
    try:
        with ctx.transaction() as s:
            marche = charger_marche(s, acteur, Action.GERER_MARCHE, ref)
            journaliser(
                s,
                ctx.horloge(),
                acteur,
                "supprimer_marche",
                marche,
                f"a supprimé le marché « {marche.intitule} »",
            )
            retirer_marche(s, marche)
    except IntegrityError:
        raise RegleViolee(
            "Ce marché porte des heures, des contrats, des offres, un dépôt de l'acheteur ou un transfert : "
            "il ne peut pas être supprimé. "
            "Vous pouvez le clore."
        ) from None
