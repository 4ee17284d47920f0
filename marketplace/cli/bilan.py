"""bilan: the report of a period, printed or written in files."""

from __future__ import annotations

import argparse
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.app import creer_contexte
from marketplace.bilans.correspondances import definitions_au
from marketplace.bilans.exports import classeur, pdf
from marketplace.bilans.exports.cachet import Cachet
from marketplace.bilans.exports.tableur_csv import fichiers_csv, fichiers_du_registre
from marketplace.bilans.models import BilanArrete
from marketplace.bilans.packs import PACKS, fabriquer
from marketplace.bilans.perimetre import lire_perimetre
from marketplace.bilans.presentation import en_json
from marketplace.bilans.queries import empreinte_registre, lire_faits
from marketplace.bilans.rules.bilan import dresser
from marketplace.bilans.rules.periode import Periode, annee, periode
from marketplace.bilans.rules.tableaux import Registre
from marketplace.bilans.services import regularisations
from marketplace.bilans.vue import BilanVu, de_dict, en_dict, presenter
from marketplace.cli.base import jour
from marketplace.cli.sortie import dire, imprimer_json
from marketplace.contexte import PARIS
from marketplace.erreurs import ErreurExploitation, RegleViolee
from marketplace.heures.models import Declaration, LigneHeures
from marketplace.territoire.models import Territoire


def ajouter(commandes: Any) -> None:
    """Declare the command."""
    p = commandes.add_parser("bilan", help="le bilan d'une année, avec l'année d'avant en regard")
    p.add_argument("--annee", type=int, metavar="AAAA", help="une année civile")
    p.add_argument("--debut", type=jour, metavar="DATE", help="premier jour d'un mois, à la place de --annee")
    p.add_argument("--fin", type=jour, metavar="DATE", help="dernier jour d'un mois")
    p.add_argument(
        "--perimetre",
        default="tout",
        help="tout, sans-exceptionnelles, acheteur:REF, operation:REF, gestionnaire:NOM ; séparés par des virgules",
    )
    p.add_argument("--territoire", metavar="CODE", help="nécessaire quand la base en porte plusieurs")
    p.add_argument(
        "--arrete", metavar="REF|DATE", help="le bilan arrêté de cette référence, ou le dernier à cette date"
    )
    p.add_argument("--pack", choices=list(PACKS), help="un dossier tout prêt, au lieu du bilan entier")
    sortie = p.add_mutually_exclusive_group()
    sortie.add_argument("--json", action="store_true", help="les tableaux sur la sortie standard (par défaut)")
    sortie.add_argument("--xlsx", type=Path, metavar="F", help="un classeur")
    sortie.add_argument("--pdf", type=Path, metavar="F", help="un document balisé")
    sortie.add_argument("--csv", type=Path, metavar="DOSSIER", help="un fichier par tableau, et les lignes")
    p.set_defaults(action=produire)


def lire_periode(args: argparse.Namespace) -> Periode:
    """The period asked for. Raises RegleViolee when it is neither a year nor two dates."""
    if args.annee is not None:
        return annee(args.annee)
    if args.debut is None or args.fin is None:
        raise RegleViolee("Dites la période : --annee 2020, ou --debut 2020-01-01 --fin 2020-06-30.")
    return periode(args.debut, args.fin)


def choisir_territoire(s: Session, code: str | None, choisie: Periode) -> Territoire:
    """The territory named, or the only one; else the only one with hours in the period. Raises RegleViolee."""
    tous = list(s.scalars(select(Territoire).order_by(Territoire.id)))
    if code is not None:
        nommes = [t for t in tous if t.code == code]
        if not nommes:
            raise RegleViolee(f"Aucun territoire ne porte le code « {code} ».")
        return nommes[0]
    if len(tous) > 1:
        avec = select(Declaration.territoire_id).join(LigneHeures, LigneHeures.declaration_id == Declaration.id)
        actifs = set(s.scalars(avec.where(LigneHeures.mois.between(choisie.debut, choisie.fin)).distinct()))
        tous = [t for t in tous if t.id in actifs]
    if len(tous) != 1:
        raise RegleViolee("Dites de quel territoire : ajoutez --territoire CODE.")
    return tous[0]


def produire(args: argparse.Namespace) -> int:
    """Print the report as JSON, or write it in a file."""
    choisie = lire_periode(args)
    ctx = creer_contexte()
    with ctx.lecture() as s:
        territoire = choisir_territoire(s, args.territoire, choisie)
        perimetre = lire_perimetre(s, territoire.id, args.perimetre)
        cachet = Cachet(
            territoire.nom,
            choisie.libelle,
            args.perimetre,
            choisie.debut.isoformat(),
            choisie.fin.isoformat(),
            args.perimetre,
            ctx.horloge(),
            empreinte_registre(s, perimetre),
        )
        if args.arrete:
            arrete = trouver_arrete(s, territoire.id, choisie, args.arrete)
            ecarts = regularisations(s, arrete)
            vu = de_dict(arrete.contenu)
            dire(
                f"Bilan {arrete.ref}, arrêté le {arrete.arrete_le:%d/%m/%Y}. "
                + (f"{len(ecarts)} lignes ont changé depuis." if ecarts else "Rien n'a changé depuis.")
            )
            cachet = replace(cachet, etabli_le=arrete.arrete_le, empreinte=arrete.empreinte, arrete=arrete.ref)
            return _ecrire(args, vu, cachet, {**en_dict(vu), "regularisations": [asdict(e) for e in ecarts]}, {})
        if args.pack:
            vu = fabriquer(s, args.pack, perimetre, choisie, ctx.aujourdhui())
            return _ecrire(args, vu, cachet, {**en_dict(vu), "cachet": dict(cachet.lignes())}, {})
        faits = lire_faits(s, perimetre, choisie)
        definitions = definitions_au(s, territoire.id, faits.periodes)
        resultat = dresser(faits, definitions)
        if resultat.vide:
            raise RegleViolee(f"Aucun marché suivi ni aucune heure sur {choisie.libelle} : il n'y a rien à publier.")
        vu = presenter(
            resultat,
            titre=f"Bilan {choisie.libelle}",
            debut=cachet.debut,
            fin=cachet.fin,
            perimetre=args.perimetre,
        )
        lignes = dict(fichiers_du_registre(Registre(faits, definitions))) if args.csv else {}
    objet = {
        "territoire": territoire.code,
        "periode": {"debut": cachet.debut, "fin": cachet.fin},
        "perimetre": args.perimetre,
        "empreinte": cachet.empreinte,
        **en_json(resultat),
    }
    return _ecrire(args, vu, cachet, objet, lignes)


def trouver_arrete(s: Session, territoire_id: int, choisie: Periode, voulu: str) -> BilanArrete:
    """The frozen report of that reference, or the last one of the period frozen by that day. Raises RegleViolee."""
    requete = select(BilanArrete).where(
        BilanArrete.territoire_id == territoire_id,
        BilanArrete.debut == choisie.debut,
        BilanArrete.fin == choisie.fin,
    )
    try:
        au = jour(voulu) if voulu[:1].isdigit() else None
    except argparse.ArgumentTypeError as erreur:
        raise RegleViolee(f"{erreur}.") from None
    for arrete in s.scalars(requete.order_by(BilanArrete.arrete_le.desc(), BilanArrete.id.desc())):
        if arrete.ref == voulu or (au is not None and arrete.arrete_le.astimezone(PARIS).date() <= au):
            return arrete
    raise RegleViolee(f"Aucun bilan {choisie.libelle} n'est arrêté sous « {voulu} ».")


def _ecrire(
    args: argparse.Namespace, vu: BilanVu, cachet: Cachet, objet: dict[str, Any], lignes: dict[str, bytes]
) -> int:
    if args.xlsx:
        _poser(args.xlsx, classeur.classeur(vu, cachet))
    elif args.pdf:
        _poser(args.pdf, pdf.bilan_pdf(vu, cachet))
    elif args.csv:
        args.csv.mkdir(parents=True, exist_ok=True)
        for nom, contenu in {**fichiers_csv(vu, cachet), **lignes}.items():
            _poser(args.csv / nom, contenu)
    else:
        imprimer_json(objet)
    return 0


def _poser(chemin: Path, contenu: bytes) -> None:
    try:
        chemin.write_bytes(contenu)
    except OSError as erreur:
        raise ErreurExploitation(f"Impossible d'écrire {chemin} ({erreur.strerror}).") from None
    dire(f"Écrit : {chemin}")
