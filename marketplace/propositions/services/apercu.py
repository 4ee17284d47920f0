"""One person and one offre side by side, before she is proposed: reasons, gaps, and what still prevents it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from marketplace.comptes.droits import Action
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.journal.services import noter_lectures
from marketplace.offres.models import EtatOffre
from marketplace.offres.queries import OffreVue, charger_offre
from marketplace.offres.queries import offre as lire_offre
from marketplace.personnes.portee import personne_du_perimetre
from marketplace.personnes.queries.classement import ids_eligibles, profils_de_classement
from marketplace.propositions import rules
from marketplace.propositions.classement import Perimetre
from marketplace.propositions.models import Proposition
from marketplace.propositions.services.classer import lancer
from marketplace.propositions.vues import RaisonVue, raisons_de


@dataclass(frozen=True, slots=True)
class Apercu:
    """What is read before proposing."""

    offre: OffreVue
    personne_ref: str
    prenom: str
    nom: str
    proximite: str | None
    raisons: tuple[RaisonVue, ...]
    manques: tuple[str, ...]
    manque: str | None
    aide: str | None
    incomplet: bool
    empechement: str | None
    proposition_ref: str | None


def apercu(ctx: Contexte, acteur: Acteur, offre_ref: str, personne_ref: str) -> Apercu:
    """A person of the caller's perimeter against an offre. Raises Introuvable outside of it."""
    with ctx.transaction() as s:
        jour = ctx.aujourdhui()
        personne = personne_du_perimetre(s, acteur, Action.PROPOSER, personne_ref, jour)
        offre = charger_offre(s, acteur.territoire_id, offre_ref)
        vue = lire_offre(s, acteur.territoire_id, offre_ref)
        informee = bool(profils_de_classement(s, personne.territoire_id, [personne.id]))
        eligible = personne.id in ids_eligibles(s, personne.territoire_id, jour)
        empechement = None
        try:
            rules.exiger_proposable(
                rules.Conditions(informee, eligible, jour, "à noter"),
                offre_ouverte=offre.etat is EtatOffre.PUBLIEE,
                jour=jour,
            )
        except RegleViolee as refus:
            empechement = refus.message
        ligne = hors = None
        if informee:
            brut = lancer(ctx, s, offre, Perimetre({personne.ref: personne.id}, 0, 0), 1)
            ligne = next(iter(brut.lignes), None)
            hors = next(iter(brut.hors_de_portee), None)
        existante = s.execute(
            select(Proposition.ref, Proposition.etat).where(
                Proposition.offre_id == offre.id, Proposition.personne_id == personne.id
            )
        ).first()
        deja = existante is not None and existante.etat not in rules.TRANSITIONS[rules.Transition.REPROPOSER].depuis
        noter_lectures(s, ctx.horloge(), acteur, [personne.id], f"Avant une proposition pour l'offre {offre.ref}")
        return Apercu(
            offre=vue,
            personne_ref=personne.ref,
            prenom=personne.prenom,
            nom=personne.nom,
            proximite=ligne.proximite if ligne else None,
            raisons=raisons_de(ligne) if ligne else (),
            manques=ligne.manques if ligne else (),
            manque=hors.manque if hors else None,
            aide=hors.aide if hors else None,
            incomplet=ligne.incomplet if ligne else False,
            empechement=empechement,
            proposition_ref=existante.ref if existante is not None and deja else None,
        )
