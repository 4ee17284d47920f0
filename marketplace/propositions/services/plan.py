"""The week's plan: which propositions to make so that most people get a first one and lagging clauses get theirs.

The engine advises; the facilitateur ticks; the référents decide with the person. Nothing is sent by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.roles import Acteur, Role
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable
from marketplace.heures.avancement import avancements
from marketplace.heures.rules.avancement import EtatAvancement
from marketplace.journal.models import Notification
from marketplace.journal.services import journaliser, noter_lectures
from marketplace.offres.models import EtatOffre, Offre
from marketplace.offres.queries import OffreLigne, offres_par_ref, postes_de_classement
from marketplace.personnes.models import Personne
from marketplace.propositions import avis
from marketplace.propositions.classement import Vivier, mettre_a_jour
from marketplace.propositions.models import EtatProposition, Proposition
from marketplace.propositions.services.classer import PROCHES, lancer_poste, lire_noms, lire_referents, noter_passage

ATOUTS = frozenset({"metier", "competences", "trajet"})
"""Reasons of the ranking that the plan repeats."""
PAR_PAGE = 25
PAR_OFFRE = 10
"""People looked at for one offre: three may be advised, the others leave room for choice."""


@dataclass(frozen=True, slots=True)
class ConseilVu:
    """One proposition advised this week."""

    offre: OffreLigne
    personne_ref: str
    prenom: str
    nom: str
    referents: tuple[str, ...]
    proximite: str
    raison: str
    atouts: tuple[str, ...]
    deja_suggere: bool

    @property
    def cle(self) -> str:
        """What the facilitateur ticks."""
        return f"{self.offre.ref}|{self.personne_ref}"


@dataclass(frozen=True, slots=True)
class PlanVu:
    """The plan of a territory for the week: one page of its lines, what they come to in all."""

    conseils: tuple[ConseilVu, ...]
    nombre: int
    personnes: int
    premieres: int
    offres: int
    page: int
    pages: int


def plan_de_la_semaine(ctx: Contexte, acteur: Acteur, page: int = 1) -> PlanVu:
    """The best set of propositions to make in this territory, each with its reason; for a facilitateur only.

    Offres of lagging clauses come first, 25 lines a page; only the people of that page are read. One a person, two
    an offre, five a structure at most: a week's work, not a flood. Nobody already proposed for an offre is advised
    for it.
    """
    if acteur.role is not Role.FACILITATEUR:
        raise Introuvable()
    exiger(acteur, Action.CLASSER_POUR_OFFRE, Portee(acteur.territoire_id))
    from marketplace.matching.plan import Limites, Possible, plan  # scipy: only those who plan pay

    with ctx.transaction() as s:
        territoire_id, jour = acteur.territoire_id, ctx.aujourdhui()
        vivier = Vivier(s, territoire_id, jour)
        ranker = mettre_a_jour(ctx, s, territoire_id)
        offres = {o.ref: o for o in s.scalars(select(Offre).where(*_ouvertes(territoire_id)))}
        prises = _par_offre(s, territoire_id)
        possibles: list[Possible] = []
        lues: dict[tuple[str, str], Any] = {}
        version = ""
        for poste in postes_de_classement(s, territoire_id):
            offre = offres[poste.ref]
            brut = lancer_poste(ranker, poste, vivier.pour(offre, prises.get(offre.id, ())), PAR_OFFRE)
            version = brut.version
            for x in brut.lignes:
                if x.proximite not in PROCHES:
                    continue
                lues[poste.ref, x.ref] = x
                possibles.append(
                    Possible(
                        x.ref,
                        poste.ref,
                        str(offre.organisation_id),
                        x.score,
                        str(offre.marche_id) if offre.marche_id else None,
                        x.proximite,
                    )
                )
        deja = _recues(s, territoire_id)
        retards = _retards(ctx, s, offres.values())
        conseils = plan(
            possibles,
            retards=retards,
            deja_proposees=deja,
            limites=Limites(par_personne=1, par_poste=2, par_structure=5),
        )
        ids = {ref: i for i, ref in vivier.presents.items()}
        noms = lire_noms(s, [ids[c.personne] for c in conseils])
        referents = lire_referents(s, list(noms), jour)
        lignes = offres_par_ref(s, territoire_id, {c.poste for c in conseils})
        suggerees = _suggerees(s)
        noter_passage(
            s,
            ctx,
            acteur,
            version=version,
            filtres={"plan": "semaine", "possibles": len(possibles), "offres": len(offres)},
            ordre=[(f"{c.poste}|{c.personne}", c.score) for c in conseils],
        )
        vus = [
            ConseilVu(
                offre=lignes[c.poste],
                personne_ref=c.personne,
                prenom=noms[ids[c.personne]].prenom,
                nom=noms[ids[c.personne]].nom,
                referents=referents.get(ids[c.personne], ()),
                proximite=lues[c.poste, c.personne].proximite,
                raison=c.raison,
                atouts=tuple(r.texte for r in lues[c.poste, c.personne].raisons if r.critere in ATOUTS),
                deja_suggere=_cle(lignes[c.poste].id, ids[c.personne]) in suggerees,
            )
            for c in conseils
        ]
        urgents = {c.poste for c in conseils if c.clause and retards.get(c.clause)}
        vus.sort(key=lambda c: (c.offre.ref not in urgents, c.offre.intitule, c.offre.ref, c.nom, c.prenom))
        personnes = {c.personne_ref for c in vus}
        pages = max(1, -(-len(vus) // PAR_PAGE))
        page = min(max(1, page), pages)
        montres = vus[(page - 1) * PAR_PAGE : page * PAR_PAGE]
        noter_lectures(s, ctx.horloge(), acteur, [ids[c.personne_ref] for c in montres], "Plan de la semaine")
        return PlanVu(
            conseils=tuple(montres),
            nombre=len(vus),
            page=page,
            pages=pages,
            personnes=len(personnes),
            premieres=sum(deja.get(ref, 0) == 0 for ref in personnes),
            offres=len({c.offre.ref for c in vus}),
        )


def suggerer(ctx: Contexte, acteur: Acteur, cles: Sequence[str]) -> int:
    """Tell the référents of the pairs ticked (« O-000001|P-ABC234 »); how many were new. Unknown pairs are left out.

    Nobody is named to an employer: the référent still asks the person, then proposes.
    """
    if acteur.role is not Role.FACILITATEUR:
        raise Introuvable()
    exiger(acteur, Action.PROPOSER, Portee(acteur.territoire_id))
    nouvelles = 0
    with ctx.transaction() as s:
        jour = ctx.aujourdhui()
        for cle in dict.fromkeys(cles):
            offre_ref, _, personne_ref = cle.partition("|")
            offre = s.scalar(select(Offre).where(*_ouvertes(acteur.territoire_id), Offre.ref == offre_ref))
            personne = s.scalar(
                select(Personne).where(
                    Personne.ref == personne_ref,
                    Personne.territoire_id == acteur.territoire_id,
                    Personne.retiree_le.is_(None),
                    Personne.anonymisee_le.is_(None),
                )
            )
            if offre is None or personne is None:
                continue
            nouveaux = avis.prevenir(
                s,
                ctx,
                avis.referents(s, personne.id, offre.territoire_id, jour),
                cle=_cle(offre.id, personne.id),
                texte=f"{acteur.nom} vous suggère de proposer {personne.prenom} {personne.nom} : « {offre.intitule} ».",
                chemin=f"/offres/{offre.ref}/proposer/{personne.ref}",
            )
            if nouveaux:
                nouvelles += 1
                journaliser(
                    s, ctx.horloge(), acteur, "suggerer", offre, f"Proposition suggérée pour « {offre.intitule} »."
                )
    return nouvelles


def _cle(offre_id: int, personne_id: int) -> str:
    return f"suggestion:{offre_id}:{personne_id}"


def _suggerees(s: Session) -> set[str]:
    return set(s.scalars(select(Notification.cle).where(Notification.cle.startswith("suggestion:"))))


def _ouvertes(territoire_id: int) -> tuple[ColumnElement[bool], ...]:
    return (Offre.territoire_id == territoire_id, Offre.etat == EtatOffre.PUBLIEE)


def _par_offre(s: Session, territoire_id: int) -> dict[int, set[int]]:
    """By offre, everybody ever proposed for it."""
    prises: dict[int, set[int]] = {}
    for offre_id, personne_id in s.execute(
        select(Proposition.offre_id, Proposition.personne_id).where(Proposition.territoire_id == territoire_id)
    ):
        prises.setdefault(offre_id, set()).add(personne_id)
    return prises


def _recues(s: Session, territoire_id: int) -> dict[str, int]:
    """By person, propositions received so far, those taken back left out."""
    lues = s.execute(
        select(Personne.ref, func.count())
        .join(Proposition, Proposition.personne_id == Personne.id)
        .where(Proposition.territoire_id == territoire_id, Proposition.etat != EtatProposition.ANNULEE)
        .group_by(Personne.ref)
    )
    return {ligne[0]: ligne[1] for ligne in lues}


def _retards(ctx: Contexte, s: Session, offres: Iterable[Offre]) -> dict[str, float]:
    """Lag of each clause an offre would feed: share of the hours still missing, 0 when it is on time."""
    marches = {o.marche_id for o in offres if o.marche_id}
    retards = {}
    for marche_id, a in avancements(s, sorted(marches), ctx.aujourdhui()).items():
        if a.etat in (EtatAvancement.EN_RETARD, EtatAvancement.A_SURVEILLER) and a.objectif:
            retards[str(marche_id)] = min(1.0, max(0.0, float(a.manque / a.objectif)))
    return retards
