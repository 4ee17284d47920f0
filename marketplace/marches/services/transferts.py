"""A contract that passes to another firm: what remains becomes the target of a new marché, hours done stay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import ModifieEntreTemps, RegleViolee
from marketplace.journal.services import journaliser
from marketplace.marches.alertes import reconcilier_marche
from marketplace.marches.models import Clause, Composante, FormeMarche, InterventionPrevue, Marche, Transfert
from marketplace.marches.portee import charger_marche
from marketplace.marches.queries.objectifs import objectifs
from marketplace.marches.rules.avenants import objectif_transfere
from marketplace.marches.rules.etats import LIBELLES, TRANSITIONS, EtatMarche
from marketplace.marches.rules.formes import ACCORDS_CADRES, LIBELLES_CAUSE, CauseTransfert, GenreComposante
from marketplace.marches.services.etats import dater_le_suivi
from marketplace.marches.services.saisie import lire_entreprise, ref_provisoire, toucher

NUMERO_RESTE = "Transfert"
REPRIS = (
    "territoire_id",
    "operation_id",
    "numero_lot",
    "intitule",
    "cle",
    "objet",
    "acheteur_id",
    "gestionnaire",
    "secteur",
    "code_rome",
    "cpv",
    "nature",
    "procedure",
    "code_insee",
)
"""What describes the contract and follows it; amounts stay with what was done, dates are those of the transfer."""


@dataclass(frozen=True, slots=True)
class SaisieTransfert:
    """To whom a contract passes, on which day, and why."""

    titulaire: str
    jour: date
    cause: CauseTransfert
    document: str = ""


def transferer_marche(
    ctx: Contexte,
    acteur: Acteur,
    ref: str,
    saisie: SaisieTransfert,
    *,
    validees: Decimal,
    version: int | None = None,
) -> str:
    """Pass a marché to another titulaire; the reference of the marché that goes on.

    `validees`: hours validated so far on the marché, which stay on it. The rest of the target is the clause of the
    new one, with the parts not decided yet and the interventions still to come. Raises RegleViolee when the state
    does not allow it, without another titulaire, or for a day out of order.
    """
    with ctx.transaction() as s:
        marche = charger_marche(s, acteur, Action.GERER_MARCHE, ref)
        if version is not None and marche.version != version:
            raise ModifieEntreTemps()
        _verifier(ctx, marche, saisie)
        titulaire = lire_entreprise(s, ctx, acteur, saisie.titulaire)
        if titulaire is None:
            raise RegleViolee("Écrivez le nom du nouveau titulaire.", champ="titulaire")
        if titulaire.id == marche.titulaire_id:
            raise RegleViolee("C'est déjà le titulaire de ce marché.", champ="titulaire")
        objectif = objectifs(s, [marche.id], ctx.aujourdhui()).get(marche.id)
        reste = Decimal(0) if objectif is None else objectif_transfere(objectif, validees)
        suivant = _copier(s, ctx, marche, titulaire.id, saisie)
        _transmettre(s, ctx, acteur, marche, suivant, saisie, reste, suivi=objectif is not None)
        s.add(
            Transfert(
                marche_id=marche.id,
                vers_id=suivant.id,
                jour=saisie.jour,
                cause=saisie.cause,
                document=saisie.document.strip()[:200],
                heures=reste,
                auteur_id=acteur.utilisateur_id,
                cree_le=ctx.horloge(),
            )
        )
        de, marche.etat = marche.etat, EtatMarche.TRANSFERE
        dater_le_suivi(marche, EtatMarche.TRANSFERE, saisie.jour)
        dater_le_suivi(suivant, EtatMarche.NOTIFIE, saisie.jour)
        toucher(ctx, marche)
        restent = format(reste.normalize(), "f").replace(".", ",")
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "transferer_marche",
            marche,
            f"a transféré le marché à {titulaire.nom} ({LIBELLES_CAUSE[saisie.cause]}) : {restent} h passent à "
            f"{suivant.ref}, les heures faites restent ici",
            de=de,
            vers=suivant.ref,
        )
        resume = f"a ouvert ce marché par transfert de {marche.ref} : {restent} h restaient à faire"
        journaliser(s, ctx.horloge(), acteur, "creer_marche", suivant, resume)
        for m in (marche, suivant):
            reconcilier_marche(s, ctx.horloge(), m.territoire_id, m.id, ctx.aujourdhui())
        return suivant.ref


def _verifier(ctx: Contexte, marche: Marche, saisie: SaisieTransfert) -> None:
    if EtatMarche.TRANSFERE not in TRANSITIONS[marche.etat]:
        raise RegleViolee(f"Un marché « {LIBELLES[marche.etat]} » ne se transfère pas.")
    if saisie.jour > ctx.aujourdhui():
        raise RegleViolee("Notez le transfert le jour où il a lieu.", champ="jour")
    if marche.date_notification is not None and saisie.jour < marche.date_notification:
        raise RegleViolee("Le transfert précède la notification : vérifiez la date.", champ="jour")


def _copier(s: Session, ctx: Contexte, marche: Marche, titulaire_id: int, saisie: SaisieTransfert) -> Marche:
    """The marché that goes on: the same contract, another titulaire, from that day."""
    reprises = (*REPRIS, "facilitateur_id", "date_fin", "fictif")
    suivant = Marche(
        ref=ref_provisoire(),
        titulaire_id=titulaire_id,
        etat=EtatMarche.NOTIFIE,
        date_notification=saisie.jour,
        date_debut=saisie.jour,
        maj_le=ctx.horloge(),
        cree_le=ctx.horloge(),
        **{champ: getattr(marche, champ) for champ in reprises},
    )
    if suivant.date_fin is not None and suivant.date_fin < saisie.jour:
        suivant.date_fin = None
    s.add(suivant)
    s.flush()
    suivant.ref = f"M-{suivant.id:06d}"
    return suivant


def _transmettre(
    s: Session,
    ctx: Contexte,
    acteur: Acteur,
    marche: Marche,
    suivant: Marche,
    saisie: SaisieTransfert,
    reste: Decimal,
    *,
    suivi: bool,
) -> None:
    """What follows the contract: its form, the rest of its target, the parts not decided, the interventions to come."""
    contrat = s.get(FormeMarche, marche.id)
    if contrat is not None:
        s.add(
            FormeMarche(
                marche_id=suivant.id,
                forme=contrat.forme,
                accord_cadre_id=contrat.accord_cadre_id,
                heures_par_millier=contrat.heures_par_millier,
            )
        )
    cadre = contrat is not None and contrat.forme in ACCORDS_CADRES
    clause = s.scalar(select(Clause).where(Clause.marche_id == marche.id, Clause.remplacee_le.is_(None)))
    motif = f"Reste transféré de {marche.ref} le {saisie.jour:%d/%m/%Y}"
    if suivi and clause is not None:
        s.add(
            Clause(
                marche_id=suivant.id,
                numero=1,
                heures_prevues=reste,
                lien_objet=clause.lien_objet,
                publics=list(clause.publics),
                calcul={},
                a_partir_du=saisie.jour,
                motif=motif,
                auteur_id=acteur.utilisateur_id,
                cree_le=ctx.horloge(),
            )
        )
    if reste:
        s.add(_mouvement(ctx, acteur, marche.id, -reste, saisie, f"Passe à {suivant.ref}"))
        if cadre:
            s.add(_mouvement(ctx, acteur, suivant.id, reste, saisie, motif))
    s.execute(
        update(Composante)
        .where(Composante.marche_id == marche.id, Composante.compte_le.is_(None))
        .values(marche_id=suivant.id)
    )
    s.execute(
        update(InterventionPrevue)
        .where(InterventionPrevue.marche_id == marche.id, InterventionPrevue.debut >= saisie.jour)
        .values(marche_id=suivant.id)
    )


def _mouvement(
    ctx: Contexte, acteur: Acteur, marche_id: int, heures: Decimal, saisie: SaisieTransfert, libelle: str
) -> Composante:
    """Hours that leave a marché, or reach an accord-cadre, by a transfer."""
    return Composante(
        marche_id=marche_id,
        genre=GenreComposante.TRANSFERT,
        numero=f"{NUMERO_RESTE} {'sortant' if heures < 0 else 'entrant'}",
        libelle=libelle[:200],
        heures=heures,
        compte_le=saisie.jour,
        auteur_id=acteur.utilisateur_id,
        cree_le=ctx.horloge(),
    )
