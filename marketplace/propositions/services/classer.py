"""Ranking people for an offre: who may, among whom, what is shown, what is recorded."""

from __future__ import annotations

import hashlib
import hmac
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, autorise, exiger
from marketplace.comptes.models import Utilisateur
from marketplace.comptes.roles import Acteur, Role
from marketplace.contexte import Classeur, Contexte
from marketplace.erreurs import Introuvable
from marketplace.journal.services import noter_lectures
from marketplace.offres.models import EtatOffre, Offre
from marketplace.offres.portee import portee_offre
from marketplace.offres.queries import PosteLu, charger_offre, poste_de_classement
from marketplace.personnes.models import Personne, Suivi
from marketplace.personnes.portee import suivi_en_cours
from marketplace.personnes.queries.mobilite import faits_a_savoir
from marketplace.propositions.classement import Perimetre, Vivier, mettre_a_jour, poste_de
from marketplace.propositions.models import EtatSouhait, PassageClassement, Proposition, SouhaitRencontre
from marketplace.propositions.rules import LIBELLES_PROPOSANT
from marketplace.propositions.vues import (
    CarteVue,
    ClassementBrut,
    ClassementSansNoms,
    ClassementVu,
    HorsDePorteeVu,
    LigneVue,
    Ordre,
    RaisonVue,
    raisons_de,
)
from marketplace.territoire.reglages import reglages_au
from marketplace.valeurs import cle

PAR_PAGE = 25
PAQUET = 900
PROCHES = frozenset({"très proche", "proche"})
CRITERES_EMPLOYEUR = frozenset(
    {"metier", "competences", "permis", "caces", "heures", "horaires", "disponibilite", "trajet"}
)


def cle_de_carte(ctx: Contexte, offre_id: int, personne_id: int) -> str:
    """A key that names a card to its employer and means nothing elsewhere: one per (offre, person), signed."""
    texte = f"carte:{offre_id}:{personne_id}".encode()
    return hmac.new(ctx.config.cle_secrete.encode(), texte, hashlib.sha256).hexdigest()[:32]


def lancer(ctx: Contexte, s: Session, offre: Offre, qui: Perimetre, limit: int) -> ClassementBrut:
    """Rank the people of a perimeter for an offre."""
    ranker = mettre_a_jour(ctx, s, offre.territoire_id)
    return lancer_poste(ranker, poste_de_classement(s, offre.id), qui, limit)


def lancer_poste(ranker: Classeur, poste: PosteLu, qui: Perimetre, limit: int) -> ClassementBrut:
    """Rank with an engine already level, for lists of offres."""
    resultat = ranker.rank(poste_de(poste), parmi=ranker.masque(qui.candidats), limit=limit)
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
    choix: Iterable[tuple[str, int | None, str | None]] = (),
) -> None:
    """Record one run (R123): people and offres by their references, in the order shown, with the model's version.

    `choix`, when the run was made to propose: (reference chosen, its place, coded reason).
    """
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
            choix=[list(x) for x in choix],
        )
    )


def offre_a_classer(s: Session, acteur: Acteur, offre_ref: str) -> Offre:
    """The offre this hat may rank people for. Raises Introuvable for a draft, or outside the perimeter."""
    offre = charger_offre(s, acteur.territoire_id, offre_ref)
    exiger(acteur, Action.CLASSER_POUR_OFFRE, portee_offre(offre))
    if offre.etat is EtatOffre.BROUILLON or (acteur.role is Role.REFERENT and offre.etat is not EtatOffre.PUBLIEE):
        raise Introuvable()
    return offre


def offres_a_classer(s: Session, acteur: Acteur, refs: Iterable[str]) -> list[Offre]:
    """The open offres among these that this hat may rank people for."""
    lues = s.scalars(
        select(Offre).where(
            Offre.ref.in_(list(refs)), Offre.territoire_id == acteur.territoire_id, Offre.etat == EtatOffre.PUBLIEE
        )
    )
    return [o for o in lues if autorise(acteur, Action.CLASSER_POUR_OFFRE, portee_offre(o))]


def classer_sans_noms(ctx: Contexte, acteur: Acteur, offre_ref: str) -> ClassementSansNoms:
    """The people nearest to an employer's offre, ten at most, unnamed; those already proposed to it are left out.

    The reading is recorded, person by person, as unnamed.
    """
    with ctx.transaction() as s:
        offre = offre_a_classer(s, acteur, offre_ref)
        deja = s.scalars(select(Proposition.personne_id).where(Proposition.offre_id == offre.id)).all()
        qui = Vivier(s, offre.territoire_id, ctx.aujourdhui(), acteur).pour(offre, deja)
        cartes_max = reglages_au(s, offre.territoire_id, ctx.aujourdhui()).personnes_montrees
        brut = lancer(ctx, s, offre, qui, cartes_max)
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
                    raisons=raisons_sans_nom(ligne),
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


def raisons_sans_nom(ligne: Any) -> tuple[RaisonVue, ...]:
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
        offre = offre_a_classer(s, acteur, offre_ref)
        jour = ctx.aujourdhui()
        qui = Vivier(s, offre.territoire_id, jour, acteur).pour(offre)
        brut = lancer(ctx, s, offre, qui, len(qui.candidats))
        noms = lire_noms(s, [qui.candidats[x.ref] for x in (*brut.lignes, *brut.hors_de_portee)])
        rangees = _ranger(brut.lignes, noms, qui, ordre, f"{offre.ref}:{jour}")
        pages = max(1, -(-len(rangees) // limit))
        page = min(max(1, page), pages)
        montrees = rangees[(page - 1) * limit : page * limit]
        ids = [qui.candidats[x.ref] for x in montrees]
        referents, faits = lire_referents(s, ids, jour), faits_a_savoir(s, ids)
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
                    pourcentage=x.pourcentage,
                    trajet_minutes=x.trajet_minutes,
                    raisons=raisons_de(x),
                    manques=x.manques,
                    incomplet=x.incomplet,
                    referents=referents.get(personne_id, ()),
                    dernier_contact_le=p.dernier_contact_le,
                    proposition_ref=ref_proposition,
                    proposition_etat=etat,
                    souhaitee=personne_id in souhaits,
                    a_savoir=faits.get(personne_id, ()),
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
class Nom:
    """What an order of display needs of a person."""

    prenom: str
    nom: str
    dernier_contact_le: date | None


def lire_noms(s: Session, ids: Iterable[int]) -> dict[int, Nom]:
    """Names of these people by id."""
    lus: dict[int, Nom] = {}
    tries = sorted(set(ids))
    for debut in range(0, len(tries), PAQUET):
        requete = select(Personne.id, Personne.prenom, Personne.nom, Personne.dernier_contact_le).where(
            Personne.id.in_(tries[debut : debut + PAQUET])
        )
        lus |= {i: Nom(prenom, nom, contact) for i, prenom, nom, contact in s.execute(requete)}
    return lus


def _ranger(lignes: tuple[Any, ...], noms: Mapping[int, Nom], qui: Perimetre, ordre: Ordre, graine: str) -> list[Any]:
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


def lire_referents(s: Session, personnes: Iterable[int], jour: date) -> dict[int, tuple[str, ...]]:
    """By person, the names of those who follow her on `jour`."""
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
