"""check, sauvegarder, restaurer: whether the data is sound, and how to keep a copy of it."""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, exists, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from marketplace.app import creer_contexte
from marketplace.cli.base import config_alembic
from marketplace.cli.sortie import dire, imprimer_json
from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.config import lire_config
from marketplace.db import creer_moteur
from marketplace.erreurs import ErreurExploitation
from marketplace.heures.models import Contrat, DecisionLigne, Declaration, EtatDeclaration, LigneHeures
from marketplace.heures.queries import verifier_chaine
from marketplace.marches.models import Clause, Marche
from marketplace.offres.models import EtatOffre, Offre
from marketplace.personnes.models import EtatValidation, Personne, Validation


def ajouter(commandes: Any) -> None:
    """Declare the commands of this family."""
    p = commandes.add_parser("check", help="vérifie la cohérence des données")
    p.add_argument("--json", action="store_true")
    p.set_defaults(action=verifier)
    p = commandes.add_parser("sauvegarder", help="copie la base dans un fichier")
    p.add_argument("fichier", type=Path)
    p.set_defaults(action=sauvegarder)
    p = commandes.add_parser("restaurer", help="remet la base telle que dans le fichier")
    p.add_argument("fichier", type=Path)
    p.set_defaults(action=restaurer)


def _version(s: Session) -> list[str]:
    tete = ScriptDirectory.from_config(config_alembic()).get_current_head()
    actuelle = MigrationContext.configure(s.connection()).get_current_revision()
    return [] if actuelle == tete else [f"base en version {actuelle}, attendue {tete} : lancez « marketplace init »"]


def _cles_etrangeres(s: Session) -> list[str]:
    if s.get_bind().dialect.name != "sqlite":
        return []
    return [
        f"table {t} : la ligne {n} renvoie à une ligne absente de {p}"
        for t, n, p, _ in s.execute(text("PRAGMA foreign_key_check"))
    ]


def _clauses(s: Session) -> list[str]:
    doubles = (
        select(Marche.ref)
        .join(Clause, Clause.marche_id == Marche.id)
        .where(Clause.remplacee_le.is_(None))
        .group_by(Marche.ref)
        .having(func.count() > 1)
    )
    return [f"marché {ref} : plusieurs versions de la clause sont en vigueur" for ref in s.scalars(doubles)]


def _contrats(s: Session) -> list[str]:
    # A structure of the IAE or a GEIQ attests its own staff (R26): only a firm needs the facilitateur's « oui ».
    sans = (
        select(Contrat.ref)
        .join(Organisation, Organisation.id == Contrat.employeur_id)
        .where(
            Contrat.validation_id.is_(None),
            Organisation.type.in_((TypeOrganisation.ENTREPRISE, TypeOrganisation.ETT)),
        )
    )
    hors = (
        select(Contrat.ref)
        .join(Validation, Validation.id == Contrat.validation_id)
        .where((Validation.etat != EtatValidation.OUI) | (Validation.personne_id != Contrat.personne_id))
    )
    return [f"contrat {r} : sans validation de la personne" for r in s.scalars(sans)] + [
        f"contrat {r} : la validation n'est pas un oui pour cette personne" for r in s.scalars(hors)
    ]


def _decisions(s: Session) -> list[str]:
    trop = (
        select(LigneHeures.id)
        .join(DecisionLigne, DecisionLigne.ligne_id == LigneHeures.id)
        .where(DecisionLigne.en_vigueur)
        .group_by(LigneHeures.id)
        .having(func.sum(DecisionLigne.creditees) > func.max(LigneHeures.travaillees + LigneHeures.formation))
    )
    doubles = (
        select(DecisionLigne.ligne_id)
        .where(DecisionLigne.en_vigueur)
        .group_by(DecisionLigne.ligne_id, DecisionLigne.malgre_tout)
        .having(func.count() > 1)
    )
    orphelines = select(Declaration.id).where(
        Declaration.etat == EtatDeclaration.VALIDEE,
        exists().where(LigneHeures.declaration_id == Declaration.id),
        ~exists().where(LigneHeures.declaration_id == Declaration.id, DecisionLigne.ligne_id == LigneHeures.id),
    )
    return (
        [f"ligne {i} : plus d'heures créditées que déclarées" for i in s.scalars(trop)]
        + [f"ligne {i} : plusieurs décisions en vigueur" for i in s.scalars(doubles)]
        + [f"déclaration {i} : validée sans décision sur ses lignes" for i in s.scalars(orphelines)]
    )


def _personnes(s: Session) -> list[str]:
    """An erased file keeps at most the birth year, as its first or last day, for figures by age."""
    effacees = select(Personne.ref, Personne.date_naissance, Personne.telephone, Personne.prenom).where(
        Personne.anonymisee_le.is_not(None)
    )
    return [
        f"personne {ref} : anonymisée mais encore identifiable"
        for ref, naissance, telephone, prenom in s.execute(effacees)
        if telephone or prenom or (naissance and (naissance.month, naissance.day) not in {(1, 1), (12, 31)})
    ]


def _offres(s: Session) -> list[str]:
    nues = select(Offre.ref).where(Offre.etat == EtatOffre.PUBLIEE, Offre.prerequis == "", ~Offre.exemple)
    return [f"offre {r} : publiée sans prérequis" for r in s.scalars(nues)]


CONTROLES: dict[str, Callable[[Session], list[str]]] = {
    "version": _version,
    "cles_etrangeres": _cles_etrangeres,
    "clauses": _clauses,
    "contrats": _contrats,
    "chaine_des_heures": verifier_chaine,
    "decisions": _decisions,
    "personnes": _personnes,
    "offres": _offres,
}


def verifier(args: argparse.Namespace) -> int:
    """Run every control; exit code 1 when one finds something."""
    ctx = creer_contexte()
    with ctx.lecture() as s:
        trouves = {nom: controle(s) for nom, controle in CONTROLES.items()}
    sain = not any(trouves.values())
    if args.json:
        imprimer_json({"coherent": sain, "controles": trouves})
    for nom, problemes in trouves.items():
        if not args.json:
            dire(f"{nom} : {'rien à signaler' if not problemes else f'{len(problemes)} problème(s)'}")
        for probleme in problemes[:50]:
            dire(f"  {probleme}")
    return 0 if sain else 1


def _outil(nom: str) -> str:
    chemin = shutil.which(nom)
    if chemin is None:
        raise ErreurExploitation(f"Il manque {nom} : installez le client de votre version de PostgreSQL.")
    return chemin


def _lancer(commande: list[str], verbe: str) -> None:
    resultat = subprocess.run(commande, capture_output=True, text=True, check=False)
    if resultat.returncode:
        raise ErreurExploitation(f"{verbe} a échoué : {resultat.stderr.strip().splitlines()[-1:]}")


def _url_libpq(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _copier_sqlite(source: Path, cible: Path) -> None:
    depart, arrivee = sqlite3.connect(source), sqlite3.connect(cible)
    try:
        depart.backup(arrivee)
    finally:
        depart.close()
        arrivee.close()


def _fichier_sqlite(moteur: Engine) -> Path:
    return Path(str(moteur.url.database))


def sauvegarder(args: argparse.Namespace) -> int:
    """Copy the live database into a file, without stopping anything."""
    config = lire_config()
    if args.fichier.exists():
        raise ErreurExploitation(f"{args.fichier} existe déjà : choisissez un autre nom.")
    if not args.fichier.parent.is_dir():
        raise ErreurExploitation(f"Le dossier {args.fichier.parent} n'existe pas : créez-le, puis recommencez.")
    provisoire = args.fichier.with_name(args.fichier.name + ".partiel")
    provisoire.unlink(missing_ok=True)
    if config.sqlite:
        source = _fichier_sqlite(creer_moteur(config.database_url))
        if not source.exists():
            raise ErreurExploitation(f"Il n'y a pas de base dans {source} : vérifiez DATABASE_URL.")
        _copier_sqlite(source, provisoire)
    else:
        _lancer(
            [_outil("pg_dump"), "-Fc", "-f", str(provisoire), _url_libpq(config.database_url)],
            "La sauvegarde",
        )
    provisoire.rename(args.fichier)
    dire(f"Sauvegarde écrite dans {args.fichier}.")
    return 0


def restaurer(args: argparse.Namespace) -> int:
    """Put the database back as in the file. The one it replaces is kept beside it (SQLite)."""
    config = lire_config()
    if not args.fichier.is_file():
        raise ErreurExploitation(f"Le fichier {args.fichier} n'existe pas : vérifiez son nom.")
    if config.sqlite:
        if args.fichier.read_bytes()[:15] != b"SQLite format 3":
            raise ErreurExploitation(f"{args.fichier} n'est pas une sauvegarde de La Place des clauses (SQLite).")
        cible = _fichier_sqlite(creer_moteur(config.database_url))
        if cible.exists():
            _copier_sqlite(cible, cible.with_name(cible.name + ".avant-restauration"))
        _copier_sqlite(args.fichier, cible)
    else:
        commande = [
            _outil("pg_restore"),
            "--clean",
            "--if-exists",
            "--single-transaction",
            "--no-owner",
            "-d",
        ]
        _lancer([*commande, _url_libpq(config.database_url), str(args.fichier)], "La restauration")
    dire("Base restaurée. Redémarrez le site et le planificateur.")
    return 0
