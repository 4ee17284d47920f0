"""territoire, organisation, user: a real territory starts without the demonstration."""

from __future__ import annotations

import argparse
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.app import creer_contexte
from marketplace.cli.sortie import dire, imprimer_json, tableau
from marketplace.comptes.models import Affectation, Organisation, TypeOrganisation, Utilisateur
from marketplace.comptes.roles import Role, systeme
from marketplace.comptes.services import (
    creer_organisation,
    creer_territoire,
    creer_utilisateur,
    verifier_organisation,
)
from marketplace.contexte import Contexte
from marketplace.erreurs import ErreurExploitation
from marketplace.territoire.models import Territoire


def ajouter(commandes: Any) -> None:
    """Declare the commands of this family."""
    actes = _groupe(commandes, "territoire", "ajoute ou liste les territoires")
    p = actes.add_parser("add", help="ajoute un territoire")
    p.add_argument("--code", required=True, help="code court, par exemple herault")
    p.add_argument("--nom", required=True)
    p.add_argument("--departements", required=True, help="codes séparés par des virgules, par exemple 34,30")
    p.add_argument("--contact-nom", default="")
    p.add_argument("--contact-courriel", default="")
    p.add_argument("--contact-telephone", default="")
    p.set_defaults(action=territoire_add)
    _liste(actes, _territoires)

    actes = _groupe(commandes, "organisation", "ajoute ou liste les organisations")
    p = actes.add_parser("add", help="ajoute une organisation")
    p.add_argument("--territoire", required=True, metavar="CODE")
    p.add_argument("--type", required=True, choices=[t.value for t in TypeOrganisation])
    p.add_argument("--nom", required=True)
    p.add_argument("--siret", default="")
    p.add_argument("--courriel", default="")
    p.add_argument("--telephone", default="")
    p.add_argument(
        "--verifiee", action="store_true", help="identité et convention vérifiées : ses membres voient des personnes"
    )
    p.set_defaults(action=organisation_add)
    _liste(actes, _organisations)

    actes = _groupe(commandes, "user", "ajoute ou liste les utilisateurs")
    p = actes.add_parser("add", help="ajoute un utilisateur et affiche son lien d'invitation")
    p.add_argument("--territoire", required=True, metavar="CODE")
    p.add_argument("--organisation", required=True, metavar="REF")
    p.add_argument("--role", required=True, choices=[r.value for r in Role])
    p.add_argument("--courriel", required=True)
    p.add_argument("--prenom", required=True)
    p.add_argument("--nom", required=True)
    p.set_defaults(action=user_add)
    _liste(actes, _utilisateurs)


def _groupe(commandes: Any, nom: str, aide: str) -> Any:
    return commandes.add_parser(nom, help=aide).add_subparsers(dest="acte", metavar="ACTE", required=True)


def _liste(actes: Any, requete: Any) -> None:
    p = actes.add_parser("list", help="affiche la liste")
    p.add_argument("--json", action="store_true")
    p.set_defaults(action=lambda args: lister(args, requete))


def _territoire(ctx: Contexte, code: str) -> int:
    with ctx.lecture() as s:
        trouve = s.scalar(select(Territoire.id).where(Territoire.code == code))
        connus = ", ".join(s.scalars(select(Territoire.code).order_by(Territoire.code))) or "aucun pour l'instant"
    if trouve is None:
        raise ErreurExploitation(f"Il n'y a pas de territoire « {code} » : {connus}.")
    return trouve


def territoire_add(args: argparse.Namespace) -> int:
    """Create a territory."""
    ctx = creer_contexte()
    creer_territoire(
        ctx,
        code=args.code,
        nom=args.nom,
        departements=[d.strip() for d in args.departements.split(",") if d.strip()],
        contact_nom=args.contact_nom,
        contact_courriel=args.contact_courriel,
        contact_telephone=args.contact_telephone,
    )
    dire(f"Territoire {args.code} créé.")
    return 0


def organisation_add(args: argparse.Namespace) -> int:
    """Create an organisation, verified or not."""
    ctx = creer_contexte()
    acteur = systeme(_territoire(ctx, args.territoire))
    ref = creer_organisation(
        ctx,
        acteur,
        type_=TypeOrganisation(args.type),
        nom=args.nom,
        siret=args.siret,
        courriel=args.courriel,
        telephone=args.telephone,
    )
    if args.verifiee:
        verifier_organisation(ctx, acteur, ref)
    print(ref)
    return 0


def user_add(args: argparse.Namespace) -> int:
    """Create a user with a first hat and print the one-time link."""
    ctx = creer_contexte()
    lien = creer_utilisateur(
        ctx,
        _territoire(ctx, args.territoire),
        courriel=args.courriel,
        prenom=args.prenom,
        nom=args.nom,
        role=Role(args.role),
        organisation_ref=args.organisation,
    )
    if lien is None:
        dire("Rôle ajouté ; cette personne a déjà un mot de passe.")
    else:
        dire("Lien d'invitation, valable une fois :")
        print(lien)
    return 0


def lister(args: argparse.Namespace, requete: Any) -> int:
    """Print one list."""
    ctx = creer_contexte()
    with ctx.lecture() as s:
        lignes = requete(s)
    if args.json:
        imprimer_json(lignes)
    elif lignes:
        tableau(list(lignes[0]), [list(ligne.values()) for ligne in lignes])
    else:
        dire("Rien pour l'instant.")
    return 0


def _territoires(s: Session) -> list[dict[str, Any]]:
    requete = select(Territoire.code, Territoire.nom, Territoire.demonstration).order_by(Territoire.code)
    return [dict(ligne._mapping) for ligne in s.execute(requete)]


def _organisations(s: Session) -> list[dict[str, Any]]:
    requete = select(
        Organisation.ref, Organisation.type, Organisation.nom, Organisation.siret, Organisation.verifiee_le
    ).order_by(Organisation.ref)
    return [dict(ligne._mapping) for ligne in s.execute(requete)]


def _utilisateurs(s: Session) -> list[dict[str, Any]]:
    requete = (
        select(
            Utilisateur.courriel,
            Affectation.role,
            Organisation.nom.label("organisation"),
            Affectation.depuis,
            Affectation.jusqu_au,
            Utilisateur.desactive_le,
        )
        .join(Affectation, Affectation.utilisateur_id == Utilisateur.id)
        .join(Organisation, Organisation.id == Affectation.organisation_id)
        .order_by(Utilisateur.courriel, Affectation.id)
    )
    return [dict(ligne._mapping) for ligne in s.execute(requete)]
