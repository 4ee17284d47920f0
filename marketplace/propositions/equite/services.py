"""Making a report of fairness: each month by the scheduler, on demand, or for a layer just learned."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.roles import Acteur, systeme
from marketplace.contexte import Classeur, Contexte
from marketplace.journal.services import journaliser
from marketplace.propositions.classement import mettre_a_jour
from marketplace.propositions.equite.calcul import dresser
from marketplace.propositions.equite.models import GenreRapport, RapportEquite


def inscrire_rapport(
    ctx: Contexte,
    s: Session,
    territoire_id: int,
    jour: date,
    ranker: Classeur,
    *,
    genre: GenreRapport,
    cle: str,
) -> RapportEquite:
    """Compute a report and keep it; the same key a second time replaces what was kept."""
    contenu = dresser(ctx, s, territoire_id, jour, ranker)
    ligne = s.scalar(select(RapportEquite).where(RapportEquite.cle == cle))
    valeurs: dict[str, Any] = {
        "jour": jour,
        "version_modele": ranker.version[:60],
        "alerte": any(e["alerte"] for e in contenu["ecarts"]),
        "contenu": contenu,
        "cree_le": ctx.horloge(),
    }
    if ligne is None:
        ligne = RapportEquite(territoire_id=territoire_id, genre=genre, cle=cle, **valeurs)
        s.add(ligne)
    for champ, valeur in valeurs.items():
        setattr(ligne, champ, valeur)
    s.flush()
    return ligne


def rapport_du_mois(ctx: Contexte, s: Session, territoire_id: int, jour: date) -> RapportEquite:
    """The report of the rankings in force, one a month."""
    ranker = mettre_a_jour(ctx, s, territoire_id)
    cle = f"{GenreRapport.MENSUEL}:{territoire_id}:{jour:%Y-%m}"
    return inscrire_rapport(ctx, s, territoire_id, jour, ranker, genre=GenreRapport.MENSUEL, cle=cle)


def refaire_le_rapport(ctx: Contexte, acteur: Acteur) -> int:
    """The report of this month, made again now. Returns its id."""
    exiger(acteur, Action.REGLER_TERRITOIRE, Portee(acteur.territoire_id))
    with ctx.transaction() as s:
        ligne = rapport_du_mois(ctx, s, acteur.territoire_id, ctx.aujourdhui())
        journaliser(s, ctx.horloge(), acteur, "mesurer_equite", ligne, "Rapport d'équité refait.")
        return ligne.id


def rapport_du_planificateur(ctx: Contexte, territoire_id: int, jour: date) -> RapportEquite:
    """The report of a month, made by the scheduler in its own transaction."""
    with ctx.transaction() as s:
        ligne = rapport_du_mois(ctx, s, territoire_id, jour)
        journaliser(s, ctx.horloge(), systeme(territoire_id), "mesurer_equite", ligne, "Rapport d'équité du mois.")
        return ligne
