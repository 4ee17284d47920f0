"""Why somebody stands where she stands for one offre, and what would change it: the same text for her (R121)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from marketplace.comptes.droits import Action
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.journal.services import noter_lectures
from marketplace.offres.queries import OffreVue, poste_de_classement
from marketplace.offres.queries import offre as lire_offre
from marketplace.personnes.portee import personne_du_perimetre
from marketplace.personnes.queries.classement import profils_de_classement
from marketplace.propositions.classement import Vivier, mettre_a_jour, poste_de, profil_de
from marketplace.propositions.decisions.models import DecisionClassement, OrigineDecision
from marketplace.propositions.decisions.queries import couche_en_vigueur
from marketplace.propositions.services.classer import noter_passage, offre_a_classer
from marketplace.propositions.vues import RaisonVue, raisons_de
from marketplace.territoire.reglages import reglages_au

NON_INFORMEE = "Informez d'abord la personne, puis notez la date et le moyen sur sa fiche."


@dataclass(frozen=True, slots=True)
class CoucheDite:
    """The learned layer that took part, as it is told."""

    ref: str
    approuvee_le: datetime | None


@dataclass(frozen=True, slots=True)
class PourquoiVu:
    """Everything there is to say of one person's rank for one offre. `sur` counts those within reach, her included."""

    offre: OffreVue
    personne_ref: str
    prenom: str
    nom: str
    jour: date
    rang: int | None
    sur: int
    score: float | None
    proximite: str | None
    pourcentage: int | None
    incomplet: bool
    raisons: tuple[RaisonVue, ...]
    manques: tuple[str, ...]
    manque: str | None
    aide: str | None
    empechement: str | None
    changements: tuple[str, ...]
    part_trajet: float
    a_la_main: bool
    couche: CoucheDite | None
    version: str
    avis: bool | None


def pourquoi(ctx: Contexte, acteur: Acteur, offre_ref: str, personne_ref: str) -> PourquoiVu:
    """The reasons of one rank among the people this hat may rank; the reading and the run are recorded.

    What would change it is computed by the engine, one change at a time. Raises Introuvable outside the perimeter,
    RegleViolee when she was not informed.
    """
    from marketplace.matching.contrefactuel import contrefactuels  # scikit-learn: only those who rank pay

    with ctx.transaction() as s:
        jour = ctx.aujourdhui()
        personne = personne_du_perimetre(s, acteur, Action.PROPOSER, personne_ref, jour)
        offre = offre_a_classer(s, acteur, offre_ref)
        lus = profils_de_classement(s, personne.territoire_id, [personne.id])
        if not lus:
            raise RegleViolee(NON_INFORMEE)
        profil, poste = profil_de(lus[0]), poste_de(poste_de_classement(s, offre.id))
        vivier = Vivier(s, offre.territoire_id, jour, acteur)
        qui = vivier.pour(offre)
        moteur: Any = mettre_a_jour(ctx, s, offre.territoire_id)
        seule = moteur.rank(poste, parmi=moteur.masque([personne.ref]), limit=1)
        ligne = next(iter(seule.lignes), None)
        hors = next(iter(seule.hors_de_portee), None)
        rang = contrefactuels(moteur, poste, moteur.masque(qui.candidats), profil)
        apprise = couche_en_vigueur(s, offre.territoire_id)
        reglages = reglages_au(s, offre.territoire_id, jour)
        avis = s.scalar(
            select(DecisionClassement.favorable).where(
                DecisionClassement.origine == OrigineDecision.AVIS,
                DecisionClassement.offre_id == offre.id,
                DecisionClassement.personne_id == personne.id,
            )
        )
        noter_lectures(s, ctx.horloge(), acteur, [personne.id], f"Raisons d'un rang pour l'offre {offre.ref}")
        noter_passage(
            s,
            ctx,
            acteur,
            offre_id=offre.id,
            version=seule.version,
            filtres={"considerees": len(qui.candidats), "tache": "raisons", "rang": rang.rang},
            ordre=[(ligne.ref, ligne.score)] if ligne else [],
        )
        return PourquoiVu(
            offre=lire_offre(s, offre.territoire_id, offre.ref),
            personne_ref=personne.ref,
            prenom=personne.prenom,
            nom=personne.nom,
            jour=jour,
            rang=rang.rang,
            sur=rang.sur,
            score=ligne.score if ligne else None,
            proximite=ligne.proximite if ligne else None,
            pourcentage=ligne.pourcentage if ligne else None,
            incomplet=bool(ligne and ligne.incomplet),
            raisons=raisons_de(ligne) if ligne else (),
            manques=ligne.manques if ligne else (),
            manque=hors.manque if hors else None,
            aide=hors.aide if hors else None,
            empechement=_empechement(personne.id, vivier, qui.candidats.values()),
            changements=tuple(c.phrase for c in rang.changements),
            part_trajet=float(reglages.part_trajet_max),
            a_la_main=reglages.poids_a_la_main,
            couche=CoucheDite(apprise.ref, apprise.approuvee_le) if apprise else None,
            version=seule.version,
            avis=avis,
        )


def _empechement(personne_id: int, vivier: Vivier, candidats: Any) -> str | None:
    """Why she is not in the list itself, whatever her rank would be."""
    if personne_id not in vivier.eligibles:
        return "Son éligibilité n'est pas encore prouvée : elle entrera dans la liste dès qu'elle le sera."
    if personne_id not in set(candidats):
        return "Elle a déjà un contrat à cette date."
    return None
