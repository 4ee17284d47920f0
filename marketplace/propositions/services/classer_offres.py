"""Offres for the people of a référent or a facilitateur, and the command line's rankings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action
from marketplace.comptes.roles import Acteur, Role
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.journal.services import noter_lectures
from marketplace.offres.models import Offre
from marketplace.offres.queries import offres_par_ref, postes_de_classement, postes_par_id
from marketplace.personnes.models import Personne
from marketplace.personnes.portee import personne_du_perimetre
from marketplace.personnes.queries.classement import ids_eligibles, profils_de_classement
from marketplace.personnes.queries.mobilite import faits_a_savoir
from marketplace.propositions.classement import Vivier, mettre_a_jour, poste_de, profil_de, selon_le_territoire
from marketplace.propositions.models import Proposition
from marketplace.propositions.rules import LIBELLES_PROPOSANT
from marketplace.propositions.services.classer import (
    PROCHES,
    lancer,
    lancer_poste,
    lire_noms,
    noter_passage,
    offres_a_classer,
)
from marketplace.propositions.vues import (
    ClassementBrut,
    ClassementOffresVu,
    LigneOffreVue,
    OffreHorsDePortee,
    PersonneProche,
    RaisonVue,
    raisons_de,
)

PROCHES_MAX = 50
"""Close people counted for one offre of a list."""


def personnes_proches(
    ctx: Contexte, acteur: Acteur, offre_refs: Iterable[str], *, limite: int = 3
) -> dict[str, tuple[tuple[PersonneProche, ...], int]]:
    """By offre, the nearest people of this perimeter, and how many are within reach.

    Only for a référent or a facilitateur; the reading of those shown is recorded.
    """
    if acteur.role not in (Role.REFERENT, Role.FACILITATEUR):
        raise Introuvable()
    vues: dict[str, tuple[tuple[PersonneProche, ...], int]] = {}
    with ctx.transaction() as s:
        jour = ctx.aujourdhui()
        vivier = Vivier(s, acteur.territoire_id, jour, acteur)
        ranker = mettre_a_jour(ctx, s, acteur.territoire_id)
        ouvertes = offres_a_classer(s, acteur, offre_refs)
        postes = {p.offre_id: p for p in postes_par_id(s, [o.id for o in ouvertes])}
        proches: dict[str, list[int]] = {}
        mots: dict[tuple[str, int], str] = {}
        for offre in ouvertes:
            qui = vivier.pour(offre)
            brut = lancer_poste(ranker, postes[offre.id], qui, max(limite, min(len(qui.candidats), PROCHES_MAX)))
            proches[offre.ref] = [qui.candidats[x.ref] for x in brut.lignes if x.proximite in PROCHES]
            mots |= {(offre.ref, qui.candidats[x.ref]): x.proximite for x in brut.lignes}
        lues = list(dict.fromkeys(i for ids in proches.values() for i in ids[:limite]))
        noms = lire_noms(s, lues)
        for ref, ids in proches.items():
            premieres = tuple(
                PersonneProche(vivier.presents[i], noms[i].prenom, noms[i].nom, mots[ref, i]) for i in ids[:limite]
            )
            vues[ref] = (premieres, len(ids))
        noter_lectures(s, ctx.horloge(), acteur, lues, "Liste des offres pour les personnes suivies")
    return vues


def classer_offres(ctx: Contexte, acteur: Acteur, personne_ref: str, *, limit: int = 10) -> ClassementOffresVu:
    """Open offres ranked for one person of the caller's perimeter.

    They are ranked even before her eligibility is proven, so that the interview can go on; `eligible` says it,
    and `proposer` refuses until then. Raises RegleViolee when she was not informed.
    """
    with ctx.transaction() as s:
        personne = personne_du_perimetre(s, acteur, Action.VOIR_PERSONNE, personne_ref, ctx.aujourdhui())
        return classer_offres_de(ctx, s, acteur, personne, limit=limit)


def classer_offres_de(
    ctx: Contexte,
    s: Session,
    acteur: Acteur,
    personne: Personne,
    *,
    limit: int,
    sauf_organisation: int | None = None,
    raisons: Callable[[Any], tuple[RaisonVue, ...]] = raisons_de,
) -> ClassementOffresVu:
    """The same inside the caller's transaction, which checked the perimeter; recorded there (N2, R123).

    `sauf_organisation` leaves out the offres of one employer: its own salarié looks elsewhere.
    """
    jour = ctx.aujourdhui()
    lus = profils_de_classement(s, personne.territoire_id, [personne.id])
    if not lus:
        raise RegleViolee("Informez d'abord la personne, puis notez la date et le moyen sur sa fiche.")
    postes = postes_de_classement(s, personne.territoire_id)
    if sauf_organisation is not None:
        siennes = set(s.scalars(select(Offre.id).where(Offre.organisation_id == sauf_organisation)))
        postes = [p for p in postes if p.offre_id not in siennes]
    resultat = selon_le_territoire(ctx, s, personne.territoire_id).rank_postes(
        profil_de(lus[0]), [poste_de(p) for p in postes], limit=limit
    )
    refs = [x.ref for x in (*resultat.lignes, *resultat.hors_de_portee)]
    offres = offres_par_ref(s, personne.territoire_id, refs)
    propositions = {
        offre_id: (ref, LIBELLES_PROPOSANT[etat])
        for offre_id, ref, etat in s.execute(
            select(Proposition.offre_id, Proposition.ref, Proposition.etat).where(
                Proposition.personne_id == personne.id
            )
        )
    }
    lignes = []
    for x in resultat.lignes:
        ref, etat = propositions.get(offres[x.ref].id, (None, None))
        lignes.append(
            LigneOffreVue(
                offres[x.ref], x.rang, x.score, x.proximite, x.trajet_minutes, raisons(x), x.manques, ref, etat
            )
        )
    noter_lectures(s, ctx.horloge(), acteur, [personne.id], "Recherche d'offres pour la personne")
    noter_passage(
        s,
        ctx,
        acteur,
        personne_id=personne.id,
        version=resultat.version,
        filtres={"considerees": resultat.consideres, "ecartees": dict(resultat.ecartes)},
        ordre=[(x.ref, x.score) for x in resultat.lignes],
    )
    return ClassementOffresVu(
        personne_ref=personne.ref,
        prenom=personne.prenom,
        eligible=personne.id in ids_eligibles(s, personne.territoire_id, jour),
        lignes=tuple(lignes),
        hors_de_portee=tuple(
            OffreHorsDePortee(offres[h.ref], h.manque, h.aide, h.trajet_minutes) for h in resultat.hors_de_portee
        ),
        ecartes=dict(resultat.ecartes),
        version=resultat.version,
        a_savoir=faits_pour(s, acteur, personne.id),
    )


def faits_pour(s: Session, acteur: Acteur, personne_id: int) -> tuple[str, ...]:
    """What she said of the work she can do, for those who propose her; an employer reads none of it."""
    if acteur.role not in (Role.REFERENT, Role.FACILITATEUR):
        return ()
    return faits_a_savoir(s, [personne_id]).get(personne_id, ())


def classer_pour_l_exploitant(ctx: Contexte, offre_ref: str, limit: int) -> tuple[Offre, ClassementBrut]:
    """The ranking of an offre with references only, for the command line; recorded like any other (R123).

    Raises Introuvable when there is no such offre.
    """
    with ctx.transaction() as s:
        offre = s.scalar(select(Offre).where(Offre.ref == offre_ref))
        if offre is None:
            raise Introuvable(
                f"Aucune offre ne porte la référence {offre_ref} : « marketplace list offres » les donne toutes."
            )
        qui = Vivier(s, offre.territoire_id, ctx.aujourdhui()).pour(offre)
        brut = lancer(ctx, s, offre, qui, limit)
        noter_passage(
            s,
            ctx,
            None,
            offre_id=offre.id,
            version=brut.version,
            filtres={"considerees": len(qui.candidats), "ecartees": brut.ecartes, "ordre": "pertinence"},
            ordre=[(ligne.ref, ligne.score) for ligne in brut.lignes],
        )
        return offre, brut


def classer_offres_pour_l_exploitant(ctx: Contexte, personne_ref: str, limit: int) -> Any:
    """The offres of one person with references only, for the command line; none when she is not eligible (R118).

    Raises Introuvable when there is no such person, RegleViolee when she was not informed.
    """
    with ctx.transaction() as s:
        personne = s.scalar(select(Personne).where(Personne.ref == personne_ref, Personne.anonymisee_le.is_(None)))
        if personne is None:
            raise Introuvable(
                f"Aucune personne ne porte la référence {personne_ref} : « marketplace list personnes » les liste."
            )
        lus = profils_de_classement(s, personne.territoire_id, [personne.id])
        if not lus:
            raise RegleViolee(f"{personne_ref} n'a pas été informée, ou s'est retirée : elle ne se classe pas.")
        postes = postes_de_classement(s, personne.territoire_id)
        eligible = personne.id in ids_eligibles(s, personne.territoire_id, ctx.aujourdhui())
        ranker = selon_le_territoire(ctx, s, personne.territoire_id)
        resultat = ranker.rank_postes(
            profil_de(lus[0]), [poste_de(p) for p in postes], parmi=[eligible] * len(postes), limit=limit
        )
        noter_passage(
            s,
            ctx,
            None,
            personne_id=personne.id,
            version=resultat.version,
            filtres={"considerees": resultat.consideres, "ecartees": dict(resultat.ecartes)},
            ordre=[(x.ref, x.score) for x in resultat.lignes],
        )
        return resultat
