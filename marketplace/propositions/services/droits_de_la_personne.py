"""The rights of a person that reach every room: withdrawal, erasure, and a copy of what is held (R110, N19, N20)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.heures.models import Contrat, CorrespondanceHeures, PartageParcours, QuestionnaireFin
from marketplace.heures.queries.parcours import PartageVu, partages_de_la_personne
from marketplace.heures.queries.personne import (
    ContratDePersonne,
    MoisDePersonne,
    annees_reprises,
    contrats_de_la_personne,
    heures_de_la_personne,
)
from marketplace.heures.queries.questionnaires import QuestionnaireDePersonne, questionnaires_de_la_personne
from marketplace.journal.models import Notification
from marketplace.journal.services import journaliser, noter_lectures
from marketplace.offres.models import Offre
from marketplace.personnes.models import Personne
from marketplace.personnes.portee import personne_du_perimetre, roles_de_suivi
from marketplace.personnes.queries.fiches import FichePersonne, fiche
from marketplace.personnes.queries.traces import FaitVu, LectureVue, historique, lectures_de
from marketplace.personnes.rules.suivis import exiger_referent
from marketplace.personnes.services.effacement import effacer_fiche
from marketplace.personnes.services.information import inscrire_retrait
from marketplace.personnes.services.statuts import statuts_ouverts
from marketplace.propositions.decisions.models import DecisionClassement
from marketplace.propositions.models import EtatSouhait, Proposition, SouhaitRencontre
from marketplace.propositions.rules import LIBELLES_PROPOSANT
from marketplace.propositions.services.commun import propositions_ouvertes, rendre_obsoletes
from marketplace.propositions.signalements.croisements import fermer_signalements
from marketplace.propositions.signalements.queries import SignalementVu, signalements_de

EXERCICE_DES_DROITS = "Exercice des droits de la personne"


@dataclass(frozen=True, slots=True)
class PropositionDePersonne:
    """One proposition, as the person may read it."""

    ref: str
    offre: str
    proposee_le: datetime
    accord_le: date
    accord_canal: str
    etat: str
    raisons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DonneesDePersonne:
    """Everything held on one person: what she is shown, printed or given as a file."""

    arrete_le: date
    fiche: FichePersonne
    propositions: tuple[PropositionDePersonne, ...]
    signalements: tuple[SignalementVu, ...]
    contrats: tuple[ContratDePersonne, ...]
    heures: tuple[MoisDePersonne, ...]
    questionnaires: tuple[QuestionnaireDePersonne, ...]
    partages: tuple[PartageVu, ...]
    lectures: tuple[LectureVue, ...]
    historique: tuple[FaitVu, ...]


def retirer_personne(ctx: Contexte, acteur: Acteur, ref: str) -> None:
    """She wants to be proposed no more: rankings, open propositions and wishes lose her in one transaction.

    Raises Introuvable, RegleViolee when she already withdrew.
    """
    with ctx.transaction() as s:
        personne = inscrire_retrait(s, ctx, acteur, ref)
        _fermer_tout(ctx, s, acteur, personne)


def _fermer_tout(ctx: Contexte, s: Session, acteur: Acteur, personne: Personne) -> None:
    ouvertes = propositions_ouvertes(s, personne_id=personne.id, sauf=0)
    rendre_obsoletes(s, ctx, acteur, ouvertes, "la personne n'est plus disponible")
    for souhait in s.scalars(
        select(SouhaitRencontre).where(
            SouhaitRencontre.personne_id == personne.id, SouhaitRencontre.etat == EtatSouhait.OUVERT
        )
    ):
        souhait.etat, souhait.repondu_le = EtatSouhait.DECLINE, ctx.horloge()
    fermer_signalements(s, ctx, personne)


def effacer_personne(ctx: Contexte, acteur: Acteur, ref: str) -> None:
    """Erase who she is; hours already counted stay counted, without a name.

    Raises Introuvable, RegleViolee while a contrat runs: it is the proof of the hours her employer declares.
    """
    with ctx.transaction() as s:
        jour = ctx.aujourdhui()
        personne = personne_du_perimetre(s, acteur, Action.SUIVRE_PERSONNE, ref, jour)
        siens = roles_de_suivi(s, personne.id, acteur.referent_id, jour)
        exiger_referent(siens, facilitateur=acteur.est_facilitateur)
        effacer(ctx, s, acteur, personne, "effacer", "Fiche effacée à la demande de la personne")


def effacer(ctx: Contexte, s: Session, acteur: Acteur, personne: Personne, action: str, resume: str) -> None:
    """The erasure itself, inside the caller's transaction. Raises RegleViolee while a contrat runs."""
    contrats = [(c.debut, c.fin) for c in s.scalars(select(Contrat).where(Contrat.personne_id == personne.id))]
    jour = ctx.aujourdhui()
    if any(fin is None or fin >= jour for _, fin in contrats):
        raise RegleViolee(
            "Un contrat est en cours : il prouve les heures déclarées. Retirez la personne des listes, "
            "et effacez sa fiche à la fin du contrat."
        )
    for ref in s.scalars(select(Proposition.ref).where(Proposition.personne_id == personne.id)).all():
        # Messages about her propositions may name her.
        s.execute(delete(Notification).where(Notification.lien.endswith(f"/{ref}", autoescape=True)))
    # The matricule or the name under which an employer's payroll knew her.
    s.execute(delete(CorrespondanceHeures).where(CorrespondanceHeures.personne_id == personne.id))
    # That a sheet was handed over; the answers, if any, already know nobody.
    s.execute(delete(PartageParcours).where(PartageParcours.personne_id == personne.id))
    siens = select(Contrat.id).where(Contrat.personne_id == personne.id)
    s.execute(delete(QuestionnaireFin).where(QuestionnaireFin.contrat_id.in_(siens)))
    # What the engine saw of her: nothing is learned of somebody erased.
    s.execute(delete(DecisionClassement).where(DecisionClassement.personne_id == personne.id))
    _fermer_tout(ctx, s, acteur, personne)
    s.execute(
        update(Proposition)
        .where(Proposition.personne_id == personne.id)
        .values(mot="", lieu="", creneau=None)
        .execution_options(synchronize_session="fetch")
    )
    effacer_fiche(
        s, ctx.horloge(), personne, annees_travaillees=_premiers_jours([*contrats, *annees_reprises(s, personne.id)])
    )
    journaliser(s, ctx.horloge(), acteur, action, personne, resume)


def _premiers_jours(contrats: list[tuple[date, date | None]]) -> list[date]:
    """First day worked of each year, from the periods of the contrats: the days reports count ages on."""
    jours: dict[int, date] = {}
    for debut, fin in contrats:
        for annee in range(debut.year, (fin or debut).year + 1):
            premier = max(debut, date(annee, 1, 1))
            jours[annee] = min(jours.get(annee, premier), premier)
    return list(jours.values())


def lire_donnees(
    ctx: Contexte, acteur: Acteur, ref: str, *, accord_proposition: bool = False, export: bool = False
) -> DonneesDePersonne:
    """Everything held on the person, for her to read with the one who follows her; noted, and an export journaled."""
    jour = ctx.aujourdhui()
    with ctx.transaction() as s:
        personne = personne_du_perimetre(s, acteur, Action.VOIR_PERSONNE, ref, jour)
        ouverts = statuts_ouverts(s, acteur, personne, jour, accord_proposition=accord_proposition)
        noter_lectures(s, ctx.horloge(), acteur, [personne.id], EXERCICE_DES_DROITS)
        if export:
            journaliser(s, ctx.horloge(), acteur, "exporter", personne, "Copie de ses données remise")
        s.flush()
        return DonneesDePersonne(
            arrete_le=jour,
            fiche=fiche(s, personne, jour, statuts_ouverts=ouverts),
            propositions=_propositions(s, personne.id),
            signalements=signalements_de(s, personne.id, jour),
            contrats=contrats_de_la_personne(s, personne.id, jour),
            heures=heures_de_la_personne(s, personne.id),
            questionnaires=questionnaires_de_la_personne(s, personne.id),
            partages=partages_de_la_personne(s, personne.id, jour),
            lectures=lectures_de(s, personne.id, 1000),
            historique=historique(s, personne.id, 1000),
        )


def _propositions(s: Session, personne_id: int) -> tuple[PropositionDePersonne, ...]:
    requete = (
        select(Proposition, Offre.intitule)
        .join(Offre, Offre.id == Proposition.offre_id)
        .where(Proposition.personne_id == personne_id)
        .order_by(Proposition.proposee_le.desc(), Proposition.id.desc())
    )
    return tuple(
        PropositionDePersonne(
            p.ref,
            intitule,
            p.proposee_le,
            p.accord_le,
            p.accord_canal,
            LIBELLES_PROPOSANT[p.etat],
            tuple(str(r.get("texte", "")) for r in p.raisons if isinstance(r, Mapping)),
        )
        for p, intitule in s.execute(requete)
    )


def en_clair(valeur: Any) -> Any:
    """A frozen value as JSON holds it: dates as ISO text, decimals as text, the rest as it is."""
    if is_dataclass(valeur) and not isinstance(valeur, type):
        return {f.name: en_clair(getattr(valeur, f.name)) for f in fields(valeur)}
    if isinstance(valeur, Mapping):
        return {str(cle): en_clair(v) for cle, v in valeur.items()}
    if isinstance(valeur, list | tuple):
        return [en_clair(v) for v in valeur]
    for sorte, ecrire in _ECRITURES:
        if isinstance(valeur, sorte):
            return ecrire(valeur)
    return valeur


_ECRITURES: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (Enum, lambda v: v.value),
    (date, lambda v: v.isoformat()),
    (Decimal, lambda v: format(v, "f")),
)
"""How each kind of value is written."""


def personnes_a_terme(s: Session, territoire_id: int, limite: date) -> list[Personne]:
    """People whose last contact is at `limite` or before, and who have no contrat that runs or ended since."""
    encore = select(Contrat.id).where(
        Contrat.personne_id == Personne.id, or_(Contrat.fin.is_(None), Contrat.fin > limite)
    )
    return list(
        s.scalars(
            select(Personne)
            .where(
                Personne.territoire_id == territoire_id,
                Personne.anonymisee_le.is_(None),
                Personne.dernier_contact_le <= limite,
                ~encore.exists(),
            )
            .order_by(Personne.id)
        )
    )
