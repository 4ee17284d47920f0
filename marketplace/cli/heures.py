"""import heures: an employer's own file of hours."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.app import creer_contexte
from marketplace.cli.sortie import dire, imprimer_json
from marketplace.comptes.models import Organisation
from marketplace.comptes.roles import Acteur, Role, systeme
from marketplace.erreurs import FichierRefuse, RegleViolee
from marketplace.heures.imports.correspondance import Correspondance, lire_correspondance
from marketplace.heures.imports.fichier import importer_heures
from marketplace.heures.imports.resultat import Resultat, Sort
from marketplace.heures.imports.rubriques import LIBELLES
from marketplace.marches.imports.fichiers import lire_fichier
from marketplace.valeurs import lire_siret


def ajouter(formats: Any) -> None:
    """Declare « import heures » among the formats."""
    p = formats.add_parser("heures", help="heures d'un employeur, depuis son propre fichier (XLSX ou CSV)")
    p.add_argument("fichier", type=Path)
    p.add_argument("--employeur", required=True, metavar="SIRET", help="l'employeur qui déclare")
    p.add_argument("--mapping", type=Path, metavar="F", help="correspondances retenues (JSON)")
    p.add_argument("--signataire", default="", help="signe les déclarations à ce nom")
    p.add_argument("--dry-run", action="store_true", help="tout lire, ne rien écrire")
    p.add_argument("--json", action="store_true")
    p.set_defaults(action=importer)


def _employeur(s: Session, siret: str) -> tuple[Acteur, int]:
    """The employer, and the actor who declares for it. Raises RegleViolee when the SIRET is unknown."""
    numero = lire_siret(siret)
    trouvees = s.scalars(select(Organisation).where(Organisation.siret == numero)).all()
    if not trouvees:
        raise RegleViolee(f"Aucune organisation ne porte le SIRET {numero} : vérifiez-le dans l'annuaire.")
    if len(trouvees) > 1:
        raise RegleViolee(f"Plusieurs organisations portent le SIRET {numero} : corrigez l'annuaire.")
    o = trouvees[0]
    acteur = replace(
        systeme(o.territoire_id),
        role=Role.EMPLOYEUR,
        organisation_id=o.id,
        organisation_nom=o.nom,
        organisation_verifiee=o.verifiee_le is not None,
    )
    return acteur, o.id


def lire_mapping(chemin: Path | None) -> Correspondance:
    """The decisions remembered in a file. Raises FichierRefuse when it is no JSON object."""
    if chemin is None:
        return Correspondance()
    try:
        objet = json.loads(lire_fichier(chemin).decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise FichierRefuse(f"{chemin} n'est pas un JSON lisible : vérifiez-le, puis recommencez.") from None
    if not isinstance(objet, dict):
        raise FichierRefuse(
            f"{chemin} doit contenir un objet : colonnes, chantiers, personnes, rubriques, mois, lignes."
        )
    return lire_correspondance(objet)


def importer(args: argparse.Namespace) -> int:
    """Import a file; exit 0 only when it was applied, or when a dry run found nothing to correct."""
    ctx = creer_contexte()
    correspondance = lire_mapping(args.mapping)
    contenu = lire_fichier(args.fichier)
    with ctx.lecture() as s:
        acteur, employeur_id = _employeur(s, args.employeur)
    r = importer_heures(
        ctx, acteur, employeur_id, contenu, correspondance, signataire=args.signataire, dry_run=args.dry_run
    )
    if args.json:
        imprimer_json(r.en_dict())
    else:
        _raconter(r, dry_run=args.dry_run)
    return 0 if r.applique or (args.dry_run and r.complet) else 1


def _raconter(r: Resultat, *, dry_run: bool) -> None:
    lecture = r.lecture
    dire(f"{lecture.lus} lignes lues, {lecture.retenues} retenues, {lecture.ecartees} mises de côté (non gardées).")
    for groupe in r.groupes:
        precision = {Sort.GARDER: " (gardées jusqu'à l'ouverture du mois)", Sort.INCHANGE: " (inchangé)"}
        dire(
            f"  {groupe.mois:%Y-%m}, {groupe.marche_ref} : {groupe.travaillees} h travaillées, "
            f"{groupe.formation} h de formation{precision.get(groupe.sort, '')}"
        )
    for nature, heures in lecture.non_comptees.items():
        dire(f"  {LIBELLES[nature]} : {heures} h, jamais comptées.")
    if lecture.a_cheval:
        dire(f"{lecture.a_cheval} semaine(s) à cheval sur deux mois, partagée(s) par jour.")
    if r.colonnes_ecartees:
        dire(f"Colonnes ignorées, car elles portent un numéro de sécurité sociale : {', '.join(r.colonnes_ecartees)}.")
    _demander(r)
    for refus in r.refuses:
        dire(f"  ligne {refus.ligne} ({refus.id}) : {refus.motif}")
    if r.applique:
        dire(f"{r.declarations} déclaration(s) remplie(s)." if r.change else "Rien à changer : tout y est déjà.")
    elif dry_run:
        dire("Essai à blanc : rien n'est écrit.")
    else:
        dire("Rien n'est écrit : corrigez les lignes ou complétez le fichier de correspondance, puis recommencez.")


def _demander(r: Resultat) -> None:
    """What the mapping file still has to say."""
    if r.tableau.manques:
        dire(f"Colonne introuvable : {', '.join(r.tableau.manques)}. Nommez-la dans « colonnes ».")
    for chantier, nombre in r.a_decider.items():
        dire(
            f"  chantier « {chantier} », {nombre} ligne(s) : dites de quel marché il s'agit, ou null s'il n'en est pas."
        )
    for personne in r.personnes_a_decider:
        dire(
            f"  « {personne.texte} », {personne.lignes} ligne(s) : dites quel contrat, ou null ; ou faites-la valider."
        )
    for rubrique in r.lecture.rubriques.values():
        dire(f"  rubrique « {rubrique.texte} », {rubrique.lignes} ligne(s) : dites de quelles heures il s'agit.")
    if r.lecture.minutes_douteuses:
        dire("« 7.30 » : sept heures trente, ou 7,30 h ? Écrivez « minutes » : true ou false.")
