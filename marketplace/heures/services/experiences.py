"""A finished contrat enters her journey, and so her next rankings."""

from __future__ import annotations

from marketplace.comptes.droits import Action
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.heures.queries.experiences import experiences_a_ajouter
from marketplace.journal.services import journaliser
from marketplace.personnes.portee import personne_du_perimetre
from marketplace.personnes.services.profil import ajouter_experience


def ajouter_contrat_au_parcours(ctx: Contexte, acteur: Acteur, ref: str, contrat_ref: str) -> str:
    """Write the job of a finished contrat in her journey, its métier already confirmed; the line written.

    Raises Introuvable outside the perimeter, RegleViolee when it is already there or the journey is full.
    """
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    with ctx.transaction() as s:
        personne = personne_du_perimetre(s, acteur, Action.SUIVRE_PERSONNE, ref, jour)
        trouvee = next((e for e in experiences_a_ajouter(s, personne.id, jour) if e.contrat_ref == contrat_ref), None)
        if trouvee is None:
            raise RegleViolee("Ce contrat est déjà dans son parcours, ou n'est pas fini.")
        ajouter_experience(s, quand, personne, trouvee.intitule, trouvee.code_rome, trouvee.mois)
        journaliser(s, quand, acteur, "ajouter_experience", personne, f"Parcours complété : {trouvee.texte}")
        return trouvee.texte
