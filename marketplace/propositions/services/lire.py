"""Reading propositions: every named reading is recorded in the same act (N2)."""

from __future__ import annotations

from marketplace.comptes.roles import Acteur, Role
from marketplace.contexte import Contexte
from marketplace.journal.services import noter_lectures
from marketplace.propositions import queries
from marketplace.propositions.queries import PagePropositions, PropositionLigne, PropositionVue, SouhaitVu


def lire_liste(
    ctx: Contexte, acteur: Acteur, *, groupe: str = "en_cours", offre_ref: str = "", page: int = 1
) -> tuple[PagePropositions, tuple[SouhaitVu, ...]]:
    """A page of propositions of this hat, and the wishes it may answer (none for an employer)."""
    with ctx.transaction() as s:
        jour = ctx.aujourdhui()
        lues = queries.propositions(s, acteur, jour, groupe=groupe, offre_ref=offre_ref, page=page)
        souhaits = () if acteur.role is Role.EMPLOYEUR else queries.souhaits_ouverts(s, acteur, jour)
        refs = [x.personne_ref for x in lues.lignes] + [x.personne_ref for x in souhaits]
        ids = queries.ids_de_personnes(s, acteur.territoire_id, refs)
        noter_lectures(s, ctx.horloge(), acteur, ids, "Liste des propositions")
        return lues, souhaits


def lire_souhaits(ctx: Contexte, acteur: Acteur, finalite: str) -> tuple[SouhaitVu, ...]:
    """Employers' wishes this hat may answer; each name shown is noted."""
    with ctx.transaction() as s:
        souhaits = queries.souhaits_ouverts(s, acteur, ctx.aujourdhui())
        ids = queries.ids_de_personnes(s, acteur.territoire_id, [x.personne_ref for x in souhaits])
        noter_lectures(s, ctx.horloge(), acteur, ids, finalite)
        return souhaits


def lire_suites(ctx: Contexte, acteur: Acteur, finalite: str, limite: int) -> tuple[PropositionLigne, ...]:
    """The first propositions under way; each name shown is noted."""
    with ctx.transaction() as s:
        suites = queries.propositions(s, acteur, ctx.aujourdhui(), groupe="en_cours").lignes[:limite]
        ids = queries.ids_de_personnes(s, acteur.territoire_id, [x.personne_ref for x in suites])
        noter_lectures(s, ctx.horloge(), acteur, ids, finalite)
        return suites


def lire_fiche(ctx: Contexte, acteur: Acteur, ref: str) -> PropositionVue:
    """One proposition of this hat. Raises Introuvable outside its perimeter."""
    with ctx.transaction() as s:
        p = queries.proposition(s, acteur, ref, ctx.aujourdhui())
        ids = queries.ids_de_personnes(s, acteur.territoire_id, [p.personne_ref])
        noter_lectures(s, ctx.horloge(), acteur, ids, f"Proposition {p.ref}")
        return p
