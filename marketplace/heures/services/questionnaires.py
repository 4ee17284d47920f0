"""The questionnaire of the end: prepared by a job, handed over with a code, answered without a name (N18)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, autorise, exiger
from marketplace.comptes.models import Affectation, Organisation
from marketplace.comptes.roles import Acteur, Role
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.heures.models import Contrat, QuestionnaireFin, ReponseFin
from marketplace.heures.queries.contrats_nommes import avec_la_personne
from marketplace.heures.queries.questionnaires import (
    OpinionVue,
    QuestionnaireAttendu,
    opinion_sur,
    questionnaires_attendus,
)
from marketplace.heures.rules import questionnaire as regles
from marketplace.journal.services import journaliser, noter_lectures, notifier, poster
from marketplace.personnes.models import Personne, Suivi
from marketplace.personnes.portee import exiger_pour_les_siens, portee_personne, suivi_en_cours
from marketplace.personnes.queries import ids_suivies
from marketplace.personnes.services.destinataires import membres
from marketplace.territoire.queries import territoires
from marketplace.valeurs import ajouter_mois

CODE_FERME = "Ce code n'ouvre rien : il est mal tapé, remplacé, ou trop ancien. Demandez-en un à votre référent."


@dataclass(frozen=True, slots=True)
class QuestionnaireOuvert:
    """What the holder of a code sees before answering: which job, where. Nobody's name."""

    employeur: str
    poste: str
    fin: date | None


@dataclass(frozen=True, slots=True)
class ReponseLue:
    """One's own answer, read again with the code."""

    employeur: str
    mois: date
    notes: Mapping[str, str]
    mots: str


@dataclass(frozen=True, slots=True)
class Remise:
    """A sheet handed over, with the code that is shown this once."""

    code: str
    prenom: str
    employeur: str
    expire_le: date


def preparer_questionnaires(ctx: Contexte, le: date, *, dry_run: bool = False) -> dict[str, Any]:
    """Each night: a sheet for each contrat over, a message to the référent, a mail to the person who has an address.

    Idempotent. Sheets whose contrat goes on after all are taken back, those nobody answered close, and words two
    years old are erased. Returns {"prepares", "courriels", "repris", "fermes", "mots_effaces"}.
    """
    bilan = {"prepares": 0, "courriels": 0, "repris": 0, "fermes": 0, "mots_effaces": 0}
    with ctx.lecture() as s:
        numeros = [t.id for t in territoires(s)]
    for territoire_id in numeros:
        with ctx.transaction() as s:
            nouveaux, repris = _mouvements(s, territoire_id, le)
            bilan["prepares"] += len(nouveaux)
            bilan["repris"] += len(repris)
            if dry_run:
                continue
            s.execute(delete(QuestionnaireFin).where(QuestionnaireFin.id.in_(repris)))
            bilan["courriels"] += _preparer(ctx, s, territoire_id, nouveaux, le)
            bilan["fermes"] += _fermer(s, territoire_id, le)
            bilan["mots_effaces"] += _effacer_mots(s, territoire_id, le)
    return bilan


def _mouvements(s: Session, territoire_id: int, le: date) -> tuple[list[int], list[int]]:
    """(contrats to ask about, sheets to take back)."""
    poses = {
        q.contrat_id: q
        for q in s.scalars(select(QuestionnaireFin).where(QuestionnaireFin.territoire_id == territoire_id))
    }
    concernees = select(Contrat.personne_id).where(
        Contrat.territoire_id == territoire_id,
        or_(
            Contrat.fin.between(le - regles.ANCIENNETE_MAX, le),
            Contrat.id.in_([q.contrat_id for q in poses.values() if not q.repondu and q.expire_le >= le]),
        ),
    )
    par_personne: dict[int, list[tuple[int, int, date, date | None]]] = {}
    for ligne in s.execute(
        select(Contrat.personne_id, Contrat.id, Contrat.employeur_id, Contrat.debut, Contrat.fin)
        .join(Personne, Personne.id == Contrat.personne_id)
        .where(Contrat.personne_id.in_(concernees), Personne.anonymisee_le.is_(None))
        .order_by(Contrat.id)
    ):
        par_personne.setdefault(ligne[0], []).append((ligne[1], ligne[2], ligne[3], ligne[4]))
    dus = {n for siens in par_personne.values() for n in regles.contrats_a_interroger(siens, le)}
    voulus = {n for siens in par_personne.values() for n in regles.contrats_a_interroger(siens, le, anciennete=False)}
    lus = {n for siens in par_personne.values() for n, *_ in siens}
    repris = [q.id for numero, q in poses.items() if not q.repondu and numero in lus and numero not in voulus]
    return sorted(dus - poses.keys()), repris


def _preparer(ctx: Contexte, s: Session, territoire_id: int, contrats: Sequence[int], le: date) -> int:
    """Write the sheets and tell of them, without a name. How many mails were written."""
    courriels = 0
    personnes: set[int] = set()
    for contrat, personne in s.execute(
        select(Contrat, Personne)
        .join(Personne, Personne.id == Contrat.personne_id)
        .where(Contrat.id.in_(contrats))
        .order_by(Contrat.id)
    ):
        fiche = QuestionnaireFin(
            territoire_id=territoire_id, contrat_id=contrat.id, cree_le=le, expire_le=le + regles.OUVERTURE
        )
        s.add(fiche)
        personnes.add(personne.id)
        if personne.courriel.strip() and personne.retiree_le is None:
            code = _nouveau_code(ctx, fiche)
            s.flush()
            courriels += poster(
                s,
                ctx.horloge(),
                cle=f"questionnaire-fin:{fiche.id}",
                destinataire=personne.courriel.strip(),
                sujet="Votre avis, en cinq questions",
                corps=(
                    "Bonjour,\n\nUne étape se termine pour vous. Cinq questions, deux minutes, si vous voulez bien.\n"
                    "Votre nom n'est pas gardé avec vos réponses. Elles sont lues par groupes de cinq au moins.\n\n"
                    f"{ctx.config.adresse_publique}/votre-avis/{code}\n\n"
                    f"Ce lien sert jusqu'au {fiche.expire_le:%d/%m/%Y}. Rien ne vous oblige à répondre.\n\n"
                    "La Place des clauses"
                ),
            )
    s.flush()
    _prevenir_referents(ctx, s, territoire_id, personnes, le)
    return courriels


def _prevenir_referents(ctx: Contexte, s: Session, territoire_id: int, personnes: set[int], le: date) -> None:
    """One message a day to each référent concerned; people nobody follows are told of to the facilitateurs."""
    suivis = s.execute(
        select(Suivi.personne_id, Suivi.referent_id).where(Suivi.personne_id.in_(personnes), suivi_en_cours(le))
    ).all()
    destinataires = {(referent, "referent") for _, referent in suivis}
    if personnes - {personne for personne, _ in suivis}:
        membres_actifs = membres(s, territoire_id, le, Affectation.role == Role.FACILITATEUR)
        destinataires |= {(numero, "facilitateur") for numero, _ in membres_actifs}
    for numero, audience in sorted(destinataires):
        notifier(
            s,
            ctx.horloge(),
            utilisateur_id=numero,
            cle=f"questionnaires-{le.isoformat()}-{audience}",
            texte="Un contrat est fini : remettez à la personne ses cinq questions.",
            lien=f"/{audience}/personnes/questionnaires",
        )


def _fermer(s: Session, territoire_id: int, le: date) -> int:
    """Codes past their day open nothing any more."""
    fermes = s.execute(
        update(QuestionnaireFin)
        .where(
            QuestionnaireFin.territoire_id == territoire_id,
            QuestionnaireFin.expire_le < le,
            QuestionnaireFin.empreinte.is_not(None),
        )
        .values(empreinte=None)
    )
    return int(fermes.rowcount)  # type: ignore[attr-defined]


def _effacer_mots(s: Session, territoire_id: int, le: date) -> int:
    effaces = s.execute(
        update(ReponseFin)
        .where(
            ReponseFin.territoire_id == territoire_id,
            ReponseFin.mots != "",
            ReponseFin.mois < ajouter_mois(le, -regles.MOIS_DES_MOTS),
        )
        .values(mots="")
    )
    return int(effaces.rowcount)  # type: ignore[attr-defined]


def _nouveau_code(ctx: Contexte, fiche: QuestionnaireFin) -> str:
    code = "".join(secrets.choice(regles.ALPHABET) for _ in range(regles.LONGUEUR))
    fiche.empreinte = regles.empreinte_question(ctx.config.cle_secrete, code)
    return code


def lire_questionnaires(
    ctx: Contexte, acteur: Acteur, finalite: str = "Questionnaire de fin à remettre"
) -> tuple[QuestionnaireAttendu, ...]:
    """Sheets to hand over: of one's people (référent), of the territory (facilitateur). Each name is noted as read."""
    exiger_pour_les_siens(acteur, Action.VOIR_PERSONNE)
    jour = ctx.aujourdhui()
    with ctx.transaction() as s:
        suivies = (
            ids_suivies(s, acteur.territoire_id, acteur.referent_id or 0, jour)
            if acteur.role is Role.REFERENT
            else None
        )
        attendus = questionnaires_attendus(s, acteur.territoire_id, jour, personne_ids=suivies)
        noter_lectures(s, ctx.horloge(), acteur, [q.personne_id for q in attendus], finalite)
    return attendus


def remettre_questionnaire(ctx: Contexte, acteur: Acteur, numero: int) -> Remise:
    """A new code for this sheet, to print or to answer with the person: the former one opens nothing any more.

    Raises Introuvable (out of reach, or closed), RegleViolee when it already came back.
    """
    jour = ctx.aujourdhui()
    with ctx.transaction() as s:
        ligne = s.execute(avec_la_personne(QuestionnaireFin).where(QuestionnaireFin.id == numero)).first()
        if ligne is None:
            raise Introuvable()
        fiche, contrat, personne, employeur = ligne
        if not autorise(acteur, Action.SUIVRE_PERSONNE, portee_personne(s, personne, jour)):
            raise Introuvable()
        if fiche.repondu:
            raise RegleViolee("Cette personne a déjà répondu : ses réponses sont gardées sans son nom.")
        if fiche.expire_le < jour:
            raise RegleViolee("Ce questionnaire est fermé : le contrat est fini depuis trop longtemps.")
        code = _nouveau_code(ctx, fiche)
        fiche.remis_le = jour
        noter_lectures(s, ctx.horloge(), acteur, [personne.id], "Questionnaire de fin à remettre")
        journaliser(s, ctx.horloge(), acteur, "remettre_questionnaire", contrat, "Questionnaire de fin remis")
        return Remise(code, personne.prenom, employeur, fiche.expire_le)


def ouvrir_questionnaire(ctx: Contexte, code: str) -> QuestionnaireOuvert | ReponseLue:
    """What this code opens: the questions, or one's own answer once given. Raises RegleViolee when it opens nothing."""
    cle_secrete = ctx.config.cle_secrete
    with ctx.lecture() as s:
        ligne = s.execute(
            select(QuestionnaireFin, Contrat, Organisation.nom)
            .join(Contrat, Contrat.id == QuestionnaireFin.contrat_id)
            .join(Organisation, Organisation.id == Contrat.employeur_id)
            .where(
                QuestionnaireFin.empreinte == regles.empreinte_question(cle_secrete, code),
                QuestionnaireFin.expire_le >= ctx.aujourdhui(),
            )
        ).first()
        if ligne is not None:
            _, contrat, employeur = ligne
            return QuestionnaireOuvert(employeur, contrat.poste, contrat.fin)
        reponse = s.get(ReponseFin, regles.empreinte_reponse(cle_secrete, code))
        if reponse is None:
            raise RegleViolee(CODE_FERME, champ="code")
        employeur = s.get_one(Organisation, reponse.employeur_id).nom
        return ReponseLue(employeur, reponse.mois, reponse.notes, reponse.mots)


def repondre_questionnaire(ctx: Contexte, code: str, saisies: Mapping[str, str | None], mots: str = "") -> None:
    """Keep one answer, without who gave it: the sheet only knows that it came back, and forgets its code.

    Sending it twice keeps the first. Raises RegleViolee: code closed, unknown answer, nothing ticked, a NIR, her own
    name or too many words.
    """
    cle_secrete, jour = ctx.config.cle_secrete, ctx.aujourdhui()
    notes = regles.lire_notes(saisies)
    with ctx.transaction() as s:
        empreinte = regles.empreinte_question(cle_secrete, code)
        fiche = s.scalar(
            select(QuestionnaireFin)
            .where(QuestionnaireFin.empreinte == empreinte, QuestionnaireFin.expire_le >= jour)
            .with_for_update()
        )
        cle = regles.empreinte_reponse(cle_secrete, code)
        if fiche is None:
            if s.get(ReponseFin, cle) is None:
                raise RegleViolee(CODE_FERME, champ="code")
            return
        contrat = s.get_one(Contrat, fiche.contrat_id)
        personne = s.get_one(Personne, contrat.personne_id)
        ecrit = regles.lire_mots(mots, (personne.prenom, personne.nom))
        fiche.repondu, fiche.empreinte = True, None
        s.add(
            ReponseFin(
                cle=cle,
                territoire_id=contrat.territoire_id,
                employeur_id=contrat.employeur_id,
                marche_id=contrat.marche_id,
                mois=jour.replace(day=1),
                edition=regles.EDITION,
                notes=notes,
                mots=ecrit,
            )
        )


def effacer_reponse(ctx: Contexte, code: str) -> None:
    """The person takes her answer back, with her code. Raises RegleViolee when there is none."""
    with ctx.transaction() as s:
        reponse = s.get(ReponseFin, regles.empreinte_reponse(ctx.config.cle_secrete, code))
        if reponse is None:
            raise RegleViolee(CODE_FERME, champ="code")
        s.delete(reponse)


def lire_opinion(ctx: Contexte, acteur: Acteur) -> OpinionVue:
    """What people said of the actor's own structure. Raises Introuvable without one."""
    if acteur.organisation_id is None:
        raise Introuvable()
    exiger(acteur, Action.EMBAUCHER, Portee(acteur.territoire_id, frozenset({acteur.organisation_id})))
    with ctx.lecture() as s:
        return opinion_sur(s, acteur.organisation_id, ctx.aujourdhui())
