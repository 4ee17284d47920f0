"""Ranking people for an offre, and offres for a person: who may, among whom, what is shown, what is recorded."""

from __future__ import annotations

import enum
import hashlib
import hmac
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, exiger
from marketplace.comptes.models import Utilisateur
from marketplace.comptes.roles import Acteur, Role
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.journal.services import noter_lectures
from marketplace.offres.models import EtatOffre, Offre
from marketplace.offres.portee import portee_offre
from marketplace.offres.queries import (
    OffreLigne,
    charger_offre,
    offres_par_ref,
    poste_de_classement,
    postes_de_classement,
)
from marketplace.personnes.models import Personne, Suivi
from marketplace.personnes.portee import personne_du_perimetre, suivi_en_cours
from marketplace.personnes.queries.classement import ids_eligibles, profils_de_classement
from marketplace.propositions.classement import Perimetre, mettre_a_jour, perimetre, poste_de, profil_de
from marketplace.propositions.models import EtatSouhait, PassageClassement, Proposition, SouhaitRencontre
from marketplace.propositions.rules import LIBELLES_PROPOSANT
from marketplace.valeurs import cle

CARTES_MAX = 10
PAR_PAGE = 25
PAQUET = 900
PROCHES = frozenset({"très proche", "proche"})
CRITERES_EMPLOYEUR = frozenset(
    {"metier", "competences", "permis", "caces", "heures", "disponibilite", "trajet", "nuit", "weekend"}
)


class Ordre(enum.StrEnum):
    """Orders a référent or a facilitateur may switch to (R120)."""

    PERTINENCE = "pertinence"
    ALPHABETIQUE = "alphabetique"
    DERNIER_CONTACT = "dernier_contact"
    HASARD = "hasard"


@dataclass(frozen=True, slots=True)
class RaisonVue:
    """One line of the explanation (R121)."""

    critere: str
    texte: str
    contribution: float
    signe: str


@dataclass(frozen=True, slots=True)
class LigneVue:
    """A named person of a ranking, for those who may know her name."""

    personne_ref: str
    prenom: str
    nom: str
    rang: int
    score: float
    proximite: str
    trajet_minutes: int | None
    raisons: tuple[RaisonVue, ...]
    manques: tuple[str, ...]
    incomplet: bool
    referents: tuple[str, ...]
    dernier_contact_le: date | None
    proposition_ref: str | None
    proposition_etat: str | None
    souhaitee: bool


@dataclass(frozen=True, slots=True)
class HorsDePorteeVu:
    """Relevant, but lacking a journey, a licence or hours: shown with the aid that would help (N15)."""

    personne_ref: str
    prenom: str
    nom: str
    manque: str
    aide: str | None
    trajet_minutes: int | None


@dataclass(frozen=True, slots=True)
class ClassementVu:
    """A ranking with names."""

    offre_ref: str
    metier: str | None
    lignes: tuple[LigneVue, ...]
    total: int
    page: int
    pages: int
    hors_de_portee: tuple[HorsDePorteeVu, ...]
    ecartes: Mapping[str, int]
    ordre: Ordre
    version: str


@dataclass(frozen=True, slots=True)
class CarteVue:
    """An unnamed person, for an employer: no name, no place, no date, no status."""

    cle: str
    rang: int
    proximite: str
    trajet_minutes: int | None
    raisons: tuple[RaisonVue, ...]
    manques: tuple[str, ...]
    incomplet: bool
    souhait: EtatSouhait | None


@dataclass(frozen=True, slots=True)
class ClassementSansNoms:
    """A ranking for an employer: ten cards at most, and how many would come close with an aid."""

    offre_ref: str
    metier: str | None
    cartes: tuple[CarteVue, ...]
    avec_une_aide: int
    version: str


@dataclass(frozen=True, slots=True)
class LigneOffreVue:
    """An offre ranked for one person."""

    offre: OffreLigne
    rang: int
    score: float
    proximite: str
    trajet_minutes: int | None
    raisons: tuple[RaisonVue, ...]
    manques: tuple[str, ...]
    proposition_ref: str | None
    proposition_etat: str | None


@dataclass(frozen=True, slots=True)
class OffreHorsDePortee:
    """An offre that an aid would bring within reach of one person."""

    offre: OffreLigne
    manque: str
    aide: str | None
    trajet_minutes: int | None


@dataclass(frozen=True, slots=True)
class ClassementOffresVu:
    """Offres ranked for one person."""

    personne_ref: str
    prenom: str
    eligible: bool
    lignes: tuple[LigneOffreVue, ...]
    hors_de_portee: tuple[OffreHorsDePortee, ...]
    ecartes: Mapping[str, int]
    version: str


@dataclass(frozen=True, slots=True)
class ClassementBrut:
    """What the engine said, with references only."""

    metier: str | None
    lignes: tuple[Any, ...]
    hors_de_portee: tuple[Any, ...]
    ecartes: dict[str, int]
    version: str


def raisons_de(ligne: Any) -> tuple[RaisonVue, ...]:
    """The reasons of a ranked line, for those who may know the person's name."""
    return tuple(RaisonVue(r.critere, r.texte, r.contribution, r.signe) for r in ligne.raisons)


def cle_de_carte(ctx: Contexte, offre_id: int, personne_id: int) -> str:
    """A key that names a card to its employer and means nothing elsewhere: one per (offre, person), signed."""
    texte = f"carte:{offre_id}:{personne_id}".encode()
    return hmac.new(ctx.config.cle_secrete.encode(), texte, hashlib.sha256).hexdigest()[:32]


def lancer(ctx: Contexte, s: Session, offre: Offre, qui: Perimetre, limit: int) -> ClassementBrut:
    """Rank the people of a perimeter for an offre."""
    ranker = mettre_a_jour(ctx, s, offre.territoire_id)
    poste = poste_de(poste_de_classement(s, offre.id))
    resultat = ranker.rank(poste, parmi=ranker.masque(qui.candidats), limit=limit)
    # the engine counts everybody outside the mask; only this perimeter's people were left out here
    ecartes = {"non_eligible": qui.non_eligibles, "en_poste": qui.en_poste}
    ecartes |= {motif: n for motif, n in resultat.ecartes.items() if motif != "non_eligible"}
    return ClassementBrut(resultat.metier, resultat.lignes, resultat.hors_de_portee, ecartes, resultat.version)


def noter_passage(
    s: Session,
    ctx: Contexte,
    acteur: Acteur | None,
    *,
    offre_id: int | None = None,
    personne_id: int | None = None,
    version: str,
    filtres: dict[str, Any],
    ordre: Iterable[tuple[str, float]],
) -> None:
    """Record one run (R123): people and offres by their references, in the order shown, with the model's version."""
    s.add(
        PassageClassement(
            quand=ctx.horloge(),
            acteur_id=acteur.utilisateur_id if acteur else None,
            role=str(acteur.role) if acteur else "ligne_de_commande",
            offre_id=offre_id,
            personne_id=personne_id,
            version_modele=version,
            filtres=filtres,
            ordre=[[ref, round(score, 6)] for ref, score in ordre],
        )
    )


def _offre_a_classer(s: Session, acteur: Acteur, offre_ref: str) -> Offre:
    offre = charger_offre(s, acteur.territoire_id, offre_ref)
    exiger(acteur, Action.CLASSER_POUR_OFFRE, portee_offre(offre))
    if offre.etat is EtatOffre.BROUILLON or (acteur.role is Role.REFERENT and offre.etat is not EtatOffre.PUBLIEE):
        raise Introuvable()
    return offre


def classer_sans_noms(ctx: Contexte, acteur: Acteur, offre_ref: str) -> ClassementSansNoms:
    """The ten people nearest to an employer's offre, unnamed; those already proposed to it are left out.

    The reading is recorded, person by person, as unnamed.
    """
    with ctx.transaction() as s:
        offre = _offre_a_classer(s, acteur, offre_ref)
        deja = s.scalars(select(Proposition.personne_id).where(Proposition.offre_id == offre.id)).all()
        qui = perimetre(s, offre.territoire_id, ctx.aujourdhui(), acteur=acteur, offre=offre, sauf=deja)
        brut = lancer(ctx, s, offre, qui, CARTES_MAX)
        lus = s.execute(
            select(SouhaitRencontre.personne_id, SouhaitRencontre.etat).where(SouhaitRencontre.offre_id == offre.id)
        )
        souhaits = {souhait.personne_id: souhait.etat for souhait in lus}
        cartes = []
        for ligne in brut.lignes:
            personne_id = qui.candidats[ligne.ref]
            cartes.append(
                CarteVue(
                    cle=cle_de_carte(ctx, offre.id, personne_id),
                    rang=ligne.rang,
                    proximite=ligne.proximite,
                    trajet_minutes=ligne.trajet_minutes,
                    raisons=_raisons_sans_nom(ligne),
                    manques=ligne.manques,
                    incomplet=ligne.incomplet,
                    souhait=souhaits.get(personne_id),
                )
            )
        noter_lectures(
            s,
            ctx.horloge(),
            acteur,
            [qui.candidats[ligne.ref] for ligne in brut.lignes],
            f"Classement sans nom pour l'offre {offre.ref}",
            nommee=False,
        )
        _noter(s, ctx, acteur, offre, qui, brut, Ordre.PERTINENCE, brut.lignes)
        return ClassementSansNoms(offre.ref, brut.metier, tuple(cartes), len(brut.hors_de_portee), brut.version)


def _raisons_sans_nom(ligne: Any) -> tuple[RaisonVue, ...]:
    """What an employer may read: the journey in minutes only, nothing outside of the job's own criteria."""
    gardees = []
    for r in ligne.raisons:
        if r.critere not in CRITERES_EMPLOYEUR:
            continue
        texte = r.texte
        if r.critere == "trajet":
            texte = (
                f"{ligne.trajet_minutes} min de trajet (estimation)"
                if ligne.trajet_minutes is not None
                else "Trajet à vérifier"
            )
        gardees.append(RaisonVue(r.critere, texte, r.contribution, r.signe))
    return tuple(gardees)


def _noter(
    s: Session,
    ctx: Contexte,
    acteur: Acteur,
    offre: Offre,
    qui: Perimetre,
    brut: ClassementBrut,
    ordre: Ordre,
    montrees: Iterable[Any],
) -> None:
    noter_passage(
        s,
        ctx,
        acteur,
        offre_id=offre.id,
        version=brut.version,
        filtres={"considerees": len(qui.candidats), "ecartees": brut.ecartes, "ordre": str(ordre)},
        ordre=[(ligne.ref, ligne.score) for ligne in montrees],
    )


def classer(
    ctx: Contexte,
    acteur: Acteur,
    offre_ref: str,
    *,
    limit: int = PAR_PAGE,
    ordre: Ordre = Ordre.PERTINENCE,
    page: int = 1,
) -> ClassementVu:
    """People for an offre, named: a référent's own caseload, a facilitateur's territory.

    Every person in reach is on some page (R120). Raises Introuvable for any other hat.
    """
    if acteur.role not in (Role.REFERENT, Role.FACILITATEUR):
        raise Introuvable()
    with ctx.transaction() as s:
        offre = _offre_a_classer(s, acteur, offre_ref)
        jour = ctx.aujourdhui()
        qui = perimetre(s, offre.territoire_id, jour, acteur=acteur, offre=offre)
        brut = lancer(ctx, s, offre, qui, len(qui.candidats))
        noms = _noms(s, [qui.candidats[x.ref] for x in (*brut.lignes, *brut.hors_de_portee)])
        rangees = _ranger(brut.lignes, noms, qui, ordre, f"{offre.ref}:{jour}")
        pages = max(1, -(-len(rangees) // limit))
        page = min(max(1, page), pages)
        montrees = rangees[(page - 1) * limit : page * limit]
        ids = [qui.candidats[x.ref] for x in montrees]
        referents = _referents(s, ids, jour)
        propositions = _propositions(s, offre_id=offre.id, personnes=ids)
        souhaits = set(
            s.scalars(
                select(SouhaitRencontre.personne_id).where(
                    SouhaitRencontre.offre_id == offre.id, SouhaitRencontre.etat == EtatSouhait.OUVERT
                )
            )
        )
        lignes = []
        for x, personne_id in zip(montrees, ids, strict=True):
            p = noms[personne_id]
            ref_proposition, etat = propositions.get(personne_id, (None, None))
            lignes.append(
                LigneVue(
                    personne_ref=x.ref,
                    prenom=p.prenom,
                    nom=p.nom,
                    rang=x.rang,
                    score=x.score,
                    proximite=x.proximite,
                    trajet_minutes=x.trajet_minutes,
                    raisons=raisons_de(x),
                    manques=x.manques,
                    incomplet=x.incomplet,
                    referents=referents.get(personne_id, ()),
                    dernier_contact_le=p.dernier_contact_le,
                    proposition_ref=ref_proposition,
                    proposition_etat=etat,
                    souhaitee=personne_id in souhaits,
                )
            )
        hors = [
            HorsDePorteeVu(
                h.ref,
                noms[qui.candidats[h.ref]].prenom,
                noms[qui.candidats[h.ref]].nom,
                h.manque,
                h.aide,
                h.trajet_minutes,
            )
            for h in brut.hors_de_portee
        ]
        lues = [*ids, *(qui.candidats[h.ref] for h in brut.hors_de_portee)]
        noter_lectures(s, ctx.horloge(), acteur, lues, f"Classement pour l'offre {offre.ref}")
        _noter(s, ctx, acteur, offre, qui, brut, ordre, montrees)
        return ClassementVu(
            offre_ref=offre.ref,
            metier=brut.metier,
            lignes=tuple(lignes),
            total=len(rangees),
            page=page,
            pages=pages,
            hors_de_portee=tuple(hors),
            ecartes=brut.ecartes,
            ordre=ordre,
            version=brut.version,
        )


@dataclass(frozen=True, slots=True)
class _Nom:
    prenom: str
    nom: str
    dernier_contact_le: date | None


def _noms(s: Session, ids: Iterable[int]) -> dict[int, _Nom]:
    lus: dict[int, _Nom] = {}
    tries = sorted(set(ids))
    for debut in range(0, len(tries), PAQUET):
        requete = select(Personne.id, Personne.prenom, Personne.nom, Personne.dernier_contact_le).where(
            Personne.id.in_(tries[debut : debut + PAQUET])
        )
        lus |= {i: _Nom(prenom, nom, contact) for i, prenom, nom, contact in s.execute(requete)}
    return lus


def _ranger(lignes: tuple[Any, ...], noms: Mapping[int, _Nom], qui: Perimetre, ordre: Ordre, graine: str) -> list[Any]:
    """The ranked lines in the order asked for; chance is the same all day for one offre."""
    if ordre is Ordre.ALPHABETIQUE:
        return sorted(
            lignes, key=lambda x: cle(f"{noms[qui.candidats[x.ref]].nom} {noms[qui.candidats[x.ref]].prenom}")
        )
    if ordre is Ordre.DERNIER_CONTACT:
        return sorted(lignes, key=lambda x: (noms[qui.candidats[x.ref]].dernier_contact_le or date.min, x.rang))
    if ordre is Ordre.HASARD:
        melangees = list(lignes)
        random.Random(graine).shuffle(melangees)  # noqa: S311 - an order of display, not a secret
        return melangees
    return list(lignes)


def _referents(s: Session, personnes: Iterable[int], jour: date) -> dict[int, tuple[str, ...]]:
    lus: dict[int, tuple[str, ...]] = {}
    requete = (
        select(Suivi.personne_id, Utilisateur.prenom, Utilisateur.nom)
        .join(Utilisateur, Utilisateur.id == Suivi.referent_id)
        .where(Suivi.personne_id.in_(list(personnes)), suivi_en_cours(jour))
        .order_by(Suivi.id)
    )
    for personne_id, prenom, nom in s.execute(requete):
        lus[personne_id] = (*lus.get(personne_id, ()), f"{prenom} {nom}")
    return lus


def _propositions(s: Session, *, offre_id: int, personnes: Iterable[int]) -> dict[int, tuple[str, str]]:
    lues = s.execute(
        select(Proposition.personne_id, Proposition.ref, Proposition.etat).where(
            Proposition.offre_id == offre_id, Proposition.personne_id.in_(list(personnes))
        )
    )
    return {personne: (ref, LIBELLES_PROPOSANT[etat]) for personne, ref, etat in lues}


@dataclass(frozen=True, slots=True)
class PersonneProche:
    """One of a référent's people close to an offre."""

    personne_ref: str
    prenom: str
    nom: str
    proximite: str


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
        lues: dict[int, None] = {}
        for ref in offre_refs:
            offre = _offre_a_classer(s, acteur, ref)
            qui = perimetre(s, offre.territoire_id, jour, acteur=acteur, offre=offre)
            brut = lancer(ctx, s, offre, qui, len(qui.candidats))
            proches = [x for x in brut.lignes if x.proximite in PROCHES]
            noms = _noms(s, [qui.candidats[x.ref] for x in proches[:limite]])
            premieres = []
            for x in proches[:limite]:
                p = noms[qui.candidats[x.ref]]
                premieres.append(PersonneProche(x.ref, p.prenom, p.nom, x.proximite))
                lues[qui.candidats[x.ref]] = None
            vues[ref] = (tuple(premieres), len(proches))
        noter_lectures(s, ctx.horloge(), acteur, lues, "Liste des offres pour les personnes suivies")
    return vues


def classer_offres(ctx: Contexte, acteur: Acteur, personne_ref: str, *, limit: int = 10) -> ClassementOffresVu:
    """Open offres ranked for one person of the caller's perimeter.

    They are ranked even before her eligibility is proven, so that the interview can go on; `eligible` says it,
    and `proposer` refuses until then. Raises RegleViolee when she was not informed.
    """
    with ctx.transaction() as s:
        jour = ctx.aujourdhui()
        personne = personne_du_perimetre(s, acteur, Action.VOIR_PERSONNE, personne_ref, jour)
        lus = profils_de_classement(s, personne.territoire_id, [personne.id])
        if not lus:
            raise RegleViolee("Informez d'abord la personne, puis notez la date et le moyen sur sa fiche.")
        postes = postes_de_classement(s, personne.territoire_id)
        resultat = ctx.ranker.rank_postes(profil_de(lus[0]), [poste_de(p) for p in postes], limit=limit)
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
                    offres[x.ref], x.rang, x.score, x.proximite, x.trajet_minutes, raisons_de(x), x.manques, ref, etat
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
        )


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
        qui = perimetre(s, offre.territoire_id, ctx.aujourdhui(), offre=offre)
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
        resultat = ctx.ranker.rank_postes(
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
