"""What is typed about a marché, and how plain text is read: a name, a SIRET or a reference all name a firm."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.comptes.roles import Acteur
from marketplace.comptes.services.organisations import ajouter_organisation
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.marches.models import Marche, Operation
from marketplace.marches.rules.etats import EtatMarche
from marketplace.marches.rules.formes import Forme
from marketplace.marches.rules.regime import NatureMarche
from marketplace.metiers.models import Appellation, Cpv, Metier
from marketplace.territoire.models import Territoire
from marketplace.territoire.queries import chercher_communes
from marketplace.territoire.queries import commune as lire_commune
from marketplace.valeurs import cle, siret_valide

_CODE_ROME = re.compile(r"\b([A-Z]\d{4})\b")
_ENTRE_PARENTHESES = re.compile(r"\s*\([^()]*\)\s*$")


@dataclass(frozen=True, slots=True)
class SaisieMarche:
    """What a form, an import or a seed says of a marché. Firms, commune and trade as typed."""

    intitule: str
    acheteur: str
    secteur: str
    nature: NatureMarche
    objet: str = ""
    titulaire: str = ""
    operation: str = ""
    numero_lot: str = ""
    commune: str = ""
    metier: str = ""
    cpv: str = ""
    procedure: str = ""
    montant_ht: Decimal | None = None
    montant_ttc: Decimal | None = None
    date_notification: date | None = None
    date_debut: date | None = None
    date_fin: date | None = None
    gestionnaire: str = ""
    facilitateur_id: int | None = None
    forme: Forme | None = None
    heures_par_millier: Decimal | None = None
    accord_cadre: str = ""


@dataclass(frozen=True, slots=True)
class SaisieClause:
    """The obligation as typed: hours, link with the object of the contract (R1), publics, and how it was sized."""

    heures_prevues: Decimal
    lien_objet: str = ""
    publics: tuple[str, ...] = ()


def ref_provisoire() -> str:
    """A unique stand-in until the row has the id its reference is made from."""
    return secrets.token_hex(12)


def toucher(ctx: Contexte, marche: Marche) -> None:
    """Say that something of this marché changed: its version moves even when only its clause or its firms did."""
    marche.maj_le = ctx.horloge()
    flag_modified(marche, "maj_le")


def trouver_organisation(
    s: Session, territoire_id: int, texte: str, types: tuple[TypeOrganisation, ...] = ()
) -> Organisation | None:
    """The organisation that this text names: reference, SIRET, or whole name (accents and case forgiven)."""
    texte = texte.strip()
    chiffres = re.sub(r"[\s\u00a0\u202f]", "", texte)
    requete = select(Organisation).where(Organisation.territoire_id == territoire_id)
    if types:
        requete = requete.where(Organisation.type.in_(types))
    entre = re.search(r"\((ORG-\d+)\)\s*$", texte)
    ref = entre.group(1) if entre else texte.upper()
    if ref.startswith("ORG-"):
        return s.scalar(requete.where(Organisation.ref == ref))
    if siret_valide(chiffres):
        return s.scalars(requete.where(Organisation.siret == chiffres).order_by(Organisation.id)).first()
    return s.scalars(requete.where(Organisation.cle == cle(texte)).order_by(Organisation.id)).first()


def _verifier_siret(texte: str, *, champ: str) -> None:
    """Refuse fourteen digits whose key is wrong. Raises RegleViolee next to the field."""
    chiffres = re.sub(r"[\s\u00a0\u202f.]", "", texte)
    if re.fullmatch(r"\d{14}", chiffres) and not siret_valide(chiffres):
        raise RegleViolee(
            "Ce numéro SIRET n'existe pas : vérifiez les 14 chiffres sur l'extrait Kbis.",
            champ=champ,
        )


def lire_acheteur(s: Session, acteur: Acteur, texte: str) -> Organisation:
    """The buyer named by this text. Raises RegleViolee next to its field."""
    if not texte.strip():
        raise RegleViolee("Dites qui achète : le maître d'ouvrage.", champ="acheteur")
    _verifier_siret(texte, champ="acheteur")
    trouve = trouver_organisation(s, acteur.territoire_id, texte, (TypeOrganisation.ACHETEUR,))
    if trouve is None:
        raise RegleViolee(
            f"Aucun acheteur ne s'appelle « {texte.strip()} » : choisissez-le dans la liste, "
            "ou ajoutez-le d'abord dans Organisations.",
            champ="acheteur",
        )
    return trouve


def lire_entreprise(
    s: Session, ctx: Contexte, acteur: Acteur, texte: str, *, champ: str = "titulaire"
) -> Organisation | None:
    """The firm named by this text; a name never seen is written as a new, unverified firm. None for no text.

    Raises RegleViolee for a SIRET that nobody here carries: a number alone does not name a firm.
    """
    texte = texte.strip()
    if not texte:
        return None
    _verifier_siret(texte, champ=champ)
    trouve = trouver_organisation(s, acteur.territoire_id, texte)
    if trouve is not None:
        if trouve.type in (TypeOrganisation.ACHETEUR, TypeOrganisation.PRESCRIPTEUR, TypeOrganisation.OPCS):
            raise RegleViolee(f"{trouve.nom} n'est pas une entreprise : vérifiez le nom.", champ=champ)
        return trouve
    if not cle(texte) or re.fullmatch(r"[\d\s]+|ORG-\d+", texte):
        raise RegleViolee(f"« {texte} » ne correspond à aucune entreprise : écrivez son nom.", champ=champ)
    return ajouter_organisation(
        s,
        ctx,
        acteur,
        type_=TypeOrganisation.ENTREPRISE,
        nom=texte,
        source="saisie d'un marché",
        source_le=ctx.aujourdhui(),
    )


def lire_commune_saisie(s: Session, territoire_id: int, texte: str, *, champ: str = "commune") -> str | None:
    """INSEE code of the commune typed (« Lunel », « Lunel (34) », a code). Raises RegleViolee when unknown."""
    texte = texte.strip()
    if not texte:
        return None
    if re.fullmatch(r"\d[\dAB]\d{3}", texte):
        connue = lire_commune(s, texte)
        if connue is not None:
            return connue.code_insee
    nom = _ENTRE_PARENTHESES.sub("", texte)
    departements = s.scalar(select(Territoire.departements).where(Territoire.id == territoire_id)) or []
    trouvees = chercher_communes(s, nom, 1, departements=departements)
    if not trouvees:
        raise RegleViolee(f"Aucune commune ne s'appelle « {texte} » : vérifiez le nom.", champ=champ)
    if cle(trouvees[0].nom) != cle(nom) and not nom.isdigit():
        raise RegleViolee(
            f"« {texte} » n'est pas le nom d'une commune : vouliez-vous dire {trouvees[0].libelle} ?",
            champ=champ,
        )
    return trouvees[0].code_insee


def lire_metier_saisi(s: Session, texte: str, *, champ: str = "metier") -> str | None:
    """ROME code of the trade typed (a code, a métier or an appellation). Raises RegleViolee when unknown."""
    texte = texte.strip()
    if not texte:
        return None
    code = _CODE_ROME.search(texte.upper())
    if code is not None and s.get(Metier, code.group(1)) is not None:
        return code.group(1)
    cherche = cle(_ENTRE_PARENTHESES.sub("", texte))
    trouve = s.scalars(select(Metier.code_rome).where(Metier.cle == cherche)).first()
    trouve = trouve or s.scalars(select(Appellation.code_rome).where(Appellation.cle == cherche)).first()
    if trouve is None:
        raise RegleViolee(f"« {texte} » n'est pas un métier connu : choisissez-le dans la liste.", champ=champ)
    return trouve


def lire_cpv(s: Session, texte: str) -> str | None:
    """The eight digits of a CPV code. Raises RegleViolee when the nomenclature does not hold it."""
    chiffres = re.sub(r"\D", "", texte.partition("-")[0])
    if not texte.strip():
        return None
    if len(chiffres) != 8 or s.get(Cpv, chiffres) is None:
        raise RegleViolee(f"« {texte.strip()} » n'est pas un code CPV : attendu 8 chiffres.", champ="cpv")
    return chiffres


def lire_operation(s: Session, acteur: Acteur, texte: str) -> Operation | None:
    """The opération named by its reference or its whole title. Raises RegleViolee when there is none."""
    texte = texte.strip()
    if not texte:
        return None
    entre = re.search(r"(OP-\d+)", texte.upper())
    requete = select(Operation).where(Operation.territoire_id == acteur.territoire_id)
    if entre is not None:
        trouvee = s.scalar(requete.where(Operation.ref == entre.group(1)))
    else:
        trouvee = s.scalars(requete.where(Operation.intitule == texte).order_by(Operation.id.desc())).first()
    if trouvee is None:
        raise RegleViolee(f"Aucune opération ne s'appelle « {texte} » : créez-la d'abord.", champ="operation")
    return trouvee


ETATS_DE_DEPART = (
    EtatMarche.A_ETUDIER,
    EtatMarche.PROGRAMME,
    EtatMarche.EN_CONSULTATION,
    EtatMarche.NOTIFIE,
    EtatMarche.EN_COURS,
)
"""A marché enters the ledger in any of these: a facilitateur who arrives takes over what already runs."""
