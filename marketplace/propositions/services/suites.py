"""A structure proposes its own salariés elsewhere: same engine, same rules, same answers as any proposition."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, ModifieEntreTemps, RegleViolee
from marketplace.journal.services import journaliser, noter_lectures
from marketplace.offres.models import Offre
from marketplace.offres.queries import charger_offre
from marketplace.personnes.models import Personne
from marketplace.personnes.services.information import inscrire_information
from marketplace.personnes.services.vivier import noter_changement
from marketplace.propositions.models import Proposition
from marketplace.propositions.queries import PropositionVue, proposition_presentee
from marketplace.propositions.salaries import SalarieEnFin, salarie_du_perimetre, salaries_en_fin
from marketplace.propositions.services.apercu import Apercu, Offerts, lire_apercu
from marketplace.propositions.services.classer import raisons_sans_nom
from marketplace.propositions.services.classer_offres import classer_offres_de
from marketplace.propositions.services.proposer import (
    LigneAProposer,
    retirer_en_transaction,
    tout_ou_rien,
)
from marketplace.propositions.services.rangs import DEPUIS_PERSONNE, Places
from marketplace.propositions.vues import ClassementOffresVu

FINALITE = "Préparation de la suite d'un salarié"


def lire_salaries(ctx: Contexte, acteur: Acteur) -> tuple[SalarieEnFin, ...]:
    """This structure's salariés in their last six months; each name shown is noted."""
    with ctx.transaction() as s:
        vus = salaries_en_fin(s, acteur, ctx.aujourdhui())
        ids = s.scalars(select(Personne.id).where(Personne.ref.in_([v.personne_ref for v in vus])))
        noter_lectures(s, ctx.horloge(), acteur, list(ids), FINALITE)
        return vus


def classer_pour_salarie(
    ctx: Contexte, acteur: Acteur, personne_ref: str, *, limit: int
) -> tuple[ClassementOffresVu, date | None]:
    """Other employers' open offres for one of its salariés, and the end of her contrat.

    Reasons are those an employer may read. Raises RegleViolee when she was not informed of the ranking.
    """
    with ctx.transaction() as s:
        personne, contrat = salarie_du_perimetre(s, acteur, personne_ref, ctx.aujourdhui())
        vu = classer_offres_de(
            ctx,
            s,
            acteur,
            personne,
            limit=limit,
            sauf_organisation=acteur.organisation_id,
            raisons=raisons_sans_nom,
        )
        return vu, contrat.fin


def informer_salarie(ctx: Contexte, acteur: Acteur, personne_ref: str, *, canal: str) -> None:
    """Keep that the structure handed the notice to its salarié: from now on offres may be ranked for her."""
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    with ctx.transaction() as s:
        personne, _ = salarie_du_perimetre(s, acteur, personne_ref, jour)
        if personne.retiree_le is not None:
            raise RegleViolee("Elle s'est retirée des listes : c'est à elle de le demander à son référent.")
        inscrire_information(personne, jour, canal, jour)
        noter_changement(s, quand, personne.id)
        journaliser(s, quand, acteur, "informer", personne, "Personne informée de ses droits", canal=canal)


def apercus_salarie(ctx: Contexte, acteur: Acteur, personne_ref: str, offre_refs: Sequence[str]) -> tuple[Apercu, ...]:
    """What is read before proposing a salarié to other employers."""
    with ctx.transaction() as s:
        jour = ctx.aujourdhui()
        personne, _ = salarie_du_perimetre(s, acteur, personne_ref, jour)
        places, offerts = Places(ctx, s, acteur, jour), Offerts()
        vus = []
        for ref in offre_refs:
            offre = _offre_d_un_autre(s, acteur, ref)
            vus.append(
                lire_apercu(ctx, s, acteur, offre, personne, places, offerts, DEPUIS_PERSONNE, raisons=raisons_sans_nom)
            )
        return tuple(vus)


def proposer_salarie(ctx: Contexte, acteur: Acteur, personne_ref: str, lignes: Sequence[LigneAProposer]) -> list[str]:
    """Propose one of its salariés for each line, all or none; her référents are told. The references, in order.

    Raises as `proposer_plusieurs`; Introuvable for its own offres and for anybody else's salarié.
    """

    def couple(s: Session, ligne: LigneAProposer) -> tuple[Offre, Personne]:
        personne, _ = salarie_du_perimetre(s, acteur, personne_ref, ctx.aujourdhui())
        return _offre_d_un_autre(s, acteur, ligne.offre_ref), personne

    return tout_ou_rien(ctx, acteur, lignes, couple, presentee_par_id=acteur.organisation_id)


def _offre_d_un_autre(s: Session, acteur: Acteur, ref: str) -> Offre:
    offre = charger_offre(s, acteur.territoire_id, ref)
    if offre.organisation_id == acteur.organisation_id:
        raise Introuvable()
    return offre


def lire_presentee(ctx: Contexte, acteur: Acteur, ref: str) -> PropositionVue:
    """One proposition this structure made, in the words of the one who proposes. Raises Introuvable otherwise."""
    with ctx.transaction() as s:
        p, personne_id = proposition_presentee(s, acteur, ref, ctx.aujourdhui())
        noter_lectures(s, ctx.horloge(), acteur, [personne_id], f"Proposition {p.ref}")
        return p


def retirer_presentee(ctx: Contexte, acteur: Acteur, ref: str, *, version: int | None = None) -> None:
    """Take back a proposition this structure made."""
    with ctx.transaction() as s:
        proposition = s.scalar(
            select(Proposition).where(Proposition.ref == ref, Proposition.territoire_id == acteur.territoire_id)
        )
        if proposition is None or proposition.presentee_par_id is None:
            raise Introuvable()
        exiger(
            acteur,
            Action.PREPARER_SUITE,
            Portee(proposition.territoire_id, frozenset({proposition.presentee_par_id})),
        )
        if version is not None and proposition.version != version:
            raise ModifieEntreTemps()
        retirer_en_transaction(s, ctx, acteur, proposition)
