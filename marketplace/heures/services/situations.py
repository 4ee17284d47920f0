"""Asking what became of a salarié en insertion, and keeping the answer with its date, source and definition (R95)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, autorise, exiger
from marketplace.comptes.models import Affectation
from marketplace.comptes.roles import Acteur, Role
from marketplace.contexte import Contexte
from marketplace.erreurs import Interdit, Introuvable, RegleViolee
from marketplace.heures.models import Contrat, Moment, PointDeSuivi
from marketplace.heures.queries.situations import QuestionDeSuivi, questions_de_suivi
from marketplace.heures.rules import situations as regles
from marketplace.journal.models import Gravite
from marketplace.journal.services import AlerteDue, journaliser, noter_lectures, notifier, reconcilier_alertes
from marketplace.personnes.models import Personne, Suivi
from marketplace.personnes.portee import portee_personne, suivi_en_cours
from marketplace.personnes.queries import ids_suivies
from marketplace.personnes.services.destinataires import membres
from marketplace.territoire.models import Territoire
from marketplace.territoire.queries import territoires
from marketplace.territoire.reglages import Reglages, reglages_au

SITUATION_ATTENDUE = "situation_attendue"
TYPES = (SITUATION_ATTENDUE,)
JOURS_AVANT_ALERTE = 30
"""Days a question waits before the facilitateur is told. Convention of the product."""


def demander_situations(ctx: Contexte, le: date, *, dry_run: bool = False) -> dict[str, Any]:
    """Each night: write the questions due that day or missed since, take back those a correction made void.

    Idempotent. Référents and employers get one message a day at most. Returns {"posees", "retirees", "alertes"}.
    """
    bilan = {"posees": 0, "retirees": 0, "alertes": 0}
    with ctx.lecture() as s:
        numeros = [t.id for t in territoires(s)]
    for territoire_id in numeros:
        with ctx.transaction() as s:
            reglages = reglages_au(s, territoire_id, le)
            emplois = _emplois(s, territoire_id, le, max(reglages.suivis_sortie_mois, default=0))
            dus = _points(emplois, le, reglages)
            connus = {
                (p.contrat_id, p.moment.value, p.mois): p
                for p in s.scalars(select(PointDeSuivi).where(PointDeSuivi.territoire_id == territoire_id))
            }
            nouveaux = [p for cle, p in dus.items() if cle not in connus]
            # What was asked stays asked until it is answered, unless its contrat no longer calls for it.
            voulus = _points(emplois, le, reglages, anciennete=False)
            lus = {e.contrat_id for liste in emplois for e in liste}
            vains = [
                p for cle, p in connus.items() if p.repondu_le is None and p.contrat_id in lus and cle not in voulus
            ]
            bilan["posees"] += len(nouveaux)
            bilan["retirees"] += len(vains)
            if dry_run:
                continue
            for vain in vains:
                s.delete(vain)
            s.add_all(
                PointDeSuivi(
                    territoire_id=territoire_id,
                    contrat_id=p.contrat_id,
                    moment=Moment(p.moment),
                    mois=p.mois,
                    echeance=p.echeance,
                )
                for p in nouveaux
            )
            s.flush()
            _prevenir(ctx, s, territoire_id, nouveaux, le)
            dues = alertes_dues(s, territoire_id, le)
            bilan["alertes"] += len(dues)
            reconcilier_alertes(s, ctx.horloge(), territoire_id, dues, TYPES)
    return bilan


def _emplois(s: Session, territoire_id: int, le: date, apres: int) -> list[list[regles.Emploi]]:
    """The contrats questions may be about, person by person: those that run, or ended not long ago."""
    horizon = le - regles.ANCIENNETE_MAX - timedelta(days=31 * (apres + 12))
    requete = (
        select(Contrat.id, Contrat.personne_id, Contrat.employeur_id, Contrat.debut, Contrat.fin)
        .join(Personne, Personne.id == Contrat.personne_id)
        .where(
            Contrat.territoire_id == territoire_id,
            Personne.anonymisee_le.is_(None),
            or_(Contrat.fin.is_(None), Contrat.fin >= horizon),
        )
    )
    par_personne: dict[int, list[regles.Emploi]] = {}
    for ligne in s.execute(requete):
        par_personne.setdefault(ligne.personne_id, []).append(regles.Emploi(*ligne))
    return list(par_personne.values())


def _points(
    emplois: Sequence[Sequence[regles.Emploi]], le: date, reglages: Reglages, *, anciennete: bool = True
) -> dict[tuple[int, str, int], regles.Point]:
    return {
        (p.contrat_id, p.moment, p.mois): p
        for siens in emplois
        for p in regles.points_dus(
            siens, le, reglages.suivis_embauche_mois, reglages.suivis_sortie_mois, anciennete=anciennete
        )
    }


def _prevenir(ctx: Contexte, s: Session, territoire_id: int, points: Sequence[regles.Point], le: date) -> None:
    """One message a day inside the product, naming nobody, to those who may answer."""
    if not points:
        return
    contrats = {c.id: c for c in s.scalars(select(Contrat).where(Contrat.id.in_({p.contrat_id for p in points})))}
    personnes = {c.personne_id for c in contrats.values()}
    referents = s.scalars(
        select(Suivi.referent_id).where(Suivi.personne_id.in_(personnes), suivi_en_cours(le)).distinct()
    )
    destinataires = {(numero, "/referent/personnes/situations") for numero in referents}
    employeurs = {
        contrats[p.contrat_id].employeur_id for p in points if regles.question_a_l_employeur(p.moment, p.mois)
    }
    if employeurs:
        for numero, _ in membres(
            s,
            territoire_id,
            le,
            Affectation.organisation_id.in_(employeurs),
            Affectation.role == Role.EMPLOYEUR,
        ):
            destinataires.add((numero, "/employeur/situations"))
    for numero, lien in sorted(destinataires):
        notifier(
            s,
            ctx.horloge(),
            utilisateur_id=numero,
            cle=f"situations-{le.isoformat()}-{lien.split('/')[1]}",
            texte="Une question de suivi attend une réponse, en un clic.",
            lien=lien,
        )


def alertes_dues(s: Session, territoire_id: int, jour: date) -> list[AlerteDue]:
    """One alerte for all the questions that wait since more than a month: a list is read, a hundred alertes are not."""
    requete = select(func.count()).where(
        PointDeSuivi.territoire_id == territoire_id,
        PointDeSuivi.repondu_le.is_(None),
        PointDeSuivi.echeance <= jour - timedelta(days=JOURS_AVANT_ALERTE),
    )
    nombre = s.scalar(requete) or 0
    if not nombre:
        return []
    attendent = "situation attend" if nombre == 1 else "situations attendent"
    return [
        AlerteDue(
            cle=f"{SITUATION_ATTENDUE}:{territoire_id}",
            territoire_id=territoire_id,
            type=SITUATION_ATTENDUE,
            objet_type=Territoire.__tablename__,
            objet_id=territoire_id,
            objet_ref="",
            gravite=Gravite.INFO,
            message=f"{nombre} {attendent} une réponse depuis plus d'un mois",
            action="Voir les questions",
            lien="/facilitateur/personnes/situations",
        )
    ]


def lire_questions(
    ctx: Contexte, acteur: Acteur, finalite: str = "Suivi après l'embauche", *, montrees: int | None = None
) -> tuple[QuestionDeSuivi, ...]:
    """The questions this hat may answer; each name shown is noted: the first `montrees`, or all.

    Nobody for an unverified organisation.
    """
    if not acteur.organisation_verifiee:
        return ()
    with ctx.transaction() as s:
        if acteur.role is Role.FACILITATEUR:
            exiger(acteur, Action.VOIR_PERSONNE, Portee(acteur.territoire_id))
            vues = questions_de_suivi(s, acteur.territoire_id)
        elif acteur.role is Role.REFERENT:
            suivies = ids_suivies(s, acteur.territoire_id, acteur.referent_id or 0, ctx.aujourdhui())
            vues = questions_de_suivi(s, acteur.territoire_id, personne_ids=suivies)
        elif acteur.role is Role.EMPLOYEUR:
            vues = questions_de_suivi(s, acteur.territoire_id, employeur_id=acteur.organisation_id or 0)
        else:
            raise Interdit()
        noter_lectures(s, ctx.horloge(), acteur, [q.personne_id for q in vues[:montrees]], finalite)
    return vues


def repondre_situation(
    ctx: Contexte, acteur: Acteur, point_id: int, reponse: str, *, constatee_le: date | None = None
) -> None:
    """Keep an answer, dated, with who gave it. A référent or a facilitateur may correct it; an employer may not.

    Raises Introuvable (not within reach), RegleViolee (unknown answer, already answered).
    """
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    with ctx.transaction() as s:
        ligne = s.execute(
            select(PointDeSuivi, Contrat, Personne)
            .join(Contrat, Contrat.id == PointDeSuivi.contrat_id)
            .join(Personne, Personne.id == Contrat.personne_id)
            .where(PointDeSuivi.id == point_id, PointDeSuivi.territoire_id == acteur.territoire_id)
        ).first()
        if ligne is None:
            raise Introuvable()
        point, contrat, personne = ligne
        par_employeur = acteur.role is Role.EMPLOYEUR
        _exiger_reponse(s, acteur, point, contrat, personne, jour)
        if par_employeur and point.repondu_le is not None:
            raise RegleViolee("Cette question a déjà sa réponse.")
        if constatee_le is not None and constatee_le > jour:
            raise RegleViolee("Cette date est dans le futur.", champ="constatee_le")
        point.situation, point.duree = regles.lire_reponse(point.moment.value, reponse, par_employeur=par_employeur)
        point.constatee_le, point.repondu_le = constatee_le or jour, quand
        point.repondu_par_id, point.source = acteur.utilisateur_id, acteur.role.value
        point.definition = regles.DEFINITION
        # The situation itself stays out of the journal, which more people read than the file (R112).
        resume = f"Situation notée : {regles.intitule(point.moment.value, point.mois).lower()}"
        journaliser(s, quand, acteur, "repondre_situation", contrat, resume)
        reconcilier_alertes(s, quand, acteur.territoire_id, alertes_dues(s, acteur.territoire_id, jour), TYPES)


def _exiger_reponse(
    s: Session, acteur: Acteur, point: PointDeSuivi, contrat: Contrat, personne: Personne, jour: date
) -> None:
    if acteur.role is Role.EMPLOYEUR:
        exiger(acteur, Action.DECLARER_HEURES, Portee(contrat.territoire_id, frozenset({contrat.employeur_id})))
        if not regles.question_a_l_employeur(point.moment.value, point.mois):
            raise Introuvable()
        return
    if not autorise(acteur, Action.SUIVRE_PERSONNE, portee_personne(s, personne, jour)):
        raise Introuvable()
