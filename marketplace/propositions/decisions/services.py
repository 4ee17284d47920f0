"""Learning from decisions, and what a human decides of the layer learned: approve, refuse, switch off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.roles import Acteur, systeme
from marketplace.contexte import Contexte
from marketplace.erreurs import ModifieEntreTemps, RegleViolee
from marketplace.journal.services import journaliser, noter_lectures
from marketplace.offres.queries import charger_offre
from marketplace.personnes.portee import personne_du_perimetre
from marketplace.propositions.classement import Perimetre, mettre_a_jour, poids_du_territoire
from marketplace.propositions.decisions.memoire import retenir
from marketplace.propositions.decisions.models import CoucheApprise, EtatCouche, OrigineDecision
from marketplace.propositions.decisions.queries import decisions_du_territoire, ligne_de_couche
from marketplace.propositions.equite.models import GenreRapport, RapportEquite
from marketplace.propositions.equite.services import inscrire_rapport
from marketplace.propositions.services.classer import lancer

MINIMUM = 50
"""Decisions under which nothing is learned: the weights would stay those set by hand."""
MINIMUM_REFUS = 10
"""Refusals about the job under which nothing is learned: from yes alone there is nothing to tell apart."""
MOT_MINIMUM = 15
"""Characters of the word that goes with an approval or a refusal."""

MOTIFS_AVIS: Mapping[str, str] = {
    "competences": "Son expérience ou ses compétences pour ce poste",
    "trajet": "Le trajet, le permis ou les horaires",
    "autre": "Autre chose",
}
"""What a référent's word on a rank is about. Only the first ever teaches (R128)."""


@dataclass(frozen=True, slots=True)
class Apprentissage:
    """What learning gave: a layer to examine, or the one already learned from the same decisions."""

    ref: str
    nouvelle: bool
    nombre: int


def apprendre_des_decisions(ctx: Contexte, acteur: Acteur) -> Apprentissage:
    """Learn a layer from the decisions of the caller's territory, with its report of fairness; it does not count yet.

    The same decisions give the same layer: nothing new is written then. Raises RegleViolee under MINIMUM decisions.
    """
    exiger(acteur, Action.REGLER_TERRITOIRE, Portee(acteur.territoire_id))
    return _apprendre(ctx, acteur, acteur.territoire_id)


def apprendre_pour_l_exploitant(ctx: Contexte, territoire_id: int) -> Apprentissage:
    """The same from the command line."""
    return _apprendre(ctx, systeme(territoire_id), territoire_id)


def _apprendre(ctx: Contexte, acteur: Acteur, territoire_id: int) -> Apprentissage:
    from marketplace.matching.decision import apprendre, empreinte_couche, evaluer  # scipy: only those who learn pay

    with ctx.transaction() as s:
        lues = decisions_du_territoire(s, territoire_id)
        if lues.retenues < MINIMUM:
            raise RegleViolee(
                f"{lues.retenues} décisions peuvent servir : il en faut au moins {MINIMUM}. Les poids restent ceux "
                "posés à la main."
            )
        if min(lues.oui, lues.refus_du_metier) < MINIMUM_REFUS:
            raise RegleViolee(
                f"{lues.oui} oui et {lues.refus_du_metier} réponses sur le métier : il en faut au moins "
                f"{MINIMUM_REFUS} "
                "de chaque pour apprendre à les distinguer."
            )
        derniere = s.scalar(
            select(CoucheApprise)
            .where(CoucheApprise.territoire_id == territoire_id)
            .order_by(CoucheApprise.id.desc())
            .limit(1)
        )
        moteur = mettre_a_jour(ctx, s, territoire_id)
        version = moteur.version.partition("+")[0]
        if derniere is not None and (derniere.donnees, derniere.version_modele) == (lues.empreinte, version):
            return Apprentissage(derniere.ref, False, derniere.nombre)
        apprise, mesures = apprendre(lues.decisions), evaluer(lues.decisions)
        ecrite = apprise.ecrire()
        for attente in s.scalars(
            select(CoucheApprise).where(
                CoucheApprise.territoire_id == territoire_id, CoucheApprise.etat == EtatCouche.A_EXAMINER
            )
        ):
            attente.etat = EtatCouche.REMPLACEE
        ligne = CoucheApprise(
            ref=f"CD-{territoire_id}-{lues.empreinte[:12]}-{ctx.horloge():%H%M%S}",
            territoire_id=territoire_id,
            poids=ecrite,
            empreinte=empreinte_couche(ecrite),
            nombre=apprise.nombre,
            donnees=lues.empreinte,
            mesures=asdict(mesures)
            | {"refus_tus": lues.refus_tus, "en_attente": lues.en_attente, "refus_du_metier": lues.refus_du_metier},
            version_modele=version,
            apprise_le=ctx.horloge(),
        )
        s.add(ligne)
        s.flush()
        ligne.ref = f"CD-{ligne.id:06d}"
        poids = poids_du_territoire(ctx, s, territoire_id)
        essai = moteur.sous(poids, apprise.approuver(f"essai {ligne.ref}"), f"{version}+{ligne.ref}")
        rapport = inscrire_rapport(
            ctx,
            s,
            territoire_id,
            ctx.aujourdhui(),
            essai,
            genre=GenreRapport.COUCHE,
            cle=f"{GenreRapport.COUCHE}:{ligne.id}",
        )
        ligne.rapport_id = rapport.id
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "apprendre",
            ligne,
            f"Couche {ligne.ref} apprise de {ligne.nombre} décisions, à examiner.",
        )
        return Apprentissage(ligne.ref, True, ligne.nombre)


def _exiger_mot(mot: str) -> str:
    mot = mot.strip()
    if len(mot) < MOT_MINIMUM:
        raise RegleViolee("Dites en une phrase ce qui motive votre décision.", champ="mot")
    return mot[:2000]


def _exiger_lisible(couche: CoucheApprise) -> None:
    from marketplace.matching import ErreurMatching
    from marketplace.matching.decision import lire_couche

    try:
        lire_couche(couche.poids, couche.empreinte, nombre=couche.nombre, ece=couche.mesures.get("ece"))
    except ErreurMatching as erreur:
        raise RegleViolee(str(erreur)) from None


def approuver_couche(
    ctx: Contexte, acteur: Acteur, ref: str, mot: str, *, alerte_lue: bool = False, version: int | None = None
) -> None:
    """The layer counts from now on, under the name and the word of whoever read its report of fairness.

    The one in force, if any, is replaced. Raises RegleViolee when it foretells no better than the weights set by
    hand, when its report alerts and that was not read, without a word; ModifieEntreTemps for an old version.
    """
    exiger(acteur, Action.REGLER_TERRITOIRE, Portee(acteur.territoire_id))
    with ctx.transaction() as s:
        couche = _a_decider(s, acteur, ref, version)
        _exiger_lisible(couche)
        rapport = s.get(RapportEquite, couche.rapport_id) if couche.rapport_id else None
        if rapport is None:
            raise RegleViolee("Cette couche n'a pas de rapport d'équité : apprenez-en une autre.")
        if couche.mesures["perte"] > couche.mesures["perte_a_la_main"]:
            raise RegleViolee("Elle prévoit moins bien que les poids posés à la main : elle ne peut pas compter.")
        if rapport.alerte and not alerte_lue:
            raise RegleViolee(
                "Le rapport signale un groupe moins montré : dites que vous l'avez lu.", champ="alerte_lue"
            )
        _decider(s, ctx, acteur, couche, EtatCouche.APPROUVEE, _exiger_mot(mot))
        journaliser(s, ctx.horloge(), acteur, "approuver", couche, f"Couche {couche.ref} approuvée : elle compte.")


def refuser_couche(ctx: Contexte, acteur: Acteur, ref: str, mot: str, *, version: int | None = None) -> None:
    """The layer will not count, and why. Raises as `approuver_couche`."""
    exiger(acteur, Action.REGLER_TERRITOIRE, Portee(acteur.territoire_id))
    with ctx.transaction() as s:
        couche = _a_decider(s, acteur, ref, version)
        _decider(s, ctx, acteur, couche, EtatCouche.REFUSEE, _exiger_mot(mot))
        journaliser(s, ctx.horloge(), acteur, "refuser", couche, f"Couche {couche.ref} refusée.")


def eteindre_couche(ctx: Contexte, acteur: Acteur, ref: str) -> None:
    """Off at once: the next ranking no longer uses it. No word is asked; a second click does nothing."""
    exiger(acteur, Action.REGLER_TERRITOIRE, Portee(acteur.territoire_id))
    with ctx.transaction() as s:
        couche = ligne_de_couche(s, acteur.territoire_id, ref)
        if couche.etat is not EtatCouche.APPROUVEE:
            return
        couche.etat, couche.eteinte_le, couche.eteinte_par_id = EtatCouche.ETEINTE, ctx.horloge(), acteur.utilisateur_id
        journaliser(s, ctx.horloge(), acteur, "eteindre", couche, f"Couche {couche.ref} éteinte.")


def _a_decider(s: Session, acteur: Acteur, ref: str, version: int | None) -> CoucheApprise:
    couche = ligne_de_couche(s, acteur.territoire_id, ref)
    if version is not None and couche.version != version:
        raise ModifieEntreTemps()
    if couche.etat not in (EtatCouche.A_EXAMINER, EtatCouche.ETEINTE):
        raise RegleViolee("Une décision a déjà été prise sur cette couche.")
    return couche


def _decider(s: Session, ctx: Contexte, acteur: Acteur, couche: CoucheApprise, etat: EtatCouche, mot: str) -> None:
    if etat is EtatCouche.APPROUVEE:
        for ancienne in s.scalars(
            select(CoucheApprise).where(
                CoucheApprise.territoire_id == acteur.territoire_id, CoucheApprise.etat == EtatCouche.APPROUVEE
            )
        ):
            ancienne.etat = EtatCouche.REMPLACEE
        s.flush()
    couche.etat, couche.mot, couche.decidee_le = etat, mot, ctx.horloge()
    couche.decidee_par_id, couche.decideur = acteur.utilisateur_id, acteur.nom
    couche.eteinte_le = couche.eteinte_par_id = None


def donner_avis(
    ctx: Contexte, acteur: Acteur, offre_ref: str, personne_ref: str, *, favorable: bool, motif: str
) -> None:
    """A référent or a facilitateur says that a person deserves a better, or a lesser, rank, and about what.

    Nothing moves in the list, and she can always be proposed: the layer may learn from it, if it is about the job
    (R128). A second word on the same pair replaces the first. Raises Introuvable outside the perimeter.
    """
    if motif not in MOTIFS_AVIS:
        raise RegleViolee("Choisissez une raison dans la liste.", champ="motif")
    with ctx.transaction() as s:
        jour = ctx.aujourdhui()
        personne = personne_du_perimetre(s, acteur, Action.PROPOSER, personne_ref, jour)
        offre = charger_offre(s, acteur.territoire_id, offre_ref)
        brut = lancer(ctx, s, offre, Perimetre({personne.ref: personne.id}, 0, 0), 1)
        retenir(
            s,
            ctx,
            offre,
            personne,
            next(iter(brut.lignes), None),
            brut.version,
            origine=OrigineDecision.AVIS,
            auteur_id=acteur.utilisateur_id,
            favorable=favorable,
            motif=motif,
        )
        noter_lectures(s, ctx.horloge(), acteur, [personne.id], f"Avis sur un classement pour l'offre {offre.ref}")
        journaliser(
            s, ctx.horloge(), acteur, "donner_avis", offre, f"Avis noté sur le classement de « {offre.intitule} »."
        )
