"""One published contract read from a record, clean or dirty: v2 by the schema, v1, concessions, real-world faults.

Pure functions on plain values: no database, no clock.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from marketplace.erreurs import FichierRefuse, RegleViolee
from marketplace.marches.imports.fichiers import decoder
from marketplace.marches.rules.considerations import Consideration, lire
from marketplace.valeurs import CENTIEME, siret_valide

MONTANT_MAX = Decimal(10_000_000_000)
"""Euros: above, the amount is a typing error."""
DUREE_MAX = 1_200
"""Months: a century."""


@dataclass(frozen=True, slots=True)
class TitulaireLu:
    """A holder as published: an identifier of some kind, a name in version 1 only."""

    id: str
    type: str
    nom: str


@dataclass(frozen=True, slots=True)
class FicheDecp:
    """A published contract once its modifications were applied in order. `brut` is the record as received."""

    acheteur_siret: str
    identifiant: str
    nature: str
    objet: str
    cpv: str | None
    montant: Decimal | None
    notifie_le: date
    duree_mois: int | None
    lieu: str
    titulaires: tuple[TitulaireLu, ...]
    considerations: tuple[str, ...]
    publie_le: date | None
    modifications: int
    empreinte: str
    brut: Mapping[str, Any]

    @property
    def clausee(self) -> bool:
        """Whether it says « Clause sociale »."""
        return Consideration.CLAUSE.value in self.considerations

    @property
    def rang(self) -> tuple[date, int]:
        """What makes a version newer than another: its last publication, then its modifications."""
        return self.publie_le or date.min, self.modifications


def enregistrements(contenu: bytes) -> list[Any]:
    """The records of a file, in its order: a list, the official envelope, version 1, or one record alone.

    Raises FichierRefuse, whole, when the file is not readable JSON or holds no record.
    """
    texte = decoder(contenu)
    try:
        # NaN and Infinity are Python's, not JSON's: real files hold them where a table had a hole.
        lu = json.loads(texte, parse_constant=lambda _: None)
    except json.JSONDecodeError as faute:
        raise FichierRefuse(
            f"Ce fichier n'est pas un JSON complet (ligne {faute.lineno}) : il est peut-être coupé."
        ) from None
    except RecursionError:
        raise FichierRefuse("Ce fichier n'est pas un fichier de données essentielles.") from None
    trouves = _deplier(lu)
    if not trouves:
        raise FichierRefuse("Ce fichier ne contient aucun marché : attendu un JSON de données essentielles.")
    return trouves


def _deplier(lu: Any) -> list[Any]:
    if isinstance(lu, list):
        return lu
    if not isinstance(lu, dict):
        return []
    if "id" in lu or "_id" in lu:
        return [lu]
    trouves: list[Any] = []
    for cle in ("marches", "marche", "contrat-concession", "contrats-concession"):
        if cle in lu:
            dedans = lu[cle]
            trouves += [lu] if cle == "marche" and isinstance(dedans, dict) else _deplier(dedans)
    return trouves


def lire_fiche(enregistrement: Any) -> FicheDecp:
    """One record, `{source, fichier, marche}` unwrapped. Raises RegleViolee with the reason it cannot be taken."""
    if not isinstance(enregistrement, dict):
        raise RegleViolee("Cet enregistrement n'est pas un objet JSON.")
    brut = enregistrement.get("marche", enregistrement)
    if not isinstance(brut, dict):
        raise RegleViolee("Cet enregistrement n'est pas un objet JSON.")
    nature = _texte(brut.get("nature")) or _texte(brut.get("_type"))
    concession = nature.lower().startswith(("concession", "contrat de concession", "délégation"))
    concession = concession or ("autoriteConcedante" in brut and "acheteur" not in brut)
    identifiant = _texte(brut.get("id"))
    if not identifiant:
        raise RegleViolee("L'identifiant du marché manque.", champ="id")
    if len(identifiant) > 100:
        raise RegleViolee("L'identifiant du marché est trop long.", champ="id")
    objet = _texte(brut.get("objet"))
    if not objet:
        raise RegleViolee("L'objet du marché manque.", champ="objet")
    etat: dict[str, Any] = {
        "montant": _premier(brut, "montant", "valeurGlobale") if concession else brut.get("montant"),
        "duree": brut.get("dureeMois"),
        "titulaires": _titulaires(brut.get("concessionnaires") if concession else brut.get("titulaires")),
    }
    publie = _date(brut.get("datePublicationDonnees"))
    modifications = _modifications(brut)
    for modification in modifications:
        _appliquer(etat, modification)
        publie = max(filter(None, (publie, _publication(modification))), default=None)
    return FicheDecp(
        acheteur_siret=_acheteur(brut, concession),
        identifiant=identifiant,
        nature=(nature or ("Concession" if concession else "Marché"))[:60],
        objet=objet,
        cpv=_cpv(brut.get("codeCPV")),
        montant=_montant(etat["montant"]),
        notifie_le=_notification(brut, concession),
        duree_mois=_duree(etat["duree"]),
        lieu=_lieu(brut.get("lieuExecution")),
        titulaires=etat["titulaires"],
        considerations=_considerations(brut.get("considerationsSociales")),
        publie_le=publie,
        modifications=len(modifications),
        empreinte=empreinte(brut),
        brut=brut,
    )


def empreinte(brut: Mapping[str, Any]) -> str:
    """Fingerprint of a record, whatever the order of its keys. Raises RegleViolee when no base could keep its text."""
    ecrit = json.dumps(brut, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    try:
        return hashlib.sha256(ecrit.encode("utf-8")).hexdigest()
    except UnicodeEncodeError:
        raise RegleViolee("Cet enregistrement contient des caractères illisibles.") from None


def _premier(brut: Mapping[str, Any], *cles: str) -> Any:
    return next((brut[c] for c in cles if brut.get(c) not in (None, "")), None)


_MOJIBAKE = re.compile("[ÃÂ][\u0080-\u00bf]")


def _texte(valeur: Any) -> str:
    """Text with one space between words and broken accents put right; empty for anything else."""
    if isinstance(valeur, int) and not isinstance(valeur, bool):
        return str(valeur)
    if not isinstance(valeur, str):
        return ""
    if _MOJIBAKE.search(valeur):
        with contextlib.suppress(UnicodeError):
            valeur = valeur.encode("latin-1").decode("utf-8")
    propre = "".join(c if c.isprintable() else " " for c in valeur)
    return " ".join(propre.split())


def _acheteur(brut: Mapping[str, Any], concession: bool) -> str:
    source = brut.get("autoriteConcedante") if concession else brut.get("acheteur")
    if source is None:
        source = _premier(brut, "acheteur", "autoriteConcedante", "acheteur_id")
    siret = re.sub(r"\s", "", _texte(source.get("id") if isinstance(source, dict) else source))
    if not siret:
        raise RegleViolee("L'acheteur manque : attendu son SIRET.", champ="acheteur")
    if not re.fullmatch(r"\d{14}", siret):
        raise RegleViolee(f"Le SIRET de l'acheteur ({siret[:20]}) n'a pas 14 chiffres.", champ="acheteur")
    if not siret_valide(siret):
        raise RegleViolee(f"Le SIRET de l'acheteur ({siret}) est faux : sa clé ne convient pas.", champ="acheteur")
    return siret


def _date(valeur: Any) -> date | None:
    """An ISO day, its time dropped; None when it is unreadable."""
    try:
        return date.fromisoformat(valeur[:10]) if isinstance(valeur, str) else None
    except ValueError:
        return None


def _notification(brut: Mapping[str, Any], concession: bool) -> date:
    noms = ("dateSignature", "dateDebutExecution") if concession else ("dateNotification",)
    lue = next((jour for n in noms if (jour := _date(brut.get(n))) is not None), None)
    if lue is None:
        raise RegleViolee("La date de notification manque ou est illisible (attendu AAAA-MM-JJ).", champ=noms[0])
    if not 1950 <= lue.year <= 2100:
        raise RegleViolee(f"La date de notification ({lue}) est impossible.", champ=noms[0])
    return lue


def _montant(valeur: Any) -> Decimal | None:
    """Euros to the cent; None when nothing was published. Raises RegleViolee for an impossible amount."""
    if valeur is None or valeur == "" or _texte(valeur).upper() in {"NC", "N/C"}:
        return None
    if isinstance(valeur, bool):
        raise RegleViolee("Le montant est illisible.", champ="montant")
    try:
        lu = Decimal(str(valeur).replace(",", ".").replace(" ", ""))
    except InvalidOperation:
        raise RegleViolee(f"Le montant (« {str(valeur)[:30]} ») est illisible.", champ="montant") from None
    if not lu.is_finite() or lu < 0 or lu > MONTANT_MAX:
        raise RegleViolee(f"Le montant ({str(valeur)[:30]} €) est impossible.", champ="montant")
    return lu.quantize(CENTIEME)


def _duree(valeur: Any) -> int | None:
    if valeur is None or valeur == "" or isinstance(valeur, bool):
        return None
    try:
        mois = int(Decimal(str(valeur).replace(",", ".")))
    except (InvalidOperation, OverflowError, ValueError):
        return None
    if not 0 <= mois <= DUREE_MAX:
        raise RegleViolee(f"La durée ({mois} mois) est impossible.", champ="dureeMois")
    return mois


def _cpv(valeur: Any) -> str | None:
    chiffres = re.sub(r"\D", "", _texte(valeur).partition("-")[0])
    return chiffres if len(chiffres) == 8 else None


def _lieu(valeur: Any) -> str:
    return _texte(valeur.get("code"))[:20] if isinstance(valeur, dict) else ""


def _titulaires(valeur: Any) -> tuple[TitulaireLu, ...]:
    """Holders, wrapped (v2) or flat (v1); what is neither is passed over: the contract stays worth importing."""
    lus: list[TitulaireLu] = []
    for element in valeur if isinstance(valeur, list) else []:
        porte = element
        if isinstance(element, dict):
            porte = element.get("titulaire", element.get("concessionnaire", element))
        if not isinstance(porte, dict):
            continue
        numero = re.sub(r"\s", "", _texte(porte.get("id")))
        nom = _texte(porte.get("denominationSociale")) or _texte(porte.get("nom"))
        if numero or nom:
            lus.append(TitulaireLu(numero[:40], _texte(porte.get("typeIdentifiant"))[:20], nom[:200]))
    return tuple(lus)


def _considerations(valeur: Any) -> tuple[str, ...]:
    """Published values; absent is not « none » (R103). Raises RegleViolee for one that does not exist (T23)."""
    if isinstance(valeur, dict):
        valeur = valeur.get("considerationSociale")
    if isinstance(valeur, list) and not all(isinstance(v, str) for v in valeur):
        raise RegleViolee("Les considérations sociales sont illisibles.", champ="considerationsSociales")
    if valeur is not None and not isinstance(valeur, str | list):
        raise RegleViolee("Les considérations sociales sont illisibles.", champ="considerationsSociales")
    lues = lire(valeur)
    return tuple(c.value for c in Consideration if c in lues)


def _modifications(brut: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Changes of the contract, in the order they were decided (their date, then their number)."""
    trouvees = list(_brutes(brut.get("modifications")))
    return sorted(
        trouvees,
        key=lambda m: (_date(m.get("dateNotificationModification")) or _publication(m) or date.min, _numero(m)),
    )


def _brutes(valeur: Any) -> Iterator[Mapping[str, Any]]:
    for element in valeur if isinstance(valeur, list) else []:
        if isinstance(element, dict):
            dedans = element.get("modification", element)
            if isinstance(dedans, dict) and dedans:
                yield dedans


def _numero(modification: Mapping[str, Any]) -> int:
    texte = _texte(modification.get("id"))
    return int(texte) if texte.isdigit() and len(texte) < 9 else 0


def _publication(modification: Mapping[str, Any]) -> date | None:
    return _date(_premier(modification, "datePublicationDonneesModification", "datePublicationDonnees"))


def _appliquer(etat: dict[str, Any], modification: Mapping[str, Any]) -> None:
    montant = _premier(modification, "montant", "valeurGlobale")
    if montant is not None:
        etat["montant"] = montant
    if modification.get("dureeMois") not in (None, ""):
        etat["duree"] = modification["dureeMois"]
    titulaires = _titulaires(_premier(modification, "titulaires", "concessionnaires"))
    if titulaires:
        etat["titulaires"] = titulaires
