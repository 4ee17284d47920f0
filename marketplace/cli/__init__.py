"""The `marketplace …` commands. Each one calls one service; errors are one French line and a non-zero exit code."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import NoReturn

from sqlalchemy.exc import DatabaseError, OperationalError, ProgrammingError

from marketplace.cli.sortie import erreur
from marketplace.db import fermer_moteurs
from marketplace.erreurs import ErreurExploitation, FichierRefuse, Introuvable, RegleViolee

# One module per family of commands; each has `ajouter(commandes)`, which declares its own.
FAMILLES = (
    "base",
    "comptes",
    "taches",
    "coherence",
    "execution",
    "classement",
    "matching",
    "marches",
    "avis",
    "bilan",
    "bench",
)


class Analyseur(argparse.ArgumentParser):
    """argparse speaks English; its two sentences that users meet are said in French, on one line."""

    def error(self, message: str) -> NoReturn:
        """One line and exit code 2."""
        self.exit(2, f"Commande mal écrite ({message}). Essayez : {self.prog} --help\n")


def analyseur() -> argparse.ArgumentParser:
    """The whole command line."""
    racine = Analyseur(prog="marketplace", description="La Place des clauses, en ligne de commande.")
    commandes = racine.add_subparsers(dest="commande", metavar="COMMANDE", required=True, parser_class=Analyseur)
    for famille in FAMILLES:
        module: ModuleType = importlib.import_module(f"marketplace.cli.{famille}")
        module.ajouter(commandes)
    return racine


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns 0 only when it worked."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s", stream=sys.stderr)
    for flux in (sys.stdout, sys.stderr):
        if hasattr(flux, "reconfigure"):
            flux.reconfigure(encoding="utf-8")
    choisi = analyseur().parse_args(arguments)
    try:
        return int(choisi.action(choisi) or 0)
    except FichierRefuse as refus:
        erreur(refus.message)
        for ligne in refus.lignes:
            erreur(f"  ligne {ligne.ligne} ({ligne.id}) : {ligne.motif}")
        return 1
    except (ErreurExploitation, Introuvable, RegleViolee) as refus:
        erreur(refus.message)
        return 1
    except (OperationalError, ProgrammingError) as panne:
        erreur(message_base(panne))
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        fermer_moteurs()


def message_base(panne: DatabaseError) -> str:
    """What a database failure means for the operator."""
    texte = str(panne.orig).lower()
    if "no such table" in texte or ("does not exist" in texte and "relation" in texte):
        return "La base est vide : lancez d'abord « marketplace init »."
    if "readonly" in texte or "read-only" in texte:
        return "La base est en lecture seule : vérifiez les droits du fichier ou du compte de DATABASE_URL."
    if "unable to open" in texte:
        return "Impossible d'ouvrir le fichier de la base : vérifiez le chemin de DATABASE_URL et ses droits."
    if "locked" in texte:
        return "La base est occupée par un autre traitement : réessayez dans un instant."
    return "La base ne répond pas : vérifiez DATABASE_URL et que le serveur est démarré."
