"""Proposing people to employers, one or several at once, and taking a proposition back."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import ModifieEntreTemps, RegleViolee
from marketplace.journal.services import journaliser, noter_lectures
from marketplace.offres.models import EtatOffre, Offre
from marketplace.offres.queries import charger_offre
from marketplace.personnes.models import Personne
from marketplace.personnes.portee import personne_du_perimetre
from marketplace.personnes.queries.classement import ids_eligibles, profils_de_classement
from marketplace.personnes.rules.information import Canal
from marketplace.propositions import avis, choix, rules
from marketplace.propositions.decisions.memoire import retenir
from marketplace.propositions.decisions.models import OrigineDecision
from marketplace.propositions.liens import inviter_a_repondre
from marketplace.propositions.models import (
    EtatProposition,
    EtatSouhait,
    Proposition,
    SouhaitRencontre,
    TransitionProposition,
)
from marketplace.propositions.rules import Partie, Transition
from marketplace.propositions.services.commun import consigner, est_nationale, passer, trouver
from marketplace.propositions.services.rangs import DEPUIS_OFFRE, Place, Places
from marketplace.propositions.signalements.croisements import exiger_premiere_candidature
from marketplace.territoire.reglages import reglages_au

CANAUX_ACCORD = (Canal.ENTRETIEN, Canal.TELEPHONE, Canal.COURRIEL, Canal.COURRIER)
LIGNES_MAX = 30
"""Propositions made in one go: a day's work, and a page that can still be read again."""


@dataclass(frozen=True, slots=True)
class LigneAProposer:
    """One person for one offre, with her agreement for it (today unless dated). `depuis`: the list she comes from."""

    offre_ref: str
    personne_ref: str
    accord_canal: str
    accord_le: date | None = None
    creneau: datetime | None = None
    lieu: str = ""
    mot: str = ""
    motif_choix: str | None = None
    depuis: str = DEPUIS_OFFRE


class LignesRefusees(RegleViolee):
    """Some lines cannot be proposed: nothing was written. `erreurs` holds one refusal by line number."""

    def __init__(self, erreurs: Mapping[int, RegleViolee]) -> None:
        nombre = len(erreurs)
        super().__init__(
            "Rien n'est encore envoyé : une ligne est à corriger."
            if nombre == 1
            else f"Rien n'est encore envoyé : {nombre} lignes sont à corriger."
        )
        self.erreurs = dict(erreurs)


def proposer(
    ctx: Contexte,
    acteur: Acteur,
    offre_ref: str,
    personne_ref: str,
    *,
    accord_canal: str,
    accord_le: date | None = None,
    creneau: datetime | None = None,
    lieu: str = "",
    mot: str = "",
    motif_choix: str | None = None,
    depuis: str = DEPUIS_OFFRE,
) -> str:
    """Name a person to the employer of an offre, with her agreement for it. Returns the proposition's reference.

    Needs an open offre, and a person informed, eligible, of the caller's perimeter (R109, R118); a coded reason when
    the list did not put her among the first (R120). A second click gives back the same proposition. Raises
    RegleViolee next to the field otherwise.
    """
    ligne = LigneAProposer(
        offre_ref, personne_ref, accord_canal, accord_le, creneau, lieu, mot, motif_choix or None, depuis
    )
    try:
        return proposer_plusieurs(ctx, acteur, [ligne])[0]
    except LignesRefusees as refus:
        raise refus.erreurs[0] from None


def proposer_plusieurs(ctx: Contexte, acteur: Acteur, lignes: Sequence[LigneAProposer]) -> list[str]:
    """Propose every line in one transaction, all or none; the references, in the order of the lines.

    Raises LignesRefusees, with the refusal of each line that does not hold; Introuvable outside the perimeter.
    """

    def couple(s: Session, ligne: LigneAProposer) -> tuple[Offre, Personne]:
        personne = personne_du_perimetre(s, acteur, Action.PROPOSER, ligne.personne_ref, ctx.aujourdhui())
        return charger_offre(s, acteur.territoire_id, ligne.offre_ref), personne

    return tout_ou_rien(ctx, acteur, lignes, couple)


def tout_ou_rien(
    ctx: Contexte,
    acteur: Acteur,
    lignes: Sequence[LigneAProposer],
    couple: Callable[[Session, LigneAProposer], tuple[Offre, Personne]],
    *,
    presentee_par_id: int | None = None,
) -> list[str]:
    """One transaction for every line; `couple` finds offre and person inside the caller's perimeter.

    Raises as `proposer_plusieurs`.
    """
    if not lignes:
        raise RegleViolee("Cochez au moins une ligne.")
    if len(lignes) > LIGNES_MAX:
        raise RegleViolee(f"Au plus {LIGNES_MAX} propositions à la fois : envoyez-les en deux fois.")

    def ecrire() -> list[str]:
        refs: list[str] = []
        erreurs: dict[int, RegleViolee] = {}
        with ctx.transaction() as s:
            places = Places(ctx, s, acteur, ctx.aujourdhui())
            for numero, ligne in enumerate(lignes):
                offre, personne = couple(s, ligne)
                try:
                    refs.append(
                        inscrire_proposition(
                            ctx, s, acteur, offre, personne, ligne, places, presentee_par_id=presentee_par_id
                        )
                    )
                except RegleViolee as refus:
                    erreurs[numero] = refus
            if erreurs:
                raise LignesRefusees(erreurs)
        return refs

    try:
        return ecrire()
    except IntegrityError:
        # two clicks at the same instant: the other one won, what it wrote is found the second time
        try:
            return ecrire()
        except IntegrityError:
            raise ModifieEntreTemps() from None


def inscrire_proposition(
    ctx: Contexte,
    s: Session,
    acteur: Acteur,
    offre: Offre,
    personne: Personne,
    ligne: LigneAProposer,
    places: Places,
    *,
    presentee_par_id: int | None = None,
) -> str:
    """Write one proposition inside the caller's transaction, which checked the perimeter; its reference."""
    jour = ctx.aujourdhui()
    existante = s.scalar(
        select(Proposition).where(Proposition.offre_id == offre.id, Proposition.personne_id == personne.id)
    )
    if existante is not None and existante.etat in rules.OUVERTS | {rules.EtatProposition.EMBAUCHEE}:
        return existante.ref
    accord_le = ligne.accord_le or jour
    _exiger_proposable(ctx, s, offre, personne, ligne, accord_le)
    place = places.place(offre, personne, ligne.depuis)
    souhait = _souhait_ouvert(s, offre, personne)
    motif_choix = choix.exiger_motif_choix(
        ligne.motif_choix or ("demande_employeur" if souhait else None), suggeree=place.suggeree
    )
    score, raisons = _raisons_gardees(place)
    valeurs: dict[str, Any] = {
        "auteur_id": acteur.utilisateur_id,
        "accord_le": accord_le,
        "accord_canal": str(ligne.accord_canal),
        "creneau": ligne.creneau,
        "lieu": ligne.lieu.strip()[:200],
        "mot": ligne.mot.strip()[:2000],
        "motif": None,
        "score": score,
        "raisons": raisons,
        "rang": place.rang,
        "motif_choix": motif_choix,
        "presentee_par_id": presentee_par_id,
        "source": acteur.source,
        "proposee_le": ctx.horloge(),
        "repondue_le": None,
        "echeance_le": rules.echeance(jour, reglages_au(s, personne.territoire_id, jour).delai_reponse_jours),
    }
    if existante is None:
        proposition = _creer(s, ctx, acteur, offre, personne, valeurs)
    else:
        proposition = existante
        passer(s, ctx, acteur, proposition, Transition.REPROPOSER, Partie.PROPOSANT)
        for champ, valeur in valeurs.items():
            setattr(proposition, champ, valeur)
        s.flush()
    s.refresh(offre, with_for_update={"read": True})  # closed by somebody else since it was read?
    if offre.etat is not EtatOffre.PUBLIEE:
        raise RegleViolee(rules.OFFRE_FERMEE)
    if souhait is not None:
        souhait.etat, souhait.repondu_le = EtatSouhait.PROPOSE, ctx.horloge()
    places.noter(offre, personne, place, ligne.depuis, motif_choix)
    retenir(
        s,
        ctx,
        offre,
        personne,
        place.ligne,
        place.version,
        origine=OrigineDecision.PROPOSITION,
        proposition=proposition,
    )
    journaliser(
        s,
        ctx.horloge(),
        acteur,
        "proposer",
        proposition,
        f"{personne.prenom} {personne.nom} proposée pour « {offre.intitule} ».",
        version_modele=place.version,
        rang=place.rang,
        motif_choix=motif_choix,
    )
    noter_lectures(s, ctx.horloge(), acteur, [personne.id], f"Proposition pour l'offre {offre.ref}")
    for d in avis.employeurs(s, offre.organisation_id, offre.territoire_id, jour):
        avis.prevenir(
            s,
            ctx,
            [d],
            cle=f"proposition:{proposition.id}:{proposition.proposee_le.isoformat()}",
            texte=f"{personne.prenom} vous est proposée pour « {offre.intitule} ».",
            chemin=f"/propositions/{proposition.ref}",
            sujet="Une personne vous est proposée",
            corps=(
                f"Une personne vous est proposée pour votre offre « {offre.intitule} ». "
                f"Répondez avant le {proposition.echeance_le:%d/%m/%Y} : une minute suffit."
                f"{inviter_a_repondre(ctx, d, proposition)}"
            ),
            attendu=True,
        )
    if presentee_par_id is not None:
        avis.prevenir(
            s,
            ctx,
            avis.referents(s, personne.id, offre.territoire_id, jour),
            cle=f"proposition:{proposition.id}:presentee:{proposition.proposee_le.isoformat()}",
            texte=f"{acteur.organisation_nom} propose {personne.prenom} {personne.nom} pour « {offre.intitule} ».",
            chemin=f"/propositions/{proposition.ref}",
        )
    return proposition.ref


def _exiger_proposable(
    ctx: Contexte, s: Session, offre: Offre, personne: Personne, ligne: LigneAProposer, accord_le: date
) -> None:
    if ligne.accord_canal not in set(CANAUX_ACCORD):
        raise RegleViolee("Dites comment la personne a donné son accord pour cette offre.", champ="accord_canal")
    rules.exiger_proposable(
        rules.Conditions(
            informee=bool(profils_de_classement(s, personne.territoire_id, [personne.id])),
            eligible=personne.id in ids_eligibles(s, personne.territoire_id, ctx.aujourdhui()),
            accord_le=accord_le,
            accord_canal=ligne.accord_canal,
        ),
        offre_ouverte=offre.etat is EtatOffre.PUBLIEE,
        jour=ctx.aujourdhui(),
        nationale=est_nationale(s, offre.id),
    )
    exiger_premiere_candidature(s, offre, personne)
    if ligne.creneau is not None and ligne.creneau <= ctx.horloge():
        raise RegleViolee("Ce rendez-vous est passé : choisissez une date à venir.", champ="creneau")


def _raisons_gardees(place: Place) -> tuple[Decimal | None, list[Any]]:
    """(score, reasons as the employer may read them): the journey in minutes only, never how."""
    if place.ligne is None:
        manque = [{"critere": "aide", "texte": place.hors.manque, "signe": "moins"}] if place.hors else []
        return None, manque
    raisons = [
        {"critere": r.critere, "texte": r.texte, "signe": r.signe} for r in place.ligne.raisons if r.critere != "trajet"
    ]
    minutes = place.ligne.trajet_minutes
    if minutes is not None:
        raisons.append({"critere": "trajet", "texte": f"{minutes} min de trajet (estimation)", "signe": "plus"})
    return Decimal(str(round(place.ligne.score, 6))), raisons


def _creer(
    s: Session, ctx: Contexte, acteur: Acteur, offre: Offre, personne: Personne, valeurs: dict[str, Any]
) -> Proposition:
    proposition = Proposition(
        ref=f"PR-{secrets.token_hex(8)}",
        territoire_id=offre.territoire_id,
        offre_id=offre.id,
        personne_id=personne.id,
        etat=EtatProposition.PROPOSEE,
        **valeurs,
    )
    s.add(proposition)
    s.flush()
    proposition.ref = f"PR-{proposition.id:06d}"
    s.add(
        TransitionProposition(
            proposition_id=proposition.id,
            de=None,
            vers=EtatProposition.PROPOSEE.value,
            quand=ctx.horloge(),
            acteur_id=acteur.utilisateur_id,
        )
    )
    return proposition


def _souhait_ouvert(s: Session, offre: Offre, personne: Personne) -> SouhaitRencontre | None:
    """The employer's wish to meet her, when one waits."""
    return s.scalar(
        select(SouhaitRencontre).where(
            SouhaitRencontre.offre_id == offre.id,
            SouhaitRencontre.personne_id == personne.id,
            SouhaitRencontre.etat == EtatSouhait.OUVERT,
        )
    )


def annuler(ctx: Contexte, acteur: Acteur, ref: str, *, version: int | None = None) -> None:
    """Take a proposition back: the person no longer wishes it, or it was a mistake. No reason is asked."""
    with ctx.transaction() as s:
        proposition, _, _ = trouver(s, acteur, Action.PROPOSER, ref, ctx.aujourdhui(), version)
        retirer_en_transaction(s, ctx, acteur, proposition)


def retirer_en_transaction(s: Session, ctx: Contexte, acteur: Acteur, proposition: Proposition) -> None:
    """`annuler` inside the caller's transaction, which checked the perimeter and the version."""
    if proposition.etat is EtatProposition.ANNULEE:
        return
    offre, personne = s.get_one(Offre, proposition.offre_id), s.get_one(Personne, proposition.personne_id)
    passer(s, ctx, acteur, proposition, Transition.ANNULER, Partie.PROPOSANT)
    consigner(s, ctx, acteur, "annuler_proposition", proposition, f"Proposition {proposition.ref} retirée.")
    avis.prevenir(
        s,
        ctx,
        avis.employeurs(s, offre.organisation_id, offre.territoire_id, ctx.aujourdhui()),
        cle=f"proposition:{proposition.id}:annulee:{proposition.proposee_le.isoformat()}",
        texte=f"{personne.prenom} n'est plus proposée pour « {offre.intitule} ».",
        chemin=f"/propositions/{proposition.ref}",
    )
