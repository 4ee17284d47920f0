"""Where signalements meet the rest: no second application, nothing left open for a person who leaves."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.offres.models import Offre
from marketplace.personnes.models import Personne
from marketplace.propositions.signalements import rules
from marketplace.propositions.signalements.models import Signalement
from marketplace.propositions.signalements.queries import signalement_ouvert
from marketplace.propositions.signalements.rules import ResultatSignalement
from marketplace.propositions.signalements.services import consigner


def fermer_signalements(s: Session, ctx: Contexte, personne: Personne) -> int:
    """Close what runs for a person who leaves the lists, inside the act that does it; how many there were."""
    ouverts = s.scalars(_ouverts(personne.id)).all()
    for x in ouverts:
        x.resultat, x.resultat_le = ResultatSignalement.SANS_SUITE, ctx.aujourdhui()
    return len(ouverts)


def clore_signalements_ailleurs(
    s: Session, ctx: Contexte, acteur: Acteur, personne: Personne, employeur_id: int
) -> int:
    """Close what runs for a person hired by `employeur_id`, inside the act that does it; how many there were.

    What runs with that structure itself stays: the contrat will be recognised as the hire it led to.
    """
    ailleurs = s.scalars(_ouverts(personne.id).where(Signalement.organisation_id != employeur_id)).all()
    for x in ailleurs:
        x.resultat, x.resultat_le = ResultatSignalement.SANS_SUITE, ctx.aujourdhui()
        structure = s.get_one(Organisation, x.organisation_id)
        resume = f"Signalement à {structure.nom} : clos, la personne a trouvé un poste"
        consigner(s, ctx, acteur, "clore_signalement", personne, x, resume)
    return len(ailleurs)


def _ouverts(personne_id: int) -> Select[Signalement]:
    return select(Signalement).where(
        Signalement.personne_id == personne_id, Signalement.resultat.in_(list(rules.OUVERTS))
    )


def exiger_premiere_candidature(s: Session, offre: Offre, personne: Personne) -> None:
    """Raises RegleViolee when a proposition would be a second application to a structure she was told of to."""
    ouvert = signalement_ouvert(s, personne.id, offre.organisation_id)
    if ouvert is not None:
        raise RegleViolee(
            f"La personne est déjà signalée à cette structure ({ouvert.ref}) : une seule candidature à la fois."
        )
