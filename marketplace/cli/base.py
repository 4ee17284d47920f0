"""init, seed, list: the database, its contents, and what it holds."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from typing import Any

from alembic import command
from alembic.config import Config as ConfigAlembic
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, func, inspect, select

from marketplace.app import creer_contexte
from marketplace.cli.sortie import dire, imprimer_json, tableau
from marketplace.config import RACINE, lire_config
from marketplace.contexte import Contexte
from marketplace.db import creer_moteur
from marketplace.erreurs import ErreurExploitation
from marketplace.marches.models import Clause, Marche
from marketplace.offres.models import EtatOffre, Offre
from marketplace.personnes.models import Personne
from seeds import referentiels
from seeds.referentiels import barre_de_progression


def ajouter(commandes: Any) -> None:
    """Declare the commands of this family."""
    p = commandes.add_parser("init", help="crée ou met à jour la base de DATABASE_URL")
    p.set_defaults(action=init)
    p = commandes.add_parser("seed", help="charge les référentiels, et une démonstration si on le demande")
    groupe = p.add_mutually_exclusive_group()
    groupe.add_argument("--referentiels", action="store_true", help="les référentiels seulement")
    groupe.add_argument("--demo", metavar="NOM", help="nom de la démonstration (herault par défaut)")
    p.add_argument("--le", type=jour, metavar="DATE", help="date du jour pour la démonstration (AAAA-MM-JJ)")
    p.set_defaults(action=seed)
    p = commandes.add_parser("list", help="liste les marchés, les offres ou les personnes")
    p.add_argument("quoi", choices=["marches", "offres", "personnes"])
    p.add_argument("--json", action="store_true")
    p.set_defaults(action=lister)


def jour(texte: str) -> date:
    """An ISO date given on the command line."""
    try:
        return date.fromisoformat(texte)
    except ValueError:
        raise argparse.ArgumentTypeError(f"« {texte} » n'est pas une date : écrivez AAAA-MM-JJ") from None


def config_alembic(moteur: Engine | None = None) -> ConfigAlembic:
    """Alembic's configuration of this checkout."""
    config = ConfigAlembic(str(RACINE / "alembic.ini"))
    if moteur is not None:
        config.attributes["moteur"] = moteur
    return config


def migrer(moteur: Engine) -> bool:
    """Bring the database to the head revision; whether anything had to be done."""
    config = config_alembic()
    tete = ScriptDirectory.from_config(config).get_current_head()
    with moteur.connect() as connexion:
        actuelle = MigrationContext.configure(connexion).get_current_revision()
        if actuelle is None and inspect(connexion).has_table("territoire"):
            raise ErreurExploitation(
                "Cette base contient déjà des tables sans numéro de version : donnez une base vide à DATABASE_URL."
            )
        connexion.rollback()
        if actuelle == tete:
            return False
        config.attributes["connection"] = connexion
        command.upgrade(config, "head")
        connexion.commit()
    return True


def init(_: argparse.Namespace) -> int:
    """Create or upgrade the database."""
    moteur = creer_moteur(lire_config().database_url)
    fait = migrer(moteur)
    dire("Base à jour." if fait else "Base déjà à jour.")
    moteur.dispose()
    return 0


def charger_referentiels(ctx: Contexte) -> dict[str, int]:
    """Load communes, zones, ROME, CPV and NAF where their files changed, with a progress bar; rows by table."""
    with barre_de_progression() as avancer:
        return referentiels.charger_referentiels(ctx, avancer)


def semer_demonstration(ctx: Contexte, nom: str, le: date) -> dict[str, Any]:
    """Build a demonstration by its name. Raises ErreurExploitation when there is none of that name."""
    from seeds.demo import DEMONSTRATIONS  # its builders are only paid for here

    semer: Callable[[Contexte, date], dict[str, Any]] | None = DEMONSTRATIONS.get(nom)
    if semer is None:
        noms = ", ".join(sorted(DEMONSTRATIONS))
        raise ErreurExploitation(f"Il n'y a pas de démonstration « {nom} » : choisissez parmi {noms}.")
    return semer(ctx, le)


def seed(args: argparse.Namespace) -> int:
    """Load reference data, then a demonstration unless told otherwise."""
    ctx = creer_contexte()
    comptes = charger_referentiels(ctx)
    ecrites = ", ".join(f"{n} {nom}" for nom, n in comptes.items() if n)
    dire(f"Référentiels : {ecrites or 'déjà à jour'}.")
    if not args.referentiels:
        faits = semer_demonstration(ctx, args.demo or "herault", args.le or ctx.aujourdhui())
        dire("Démonstration : " + ", ".join(f"{n} {nom}" for nom, n in faits.items()))
    return 0


def lister(args: argparse.Namespace) -> int:
    """Print the marchés, offres or personnes of the database."""
    ctx = creer_contexte()
    with ctx.lecture() as s:
        lignes = LISTES[args.quoi](s)
    if args.json:
        imprimer_json(lignes)
    elif lignes:
        tableau(list(lignes[0]), [list(ligne.values()) for ligne in lignes])
    else:
        dire("Rien pour l'instant : « marketplace seed » charge la démonstration.")
    return 0


def _marches(s: Any) -> list[dict[str, Any]]:
    requete = (
        select(Marche.ref, Marche.intitule, Marche.etat, Marche.secteur, Marche.date_fin, Clause.heures_prevues)
        .outerjoin(Clause, (Clause.marche_id == Marche.id) & Clause.remplacee_le.is_(None))
        .order_by(Marche.ref)
    )
    return [dict(ligne._mapping) for ligne in s.execute(requete)]


def _offres(s: Any) -> list[dict[str, Any]]:
    requete = (
        select(Offre.ref, Offre.intitule, Offre.etat, Offre.code_rome, Offre.code_insee, Offre.debut)
        .where(Offre.etat == EtatOffre.PUBLIEE)
        .order_by(Offre.ref)
    )
    return [dict(ligne._mapping) for ligne in s.execute(requete)]


def _personnes(s: Any) -> list[dict[str, Any]]:
    """References and a first past job only: names stay in the product, where their reading is recorded."""
    from marketplace.personnes.models import Experience

    premier = (
        select(Experience.personne_id, func.min(Experience.id).label("id")).group_by(Experience.personne_id).subquery()
    )
    requete = (
        select(Personne.ref, Experience.intitule, Personne.code_insee)
        .outerjoin(premier, premier.c.personne_id == Personne.id)
        .outerjoin(Experience, Experience.id == premier.c.id)
        .where(Personne.retiree_le.is_(None), Personne.anonymisee_le.is_(None))
        .order_by(Personne.ref)
    )
    return [dict(ligne._mapping) for ligne in s.execute(requete)]


LISTES = {"marches": _marches, "offres": _offres, "personnes": _personnes}
