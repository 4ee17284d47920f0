"""Jobs of the marketplace: new offres told to référents, offres confirmed or closed, answers reminded then closed.

Each is idempotent for a date, goes object by object so that one failure stops nothing, and returns a summary.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from marketplace.comptes.roles import Role, systeme
from marketplace.contexte import PARIS, Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.heures.models import Contrat
from marketplace.journal.messages import Famille
from marketplace.journal.services import reconcilier_alertes
from marketplace.offres.liens import jeton_d_actualite
from marketplace.offres.models import EtatOffre, Offre, OffreExterne
from marketplace.offres.rules import a_confirmer, perimee
from marketplace.offres.services import fermer_en_transaction
from marketplace.personnes.models import Personne, Suivi
from marketplace.personnes.portee import suivi_en_cours
from marketplace.propositions import alertes, avis, rules
from marketplace.propositions.classement import Vivier
from marketplace.propositions.liens import inviter_a_repondre
from marketplace.propositions.models import EtatProposition, Proposition
from marketplace.propositions.rules import Partie, Transition
from marketplace.propositions.services.classer import PROCHES, lancer, noter_passage
from marketplace.propositions.services.commun import (
    consigner,
    passer,
    prevenir_proposants,
    propositions_ouvertes,
    rendre_obsoletes,
)
from marketplace.territoire.models import Territoire
from marketplace.territoire.reglages import reglages_au

ANNONCE_JOURS = 8
"""Age up to which an offre is news: a missed night, or a missed week, is caught up."""

_ECRITE_ICI = ~exists().where(OffreExterne.offre_id == Offre.id)
"""A post of another platform opens and closes there, by its import."""

journal = logging.getLogger(__name__)


def _territoires(ctx: Contexte) -> Sequence[int]:
    with ctx.lecture() as s:
        return s.scalars(select(Territoire.id).order_by(Territoire.id)).all()


def _un_par_un(
    ctx: Contexte, ids: Sequence[int], acte: Callable[[Session, int], bool], resume: dict[str, Any], *, dry_run: bool
) -> dict[str, Any]:
    """Run `acte` on each id in its own transaction; count what was seen, done and refused."""
    for numero in ids:
        resume["vus"] += 1
        try:
            if dry_run:
                continue
            with ctx.transaction() as s:
                resume["faits"] += acte(s, numero)
        except (SQLAlchemyError, RegleViolee, Introuvable, ValueError) as erreur:
            journal.exception("tâche de la place", exc_info=erreur)
            resume["refuses"].append({"id": numero, "motif": str(erreur).splitlines()[0]})
    return resume


def _resume() -> dict[str, Any]:
    return {"vus": 0, "faits": 0, "refuses": []}


def annoncer_offres(ctx: Contexte, le: date, *, dry_run: bool = False) -> dict[str, Any]:
    """Rank every new offre and tell each référent how many of hers come close: once per offre and référent.

    One notice an offre inside the product; the mail that gathers them follows each one's choice.
    """
    resume = _resume() | {"annonces": 0}
    for territoire_id in _territoires(ctx):
        nouveautes: dict[int, set[int]] = defaultdict(set)
        ids = _offres_recentes(ctx, territoire_id, le)

        def annoncer(s: Session, offre_id: int, trouvees: dict[int, set[int]] = nouveautes) -> bool:
            prevenus = _annoncer(s, ctx, offre_id, le)
            for utilisateur_id in prevenus:
                trouvees[utilisateur_id].add(offre_id)
            return bool(prevenus)

        _un_par_un(ctx, ids, annoncer, resume, dry_run=dry_run)
        resume["annonces"] += sum(len(x) for x in nouveautes.values())
    return resume


def _offres_recentes(ctx: Contexte, territoire_id: int, le: date) -> Sequence[int]:
    with ctx.lecture() as s:
        lues = s.execute(
            select(Offre.id, Offre.publiee_le)
            .where(Offre.territoire_id == territoire_id, Offre.etat == EtatOffre.PUBLIEE)
            .order_by(Offre.id)
        ).all()
    debut = le - timedelta(days=ANNONCE_JOURS)
    return [i for i, publiee in lues if publiee is not None and debut <= publiee.astimezone(PARIS).date() <= le]


def _annoncer(s: Session, ctx: Contexte, offre_id: int, le: date) -> set[int]:
    """Users newly told of this offre."""
    offre = s.get_one(Offre, offre_id)
    qui = Vivier(s, offre.territoire_id, le).pour(offre)
    brut = lancer(ctx, s, offre, qui, len(qui.candidats))
    proches = [qui.candidats[x.ref] for x in brut.lignes if x.proximite in PROCHES]
    noter_passage(
        s,
        ctx,
        None,
        offre_id=offre.id,
        version=brut.version,
        filtres={"considerees": len(qui.candidats), "ecartees": brut.ecartes, "tache": "annoncer_offres"},
        ordre=[(x.ref, x.score) for x in brut.lignes if x.proximite in PROCHES],
    )
    deja = set(s.scalars(select(Proposition.personne_id).where(Proposition.offre_id == offre.id)))
    par_referent: dict[int, int] = defaultdict(int)
    for personne_id, referent_id in s.execute(select(Suivi.personne_id, Suivi.referent_id).where(suivi_en_cours(le))):
        if personne_id in proches and personne_id not in deja:
            par_referent[referent_id] += 1
    nouveaux = _rappeler_le_vivier(s, ctx, offre, set(proches) - deja, le)
    for d in avis.referents_actifs(s, par_referent, le):
        nombre = par_referent[d.utilisateur_id]
        personnes = f"{nombre} personnes que vous suivez" if nombre > 1 else "une personne que vous suivez"
        if avis.prevenir(
            s,
            ctx,
            [d],
            cle=f"offre:{offre.id}:nouvelle",
            texte=f"Nouvelle offre pour {personnes} : « {offre.intitule} ».",
            chemin=f"/offres/{offre.ref}",
            sujet="Une nouvelle offre pour les personnes que vous suivez",
            corps=f"« {offre.intitule} » est proche du parcours de personnes que vous suivez.",
            famille=Famille.OFFRES,
        ):
            nouveaux.add(d.utilisateur_id)
    return nouveaux


def _rappeler_le_vivier(s: Session, ctx: Contexte, offre: Offre, proches: set[int], le: date) -> set[int]:
    """People this employer kept for later and who come close to its new offre: their référents are told."""
    gardees = s.execute(
        select(Proposition.personne_id, Personne.prenom, Personne.nom, Personne.ref)
        .join(Offre, Offre.id == Proposition.offre_id)
        .join(Personne, Personne.id == Proposition.personne_id)
        .where(
            Offre.organisation_id == offre.organisation_id,
            Proposition.etat == EtatProposition.VIVIER,
            Proposition.personne_id.in_(sorted(proches)),
        )
        .order_by(Proposition.personne_id)
    ).all()
    prevenus: set[int] = set()
    for personne_id, prenom, nom, ref in gardees:
        for d in avis.referents(s, personne_id, offre.territoire_id, le):
            if avis.prevenir(
                s,
                ctx,
                [d],
                cle=f"offre:{offre.id}:vivier:{personne_id}",
                texte=f"L'employeur avait gardé {prenom} {nom} pour plus tard. Il publie « {offre.intitule} ».",
                chemin=f"/offres/{offre.ref}/proposer/{ref}",
                famille=Famille.OFFRES,
            ):
                prevenus.add(d.utilisateur_id)
    return prevenus


def relancer_offres(ctx: Contexte, le: date, *, dry_run: bool = False) -> dict[str, Any]:
    """Every week: « toujours d'actualité ? » for each open offre nobody confirmed for seven days."""
    semaine = "{}-{:02d}".format(*le.isocalendar()[:2])
    with ctx.lecture() as s:
        ids = [
            o.id
            for o in s.scalars(
                select(Offre)
                .where(Offre.etat == EtatOffre.PUBLIEE, Offre.exemple.is_(False), _ECRITE_ICI)
                .order_by(Offre.id)
            )
            if a_confirmer(_date(o.confirmee_le), _date(o.publiee_le), le)
        ]

    def relancer(s: Session, offre_id: int) -> bool:
        offre = s.get_one(Offre, offre_id)
        faits = 0
        for d in avis.employeurs(s, offre.organisation_id, offre.territoire_id, le):
            jeton = jeton_d_actualite(ctx.config.cle_secrete, offre.id, d.utilisateur_id, le)
            reponse = f" :\n{ctx.config.adresse_publique}/offre-actuelle/{jeton}"
            faits += avis.prevenir(
                s,
                ctx,
                [d],
                cle=f"offre:{offre.id}:actualite:{semaine}",
                texte=f"« {offre.intitule} » : toujours d'actualité ?",
                chemin=f"/offres/{offre.ref}",
                sujet=f"Votre offre « {offre.intitule} » est-elle toujours d'actualité ?",
                corps=(
                    "Un clic suffit pour la garder ouverte, ou la fermer, sans vous connecter"
                    f"{reponse if d.audience is Role.EMPLOYEUR else '.'}\n\n"
                    "Sans réponse pendant quatre semaines, elle se ferme seule. L'offre entière :"
                ),
                famille=Famille.OFFRES,
                attendu=True,
            )
        return bool(faits)

    return _un_par_un(ctx, ids, relancer, _resume(), dry_run=dry_run)


def _date(quand: Any) -> date | None:
    return None if quand is None else quand.astimezone(PARIS).date()


def fermer_offres(ctx: Contexte, le: date, *, dry_run: bool = False) -> dict[str, Any]:
    """Every night: close what nobody confirms any more, or whose start is long past, with its propositions.

    Examples of the directory stay until their start is past: nobody is there to confirm them.
    """
    with ctx.lecture() as s:
        raisons = {
            o.id: raison
            for o in s.scalars(select(Offre).where(Offre.etat == EtatOffre.PUBLIEE, _ECRITE_ICI).order_by(Offre.id))
            if (raison := perimee(le if o.exemple else _date(o.confirmee_le), _date(o.publiee_le), o.debut, le))
        }

    def fermer(s: Session, offre_id: int) -> bool:
        offre = s.get_one(Offre, offre_id)
        acteur = systeme(offre.territoire_id)
        fermer_en_transaction(s, ctx, acteur, offre, raisons[offre_id])
        rendre_obsoletes(s, ctx, acteur, propositions_ouvertes(s, offre_id=offre.id, sauf=0), "l'offre est fermée")
        avis.prevenir(
            s,
            ctx,
            avis.employeurs(s, offre.organisation_id, offre.territoire_id, le),
            cle=f"offre:{offre.id}:fermee:{le.isoformat()}",
            texte=f"« {offre.intitule} » est fermée : {raisons[offre_id]}.",
            chemin=f"/offres/{offre.ref}",
            famille=Famille.OFFRES,
        )
        return True

    return _un_par_un(ctx, list(raisons), fermer, _resume(), dry_run=dry_run)


def suivre_propositions(ctx: Contexte, le: date, *, dry_run: bool = False) -> dict[str, Any]:
    """Every night: remind answers at half time and on the due day, close what stays unanswered two weeks more.

    An answer, a meeting or the end of the offre stops the reminders by itself. What is still open for somebody
    hired since, whatever wrote the contrat (a file, a takeover), closes too.
    """
    with ctx.lecture() as s:
        embauchees = set(
            s.scalars(
                select(Proposition.id)
                .join(Contrat, Contrat.personne_id == Proposition.personne_id)
                .where(
                    Proposition.etat.in_(list(rules.OUVERTS)),
                    Contrat.cree_le >= Proposition.proposee_le,
                    or_(Contrat.fin.is_(None), Contrat.fin >= le),
                )
            )
        )
        a_suivre = s.scalars(
            select(Proposition.id).where(
                Proposition.etat.in_(list(rules.A_REPONDRE)), Proposition.echeance_le <= le + timedelta(days=30)
            )
        )
        ids = sorted(embauchees.union(a_suivre))

    def suivre(s: Session, proposition_id: int) -> bool:
        p = s.get_one(Proposition, proposition_id)
        if proposition_id in embauchees:
            rendre_obsoletes(s, ctx, systeme(p.territoire_id), [p], "la personne a trouvé un poste")
            return True
        if (le - p.echeance_le).days > rules.GRACE_JOURS:
            return _clore(s, ctx, p, le)
        return _rappeler(s, ctx, p, le)

    return _un_par_un(ctx, ids, suivre, _resume(), dry_run=dry_run)


def _rappeler(s: Session, ctx: Contexte, p: Proposition, le: date) -> bool:
    delai = reglages_au(s, p.territoire_id, le).delai_reponse_jours
    reste = (p.echeance_le - le).days
    if reste > delai // 2:
        return False
    moment = "echeance" if reste <= 0 else "moitie"
    offre = s.get_one(Offre, p.offre_id)
    return bool(
        sum(
            avis.prevenir(
                s,
                ctx,
                [d],
                cle=f"proposition:{p.id}:rappel:{moment}:{p.echeance_le}",
                texte=f"« {offre.intitule} » : une réponse est attendue le {p.echeance_le:%d/%m/%Y}.",
                chemin=f"/propositions/{p.ref}",
                sujet=f"Une réponse est attendue pour « {offre.intitule} »",
                corps=(
                    f"Une personne attend votre réponse avant le {p.echeance_le:%d/%m/%Y}. Une minute suffit."
                    f"{inviter_a_repondre(ctx, d, p)}"
                ),
                attendu=True,
            )
            for d in avis.employeurs(s, offre.organisation_id, p.territoire_id, le)
        )
    )


def _clore(s: Session, ctx: Contexte, p: Proposition, le: date) -> bool:
    acteur = systeme(p.territoire_id)
    passer(s, ctx, acteur, p, Transition.CLORE, Partie.PRODUIT)
    consigner(s, ctx, acteur, "clore_proposition", p, f"Proposition {p.ref} close, restée sans réponse.")
    offre = s.get_one(Offre, p.offre_id)
    prevenir_proposants(
        s,
        ctx,
        p,
        cle=f"proposition:{p.id}:sans-suite:{p.echeance_le}",
        texte=f"« {offre.intitule} » : sans suite, à revoir avec la personne.",
    )
    return p.etat is EtatProposition.SANS_SUITE


def suivre_place(ctx: Contexte, le: date, *, dry_run: bool = False) -> dict[str, Any]:
    """Every night: open, refresh and close the alertes of this room, territory by territory."""
    resume: dict[str, Any] = {"vus": 0, "ouvertes": 0, "fermees": 0}
    for territoire_id in _territoires(ctx):
        with ctx.transaction() as s:
            dues = alertes.dues(s, territoire_id, le)
            resume["vus"] += len(dues)
            if dry_run:
                continue
            fait = reconcilier_alertes(s, ctx.horloge(), territoire_id, dues, alertes.TYPES)
        resume["ouvertes"] += fait["ouvertes"]
        resume["fermees"] += fait["fermees"]
    return resume
